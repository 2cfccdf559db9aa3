/* Pairs of tokens: an access token for an hour, and the refresh token that gets the next pair, once.
 *
 * A refresh token says whose it is, so that it is looked up by its owner: `rt-` and, in base64url, what it is for,
 * owner, login, and 32 random bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "auth/inside.h"
#include "auth/people.h"
#include "base/own.h"
#include "crypt/crypt.h"
#include "store/applications.h"
#include "store/developers.h"
#include "store/logins.h"

#define BYTES (1 + 16 + 16 + 32)
#define CHARS 87

_Static_assert(GW_REFRESH_TEXT == 3 + CHARS + 1, "base64url of BYTES");

static enum gw_code refused(struct gw_err *err)
{
    return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.refresh_invalid", "Invalid or revoked refresh token");
}

/* ---- the text of a refresh token ---- */

static void make_refresh(const struct gw_login *login, char ret[GW_REFRESH_TEXT], uint8_t ret_digest[32])
{
    uint8_t bytes[BYTES] = {(uint8_t)login->kind};

    memcpy(bytes + 1, login->owner.b, 16);
    memcpy(bytes + 17, login->id.b, 16);
    gw_random(bytes + 33, 32);
    memcpy(ret, "rt-", 3);
    gw_b64url_encode(bytes, sizeof(bytes), ret + 3);
    gw_sha256(gw_str(ret), ret_digest);
    explicit_bzero(bytes, sizeof(bytes));
}

static bool read_refresh(struct gw_str text, struct gw_login *ret, uint8_t ret_digest[32])
{
    uint8_t bytes[CHARS];
    size_t len = 0;

    if (text.len != 3 + CHARS || memcmp(text.ptr, "rt-", 3) != 0 ||
        !gw_b64url_decode((struct gw_str){text.ptr + 3, CHARS}, bytes, &len) || len != BYTES ||
        bytes[0] >= GW_LOGIN_KINDS)
        return false;
    ret->kind = (enum gw_login_kind)bytes[0];
    memcpy(ret->owner.b, bytes + 1, 16);
    memcpy(ret->id.b, bytes + 17, 16);
    gw_sha256(text, ret_digest);
    return true;
}

/* ---- pairs ---- */

static enum gw_code make_access(struct gw_auth *auth, struct gw_arena *arena, const struct gw_login *login,
                                const char *issuer, struct gw_tokens *ret, struct gw_err *err)
{
    struct gw_claims claims = {.subject = login->owner, .login = login->id};
    gw_own_free char *text = NULL;
    enum gw_code code;

    if (login->kind == GW_LOGIN_SDK) {
        snprintf(claims.scope, sizeof(claims.scope), "sdk");
        snprintf(claims.app_id, sizeof(claims.app_id), "%s", issuer);
    }
    if (!auth->jwt)
        return gw_fail(err, GW_INTERNAL, "There is no key for tokens.");
    code = gw_jwt_sign(auth->jwt, &claims, &text, err);
    if (code != GW_OK)
        return code;
    ret->access = gw_arena_strdup(arena, text);
    ret->expires_in_s = GW_JWT_LIFE_S;
    ret->owner = login->owner;
    return ret->access ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

/* proof: see gw_store_login_create. */
static enum gw_code begin(struct gw_auth *auth, struct gw_arena *arena, enum gw_login_kind kind, struct gw_uuid owner,
                          const char *proof, struct gw_tokens *ret, struct gw_err *err)
{
    struct gw_login login = {kind, owner, gw_uuid_v4()};
    struct gw_tokens tokens;
    uint8_t digest[32];
    enum gw_code code = make_access(auth, arena, &login, proof, &tokens, err);

    if (code != GW_OK)
        return code;
    make_refresh(&login, tokens.refresh, digest);
    code = gw_store_login_create(auth->db, &login, digest, proof, err);
    if (code == GW_OK)
        *ret = tokens;
    explicit_bzero(tokens.refresh, sizeof(tokens.refresh));
    return code;
}

static enum gw_code look_issuer(struct gw_auth *auth, const struct gw_login *login, const char *issuer,
                                struct gw_err *err)
{
    enum gw_code code = issuer ? gw_store_issuer_find(auth->db, issuer, err) : GW_OK;

    if (code != GW_UNAUTHENTICATED)
        return code;
    (void)!gw_store_login_end(auth->db, login, NULL, NULL); /* nobody can use it any more */
    return refused(err);
}

enum gw_code gw_auth_refresh(struct gw_auth *auth, struct gw_arena *arena, struct gw_str refresh, struct gw_tokens *ret,
                             struct gw_err *err)
{
    uint8_t digest[32], next[32];
    const char *issuer = NULL;
    struct gw_tokens tokens;
    struct gw_login login;
    enum gw_code code;

    if (!read_refresh(refresh, &login, digest))
        return refused(err);
    make_refresh(&login, tokens.refresh, next);
    code = gw_store_login_rotate(auth->db, arena, &login, digest, next, &issuer, err);
    if (code == GW_UNAUTHENTICATED)
        return refused(err);
    if (code == GW_OK)
        code = look_issuer(auth, &login, issuer, err);
    if (code == GW_OK)
        code = make_access(auth, arena, &login, issuer, &tokens, err);
    if (code == GW_OK)
        *ret = tokens;
    explicit_bzero(tokens.refresh, sizeof(tokens.refresh));
    return code;
}

enum gw_code gw_auth_revoke(struct gw_auth *auth, struct gw_str refresh, struct gw_err *err)
{
    struct gw_login login;
    uint8_t digest[32];
    enum gw_code code = GW_NOT_FOUND;

    if (read_refresh(refresh, &login, digest))
        code = gw_store_login_end(auth->db, &login, digest, err);
    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, code, "auth.refresh_unknown", "Refresh token not found");
    return code;
}

