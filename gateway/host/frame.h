/* host/frame.h - one operation in progress, as the services see it: what stands behind ctx->host_private.
 *
 * Private to this folder. Frames come from a pool that is never given back, so that a plugin which keeps its ctx is
 * met by a dead magic number instead of by somebody else's memory. [the thread of the call]
 */
#ifndef GW_HOST_FRAME_H
#define GW_HOST_FRAME_H

#include <pthread.h>

#include "host/call.h"
#include "host/sources.h"

#define GW_FRAME_ALIVE     0x46726d65u
#define GW_FRAME_DEAD      0x64656164u
#define GW_FRAME_MEMORY    ((size_t)256 << 20) /* of one operation: arena and answers together */
#define GW_FRAME_LOG_LINES 200                 /* of one operation; the rest is counted */

enum gw_service {
#define SERVICE(name, ops) GW_SERVICE_##name,
#include "host/services.def"
#undef SERVICE
    GW_SERVICE_COUNT
};

struct gw_answer; /* services_http.c */

struct gw_frame {
    uint32_t magic;
    pthread_t thread;
    aorta_ctx ctx;
    aorta_connection conn; /* what this operation may see of the caller's */
    const struct gw_provider *provider;
    const struct gw_sink *sink;
    const atomic_bool *cancel;
    struct gw_arena *arena;

    aorta_status failed; /* the last failure recorded, 0 = none */
    struct gw_err err;   /* and its reason */
    aorta_status ended;  /* CANCELLED or DEADLINE, once a service has said so */

    bool done;         /* authorize_done or callback_done came */
    bool waiting;      /* wait came */
    bool checkpointed; /* checkpoint came */
    uint32_t log_lines;

    struct gw_answer *answers;
    size_t answers_size;
    struct gw_secret token; /* the last bearer token, to keep it out of texts */

    const aorta_payload *payload; /* normalize */
    uint64_t payload_at;
    struct gw_sources sources;
    void *scratch; /* of emit_record and emit_series */
    size_t scratch_size;

    struct gw_frame *next; /* of the pool */
};

/* The frame of a call's ctx; NULL when memory is spent. frame_end frees everything and kills the ctx. */
struct gw_frame *gw_frame_begin(const struct gw_provider *provider, const struct gw_sink *sink, uint32_t op,
                                int64_t timeout_ms, const atomic_bool *cancel);
void gw_frame_end(struct gw_frame *frame);

/* The door of every service: OK, or CONTRACT (dead ctx, other thread) or FORBIDDEN_CALL, counted and logged. */
aorta_status gw_service_enter(aorta_ctx *ctx, enum gw_service service, struct gw_frame **ret);
/* The same for services that may block or are called in loops: also CANCELLED or DEADLINE. */
aorta_status gw_service_enter_alive(aorta_ctx *ctx, enum gw_service service, struct gw_frame **ret);
aorta_status gw_frame_alive(struct gw_frame *frame);
int64_t gw_frame_left_ms(const struct gw_frame *frame); /* until the deadline; at least 0 */

