/* http/counters.h - how many requests, how they ended, how long they took; relaxed atomics, one row a route.
 *
 * [any thread]
 */
#ifndef GW_HTTP_COUNTERS_H
#define GW_HTTP_COUNTERS_H

#include "base/buf.h"
#include "http/route.h"

struct gw_counters;

/* shared_fd: memory of all api processes (a memfd, empty at first), 0 = none: then they are this process' alone. NULL:
 * no memory. */
struct gw_counters *gw_counters_new(const struct gw_route *routes, size_t count, int shared_fd);
void gw_counters_free(struct gw_counters **counters);
/* route NULL: no route was found */
void gw_counters_add(struct gw_counters *counters, const struct gw_route *route, int status, int64_t us);
/* Prometheus text. */
void gw_counters_write(const struct gw_counters *counters, struct gw_buf *out);

#endif
