/* aorta/sdk.h - optional helpers for plugin authors, in libaortasdk.a (hidden symbols; nothing of it is ABI).
 *
 * What every provider needs and no plugin should write again: text and URL building in the operation's arena, the
 * common parts of OAuth, one mapping from HTTP answers to statuses, times, settings and state, and a fast read-only
 * JSON reader on yajl.
 *
 * Every function is safe from any thread inside the operation whose ctx it is given. Memory comes from
 * ctx->host->alloc and is gone when the operation returns; nothing here needs a free, but for sdk_instance_new.
 * Functions that return a pointer or an aorta_str return NULL / {NULL,0} when that memory is spent: return
 * AORTA_ERR_NOMEM then.
 */
#ifndef AORTA_SDK_H
#define AORTA_SDK_H

#include "aorta/plugin.h"

#define AORTA_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define AORTA_S(literal)   ((aorta_str){literal, sizeof(literal) - 1})

/* ---- text ---- */

aorta_str sdk_str(const char *text);         /* borrowed; NULL gives {NULL,0} */
int sdk_str_eq(aorta_str a, const char *b);  /* exact */
int sdk_str_ieq(aorta_str a, const char *b); /* ASCII letters of either case */
int sdk_str_cmp(aorta_str a, aorta_str b);   /* by bytes, as memcmp says it; a beginning comes before the whole */
aorta_str sdk_trim(aorta_str text);          /* without white space at both ends, and without a byte order mark */
/* The part of *rest before the next `at`, or all of it; *rest becomes what follows. 1, or 0 when *rest is empty:
 * while (sdk_split(&rest, '\n', &line)) … */
