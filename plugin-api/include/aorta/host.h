/* aorta/host.h - what the gateway gives a plugin during one operation: who is asking, and the service table.
 *
 * An aorta_ctx belongs to one operation on one thread. It is dead when the operation returns; never keep it, never
 * use it from another thread. The host struct and its functions live as long as the process.
 *
 * Which operation may call what (anything else returns AORTA_ERR_FORBIDDEN_CALL and is counted against the plugin):
 *   every operation     log fail alive alloc digest hmac ct_equal encode decode now_us mono_us get_extension
 *   authorize           + random state_* (FLOW) http authorize_done
 *   callback, refresh   + random state_* http callback_done
 *   sync                + random state_* http http_release emit_payload checkpoint wait progress
 *   normalize           + metric source payload_read emit_record emit_series progress   (not now_us, mono_us)
 *   webhook verify      nothing more; webhook route: + emit through the host extension in webhook.h
 */
#ifndef AORTA_HOST_H
#define AORTA_HOST_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aorta_host aorta_host;

/* ---- who is asking ---- */

#define AORTA_OP_AUTHORIZE      1u
#define AORTA_OP_CALLBACK       2u
#define AORTA_OP_SYNC           3u
#define AORTA_OP_NORMALIZE      4u
#define AORTA_OP_REFRESH        5u
#define AORTA_OP_WEBHOOK_VERIFY 6u
#define AORTA_OP_WEBHOOK_ROUTE  7u
#define AORTA_OP_REVOKE         8u

/* A user's link to this provider. Empty strings where the operation has none (authorize) or may not see it. */
typedef struct aorta_connection {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str id;               /* the gateway's id of the connection */
    aorta_str user_ref;         /* stable, opaque, one for each user of the gateway; may be shown to the provider */
    aorta_str provider_user_id; /* as given to callback_done */
    aorta_str access_token;     /* refresh, revoke; sync only with AORTA_DESC_SIGNS_REQUESTS */
    aorta_str refresh_token;    /* refresh, revoke */
    aorta_str scope;
    int64_t expires_at_us;    /* of the access token; 0 = does not expire or not known */
    const aorta_field *extra; /* as given to callback_done; sealed at rest */
    uint32_t extra_count;
    uint32_t reserved0;
} aorta_connection;

typedef struct aorta_ctx {
    uint32_t struct_size;
    uint32_t op; /* AORTA_OP_* */
    const aorta_host *host;
    const aorta_connection *conn; /* never NULL */
    int64_t deadline_us;          /* on the clock of mono_us */
    void *host_private;           /* the host's; do not touch */
} aorta_ctx;

/* ---- results and errors ---- */

/* A failure, said once, before returning its status: `return host->fail(ctx, &(aorta_error){...});` */
typedef struct aorta_error {
    uint32_t struct_size;
    aorta_status status;
    const char *code;        /* static, dotted, "<plugin id>.<what>"; kept stable: clients match on it; or NULL */
    aorta_str message;       /* one sentence for a person; never a token, never a body */
    aorta_str field;         /* the parameter or setting it is about, or empty */
    int64_t retry_after_ms;  /* 0 = not said */
    int32_t upstream_status; /* HTTP status of the provider, or 0 */
    uint32_t reserved0;
} aorta_error;

typedef struct aorta_authorize_result {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str url;        /* where the browser goes */
    int64_t expires_in_s; /* how long the flow may take; 0 = the host's default, 15 minutes */
} aorta_authorize_result;

/* Tokens and identity, from callback and refresh. In refresh an empty string keeps what was stored. */
typedef struct aorta_credentials {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str provider_user_id; /* callback: required, not empty; the only name the provider's webhooks use */
    aorta_str provider_username;
    aorta_str access_token;
    aorta_str refresh_token;
    aorta_str token_type;
    aorta_str scope;
    int64_t expires_in_s;     /* of the access token; 0 = does not expire */
    const aorta_field *extra; /* STRING values only; replaces what was stored when extra_count > 0 */
    uint32_t extra_count;
    uint32_t reserved0;
} aorta_credentials;

/* ---- HTTP ---- */

#define AORTA_HTTP_AUTH                                                                                                \
    0x1u                           /* host adds "Authorization: Bearer <access token>"; a 401 makes it refresh once    \
                                      and repeat, and the plugin sees only the second answer */
#define AORTA_HTTP_IDEMPOTENT 0x2u /* may be repeated on connect errors and 502/503/504 although not GET/HEAD */
#define AORTA_HTTP_NO_RETRY   0x4u /* never repeat */

typedef struct aorta_http_req {
    uint32_t struct_size;
    uint32_t flags;
    const char *method; /* "GET", "POST", ... */
    aorta_str url;      /* absolute; its host must be in the descriptor's http_hosts */
    const aorta_pair *headers;
    uint32_t headers_count;
    uint32_t timeout_ms; /* 0 = the host's default, 30 s; never beyond the deadline of the operation */
    aorta_bytes body;
    uint64_t max_response; /* bytes; 0 = 32 MiB; beyond it the request fails with AORTA_ERR_UPSTREAM_REJECTED */
    const char *rate_key;  /* one of the declared rates, or NULL */
} aorta_http_req;

