/* The beginning of a flow: a state that carries its user, the plugin's URL, what the plugin wants to find
 * again. */
#include "link/tokens.h"

#include "base/time.h"

#define FLOW_LIFE_S  (15 * 60)
#define AUTHORIZE_MS 3000
#define STATE_BYTES  48 /* 16 of the user's id, 32 random */

struct beginning {
    struct gw_arena *arena;
    json_t *flow; /* key -> base64url of the value */
    const char *url;
    int64_t expires_in_s;
};

static enum gw_code on_done(void *self, const aorta_authorize_result *result, struct gw_err *err)
{
    struct beginning *b = self;

    if (result->url.len == 0 || result->url.len > 8000)
        return gw_fail(err, GW_CONTRACT, "the plugin's authorization URL is empty or too long");
    b->url = gw_arena_strndup(b->arena, result->url.ptr, result->url.len);
    b->expires_in_s = result->expires_in_s;
    return b->url ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

static enum gw_code on_state_put(void *self, uint32_t scope, struct gw_str key, struct gw_str value, int64_t ttl_s,
                                 struct gw_err *err)
{
    struct beginning *b = self;
    char *text;

    (void)ttl_s;
    if (scope != AORTA_STATE_FLOW)
        return gw_fail(err, GW_FORBIDDEN_CALL, "authorize may put state into its flow only");
    text = gw_arena_alloc(b->arena, value.len * 4 / 3 + 8);
    if (!text)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_b64url_encode(value.ptr, value.len, text);
    if (json_object_setn_new_nocheck(b->flow, key.ptr, key.len, json_string(text)))
        return gw_fail(err, GW_NOMEM, NULL);
    return GW_OK;
}

static const char *make_state(struct gw_arena *arena, struct gw_uuid user)
{
    uint8_t bytes[STATE_BYTES];
    char *text = gw_arena_alloc(arena, STATE_BYTES * 2);

    if (!text)
        return NULL;
    memcpy(bytes, user.b, 16);
    gw_random(bytes + 16, sizeof(bytes) - 16);
    gw_b64url_encode(bytes, sizeof(bytes), text);
    return text;
}

static enum gw_code store_flow(struct gw_link *link, struct gw_arena *arena, const char *provider, struct gw_uuid user,
                               const char *state, const char *redirect_uri, const struct beginning *b,
                               struct gw_err *err)
{
    int64_t life = b->expires_in_s > 0 && b->expires_in_s < FLOW_LIFE_S ? b->expires_in_s : FLOW_LIFE_S;
    struct gw_flow flow = {
        .user_id = user,
        .provider = provider,
        .redirect_uri = redirect_uri,
        .expires_us = gw_now_us() + life * GW_US_PER_S,
    };
    enum gw_code code =
        json_seal(link->ring, arena, tokens_bound(arena, "flow", user, provider, ""), b->flow, &flow.plugin_state, err);

    if (code)
        return code;
    gw_sha256(gw_str(state), flow.state_digest);
    return gw_store_flow_put(link->db, &flow, err);
}

static enum gw_code run_authorize(struct gw_link *link, const struct gw_provider *provider, struct gw_uuid user,
                                  const char *state, const char *scope, struct beginning *b, struct gw_err *err)
{
    struct gw_sink sink = {.self = b,
                           .perform = link->perform,
                           .perform_self = link->perform_self,
                           .authorize_done = on_done,
                           .state_put = on_state_put};
    struct gw_call call = {.provider = provider, .sink = &sink, .timeout_ms = AUTHORIZE_MS};
    const char *callback = callback_url(link, b->arena, provider->id);
    char user_text[GW_UUID_TEXT];
    enum gw_code code;

    if (!callback)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_uuid_text(user, user_text);
    aorta_authorize_req req = {
        .struct_size = sizeof(req),
        .redirect_uri = {callback, strlen(callback)},
        .state = {state, strlen(state)},
        .scope = {scope, scope ? strlen(scope) : 0},
        .user_ref = {user_text, strlen(user_text)},
    };
    code = gw_call_authorize(&call, &req, err);
    if (!code && !b->url)
        code = gw_fail(err, GW_CONTRACT, "the plugin gave no authorization URL");
    return code;
}

enum gw_code gw_link_authorize(struct gw_link *link, struct gw_arena *arena, const struct gw_provider *provider,
                               struct gw_uuid user, const char *redirect_uri, const char *scope, const char **ret_url,
                               const char **ret_state, struct gw_err *err)
{
    own_json json_t *flow = json_object();
    struct beginning b = {.arena = arena, .flow = flow};
    const char *state = make_state(arena, user);
    struct gw_user known;
    enum gw_code code;

    if (!flow || !state)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!provider->ready)
        return gw_fail(err, GW_CONFIG, "%s", provider->reason);
    if (!(provider->plugin->desc->capabilities & AORTA_CAP_OAUTH))
        return gw_fail(err, GW_UNSUPPORTED, "Provider '%s' does not support OAuth", provider->id);
    code = gw_settings_require(link->settings, provider->id, err);
    if (code)
        return code;
    code = redirect_uri ? redirect_check(link, redirect_uri, err) : GW_OK;
    if (code)
        return code;
    code = gw_store_user_get(link->db, arena, user, &known, err);
    if (!code)
        code = run_authorize(link, provider, user, state, scope, &b, err);
    if (!code)
        code = store_flow(link, arena, provider->id, user, state, redirect_uri, &b, err);
    if (code)
        return code;
    *ret_url = b.url;
    *ret_state = state;
    return GW_OK;
}
