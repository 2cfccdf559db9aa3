/* store/codes.h - codes that a user types into an application, known by their digest; each serves once. [any thread] */
#ifndef GW_STORE_CODES_H
#define GW_STORE_CODES_H

#include "base/uuid.h"
#include "store/db.h"

struct gw_code_row {
    struct gw_uuid id, user_id, created_by;
    int64_t expires_us, created_us;
};

/* Earlier codes of the user are of no use afterwards. */
enum gw_code gw_store_code_create(struct gw_db *db, const struct gw_code_row *code, const uint8_t digest[32],
                                  struct gw_err *err) GW_MUST_USE;
/* Uses it up. GW_NOT_FOUND */
enum gw_code gw_store_code_take(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_user,
                                struct gw_uuid *ret_by, struct gw_err *err) GW_MUST_USE;

#endif
