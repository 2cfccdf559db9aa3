/* The table of every route. */
#include "http/answers.h"
#include "http/route.h"
#include "store/keys.h"

#define ARGS(list) .args = (list), .args_count = sizeof(list) / sizeof((list)[0])
#define SMALL      (64 * 1024)

static const char *const user_sorts[] = {"created_at", "email", "first_name", "last_name", "last_synced_at", NULL};
static const char *const sort_orders[] = {"asc", "desc", NULL};
static const char *const resolutions[] = {"raw", "1min", "5min", "15min", "1hour", "1day", NULL};
static const char *const run_statuses[] = {"queued",  "running", "waiting",   "success",
                                           "partial", "failed",  "cancelled", NULL};

static const char *const data_types[] = {"all", "workouts", "247", NULL};

static const struct gw_arg_decl user_list_args[] = {
    {"page", GW_ARG_INT, 0, "1", 1, 1000000, NULL, "Page, from 1."},
    {"limit", GW_ARG_INT, 0, "20", 1, 100, NULL, "Rows of a page."},
    {"sort_by", GW_ARG_CHOICE, 0, "created_at", 0, 0, user_sorts, "Order of the rows."},
    {"sort_order", GW_ARG_CHOICE, 0, "desc", 0, 0, sort_orders, "Direction of the order."},
    {"search", GW_ARG_TEXT, 0, NULL, 0, 0, NULL, "Part of e-mail, first or last name, in any case."},
    {"email", GW_ARG_EMAIL, 0, NULL, 0, 0, NULL, "Exactly this e-mail."},
    {"external_user_id", GW_ARG_TEXT, 0, NULL, 0, 0, NULL, "Exactly this id of the application's; empty: any."},
};

static const struct gw_arg_decl setup_args[] = {
    {"token", GW_ARG_TEXT, GW_ARG_REQUIRED, NULL, 0, 200, NULL, "From the link."},
};

static const struct gw_arg_decl oauth_list_args[] = {
    {"enabled_only", GW_ARG_BOOL, 0, "false", 0, 0, NULL, "Only providers that are ready."},
    {"cloud_only", GW_ARG_BOOL, 0, "false", 0, 0, NULL, "Only providers with a cloud API."},
};

static const struct gw_arg_decl authorize_args[] = {
    {"user_id", GW_ARG_UUID, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "The user to connect."},
    {"redirect_uri", GW_ARG_TEXT, 0, NULL, 0, 2048, NULL, "Where the browser goes afterwards; an allowed origin."},
    {"scope", GW_ARG_TEXT, 0, NULL, 0, 1024, NULL, "Scope to ask for instead of the provider's usual one."},
};

static const struct gw_arg_decl cycles_args[] = {
    {"start_date", GW_ARG_TIME, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "Records that start at this time or later."},
    {"end_date", GW_ARG_TIME, GW_ARG_REQUIRED | GW_ARG_END, NULL, 0, 0, NULL,
     "Records that start before this time; a date alone means the end of that day."},
    {"cursor", GW_ARG_TEXT, 0, NULL, 0, 256, NULL, "From another page's next_cursor or previous_cursor."},
    {"limit", GW_ARG_INT, 0, "100", 1, 1000, NULL, "Rows of a page."},
};

static const struct gw_arg_decl oauth_success_args[] = {
    {"provider", GW_ARG_TEXT, GW_ARG_REQUIRED, NULL, 0, 64, NULL, "Which provider was connected."},
    {"user_id", GW_ARG_UUID, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "For whom."},
};

static const struct gw_arg_decl oauth_error_args[] = {
    {"message", GW_ARG_TEXT, 0, "OAuth authentication failed", 0, 1024, NULL, "Why not."},
};

static const struct gw_arg_decl connect_args[] = {
    {"status", GW_ARG_TEXT, 0, NULL, 0, 32, NULL, "What came of a provider: success or error."},
    {"provider", GW_ARG_TEXT, 0, NULL, 0, 32, NULL, "Of which."},
};

static const struct gw_arg_decl sync_args[] = {
    {"data_type", GW_ARG_CHOICE, 0, "all", 0, 0, data_types, "What to fetch; 247 is everything but workouts."},
    {"async", GW_ARG_BOOL, 0, "false", 0, 0, NULL, "Answer 202 at once instead of waiting for the result."},
};

