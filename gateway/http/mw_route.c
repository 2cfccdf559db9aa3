/* Which route is meant, and which provider. */
#include "base/log.h"
#include "http/inside.h"
#include "http/query.h"

enum gw_code gw_step_route(struct gw_http_request *request, struct gw_err *err)
{
    gw_target_split(request->target, &request->path, &request->query_text);
    return gw_router_match(request->http->router, request->method, request->path, request->arena, &request->match, err);
}

static enum gw_code find(struct gw_http_request *request, struct gw_str name, struct gw_err *err)
{
    char id[64];
    const struct gw_provider *provider = NULL;

    if (name.len < sizeof(id)) {
        memcpy(id, name.ptr, name.len);
        id[name.len] = '\0';
        provider = gw_registry_find(request->http->options.registry, id);
    }
    request->provider = provider;
    if (request->match.route->flags & GW_ROUTE_ANY_PROVIDER)
        return GW_OK;
    if (!provider)
        return gw_fail_wire(err, GW_NOT_FOUND, "provider.unknown", "There is no such provider here.");
    gw_log_context("provider", provider->id);
    if (!provider->ready)
        return gw_fail_wire(err, GW_CONFIG, "provider.not_ready", "Provider %s is not ready: %s", provider->id,
                            provider->reason ? provider->reason : provider->state);
    return GW_OK;
}

enum gw_code gw_step_provider(struct gw_http_request *request, struct gw_err *err)
{
    for (size_t i = 0; i < request->match.params_count; i++)
        if (gw_str_is(request->match.names[i], "provider"))
            return find(request, request->match.values[i], err);
    return GW_OK;
}
