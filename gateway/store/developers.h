/* store/developers.h - those who may log in. [any thread]
 *
 * `by` is who does it, for the audit log: a developer, or nil for the command line.
 */
#ifndef GW_STORE_DEVELOPERS_H
#define GW_STORE_DEVELOPERS_H

#include "base/arena.h"
#include "base/uuid.h"
#include "store/db.h"

struct gw_developer {
    struct gw_uuid id;
    const char *email, *first_name, *last_name;
    int64_t created_us, updated_us;
    const char *password; /* as crypt/crypt.h makes it; NULL in lists and answers */
};

/* id, email and password are given. GW_CONFLICT: the e-mail, in whatever case, is another's. */
enum gw_code gw_store_developer_create(struct gw_db *db, struct gw_arena *arena, const struct gw_developer *developer,
                                       struct gw_uuid by, struct gw_developer *ret, struct gw_err *err) GW_MUST_USE;
/* With the password. GW_NOT_FOUND */
enum gw_code gw_store_developer_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id,
                                    struct gw_developer *ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_developer_find(struct gw_db *db, struct gw_arena *arena, const char *email,
                                     struct gw_developer *ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_developer_list(struct gw_db *db, struct gw_arena *arena, struct gw_developer **ret,
                                     size_t *ret_count, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_developer_count(struct gw_db *db, int64_t *ret, struct gw_err *err) GW_MUST_USE;
/* Any of the fields that are not NULL. A new password ends every login of theirs. GW_NOT_FOUND, GW_CONFLICT */
enum gw_code gw_store_developer_update(struct gw_db *db, struct gw_arena *arena, const struct gw_developer *changes,
                                       struct gw_uuid by, struct gw_developer *ret, struct gw_err *err) GW_MUST_USE;
/* Their logins end; their applications become everybody's. GW_NOT_FOUND */
enum gw_code gw_store_developer_delete(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid by,
                                       struct gw_developer *ret, struct gw_err *err) GW_MUST_USE;

#endif
