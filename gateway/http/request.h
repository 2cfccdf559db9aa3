/* http/request.h - one request on its way through the steps, and its reply. Lives from the request line to
 * the last byte of the answer, on one thread.
 */
#ifndef GW_HTTP_REQUEST_H
#define GW_HTTP_REQUEST_H

#include "auth/auth.h"
#include "base/buf.h"
#include "host/params.h"
#include "host/registry.h"
#include "http/router.h"

struct MHD_Connection;
struct gw_http;
struct gw_inflow;

#define GW_REQUEST_ID_MOST    64
#define GW_REPLY_HEADERS_MOST 8
#define GW_VIOLATIONS_MOST    32

struct gw_reply {
    int status;
    const char *type;        /* content type; NULL = JSON */
    const char *cache;       /* Cache-Control; NULL = no-store */
    struct gw_buf body;      /* handed on whole: no copy of a large answer */
    struct gw_reply_stream { /* or, when some is set, a body that is written while it is sent */
        bool (*some)(void *self, char *out, size_t most, size_t *ret); /* *ret 0 = the end; false = cut off */
        void (*close)(void *self);
        void *self;
        int64_t length; /* bytes that will come, where that is known; -1 = not */
    } stream;
    struct gw_reply_header {
        const char *name, *value;
    } headers[GW_REPLY_HEADERS_MOST];
    size_t headers_count;
};

struct gw_http_request;

/* A body that is being written while it is sent: lives as long as the response, which outlives its request. */
struct gw_live_stream {
    struct gw_reply_stream stream;
    struct gw_http_request *request; /* NULL once it has ended */
    struct gw_arena *arena;          /* of the request that has ended: what is written from lies there */
};

struct gw_http_request {
    struct gw_http *http;
    struct MHD_Connection *connection;
    void *ulfius; /* what it keeps for a request with a body; NULL for one without */
    struct gw_arena *arena;
    char id[GW_REQUEST_ID_MOST + 1];
    int64_t began_us;                       /* monotonic */
    struct gw_str target, path, query_text; /* as they came */
    enum gw_method method;
    struct gw_match match;
    struct gw_uuid uuids[GW_PATH_PARAMS_MOST]; /* of the path parameters that are UUIDs */
    const struct gw_provider *provider;        /* of {provider} */
    struct gw_caller caller;
    const char *cors;     /* the other origin whose page is calling and may; or NULL */
    char caller_text[48]; /* "key:<id>", "developer:<id>", "sdk:<user>"; "" = nobody: for the log */

    uint64_t limit, received, dropped; /* of the body, bytes */
    struct gw_inflow *inflow;          /* a body that is taken in while it comes; NULL: another */
    struct gw_str body;
    struct gw_param_text *query;
    size_t query_count;
    struct gw_arg *args; /* in the order of the route's declarations */

    struct gw_violations violations; /* with room for GW_VIOLATIONS_MOST once there is one */
    const char *error_extra;         /* members for the error's body, ready JSON such as `"run_id":"…"`; or NULL */
    struct gw_reply reply;
    struct gw_live_stream *live; /* NULL: none is being sent */
    bool begun;                  /* counted as in flight */
    bool body_comes;
    bool args_read;
    bool refused; /* answered, or to be answered, without its body */
    bool linger;  /* the client may still be sending */
    bool replied;
    char target_short[256]; /* backs target when it fits; not cleared */
};

/* [arena] */
struct gw_uuid gw_request_uuid(const struct gw_http_request *request, const char *name);
/* A part of the path as text; NULL: no memory. */
const char *gw_request_path(struct gw_http_request *request, const char *name);
const struct gw_arg *gw_request_arg(const struct gw_http_request *request, const char *name);
/* The value as NUL-terminated text; NULL when it is absent or empty. GW_NOMEM shows as NULL too: see the
 * arena. */
const char *gw_request_text(struct gw_http_request *request, const char *name);
const char *gw_request_header(const struct gw_http_request *request, const char *name);

/* Notes that a field is wrong; the request ends as 422 with all of them. Always returns GW_INVALID. */
enum gw_code gw_request_violation(struct gw_http_request *request, struct gw_err *err, const char *field,
                                  const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Many were noted by somebody else. */
void gw_request_violations(struct gw_http_request *request, const struct gw_violations *violations);

/* name and value must live as long as the request. */
void gw_reply_header(struct gw_http_request *request, const char *name, const char *value);
/* Seconds, rounded up, at least one. */
void gw_reply_retry_after(struct gw_http_request *request, int64_t ms);
/* Turns err into the contract's body (or a page, where a browser is waiting). */
void gw_reply_error(struct gw_http_request *request, const struct gw_err *err);
/* 200 with the body as written so far; GW_NOMEM when it failed. */
enum gw_code gw_reply_json(struct gw_http_request *request, int status, struct gw_err *err) GW_MUST_USE;

/* What stands behind "Bearer " in an Authorization header; "" when it is none. */
struct gw_str gw_bearer_of(const char *authorization);
/* For a public route that also takes a developer's token: checks it, and that is the caller. GW_UNAUTHENTICATED */
enum gw_code gw_request_developer(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;

/* The body as a JSON object. Malformed bytes, more depth than any of ours has, or a value that is not an
 * object. */
struct json_t;
enum gw_code gw_request_json(struct gw_http_request *request, struct json_t **ret, struct gw_err *err) GW_MUST_USE;

/* ---- the steps, in the order of gate.c ---- */

enum gw_code gw_step_id(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;       /* mw_id.c */
enum gw_code gw_step_route(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;    /* mw_route.c */
enum gw_code gw_step_auth(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;     /* mw_auth.c */
enum gw_code gw_step_provider(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE; /* mw_route.c */
enum gw_code gw_step_size(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;     /* mw_size.c */
enum gw_code gw_step_args(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;     /* mw_args.c */
void gw_step_log(struct gw_http_request *request, bool complete);                               /* mw_log.c */

#endif
