/* read/rollup.h - rows of intervals (bucket.h) over a range: a page of them, or all of them a group at a time.
 *
 * A group is a stretch of whole days with about a portion of samples. [one thread at a time]
 */
#ifndef GW_READ_ROLLUP_H
#define GW_READ_ROLLUP_H

#include "read/bucket.h"
#include "read/plan.h"

struct gw_rollup {
    struct gw_plan plan;
    enum gw_resolution resolution;
    enum gw_format format;
    const struct gw_zone *zone;
    int64_t from_us, to_us; /* of samples; with 1day the days alone decide */
    struct gw_days days;
};

/* query: user, metrics and the range, which is days with 1day. Makes the plan. */
enum gw_code gw_rollup_open(struct gw_rollup *rollup, struct gw_db *db, struct gw_arena *arena,
                            const struct gw_series_query *query, struct gw_err *err) GW_MUST_USE;

/* Rows of the group of days that begins with `day`, at most to `last`; gathering is made for them, in the arena.
 * *ret_next: the day behind the group. */
enum gw_code gw_rollup_group(const struct gw_rollup *rollup, struct gw_arena *arena, int64_t day, int64_t *ret_next,
                             struct gw_gathering *gathering, struct gw_bucket **ret, size_t *ret_count,
                             struct gw_err *err) GW_MUST_USE;

struct gw_rollup_page {
    struct gw_gathering gathering; /* for the forms of the rows */
    struct gw_bucket *rows;
    size_t count;
    bool more;     /* in the direction of reading */
    int64_t total; /* rows of the whole range; -1 = not counted, for that would cost more than the page */
};
enum gw_code gw_rollup_page(const struct gw_rollup *rollup, struct gw_arena *arena, const struct gw_cursor *after,
                            int64_t limit, struct gw_rollup_page *ret, struct gw_err *err) GW_MUST_USE;

#endif