/* An answer of the provider, of any status. Redirects are not followed. */
typedef struct aorta_http_resp {
    uint32_t struct_size;
    int32_t status;
    const aorta_pair *headers; /* names in lower case */
    uint32_t headers_count;
    uint32_t attempts;
    aorta_bytes body;
    int64_t elapsed_us;
} aorta_http_resp;

/* ---- payloads, records, series ---- */

#define AORTA_PAYLOAD_HAS_OFFSET 0x1u /* tz_offset_s is known */

/* Bytes as the provider sent them. sync emits them; normalize gets them back, now or years later. */
typedef struct aorta_payload {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str kind; /* one of the descriptor's payload_kinds */
    aorta_str content_type;
    aorta_str external_id; /* the provider's id of this piece, or empty: identity is then the digest of the bytes */
    aorta_str origin;      /* where it came from, for people (a path without secrets), or empty */
    const uint8_t *data;   /* NULL when the payload is big: use host->payload_read */
    uint64_t size;         /* bytes, also when data is NULL */
    int64_t received_at_us;
    int32_t tz_offset_s; /* local minus UTC, for data in local clock time without an offset of its own */
    uint32_t reserved0;
} aorta_payload;

/* Who measured. Empty strings where not known. */
typedef struct aorta_source {
    uint32_t struct_size;
    uint32_t reserved0;
    aorta_str app;          /* the writing application's name */
    aorta_str app_id;       /* its bundle or package id */
    aorta_str device_model; /* as the provider names it: "Forerunner 265" */
    aorta_str device_name;  /* given by its owner */
    aorta_str device_type;  /* watch band phone scale ring other, or empty */
    aorta_str software;
    aorta_str original; /* the provider's own text, when it has one text for all of this */
} aorta_source;

#define AORTA_RECORD_HAS_OFFSET  0x1u /* tz_offset_s is known */
#define AORTA_RECORD_TENTATIVE   0x2u /* the provider says a final one will follow */
#define AORTA_RECORD_DELETED     0x4u /* the record with this identity is gone */
#define AORTA_SERIES_HAS_OFFSET  0x1u
#define AORTA_SERIES_TENTATIVE   0x2u
#define AORTA_SERIES_DELETED     0x4u /* the samples at these times are gone; v may be NULL */
#define AORTA_SERIES_DAILY_TOTAL 0x8u /* each value is the total of the local day that starts at its time */

/* One event: a workout, a sleep session, a score. Kinds and keys: plugin-api/catalogue. Identity is
 * (user, provider, account, kind, external_id), or source and start where external_id is empty. */
typedef struct aorta_record {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str kind;
    aorta_str external_id;
    aorta_str parent_external_id; /* of a record emitted before it, or empty */
    uint32_t source;              /* from host->source, 0 = the provider itself */
    int32_t tz_offset_s;          /* -64800 .. 64800 */
    int64_t start_us, end_us;     /* end >= start */
    int64_t version_us; /* the provider's modification time, or the batch's own; 0 = none. Never the arrival. */
    const aorta_field *fields;
    uint32_t fields_count;
    uint32_t reserved0;
} aorta_record;

/* Samples of one metric and one source, times ascending, at most 65,536 a call. Values in the metric's unit;
 * NaN = no value. Times: t_us, or start_us + i * period_us when t_us is NULL. */
typedef struct aorta_series {
    uint32_t struct_size;
    uint32_t flags;
    uint32_t metric; /* from host->metric */
    uint32_t count;
    uint32_t source; /* from host->source, 0 = the provider itself */
    int32_t tz_offset_s;
    int64_t version_us;
    int64_t start_us, period_us;
    const int64_t *t_us;
    const int64_t *dur_us; /* what each sample covers, or NULL */
    const double *v;
} aorta_series;

/* host->wait: leave the thread until a webhook names `event` for this connection, or until wake_at_us. */
typedef struct aorta_wait {
    uint32_t struct_size;
    uint32_t flags;
    int64_t wake_at_us; /* on the clock of now_us */
    aorta_str event;    /* empty = any */
} aorta_wait;

/* levels of log */
#define AORTA_LOG_DEBUG 1u
#define AORTA_LOG_INFO  2u
#define AORTA_LOG_WARN  3u
#define AORTA_LOG_ERROR 4u

#define AORTA_DIGEST_SHA1   1u /* 20 bytes; hmac only (OAuth 1.0a) */
#define AORTA_DIGEST_SHA256 2u /* 32 bytes */

#define AORTA_CODEC_HEX     1u /* lower case */
#define AORTA_CODEC_B64     2u /* padded */
#define AORTA_CODEC_B64URL  3u /* not padded */
#define AORTA_CODEC_PERCENT 4u /* everything but A-Z a-z 0-9 - . _ ~ */

#define AORTA_STATE_FLOW       1u /* from authorize to its callback: single flow, at most 15 minutes */
#define AORTA_STATE_CONNECTION 2u /* this connection; sealed at rest */
#define AORTA_STATE_PROVIDER   3u /* all of this deployment's application; sealed at rest */