static const struct gw_arg_decl user_runs_args[] = {
    {"limit", GW_ARG_INT, 0, "20", 1, 200, NULL, "Rows."},
    {"provider", GW_ARG_TEXT, 0, NULL, 0, 32, NULL, "Only runs of this provider."},
    {"status", GW_ARG_CHOICE, 0, NULL, 0, 0, run_statuses, "Only runs in this state."},
};

static const struct gw_arg_decl runs_args[] = {
    {"limit", GW_ARG_INT, 0, "50", 1, 10000, NULL, "Rows."},
    {"user_id", GW_ARG_UUID, 0, NULL, 0, 0, NULL, "Only runs of this user."},
    {"provider", GW_ARG_TEXT, 0, NULL, 0, 32, NULL, "Only runs of this provider."},
    {"status", GW_ARG_CHOICE, 0, NULL, 0, 0, run_statuses, "Only runs in this state."},
};

static const struct gw_arg_decl workouts_args[] = {
    {"start_date", GW_ARG_TIME, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "Events that start at this time or later."},
    {"end_date", GW_ARG_TIME, GW_ARG_REQUIRED | GW_ARG_END, NULL, 0, 0, NULL,
     "Events that start before this time; a date alone means the end of that day."},
    {"record_type", GW_ARG_TEXT, 0, NULL, 0, 64, NULL, "Only workouts of this type."},
    {"cursor", GW_ARG_TEXT, 0, NULL, 0, 256, NULL, "From another page's next_cursor or previous_cursor."},
    {"limit", GW_ARG_INT, 0, "100", 1, 1000, NULL, "Rows of a page."},
    {"exclude_duplicates", GW_ARG_BOOL, 0, "false", 0, 0, NULL,
     "Leave out workouts that another source has too and tells better: those with duplicate_of."},
};

static const struct gw_arg_decl sleep_args[] = {
    {"start_date", GW_ARG_TIME, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "Sessions that start at this time or later."},
    {"end_date", GW_ARG_TIME, GW_ARG_REQUIRED | GW_ARG_END, NULL, 0, 0, NULL,
     "Sessions that start before this time; a date alone means the end of that day."},
    {"cursor", GW_ARG_TEXT, 0, NULL, 0, 256, NULL, "From another page's next_cursor or previous_cursor."},
    {"limit", GW_ARG_INT, 0, "100", 1, 1000, NULL, "Rows of a page."},
    {"filter_by_priority", GW_ARG_BOOL, 0, "false", 0, 0, NULL,
     "Of each local day of waking only the sessions of the source that the priorities put first."},
};

#define DAYS_RANGE                                                                                                     \
    {"start_date", GW_ARG_TIME, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "First local day."},                                \
        {"end_date", GW_ARG_TIME, GW_ARG_REQUIRED | GW_ARG_END, NULL, 0, 0, NULL, "Last local day, included."},        \
    {                                                                                                                  \
        "cursor", GW_ARG_TEXT, 0, NULL, 0, 256, NULL, "From another page's next_cursor or previous_cursor."            \
    }

static const struct gw_arg_decl activity_summary_args[] = {
    DAYS_RANGE,
    {"limit", GW_ARG_INT, 0, "50", 1, 400, NULL, "Days of a page."},
    {"sort_order", GW_ARG_CHOICE, 0, "asc", 0, 0, sort_orders, "Oldest or newest day first."},
};

static const struct gw_arg_decl day_summary_args[] = {
    DAYS_RANGE,
    {"limit", GW_ARG_INT, 0, "50", 1, 100, NULL, "Days of a page."},
    {"sort_order", GW_ARG_CHOICE, 0, "asc", 0, 0, sort_orders, "Oldest or newest day first."},
};

static const struct gw_arg_decl body_summary_args[] = {
    {"average_period", GW_ARG_INT, 0, "7", 1, 7, NULL, "Days that averages look back."},
    {"latest_window_hours", GW_ARG_INT, 0, "4", 1, 24, NULL, "Hours for which a latest value is shown."},
};

static const struct gw_arg_decl data_summary_args[] = {
    {"start_date", GW_ARG_TIME, 0, NULL, 0, 0, NULL, "Only what is at this time or later."},
    {"end_date", GW_ARG_TIME, GW_ARG_END, NULL, 0, 0, NULL,
     "Only what is before this time; a date alone means the end of that day."},
};

static const char *const score_categories[] = {"sleep",      "recovery",     "readiness", "activity", "stress",
                                               "resilience", "body_battery", "strain",    NULL};

