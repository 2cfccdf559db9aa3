/* store/logins.h - logins: what a refresh token stands for, of developers and of phones. [any thread]
 *
 * A login belongs to one owner (a developer, or the user whose data a phone pushes) and is reached by owner and id. Its
 * refresh token, known by digest, is replaced at each use. Everything that ends a login sends the hint that makes
 * every process look again (notify.h).
 */
#ifndef GW_STORE_LOGINS_H
#define GW_STORE_LOGINS_H

#include "base/arena.h"
#include "base/uuid.h"
#include "store/db.h"

enum gw_login_kind { GW_LOGIN_DEVELOPER, GW_LOGIN_SDK, GW_LOGIN_KINDS };

struct gw_login {
    enum gw_login_kind kind;
    struct gw_uuid owner, id;
};

/* proof: a developer's password as it is stored and was checked, so that a login does not outlive a change of it; the
 * issuer of a phone's token. GW_UNAUTHENTICATED: the password is another one by now; GW_NOT_FOUND: no such user. */
enum gw_code gw_store_login_create(struct gw_db *db, const struct gw_login *login, const uint8_t digest[32],
                                   const char *proof, struct gw_err *err) GW_MUST_USE;
/* GW_UNAUTHENTICATED: it has ended. ret_issuer: of a phone's token; NULL for a developer. */
enum gw_code gw_store_login_find(struct gw_db *db, struct gw_arena *arena, const struct gw_login *login,
                                 const char **ret_issuer, struct gw_err *err) GW_MUST_USE;
/* Replaces the token. GW_UNAUTHENTICATED: it is not the login's, and when it was used before, which somebody who stole
 * it or was robbed of it does, the login has ended. */
enum gw_code gw_store_login_rotate(struct gw_db *db, struct gw_arena *arena, const struct gw_login *login,
                                   const uint8_t digest[32], const uint8_t next[32], const char **ret_issuer,
                                   struct gw_err *err) GW_MUST_USE;
/* digest: of its refresh token, or NULL = whatever it is. GW_NOT_FOUND */
enum gw_code gw_store_login_end(struct gw_db *db, const struct gw_login *login, const uint8_t *digest,
                                struct gw_err *err) GW_MUST_USE;

/* Whether an application or a developer is still here; GW_UNAUTHENTICATED. issuer: "app_…", "admin:<id>"; others are
 * nobody that could go. */
enum gw_code gw_store_issuer_find(struct gw_db *db, const char *issuer, struct gw_err *err) GW_MUST_USE;

#endif
