/* docs: tables of the program as text: routes as data, metrics as they stand in a document. */
#include <stdio.h>

#include "base/buf.h"
#include "cli/command.h"
#include "host/metrics.h"
#include "http/route.h"
#include "store/keys.h"

static const char *scope_name(uint32_t scope)
{
    return scope == GW_SCOPE_READ    ? "read"
           : scope == GW_SCOPE_WRITE ? "write"
           : scope == GW_SCOPE_ADMIN ? "admin"
                                     : NULL;
}

static void write_flag(struct gw_buf *out, const char *name, bool is)
{
    gw_buf_printf(out, ",\"%s\":%s", name, is ? "true" : "false");
}

/* Who may call: the words of docs/authentication.md. */
static void write_route(struct gw_buf *out, const struct gw_route *route)
{
    bool developer_only = route->flags & GW_ROUTE_DEVELOPER, phone = route->flags & GW_ROUTE_SDK;

    gw_buf_str(out, "{\"method\":");
    gw_buf_json_cstr(out, gw_method_name(route->method));
    gw_buf_str(out, ",\"path\":");
    gw_buf_json_cstr(out, route->pattern);
    write_flag(out, "public", gw_route_is_public(route));
    gw_buf_str(out, ",\"key\":");
    gw_buf_json_cstr(out, developer_only ? NULL : scope_name(route->scope));
    write_flag(out, "developer", developer_only || (route->scope && !phone));
    write_flag(out, "sdk", phone);
    gw_buf_str(out, ",\"doc\":");
    gw_buf_json_cstr(out, route->doc);
    gw_buf_char(out, '}');
}

int command_docs_routes(const struct cli *cli)
{
    gw_own_buf struct gw_buf text = {0};

    (void)cli;
    for (size_t i = 0; i < gw_routes_count; i++) {
        gw_buf_str(&text, i ? ",\n " : "[");
        write_route(&text, &gw_routes[i]);
    }
    gw_buf_str(&text, "]\n");
    if (text.failed || fwrite(text.data, 1, text.len, stdout) != text.len)
        return 1;
    return 0;
}

int command_docs_metrics(const struct cli *cli)
{
    gw_own_buf struct gw_buf text = {0};

    (void)cli;
    gw_metrics_markdown(&text);
    return text.failed || fwrite(text.data, 1, text.len, stdout) != text.len;
}
