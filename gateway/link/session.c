/* A connection at work: its opened tokens, the refresh under its lock, its plugin state. */
#include <stdlib.h>

#include "base/time.h"
#include "link/tokens.h"

#define REFRESH_MS       20000
#define REFRESH_AHEAD_US (5 * GW_US_PER_MIN)
#define LOCK_WAIT_MS     30000

static struct gw_str bound_to(struct gw_session *s, const char *what)
{
    return tokens_bound(s->arena, what, s->row.user_id, s->provider->id, s->row.provider_user_id);
}

static aorta_str abi_text(const char *text)
{
    return (aorta_str){text, text ? strlen(text) : 0};
}

/* A plugin may hold the text of a token until its operation returns: what is replaced goes here, not away. */
struct gw_retired {
    struct gw_retired *next;
    struct gw_secret secret;
};

static enum gw_code retire(struct gw_session *s, struct gw_secret *secret, struct gw_err *err)
{
    struct gw_retired *r;

    if (!secret->data)
        return GW_OK;
    r = gw_arena_zalloc(s->arena, sizeof(*r));
    if (!r)
        return gw_fail(err, GW_NOMEM, NULL);
    r->secret = *secret;
    *secret = (struct gw_secret){0};
    r->next = s->retired;
    s->retired = r;
    return GW_OK;
}

static enum gw_code set_text(struct gw_session *s, struct gw_secret *secret, const json_t *object, const char *key,
                             struct gw_err *err)
{
    const json_t *value = json_object_get(object, key);
    enum gw_code code = retire(s, secret, err);

    if (code)
        return code;
    return gw_secret_set(secret, (struct gw_str){json_string_value(value), json_string_length(value)}, err);
}

/* extra: {"name": "text"} becomes fields whose texts live in the arena of the session. */
static enum gw_code set_extra(struct gw_session *s, json_t *extra, struct gw_err *err)
{
    size_t count = json_object_size(extra);
    aorta_field *fields = gw_arena_zalloc(s->arena, (count + 1) * sizeof(*fields));
    const char *key;
    json_t *value;
    uint32_t n = 0;

    if (!fields)
        return gw_fail(err, GW_NOMEM, NULL);
    json_object_foreach(extra, key, value)
    {
        fields[n].key = abi_text(gw_arena_strdup(s->arena, key));
        fields[n].value.type = AORTA_TYPE_STRING;
        fields[n].value.u.s = (aorta_str){
            gw_arena_strndup(s->arena, json_string_value(value), json_string_length(value)), json_string_length(value)};
        if (!fields[n].key.ptr || !fields[n].value.u.s.ptr)
            return gw_fail(err, GW_NOMEM, NULL);
        n++;
    }
    s->abi.extra = fields;
    s->abi.extra_count = n;
    return GW_OK;
}

/* Opens row.tokens into the session. A row without tokens has none to open. */
static enum gw_code open_tokens(struct gw_session *s, struct gw_err *err)
{
    own_json json_t *object = NULL;
    enum gw_code code;

    if (s->row.tokens.len == 0)
        return GW_OK;
    code = tokens_open(s->link->ring, bound_to(s, "tokens"), s->row.tokens, &object, err);
    if (!code)
        code = set_text(s, &s->access, object, "access", err);
    if (!code)
        code = set_text(s, &s->refresh, object, "refresh", err);
    if (!code)
        code = set_extra(s, json_object_get(object, "extra"), err);
    return code;
}

/* What the plugin may see: the access token only where it signs by itself. */
static void fill_abi(struct gw_session *s)
{
    char id[GW_UUID_TEXT], user[GW_UUID_TEXT];

    s->abi.struct_size = sizeof(s->abi);
    s->abi.id = abi_text(gw_arena_strdup(s->arena, gw_uuid_text(s->row.id, id)));
    s->abi.user_ref = abi_text(gw_arena_strdup(s->arena, gw_uuid_text(s->row.user_id, user)));
    s->abi.provider_user_id = abi_text(s->row.provider_user_id);
    s->abi.scope = abi_text(s->row.scope);
    s->abi.expires_at_us = s->row.token_expires_us == GW_NO_TIME ? 0 : s->row.token_expires_us;
    s->abi.access_token = (aorta_str){NULL, 0};
    if (s->provider->plugin->desc->flags & AORTA_DESC_SIGNS_REQUESTS)
        s->abi.access_token = (aorta_str){s->access.data, s->access.len};
}

enum gw_code gw_session_open(struct gw_link *link, const struct gw_provider *provider, struct gw_arena *arena,
                             struct gw_uuid user, struct gw_uuid connection, struct gw_session *ret, struct gw_err *err)
{
    struct gw_session s = {.link = link, .provider = provider, .arena = arena};
    enum gw_code code = gw_store_connection_get(link->db, arena, user, connection, &s.row, err);

