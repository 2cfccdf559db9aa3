/* Tokens by librhonabwy, behind two looks of our own.
 *
 * The first is at the header: it has to be one of ours as it stands. The second is at the signature, in constant time,
 * because the library compares with strcmp; after it everything that the library parses was written by us.
 */
#include "crypt/jwt.h"

#include <pthread.h>
#include <rhonabwy.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/time.h"
#include "crypt/keyring.h"

#define HEADER_MOST 160
#define PURPOSE     "aorta access token 1"

struct signer {
    uint8_t bytes[KEY_BYTES];
    char id[KEY_ID_MOST + 1];
    char header[HEADER_MOST]; /* as it stands at the beginning of each token, with its dot */
};

#define UNIT _Alignof(max_align_t)

struct gw_jwt {
    size_t count;
    struct signer signers[];
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static bool library_good;

static void library_init(void)
{
    library_good = r_global_init() == RHN_OK;
}

static void jwt_done(jwt_t **jwt)
{
    r_jwt_free(*jwt);
}
static void jwk_done(jwk_t **jwk)
{
    r_jwk_free(*jwk);
}
#define own_jwt GW_CLEANUP(jwt_done) jwt_t
#define own_jwk GW_CLEANUP(jwk_done) jwk_t

static jwk_t *key_of(const struct signer *signer)
{
    jwk_t *jwk = NULL;

    if (r_jwk_init(&jwk) != RHN_OK)
        return NULL;
    if (r_jwk_import_from_symmetric_key(jwk, signer->bytes, sizeof(signer->bytes)) == RHN_OK)
        return jwk;
    r_jwk_free(jwk);
    return NULL;
}

/* ---- signing ---- */

static bool set_uuid(jwt_t *jwt, const char *name, struct gw_uuid id)
{
    char text[GW_UUID_TEXT];

    return r_jwt_set_claim_str_value(jwt, name, gw_uuid_text(id, text)) == RHN_OK;
}

static bool set_text(jwt_t *jwt, const char *name, const char *text)
{
    return !text[0] || r_jwt_set_claim_str_value(jwt, name, text) == RHN_OK;
}

static bool fill(jwt_t *jwt, const struct signer *signer, const struct gw_claims *claims)
{
    return r_jwt_set_sign_alg(jwt, R_JWA_ALG_HS256) == RHN_OK &&
           r_jwt_set_header_str_value(jwt, "kid", signer->id) == RHN_OK && set_uuid(jwt, "sub", claims->subject) &&
           set_uuid(jwt, "sid", claims->login) && set_text(jwt, "scope", claims->scope) &&
           set_text(jwt, "app_id", claims->app_id) &&
           r_jwt_set_claim_int_value(jwt, "iat", (rhn_int_t)claims->issued_s) == RHN_OK &&
           r_jwt_set_claim_int_value(jwt, "exp", (rhn_int_t)claims->expires_s) == RHN_OK;
}

static enum gw_code sign(const struct signer *signer, const struct gw_claims *claims, char **ret, struct gw_err *err)
{
    own_jwk *key = key_of(signer);
    own_jwt *jwt = NULL;
    char *text = NULL;

    if (key && r_jwt_init(&jwt) == RHN_OK && fill(jwt, signer, claims))
        text = r_jwt_serialize_signed(jwt, key, R_FLAG_IGNORE_REMOTE);
    *ret = text ? strdup(text) : NULL; /* the library may have an allocator of its own */
    r_free(text);
    return *ret ? GW_OK : gw_fail(err, GW_NOMEM, "A token could not be signed.");
}

enum gw_code gw_jwt_sign(const struct gw_jwt *jwt, const struct gw_claims *claims, char **ret, struct gw_err *err)
{
    struct gw_claims dated = *claims;
    char *text;
    enum gw_code code;

    dated.issued_s = gw_floor_div(gw_now_us(), GW_US_PER_S);
    dated.expires_s = dated.issued_s + GW_JWT_LIFE_S;
    code = sign(&jwt->signers[0], &dated, &text, err);
    if (code == GW_OK)
        *ret = text;
    return code;
}

/* ---- the keys ---- */

/* The header is learned from a token, so that it is the library's way of writing it that counts. */
static enum gw_code prepare(struct signer *signer, const struct key *key, struct gw_err *err)
{
    struct gw_claims claims = {.expires_s = 1};
    gw_own_free char *token = NULL;
    const char *dot;
    enum gw_code code;