/* Record the failure and return its status. */
aorta_status gw_frame_fail(struct gw_frame *frame, aorta_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
aorta_status gw_frame_fail_err(struct gw_frame *frame, const struct gw_err *err);
/* What a plugin's arguments must never be: recorded, counted and logged. */
aorta_status gw_frame_broke(struct gw_frame *frame, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
aorta_status gw_frame_forbid(struct gw_frame *frame, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Counts the allocation and returns it, or records NOMEM. */
void *gw_frame_alloc(struct gw_frame *frame, size_t len);
/* At least `size` bytes that stay until the next call or the end. */
void *gw_frame_scratch(struct gw_frame *frame, size_t size);
/* Copies text for a log line or an error: one line, whole UTF-8, tokens of the operation replaced. */
void gw_frame_clean_text(const struct gw_frame *frame, struct gw_str text, char *out, size_t cap);

const char *gw_op_name(uint32_t op);
void gw_answers_free(struct gw_frame *frame);

/* status.c */
enum gw_code gw_code_of_status(aorta_status status);
aorta_status gw_status_of_code(enum gw_code code);

extern const aorta_host gw_host_table;

/* The table's functions; each is described in aorta/host.h. */
const void *gw_host_get_extension(const aorta_host *host, const char *id);
bool gw_host_extension_known(const char *id);
void gw_host_log(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n);
aorta_status gw_host_fail(aorta_ctx *ctx, const aorta_error *err);
aorta_status gw_host_alive(aorta_ctx *ctx);
aorta_status gw_host_progress(aorta_ctx *ctx, uint64_t done, uint64_t total, const char *what, size_t len);
int64_t gw_host_now_us(aorta_ctx *ctx);
int64_t gw_host_mono_us(aorta_ctx *ctx);
aorta_status gw_host_random(aorta_ctx *ctx, void *buf, size_t len);
void *gw_host_alloc(aorta_ctx *ctx, size_t len);
aorta_status gw_host_digest(aorta_ctx *ctx, uint32_t alg, const void *data, size_t len, uint8_t *out, size_t cap);
aorta_status gw_host_hmac(aorta_ctx *ctx, uint32_t alg, const void *key, size_t key_len, const void *data, size_t len,
                          uint8_t *out, size_t cap);
int32_t gw_host_ct_equal(aorta_ctx *ctx, const void *a, size_t a_len, const void *b, size_t b_len);
aorta_status gw_host_encode(aorta_ctx *ctx, uint32_t codec, const void *data, size_t len, aorta_str *out);
aorta_status gw_host_decode(aorta_ctx *ctx, uint32_t codec, const char *text, size_t len, aorta_bytes *out);
aorta_status gw_host_http(aorta_ctx *ctx, const aorta_http_req *req, const aorta_http_resp **resp);
void gw_host_http_release(aorta_ctx *ctx, const aorta_http_resp *resp);
aorta_status gw_host_state_get(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, aorta_bytes *out);
aorta_status gw_host_state_put(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, const void *data,
                               size_t len, int64_t ttl_s);
aorta_status gw_host_authorize_done(aorta_ctx *ctx, const aorta_authorize_result *result);
aorta_status gw_host_callback_done(aorta_ctx *ctx, const aorta_credentials *credentials);
aorta_status gw_host_emit_payload(aorta_ctx *ctx, const aorta_payload *payload);
uint32_t gw_host_metric(aorta_ctx *ctx, const char *name);
uint32_t gw_host_source(aorta_ctx *ctx, const aorta_source *source);
int64_t gw_host_payload_read(aorta_ctx *ctx, void *buf, size_t cap);
aorta_status gw_host_emit_record(aorta_ctx *ctx, const aorta_record *record);
aorta_status gw_host_emit_series(aorta_ctx *ctx, const aorta_series *series);
aorta_status gw_host_checkpoint(aorta_ctx *ctx, const void *cursor, size_t len);
aorta_status gw_host_wait(aorta_ctx *ctx, const aorta_wait *wait);

/* Checks shared by the services. */
static inline struct gw_str gw_str_of(aorta_str s)
{
    return (struct gw_str){s.ptr, s.len};
}
static inline aorta_str gw_str_to(struct gw_str s)
{
    return (aorta_str){s.ptr, s.len};
}
/* Text that PostgreSQL and people can read: UTF-8 without NUL, at most `most` bytes. */
static inline bool gw_text_ok(aorta_str s, size_t most)
{
    return s.len == 0 || (s.ptr && s.len <= most && gw_utf8_valid(s.ptr, s.len));
}
/* NULL when fine; else what is wrong with it. */
const char *gw_payload_fault(const struct gw_provider *provider, const aorta_payload *payload);
#define GW_TIME_MOST_US  INT64_C(7258118400000000) /* 2200-01-01 */
#define GW_OFFSET_MOST_S 64800
#define GW_ID_MOST       512

#endif
