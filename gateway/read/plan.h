/* read/plan.h - a range of samples a portion at a time, so that a long one is never in memory whole.
 *
 * The plan says how many samples each day has; a portion is as many days, or hours of one day, as hold a bounded
 * number. Each is read by a statement of its own: what is stored meanwhile may show in the portions behind it.
 * [one thread at a time]
 */
#ifndef GW_READ_PLAN_H
#define GW_READ_PLAN_H

#include "read/stream.h"

#define GW_PLAN_SAMPLES 131072 /* a portion holds no more, unless an hour does */

struct gw_plan {
    struct gw_db *db;
    struct gw_series_query query;
    struct gw_series_day *days;
    size_t days_count;
    int64_t samples; /* of all days, parts outside the range included */
};

/* days live in the arena. An empty range has none. */
enum gw_code gw_plan_make(struct gw_plan *plan, struct gw_db *db, struct gw_arena *arena,
                          const struct gw_series_query *query, struct gw_err *err) GW_MUST_USE;
/* The first portion at or behind `at` that has something, before `end`; false: there is none. */
bool gw_plan_next(const struct gw_plan *plan, int64_t at, int64_t end, int64_t *ret_from, int64_t *ret_to);
enum gw_code gw_plan_load(const struct gw_plan *plan, struct gw_arena *arena, int64_t from_us, int64_t to_us,
                          struct gw_streams *ret, struct gw_err *err) GW_MUST_USE;

/* Days from `first` on, to `last` at most, that hold no more than a portion's samples, one day at least: the last of
 * them. And the same backwards from `last`: the first of them. */
int64_t gw_plan_days(const struct gw_plan *plan, int64_t first, int64_t last);
int64_t gw_plan_days_back(const struct gw_plan *plan, int64_t first, int64_t last);

#endif
