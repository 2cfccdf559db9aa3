/* crypt/jwt.h - signed tokens (JWT, HS256) that this deployment issues and only it accepts.
 *
 * The keys are derived from the key ring, one from each of its keys: the first signs, all verify, so a ring can be
 * rotated while tokens live. A token whose header is not, byte for byte, one that we write is not ours: neither another
 * algorithm nor a key that the token brings is ever looked at. [any thread]
 */
#ifndef GW_CRYPT_JWT_H
#define GW_CRYPT_JWT_H

#include "base/uuid.h"
#include "crypt/crypt.h"

#define GW_JWT_MOST       1024 /* bytes of a token; longer ones are not ours */
#define GW_JWT_APP_MOST   64
#define GW_JWT_LIFE_S     3600
#define GW_JWT_SCOPE_MOST 16

struct gw_jwt;
enum gw_code gw_jwt_new(const struct gw_keyring *ring, struct gw_jwt **ret, struct gw_err *err) GW_MUST_USE;
void gw_jwt_free(struct gw_jwt **jwt);

struct gw_claims {
    struct gw_uuid subject;        /* sub */
    struct gw_uuid login;          /* sid: what it was issued for, and ends with */
    char scope[GW_JWT_SCOPE_MOST]; /* "" = none */
    char app_id[GW_JWT_APP_MOST];  /* "" = none */
    int64_t issued_s, expires_s;   /* iat, exp: Unix seconds */
};

/* iat and exp are set. *ret: malloc'd text. */
enum gw_code gw_jwt_sign(const struct gw_jwt *jwt, const struct gw_claims *claims, char **ret,
                         struct gw_err *err) GW_MUST_USE;
/* GW_UNAUTHENTICATED, `auth.token_expired` when it was ours and good, otherwise `auth.token_invalid`. */
enum gw_code gw_jwt_verify(const struct gw_jwt *jwt, struct gw_str token, struct gw_claims *ret,
                           struct gw_err *err) GW_MUST_USE;

#endif
