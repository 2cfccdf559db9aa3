/* Text to typed values, by the route's declarations: identifiers in the path, parameters of the query.
 * Everything that is wrong is noted; the first is what the answer's sentence speaks of.
 */
#include <strings.h>

#include "http/check.h"
#include "http/inside.h"
#include "http/query.h"

static bool ends_with(struct gw_str text, const char *end)
{
    size_t len = strlen(end);

    return text.len >= len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

static const char *name_text(struct gw_http_request *request, struct gw_str name)
{
    const char *text = gw_arena_strndup(request->arena, name.ptr, name.len);

    return text ? text : "?";
}

static void check_path(struct gw_http_request *request, struct gw_err *err)
{
    for (size_t i = 0; i < request->match.params_count; i++) {
        struct gw_str name = request->match.names[i];
        if (!ends_with(name, "_id") || gw_check_uuid(request->match.values[i], &request->uuids[i]))
            continue;
        gw_request_violation(request, err, name_text(request, name), "uuid", "%.*s should be a valid UUID.",
                             (int)name.len, name.ptr);
    }
}

static bool int_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                      struct gw_arg *arg)
{
    if (!gw_parse_i64(arg->text, &arg->i))
        gw_request_violation(request, err, decl->name, "integer", "%s should be a whole number.", decl->name);
    else if (arg->i < decl->min)
        gw_request_violation(request, err, decl->name, "minimum", "%s should be at least %lld.", decl->name,
                             (long long)decl->min);
    else if (arg->i > decl->max)
        gw_request_violation(request, err, decl->name, "maximum", "%s should be at most %lld.", decl->name,
                             (long long)decl->max);
    else
        return true;
    return false;
}

static bool bool_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                       struct gw_arg *arg)
{
    static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "off", "on"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (arg->text.len == strlen(words[i]) && strncasecmp(arg->text.ptr, words[i], arg->text.len) == 0) {
            arg->i = i & 1;
            return true;
        }
    }
    gw_request_violation(request, err, decl->name, "boolean", "%s should be true or false.", decl->name);
    return false;
}

static bool choice_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                         struct gw_arg *arg)
{
    char list[200] = "";
    size_t n = 0;

    for (arg->i = 0; decl->choices[arg->i]; arg->i++) {
        if (gw_str_is(arg->text, decl->choices[arg->i]))
            return true;
        if (n < sizeof(list))
            n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", decl->choices[arg->i]);
    }
    gw_request_violation(request, err, decl->name, "choice", "%s should be one of: %s.", decl->name, list);
    return false;
}

static bool text_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                       struct gw_arg *arg)
{
    size_t most = decl->max ? (size_t)decl->max : 1024;

    if (arg->text.len <= most)
        return true;
    gw_request_violation(request, err, decl->name, "too_long", "%s should have at most %zu bytes.", decl->name, most);
    return false;
}

static bool uuid_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                       struct gw_arg *arg)
{
    if (gw_check_uuid(arg->text, &arg->uuid))
        return true;
    gw_request_violation(request, err, decl->name, "uuid", "%s should be a valid UUID.", decl->name);
    return false;
}

/* i: microseconds, of the end of the day where the declaration says so. */
static bool time_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                       struct gw_arg *arg)
{
    if (!gw_time_parse(arg->text, &arg->time)) {
        gw_request_violation(request, err, decl->name, "time",
                             "%s should be an ISO 8601 date or time, or Unix seconds.", decl->name);
        return false;
    }
    arg->i = arg->time.us + (arg->time.date_only && decl->flags & GW_ARG_END ? GW_US_PER_DAY : 0);
    return true;
}

static bool email_value(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                        struct gw_arg *arg)
{
    if (arg->text.len == 0 || gw_check_email(arg->text, request->arena, &arg->text))
        return true;
    gw_request_violation(request, err, decl->name, "email", "%s should be a valid e-mail address.", decl->name);
    return false;
}

static bool (*const value_fns[])(struct gw_http_request *, struct gw_err *, const struct gw_arg_decl *,
                                 struct gw_arg *) = {
    [GW_ARG_TEXT] = text_value, [GW_ARG_INT] = int_value,   [GW_ARG_BOOL] = bool_value,  [GW_ARG_CHOICE] = choice_value,
    [GW_ARG_UUID] = uuid_value, [GW_ARG_TIME] = time_value, [GW_ARG_EMAIL] = email_value};

/* The last of several with one name counts. */
static bool find(const struct gw_http_request *request, const char *name, struct gw_str *ret)
{
    for (size_t i = request->query_count; i-- > 0;) {
        if (gw_str_is(request->query[i].name, name)) {
            *ret = request->query[i].value;
            return true;
        }
    }
    return false;
}

static void check_arg(struct gw_http_request *request, struct gw_err *err, const struct gw_arg_decl *decl,
                      struct gw_arg *arg)
{
    arg->given = find(request, decl->name, &arg->text);
    if (!arg->given && decl->default_text)
        arg->text = gw_str(decl->default_text);
    else if (!arg->given) {
        if (decl->flags & GW_ARG_REQUIRED)
            gw_request_violation(request, err, decl->name, "required", "%s is required.", decl->name);
        return;
    }
    if (!(decl->flags & GW_ARG_REPEATED) && !value_fns[decl->type](request, err, decl, arg))
        arg->given = false;
}

enum gw_code gw_step_args(struct gw_http_request *request, struct gw_err *err)
{
    const struct gw_route *route = request->match.route;
    enum gw_code code = GW_OK;

    request->args_read = true;
    if (request->query_text.len)
        code = gw_query_parse(request->query_text, request->arena, &request->query, &request->query_count, err);
    if (code == GW_OK && route->args_count) {
        request->args = gw_arena_zalloc(request->arena, route->args_count * sizeof(*request->args));
        if (!request->args)
            code = gw_fail(err, GW_NOMEM, NULL);
    }
    if (code != GW_OK)
        return code;
    check_path(request, err);
    for (size_t i = 0; i < route->args_count; i++)
        check_arg(request, err, &route->args[i], &request->args[i]);
    return request->violations.count ? GW_INVALID : GW_OK;
}
