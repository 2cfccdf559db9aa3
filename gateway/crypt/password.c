/* Passwords: argon2id with the parameters of today; what was stored brings its own. */
#include <sodium.h>
#include <stdio.h>

#include "base/uuid.h"
#include "crypt/crypt.h"

#define OPERATIONS 3
#define MEMORY     (19456 * 1024) /* 19 MiB: with three passes some 30 ms; who may run it at once is auth's to bound */

_Static_assert(GW_PASSWORD_STORED >= crypto_pwhash_STRBYTES, "a stored password fits");

enum gw_code gw_password_hash(struct gw_str password, char ret[GW_PASSWORD_STORED], struct gw_err *err)
{
    char stored[crypto_pwhash_STRBYTES];

    if (crypto_pwhash_str_alg(stored, password.ptr, password.len, OPERATIONS, MEMORY, crypto_pwhash_ALG_ARGON2ID13))
        return gw_fail(err, GW_NOMEM, NULL);
    memcpy(ret, stored, sizeof(stored));
    return GW_OK;
}

bool gw_password_verify(struct gw_str password, const char *stored)
{
    return crypto_pwhash_str_verify(stored, password.ptr, password.len) == 0;
}

/* Random bytes where salt and result stand: no password gives them. */
void gw_password_nobodys(char ret[GW_PASSWORD_STORED])
{
    uint8_t salt[16], result[32];
    char salt_text[32], result_text[64];

    gw_random(salt, sizeof(salt));
    gw_random(result, sizeof(result));
    sodium_bin2base64(salt_text, sizeof(salt_text), salt, sizeof(salt), sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    sodium_bin2base64(result_text, sizeof(result_text), result, sizeof(result),
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    snprintf(ret, GW_PASSWORD_STORED, "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", MEMORY / 1024, OPERATIONS, salt_text,
             result_text);
}