    if (!code)
        code = open_tokens(&s, err);
    if (code) {
        gw_session_close(&s);
        return code;
    }
    fill_abi(&s);
    *ret = s;
    return GW_OK;
}

void gw_session_close(struct gw_session *s)
{
    gw_secret_free(&s->access);
    gw_secret_free(&s->refresh);
    for (struct gw_retired *r = s->retired; r; r = r->next)
        gw_secret_free(&r->secret);
    s->retired = NULL;
}

/* ---- refresh ---- */

struct refreshing {
    struct gw_session *session;
    int64_t seen_version; /* of the token that was found wanting */
    struct gw_connection *row;
    json_t *old;
    bool stored;
};

static enum gw_code on_done(void *self, const aorta_credentials *c, struct gw_err *err)
{
    struct refreshing *r = self;
    struct gw_session *s = r->session;
    enum gw_code code;

    if (c->access_token.len == 0)
        return gw_fail(err, GW_CONTRACT, "the plugin's refresh brought no token");
    code = tokens_seal(s->link->ring, s->arena, bound_to(s, "tokens"), c, r->old, &r->row->tokens, err);
    if (code)
        return code;
    r->row->token_expires_us = expiry_us(c->expires_in_s);
    if (c->scope.len)
        r->row->scope = gw_arena_strndup(s->arena, c->scope.ptr, c->scope.len);
    r->stored = true;
    return GW_OK;
}

/* Runs the plugin's refresh with both tokens in sight. */
static enum gw_code call_refresh(struct refreshing *r, struct gw_err *err)
{
    struct gw_session *s = r->session;
    struct gw_sink sink = {
        .self = r, .perform = s->link->perform, .perform_self = s->link->perform_self, .callback_done = on_done};
    aorta_connection connection = s->abi;
    struct gw_call call = {.provider = s->provider, .sink = &sink, .connection = &connection, .timeout_ms = REFRESH_MS};
    enum gw_code code;

    connection.access_token = (aorta_str){s->access.data, s->access.len};
    connection.refresh_token = (aorta_str){s->refresh.data, s->refresh.len};
    code = gw_call_refresh(&call, err);
    if (!code && !r->stored)
        code = gw_fail(err, GW_CONTRACT, "the plugin's refresh brought no credentials");
    return code;
}

/* Under the token lock. Somebody else may have been faster: then their token serves. */
static enum gw_code work_refresh(void *self, struct gw_connection *row, bool *changed, struct gw_err *err)
{
    struct refreshing *r = self;
    struct gw_session *s = r->session;
    enum gw_code code;

    s->row.tokens = row->tokens;
    s->row.token_version = row->token_version;
    s->row.token_expires_us = row->token_expires_us;
    code = open_tokens(s, err);
    if (code || row->token_version != r->seen_version)
        return code;
    if (strcmp(row->status, "active") != 0)
        return gw_fail(err, GW_REAUTHORIZE, NULL);
    r->row = row;
    code = tokens_open(s->link->ring, bound_to(s, "tokens"), row->tokens, &r->old, err);
    if (!code)
        code = call_refresh(r, err);
    if (!code)
        *changed = true;
    return code;
}

static enum gw_code refresh(struct gw_session *s, struct gw_err *err)
{
    struct refreshing r = {.session = s, .seen_version = s->row.token_version};
    enum gw_code code = gw_store_connection_token_lock(s->link->db, s->arena, s->row.user_id, s->row.id, LOCK_WAIT_MS,
                                                       work_refresh, &r, err);

    json_decref(r.old);
    if (!code && r.stored) {
        s->row.tokens = r.row->tokens;
        s->row.token_expires_us = r.row->token_expires_us;
        s->row.token_version = r.seen_version + 1;
        code = open_tokens(s, err);
    }
    if (!code)
        fill_abi(s);
    return code;
}

/* The grant is gone: the connection says so until its user comes back. */
static void mark_reauthorize(struct gw_session *s, const struct gw_err *why)
{
    struct gw_err ignored;

    if (gw_store_connection_status(s->link->db, s->row.user_id, s->row.id, "reauthorize",
                                   why ? gw_err_text(why) : "the provider refused the token", &ignored))
        return; /* the next sync meets the same refusal and tries again to say it */
}

static bool ends_soon(const struct gw_session *s)
{
    return s->row.token_expires_us != GW_NO_TIME && s->row.token_expires_us - gw_now_us() < REFRESH_AHEAD_US;
}

static bool still_good(const struct gw_session *s)
{
    return s->row.token_expires_us == GW_NO_TIME || s->row.token_expires_us > gw_now_us();
}

