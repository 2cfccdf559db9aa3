/* One line for each request, when its last byte is out. Never a query string: secrets travel there. */
#include "base/log.h"
#include "http/inside.h"

void gw_step_log(struct gw_http_request *request, bool complete)
{
    const struct gw_route *route = request->match.route;
    int64_t us = gw_mono_us() - request->began_us;
    int status = complete ? request->reply.status : 0;

    gw_counters_add(request->http->counters, route, status, us);
    if (gw_log_on(GW_LOG_INFO)) {
        gw_log(GW_LOG_INFO, complete ? "request" : "request cut off", "method", gw_method_name(request->method),
               "route", route ? route->pattern : "-", "status", GW_N(request->reply.status), "us", GW_N(us), NULL);
    }
    gw_log_context_clear();
}
