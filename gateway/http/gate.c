/* Where a request comes in: what can be said by its first lines is said before its body is read; the rest is
 * ulfius'.
 *
 * The library calls the access handler once with the headers, then with each piece of the body, then once
 * more at its end. ulfius gathers the body in between and calls gw_gate_serve at the end.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/log.h"
#include "http/inside.h"

#define SWALLOW_MOST   (256 * 1024 * 1024) /* of a body that was refused when some of it had come */
#define LINGER_MOST    (256 * 1024 * 1024) /* of a body that nobody wants */
#define LINGER_S       5                   /* for whoever comes */
#define LINGER_KNOWN_S 30                  /* for whoever may be here: an answer is worth more than the bytes */
#define LINGER_IDLE_MS 1000

static _Thread_local struct gw_http_request *serving; /* ulfius hands no context through */

void *gw_gate_open(void *http, const char *target, struct MHD_Connection *connection)
{
    struct gw_http_request *request = malloc(sizeof(*request));
    size_t len = strlen(target);
    char *copy;

    if (!request)
        return NULL;
    memset(request, 0, offsetof(struct gw_http_request, target_short));
    request->http = http;
    request->connection = connection;
    request->began_us = gw_mono_us();
    request->method = GW_METHODS;
    request->arena = gw_arena_new(0);
    copy = request->target_short;
    if (request->arena && len > sizeof(request->target_short))
        copy = gw_arena_alloc(request->arena, len);
    if (!request->arena || !copy) {
        gw_arena_free(&request->arena);
        free(request);
        return NULL;
    }
    memcpy(copy, target, len);
    request->target = (struct gw_str){copy, len};
    return request;
}

/* Reads what a client goes on sending after it was answered, so that the answer reaches it: a socket closed
 * with unread bytes is reset, and a reset overtakes the answer. Bounded in time and bytes.
 */
static void linger(struct gw_http *http, struct MHD_Connection *connection, int seconds)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int64_t end_us = gw_mono_us() + seconds * GW_US_PER_S, bytes = 0;
    char waste[16384];

    if (!info)
        return;
    shutdown(info->connect_fd, SHUT_WR);
    while (bytes < LINGER_MOST && gw_mono_us() < end_us && !atomic_load(&http->draining)) {
        struct pollfd poll_fd = {.fd = info->connect_fd, .events = POLLIN};
        ssize_t n;
        if (poll(&poll_fd, 1, LINGER_IDLE_MS) <= 0)
            return;
        n = recv(info->connect_fd, waste, sizeof(waste), MSG_DONTWAIT);
        if (n <= 0)
            return;
        bytes += n;
    }
}

/* The library ends the request before it lets the response go: what is still being written from keeps the memory. */
static void leave_arena(struct gw_http_request *request)
{
    if (!request->live) {
        gw_arena_free(&request->arena);
        return;
    }
    request->live->arena = gw_take(request->arena);
    request->live->request = NULL;
}

void gw_gate_close(void *self, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why)
{
    struct gw_http_request *request = *context;
    struct gw_http *http = self;
    bool wait;
    int seconds;

    if (!request)
        return;
    wait = request->linger && why == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    seconds = request->caller.kind == GW_CALLER_NOBODY ? LINGER_S : LINGER_KNOWN_S;
    if (request->begun) {
        gw_step_log(request, why == MHD_REQUEST_TERMINATED_COMPLETED_OK && request->replied);
        atomic_fetch_sub(&http->in_flight, 1);
    }
    gw_inflow_free(&request->inflow);
    mhd_request_completed(NULL, connection, &request->ulfius, why);
    gw_buf_free(&request->reply.body);
    if (request->reply.stream.some)
        request->reply.stream.close(request->reply.stream.self);
    leave_arena(request);
    free(request);
    *context = NULL;
    if (wait)
        linger(http, connection, seconds);
}

static enum gw_method method_of(const char *text)
{
    if (strcmp(text, "HEAD") == 0)
        return GW_GET; /* the library leaves the body away */
    for (int m = 0; m < GW_METHODS; m++)
        if (strcmp(text, gw_method_name((enum gw_method)m)) == 0)
            return (enum gw_method)m;
    return strcmp(text, "OPTIONS") == 0 ? GW_OPTIONS : GW_METHODS;
}

static enum gw_code decide(struct gw_http_request *request, struct gw_err *err)
{
    static enum gw_code (*const steps[])(struct gw_http_request *, struct gw_err *) = {gw_step_route, gw_step_auth,
                                                                                       gw_step_provider, gw_step_size};
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && code == GW_OK; i++)
        code = steps[i](request, err);
    return code;
}

static bool body_comes(const struct gw_http_request *request)
{
    const char *length = gw_request_header(request, "Content-Length");

    if (length)
        return strcmp(length, "0") != 0;
    return gw_request_header(request, "Transfer-Encoding") != NULL;
}

/* A refusal goes out at once when a body would follow, and the connection ends with it, for the library reads nothing
 * behind an answer that came early; without a body it waits for the next call and costs nothing.
 */
