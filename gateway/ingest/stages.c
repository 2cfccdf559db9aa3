/* A night's stages: parsed, checked for order and names, written again in one form, so that equal nights are
 * equal bytes. */
#include <jansson.h>

#include "base/buf.h"
#include "ingest/fields.h"

#define STAGES_MOST 5000

static bool stage_known(const char *name)
{
    static const char *const names[] = {"in_bed", "awake", "sleeping", "light", "deep", "rem", "unknown"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static enum gw_code write_stage(const json_t *item, int64_t *last_end, struct gw_buf *out, struct gw_err *err)
{
    const char *stage = json_string_value(json_object_get(item, "stage"));
    const json_t *start = json_object_get(item, "start_us"), *end = json_object_get(item, "end_us");

    if (!stage || !stage_known(stage))
        return gw_fail(err, GW_DATA, "a sleep stage has no known name");
    if (!json_is_integer(start) || !json_is_integer(end) || json_integer_value(end) < json_integer_value(start))
        return gw_fail(err, GW_DATA, "a sleep stage has no proper bounds");
    if (json_integer_value(start) < *last_end)
        return gw_fail(err, GW_DATA, "sleep stages overlap or are out of order");
    *last_end = json_integer_value(end);
    gw_buf_printf(out, "%s{\"stage\":\"%s\",\"start_us\":%lld,\"end_us\":%lld}", out->len > 1 ? "," : "", stage,
                  (long long)json_integer_value(start), (long long)*last_end);
    return GW_OK;
}

static enum gw_code write_stages(const json_t *list, struct gw_buf *out, struct gw_err *err)
{
    int64_t last_end = INT64_MIN;

    if (!json_is_array(list) || json_array_size(list) > STAGES_MOST)
        return gw_fail(err, GW_DATA, "sleep stages are not a list of acceptable length");
    gw_buf_char(out, '[');
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum gw_code code = write_stage(json_array_get(list, i), &last_end, out, err);
        if (code)
            return code;
    }
    gw_buf_char(out, ']');
    return GW_OK;
}

enum gw_code stages_check(struct gw_str json, struct gw_arena *arena, const char **ret, struct gw_err *err)
{
    gw_own_buf struct gw_buf out = {0};
    json_t *list = json_loadb(json.ptr, json.len, 0, NULL);
    enum gw_code code = list ? write_stages(list, &out, err) : gw_fail(err, GW_DATA, "sleep stages are not JSON");

    json_decref(list);
    if (code)
        return code;
    *ret = out.failed ? NULL : gw_arena_strndup(arena, out.data, out.len);
    return *ret ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}
