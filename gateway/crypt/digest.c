/* Digests, message codes, and comparing without telling how far it got. */
#include <gnutls/crypto.h>
#include <sodium.h>

#include "crypt/crypt.h"

void gw_sha256(struct gw_str data, uint8_t out[32])
{
    crypto_hash_sha256(out, (const uint8_t *)data.ptr, data.len);
}

/* By GnuTLS, which uses the processor's own instructions: five times libsodium's speed, for bodies of gigabytes. */
static gnutls_hash_hd_t handle_of(struct gw_digest *digest)
{
    return (gnutls_hash_hd_t)(void *)digest;
}

enum gw_code gw_digest_new(struct gw_digest **ret, struct gw_err *err)
{
    gnutls_hash_hd_t handle;

    if (gnutls_hash_init(&handle, GNUTLS_DIG_SHA256) < 0)
        return gw_fail(err, GW_NOMEM, NULL);
    *ret = (struct gw_digest *)(void *)handle;
    return GW_OK;
}

enum gw_code gw_digest_add(struct gw_digest *digest, const void *data, size_t len, struct gw_err *err)
{
    int status = gnutls_hash(handle_of(digest), data, len);

    return status < 0 ? gw_fail(err, GW_INTERNAL, "SHA-256: %s", gnutls_strerror(status)) : GW_OK;
}

void gw_digest_end(struct gw_digest **digest, uint8_t out[32])
{
    if (*digest)
        gnutls_hash_deinit(handle_of(*digest), out);
    *digest = NULL;
}

void gw_hmac_sha256(struct gw_str key, struct gw_str data, uint8_t out[32])
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.ptr, key.len);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)data.ptr, data.len);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
}

/* OAuth 1.0a alone wants SHA-1; libsodium has none. */
enum gw_code gw_hmac_sha1(struct gw_str key, struct gw_str data, uint8_t out[20], struct gw_err *err)
{
    uint8_t digest[20];
    int status =
        gnutls_hmac_fast(GNUTLS_MAC_SHA1, key.ptr ? key.ptr : "", key.len, data.ptr ? data.ptr : "", data.len, digest);

    if (status < 0)
        return gw_fail(err, GW_INTERNAL, "HMAC-SHA1 is not available: %s", gnutls_strerror(status));
    memcpy(out, digest, sizeof(digest));
    return GW_OK;
}

bool gw_equal_ct(struct gw_str a, struct gw_str b)
{
    return a.len == b.len && (a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0);
}
