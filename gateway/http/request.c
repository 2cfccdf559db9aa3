/* Looking things up in a request; noting what is wrong with it. */
#include "http/request.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const method_names[] = {
    [GW_GET] = "GET",       [GW_POST] = "POST", [GW_PUT] = "PUT",        [GW_PATCH] = "PATCH",
    [GW_DELETE] = "DELETE", [GW_METHODS] = "-", [GW_OPTIONS] = "OPTIONS"};

const char *gw_method_name(enum gw_method method)
{
    return method_names[method];
}

struct gw_uuid gw_request_uuid(const struct gw_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->match.params_count; i++)
        if (gw_str_is(request->match.names[i], name))
            return request->uuids[i];
    return (struct gw_uuid){{0}};
}

const char *gw_request_path(struct gw_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->match.params_count; i++)
        if (gw_str_is(request->match.names[i], name))
            return gw_arena_strndup(request->arena, request->match.values[i].ptr, request->match.values[i].len);
    return NULL;
}

const struct gw_arg *gw_request_arg(const struct gw_http_request *request, const char *name)
{
    static const struct gw_arg absent;
    const struct gw_route *route = request->match.route;

    for (size_t i = 0; i < route->args_count; i++)
        if (strcmp(route->args[i].name, name) == 0)
            return &request->args[i];
    return &absent;
}

const char *gw_request_text(struct gw_http_request *request, const char *name)
{
    const struct gw_arg *arg = gw_request_arg(request, name);

    if (arg->text.len == 0)
        return NULL;
    return gw_arena_strndup(request->arena, arg->text.ptr, arg->text.len);
}

const char *gw_request_header(const struct gw_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static void note(struct gw_http_request *request, const char *field, const char *code, const char *message)
{
    struct gw_violations *v = &request->violations;

    if (!v->items)
        v->items = gw_arena_alloc(request->arena, GW_VIOLATIONS_MOST * sizeof(*v->items));
    if (v->items && message && v->count < GW_VIOLATIONS_MOST)
        v->items[v->count++] = (struct gw_violation){field, code, message};
}

enum gw_code gw_request_violation(struct gw_http_request *request, struct gw_err *err, const char *field,
                                  const char *code, const char *fmt, ...)
{
    char text[300];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (request->violations.count == 0) {
        gw_fail(err, GW_INVALID, "%s", text);
        if (err)
            snprintf(err->field, sizeof(err->field), "%s", field);
    }
    note(request, field, code, gw_arena_strdup(request->arena, text));
    return GW_INVALID;
}

void gw_request_violations(struct gw_http_request *request, const struct gw_violations *violations)
{
    request->violations = *violations;
}
