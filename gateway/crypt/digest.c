/* Digests, message codes, and comparing without telling how far it got. */
#include <gnutls/crypto.h>
#include <sodium.h>

#include "crypt/crypt.h"

void gw_sha256(struct gw_str data, uint8_t out[32])
{
    crypto_hash_sha256(out, (const uint8_t *)data.ptr, data.len);
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
