/* store/exports.h - all of a user's data, where pages for an application do not reach. [any thread] */
#ifndef GW_STORE_EXPORTS_H
#define GW_STORE_EXPORTS_H

#include "store/reads.h"

/* Events of every kind, by id, behind `after` (nil: from the first). */
enum gw_code gw_store_export_events(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid after,
                                    int64_t limit, struct gw_event **ret, size_t *ret_count,
                                    struct gw_err *err) GW_MUST_USE;
/* The metrics there are samples of. */
enum gw_code gw_store_export_metrics(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, uint16_t **ret,
                                     size_t *ret_count, struct gw_err *err) GW_MUST_USE;

#endif
