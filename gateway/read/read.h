/* read/read.h - answers about a user's data: a query goes in, the contract's JSON comes out. [any thread]
 */
#ifndef GW_READ_READ_H
#define GW_READ_READ_H

#include "base/buf.h"
#include "store/db.h"
#include "store/model.h"
#include "store/reads.h"

struct gw_read_page {
    struct gw_uuid user;
    int64_t from_us, to_us;          /* [from, to) */
    const char *from_text, *to_text; /* echoed in metadata */
    const char *type;                /* record_type of workouts, or NULL */
    struct gw_str
        cursor; /* as the client sent it; empty = first page. GW_INVALID when it is not one of ours */
    int64_t limit;
};

enum gw_code gw_read_workouts(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                              struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_read_sleep(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                           struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
/* One workout with laps, zones, route. GW_NOT_FOUND */
enum gw_code gw_read_workout(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                             struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

struct gw_read_series {
    struct gw_read_page page;
    const uint16_t *metrics;
    size_t metrics_count;
};
/* Raw samples, oldest first by (time, metric, source). */
enum gw_code gw_read_timeseries(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

#endif