enum gw_code gw_session_token(struct gw_session *s, bool refused, struct gw_secret *ret, struct gw_err *err)
{
    struct gw_err why = {0};
    enum gw_code code = GW_OK;

    if (s->access.len == 0)
        return gw_fail(err, GW_REAUTHORIZE, "The connection has no token; the user has to connect again.");
    if (refused || ends_soon(s))
        code = refresh(s, &why);
    if (code == GW_UNSUPPORTED)
        code = refused || !still_good(s)
                   ? gw_fail(&why, GW_REAUTHORIZE,
                             "The provider no longer accepts the token; the user has to connect again.")
                   : GW_OK;
    if (code == GW_REAUTHORIZE)
        mark_reauthorize(s, &why);
    if (code && code != GW_REAUTHORIZE && !refused && still_good(s))
        code = GW_OK; /* could not refresh ahead of time; the token still serves */
    if (code) {
        if (err)
            *err = why;
        return code;
    }
    return gw_secret_set(ret, gw_secret_str(&s->access), err);
}

/* ---- revoke ---- */

/* A token that has run out is renewed for this one call; when that fails the old one is tried, for some providers do
 * not mind. */
static enum gw_code renew_for_revoke(struct gw_session *s, const struct gw_connection *row, struct gw_err *err)
{
    struct gw_connection renewed = *row;
    struct refreshing r = {.session = s, .seen_version = row->token_version, .row = &renewed};
    struct gw_err ignored = {0};

    if (s->row.token_expires_us == GW_NO_TIME || s->row.token_expires_us > gw_now_us() || s->refresh.len == 0)
        return GW_OK;
    if (!tokens_open(s->link->ring, bound_to(s, "tokens"), row->tokens, &r.old, &ignored) &&
        !call_refresh(&r, &ignored)) {
        s->row.tokens = renewed.tokens;
        s->row.token_expires_us = renewed.token_expires_us;
    }
    json_decref(r.old);
    return open_tokens(s, err);
}

enum gw_code session_revoke(struct gw_session *s, const struct gw_connection *row, int64_t timeout_ms,
                            struct gw_err *err)
{
    struct gw_sink sink = {.self = s, .perform = s->link->perform, .perform_self = s->link->perform_self};
    struct gw_call call = {.provider = s->provider, .sink = &sink, .timeout_ms = timeout_ms};
    aorta_connection connection;
    enum gw_code code;

    s->row.tokens = row->tokens;
    s->row.token_expires_us = row->token_expires_us;
    code = open_tokens(s, err);
    if (!code)
        code = renew_for_revoke(s, row, err);
    if (code)
        return code;
    fill_abi(s);
    connection = s->abi;
    connection.access_token = (aorta_str){s->access.data, s->access.len};
    connection.refresh_token = (aorta_str){s->refresh.data, s->refresh.len};
    call.connection = &connection;
    return gw_call_revoke(&call, err);
}

/* ---- plugin state ---- */

enum gw_code gw_session_state_get(struct gw_session *s, uint32_t scope, struct gw_str key, struct gw_str *ret,
                                  struct gw_err *err)
{
    static const struct gw_uuid none;
    bool own = scope == AORTA_STATE_CONNECTION;
    gw_own_secret struct gw_secret plain = {0};
    struct gw_str sealed, bound;
    enum gw_code code;

    code = gw_store_state_get(s->link->db, s->arena, own ? s->row.user_id : none, own ? s->row.id : none,
                              s->provider->id, key, &sealed, err);
    if (code)
        return code;
    bound = own ? bound_to(s, "state") : tokens_bound(s->arena, "provider-state", none, s->provider->id, "");
    if (!bound.ptr)
        return gw_fail(err, GW_NOMEM, NULL);
    code = gw_unseal(s->link->ring, sealed, bound, &plain, err);
    if (code)
        return code;
    *ret = (struct gw_str){gw_arena_strndup(s->arena, plain.data, plain.len), plain.len};
    return ret->ptr ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

enum gw_code gw_session_state_seal(struct gw_session *s, uint32_t scope, struct gw_str key, struct gw_str value,
                                   int64_t ttl_s, struct gw_state_put *ret, struct gw_err *err)
{
    static const struct gw_uuid none;
    struct gw_str bound = scope == AORTA_STATE_CONNECTION
                              ? bound_to(s, "state")
                              : tokens_bound(s->arena, "provider-state", none, s->provider->id, "");

    ret->key = key;
    ret->value = (struct gw_str){"", 0};
    ret->expires_us = ttl_s > 0 ? gw_now_us() + ttl_s * GW_US_PER_S : GW_NO_TIME;
    return value.len ? seal_into(s->link->ring, s->arena, value, bound, &ret->value, err) : GW_OK;
}
