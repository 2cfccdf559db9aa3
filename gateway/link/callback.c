/* The end of a flow: the state is taken (once), the plugin exchanges what the browser brought, the connection
 * is stored with its tokens sealed. */
#include <stdlib.h>

#include "base/time.h"
#include "link/tokens.h"

#define CALLBACK_MS 20000
#define STATES_MOST 256

struct ending {
    struct gw_link *link;
    struct gw_arena *arena;
    const struct gw_provider *provider;
    struct gw_uuid user;
    json_t *flow;
    bool done;
    struct gw_connection connection; /* texts in the arena, tokens sealed */
    struct {
        struct gw_str key, value;
        int64_t ttl_s;
    } put[STATES_MOST]; /* plain until the account is known */
    size_t put_count;
};

static const char *copy_text(struct gw_arena *arena, aorta_str text)
{
    return text.len ? gw_arena_strndup(arena, text.ptr, text.len) : NULL;
}

static enum gw_code on_done(void *self, const aorta_credentials *c, struct gw_err *err)
{
    struct ending *e = self;
    enum gw_code code;

    if (c->provider_user_id.len == 0 || c->provider_user_id.len > 255 ||
        !gw_utf8_valid(c->provider_user_id.ptr, c->provider_user_id.len))
        return gw_fail(err, GW_CONTRACT, "the plugin named no account");
    e->connection = (struct gw_connection){
        .id = gw_uuid_v7(),
        .user_id = e->user,
        .provider = e->provider->id,
        .provider_user_id = copy_text(e->arena, c->provider_user_id),
        .provider_username = copy_text(e->arena, c->provider_username),
        .scope = copy_text(e->arena, c->scope),
        .token_expires_us = expiry_us(c->expires_in_s),
        .last_synced_us = GW_NO_TIME,
    };
    if (!e->connection.provider_user_id)
        return gw_fail(err, GW_NOMEM, NULL);
    code = tokens_seal(e->link->ring, e->arena,
                       tokens_bound(e->arena, "tokens", e->user, e->provider->id, e->connection.provider_user_id), c,
                       NULL, &e->connection.tokens, err);
    e->done = code == GW_OK;
    return code;
}

static enum gw_code flow_get(struct ending *e, struct gw_str key, struct gw_arena *arena, struct gw_str *ret,
                             struct gw_err *err)
{
    const json_t *value = json_object_getn(e->flow, key.ptr, key.len);
    size_t len = 0;
    uint8_t *out;

    if (!value)
        return gw_fail(err, GW_NOT_FOUND, "the flow keeps no such state");
    out = gw_arena_alloc(arena, json_string_length(value) + 1);
    if (!out)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!gw_b64url_decode(gw_str(json_string_value(value)), out, &len))
        return gw_fail(err, GW_DATA, "the flow's state does not decode");
    *ret = (struct gw_str){(char *)out, len};
    return GW_OK;
}

static enum gw_code on_state_get(void *self, uint32_t scope, struct gw_str key, struct gw_arena *arena,
                                 struct gw_str *ret, struct gw_err *err)
{
    struct ending *e = self;

    if (scope == AORTA_STATE_FLOW)
        return flow_get(e, key, arena, ret, err);
    return gw_fail(err, GW_NOT_FOUND, "there is no such state yet");
}

static enum gw_code on_state_put(void *self, uint32_t scope, struct gw_str key, struct gw_str value, int64_t ttl_s,
                                 struct gw_err *err)
{
    struct ending *e = self;

    if (scope != AORTA_STATE_CONNECTION)
        return gw_fail(err, GW_FORBIDDEN_CALL, "callback may put state of its connection only");
    if (e->put_count == STATES_MOST)
        return gw_fail(err, GW_CONTRACT, "too many state keys");
    e->put[e->put_count].key = (struct gw_str){gw_arena_strndup(e->arena, key.ptr, key.len), key.len};
    e->put[e->put_count].value = (struct gw_str){gw_arena_strndup(e->arena, value.ptr, value.len), value.len};
    e->put[e->put_count].ttl_s = ttl_s;
    if (!e->put[e->put_count].key.ptr || !e->put[e->put_count].value.ptr)
        return gw_fail(err, GW_NOMEM, NULL);
    e->put_count++;
    return GW_OK;
}

static enum gw_code seal_states(struct ending *e, struct gw_state_put **ret, struct gw_err *err)
{
    struct gw_state_put *puts = gw_arena_zalloc(e->arena, (e->put_count + 1) * sizeof(*puts));
    struct gw_str bound = tokens_bound(e->arena, "state", e->user, e->provider->id, e->connection.provider_user_id);

    if (!puts)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < e->put_count; i++) {
        enum gw_code code = GW_OK;
        puts[i].key = e->put[i].key;
        puts[i].expires_us = e->put[i].ttl_s > 0 ? gw_now_us() + e->put[i].ttl_s * GW_US_PER_S : GW_NO_TIME;
        if (e->put[i].value.len)
            code = seal_into(e->link->ring, e->arena, e->put[i].value, bound, &puts[i].value, err);
        if (code)
            return code;
    }
    *ret = puts;
    return GW_OK;
}