static enum MHD_Result refuse(struct gw_http_request *request, const struct gw_err *err)
{
    gw_reply_error(request, err);
    request->refused = true;
    return request->body_comes ? gw_send_now(request, false) : MHD_YES;
}

static enum MHD_Result refuse_late(struct gw_http_request *request)
{
    struct gw_err err;

    if (request->reply.status == 0) {
        gw_fail(&err, GW_TOO_LARGE, "The body is larger than %llu bytes.", (unsigned long long)request->limit);
        gw_reply_error(request, &err);
    }
    return gw_send_now(request, true);
}

/* A body that is taken in while it comes. */
static bool streams(const struct gw_http_request *request)
{
    enum gw_body_kind kind = request->match.route->body;

    return kind == GW_BODY_UPLOAD || kind == GW_BODY_FILE;
}

static enum MHD_Result begin_inflow(struct gw_http_request *request)
{
    struct gw_err err = {0};
    enum gw_code code = gw_step_args(request, &err);

    if (code == GW_OK)
        code = gw_inflow_begin(request, &err);
    return code == GW_OK ? MHD_YES : refuse(request, &err);
}

/* What is wrong with it can be answered when all of it has come, not before: the library's rule. */
static enum MHD_Result take_in(struct gw_http_request *request, const char *bytes, size_t len)
{
    struct gw_err err = {0};
    enum gw_code code = gw_inflow_take(request->inflow, bytes, len, &err);

    if (code == GW_DEADLINE)
        return MHD_NO;
    if (code != GW_OK) {
        gw_inflow_free(&request->inflow);
        gw_reply_error(request, &err);
        request->refused = true;
    }
    return MHD_YES;
}

/* The headers are here. */
static enum MHD_Result begin(struct gw_http_request *request, const char *method)
{
    struct gw_err err;
    enum gw_code code;

    request->begun = true;
    atomic_fetch_add(&request->http->in_flight, 1);
    request->method = method_of(method);
    request->body_comes = body_comes(request);
    code = gw_step_id(request, &err);
    if (code == GW_OK && gw_cors_answers(request)) {
        request->refused = true;
        return request->body_comes ? gw_send_now(request, false) : MHD_YES;
    }
    if (code == GW_OK)
        code = decide(request, &err);
    if (code != GW_OK)
        return refuse(request, &err);
    if (!request->body_comes)
        return MHD_YES;
    if (streams(request))
        return begin_inflow(request);
    request->ulfius = ulfius_uri_logger(NULL, "/"); /* the target is ours to read: see query.h */
    return request->ulfius ? MHD_YES : MHD_NO;
}

/* A piece of the body. True: it is to be kept. */
static bool counts(struct gw_http_request *request, size_t bytes)
{
    request->received += bytes;
    request->refused |= request->received > request->limit;
    if (request->refused) {
        request->dropped += bytes;
        gw_inflow_free(&request->inflow);
    }
    return !request->refused;
}

/* The library counts a handler's time as idle. */
static void time_out(struct gw_http_request *request, int seconds)
{
    if (request->match.route->flags & GW_ROUTE_SLOW)
        MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)seconds);
}

static void answer(struct gw_http_request *request)
{
    struct gw_err err = {0};
    enum gw_code code = request->args_read ? GW_OK : gw_step_args(request, &err);

    if (code == GW_OK)
        code = request->match.route->handler(request, &err);
    if (code != GW_OK)
        gw_reply_error(request, &err);
}

/* Everything is here. Without a body there is nothing that ulfius would add. */
static enum MHD_Result end(struct gw_http_request *request)
{
    enum MHD_Result result;

    time_out(request, 0);
    answer(request);
    result = gw_send_now(request, true);
    time_out(request, request->http->options.idle_timeout_s);
    return result;
}

enum MHD_Result gw_gate_access(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **context)
{
    const struct gw_gate *gate = self;
    struct gw_http_request *request = *context;
    enum MHD_Result result;

    if (!request)
        return MHD_NO;
    if (!request->begun) {
        result = begin(request, method);
        if (result != MHD_YES || !request->ulfius)
            return result;
    } else if (*upload_size && !counts(request, *upload_size)) {
        *upload_size = 0;
        return request->dropped < SWALLOW_MOST ? MHD_YES : MHD_NO;
    } else if (request->inflow && *upload_size) {
        size_t len = *upload_size;
        *upload_size = 0;
        return take_in(request, upload, len);
    } else if (request->refused) {
        return refuse_late(request);
    } else if (!request->ulfius) {
        return end(request);
    }
    serving = request;
    result = gate->handler(gate->handler_self, connection, url, method, version, upload, upload_size, &request->ulfius);
    serving = NULL;
    return result;
}

int gw_gate_serve(const struct _u_request *raw, struct _u_response *response, void *http)
{
    struct gw_http_request *request = serving;

    (void)http;
    if (!request)
        return U_CALLBACK_ERROR;
    request->body = (struct gw_str){raw->binary_body, raw->binary_body_length};
    time_out(request, 0);
    answer(request);
    gw_send_ulfius(request, response);
    time_out(request, request->http->options.idle_timeout_s);
    return U_CALLBACK_COMPLETE;
}
