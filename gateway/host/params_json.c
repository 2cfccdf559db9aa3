/* Parameter values as JSON and back, for the row of a job. Times and durations are numbers of microseconds, dates of
 * days: exact, and nobody but the gateway reads them. */
#include <jansson.h>
#include <math.h>

#include "host/declare.h"
#include "host/params.h"

static void write_value(const aorta_value *v, struct gw_buf *out)
{
    switch (v->type) {
    case AORTA_TYPE_BOOL:
        gw_buf_str(out, v->u.i ? "true" : "false");
        break;
    case AORTA_TYPE_FLOAT:
        gw_buf_f64(out, v->u.f);
        break;
    case AORTA_TYPE_INT:
    case AORTA_TYPE_TIME:
    case AORTA_TYPE_DATE:
    case AORTA_TYPE_DURATION:
        gw_buf_i64(out, v->u.i);
        break;
    default:
        gw_buf_json(out, (struct gw_str){v->u.s.ptr, v->u.s.len});
    }
}

void gw_params_to_json(const aorta_param *decls, uint32_t count, uint32_t stride, const aorta_value *values,
                       struct gw_buf *out)
{
    bool first = true;

    gw_buf_char(out, '{');
    for (uint32_t i = 0; i < count; i++) {
        if (values[i].type == AORTA_TYPE_NONE)
            continue;
        if (!first)
            gw_buf_char(out, ',');
        first = false;
        gw_buf_json_cstr(out, GW_ROW(aorta_param, decls, i, stride)->name);
        gw_buf_char(out, ':');
        write_value(&values[i], out);
    }
    gw_buf_char(out, '}');
}

static bool read_value(const aorta_param *d, const json_t *json, struct gw_arena *arena, aorta_value *ret)
{
    const char *text = json_string_value(json);

    ret->type = d->type;
    switch (d->type) {
    case AORTA_TYPE_BOOL:
        ret->u.i = json_is_true(json);
        return json_is_boolean(json);
    case AORTA_TYPE_FLOAT:
        ret->u.f = json_number_value(json);
        return json_is_number(json) && isfinite(ret->u.f);
    case AORTA_TYPE_INT:
    case AORTA_TYPE_TIME:
    case AORTA_TYPE_DATE:
    case AORTA_TYPE_DURATION:
        ret->u.i = json_integer_value(json);
        return json_is_integer(json);
    default:
        if (!text)
            return false;
        ret->u.s.len = json_string_length(json);
        ret->u.s.ptr = gw_arena_strndup(arena, text, ret->u.s.len);
        return ret->u.s.ptr != NULL;
    }
}

enum gw_code gw_params_from_json(const aorta_param *decls, uint32_t count, uint32_t stride, const char *json,
                                 struct gw_arena *arena, aorta_value **ret_values, struct gw_err *err)
{
    aorta_value *values = gw_arena_zalloc(arena, count * sizeof(*values));
    json_t *root = values ? json_loads(json, 0, NULL) : NULL;
    enum gw_code code = GW_OK;

    if (!values)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!json_is_object(root))
        code = gw_fail(err, GW_DATA, "The stored parameters are not a JSON object.");
    for (uint32_t i = 0; i < count && code == GW_OK; i++) {
        const aorta_param *d = GW_ROW(aorta_param, decls, i, stride);
        const json_t *value = json_object_get(root, d->name);
        if (value && !read_value(d, value, arena, &values[i]))
            code = gw_fail(err, GW_DATA, "The stored parameter %s has not the type it was declared with.", d->name);
    }
    json_decref(root);
    if (code == GW_OK)
        *ret_values = values;
    return code;
}
