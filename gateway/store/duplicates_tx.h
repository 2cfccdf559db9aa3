/* store/duplicates_tx.h - moving marks inside a transaction that holds the user's lock. This layer only. */
#ifndef GW_STORE_DUPLICATES_TX_H
#define GW_STORE_DUPLICATES_TX_H

#include "store/conn.h"
#include "store/model.h"

/* Looks at the workouts around these starts (of rows that were written, moved or taken away in this transaction; what
 * is queued is sent first) and queues the marks that move. One round trip. ret_ids: the rows whose mark moves, in the
 * arena. sources: all that any of the rows may name. */
enum gw_code duplicates_settle(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, int64_t *starts,
                               size_t count, const struct gw_source *sources, size_t sources_count,
                               struct gw_uuid **ret_ids, size_t *ret_count, struct gw_err *err) GW_MUST_USE;
/* All of a user's, in pieces: for what takes away much. */
enum gw_code duplicates_settle_all(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user,
                                   struct gw_err *err) GW_MUST_USE;

#endif
