/* The api role: answers HTTP on the master's socket. */
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "http/server.h"
#include "main/parts.h"
#include "main/role.h"

#define ENOUGH_S    20  /* beyond the drain, for what cannot be cut short */
#define OTHER_FILES 512 /* descriptors that are no HTTP connections */

struct api {
    struct gw_parts parts;
    struct gw_auth *auth;
    struct gw_waiters *waiters;
    struct gw_notify *notify;
    struct gw_sync_engine engine;
    struct gw_http *http;
};

/* ---- hints from other processes ---- */

static void on_work(void *self)
{
    (void)self; /* workers take it */
}

static void on_done(void *self, struct gw_uuid run)
{
    struct api *a = self;

    gw_waiters_done(a->waiters, run);
}

static void on_keys(void *self)
{
    struct api *a = self;

    gw_auth_forget(a->auth);
}

static void on_reconnect(void *self)
{
    struct api *a = self;

    gw_auth_forget(a->auth);
    gw_waiters_all(a->waiters);
}

/* ---- building ---- */

static enum gw_code open_engine(struct api *a, const struct gw_config *config, struct gw_err *err)
{
    struct gw_notify_handlers handlers = {
        .self = a, .on_work = on_work, .on_done = on_done, .on_keys = on_keys, .on_reconnect = on_reconnect};
    enum gw_code code;

    if ((code = gw_auth_new(a->parts.db, a->parts.ring, &a->auth, err)) != GW_OK ||
        (code = gw_waiters_new(&a->waiters, err)) != GW_OK ||
        (code = gw_notify_open(a->parts.conninfo, &handlers, &a->notify, err)) != GW_OK)
        return code;
    a->engine = (struct gw_sync_engine){.db = a->parts.db,
                                        .registry = a->parts.registry,
                                        .link = &a->parts.link,
                                        .notify = a->notify,
                                        .waiters = a->waiters,
                                        .wait_s = (int)config->sync_wait_seconds,
                                        .most_waiting = (int)config->http_connections / 2};
    return GW_OK;
}

/* A descriptor for each connection, where the system's usual limit is lower. */
static void allow_files(rlim_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        gw_log(GW_LOG_WARN, "fewer descriptors than http_connections wants", "limit", GW_N(limit.rlim_cur), NULL);
}

static enum gw_code open_http(struct api *a, const struct gw_config *config, const struct gw_role_args *args,
                              struct gw_err *err)
{
    struct gw_http_options options = {.listen_fd = args->listen_fd,
                                      .metrics_fd = args->metrics_fd,
                                      .counters_fd = args->counters_fd,
                                      .db = a->parts.db,
                                      .registry = a->parts.registry,
                                      .auth = a->auth,
                                      .link = &a->parts.link,
                                      .engine = &a->engine,
                                      .public_url = config->public_url,
                                      .cors_origins = config->cors_origins,
                                      .connections = (int)config->http_connections,
                                      .max_body = (uint64_t)config->max_body_bytes,
                                      .max_push = (uint64_t)config->max_push_bytes,
                                      .max_import = (uint64_t)config->max_import_bytes,
                                      .uploads = (int)config->uploads,
                                      .upload_dir = a->parts.layout.state_dir};

    allow_files((rlim_t)config->http_connections + OTHER_FILES);
    return gw_http_start(&options, &a->http, err);
}

static enum gw_code open_api(struct api *a, const struct gw_config *config, const struct gw_role_args *args,
                             struct gw_err *err)
{
    enum gw_code code;

    if ((code = gw_main_parts_open(&a->parts, config, "aorta api", err)) != GW_OK ||
        (code = open_engine(a, config, err)) != GW_OK)
        return code;
    return open_http(a, config, args, err);
}

static void close_api(struct api *a)
{
    gw_notify_close(&a->notify);
    gw_waiters_free(&a->waiters);
    gw_auth_free(&a->auth);
    gw_main_parts_close(&a->parts);
}

static void say_providers(const struct gw_registry *registry)
{
    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_provider *p = gw_registry_at(registry, i);
        gw_log(p->ready ? GW_LOG_INFO : GW_LOG_WARN, "provider", "id", p->id, "state", p->state, "reason",
               p->reason ? p->reason : "-", NULL);
    }
}

int gw_main_role_api(const struct gw_role_args *args, const struct gw_config *config)
{
    struct api api = {0};
    struct gw_err err = {0};
    enum gw_code code = open_api(&api, config, args, &err);

    if (code != GW_OK) {
        gw_log(GW_LOG_ERROR, "cannot start", "code", gw_code_name(code), "error", gw_err_text(&err), NULL);
        close_api(&api);
        return gw_main_exit_of(code);
    }
    if (args->slot == 1)
        say_providers(api.parts.registry);
    gw_http_ready(api.http, true);
    gw_main_ready(args);
    bool orphan = gw_main_wait_for_end((int)(config->unready_seconds + config->drain_seconds) + ENOUGH_S);
    gw_http_ready(api.http, false);
    if (orphan) { /* the sockets are nobody's now: the next start may have the ports */
        shutdown(args->listen_fd, SHUT_RDWR);
        if (args->metrics_fd > 0)
            shutdown(args->metrics_fd, SHUT_RDWR);
    } else {
        sleep((unsigned)config->unready_seconds);
    }
    gw_http_stop(&api.http, (int)config->drain_seconds);
    close_api(&api);
    return 0;
}
