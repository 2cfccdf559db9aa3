/* The parts of the Garmin plugin, for each other. Nothing here is seen outside this folder.
 *
 * garmin.c declares and wires; types.c knows the summary types; oauth2.c, oauth1.c and grant.c obtain and
 * keep the right to ask; client.c asks; sync.c, pull_tokens.c, backfill.c, history.c, delivered.c and
 * cursor.c decide what to ask for; webhook.c and envelope.c take apart what Garmin posts. What
 * becomes of payloads is in normalize.h and its files.
 */
#ifndef GARMIN_H
#define GARMIN_H

#include "aorta/refresh.h"
#include "aorta/sdk.h"
#include "aorta/webhook.h"

#define US_PER_S  INT64_C(1000000)
#define S_PER_DAY INT64_C(86400)

/* ---- the settings, read-only after init ---- */

struct garmin {
    aorta_str client_id, client_secret;
    int64_t oauth_version;
    aorta_str authorize_url, token_url, api_url;
    aorta_str request_token_url, authorize_url_1, access_token_url;
    aorta_str pull_token, webhook_token;
    int64_t client_id_check;
    int64_t backfill_wait_s, backfill_settle_s, history_days;
    uint32_t wanted; /* summary types, by bit */
};

/* ---- summary types (types.c): a set of them is a mask of bits ---- */

enum garmin_type_id {
#define TYPE(key, pull, backfill, data, permission) GARMIN_##key,
#include "types.def"
#undef TYPE
    GARMIN_TYPES
};

struct garmin_type {
    const char *key, *kind, *pull, *backfill;
    uint32_t data;
    const char *permission;
};

extern const struct garmin_type garmin_types[GARMIN_TYPES];
extern const char *const garmin_kinds[]; /* every payload kind, NULL at the end */

#define GARMIN_KIND_UNKNOWN "garmin.unknown"

int garmin_type_find(aorta_str key); /* -1 = unknown */
/* The types named in a list separated by commas (blanks allowed). *bad: the first name that is none, or
 * empty. */
uint32_t garmin_types_parse(aorta_str list, aorta_str *bad);
/* The types of a mask by name, as garmin_types_parse reads them. */
void garmin_types_write(sdk_text *t, uint32_t mask);
uint32_t garmin_types_of(uint32_t data);          /* of AORTA_DATA_*; 0 = all */
uint32_t garmin_types_permitted(aorta_str scope); /* by the permissions of a connection; all when scope is empty */
int garmin_scope_has(aorta_str scope, const char *permission);

/* ---- URLs (url.c) ---- */

/* Scheme, host and port are the same. */
int garmin_same_origin(aorta_str a, aorta_str b);
/* The decoded value of a parameter in the query of a URL, or {NULL, 0}. */
aorta_str garmin_url_param(aorta_ctx *ctx, aorta_str url, const char *name);
/* The decoded value in an x-www-form-urlencoded text, or {NULL, 0}. */
aorta_str garmin_form_param(aorta_ctx *ctx, aorta_str form, const char *name);
/* The next name=value of a form, decoded. 1, 0 at the end. *form moves on. */
int garmin_form_next(aorta_ctx *ctx, aorta_str *form, aorta_pair *ret);
/* The path without query and origin. */
aorta_str garmin_url_path(aorta_str url);

/* ---- the right to ask (grant.c, oauth1.c, oauth2.c) ---- */

/* A token in the plugin's hands: right after an exchange, and for connections that sign (OAuth 1). */
struct garmin_grant {
    aorta_str token, secret; /* secret empty: a bearer token */
};

/* The OAuth 1 grant of the connection; 0 when it has none, and the host attaches its bearer token. */
int garmin_grant_of(const aorta_connection *conn, struct garmin_grant *ret);

/* Who the user is and what they allow: user id (required) and permissions, sorted, separated by spaces, empty
 * when Garmin would not say. [callback] */
aorta_status garmin_identify(const struct garmin *g, aorta_ctx *ctx, const struct garmin_grant *grant,
                             aorta_str *ret_user_id, aorta_str *ret_scope);
/* Permissions of any shape Garmin sends (list of names, map of booleans, either under "permissions") as scope
 * text. -1 when there are none to be found. */
int garmin_permissions(aorta_ctx *ctx, sdk_json answer, aorta_str *ret_scope);

/* What is signed: the method, the URL and all parameters, those of the URL's query included (RFC
 * 5849, 3.4.1). */
aorta_str garmin_oauth1_base_string(aorta_ctx *ctx, const char *method, aorta_str url, const aorta_pair *params,
                                    uint32_t count);
/* The Authorization header of a signed request, or {NULL, 0}. more: oauth_callback, oauth_verifier, or NULL.
 */
aorta_str garmin_oauth1_header(const struct garmin *g, aorta_ctx *ctx, const char *method, aorta_str url,
                               const struct garmin_grant *grant, const aorta_pair *more);
aorta_status garmin_oauth1_authorize(const struct garmin *g, aorta_ctx *ctx, const aorta_authorize_req *req);
aorta_status garmin_oauth1_callback(const struct garmin *g, aorta_ctx *ctx, const aorta_callback_req *req);
aorta_status garmin_oauth2_authorize(const struct garmin *g, aorta_ctx *ctx, const aorta_authorize_req *req);
aorta_status garmin_oauth2_callback(const struct garmin *g, aorta_ctx *ctx, const aorta_callback_req *req);
/* A token answer into credentials; the life of the token is shortened by ten minutes. */
aorta_status garmin_oauth2_tokens(aorta_ctx *ctx, const aorta_http_resp *resp, aorta_credentials *ret);

