/* store/duplicates.h - keeps workouts.duplicate_of as the rule (twins.h) wants it.
 *
 * A commit that writes workouts looks at those that begin around them and moves the marks in its own transaction, under
 * the user's lock. A change of the priorities touches no user: it raises a version, and the marks of a user whose own
 * version is another are made again, all of them, by the first who reads workouts (or by gw_store_duplicates_refresh).
 */
#ifndef GW_STORE_DUPLICATES_H
#define GW_STORE_DUPLICATES_H

#include "store/db.h"
#include "store/model.h"

/* Makes the marks of a user again when they are stale: one small query when they are not. A user who does not exist has
 * none. [any thread] */
enum gw_code gw_store_duplicates_refresh(struct gw_db *db, struct gw_uuid user, struct gw_err *err) GW_MUST_USE;

#endif
