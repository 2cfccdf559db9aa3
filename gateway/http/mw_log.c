/* One line for each request, when its last byte is out. Never a path or a query string: secrets travel there. */
#include "base/log.h"
#include "http/inside.h"

void gw_step_log(struct gw_http_request *request, bool complete)
{
    const struct gw_route *route = request->match.route;
    int64_t us = gw_mono_us() - request->began_us;

    gw_counters_add(request->http->counters, route, complete ? request->reply.status : 0, us);
    if (gw_log_on(GW_LOG_INFO))
        gw_lines_add(request->http->lines, &(struct gw_line){.event = complete ? "\"request\"" : "\"request cut off\"",
                                                             .request_id = request->id,
                                                             .method = gw_method_name(request->method),
                                                             .route = route ? route->pattern : "-",
                                                             .caller = request->caller_text,
                                                             .status = request->reply.status,
                                                             .us = us});
    gw_log_context_clear();
}
