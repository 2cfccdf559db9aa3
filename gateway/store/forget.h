/* store/forget.h - taking away: a connection's grant, what a provider brought, one event, a person. [any thread]
 *
 * Each step takes the user's row lock first, as every commit does, and is a transaction of its own: large amounts go by
 * pieces, and whoever is cut off between two begins again at the same place.
 */
#ifndef GW_STORE_FORGET_H
#define GW_STORE_FORGET_H

#include "store/db.h"
#include "store/model.h"

/* Revoked from now on: nothing is synced any more, and syncs that wait or run are ended as cancelled. The tokens stay
 * in the row until gw_store_connection_wipe, so that the provider can be told. Writes outbox, but not when it was
 * revoked already. GW_NOT_FOUND: the user is gone. */
enum gw_code gw_store_connection_retire(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, const char *reason,
                                        struct gw_err *err) GW_MUST_USE;
/* Tokens and plugin state of a revoked connection go; one that was connected again keeps them. */
enum gw_code gw_store_connection_wipe(struct gw_db *db, struct gw_uuid user, struct gw_uuid id,
                                      struct gw_err *err) GW_MUST_USE;

/* A piece of what a provider brought a user: records, samples, sources, payloads; also pushes that are still to be
 * read. Call until *ret_done; then outbox has a data.deleted. provider NULL = of all, without a notice.
 * GW_NOT_FOUND: the user is gone. */
enum gw_code gw_store_data_delete(struct gw_db *db, struct gw_uuid user, const char *provider, bool *ret_done,
                                  struct gw_err *err) GW_MUST_USE;

enum gw_event_table { GW_EVENT_WORKOUT, GW_EVENT_SLEEP, GW_EVENT_OTHER };

/* One event, for good: what it said is gone, its identity stays as deleted with a version that no provider can beat.
 * kind: of OTHER, a plugin's own ("garmin.menstrual_cycle") too. Writes outbox. GW_NOT_FOUND: no such event of this
 * user, or it is deleted. */
enum gw_code gw_store_event_delete(struct gw_db *db, struct gw_uuid user, enum gw_event_table table, const char *kind,
                                   struct gw_uuid id, struct gw_err *err) GW_MUST_USE;

/* The last step of a user's end, after gw_store_data_delete of all: everything that is left, in every table. What
 * stays is one notice, user.deleted. GW_NOT_FOUND */
enum gw_code gw_store_user_delete(struct gw_db *db, struct gw_uuid user, struct gw_err *err) GW_MUST_USE;

#endif
