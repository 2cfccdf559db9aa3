/* store/summaries.h - data out for summaries: ranges of records and blocks, and what lies at the ends of a range.
 *
 * Nothing is summed up here but counts: samples stay coded, and whoever asks decodes them. What a range gives is
 * bounded by the caller's arena and by GW_SUMMARY_ROWS_MOST rows (GW_TOO_LARGE beyond). [any thread]
 */
#ifndef GW_STORE_SUMMARIES_H
#define GW_STORE_SUMMARIES_H

#include "store/reads.h"

#define GW_SUMMARY_ROWS_MOST 100000

struct gw_summary_range {
    struct gw_uuid user;
    int64_t from_us, to_us; /* [from, to) */
};

/* Of samples of these metrics and daily summaries in the range, the time of the first, or of the last; GW_NO_TIME =
 * none. It may lie a little outside: a block is looked at by its ends. */
enum gw_code gw_store_activity_edge(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                    const uint16_t *metrics, size_t metrics_count, bool last, int64_t *ret_us,
                                    struct gw_err *err) GW_MUST_USE;
/* The same of scores of a category, by their start; and of sleep sessions. */
enum gw_code gw_store_score_edge(struct gw_db *db, const struct gw_summary_range *range, const char *category,
                                 bool last, int64_t *ret_us, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_night_edge(struct gw_db *db, const struct gw_summary_range *range, bool last, int64_t *ret_us,
                                 struct gw_err *err) GW_MUST_USE;

/* Events of one kind by start; category: of scores, or NULL. */
enum gw_code gw_store_event_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  const char *kind, const char *category, struct gw_event **ret, size_t *ret_count,
                                  struct gw_err *err) GW_MUST_USE;

/* Metres climbed in a workout; what one provider has twice is here once. */
struct gw_climb {
    int64_t start_us;
    int32_t offset_s;
    const char *provider;
    double gain_m;
};
enum gw_code gw_store_climb_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  struct gw_climb **ret, size_t *ret_count, struct gw_err *err) GW_MUST_USE;

/* A sleep session, as little of it as decides which are shown. */
struct gw_night {
    struct gw_uuid id;
    int32_t source_id;
    int64_t start_us, end_us;
    int32_t offset_s;
    int is_nap;
    double duration_s;
};
/* Those that start in the range. */
enum gw_code gw_store_night_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  struct gw_night **ret, size_t *ret_count, struct gw_err *err) GW_MUST_USE;
/* Sessions by id, in order of start; with their stages or without. Those that are gone meanwhile are not there. */
enum gw_code gw_store_sleep_some(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                 const struct gw_uuid *ids, size_t count, bool with_stages, struct gw_sleep **ret,
                                 size_t *ret_count, struct gw_err *err) GW_MUST_USE;

enum gw_code gw_store_sources(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_source **ret,
                              size_t *ret_count, struct gw_err *err) GW_MUST_USE;

/* The blocks that hold the newest samples before an instant, of each metric. */
enum gw_code gw_store_series_newest(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                    const uint16_t *metrics, size_t metrics_count, int64_t before_us,
                                    struct gw_block_row **ret, size_t *ret_count, struct gw_err *err) GW_MUST_USE;

struct gw_score_query {
    struct gw_summary_range range;
    const char *category, *provider; /* or NULL */
    int64_t limit, offset;
};
/* Newest first; ret_total: all that match. */
enum gw_code gw_store_score_page(struct gw_db *db, struct gw_arena *arena, const struct gw_score_query *query,
                                 struct gw_event **ret, size_t *ret_count, int64_t *ret_total,
                                 struct gw_err *err) GW_MUST_USE;

/* ---- tally.c: how much there is ---- */

struct gw_tally_samples {
    int32_t source_id;
    uint16_t metric;
    int64_t n;
};
struct gw_tally_workouts {
    const char *provider, *type;
    int64_t n;
};
struct gw_tally_sleep {
    const char *provider;
    int64_t n;
};
struct gw_tally {
    struct gw_tally_samples *samples; /* of the blocks that lie in the range whole */
    size_t samples_count;
    struct gw_block_row *cut; /* those that an end of the range cuts */
    size_t cut_count;
    struct gw_tally_workouts *workouts; /* duplicates left out */
    size_t workouts_count;
    struct gw_tally_sleep *sleep;
    size_t sleep_count;
    bool has_cycles;
    struct gw_source *sources;
    size_t sources_count;
};
enum gw_code gw_store_tally(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                            struct gw_tally *ret, struct gw_err *err) GW_MUST_USE;

#endif
