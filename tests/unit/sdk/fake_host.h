/* A host for one operation of a plugin, made of memory: scripted answers, recorded requests, a settable
 * clock, and failures on demand. It is not the gateway's host: it checks no permissions and keeps nothing
 * between two of it, except that fake_host_next begins the next operation on the same connection. */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include "aorta/plugin.h"

#define FAKE_PAYLOADS 512
#define FAKE_STATES   16

struct fake_reply {
    int32_t status;
    const char *body;
    size_t len; /* 0 = strlen(body) */
    aorta_pair headers[4];
    uint32_t headers_count;
    aorta_status failure; /* not OK: http itself returns this */
};

struct fake_payload {
    char *kind, *external_id, *data;
    size_t len;
    uint32_t flags;
    int32_t offset_s;
};

struct fake_state {
    char *key, *value;
    size_t len;
};

struct fake_text {
    char *ptr;
    size_t len, cap;
};

struct fake_host {
    aorta_ctx ctx;
    aorta_host table;
    aorta_connection conn;

    /* to be set */
    int64_t now_us;
    void (*answer)(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply);
    void *script;                /* for answer */
    unsigned alloc_fail_at;      /* the n-th alloc from the start gives NULL; 0 = never */
    unsigned call_fail_at;       /* the n-th effectful call (http, emit, checkpoint, state, random, progress) */
    aorta_status call_fail_with; /* ... returns this */
    unsigned yield_at;           /* the n-th checkpoint returns YIELD */

    /* to be read */
    unsigned allocs, calls, checkpoints, yields;
    aorta_status failed; /* of the last fail */
    char fail_code[64], fail_message[512];
    int64_t retry_after_ms;
    struct fake_text log;      /* a line each */
    struct fake_text requests; /* "GET url\n" and, indented, headers and body */
    struct fake_text emitted;  /* records and series, a JSON line each */
    unsigned records, series;
    struct fake_payload payload[FAKE_PAYLOADS]; /* since the last checkpoint: pending */
    unsigned payloads, payloads_committed;
    char *cursor; /* of the last checkpoint */
    size_t cursor_len;
    struct fake_state state[FAKE_STATES], pending[FAKE_STATES];
    char *url; /* of authorize_done */
    char *provider_user_id, *access_token, *refresh_token;
    int64_t expires_in_s;
    unsigned callbacks;

    void **blocks;
    unsigned blocks_count, blocks_cap;
    unsigned char next_random;
};

void fake_host_init(struct fake_host *f, uint32_t op);
/* The next operation: memory of the last one is gone, what was not committed too; log and requests go on. */
void fake_host_next(struct fake_host *f, uint32_t op);
void fake_host_fini(struct fake_host *f);

/* Name of a metric handed out by this host, or "?". */
const char *fake_host_metric_name(uint32_t handle);

#endif
