/* Tokens as one sealed JSON object, bound to the user, provider and account they belong to. */
#include "link/tokens.h"

#include <stdlib.h>

#include "base/time.h"

struct gw_str tokens_bound(struct gw_arena *arena, const char *what, struct gw_uuid user, const char *provider,
                           const char *account)
{
    char id[GW_UUID_TEXT];
    const char *text = gw_arena_printf(arena, "%s\n%s\n%s\n%s", what, gw_uuid_text(user, id), provider, account);

    return gw_str(text);
}

enum gw_code seal_into(const struct gw_keyring *ring, struct gw_arena *arena, struct gw_str plain, struct gw_str bound,
                       struct gw_str *ret, struct gw_err *err)
{
    gw_own_buf struct gw_buf out = {0};
    enum gw_code code = bound.ptr ? gw_seal(ring, plain, bound, &out, err) : gw_fail(err, GW_NOMEM, NULL);

    if (code)
        return code;
    ret->ptr = gw_arena_strndup(arena, out.data, out.len);
    ret->len = out.len;
    return ret->ptr ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

enum gw_code json_seal(const struct gw_keyring *ring, struct gw_arena *arena, struct gw_str bound, const json_t *json,
                       struct gw_str *ret, struct gw_err *err)
{
    char *text = json_dumps(json, JSON_COMPACT);
    enum gw_code code;

    if (!text)
        return gw_fail(err, GW_NOMEM, NULL);
    code = seal_into(ring, arena, gw_str(text), bound, ret, err);
    explicit_bzero(text, strlen(text));
    free(text);
    return code;
}

static json_t *text_json(aorta_str text)
{
    return json_stringn_nocheck(text.ptr ? text.ptr : "", text.len);
}

/* The new text, or what the old object has under the key. */
static void keep_or_set(json_t *object, const char *key, aorta_str text, const json_t *old)
{
    if (text.len > 0)
        json_object_set_new(object, key, text_json(text));
    else if (old && json_object_get(old, key))
        json_object_set(object, key, json_object_get(old, key));
}

static void set_extra(json_t *object, const aorta_credentials *credentials, const json_t *old)
{
    json_t *extra;

    if (credentials->extra_count == 0) {
        if (old && json_object_get(old, "extra"))
            json_object_set(object, "extra", json_object_get(old, "extra"));
        return;
    }
    extra = json_object();
    for (uint32_t i = 0; i < credentials->extra_count; i++) {
        const aorta_field *f = &credentials->extra[i];
        json_object_setn_new_nocheck(extra, f->key.ptr, f->key.len, text_json(f->value.u.s));
    }
    json_object_set_new(object, "extra", extra);
}

enum gw_code tokens_seal(const struct gw_keyring *ring, struct gw_arena *arena, struct gw_str bound,
                         const aorta_credentials *credentials, const json_t *old, struct gw_str *ret,
                         struct gw_err *err)
{
    own_json json_t *object = json_object();

    if (!object)
        return gw_fail(err, GW_NOMEM, NULL);
    keep_or_set(object, "access", credentials->access_token, old);
    keep_or_set(object, "refresh", credentials->refresh_token, old);
    keep_or_set(object, "type", credentials->token_type, old);
    set_extra(object, credentials, old);
    return json_seal(ring, arena, bound, object, ret, err);
}

enum gw_code tokens_open(const struct gw_keyring *ring, struct gw_str bound, struct gw_str sealed, json_t **ret,
                         struct gw_err *err)
{
    gw_own_secret struct gw_secret plain = {0};
    enum gw_code code = bound.ptr ? gw_unseal(ring, sealed, bound, &plain, err) : gw_fail(err, GW_NOMEM, NULL);

    if (code)
        return code;
    *ret = json_loadb(plain.data, plain.len, 0, NULL);
    return *ret ? GW_OK : gw_fail(err, GW_DATA, "a sealed value is not what was put into it");
}

const char *callback_url(const struct gw_link *link, struct gw_arena *arena, const char *provider)
{
    return gw_arena_printf(arena, "%s/api/v1/oauth/%s/callback", link->public_url, provider);
}

int64_t expiry_us(int64_t expires_in_s)
{
    if (expires_in_s <= 0 || expires_in_s > 100LL * 366 * 86400)
        return GW_NO_TIME;
    return gw_now_us() + expires_in_s * GW_US_PER_S;
}
