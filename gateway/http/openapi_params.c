/* Parameters of the API's documentation: of the path, of the routes' declarations, of the plugins'. */
#include <stdlib.h>

#include "host/params.h"
#include "http/member.h"
#include "http/openapi.h"

bool gw_openapi_path_param(const char **at, struct gw_str *ret)
{
    const char *open = strchr(*at, '{'), *close = open ? strchr(open, '}') : NULL;

    if (!close)
        return false;
    *ret = (struct gw_str){open + 1, (size_t)(close - open - 1)};
    *at = close + 1;
    return true;
}

static void begin(struct gw_buf *out, struct gw_str name, const char *in, bool required, const char *doc)
{
    gw_json_open(out, NULL, '{');
    gw_json_key(out, "name");
    gw_buf_json(out, name);
    gw_json_text(out, "in", in);
    gw_json_bool(out, "required", required);
    gw_json_text(out, "description", doc);
}

static void list(struct gw_buf *out, const char *key, const char *const *items)
{
    gw_json_open(out, key, '[');
    for (size_t i = 0; items && items[i]; i++)
        gw_json_element(out, items[i]);
    gw_json_close(out, ']');
}

/* ---- of the path ---- */

static bool is_id(struct gw_str name)
{
    return name.len > 3 && memcmp(name.ptr + name.len - 3, "_id", 3) == 0;
}

static void write_providers(const struct gw_registry *registry, struct gw_buf *out)
{
    size_t count = registry ? gw_registry_count(registry) : 0;

    if (!count)
        return;
    gw_json_open(out, "enum", '[');
    for (size_t i = 0; i < count; i++)
        gw_json_element(out, gw_registry_at(registry, i)->id);
    gw_json_close(out, ']');
}

static void write_path_param(const struct gw_openapi *what, const struct gw_route *route, struct gw_str name,
                             struct gw_buf *out)
{
    begin(out, name, "path", true, NULL);
    gw_json_open(out, "schema", '{');
    gw_json_text(out, "type", "string");
    if (is_id(name))
        gw_json_text(out, "format", "uuid");
    else if (gw_str_is(name, "provider") && !(route->flags & GW_ROUTE_ANY_PROVIDER))
        write_providers(what->registry, out);
    gw_json_close(out, '}');
    gw_json_close(out, '}');
}

/* ---- of a route's declarations ---- */

/* Numbers and truth values stand bare, all else in quotes. */
static void write_default(struct gw_buf *out, const char *key, const char *text, bool bare)
{
    if (!text || !text[0])
        return;
    gw_json_key(out, key);
    if (bare)
        gw_buf_str(out, text);
    else
        gw_buf_json_cstr(out, text);
}

static void write_arg_type(const struct gw_arg_decl *arg, struct gw_buf *out)
{
    static const char *const types[] = {
        [GW_ARG_TEXT] = "string", [GW_ARG_INT] = "integer", [GW_ARG_BOOL] = "boolean", [GW_ARG_CHOICE] = "string",
        [GW_ARG_UUID] = "string", [GW_ARG_TIME] = "string", [GW_ARG_EMAIL] = "string"};

    gw_json_text(out, "type", types[arg->type]);
    switch (arg->type) {
    case GW_ARG_INT:
        gw_json_int(out, "minimum", arg->min);
        gw_json_int(out, "maximum", arg->max);
        break;
    case GW_ARG_CHOICE:
        list(out, "enum", arg->choices);
        break;
    case GW_ARG_UUID:
        gw_json_text(out, "format", "uuid");
        break;
    case GW_ARG_EMAIL:
        gw_json_text(out, "format", "email");
        break;
    case GW_ARG_TEXT:
        if (!(arg->flags & GW_ARG_REPEATED))
            gw_json_int(out, "maxLength", arg->max ? arg->max : 1024);
        break;
    case GW_ARG_BOOL:
    case GW_ARG_TIME:
        break;
    }
}

static void write_arg_schema(const struct gw_arg_decl *arg, struct gw_buf *out)
{
    bool repeated = arg->flags & GW_ARG_REPEATED;

    gw_json_open(out, "schema", '{');
    if (arg->type == GW_ARG_TIME) {
        gw_json_text(out, "$ref", "#/components/schemas/QueryTime");
    } else if (repeated) {
        gw_json_text(out, "type", "array");
        gw_json_open(out, "items", '{');
        write_arg_type(arg, out);
        gw_json_close(out, '}');
    } else {
        write_arg_type(arg, out);
        write_default(out, "default", arg->default_text, arg->type == GW_ARG_INT || arg->type == GW_ARG_BOOL);
    }
    gw_json_close(out, '}');
    if (repeated) {
        gw_json_text(out, "style", "form");
        gw_json_bool(out, "explode", true);
    }
}

