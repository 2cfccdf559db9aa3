/* read/activity.h - the days of a window: what each source says of each, and what becomes a row. This folder only.
 *
 * A window is a few weeks. Its blocks are decoded one after the other into a cell for each (source, day), so memory
 * depends on neither the number of samples nor the length of the range. [one thread]
 */
#ifndef GW_READ_ACTIVITY_H
#define GW_READ_ACTIVITY_H

#include "read/person.h"
#include "read/rank.h"
#include "store/summaries.h"

enum gw_amount { GW_STEPS, GW_DISTANCE, GW_FLOORS, GW_ENERGY, GW_BASAL, GW_ACTIVE_TIME, GW_AMOUNTS };

#define GW_ACTIVITY_METRICS 7 /* those of the amounts, in their order, and the heart rate */
extern const uint16_t gw_activity_metrics[GW_ACTIVITY_METRICS];
#define GW_ACTIVITY_HEART 6 /* its place among them */

struct gw_heart {
    double sum, least, most;
    uint32_t count;
};

/* One source's day. NaN = says nothing. */
struct gw_day_cell {
    double total[GW_AMOUNTS]; /* of the day, as stored */
    double given[GW_AMOUNTS]; /* in a daily summary */
    double sum[GW_AMOUNTS];   /* of samples */
    double given_moderate_s, given_vigorous_s, given_least, given_most;
    struct gw_heart heart;
    uint32_t minutes[GW_ACTIVITY_METRICS]; /* in which there are samples */
};

enum gw_intensity { GW_LIGHT, GW_MODERATE, GW_VIGOROUS, GW_INTENSITIES };

/* What is shown of a day. NaN = null. */
struct gw_activity_day {
    int64_t day;
    const struct gw_source *source; /* NULL = there is nothing on this day */
    double amount[GW_AMOUNTS], elevation_m, sedentary_minutes;
    double intensity[GW_INTENSITIES], heart_avg, heart_least, heart_most;
};

struct gw_activity_window {
    struct gw_arena *arena;
    const struct gw_ranks *ranks;
    const struct gw_person *person;
    struct gw_days days;
    struct gw_day_cell **cells; /* by place of source; NULL, or one for each day */
    struct gw_block_row *rows;
    size_t rows_count;
    struct gw_climb *climbs;
    size_t climbs_count;
};

/* Reads and sums up. The arena is the window's own. */
enum gw_code gw_activity_load(struct gw_activity_window *window, struct gw_db *db, struct gw_uuid user,
                              struct gw_err *err) GW_MUST_USE;
/* One row for each day of the window, in their order. */
enum gw_code gw_activity_days(struct gw_activity_window *window, struct gw_activity_day *ret,
                              struct gw_err *err) GW_MUST_USE;

/* ---- activity_minutes.c ---- */

/* Where a minute analysis puts what it counts. */
struct gw_minute_counts {
    uint32_t tracked, active; /* of steps */
    uint32_t intensity[GW_INTENSITIES];
};
/* Looks once more at the samples of one source and metric (GW_STEPS or GW_ACTIVITY_HEART); ret has one for each day. */
enum gw_code gw_activity_minutes(struct gw_activity_window *window, size_t place, int metric,
                                 struct gw_minute_counts *ret, struct gw_err *err) GW_MUST_USE;

/* Which day a sample lies in: the answer holds for a while. */
struct gw_day_finder {
    const struct gw_zone *zone;
    bool known;
    int32_t offset_s;
    int64_t day, from_us, to_us;
};
int64_t gw_day_find(struct gw_day_finder *finder, int64_t us, int32_t offset_s);

#endif