    crypto_generichash(signer->bytes, sizeof(signer->bytes), (const uint8_t *)PURPOSE, sizeof(PURPOSE) - 1, key->bytes,
                       sizeof(key->bytes));
    memcpy(signer->id, key->id, sizeof(signer->id));
    code = sign(signer, &claims, &token, err);
    if (code != GW_OK)
        return code;
    dot = strchr(token, '.');
    if (!dot || dot - token + 2 > HEADER_MOST)
        return gw_fail(err, GW_INTERNAL, "A token has a header of another form.");
    memcpy(signer->header, token, (size_t)(dot - token) + 1);
    return GW_OK;
}

enum gw_code gw_jwt_new(const struct gw_keyring *ring, struct gw_jwt **ret, struct gw_err *err)
{
    struct gw_jwt *jwt;
    size_t size;
    enum gw_code code = GW_OK;

    pthread_once(&library_once, library_init);
    if (!library_good)
        return gw_fail(err, GW_INTERNAL, "librhonabwy could not be initialised");
    /* the block ends at the end of a page: only a size of whole units begins where it should */
    size = (sizeof(*jwt) + ring->count * sizeof(jwt->signers[0]) + UNIT - 1) / UNIT * UNIT;
    jwt = sodium_malloc(size);
    if (!jwt)
        return gw_fail(err, GW_NOMEM, NULL);
    memset(jwt, 0, size);
    jwt->count = ring->count;
    for (size_t i = 0; i < ring->count && code == GW_OK; i++)
        code = prepare(&jwt->signers[i], &ring->keys[i], err);
    if (code != GW_OK) {
        gw_jwt_free(&jwt);
        return code;
    }
    sodium_mprotect_readonly(jwt);
    *ret = jwt;
    return GW_OK;
}

void gw_jwt_free(struct gw_jwt **jwt)
{
    if (*jwt)
        sodium_free(*jwt); /* wipes */
    *jwt = NULL;
}

/* ---- verifying ---- */

static const struct signer *signer_of(const struct gw_jwt *jwt, struct gw_str token)
{
    for (size_t i = 0; i < jwt->count; i++) {
        const char *header = jwt->signers[i].header;
        if (token.len > strlen(header) && memcmp(token.ptr, header, strlen(header)) == 0)
            return &jwt->signers[i];
    }
    return NULL;
}

static bool signed_by(const struct signer *signer, struct gw_str token)
{
    const char *dot = memrchr(token.ptr, '.', token.len);
    struct gw_str body = {token.ptr, (size_t)(dot - token.ptr)};
    struct gw_str given = {dot + 1, token.len - body.len - 1};
    uint8_t code[32];
    char expected[48];

    gw_hmac_sha256((struct gw_str){(const char *)signer->bytes, sizeof(signer->bytes)}, body, code);
    gw_b64url_encode(code, sizeof(code), expected);
    return gw_equal_ct(given, gw_str(expected));
}

static bool get_uuid(jwt_t *jwt, const char *name, struct gw_uuid *ret)
{
    const char *text = r_jwt_get_claim_str_value(jwt, name);

    return text && gw_uuid_parse(gw_str(text), ret);
}

static bool get_text(jwt_t *jwt, const char *name, char *to, size_t room)
{
    const char *text = r_jwt_get_claim_str_value(jwt, name);

    return snprintf(to, room, "%s", text ? text : "") < (int)room;
}

static bool read_claims(jwt_t *jwt, struct gw_claims *ret)
{
    ret->issued_s = (int64_t)r_jwt_get_claim_int_value(jwt, "iat");
    ret->expires_s = (int64_t)r_jwt_get_claim_int_value(jwt, "exp");
    return get_uuid(jwt, "sub", &ret->subject) && get_uuid(jwt, "sid", &ret->login) &&
           get_text(jwt, "scope", ret->scope, sizeof(ret->scope)) &&
           get_text(jwt, "app_id", ret->app_id, sizeof(ret->app_id));
}

static bool parse(const struct signer *signer, struct gw_str token, struct gw_claims *ret)
{
    own_jwk *key = key_of(signer);
    own_jwt *jwt = NULL;

    return key && r_jwt_init(&jwt) == RHN_OK &&
           r_jwt_advanced_parsen(jwt, token.ptr, token.len, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) == RHN_OK &&
           r_jwt_get_type(jwt) == R_JWT_TYPE_SIGN && r_jwt_get_sign_alg(jwt) == R_JWA_ALG_HS256 &&
           r_jwt_verify_signature(jwt, key, R_FLAG_IGNORE_REMOTE) == RHN_OK && read_claims(jwt, ret);
}

enum gw_code gw_jwt_verify(const struct gw_jwt *jwt, struct gw_str token, struct gw_claims *ret, struct gw_err *err)
{
    const struct signer *signer = token.len <= GW_JWT_MOST ? signer_of(jwt, token) : NULL;
    struct gw_claims claims = {0};

    if (!signer || !signed_by(signer, token) || !parse(signer, token, &claims))
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.token_invalid", "The token is not valid.");
    if (claims.expires_s <= gw_floor_div(gw_now_us(), GW_US_PER_S))
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.token_expired", "The token has expired.");
    *ret = claims;
    return GW_OK;
}