static const struct gw_arg_decl score_args[] = {
    {"start_date", GW_ARG_TIME, 0, NULL, 0, 0, NULL, "Only scores recorded at this time or later."},
    {"end_date", GW_ARG_TIME, GW_ARG_END, NULL, 0, 0, NULL,
     "Only scores recorded before this time; a date alone means the end of that day."},
    {"category", GW_ARG_CHOICE, 0, NULL, 0, 0, score_categories, "Only scores of this kind."},
    {"provider", GW_ARG_TEXT, 0, NULL, 0, 32, NULL, "Only this provider's scores."},
    {"limit", GW_ARG_INT, 0, "50", 1, 1000, NULL, "Rows."},
    {"offset", GW_ARG_INT, 0, "0", 0, 1000000000, NULL, "Rows to pass over."},
};

static const struct gw_arg_decl timeseries_args[] = {
    {"start_time", GW_ARG_TIME, GW_ARG_REQUIRED, NULL, 0, 0, NULL, "Samples at this time or later."},
    {"end_time", GW_ARG_TIME, GW_ARG_REQUIRED | GW_ARG_END, NULL, 0, 0, NULL,
     "Samples before this time; a date alone means the end of that day."},
    {"types", GW_ARG_TEXT, GW_ARG_REQUIRED | GW_ARG_REPEATED, NULL, 0, 0, NULL,
     "Metrics wanted: repeated, or separated by commas."},
    {"resolution", GW_ARG_CHOICE, 0, "raw", 0, 0, resolutions, "How samples are gathered; raw: not at all."},
    {"cursor", GW_ARG_TEXT, 0, NULL, 0, 256, NULL, "From another page's next_cursor or previous_cursor."},
    {"limit", GW_ARG_INT, 0, "1000", 1, 100000, NULL, "Rows of a page."},
};

#define V1        "/api/v1"
#define DEVELOPER .flags = GW_ROUTE_DEVELOPER

