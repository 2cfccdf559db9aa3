/* read/nights.h - which sleep sessions are shown of a local day of waking. [any thread]
 *
 * Of the writers (rank.h) that have a session on the day, those with a night go before those with naps only; the first
 * in the order of the priorities is shown, with all its sessions, and the others are left out. */
#ifndef GW_READ_NIGHTS_H
#define GW_READ_NIGHTS_H

#include "read/person.h"
#include "read/rank.h"
#include "read/read.h"
#include "store/summaries.h"

#define GW_NIGHT_MOST (3 * GW_US_PER_DAY) /* a longer session is none */

struct gw_night_pick {
    struct gw_night night;
    int64_t day;  /* of waking */
    size_t place; /* of its source */
    bool kept;
};

/* Sessions that end on these days, by day and start, with those that are shown marked. */
enum gw_code gw_nights_pick(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_days days,
                            const struct gw_person *person, const struct gw_ranks *ranks, struct gw_night_pick **ret,
                            size_t *ret_count, struct gw_err *err) GW_MUST_USE;

/* A day's sleep, summed up. NaN = not known. */
struct gw_night_sum {
    int64_t day;
    size_t place;
    const struct gw_sleep *main; /* the longest session that is no nap, or NULL */
    const struct gw_sleep *const *sessions;
    size_t sessions_count, naps;
    double asleep_s, nap_s, in_bed_s, efficiency_percent, awake_s, light_s, deep_s, rem_s;
};
/* Sums of the days among picks, by day. */
enum gw_code gw_nights_sum(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                           const struct gw_night_pick *picks, size_t count, struct gw_night_sum **ret,
                           size_t *ret_count, struct gw_err *err) GW_MUST_USE;

/* A page of sessions (read.h) of which only those are left that are shown of their day. */
enum gw_code gw_nights_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                            struct gw_event_page *ret, struct gw_err *err) GW_MUST_USE;

#endif