struct aorta_host {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    const char *name, *version;

    /* Host extensions by id; NULL when unknown. [any op] */
    const void *(*get_extension)(const aorta_host *host, const char *id);

    /* One structured log line; kv may be NULL. Secrets known to the host are redacted. Never blocks. */
    void (*log)(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n);
    /* Records the failure (the last one wins) and returns err->status. */
    aorta_status (*fail)(aorta_ctx *ctx, const aorta_error *err);
    /* OK, or CANCELLED or DEADLINE: call it in long loops and return what it says. */
    aorta_status (*alive)(aorta_ctx *ctx);
    /* done of total, total 0 = not known. */
    aorta_status (*progress)(aorta_ctx *ctx, uint64_t done, uint64_t total, const char *what, size_t len);
    int64_t (*now_us)(aorta_ctx *ctx);                             /* wall clock; tests set it */
    int64_t (*mono_us)(aorta_ctx *ctx);                            /* monotonic; starts anywhere */
    aorta_status (*random)(aorta_ctx *ctx, void *buf, size_t len); /* cryptographic */
    /* Memory of the operation, 16-byte aligned, gone when it returns. NULL when the operation's 256 MiB are spent. */
    void *(*alloc)(aorta_ctx *ctx, size_t len);

    /* out needs 20 or 32 bytes; cap too small = CONTRACT. */
    aorta_status (*digest)(aorta_ctx *ctx, uint32_t alg, const void *data, size_t len, uint8_t *out, size_t cap);
    aorta_status (*hmac)(aorta_ctx *ctx, uint32_t alg, const void *key, size_t key_len, const void *data, size_t len,
                         uint8_t *out, size_t cap);
    /* 1 when equal; time does not depend on the contents. */
    int32_t (*ct_equal)(aorta_ctx *ctx, const void *a, size_t a_len, const void *b, size_t b_len);
    /* *out lives until the operation returns. decode: DATA when the text is not of that codec. */
    aorta_status (*encode)(aorta_ctx *ctx, uint32_t codec, const void *data, size_t len, aorta_str *out);
    aorta_status (*decode)(aorta_ctx *ctx, uint32_t codec, const char *text, size_t len, aorta_bytes *out);

    /* One request. OK with an answer of any HTTP status; else UPSTREAM, UPSTREAM_TIMEOUT, RATE_LIMITED (a budget or
     * a Retry-After beyond what the host will wait for), AUTH_* (AORTA_HTTP_AUTH and no token to be had),
     * FORBIDDEN_CALL (host not declared), CANCELLED, DEADLINE: return those as they are, the reason is recorded.
     * *resp lives until the operation returns, or until http_release. */
    aorta_status (*http)(aorta_ctx *ctx, const aorta_http_req *req, const aorta_http_resp **resp);
    void (*http_release)(aorta_ctx *ctx, const aorta_http_resp *resp);

    /* Small values by key (1..64 bytes); value at most 64 KiB; 256 keys in a scope. get: NOT_FOUND. put with len 0
     * deletes. ttl_s 0 = for ever. CONNECTION state put during callback is bound when the connection is stored;
     * put during sync is committed by the next checkpoint. */
    aorta_status (*state_get)(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, aorta_bytes *out);
    aorta_status (*state_put)(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, const void *data,
                              size_t len, int64_t ttl_s);

    aorta_status (*authorize_done)(aorta_ctx *ctx, const aorta_authorize_result *result);
    aorta_status (*callback_done)(aorta_ctx *ctx, const aorta_credentials *credentials); /* also refresh */

    /* sync: one raw payload; the host stores it, and normalises it in its own time. */
    aorta_status (*emit_payload)(aorta_ctx *ctx, const aorta_payload *payload);

    /* Handle of a metric of the catalogue or of the descriptor; 0 = unknown here. */
    uint32_t (*metric)(aorta_ctx *ctx, const char *name);
    /* Handle of a source, good for this call of normalize. */
    uint32_t (*source)(aorta_ctx *ctx, const aorta_source *source);
    /* Next bytes of a big payload: > 0 bytes read, 0 end, < 0 status. */
    int64_t (*payload_read)(aorta_ctx *ctx, void *buf, size_t cap);
    /* DATA = this record or run was refused (counted, named in the run); go on with the next. */
    aorta_status (*emit_record)(aorta_ctx *ctx, const aorta_record *record);
    aorta_status (*emit_series)(aorta_ctx *ctx, const aorta_series *series);

    /* Commits everything emitted since the last checkpoint together with the cursor (at most 64 KiB), in one
     * transaction. OK go on; YIELD return AORTA_YIELD now, sync comes back with this cursor; or CANCELLED, DEADLINE. */
    aorta_status (*checkpoint)(aorta_ctx *ctx, const void *cursor, size_t len);
    /* Then return AORTA_PENDING; sync comes back with mode AORTA_SYNC_RESUMED and the last checkpoint's cursor. May
     * be called several times with different events: the first to happen ends the wait. */
    aorta_status (*wait)(aorta_ctx *ctx, const aorta_wait *wait);
};

#ifdef __cplusplus
}
#endif

#endif