extern const aorta_refresh_ext garmin_refresh;
extern const aorta_revoke_ext garmin_revoke;

/* ---- requests (client.c) ---- */

#define GARMIN_REST "/wellness-api/rest"

struct garmin_call {
    const char *method; /* NULL = GET */
    aorta_str url;
    const struct garmin_grant *grant; /* NULL: the connection's own */
    const char *rate_key;
    uint64_t max_response;
    uint32_t timeout_ms;
};

/* One authenticated request; signed where the grant is of OAuth 1. */
aorta_status garmin_request(const struct garmin *g, aorta_ctx *ctx, const struct garmin_call *call,
                            const aorta_http_resp **ret);
/* A 403 that says the user has left. */
int garmin_withdrawn(const aorta_http_resp *resp);
/* What an answer means that nobody wanted. The grant has ended when the user has left, and when an OAuth 1 token, which
 * does not expire, is answered 401 for another reason than the clock or a nonce. */
aorta_status garmin_refused(aorta_ctx *ctx, const aorta_http_resp *resp, const char *code, const char *what);
/* The answer's text has this in it. */
int garmin_says(const aorta_http_resp *resp, const char *needle);

/* ---- payloads out of lists of items (envelope.c) ---- */

struct garmin_raw {
    aorta_str text; /* one item as it was sent */
    aorta_str user;
    uint32_t index; /* its place in the list */
    int strip;      /* holds a userAccessToken: payloads keep no tokens */
};

/* Where finished payloads go. */
typedef aorta_status (*garmin_sink_fn)(void *arg, aorta_str payload);

/* {"<key>":[items]} in pieces of a few MiB, each to the sink; key is raw, with its quotes. Epochs stay in one
 * piece: the entries of a slot belong together. */
aorta_status garmin_envelope_write(aorta_ctx *ctx, aorta_str key, int whole, const struct garmin_raw *items,
                                   size_t count, garmin_sink_fn sink, void *arg);
/* Emits the answer of a pull as it came, or in pieces when it is big. Nothing for an empty one. type -1 =
 * unknown, then key names it. */
aorta_status garmin_emit_answer(aorta_ctx *ctx, int type, aorta_str raw_key, aorta_str url, aorta_bytes body);

/* ---- pull tokens (pull_tokens.c): leave to pull a window of upload time, remembered from pings ---- */

struct garmin_pull {
    aorta_str token;
    int64_t from, to; /* upload time, seconds */
};

/* Reads the token and window out of a callback URL. 0, or -1 when it has none. */
int garmin_pull_of_url(aorta_ctx *ctx, aorta_str url, struct garmin_pull *ret);
aorta_status garmin_pull_remember(aorta_ctx *ctx, int type, const struct garmin_pull *pull);
aorta_status garmin_pull_forget(aorta_ctx *ctx, int type, aorta_str token);
/* The newest remembered token whose window covers [from, to]. NOT_FOUND. */
aorta_status garmin_pull_find(aorta_ctx *ctx, int type, int64_t from, int64_t to, struct garmin_pull *ret);

/* ---- the walk of one sync, between its calls (cursor.c) ---- */

enum garmin_stage { GARMIN_PULL, GARMIN_ASK, GARMIN_WAIT };
enum garmin_walk_kind { GARMIN_WALK_RANGE, GARMIN_WALK_POLL, GARMIN_WALK_HISTORY };

struct garmin_walk {
    enum garmin_walk_kind kind;
    enum garmin_stage stage;
    int64_t from, to;               /* the range, or the window of the round; seconds */
    uint32_t want;                  /* types that are to come at all */
    uint32_t round;                 /* those of this range or window */
    uint32_t pulled, asked, came;   /* of the round: got by pull token; requested; delivered */
    uint32_t early, refused;        /* not to be had: before Garmin's history; type off or not permitted */
    int64_t deadline_us, first_us;  /* of the wait; when the first of them came, 0 = none yet */
    int64_t oldest;                 /* history: where it ends */
    int64_t health_to, activity_to; /* history: how far back each group has come */
    uint32_t over;                  /* history: types that have no more */
    int portal_dead;                /* the portal's pull token was refused */
};

aorta_status garmin_cursor_read(aorta_ctx *ctx, aorta_bytes cursor, struct garmin_walk *ret);
/* Checkpoints the walk: OK, or what the host says. */
aorta_status garmin_cursor_save(aorta_ctx *ctx, const struct garmin_walk *w);

/* ---- sync (sync.c), and its part that waits for Garmin (backfill.c) ---- */

aorta_status garmin_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req);
/* From stage ASK on, until the walk ends or has to wait. hint: events that came. */
aorta_status garmin_backfill_run(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w, aorta_str hint);
/* Sets up the next window of a history walk; 0 when there is none left. (history.c) */
int garmin_history_next(struct garmin_walk *w);
/* The types whose backfill of the walk's range was delivered before; and noting that it was now
 * (delivered.c). */
aorta_status garmin_delivered(aorta_ctx *ctx, const struct garmin_walk *w, uint32_t *ret_types);
aorta_status garmin_delivered_add(aorta_ctx *ctx, const struct garmin_walk *w);

/* ---- the rest of the vtable ---- */

aorta_status garmin_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload);
extern const aorta_webhook_ext garmin_webhook;

#endif