enum gw_code gw_auth_logout(struct gw_auth *auth, const struct gw_caller *caller, struct gw_err *err)
{
    struct gw_login login = {caller->kind == GW_CALLER_SDK ? GW_LOGIN_SDK : GW_LOGIN_DEVELOPER, caller->id,
                             caller->login};
    enum gw_code code = gw_store_login_end(auth->db, &login, NULL, err);

    cache_forget(auth->cache);
    return code == GW_NOT_FOUND ? GW_OK : code;
}

/* ---- what they are given for ---- */

enum gw_code gw_auth_login(struct gw_auth *auth, struct gw_arena *arena, const char *email, struct gw_str password,
                           struct gw_tokens *ret, struct gw_err *err)
{
    struct gw_developer developer = {0};
    bool good = false;
    enum gw_code code = gw_store_developer_find(auth->db, arena, email, &developer, err);

    if (code != GW_OK && code != GW_NOT_FOUND)
        return code;
    code = password_check(auth, password, code == GW_OK ? developer.password : NULL, &good, err);
    if (code != GW_OK)
        return code;
    if (good)
        code = begin(auth, arena, GW_LOGIN_DEVELOPER, developer.id, developer.password, ret, err);
    if (!good || code == GW_UNAUTHENTICATED)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.login_failed", "Incorrect email or password");
    return code;
}

enum gw_code gw_auth_sdk_token(struct gw_auth *auth, struct gw_arena *arena, struct gw_uuid user, const char *issuer,
                               struct gw_tokens *ret, struct gw_err *err)
{
    return begin(auth, arena, GW_LOGIN_SDK, user, issuer, ret, err);
}

enum gw_code gw_auth_application(struct gw_auth *auth, const char *app_id, struct gw_str secret, struct gw_err *err)
{
    uint8_t stored[32] = {0}, given[32];
    enum gw_code code;
    bool same;

    gw_sha256(secret, given);
    code = gw_store_application_digest(auth->db, app_id, stored, err);
    if (code != GW_OK && code != GW_NOT_FOUND)
        return code;
    same = gw_equal_ct((struct gw_str){(char *)stored, 32}, (struct gw_str){(char *)given, 32});
    if (code == GW_NOT_FOUND || !same)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.application_invalid", "Invalid app credentials");
    return GW_OK;
}