static void write_arg(const struct gw_arg_decl *arg, struct gw_buf *out)
{
    begin(out, gw_str(arg->name), "query", arg->flags & GW_ARG_REQUIRED, arg->doc);
    write_arg_schema(arg, out);
    gw_json_close(out, '}');
}

/* ---- of a plugin's declarations ---- */

/* How a type of the plugins is written in a query. */
static const struct param_form {
    const char *type, *format;
    bool bare; /* defaults and bounds are numbers or truth values */
} param_forms[] = {
    [AORTA_TYPE_BOOL] = {"boolean", NULL, true},   [AORTA_TYPE_INT] = {"integer", NULL, true},
    [AORTA_TYPE_FLOAT] = {"number", NULL, true},   [AORTA_TYPE_STRING] = {"string", NULL, false},
    [AORTA_TYPE_ENUM] = {"string", NULL, false},   [AORTA_TYPE_TIME] = {"string", NULL, false},
    [AORTA_TYPE_DATE] = {"string", "date", false}, [AORTA_TYPE_DURATION] = {"integer", NULL, true},
    [AORTA_TYPE_URL] = {"string", "uri", false},
};
#define PARAM_FORMS (sizeof(param_forms) / sizeof(param_forms[0]))

static bool is_number(const char *text)
{
    char *end;

    strtod(text, &end);
    return end != text && *end == '\0';
}

static bool is_bare(const struct param_form *form, const char *text)
{
    return form->bare && (is_number(text) || strcmp(text, "true") == 0 || strcmp(text, "false") == 0);
}

static void write_param_schema(const aorta_param *param, const struct param_form *form, struct gw_buf *out)
{
    gw_json_open(out, "schema", '{');
    gw_json_text(out, "type", form->type);
    gw_json_text(out, "format", form->format);
    if (param->type == AORTA_TYPE_ENUM)
        list(out, "enum", param->choices);
    if (param->type == AORTA_TYPE_STRING)
        gw_json_int(out, "maxLength", param->max_len ? param->max_len : 1024);
    gw_json_text(out, "pattern", param->pattern);
    if (param->min_text && is_bare(form, param->min_text))
        write_default(out, "minimum", param->min_text, true);
    if (param->max_text && is_bare(form, param->max_text))
        write_default(out, "maximum", param->max_text, true);
    if (param->default_text && (!form->bare || is_bare(form, param->default_text)))
        write_default(out, "default", param->default_text, form->bare);
    gw_json_close(out, '}');
}

/* Bounds that a schema cannot say, such as "now-28d", are said in words. */
static void write_param_text(const aorta_param *param, const struct param_form *form, struct gw_buf *out)
{
    gw_own_buf struct gw_buf text = {0};

    gw_buf_str(&text, param->description && param->description[0] ? param->description : param->title);
    if (param->type == AORTA_TYPE_TIME)
        gw_buf_str(&text, " ISO 8601 (without an offset it is UTC) or Unix seconds.");
    else if (param->unit)
        gw_buf_printf(&text, " Unit: %s.", param->unit);
    if (param->min_text && !is_bare(form, param->min_text))
        gw_buf_printf(&text, " At least %s.", param->min_text);
    if (param->max_text && !is_bare(form, param->max_text))
        gw_buf_printf(&text, " At most %s.", param->max_text);
    gw_json_key(out, "description");
    gw_buf_json(out, (struct gw_str){text.data, text.len});
    out->failed |= text.failed;
}

static void write_param(const aorta_param *param, struct gw_buf *out)
{
    const struct param_form *form = param->type < PARAM_FORMS ? &param_forms[param->type] : NULL;

    if (!form || !form->type)
        return;
    begin(out, gw_str(param->name), "query", param->flags & AORTA_PARAM_REQUIRED, NULL);
    write_param_text(param, form, out);
    write_param_schema(param, form, out);
    write_default(out, "example", param->example, param->example && is_bare(form, param->example));
    gw_json_close(out, '}');
}

static void write_plugin_params(const struct gw_provider *provider, struct gw_buf *out)
{
    const aorta_descriptor *d = provider && provider->plugin ? provider->plugin->desc : NULL;

    for (uint32_t i = 0; d && i < d->sync_params_count; i++)
        write_param(
            (const aorta_param *)(const void *)((const char *)d->sync_params + (size_t)i * d->sync_params_stride), out);
}

void gw_openapi_params(const struct gw_openapi *what, const struct gw_route *route, const struct gw_provider *provider,
                       struct gw_buf *out)
{
    const char *at = route->pattern;
    struct gw_str name;

    gw_json_open(out, "parameters", '[');
    while (gw_openapi_path_param(&at, &name))
        if (!provider || !gw_str_is(name, "provider"))
            write_path_param(what, route, name, out);
    for (size_t i = 0; i < route->args_count; i++)
        write_arg(&route->args[i], out);
    write_plugin_params(provider, out);
    gw_json_close(out, ']');
}
