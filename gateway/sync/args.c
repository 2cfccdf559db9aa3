/* Job arguments in and out of JSON. */
#include "sync/args.h"

#include <stdlib.h>

#include "base/json.h"
#include "crypt/crypt.h"
#include "host/params.h"

static enum gw_code keep(struct gw_buf *b, struct gw_arena *arena, const char **ret, uint8_t digest[16],
                         struct gw_err *err)
{
    uint8_t full[32];

    *ret = b->failed ? NULL : gw_arena_strndup(arena, b->data, b->len);
    if (!*ret)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_sha256((struct gw_str){b->data, b->len}, full);
    memcpy(digest, full, 16);
    return GW_OK;
}

enum gw_code gw_args_write_sync(const aorta_descriptor *desc, const aorta_value *params, uint32_t data,
                                struct gw_arena *arena, const char **ret, uint8_t ret_digest[16], struct gw_err *err)
{
    gw_own_buf struct gw_buf b = {0};

    gw_buf_str(&b, "{\"params\":");
    gw_params_to_json(desc->sync_params, desc->sync_params_count, desc->sync_params_stride, params, &b);
    gw_buf_printf(&b, ",\"data\":%u}", data);
    return keep(&b, arena, ret, ret_digest, err);
}

static enum gw_code parse(const char *args, json_t **ret, struct gw_err *err)
{
    *ret = json_loads(args ? args : "", 0, NULL);
    return *ret ? GW_OK : gw_fail(err, GW_INTERNAL, "a job's arguments are not JSON");
}

enum gw_code gw_args_read_sync(const aorta_descriptor *desc, const char *args, struct gw_arena *arena,
                               struct gw_sync_args *ret, struct gw_err *err)
{
    own_json json_t *json = NULL;
    struct gw_sync_args value = {0};
    char *params;
    enum gw_code code = parse(args, &json, err);

    if (code)
        return code;
    value.data = (uint32_t)json_integer_value(json_object_get(json, "data"));
    params = json_dumps(json_object_get(json, "params"), JSON_COMPACT);
    code = gw_params_from_json(desc->sync_params, desc->sync_params_count, desc->sync_params_stride,
                               params ? params : "{}", arena, &value.params, err);
    free(params);
    if (!code)
        *ret = value;
    return code;
}

enum gw_code gw_args_write_fetch(struct gw_str sealed_hint, const char *event, struct gw_arena *arena, const char **ret,
                                 uint8_t ret_digest[16], struct gw_err *err)
{
    gw_own_buf struct gw_buf b = {0};
    char *text = gw_arena_alloc(arena, sealed_hint.len * 4 / 3 + 8);

    if (!text)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_b64url_encode(sealed_hint.ptr, sealed_hint.len, text);
    gw_buf_printf(&b, "{\"hint\":\"%s\",\"event\":", text);
    gw_buf_json_cstr(&b, event);
    gw_buf_char(&b, '}');
    return keep(&b, arena, ret, ret_digest, err);
}

enum gw_code gw_args_read_fetch(const char *args, struct gw_arena *arena, struct gw_str *ret_sealed_hint,
                                const char **ret_event, struct gw_err *err)
{
    own_json json_t *json = NULL;
    const json_t *hint, *event;
    size_t len = 0;
    uint8_t *out;
    enum gw_code code = parse(args, &json, err);

    if (code)
        return code;
    hint = json_object_get(json, "hint");
    event = json_object_get(json, "event");
    out = gw_arena_alloc(arena, json_string_length(hint) + 1);
    *ret_event = gw_arena_strdup(arena, json_is_string(event) ? json_string_value(event) : "");
    if (!out || !*ret_event)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!json_is_string(hint) || !gw_b64url_decode(gw_str(json_string_value(hint)), out, &len))
        return gw_fail(err, GW_INTERNAL, "a job's hint does not decode");
    *ret_sealed_hint = (struct gw_str){(char *)out, len};
    return GW_OK;
}

enum gw_code gw_args_read_id(const char *args, const char *key, struct gw_uuid *ret, struct gw_err *err)
{
    own_json json_t *json = NULL;
    enum gw_code code = parse(args, &json, err);

    if (code)
        return code;
    if (!gw_uuid_parse(gw_str(json_string_value(json_object_get(json, key))), ret))
        return gw_fail(err, GW_INTERNAL, "a job's arguments name no %s", key);
    return GW_OK;
}
