/* Connect links: what they say, sealed into a URL. */
#include "link/connect.h"

#include "base/time.h"
#include "link/tokens.h"

#define TEXT_MOST 8192

static const struct gw_str bound = {"connect-link", 12};

static json_t *as_json(const struct gw_connect_link *l)
{
    char user[GW_UUID_TEXT];
    json_t *object = json_pack("{s:s, s:I, s:s*, s:s*}", "user", gw_uuid_text(l->user, user), "until",
                               (json_int_t)l->expires_us, "provider", l->provider, "redirect", l->redirect_uri);

    return object;
}

const char *gw_connect_page(const struct gw_link *link, struct gw_arena *arena, struct gw_str text)
{
    return gw_arena_printf(arena, "%s" CONNECT_PATH "%.*s", link->public_url, (int)text.len, text.ptr);
}

enum gw_code gw_connect_make(struct gw_link *link, struct gw_arena *arena, const struct gw_connect_link *what,
                             const char **ret_url, struct gw_err *err)
{
    own_json json_t *json = NULL;
    struct gw_str sealed;
    char *text;
    enum gw_code code = what->redirect_uri ? redirect_check(link, what->redirect_uri, err) : GW_OK;

    if (code)
        return code;
    json = as_json(what);
    code = json ? json_seal(link->ring, arena, bound, json, &sealed, err) : gw_fail(err, GW_NOMEM, NULL);
    if (code)
        return code;
    text = gw_arena_alloc(arena, 4 * (sealed.len + 2) / 3 + 1);
    if (!text)
        return gw_fail(err, GW_NOMEM, NULL);
    *ret_url = gw_connect_page(link, arena, (struct gw_str){text, gw_b64url_encode(sealed.ptr, sealed.len, text)});
    return *ret_url ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

static enum gw_code invalid(struct gw_err *err)
{
    return gw_fail_wire(err, GW_NOT_FOUND, "connect_link.invalid", "This link is not valid. Please ask for a new one.");
}

static const char *text_of(struct gw_arena *arena, const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? gw_arena_strdup(arena, text) : NULL;
}

static enum gw_code from_json(struct gw_arena *arena, const json_t *json, struct gw_connect_link *ret,
                              struct gw_err *err)
{
    const char *user = json_string_value(json_object_get(json, "user"));

    *ret = (struct gw_connect_link){.expires_us = json_integer_value(json_object_get(json, "until")),
                                    .provider = text_of(arena, json, "provider"),
                                    .redirect_uri = text_of(arena, json, "redirect")};
    if (!user || !gw_uuid_parse(gw_str(user), &ret->user))
        return invalid(err);
    if (ret->expires_us < gw_now_us())
        return gw_fail_wire(err, GW_NOT_FOUND, "connect_link.expired",
                            "This link has expired. Please ask for a new one.");
    return GW_OK;
}

enum gw_code gw_connect_read(struct gw_link *link, struct gw_arena *arena, struct gw_str text,
                             struct gw_connect_link *ret, struct gw_err *err)
{
    own_json json_t *json = NULL;
    uint8_t *sealed = text.len && text.len <= TEXT_MOST ? gw_arena_alloc(arena, text.len) : NULL;
    struct gw_err why = {0};
    size_t len = 0;

    if (!sealed || !gw_b64url_decode(text, sealed, &len) ||
        tokens_open(link->ring, bound, (struct gw_str){(char *)sealed, len}, &json, &why))
        return why.code == GW_NOMEM ? gw_fail(err, GW_NOMEM, NULL) : invalid(err);
    return from_json(arena, json, ret, err);
}
