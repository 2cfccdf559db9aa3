/* auth/people.h - developers log in, phones get tokens. [any thread]
 *
 * Failures that a caller can provoke say no more than they must, and take as long whatever was wrong: an unknown
 * e-mail costs the hashing of a password too. How many passwords are hashed at once is bounded: GW_BUSY beyond it.
 */
#ifndef GW_AUTH_PEOPLE_H
#define GW_AUTH_PEOPLE_H

#include "auth/auth.h"
#include "base/arena.h"
#include "store/applications.h"
#include "store/codes.h"
#include "store/invitations.h"

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

/* ---- developers ---- */

/* Ends every login of the developer; ret: a new one, for the caller. GW_INVALID with the field current_password. */
enum gw_code gw_auth_password_change(struct gw_auth *auth, struct gw_arena *arena, struct gw_uuid developer,
                                     struct gw_str current, struct gw_str wanted, struct gw_tokens *ret,
                                     struct gw_err *err) GW_MUST_USE;
/* changes.password: as typed, or NULL. Otherwise as gw_store_developer_update. */
enum gw_code gw_auth_developer_update(struct gw_auth *auth, struct gw_arena *arena, const struct gw_developer *changes,
                                      struct gw_uuid by, struct gw_developer *ret, struct gw_err *err) GW_MUST_USE;

/* ---- invitations: their token is in the answer once, nobody mails it ---- */

#define GW_INVITATION_TEXT 44 /* 43 + NUL */

/* by: nil and email NULL for the link of the first start, which serves for a day; else a week. */
enum gw_code gw_auth_invite(struct gw_db *db, const char *email, struct gw_uuid by, char ret_token[GW_INVITATION_TEXT],
                            struct gw_invitation *ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_auth_invite_again(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid by,
                                  char ret_token[GW_INVITATION_TEXT], struct gw_invitation *ret,
                                  struct gw_err *err) GW_MUST_USE;
/* developer: names, the password as typed, and for the first start's link (first) the e-mail. GW_NOT_FOUND,
 * GW_CONFLICT, GW_BUSY */
enum gw_code gw_auth_accept(struct gw_auth *auth, struct gw_arena *arena, struct gw_str token, bool first,
                            const struct gw_developer *developer, struct gw_developer *ret,
                            struct gw_err *err) GW_MUST_USE;
/* Whether gw_auth_accept would find it. */
enum gw_code gw_auth_invitation_open(struct gw_auth *auth, struct gw_str token, bool first,
                                     struct gw_err *err) GW_MUST_USE;

/* ---- applications: the secret is in the answer once ---- */

#define GW_SECRET_TEXT 72 /* "secret_" + 64 hex + NUL */

enum gw_code gw_auth_application_create(struct gw_auth *auth, struct gw_arena *arena, const char *name,
                                        struct gw_uuid by, char ret_secret[GW_SECRET_TEXT], struct gw_application *ret,
                                        struct gw_err *err) GW_MUST_USE;
enum gw_code gw_auth_application_rotate(struct gw_auth *auth, struct gw_arena *arena, const char *app_id,
                                        struct gw_uuid by, char ret_secret[GW_SECRET_TEXT], struct gw_application *ret,
                                        struct gw_err *err) GW_MUST_USE;

/* ---- codes that a user types: eight characters, a week, one use ---- */

#define GW_CODE_TEXT 9

/* The user is there. Earlier codes of theirs are of no use afterwards. */
enum gw_code gw_auth_code_create(struct gw_auth *auth, struct gw_uuid user, struct gw_uuid by,
                                 char ret_text[GW_CODE_TEXT], struct gw_code_row *ret, struct gw_err *err) GW_MUST_USE;
/* Tokens for the user's phone. GW_NOT_FOUND; GW_RATE_LIMITED: too many wrong codes came, from wherever. */
enum gw_code gw_auth_code_redeem(struct gw_auth *auth, struct gw_arena *arena, struct gw_str code,
                                 struct gw_tokens *ret, struct gw_err *err) GW_MUST_USE;

#endif
