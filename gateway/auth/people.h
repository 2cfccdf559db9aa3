/* auth/people.h - developers log in, phones get tokens. [any thread]
 *
 * Failures that a caller can provoke say no more than they must, and take as long whatever was wrong: an unknown
 * e-mail costs the hashing of a password too. How many passwords are hashed at once is bounded: GW_BUSY beyond it.
 */
#ifndef GW_AUTH_PEOPLE_H
#define GW_AUTH_PEOPLE_H

#include "auth/auth.h"
#include "base/arena.h"

#define GW_REFRESH_TEXT 91 /* "rt-" + 87 + NUL */
#define GW_ISSUER_TEXT  48 /* "app_" + 32 hex, "admin:" or "invite:" + a UUID */

struct gw_tokens {
    const char *access; /* in the arena */
    char refresh[GW_REFRESH_TEXT];
    int64_t expires_in_s;
    struct gw_uuid owner; /* the developer or the user */
};

/* GW_UNAUTHENTICATED, GW_BUSY */
enum gw_code gw_auth_login(struct gw_auth *auth, struct gw_arena *arena, const char *email, struct gw_str password,
                           struct gw_tokens *ret, struct gw_err *err) GW_MUST_USE;
/* What a refresh token was issued for goes on with another; it serves once. GW_UNAUTHENTICATED */
enum gw_code gw_auth_refresh(struct gw_auth *auth, struct gw_arena *arena, struct gw_str refresh, struct gw_tokens *ret,
                             struct gw_err *err) GW_MUST_USE;
/* Ends what it was issued for, access tokens with it. GW_NOT_FOUND */
enum gw_code gw_auth_revoke(struct gw_auth *auth, struct gw_str refresh, struct gw_err *err) GW_MUST_USE;
/* Ends the login of a developer or a phone that is calling. */
enum gw_code gw_auth_logout(struct gw_auth *auth, const struct gw_caller *caller, struct gw_err *err) GW_MUST_USE;

/* Tokens for a user's phone, which end with their issuer. GW_NOT_FOUND: no such user. */
enum gw_code gw_auth_sdk_token(struct gw_auth *auth, struct gw_arena *arena, struct gw_uuid user, const char *issuer,
                               struct gw_tokens *ret, struct gw_err *err) GW_MUST_USE;
/* Checks an application's secret. GW_UNAUTHENTICATED */
enum gw_code gw_auth_application(struct gw_auth *auth, const char *app_id, struct gw_str secret,
                                 struct gw_err *err) GW_MUST_USE;

#endif
