/* Fields of bodies. */
#include "http/fields.h"

#include "base/json.h"
#include "http/check.h"
#include "http/query.h"

static void missing(struct gw_http_request *request, const struct gw_field *field, struct gw_err *err)
{
    if (field->flags & GW_FIELD_REQUIRED)
        gw_request_violation(request, err, field->name, "required", "%s is required.", field->name);
}

static void take(struct gw_http_request *request, const struct gw_field *field, struct gw_str text, void *to,
                 struct gw_err *err)
{
    size_t length = gw_check_length(text);

    if (memchr(text.ptr, '\0', text.len))
        gw_request_violation(request, err, field->name, "text", "%s should be a text without NUL.", field->name);
    else if (length < field->least)
        gw_request_violation(request, err, field->name, "too_short", "%s should have at least %zu characters.",
                             field->name, field->least);
    else if (length > field->most)
        gw_request_violation(request, err, field->name, "too_long", "%s should have at most %zu characters.",
                             field->name, field->most);
    else if (field->flags & GW_FIELD_EMAIL && !gw_check_email(text, request->arena, &text))
        gw_request_violation(request, err, field->name, "email", "%s should be a valid e-mail address.", field->name);
    else
        *(const char **)((char *)to + field->place) =
            gw_arena_strndup(request->arena, text.ptr ? text.ptr : "", text.len);
}

enum gw_code gw_fields_json(struct gw_http_request *request, const struct gw_field *fields, size_t count, void *to,
                            struct gw_err *err)
{
    own_json json_t *body = NULL;
    enum gw_code code = gw_request_json(request, &body, err);

    for (size_t i = 0; i < count && code == GW_OK; i++) {
        const json_t *value = json_object_get(body, fields[i].name);
        if (!value || json_is_null(value))
            missing(request, &fields[i], err);
        else if (!json_is_string(value))
            gw_request_violation(request, err, fields[i].name, "text", "%s should be a text.", fields[i].name);
        else
            take(request, &fields[i], (struct gw_str){json_string_value(value), json_string_length(value)}, to, err);
    }
    return code == GW_OK && request->violations.count ? GW_INVALID : code;
}

/* The last of several with one name counts, as in the query. */
static const struct gw_param_text *find(const struct gw_param_text *pairs, size_t count, const char *name)
{
    while (count-- > 0)
        if (gw_str_is(pairs[count].name, name))
            return &pairs[count];
    return NULL;
}

enum gw_code gw_fields_form(struct gw_http_request *request, const struct gw_field *fields, size_t count, void *to,
                            struct gw_err *err)
{
    struct gw_param_text *pairs = NULL;
    size_t pairs_count = 0;
    enum gw_code code = GW_OK;

    if (request->body.len)
        code = gw_query_parse(request->body, request->arena, &pairs, &pairs_count, err);
    for (size_t i = 0; i < count && code == GW_OK; i++) {
        const struct gw_param_text *pair = find(pairs, pairs_count, fields[i].name);
        if (pair)
            take(request, &fields[i], pair->value, to, err);
        else
            missing(request, &fields[i], err);
    }
    return code == GW_OK && request->violations.count ? GW_INVALID : code;
}
