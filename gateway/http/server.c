/* The instance on the inherited socket: options that the library's defaults would leave open, and the way
 * down.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "http/answers.h"
#include "http/inside.h"

#define CONNECTIONS 512
#define IDLE_S      30
#define MAX_PUSH    ((uint64_t)256 << 20)
#define MAX_IMPORT  ((uint64_t)8 << 30)
#define UPLOADS     8
#define MEMORY                                                                                                         \
    (32 * 1024) /* of a connection: bounds the headers; cleared by the library for every request                       \
                 */
#define BACKLOG      1024
#define IDLE_GRACE_S 1 /* how long idle connections are given to send one more request before the end */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK (2 * 1024 * 1024)
#else
#define STACK (256 * 1024)
#endif

/* The library's own words, which may quote a client: for debugging only. */
__attribute__((format(printf, 2, 0))) static void library_log(void *self, const char *fmt, va_list args)
{
    char text[300];
    size_t len;

    (void)self;
    if (!gw_log_on(GW_LOG_DEBUG))
        return;
    vsnprintf(text, sizeof(text), fmt, args);
    len = strcspn(text, "\r\n");
    text[len] = '\0';
    gw_log(GW_LOG_DEBUG, "http library", "text", text, NULL);
}

static void fill_defaults(struct gw_http *http)
{
    struct gw_http_options *o = &http->options;

    if (o->connections <= 0)
        o->connections = CONNECTIONS;
    if (o->idle_timeout_s <= 0)
        o->idle_timeout_s = IDLE_S;
    if (o->max_push == 0)
        o->max_push = MAX_PUSH;
    if (o->max_import == 0)
        o->max_import = MAX_IMPORT;
    if (o->uploads <= 0)
        o->uploads = UPLOADS;
    if (!o->upload_dir)
        o->upload_dir = "/tmp";
    http->routes = o->routes ? o->routes : gw_routes;
    http->routes_count = o->routes ? o->routes_count : gw_routes_count;
    http->listen_fd = -1;
}

static enum gw_code prepare(struct gw_http *http, struct gw_err *err)
{
    enum gw_code code = gw_router_new(http->routes, http->routes_count, &http->router, err);

    if (code != GW_OK)
        return code;
    http->counters = gw_counters_new(http->routes, http->routes_count, http->options.counters_fd);
    if (!http->counters)
        return gw_fail(err, GW_NOMEM, NULL);
    code = gw_lines_new(&http->lines, err);
    if (code == GW_OK && http->options.registry)
        code = gw_answer_providers_make(http, err);
    if (code == GW_OK && http->options.registry)
        code = gw_answer_coverage_make(http, err);
    if (code == GW_OK)
        code = gw_answer_openapi_make(http, err);
    if (code != GW_OK)
        return code;
    http->listen_fd = dup(http->options.listen_fd);
    if (http->listen_fd < 0)
        return gw_fail(err, GW_INTERNAL, "the listening socket: %m");
    if (ulfius_init_instance(&http->instance, 1, NULL, NULL) != U_OK)
        return gw_fail(err, GW_INTERNAL, "ulfius does not start");
    http->instance_made = true;
    http->instance.check_utf8 = 0; /* it would drop values without a word; query.c checks */
    http->instance.allowed_post_processor = U_POST_PROCESS_NONE;
    if (ulfius_set_default_endpoint(&http->instance, gw_gate_serve, http) != U_OK)
        return gw_fail(err, GW_NOMEM, NULL);
    return GW_OK;
}

static enum gw_code start(struct gw_http *http, struct gw_err *err)
{
    const struct gw_http_options *o = &http->options;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)library_log, NULL},
        {MHD_OPTION_LISTEN_SOCKET, http->listen_fd, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)gw_gate_close, http},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)gw_gate_open, http},
        {MHD_OPTION_CONNECTION_LIMIT, o->connections, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_ip, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, o->idle_timeout_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY, NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, STACK, NULL},
        {MHD_OPTION_LISTEN_BACKLOG_SIZE, BACKLOG, NULL},
        {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG;
    int result;

    gw_daemon_arm(&http->gate);
    result = ulfius_start_framework_with_mhd_options(&http->instance, flags, items);
    if (!gw_daemon_disarm())
        return gw_fail(err, GW_INTERNAL, "MHD_start_daemon of this program was not called");
    if (result != U_OK)
        return gw_fail(err, GW_INTERNAL, "the HTTP server does not start");
    http->listen_fd = -1; /* the library's now */
    return GW_OK;
}

static void http_free(struct gw_http *http)
{
    gw_metrics_stop(http);
    if (http->instance_made) {
        if (http->instance.mhd_daemon)
            ulfius_stop_framework(&http->instance);
        ulfius_clean_instance(&http->instance);
    }
    if (http->listen_fd >= 0)
        close(http->listen_fd);
    gw_router_free(&http->router);
    gw_lines_free(&http->lines);
    gw_counters_free(&http->counters);
    gw_buf_free(&http->providers);
    gw_buf_free(&http->coverage);
    gw_buf_free(&http->openapi);
    free(http);
}

enum gw_code gw_http_start(const struct gw_http_options *options, struct gw_http **ret, struct gw_err *err)
{
    struct gw_http *http = calloc(1, sizeof(*http));
    enum gw_code code;

    if (!http)
        return gw_fail(err, GW_NOMEM, NULL);
    http->options = *options;
    fill_defaults(http);
    signal(SIGPIPE, SIG_IGN); /* a client that goes away is not a reason to end */
    code = prepare(http, err);
    if (code == GW_OK)
        code = start(http, err);
    if (code == GW_OK)
        code = gw_metrics_start(http, err);
    if (code == GW_OK)
        *ret = http;
    else
        http_free(http);
    return code;
}

void gw_http_ready(struct gw_http *http, bool ready)
{
    atomic_store(&http->ready, ready);
}

static unsigned connections(struct gw_http *http)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->instance.mhd_daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    return info ? info->num_connections : 0;
}

/* Requests in flight end; connections without one are told so by their next answer, or cut after a moment. */
static void drain(struct gw_http *http, int drain_s)
{
    int64_t began = gw_mono_us(), end = began + drain_s * GW_US_PER_S;
    int64_t grace = began + (drain_s < IDLE_GRACE_S ? drain_s : IDLE_GRACE_S) * GW_US_PER_S;

    while (connections(http) > 0) {
        int64_t now = gw_mono_us();
        if (now >= end || (now >= grace && atomic_load(&http->in_flight) == 0))
            return;
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

void gw_http_stop(struct gw_http **address, int drain_s)
{
    struct gw_http *http = *address;
    int fd;

    if (!http)
        return;
    atomic_store(&http->draining, true);
    fd = MHD_quiesce_daemon(http->instance.mhd_daemon);
    if (fd >= 0)
        close(fd); /* the library does not close it after this */
    drain(http, drain_s);
    http_free(http);
    *address = NULL;
}
