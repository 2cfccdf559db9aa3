/* read/summaries.h - answers about days instead of samples: activity, nights, recovery, the body, how much there is;
 * and scores. The contract's JSON comes out. [any thread]
 *
 * A day is the local day of a sample by its own offset, else by the user's time zone, else UTC. A day has one row: of
 * the sources that have something, the one that the priorities put first (store/priorities.h).
 */
#ifndef GW_READ_SUMMARIES_H
#define GW_READ_SUMMARIES_H

#include "base/buf.h"
#include "read/day.h"
#include "store/db.h"

struct gw_read_days {
    struct gw_uuid user;
    struct gw_days days;
    const char *from_text, *to_text; /* echoed in metadata */
    struct gw_str cursor;            /* as the client sent it; empty = first page */
    int64_t limit;                   /* rows of a page */
    bool descending;
};

enum gw_code gw_read_activity(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                              struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_read_nights(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                            struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_read_recovery(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                              struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

/* The body as it is now. Writes null when nothing is known. */
enum gw_code gw_read_body(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, int period_days,
                          int window_hours, struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

/* How much there is of what in [from, to), from the heads of blocks. */
enum gw_code gw_read_tally(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, int64_t from_us,
                           int64_t to_us, struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

struct gw_read_scores {
    struct gw_uuid user;
    int64_t from_us, to_us;          /* [from, to); an empty range has no rows */
    const char *from_text, *to_text; /* NULL = was not given */
    const char *category, *provider; /* or NULL */
    int64_t limit, offset;
};
enum gw_code gw_read_scores(struct gw_db *db, struct gw_arena *arena, const struct gw_read_scores *query,
                            struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

#endif
