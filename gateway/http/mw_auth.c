/* Who is calling. Decided by headers alone, before a byte of the body is read. */
#include <strings.h>

#include "http/inside.h"

#define KEY_HEADER "X-Open-Wearables-API-Key"

static const struct scope_name {
    uint32_t scope;
    const char *name;
} scope_names[] = {{GW_SCOPE_READ, "read"}, {GW_SCOPE_WRITE, "write"}, {GW_SCOPE_ADMIN, "admin"}};

static const char *scope_name(uint32_t scope)
{
    for (size_t i = 0; i < sizeof(scope_names) / sizeof(scope_names[0]); i++)
        if (scope_names[i].scope == scope)
            return scope_names[i].name;
    return "?";
}

static enum gw_code no_key(const struct gw_http_request *request, struct gw_err *err)
{
    const char *authorization = gw_request_header(request, "Authorization");

    if (authorization && strncasecmp(authorization, "Bearer ", 7) == 0)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.wrong_header",
                            "An API key is not a Bearer token: send it in the header " KEY_HEADER ".");
    return gw_fail(err, GW_UNAUTHENTICATED,
                   "Authentication is required: send an API key in the header " KEY_HEADER ".");
}

enum gw_code gw_step_auth(struct gw_http_request *request, struct gw_err *err)
{
    uint32_t scope = request->match.route->scope;
    const char *key;
    enum gw_code code;

    if (scope == 0)
        return GW_OK;
    key = gw_request_header(request, KEY_HEADER);
    code = key && key[0] ? gw_auth_key(request->http->options.auth, gw_str(key), &request->caller, err)
                         : no_key(request, err);
    if (code == GW_UNAUTHENTICATED)
        gw_reply_header(request, "WWW-Authenticate", "ApiKey realm=\"aorta\", header=\"" KEY_HEADER "\"");
    if (code != GW_OK)
        return code;
    if ((request->caller.scopes & scope) != scope)
        return gw_fail(err, GW_FORBIDDEN, "This API key does not have the scope %s.", scope_name(scope));
    return GW_OK;
}