static enum gw_code run_callback(struct ending *e, const char *state, const aorta_pair *query, uint32_t query_count,
                                 struct gw_err *err)
{
    struct gw_sink sink = {.self = e,
                           .perform = e->link->perform,
                           .perform_self = e->link->perform_self,
                           .callback_done = on_done,
                           .state_get = on_state_get,
                           .state_put = on_state_put};
    char user_text[GW_UUID_TEXT];
    aorta_connection connection = {.struct_size = sizeof(connection)};
    struct gw_call call = {
        .provider = e->provider, .sink = &sink, .connection = &connection, .timeout_ms = CALLBACK_MS};
    const char *callback = callback_url(e->link, e->arena, e->provider->id);
    enum gw_code code;

    if (!callback)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_uuid_text(e->user, user_text);
    connection.user_ref = (aorta_str){user_text, strlen(user_text)};
    aorta_callback_req req = {
        .struct_size = sizeof(req),
        .redirect_uri = {callback, strlen(callback)},
        .state = {state, strlen(state)},
        .query = query,
        .query_count = query_count,
    };
    code = gw_call_callback(&call, &req, err);
    if (!code && !e->done)
        code = gw_fail(err, GW_CONTRACT, "the plugin brought no credentials");
    return code;
}

/* The state text, and the query without it. */
static const char *split_query(struct gw_arena *arena, const aorta_pair *query, uint32_t count, aorta_pair *rest,
                               uint32_t *rest_count)
{
    const char *state = NULL;
    uint32_t n = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (query[i].name.len == 5 && memcmp(query[i].name.ptr, "state", 5) == 0 && query[i].value.len <= 200)
            state = gw_arena_strndup(arena, query[i].value.ptr, query[i].value.len);
        else
            rest[n++] = query[i];
    }
    *rest_count = n;
    return state;
}

static enum gw_code take_flow(struct gw_link *link, struct gw_arena *arena, const char *provider, const char *state,
                              struct gw_flow *flow, struct gw_err *err)
{
    uint8_t bytes[200], digest[32];
    struct gw_uuid user;
    size_t len = 0;
    enum gw_code code;

    if (!state || !gw_b64url_decode(gw_str(state), bytes, &len) || len != 48)
        return gw_fail(err, GW_STATE, "Invalid or expired state parameter");
    memcpy(user.b, bytes, 16);
    gw_sha256(gw_str(state), digest);
    code = gw_store_flow_take(link->db, arena, user, digest, flow, err);
    if (code == GW_STATE)
        return gw_fail(err, GW_STATE, "Invalid or expired state parameter");
    if (!code && strcmp(flow->provider, provider) != 0)
        return gw_fail(err, GW_STATE, "Provider mismatch in state");
    return code;
}

static enum gw_code finish(struct ending *e, const char *state, const aorta_pair *query, uint32_t query_count,
                           struct gw_callback_result *ret, struct gw_err *err)
{
    struct gw_state_put *puts = NULL;
    enum gw_code code = run_callback(e, state, query, query_count, err);

    if (!code)
        code = seal_states(e, &puts, err);
    if (!code)
        code = gw_store_connection_put(e->link->db, e->arena, &e->connection, puts, e->put_count, &ret->connection,
                                       &ret->created, err);
    return code;
}

enum gw_code gw_link_callback(struct gw_link *link, struct gw_arena *arena, const struct gw_provider *provider,
                              const aorta_pair *query, uint32_t query_count, struct gw_callback_result *ret,
                              struct gw_err *err)
{
    aorta_pair *rest = gw_arena_zalloc(arena, (query_count + 1) * sizeof(*rest));
    struct ending *e = gw_arena_zalloc(arena, sizeof(*e));
    struct gw_flow flow = {0};
    uint32_t rest_count = 0;
    const char *state;
    enum gw_code code;

    memset(ret, 0, sizeof(*ret));
    if (!rest || !e)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!provider->ready)
        return gw_fail(err, GW_CONFIG, "%s", provider->reason);
    if (!(provider->plugin->desc->capabilities & AORTA_CAP_OAUTH))
        return gw_fail(err, GW_UNSUPPORTED, "Provider '%s' does not support OAuth", provider->id);
    code = gw_settings_require(link->settings, provider->id, err);
    if (code)
        return code;
    state = split_query(arena, query, query_count, rest, &rest_count);
    code = take_flow(link, arena, provider->id, state, &flow, err);
    if (code)
        return code;
    ret->user_id = flow.user_id;
    ret->redirect_uri = flow.redirect_uri;
    *e = (struct ending){.link = link, .arena = arena, .provider = provider, .user = flow.user_id};
    code = tokens_open(link->ring, tokens_bound(arena, "flow", flow.user_id, provider->id, ""), flow.plugin_state,
                       &e->flow, err);
    if (!code)
        code = finish(e, state, rest, rest_count, ret, err);
    json_decref(e->flow);
    return code;
}
