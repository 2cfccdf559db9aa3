/* store/reads.h - data out: pages of events, and series blocks for a range. [any thread] */
#ifndef GW_STORE_READS_H
#define GW_STORE_READS_H

#include "store/db.h"
#include "store/model.h"

/* Newest first by (start, id). Range by start in [from_us, to_us). */
struct gw_event_query {
    struct gw_uuid user;
    int64_t from_us, to_us;
    const char
        *type; /* workouts: part of the type in any case, or NULL; events: the kind, a plugin's own "x.<kind>" too */
    const char *provider; /* or NULL */
    bool no_duplicates;   /* workouts: only those that count */
    bool has_after;       /* keyset: strictly behind this row in the order of the page */
    int64_t after_start_us;
    struct gw_uuid after_id;
    bool backwards; /* the page before that row instead; returned still newest first */
    int64_t limit;  /* asked rows; one more is read to know whether there are more */
};

struct gw_event_page {
    struct gw_sleep *sleeps; /* or */
    struct gw_event *events;
    size_t count;
    bool more; /* in the direction of reading */
    int64_t total;
    struct gw_source *sources; /* of the rows, by gw_record_head.source_id: find with gw_store_source_find */
    size_t sources_count;
};

/* Workouts one after the other, newest first, straight from the answer of the database: `begin` once with what is known
 * of the page, then `each`. What they made is to be dropped when the call fails after all. */
struct gw_workout_sink {
    void (*begin)(void *self, const struct gw_event_page *page);
    void (*each)(void *self, const struct gw_workout_item *item);
    void *self;
};
enum gw_code gw_store_workout_list(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                   const struct gw_workout_sink *sink, struct gw_event_page *ret,
                                   struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_sleep_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                 struct gw_event_page *ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_event_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                 struct gw_event_page *ret, struct gw_err *err) GW_MUST_USE;
/* With laps, zones, route. GW_NOT_FOUND */
enum gw_code gw_store_workout_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                  struct gw_workout *ret, struct gw_source *ret_source, struct gw_err *err) GW_MUST_USE;
const struct gw_source *gw_store_source_find(const struct gw_source *sources, size_t count, int32_t id);

/* All sources of a user by provider and device, each with an id that stays the same and that no other has. */
enum gw_code gw_store_source_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_source **ret,
                                  struct gw_uuid **ret_ids, size_t *ret_count, struct gw_err *err) GW_MUST_USE;

/* One row of series_blocks, still coded. Daily totals are blocks of their own. */
struct gw_block_row {
    uint16_t metric;
    bool daily_total;
    int32_t source_id;
    int32_t bucket; /* hours since 1970 */
    int16_t span;   /* 24 or 1 */
    int32_t n;      /* samples over data and tail, exact */
    int64_t first_us, last_us;
    struct gw_str data, tail; /* in the arena; ptr NULL when not given */
};

struct gw_series_query {
    struct gw_uuid user;
    const uint16_t *metrics;
    size_t metrics_count;
    int64_t from_us, to_us; /* [from, to) */
    bool with_data;         /* false: only counts and bounds */
};

/* Ordered by bucket, metric, source. Rows point into the arena. */
enum gw_code gw_store_series_blocks(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                    struct gw_block_row **ret, size_t *ret_count, struct gw_source **ret_sources,
                                    size_t *ret_sources_count, struct gw_err *err) GW_MUST_USE;

/* All blocks of the range, but the bytes of data (ptr NULL without) only of some: of day blocks that touch the one
 * stretch, of hour blocks that touch the other (both ends included), and of those that the range itself cuts. with_data
 * says nothing here; part NULL is gw_store_series_blocks. */
struct gw_series_part {
    int64_t days_from_us, days_to_us, hours_from_us, hours_to_us;
};
enum gw_code gw_store_series_part(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                  const struct gw_series_part *part, struct gw_block_row **ret, size_t *ret_count,
                                  struct gw_source **ret_sources, size_t *ret_sources_count,
                                  struct gw_err *err) GW_MUST_USE;

/* A UTC day that has samples: blocks that touch the range, whole. */
struct gw_series_day {
    int64_t day; /* since 1970 */
    int64_t n;
};
/* Ascending. with_data says nothing here. */
enum gw_code gw_store_series_days(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                  struct gw_series_day **ret, size_t *ret_count, struct gw_err *err) GW_MUST_USE;

#endif
