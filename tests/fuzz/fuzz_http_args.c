/* Any query for every route of the table that declares parameters: each is taken or refused with a sentence, a taken
 * value keeps its bounds.
 */
#include <stdlib.h>

#include "http/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static void check_violations(const struct gw_http_request *request)
{
    must(request->violations.count > 0 && request->violations.count <= GW_VIOLATIONS_MOST);
    for (size_t i = 0; i < request->violations.count; i++) {
        const char *message = request->violations.items[i].message;
        must(message[0] != '\0' && gw_utf8_valid(message, strlen(message)));
    }
}

static void check_route(const struct gw_route *route, struct gw_str query)
{
    struct gw_http_request request = {.arena = gw_arena_new(0), .query_text = query};
    struct gw_err err;
    enum gw_code code;

    must(request.arena != NULL);
    request.match.route = route;
    code = gw_step_args(&request, &err);
    must(code == GW_OK || code == GW_INVALID || code == GW_MALFORMED);
    if (code == GW_INVALID)
        check_violations(&request);
    for (size_t i = 0; code == GW_OK && i < route->args_count; i++) {
        const struct gw_arg_decl *decl = &route->args[i];
        must(!(decl->flags & GW_ARG_REQUIRED) || request.args[i].given);
        if (decl->type == GW_ARG_INT && (request.args[i].given || decl->default_text))
            must(request.args[i].i >= decl->min && request.args[i].i <= decl->max);
    }
    gw_arena_free(&request.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < gw_routes_count; i++)
        if (gw_routes[i].args_count)
            check_route(&gw_routes[i], (struct gw_str){(const char *)data, size});
    return 0;
}
