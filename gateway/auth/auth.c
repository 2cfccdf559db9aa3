/* Keys and access tokens: what is behind the text that a caller shows. */
#include <stdlib.h>

#include "auth/inside.h"
#include "base/time.h"
#include "crypt/crypt.h"
#include "store/logins.h"

#define PREFIX 10 /* of a key, for people: "sk-" and six characters, NUL */

_Static_assert(sizeof(((struct gw_auth *)NULL)->nobodys) == GW_PASSWORD_STORED, "a stored password fits");

enum gw_code gw_auth_new(struct gw_db *db, const struct gw_keyring *ring, struct gw_auth **ret, struct gw_err *err)
{
    struct gw_auth *auth = calloc(1, sizeof(*auth));
    enum gw_code code = GW_OK;

    if (!auth)
        return gw_fail(err, GW_NOMEM, NULL);
    auth->db = db;
    pthread_mutex_init(&auth->lock, NULL);
    turnstile_init(&auth->passwords);
    gw_password_nobodys(auth->nobodys);
    auth->cache = cache_new();
    if (!auth->cache)
        code = gw_fail(err, GW_NOMEM, NULL);
    else if (ring)
        code = gw_jwt_new(ring, &auth->jwt, err);
    if (code == GW_OK)
        *ret = auth;
    else
        gw_auth_free(&auth);
    return code;
}

void gw_auth_free(struct gw_auth **address)
{
    struct gw_auth *auth = *address;

    if (!auth)
        return;
    gw_jwt_free(&auth->jwt);
    cache_free(&auth->cache);
    turnstile_fini(&auth->passwords);
    pthread_mutex_destroy(&auth->lock);
    free(auth);
    *address = NULL;
}

void gw_auth_forget(void *self)
{
    struct gw_auth *auth = self;

    cache_forget(auth->cache);
}

const char *gw_caller_kind_name(enum gw_caller_kind kind)
{
    static const char *const names[GW_CALLER_KINDS] = {"nobody", "key", "developer", "sdk"};

    return names[kind];
}

/* ---- keys ---- */

static enum gw_code look_key(void *self, const void *digest, struct gw_caller *ret, struct gw_err *err)
{
    struct gw_auth *auth = self;
    enum gw_code code = gw_store_key_find(auth->db, digest, &ret->id, &ret->scopes, err);

    ret->kind = GW_CALLER_KEY;
    if (code == GW_UNAUTHENTICATED)
        return gw_fail_wire(err, code, "auth.key_invalid", "The API key is not valid.");
    return code;
}

enum gw_code gw_auth_key(struct gw_auth *auth, struct gw_str key, struct gw_caller *ret, struct gw_err *err)
{
    uint8_t digest[32];

    gw_sha256(key, digest);
    return cache_ask(auth->cache, digest, look_key, auth, digest, ret, err);
}

static void make_key(char text[GW_KEY_TEXT], char prefix[PREFIX], uint8_t digest[32])
{
    memcpy(text, "sk-", 3);
    gw_random_text(32, text + 3);
    memcpy(prefix, text, PREFIX - 1);
    prefix[PREFIX - 1] = '\0';
    gw_sha256(gw_str(text), digest);
}

enum gw_code gw_auth_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, uint32_t scopes,
                                struct gw_uuid by, char ret_text[GW_KEY_TEXT], struct gw_api_key *ret,
                                struct gw_err *err)
{
    char text[GW_KEY_TEXT], prefix[PREFIX];
    uint8_t digest[32];
    enum gw_code code;

    make_key(text, prefix, digest);
    code = gw_store_key_create(db, arena, name, prefix, digest, scopes, by, ret, err);
    if (code == GW_OK)
        memcpy(ret_text, text, sizeof(text));
    explicit_bzero(text, sizeof(text));
    return code;
}

enum gw_code gw_auth_key_rotate(struct gw_auth *auth, struct gw_arena *arena, const struct gw_api_key *old,
                                struct gw_uuid by, char ret_text[GW_KEY_TEXT], struct gw_api_key *ret,
                                struct gw_err *err)
{
    char text[GW_KEY_TEXT], prefix[PREFIX];
    struct gw_api_key key = *old;
    uint8_t digest[32];
    enum gw_code code;

    make_key(text, prefix, digest);
    key.id = gw_uuid_v7();
    key.prefix = gw_arena_strdup(arena, prefix);
    key.created_us = gw_now_us();
    key.last_used_us = GW_NO_TIME;
    key.created_by = by;
    code = key.prefix ? gw_store_key_rotate(auth->db, old->id, &key, digest, err) : gw_fail(err, GW_NOMEM, NULL);
    if (code == GW_OK) {
        memcpy(ret_text, text, sizeof(text));
        *ret = key;
        cache_forget(auth->cache);
    }
    explicit_bzero(text, sizeof(text));
    return code;
}

/* ---- access tokens ---- */

static enum gw_code look_issuer(void *self, const void *issuer, struct gw_caller *ret, struct gw_err *err)
{
    struct gw_auth *auth = self;

    (void)ret;
    return gw_store_issuer_find(auth->db, issuer, err);
}

/* One look for all tokens that an application or a developer has issued. */
static enum gw_code ask_issuer(struct gw_auth *auth, const char *issuer, struct gw_err *err)
{
    struct gw_caller ignored;
    uint8_t digest[32];

    if (!issuer)
        return GW_OK;
    gw_hmac_sha256(GW_STR("issuer"), gw_str(issuer), digest); /* no text that a caller shows has this digest */
    return cache_ask(auth->cache, digest, look_issuer, auth, issuer, &ignored, err);
}

static enum gw_code still_there(struct gw_auth *auth, const struct gw_login *login, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    const char *issuer = NULL;
    enum gw_code code =
        arena ? gw_store_login_find(auth->db, arena, login, &issuer, err) : gw_fail(err, GW_NOMEM, NULL);

    if (code == GW_OK)
        code = ask_issuer(auth, issuer, err);
    gw_arena_free(&arena);
    return code;
}

static enum gw_code look_token(void *self, const void *what, struct gw_caller *ret, struct gw_err *err)
{
    struct gw_auth *auth = self;
    const struct gw_str *token = what;
    struct gw_claims claims = {0};
    struct gw_login login;
    enum gw_code code = gw_jwt_verify(auth->jwt, *token, &claims, err);
    bool sdk = strcmp(claims.scope, "sdk") == 0;

    if (code == GW_OK && !sdk && claims.scope[0])
        code = gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.token_invalid", "The token is not valid.");
    if (code != GW_OK)
        return code;
    login = (struct gw_login){sdk ? GW_LOGIN_SDK : GW_LOGIN_DEVELOPER, claims.subject, claims.login};
    *ret = (struct gw_caller){.kind = sdk ? GW_CALLER_SDK : GW_CALLER_DEVELOPER,
                              .id = claims.subject,
                              .login = claims.login,
                              .scopes = sdk ? 0 : GW_SCOPE_READ | GW_SCOPE_WRITE | GW_SCOPE_ADMIN,
                              .until_us = claims.expires_s * GW_US_PER_S};
    return still_there(auth, &login, err);
}

enum gw_code gw_auth_bearer(struct gw_auth *auth, struct gw_str token, struct gw_caller *ret, struct gw_err *err)
{
    uint8_t digest[32];

    if (!auth->jwt || token.len > GW_JWT_MOST)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.token_invalid", "The token is not valid.");
    gw_hmac_sha256(GW_STR("token"), token, digest);
    return cache_ask(auth->cache, digest, look_token, auth, &token, ret, err);
}