const struct gw_route gw_routes[] = {
    {GW_GET, "/", gw_answer_root, .doc = "Says that the server is there.", .reply = "Message"},
    {GW_GET, "/healthz", gw_answer_health, .doc = "200 while the process answers.", .reply = "Health"},
    {GW_GET, "/setup", gw_answer_setup, .flags = GW_ROUTE_PAGE, ARGS(setup_args),
     .doc = "The page behind the link of the first start.", .types = "text/html", .fails = {404, 409}},
    {GW_POST, "/setup", gw_answer_setup_post, .body = GW_BODY_FORM, .max_body = SMALL, .flags = GW_ROUTE_PAGE,
     .doc = "Makes the first developer.", .takes = "SetupForm", .types = "text/html", .statuses = {201},
     .fails = {404, 409, 422}},
    {GW_GET, "/readyz", gw_answer_ready, .doc = "200 when requests can be served, 503 otherwise.", .reply = "Ready",
     .statuses = {200, 503}},
    {GW_GET, "/static/provider-icons/{icon}", gw_answer_icon, .doc = "A picture for a provider: <provider>.svg.",
     .types = "image/svg+xml"},

    {GW_GET, "/openapi.json", gw_answer_openapi, .doc = "This API, as an OpenAPI document.", .reply = "OpenAPI",
     .statuses = {200, 304}},
    {GW_GET, "/docs", gw_answer_docs, .doc = "This API, as a page for people.", .types = "text/html",
     .statuses = {200, 304}},
    {GW_GET, "/docs/{file}", gw_answer_docs_file, .doc = "What that page needs.",
     .types = "text/css text/javascript text/html", .statuses = {200, 304}},

    {GW_GET, V1 "/users", gw_answer_user_list, GW_SCOPE_READ, ARGS(user_list_args), .doc = "Users, a page at a time.",
     .reply = "UserPage"},
    {GW_POST, V1 "/users", gw_answer_user_create, GW_SCOPE_WRITE, GW_BODY_JSON, SMALL,
     .doc = "Creates a user; an external_user_id that exists gives its user.", .takes = "UserFields", .reply = "User",
     .statuses = {200, 201}},
    {GW_GET, V1 "/users/{user_id}", gw_answer_user_get, GW_SCOPE_READ, .doc = "One user.", .reply = "User"},
    {GW_PATCH, V1 "/users/{user_id}", gw_answer_user_update, GW_SCOPE_WRITE, GW_BODY_JSON, SMALL,
     .doc = "Changes the fields that are given.", .takes = "UserFields", .reply = "User", .fails = {409}},
    {GW_DELETE, V1 "/users/{user_id}", gw_answer_user_delete, GW_SCOPE_ADMIN, .flags = GW_ROUTE_SLOW,
     .doc = "Deletes a user and all there is of them; the providers are told.", .reply = "User"},
    {GW_GET, V1 "/users/{user_id}/export", gw_answer_export, GW_SCOPE_ADMIN, .flags = GW_ROUTE_SLOW,
     .doc = "Everything there is of a user: a zip of JSON and CSV, written while it is sent.",
     .types = "application/zip"},
    {GW_GET, V1 "/users/{user_id}/connections", gw_answer_connections, GW_SCOPE_READ,
     .doc = "The user's connections to providers, newest first.", .reply = "ConnectionList"},
    {GW_DELETE, V1 "/users/{user_id}/connections/{provider}", gw_answer_disconnect, GW_SCOPE_WRITE,
     .flags = GW_ROUTE_SLOW | GW_ROUTE_ANY_PROVIDER,
     .doc = "Ends the connection: the provider is told, the tokens go, the data stays.", .statuses = {204}},
    {GW_DELETE, V1 "/users/{user_id}/connections/{provider}/data", gw_answer_data_delete, GW_SCOPE_ADMIN,
     .flags = GW_ROUTE_SLOW | GW_ROUTE_ANY_PROVIDER,
     .doc = "Ends the connection and deletes all that came from the provider.", .statuses = {204}},

    {GW_POST, V1 "/users/{user_id}/connect-link", gw_answer_connect_link, GW_SCOPE_WRITE, GW_BODY_JSON, SMALL,
     .doc = "A link for the user's browser that connects providers without a key, for at most an hour.",
     .takes = "ConnectLinkBody", .reply = "ConnectLink"},
    {GW_GET, V1 "/connect/{link}", gw_answer_connect_page, .flags = GW_ROUTE_SLOW | GW_ROUTE_PAGE, ARGS(connect_args),
     .doc = "The page of a connect link: the providers there are, or straight on to the one that it names.",
     .types = "text/html", .statuses = {200, 303}, .fails = {409, 501, 502, 504}},
    {GW_GET, V1 "/connect/{link}/{provider}", gw_answer_connect_choice, .flags = GW_ROUTE_SLOW | GW_ROUTE_PAGE,
     .doc = "From there on to a provider's consent page.", .statuses = {303}, .fails = {409, 501, 502, 504}},
    {GW_GET, V1 "/users/{user_id}/data-sources", gw_answer_data_sources, GW_SCOPE_READ,
     .doc = "The apps and devices that measured the user's data.", .reply = "DataSourceList"},
    {GW_GET, V1 "/meta/coverage", gw_answer_coverage, .doc = "What arrives from which provider.", .reply = "Coverage"},

    {GW_GET, V1 "/oauth/providers", gw_answer_oauth_providers, ARGS(oauth_list_args),
     .doc = "Providers that can be connected.", .reply = "OAuthProviderList"},
    {GW_PUT, V1 "/oauth/providers", gw_answer_oauth_providers_put, GW_SCOPE_ADMIN, GW_BODY_JSON, SMALL,
     .doc = "Switches providers on and off.", .takes = "ProviderSwitchesBody", .reply = "OAuthProviderList"},
    {GW_PUT, V1 "/oauth/providers/{provider}", gw_answer_oauth_provider_put, GW_SCOPE_ADMIN, GW_BODY_JSON, SMALL,
     .flags = GW_ROUTE_ANY_PROVIDER, .doc = "Switches a provider on or off; its other settings.",
     .takes = "ProviderSettingsBody", .reply = "OAuthProvider"},
    {GW_GET, V1 "/oauth/success", gw_answer_oauth_success, .flags = GW_ROUTE_PAGE, ARGS(oauth_success_args),
     .doc = "Says that a connection was made, to a browser that was sent here.", .reply = "Connected",
     .types = "application/json text/html"},
    {GW_GET, V1 "/oauth/error", gw_answer_oauth_error, .flags = GW_ROUTE_PAGE, ARGS(oauth_error_args),
     .doc = "Says that a connection was not made.", .reply = "NotConnected", .types = "application/json text/html"},
    {GW_GET, V1 "/oauth/{provider}/authorize", gw_answer_oauth_authorize, GW_SCOPE_WRITE, .flags = GW_ROUTE_SLOW,
     ARGS(authorize_args), .doc = "The URL of the provider's consent page for a user.", .reply = "Authorization",
     .fails = {409, 501, 502, 504}},
    {GW_GET, V1 "/oauth/{provider}/callback", gw_answer_oauth_callback, .flags = GW_ROUTE_SLOW | GW_ROUTE_PAGE,
     .doc = "Where the provider sends the browser back to.", .reply = "Connected",
     .types = "application/json text/html", .statuses = {200, 303}, .fails = {403, 409, 429, 501, 502, 504}},

    {GW_POST, V1 "/auth/login", gw_answer_login, .body = GW_BODY_FORM, .max_body = SMALL,
     .doc = "A developer's e-mail (username) and password for tokens.", .takes = "LoginForm", .reply = "Tokens",
     .fails = {401, 429}},
    {GW_POST, V1 "/auth/logout", gw_answer_logout, .max_body = SMALL, DEVELOPER,
     .doc = "Ends the login: its tokens are of no use afterwards.", .reply = "Message"},
    {GW_GET, V1 "/auth/me", gw_answer_me, DEVELOPER, .doc = "Who is logged in.", .reply = "Developer"},
    {GW_PATCH, V1 "/auth/me", gw_answer_me_update, .body = GW_BODY_JSON, .max_body = SMALL, DEVELOPER,
     .doc = "Changes the fields that are given; a password ends every login.", .takes = "DeveloperFields",
     .reply = "Developer", .fails = {409, 422}},
    {GW_POST, V1 "/auth/change-password", gw_answer_change_password, .body = GW_BODY_JSON, .max_body = SMALL, DEVELOPER,
     .doc = "Another password; every login ends, and the answer has tokens of a new one.", .takes = "PasswordBody",
     .reply = "PasswordChanged", .fails = {422}},
    {GW_GET, V1 "/developers", gw_answer_developers, DEVELOPER, .doc = "All developers.", .reply = "DeveloperList"},
    {GW_GET, V1 "/developers/{developer_id}", gw_answer_developer, DEVELOPER, .doc = "One developer.",
     .reply = "Developer"},
    {GW_PATCH, V1 "/developers/{developer_id}", gw_answer_developer_update, .body = GW_BODY_JSON, .max_body = SMALL,
     DEVELOPER, .doc = "Changes the fields that are given.", .takes = "DeveloperFields", .reply = "Developer",
     .fails = {409}},
    {GW_DELETE, V1 "/developers/{developer_id}", gw_answer_developer_delete, DEVELOPER,
     .doc = "Deletes a developer: their logins end, their applications are everybody's.", .reply = "Developer"},
    {GW_GET, V1 "/invitations", gw_answer_invitations, DEVELOPER, .doc = "Invitations nobody has accepted yet.",
     .reply = "InvitationList"},
    {GW_POST, V1 "/invitations", gw_answer_invite, .body = GW_BODY_JSON, .max_body = SMALL, DEVELOPER,
     .doc = "Invites somebody to be a developer; the token in the answer is shown once and is not mailed.",
     .takes = "InviteBody", .reply = "Invitation", .statuses = {201}, .fails = {409, 422}},
    {GW_DELETE, V1 "/invitations/{invitation_id}", gw_answer_invitation_revoke, DEVELOPER,
     .doc = "Takes an invitation back.", .reply = "Invitation", .fails = {409}},
    {GW_POST, V1 "/invitations/{invitation_id}/resend", gw_answer_invite_again, .max_body = SMALL, DEVELOPER,
     .doc = "Another token for an invitation, good for a week.", .reply = "Invitation", .fails = {409}},
    {GW_POST, V1 "/invitations/accept", gw_answer_invitation_accept, .body = GW_BODY_JSON, .max_body = SMALL,
     .doc = "An invitation's token, names and a password for a developer.", .takes = "AcceptBody", .reply = "Developer",
     .statuses = {201}, .fails = {404, 409, 422}},
    {GW_GET, V1 "/developer/api-keys", gw_answer_keys, DEVELOPER, .doc = "API keys by name and prefix, newest first.",
     .reply = "ApiKeyList"},
    {GW_POST, V1 "/developer/api-keys", gw_answer_key_create, .body = GW_BODY_JSON, .max_body = SMALL, DEVELOPER,
     .doc = "A new API key; its text is in the answer, once.", .takes = "ApiKeyBody", .reply = "ApiKeyMade",
     .statuses = {201}, .fails = {422}},
    {GW_PATCH, V1 "/developer/api-keys/{key}", gw_answer_key_update, .body = GW_BODY_JSON, .max_body = SMALL, DEVELOPER,
     .doc = "Another name for an API key.", .takes = "ApiKeyName", .reply = "ApiKey", .fails = {404, 422}},
    {GW_DELETE, V1 "/developer/api-keys/{key}", gw_answer_key_delete, DEVELOPER, .doc = "Revokes an API key.",
     .reply = "ApiKey", .fails = {404}},
    {GW_POST, V1 "/developer/api-keys/{key}/rotate", gw_answer_key_rotate, .max_body = SMALL, DEVELOPER,
     .doc = "Another text for an API key; the old one is revoked at once.", .reply = "ApiKeyMade", .statuses = {201},
     .fails = {404}},
    {GW_GET, V1 "/applications", gw_answer_applications, DEVELOPER, .doc = "One's own applications.",
     .reply = "ApplicationList"},
    {GW_POST, V1 "/applications", gw_answer_application_create, .body = GW_BODY_JSON, .max_body = SMALL, DEVELOPER,
     .doc = "A new application; its secret is in the answer, once.", .takes = "ApplicationBody",
     .reply = "ApplicationMade", .statuses = {201}, .fails = {422}},
    {GW_DELETE, V1 "/applications/{application}", gw_answer_application_delete, DEVELOPER,
     .doc = "Deletes an application, by its app_id; the tokens it got are of no use afterwards.", .statuses = {204},
     .fails = {404}},
    {GW_POST, V1 "/applications/{application}/rotate-secret", gw_answer_application_rotate, .max_body = SMALL,
     DEVELOPER, .doc = "Another secret for an application; the old one is of no use afterwards.",
     .reply = "ApplicationMade", .fails = {404}},
    {GW_POST, V1 "/token/refresh", gw_answer_token_refresh, .body = GW_BODY_JSON, .max_body = SMALL,
     .doc = "A new pair of tokens for a refresh token, which serves once.", .takes = "RefreshBody", .reply = "Tokens",
     .fails = {401}},
    {GW_POST, V1 "/token/revoke", gw_answer_token_revoke, .body = GW_BODY_JSON, .max_body = SMALL,
     .doc = "Ends what a refresh token was issued for.", .takes = "RefreshBody", .statuses = {204}, .fails = {404}},
    {GW_POST, V1 "/users/{user_id}/token", gw_answer_user_token, .body = GW_BODY_JSON, .max_body = SMALL,
     .doc = "Tokens for a user's phone, for an application's secret or a developer.", .takes = "UserTokenBody",
     .reply = "Tokens", .fails = {401, 403, 429}},
    {GW_POST, V1 "/users/{user_id}/invitation-code", gw_answer_code_create, .max_body = SMALL, DEVELOPER,
     .doc = "A code that the user types into an application; serves once, for a week.", .reply = "InvitationCode",
     .statuses = {201}},
    {GW_POST, V1 "/invitation-code/redeem", gw_answer_code_redeem, .body = GW_BODY_JSON, .max_body = SMALL,
     .doc = "Tokens for a user's phone, for a code.", .takes = "RedeemBody", .reply = "UserTokens",
     .fails = {404, 422, 429}},

    {GW_GET, V1 "/providers", gw_answer_providers, GW_SCOPE_READ, .doc = "State and declarations of every plugin.",
     .reply = "ProviderList"},
    {GW_POST, V1 "/providers/{provider}/users/{user_id}/sync", gw_answer_sync, GW_SCOPE_WRITE, .max_body = SMALL,
     .flags = GW_ROUTE_SLOW | GW_ROUTE_PARAMS, ARGS(sync_args),
     .doc = "Fetches a user's data from a provider; further parameters are the provider's own.", .reply = "SyncResult",
     .statuses = {200, 202}, .fails = {409, 429, 501, 502, 504}},
    {GW_POST, V1 "/providers/{provider}/webhooks", gw_answer_webhook, .body = GW_BODY_WEBHOOK,
     .doc = "What a provider posts to us.", .reply = "Accepted", .fails = {401, 409}},

#define PUSH .body = GW_BODY_UPLOAD, .flags = GW_ROUTE_SDK | GW_ROUTE_SLOW
    {GW_POST, V1 "/sdk/users/{user_id}/sync", gw_answer_push, GW_SCOPE_WRITE, PUSH,
     .doc = "A push of an app on a phone; the body names its provider.", .takes = "PushBody", .reply = "PushAccepted",
     .statuses = {202}, .fails = {409, 501}},
    {GW_POST, V1 "/sdk/users/{user_id}/sync/apple", gw_answer_push_apple, GW_SCOPE_WRITE, PUSH,
     .doc = "A push of Apple Health, where the body names no provider.", .takes = "PushBody", .reply = "PushAccepted",
     .statuses = {202}, .fails = {409, 501}},
    {GW_POST, V1 "/sdk/users/{user_id}/sync/apple/healthion", gw_answer_push_healthion, GW_SCOPE_WRITE, PUSH,
     .doc = "The same, for older apps.", .takes = "PushBody", .reply = "PushAccepted", .statuses = {202},
     .fails = {409, 501}},
    {GW_POST, V1 "/sdk/users/{user_id}/sync/apple/auto-health-export", gw_answer_push_auto_export, GW_SCOPE_WRITE, PUSH,
     .doc = "The same, for the app Health Auto Export.", .takes = "PushBody", .reply = "PushAccepted",
     .statuses = {202}, .fails = {409, 501}},
    {GW_POST, V1 "/sdk/users/{user_id}/sync/samsung", gw_answer_push_samsung, GW_SCOPE_WRITE, PUSH,
     .doc = "A push of Samsung Health, where the body names no provider.", .takes = "PushBody", .reply = "PushAccepted",
     .statuses = {202}, .fails = {409, 501}},
    {GW_POST, V1 "/sdk/users/{user_id}/logs", gw_answer_sdk_logs, GW_SCOPE_WRITE, GW_BODY_JSON, .flags = GW_ROUTE_SDK,
     .doc = "What a mobile SDK reports about itself, for the gateway's log.", .takes = "SdkLogBody",
     .reply = "SdkLogAccepted", .statuses = {202}},
    {GW_POST, V1 "/users/{user_id}/import/apple/xml/direct", gw_answer_import_apple, GW_SCOPE_WRITE,
     .body = GW_BODY_FILE, .flags = GW_ROUTE_SLOW,
     .doc = "An export of Apple Health: its export.xml, or the zip of it.", .reply = "ImportAccepted",
     .fails = {409, 501}},

    {GW_GET, V1 "/users/{user_id}/sync/runs", gw_answer_runs_of_user, GW_SCOPE_READ, ARGS(user_runs_args),
     .doc = "A user's sync runs, newest first.", .reply = "SyncRunList"},
    {GW_GET, V1 "/users/{user_id}/sync/runs/{run_id}", gw_answer_run, GW_SCOPE_READ, .doc = "One sync run.",
     .reply = "SyncRun"},
    {GW_GET, V1 "/sync/runs", gw_answer_runs, GW_SCOPE_READ, ARGS(runs_args), .doc = "Sync runs of all users.",
     .reply = "SyncRunList"},

    {GW_GET, V1 "/users/{user_id}/events/workouts", gw_answer_workouts, GW_SCOPE_READ, ARGS(workouts_args),
     .doc = "Workouts, newest first.", .reply = "WorkoutPage"},
    {GW_GET, V1 "/users/{user_id}/events/workouts/{workout_id}", gw_answer_workout, GW_SCOPE_READ,
     .doc = "One workout with laps, zones and route where known.", .reply = "WorkoutDetail"},
    {GW_GET, V1 "/users/{user_id}/events/sleep", gw_answer_sleep, GW_SCOPE_READ, ARGS(sleep_args),
     .doc = "Sleep sessions, newest first.", .reply = "SleepPage"},
    {GW_GET, V1 "/users/{user_id}/summaries/activity", gw_answer_summary_activity, GW_SCOPE_READ,
     ARGS(activity_summary_args), .doc = "Local days of activity, each by the source that the priorities put first.",
     .reply = "ActivitySummaryPage"},
    {GW_GET, V1 "/users/{user_id}/summaries/sleep", gw_answer_summary_sleep, GW_SCOPE_READ, ARGS(day_summary_args),
     .doc = "Nights and naps by the local day of waking, each by the source that the priorities put first.",
     .reply = "SleepSummaryPage"},
    {GW_GET, V1 "/users/{user_id}/summaries/recovery", gw_answer_summary_recovery, GW_SCOPE_READ,
     ARGS(day_summary_args), .doc = "Days that have a recovery score, with resting heart rate and its variability.",
     .reply = "RecoverySummaryPage"},
    {GW_GET, V1 "/users/{user_id}/summaries/body", gw_answer_summary_body, GW_SCOPE_READ, ARGS(body_summary_args),
     .doc = "The body as it is now: what changes slowly, recent averages, latest readings; null when nothing is known.",
     .reply = "BodySummary"},
    {GW_GET, V1 "/users/{user_id}/summaries/data", gw_answer_summary_data, GW_SCOPE_READ, ARGS(data_summary_args),
     .doc = "How many samples, workouts and sleep sessions there are; a workout that two sources have counts once.",
     .reply = "DataSummary"},
    {GW_GET, V1 "/users/{user_id}/health-scores", gw_answer_health_scores, GW_SCOPE_READ, ARGS(score_args),
     .doc = "Scores as their providers made them, newest first.", .reply = "HealthScorePage"},

    {GW_GET, V1 "/priorities/providers", gw_answer_provider_priorities, GW_SCOPE_ADMIN,
     .doc = "Which provider goes before which when several have the same day; lower numbers go first.",
     .reply = "ProviderPriorityList"},
    {GW_PUT, V1 "/priorities/providers", gw_answer_provider_priorities_put, GW_SCOPE_ADMIN, GW_BODY_JSON, SMALL,
     .doc = "Sets the priorities of several providers.", .takes = "ProviderPriorityListBody",
     .reply = "ProviderPriorityList"},
    {GW_PUT, V1 "/priorities/providers/{name}", gw_answer_provider_priority_put, GW_SCOPE_ADMIN, GW_BODY_JSON, SMALL,
     .doc = "Sets the priority of one provider, 1 to 100.", .takes = "PriorityBody", .reply = "ProviderPriority"},
    {GW_GET, V1 "/priorities/device-types", gw_answer_device_priorities, GW_SCOPE_ADMIN,
     .doc = "Which type of device goes before which within one provider; lower numbers go first.",
     .reply = "DeviceTypePriorityList"},
    {GW_PUT, V1 "/priorities/device-types", gw_answer_device_priorities_put, GW_SCOPE_ADMIN, GW_BODY_JSON, SMALL,
     .doc = "Sets the priorities of several types of devices.", .takes = "DeviceTypePriorityListBody",
     .reply = "DeviceTypePriorityList"},
    {GW_PUT, V1 "/priorities/device-types/{name}", gw_answer_device_priority_put, GW_SCOPE_ADMIN, GW_BODY_JSON, SMALL,
     .doc = "Sets the priority of one type of device, 1 to 100.", .takes = "PriorityBody",
     .reply = "DeviceTypePriority"},

    {GW_DELETE, V1 "/users/{user_id}/events/workouts/{workout_id}", gw_answer_workout_delete, GW_SCOPE_WRITE,
     .doc = "Deletes a workout for good: no later sync brings it back. Its samples stay.", .statuses = {204}},
    {GW_DELETE, V1 "/users/{user_id}/events/sleep/{sleep_id}", gw_answer_sleep_delete, GW_SCOPE_WRITE,
     .doc = "Deletes a sleep session for good: no later sync brings it back.", .statuses = {204}},
    {GW_GET, V1 "/users/{user_id}/events/menstrual-cycles", gw_answer_cycles, GW_SCOPE_READ, ARGS(cycles_args),
     .doc = "Days of menstrual cycles and pregnancies, newest first.", .reply = "MenstrualCyclePage"},
    {GW_DELETE, V1 "/users/{user_id}/events/menstrual-cycles/{cycle_id}", gw_answer_cycle_delete, GW_SCOPE_WRITE,
     .doc = "Deletes a record of a menstrual cycle for good.", .statuses = {204}},
    {GW_GET, V1 "/users/{user_id}/timeseries", gw_answer_timeseries, GW_SCOPE_READ, .flags = GW_ROUTE_SLOW,
     ARGS(timeseries_args), .doc = "Samples, oldest first; as JSON lines or CSV the whole range at once.",
     .reply = "SamplePage", .types = "application/json application/x-ndjson text/csv"},
};
const size_t gw_routes_count = sizeof(gw_routes) / sizeof(gw_routes[0]);
