/* store/users.h - the people an application has created. [any thread] */
#ifndef GW_STORE_USERS_H
#define GW_STORE_USERS_H

#include "store/db.h"
#include "store/model.h"

/* Creates, or finds by external_user_id, however concurrent (one wins, all get its row). */
enum gw_code gw_store_user_create(struct gw_db *db, struct gw_arena *arena, const struct gw_user *user,
                                  struct gw_user *ret, bool *ret_created, struct gw_err *err) GW_MUST_USE;
/* GW_NOT_FOUND */
enum gw_code gw_store_user_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_user *ret,
                               struct gw_err *err) GW_MUST_USE;

struct gw_user_filter {
    const char *search, *email, *external_user_id; /* NULL = any */
    const char *sort_by;                           /* created_at email first_name last_name last_synced_at */
    bool ascending;
    int64_t page, limit; /* page from 1 */
};

enum gw_code gw_store_user_list(struct gw_db *db, struct gw_arena *arena, const struct gw_user_filter *filter,
                                struct gw_user **ret, size_t *ret_count, int64_t *ret_total,
                                struct gw_err *err) GW_MUST_USE;
/* Any of the fields that are not NULL; GW_NOT_FOUND, GW_CONFLICT (external_user_id taken). */
enum gw_code gw_store_user_update(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id,
                                  const struct gw_user *changes, struct gw_user *ret, struct gw_err *err) GW_MUST_USE;

#endif
