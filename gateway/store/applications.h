/* store/applications.h - applications: an id and a secret with which a backend gets tokens for its users' phones.
 * [any thread]
 *
 * An application belongs to the developer who made it; one whose developer is gone belongs to all of them.
 */
#ifndef GW_STORE_APPLICATIONS_H
#define GW_STORE_APPLICATIONS_H

#include "base/arena.h"
#include "base/uuid.h"
#include "store/db.h"

struct gw_application {
    struct gw_uuid id;
    const char *app_id, *name;
    int64_t created_us;
};

/* Newest first. */
enum gw_code gw_store_application_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid developer,
                                       struct gw_application **ret, size_t *ret_count, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_application_create(struct gw_db *db, const struct gw_application *application,
                                         const uint8_t digest[32], struct gw_uuid developer,
                                         struct gw_err *err) GW_MUST_USE;
/* GW_NOT_FOUND */
enum gw_code gw_store_application_rotate(struct gw_db *db, struct gw_arena *arena, const char *app_id,
                                         const uint8_t digest[32], struct gw_uuid developer, struct gw_application *ret,
                                         struct gw_err *err) GW_MUST_USE;
/* Tokens that were issued for it end. GW_NOT_FOUND */
enum gw_code gw_store_application_delete(struct gw_db *db, const char *app_id, struct gw_uuid developer,
                                         struct gw_err *err) GW_MUST_USE;
/* The digest of its secret. GW_NOT_FOUND */
enum gw_code gw_store_application_digest(struct gw_db *db, const char *app_id, uint8_t ret[32],
                                         struct gw_err *err) GW_MUST_USE;

#endif
