/* http/server.h - the HTTP server of one api process, on a listening socket that the master made.
 */
#ifndef GW_HTTP_SERVER_H
#define GW_HTTP_SERVER_H

#include "auth/auth.h"
#include "http/route.h"
#include "link/link.h"
#include "sync/request.h"

struct gw_http_options {
    int listen_fd; /* bound, listening, non-blocking; stays the caller's */
    struct gw_db *db;
    const struct gw_registry *registry;
    struct gw_auth *auth;
    struct gw_link *link;
    struct gw_sync_engine *engine;
    const char *public_url;
    const char *const *cors_origins; /* pages of these may call us; NULL or empty: of none */
    int metrics_fd;                  /* a listening socket for /metrics alone; stays the caller's; 0 = none */
    int counters_fd;                 /* memory that all api processes count in; 0 = this one's own */
    int connections;                 /* most at once; default 512 */
    int connections_per_ip;          /* 0 = no limit */
    int idle_timeout_s;              /* default 30 */
    uint64_t max_body;               /* bytes of an ordinary body; default 1 MiB */
    uint64_t max_push, max_import;   /* bytes of a push, of a file; defaults 256 MiB, 8 GiB */
    int uploads;                     /* large bodies at once; default 8 */
    const char *upload_dir;          /* where they lie until they are stored; default /tmp */
    const struct gw_route *routes;   /* for tests and benchmarks: another table than the gateway's own; or NULL */
    size_t routes_count;
};

struct gw_http;
enum gw_code gw_http_start(const struct gw_http_options *options, struct gw_http **ret, struct gw_err *err) GW_MUST_USE;
/* Readiness as /readyz reports it; not ready answers 503 there and nowhere else. */
void gw_http_ready(struct gw_http *http, bool ready);
/* Prometheus text: what all api processes were asked and answered, the jobs, the providers. */
void gw_http_metrics(const struct gw_http *http, struct gw_buf *out);
/* Stops accepting, lets requests in flight finish (at most drain_s), ends. */
void gw_http_stop(struct gw_http **http, int drain_s);

#endif
