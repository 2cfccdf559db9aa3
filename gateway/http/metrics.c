/* /metrics, for Prometheus, on a socket of its own: who may reach it is decided by its address, not by a key. All api
 * processes answer on one socket, and count in memory that they share, so it does not matter which of them is asked.
 */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "http/inside.h"

#define CONNECTIONS 16
#define TIMEOUT_S   10
#define TYPE        "text/plain; version=0.0.4; charset=utf-8"

/* ---- the text ---- */

static void write_jobs(const struct gw_http *http, struct gw_buf *out)
{
    struct gw_job_count jobs = {0};
    bool up = http->options.db && gw_store_job_count(http->options.db, &jobs, NULL) == GW_OK;

    gw_buf_printf(out,
                  "# HELP aorta_database_up Whether the database answers.\n# TYPE aorta_database_up gauge\n"
                  "aorta_database_up %d\n",
                  up);
    if (!up)
        return;
    gw_buf_printf(out,
                  "# HELP aorta_jobs Work that is not done: running, queued, or waiting for a provider to deliver.\n"
                  "# TYPE aorta_jobs gauge\naorta_jobs{state=\"running\"} %lld\naorta_jobs{state=\"queued\"} %lld\n"
                  "aorta_jobs{state=\"waiting\"} %lld\n",
                  (long long)jobs.running, (long long)jobs.queued, (long long)jobs.waiting);
}

static void write_providers(const struct gw_http *http, struct gw_buf *out)
{
    const struct gw_registry *registry = http->options.registry;

    gw_buf_str(out, "# HELP aorta_provider_ready Whether a provider's plugin is loaded and configured.\n"
                    "# TYPE aorta_provider_ready gauge\n");
    for (size_t i = 0; i < gw_registry_count(registry); i++)
        gw_buf_printf(out, "aorta_provider_ready{provider=\"%s\"} %d\n", gw_registry_at(registry, i)->id,
                      gw_registry_at(registry, i)->ready);
}

void gw_http_metrics(const struct gw_http *http, struct gw_buf *out)
{
    gw_buf_str(out, "# HELP aorta_build_info The program's version.\n# TYPE aorta_build_info gauge\n"
                    "aorta_build_info{version=\"" GW_VERSION "\"} 1\n");
    write_jobs(http, out);
    if (http->options.registry)
        write_providers(http, out);
    gw_counters_write(http->counters, out);
}

/* ---- the listener ---- */

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status, struct gw_buf *body,
                                 const char *type)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_NO;

    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **context)
{
    gw_own_buf struct gw_buf body = {0};
    bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

    (void)version, (void)upload;
    if (!*context) { /* the headers; the answer comes with the next call */
        *context = self;
        return MHD_YES;
    }
    if (*upload_size) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (reads && strcmp(url, "/metrics") == 0) {
        gw_http_metrics(self, &body);
        return body.failed ? MHD_NO : send_text(connection, 200, &body, TYPE);
    }
    gw_buf_str(&body, "there is /metrics here, and nothing else\n");
    return body.failed ? MHD_NO : send_text(connection, reads ? 404 : 405, &body, "text/plain; charset=utf-8");
}

enum gw_code gw_metrics_start(struct gw_http *http, struct gw_err *err)
{
    int fd = http->options.metrics_fd > 0 ? dup(http->options.metrics_fd) : -1;

    if (http->options.metrics_fd <= 0)
        return GW_OK;
    if (fd < 0)
        return gw_fail(err, GW_INTERNAL, "the socket of metrics: %m");
    http->metrics = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC, 0, NULL, NULL,
                                     answer, http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
                                     CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S, MHD_OPTION_END);
    if (http->metrics)
        return GW_OK;
    close(fd);
    return gw_fail(err, GW_INTERNAL, "the listener of metrics does not start");
}

void gw_metrics_stop(struct gw_http *http)
{
    if (http->metrics)
        MHD_stop_daemon(http->metrics);
    http->metrics = NULL;
}