int sdk_split(aorta_str *rest, char at, aorta_str *part);
aorta_str sdk_format(aorta_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *sdk_cstr(aorta_ctx *ctx, aorta_str s); /* NUL-terminated copy */

/* ---- text that grows: sdk_text t = {.ctx = ctx}; sdk_text_addf(&t, "[%d", n); … sdk_text_str(&t) ---- */

typedef struct sdk_text {
    aorta_ctx *ctx;
    char *ptr;
    size_t len, cap;
    int failed; /* memory is spent: the text is not whole, and nothing more is added */
} sdk_text;

void sdk_text_reserve(sdk_text *t, size_t more); /* where the length is known beforehand; adding grows by doubling */
void sdk_text_add(sdk_text *t, aorta_str s);
void sdk_text_addf(sdk_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
aorta_str sdk_text_str(const sdk_text *t); /* {NULL,0} when it failed, and while it is empty */

/* ---- what is said: messages are for people, and hold neither tokens nor health data; beyond 1 KiB they are cut ----
 */

void sdk_log(aorta_ctx *ctx, uint32_t level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A line at level WARN that the sync run shows as one of its warnings. */
void sdk_warn(aorta_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Records the failure and returns `status`: `return sdk_fail(ctx, AORTA_ERR_DATA, "polar.bad_json", "…", …);` */
aorta_status sdk_fail(aorta_ctx *ctx, aorta_status status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same, about one parameter or setting. */
aorta_status sdk_fail_field(aorta_ctx *ctx, aorta_status status, const char *code, const char *field, const char *fmt,
                            ...) __attribute__((format(printf, 5, 6)));
/* The same, because of an answer of the provider, whose HTTP status it records. See also sdk_http_failure. */
aorta_status sdk_fail_answer(aorta_ctx *ctx, aorta_status status, const char *code, const aorta_http_resp *resp,
                             const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* ---- settings: init's values are gone when it returns, so an instance brings its own copies ---- */

typedef struct sdk_setting {
    uint32_t index; /* among the descriptor's settings */
    int required;   /* must not be empty */
    size_t at;      /* offsetof an aorta_str of the instance */
} sdk_setting;

/* The first required text that is empty, or NULL. */
const sdk_setting *sdk_setting_missing(const sdk_setting *texts, uint32_t count, const aorta_value *values);
/* An instance of `size` zeroed bytes with its texts filled in; NULL without memory. From malloc, as it outlives init.
 */
void *sdk_instance_new(size_t size, const sdk_setting *texts, uint32_t count, const aorta_value *values);
void sdk_instance_free(void *self); /* wiped first, as secrets are in it; accepts NULL */

/* ---- state: AORTA_STATE_* by a key, as text ---- */

aorta_status sdk_state_get(aorta_ctx *ctx, uint32_t scope, const char *key, aorta_str *ret); /* absent: OK, empty */
aorta_status sdk_state_put(aorta_ctx *ctx, uint32_t scope, const char *key, aorta_str value, int64_t ttl_s);

/* ---- URLs and forms: sdk_query q = {0}; sdk_query_add(ctx, &q, "code", code); … sdk_url(ctx, base, path, &q) ---- */

typedef struct sdk_query {
    char *text;
    size_t len, cap;
    int failed;
} sdk_query;

void sdk_query_add(aorta_ctx *ctx, sdk_query *q, const char *name, aorta_str value); /* both are percent-encoded */
void sdk_query_add_int(aorta_ctx *ctx, sdk_query *q, const char *name, int64_t value);
aorta_str sdk_url(aorta_ctx *ctx, aorta_str base, const char *path, const sdk_query *q); /* q may be NULL */
aorta_bytes sdk_form(const sdk_query *q); /* the same pairs as an x-www-form-urlencoded body */
aorta_str sdk_pair(const aorta_pair *pairs, uint32_t count, const char *name);   /* value or {NULL,0} */
aorta_str sdk_field(const aorta_field *fields, uint32_t count, const char *key); /* STRING value or {NULL,0} */

/* ---- OAuth ---- */

/* RFC 7636 S256: verifier of 43 characters, challenge of 43 characters. */
aorta_status sdk_pkce(aorta_ctx *ctx, aorta_str *verifier, aorta_str *challenge);
/* authorize: makes a verifier, keeps it with the flow, and adds its challenge to the query of the consent page. */
aorta_status sdk_pkce_ask(aorta_ctx *ctx, sdk_query *page);
/* callback: adds the flow's verifier to the form of the exchange. NOT_FOUND when the flow is over or was another's. */
aorta_status sdk_pkce_answer(aorta_ctx *ctx, sdk_query *form);
aorta_str sdk_basic_auth(aorta_ctx *ctx, aorta_str user, aorta_str password); /* "Basic …" */
aorta_str sdk_bearer_auth(aorta_ctx *ctx, aorta_str token);                   /* "Bearer …" */
/* POSTs the form to a token endpoint, with an Authorization header unless it is NULL. It is never sent twice: codes and
 * refresh tokens are good for one use. NOMEM also when url, header or form could not be built. */
aorta_status sdk_token_post(aorta_ctx *ctx, aorta_str url, const aorta_str *authorization, const sdk_query *form,
                            const aorta_http_resp **resp);
aorta_str sdk_oauth_error(aorta_ctx *ctx, const aorta_http_resp *resp); /* `error` of a refusal (RFC 6749), or empty */

/* ---- HTTP ---- */

/* What an answer that was not wanted means: 401 AUTH_EXPIRED, 403 SCOPE, 404 NOT_FOUND, 409 CONFLICT, 408/5xx
 * UPSTREAM, 429 RATE_LIMITED with Retry-After, any other 4xx UPSTREAM_REJECTED. Records the failure under
 * "<provider>.<what>" and returns the status; never quotes the body. `code` is static text. */
aorta_status sdk_http_failure(aorta_ctx *ctx, const aorta_http_resp *resp, const char *code, const char *what);
aorta_str sdk_http_header(const aorta_http_resp *resp, const char *lower_case_name);

/* The whole text is one decimal number, in any locale; it is read correctly rounded. 0, or -1. */
int sdk_number_parse(aorta_str text, double *ret);
int sdk_int_parse(aorta_str text, int64_t *ret); /* fractions are cut; -1 also when it does not fit */

/* ---- JSON: a flat, read-only tree in the arena; texts point into the input where they have no escapes ---- */

#define SDK_JSON_NONE   0 /* absent: every accessor accepts it */
#define SDK_JSON_NULL   1
#define SDK_JSON_BOOL   2
#define SDK_JSON_NUMBER 3
#define SDK_JSON_STRING 4
#define SDK_JSON_ARRAY  5
#define SDK_JSON_OBJECT 6

typedef struct sdk_json_node sdk_json_node;
typedef struct sdk_json {
    const sdk_json_node *node; /* NULL = absent */
} sdk_json;

/* Parses one JSON document (UTF-8, depth at most 64, nothing after it). DATA with a recorded failure when it is not
 * one; the bytes must outlive the tree. */
aorta_status sdk_json_parse(aorta_ctx *ctx, const void *bytes, size_t len, sdk_json *ret);

int sdk_json_type(sdk_json v);
sdk_json sdk_json_get(sdk_json object, const char *key); /* absent for anything that is not there */
uint32_t sdk_json_count(sdk_json v);                     /* members of an object or array, else 0 */
/* Iteration of both: for (sdk_json m = sdk_json_first(v); m.node; m = sdk_json_next(m)) … sdk_json_key(m) */
sdk_json sdk_json_first(sdk_json v);
sdk_json sdk_json_next(sdk_json member);
aorta_str sdk_json_key(sdk_json member); /* of an object's member */
/* Value or the default given; a number is also read from a string that holds nothing but a number. */
int sdk_json_is_number(sdk_json v);
double sdk_json_double(sdk_json v, double otherwise);
int64_t sdk_json_int(sdk_json v, int64_t otherwise); /* fractions are cut; out of range = otherwise */
int sdk_json_bool(sdk_json v, int otherwise);
aorta_str sdk_json_str(sdk_json v);  /* STRING; a NUMBER gives its text; else {NULL,0} */
aorta_str sdk_json_text(sdk_json v); /* the value's own source bytes, exactly as they stand in the input */

/* ---- JSON by its outline: where values begin and end, for bodies too big for a tree. Only quotes, brackets and
 * their depth (at most 64) are looked at, and no memory is used: what is wrong inside a value shows when it is
 * parsed. Values and keys point into the text, as they stand there. ---- */

typedef struct sdk_outline {
    aorta_str rest; /* of the container; after its end, what follows it */
    char close;     /* the bracket that ends it; 0 = it has come */
    int first;
} sdk_outline;

/* The first value of text; *rest is what follows it, from its first character that is no white space. 0, or -1 when
 * there is no value or it does not end. */
int sdk_outline_value(aorta_str text, aorta_str *value, aorta_str *rest);
/* sdk_outline_begin(container, &o); while ((more = sdk_outline_next(&o, &key, &value)) == 1) … 0 when it is an array or
 * an object; -1 otherwise, and the first step then says so too. */
int sdk_outline_begin(aorta_str container, sdk_outline *ret);
/* 1 with the next value, and in an object its key, quotes included; 0 behind the last; -1 when the container is broken
 * or cut before the next one. */
int sdk_outline_next(sdk_outline *o, aorta_str *key, aorta_str *value);
/* The member of that name (written without escapes), the last of several. 0, or -1 also when the object is broken. */
int sdk_outline_member(aorta_str object, const char *name, aorta_str *value);

/* ---- time ---- */

/* ISO 8601 date-time: "2026-11-20T18:05:07[.fff][Z|+01:00|+0100]", also with a space for T, also without seconds.
 * *offset_s and *has_offset tell the offset when it has one; without one *us is as if UTC. 0, or -1. */
int sdk_time_parse(aorta_str text, int64_t *us, int32_t *offset_s, int *has_offset);
int sdk_date_parse(aorta_str text, int64_t *days);       /* "2026-11-20" -> days since 1970-01-01 */
int sdk_clock_parse(aorta_str text, int64_t *seconds);   /* "23:33", "23:33:07" */
int sdk_duration_parse(aorta_str text, int64_t *us);     /* ISO 8601 "P1DT2H44M8.5S" (no months, years) */
aorta_str sdk_date_format(aorta_ctx *ctx, int64_t days); /* "2026-11-20" */
aorta_str sdk_time_format(aorta_ctx *ctx, int64_t us);   /* "2026-11-20T18:05:07Z" */

/* ---- normalize: the payload's bytes in one piece; a big payload is read into the arena ---- */

aorta_status sdk_payload_bytes(aorta_ctx *ctx, const aorta_payload *payload, aorta_bytes *ret);

/* ---- records: sdk_fields f = {0}; sdk_add_float(&f, "distance_m", d); … ---- */

#define SDK_FIELDS_MAX 64
typedef struct sdk_fields {
    aorta_field field[SDK_FIELDS_MAX];
    uint32_t count;
    uint32_t dropped;
} sdk_fields;

void sdk_add_str(sdk_fields *f, const char *key, aorta_str value); /* empty = left out; key is a static text */
void sdk_add_enum(sdk_fields *f, const char *key, const char *value);
void sdk_add_int(sdk_fields *f, const char *key, int64_t value);
void sdk_add_bool(sdk_fields *f, const char *key, int value);
void sdk_add_date(sdk_fields *f, const char *key, int64_t days);   /* since 1970-01-01 */
void sdk_add_float(sdk_fields *f, const char *key, double value);  /* not finite = left out */
void sdk_add_json(sdk_fields *f, const char *key, aorta_str json); /* empty = left out */
/* The number at `key` of a JSON object, times factor; absent, null or below min = left out. */
void sdk_add_number(sdk_fields *f, const char *key, sdk_json object, const char *json_key, double factor, double min);

/* Emits the record with these fields. OK also when the host refused it (it is counted there, and the rest goes on). */
aorta_status sdk_emit_record(aorta_ctx *ctx, aorta_record *record, const sdk_fields *fields);

/* Gathers samples and emits runs of at most 65,536 in time order (sorting them if they were not). Each sample goes to
 * the run of the current offset, source, version and flags. */
typedef struct sdk_samples {
    aorta_ctx *ctx;
    aorta_series head; /* metric, source, flags, offset, version: set by sdk_samples_begin, then change at will
                          between flushes */
    int64_t *t;
    double *v;
    uint32_t count, cap;
    aorta_status status; /* first failure of emit or memory */
} sdk_samples;

void sdk_samples_begin(sdk_samples *s, aorta_ctx *ctx, const char *metric); /* an unknown metric: samples are dropped */
void sdk_samples_add(sdk_samples *s, int64_t t_us, double v);
aorta_status sdk_samples_flush(sdk_samples *s); /* emits what was gathered; OK, or the first failure that ends the op */

#endif
