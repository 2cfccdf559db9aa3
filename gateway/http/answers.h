/* http/answers.h - the handlers: one file an API noun. Each fills request->reply or says why not. */
#ifndef GW_HTTP_ANSWERS_H
#define GW_HTTP_ANSWERS_H

#include "http/request.h"
#include "link/link.h"

/* root.c */
gw_http_handler_fn gw_answer_root, gw_answer_health, gw_answer_ready;
/* auth.c */
gw_http_handler_fn gw_answer_login, gw_answer_logout, gw_answer_change_password;
/* developers.c */
gw_http_handler_fn gw_answer_me, gw_answer_me_update, gw_answer_developers, gw_answer_developer,
    gw_answer_developer_update, gw_answer_developer_delete;
struct gw_developer;
void gw_answer_write_developer(struct gw_buf *out, const struct gw_developer *developer);
/* invitations.c */
gw_http_handler_fn gw_answer_invite, gw_answer_invitations, gw_answer_invitation_revoke, gw_answer_invite_again,
    gw_answer_invitation_accept;
/* setup.c */
gw_http_handler_fn gw_answer_setup, gw_answer_setup_post;
/* api_keys.c */
gw_http_handler_fn gw_answer_keys, gw_answer_key_create, gw_answer_key_update, gw_answer_key_delete,
    gw_answer_key_rotate;
/* applications.c */
gw_http_handler_fn gw_answer_applications, gw_answer_application_create, gw_answer_application_rotate,
    gw_answer_application_delete;
/* codes.c */
gw_http_handler_fn gw_answer_code_create, gw_answer_code_redeem;
/* tokens.c */
gw_http_handler_fn gw_answer_user_token, gw_answer_token_refresh, gw_answer_token_revoke;
struct gw_tokens;
void gw_answer_write_tokens(struct gw_buf *out, const struct gw_tokens *tokens); /* the members, without braces */
/* 200 with a pair of tokens. */
enum gw_code gw_answer_tokens(struct gw_http_request *request, const struct gw_tokens *tokens, bool with_user,
                              struct gw_err *err) GW_MUST_USE;
/* users.c */
gw_http_handler_fn gw_answer_user_create, gw_answer_user_list, gw_answer_user_get, gw_answer_user_update,
    gw_answer_user_delete;
/* connections.c */
gw_http_handler_fn gw_answer_connections, gw_answer_disconnect, gw_answer_data_delete;
/* oauth.c */
gw_http_handler_fn gw_answer_oauth_authorize, gw_answer_oauth_callback, gw_answer_oauth_success, gw_answer_oauth_error;
/* oauth_providers.c */
gw_http_handler_fn gw_answer_oauth_providers, gw_answer_oauth_provider_put, gw_answer_oauth_providers_put;
const char *gw_answer_provider_name(const struct gw_provider *provider);
/* icons.c */
gw_http_handler_fn gw_answer_icon;
void gw_answer_icon_url(const struct gw_provider *provider, struct gw_buf *out); /* a JSON text; NULL: null */
/* syncs.c */
gw_http_handler_fn gw_answer_sync;
/* runs.c */
gw_http_handler_fn gw_answer_runs_of_user, gw_answer_run, gw_answer_runs;
/* events.c */
gw_http_handler_fn gw_answer_workouts, gw_answer_workout, gw_answer_sleep, gw_answer_cycles, gw_answer_workout_delete,
    gw_answer_sleep_delete, gw_answer_cycle_delete;
/* summaries.c */
gw_http_handler_fn gw_answer_summary_activity, gw_answer_summary_sleep, gw_answer_summary_recovery;
gw_http_handler_fn gw_answer_summary_body, gw_answer_summary_data, gw_answer_health_scores;
/* timeseries.c */
gw_http_handler_fn gw_answer_timeseries;
/* priorities.c */
gw_http_handler_fn gw_answer_provider_priorities, gw_answer_provider_priorities_put, gw_answer_provider_priority_put;
gw_http_handler_fn gw_answer_device_priorities, gw_answer_device_priorities_put, gw_answer_device_priority_put;
/* providers.c */
gw_http_handler_fn gw_answer_providers;
enum gw_code gw_answer_providers_make(struct gw_http *http, struct gw_err *err) GW_MUST_USE; /* once, at the start */
/* pushes.c */
gw_http_handler_fn gw_answer_push, gw_answer_push_apple, gw_answer_push_healthion, gw_answer_push_auto_export,
    gw_answer_push_samsung, gw_answer_import_apple;
/* docs.c */
gw_http_handler_fn gw_answer_openapi, gw_answer_docs, gw_answer_docs_file;
enum gw_code gw_answer_openapi_make(struct gw_http *http, struct gw_err *err) GW_MUST_USE; /* once, at the start */
/* sdk_logs.c */
gw_http_handler_fn gw_answer_sdk_logs;
/* coverage.c */
gw_http_handler_fn gw_answer_coverage;
enum gw_code gw_answer_coverage_make(struct gw_http *http, struct gw_err *err) GW_MUST_USE; /* once, at the start */
/* connect.c */
gw_http_handler_fn gw_answer_connect_link, gw_answer_connect_page, gw_answer_connect_choice;
/* exports.c */
gw_http_handler_fn gw_answer_export;
/* data_sources.c */
gw_http_handler_fn gw_answer_data_sources;
/* webhooks.c */
gw_http_handler_fn gw_answer_webhook;

/* Providers that were not told of a connection's end, into the log. */
void gw_answer_log_untold(const struct gw_untold *list);
/* GW_NOT_FOUND of a user in the API's words. */
enum gw_code gw_answer_no_user(struct gw_http_request *request, struct gw_err *err);
/* 204 */
enum gw_code gw_answer_empty(struct gw_http_request *request);

/* What a provider's capabilities mean in the API's words; NULL = neither. */
const char *gw_answer_live_mode(const struct gw_provider *provider); /* pull webhook */
/* A time of the query as it is echoed: with the offset it came with, or without. */
const char *gw_answer_echo(struct gw_arena *arena, const struct gw_arg *arg);

#endif
