/* The store's reads for summaries, over arrays. */
#include <stdlib.h>

#include "base/time.h"
#include "store/duplicates.h"
#include "store/priorities.h"
#include "store/summaries.h"
#include "tests.h"

struct fake_days fake_days;

void fake_days_reset(void)
{
    static const struct gw_priority providers[] = {
        {.name = "apple", .priority = 1}, {.name = "garmin", .priority = 2}, {.name = "polar", .priority = 3}};
    static const struct gw_priority types[] = {{.name = "watch", .priority = 1}, {.name = "phone", .priority = 4}};

    memset(&fake_days, 0, sizeof(fake_days));
    fake_days.priorities = (struct gw_priorities){.items = {providers, types}, .count = {3, 2}, .version = 1};
}

enum gw_code gw_store_priorities_get(struct gw_db *db, struct gw_arena *arena, struct gw_priorities *ret,
                                     struct gw_err *err)
{
    (void)db;
    (void)arena;
    if (fake_days.fail_at > 0 && --fake_days.fail_at == 0)
        return gw_fail(err, GW_DB, NULL);
    *ret = fake_days.priorities;
    return GW_OK;
}

enum gw_code gw_store_sources(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_source **ret,
                              size_t *ret_count, struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)user;
    if (fake_days.fail_at > 0 && --fake_days.fail_at == 0)
        return gw_fail(err, GW_DB, NULL);
    *ret = fake.sources;
    *ret_count = fake.sources_count;
    return GW_OK;
}

enum gw_code gw_store_duplicates_refresh(struct gw_db *db, struct gw_uuid user, struct gw_err *err)
{
    (void)db;
    (void)user;
    (void)err;
    return GW_OK;
}

/* ---- ends ---- */

static void better(int64_t us, bool last, int64_t *best)
{
    if (*best == GW_NO_TIME || (last ? us > *best : us < *best))
        *best = us;
}

enum gw_code gw_store_activity_edge(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                    const uint16_t *metrics, size_t metrics_count, bool last, int64_t *ret_us,
                                    struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)metrics;
    (void)metrics_count;
    if (fake_days.fail_at > 0 && --fake_days.fail_at == 0)
        return gw_fail(err, GW_DB, NULL);
    *ret_us = GW_NO_TIME;
    for (size_t i = 0; i < fake.rows_count; i++)
        if (fake.rows[i].last_us >= range->from_us && fake.rows[i].first_us < range->to_us)
            better(last ? fake.rows[i].last_us : fake.rows[i].first_us, last, ret_us);
    for (size_t i = 0; i < fake_days.events_count; i++) {
        const struct gw_record_head *head = &fake_days.events[i].head;
        if (head->start_us >= range->from_us && head->start_us < range->to_us)
            better(head->start_us, last, ret_us);
    }
    return GW_OK;
}

enum gw_code gw_store_score_edge(struct gw_db *db, const struct gw_summary_range *range, const char *category,
                                 bool last, int64_t *ret_us, struct gw_err *err)
{
    (void)category;
    return gw_store_activity_edge(db, NULL, range, NULL, 0, last, ret_us, err);
}

enum gw_code gw_store_night_edge(struct gw_db *db, const struct gw_summary_range *range, bool last, int64_t *ret_us,
                                 struct gw_err *err)
{
    (void)db;
    (void)err;
    *ret_us = GW_NO_TIME;
    for (size_t i = 0; i < fake.sleeps_count; i++)
        if (fake.sleeps[i].head.start_us >= range->from_us && fake.sleeps[i].head.start_us < range->to_us)
            better(fake.sleeps[i].head.start_us, last, ret_us);
    return GW_OK;
}

/* ---- records ---- */

enum gw_code gw_store_event_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  const char *kind, const char *category, struct gw_event **ret, size_t *ret_count,
                                  struct gw_err *err)
{
    struct gw_event *events = gw_arena_alloc(arena, sizeof(fake_days.events));

    (void)db;
    (void)category;
    if (fake_days.fail_at > 0 && --fake_days.fail_at == 0)
        return gw_fail(err, GW_DB, NULL);
    *ret = events;
    *ret_count = 0;
    for (size_t i = 0; i < fake_days.events_count; i++)
        if (strcmp(fake_days.events[i].kind, kind) == 0 && fake_days.events[i].head.start_us >= range->from_us &&
            fake_days.events[i].head.start_us < range->to_us)
            events[(*ret_count)++] = fake_days.events[i];
    return GW_OK;
}

enum gw_code gw_store_climb_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  struct gw_climb **ret, size_t *ret_count, struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)range;
    (void)err;
    *ret = fake_days.climbs;
    *ret_count = fake_days.climbs_count;
    return GW_OK;
}

enum gw_code gw_store_night_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  struct gw_night **ret, size_t *ret_count, struct gw_err *err)
{
    struct gw_night *nights = gw_arena_alloc(arena, 64 * sizeof(*nights));

    (void)db;
    if (fake_days.fail_at > 0 && --fake_days.fail_at == 0)
        return gw_fail(err, GW_DB, NULL);
    *ret = nights;
    *ret_count = 0;
    for (size_t i = 0; i < fake.sleeps_count; i++) {
        const struct gw_sleep *s = &fake.sleeps[i];
        if (s->head.start_us >= range->from_us && s->head.start_us < range->to_us)
            nights[(*ret_count)++] = (struct gw_night){.id = s->head.id,
                                                       .source_id = s->head.source_id,
                                                       .start_us = s->head.start_us,
                                                       .end_us = s->head.end_us,
                                                       .offset_s = s->head.offset_s,
                                                       .is_nap = s->is_nap,
                                                       .duration_s = s->duration_s};
    }
    return GW_OK;
}

enum gw_code gw_store_sleep_some(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                 const struct gw_uuid *ids, size_t count, bool with_stages, struct gw_sleep **ret,
                                 size_t *ret_count, struct gw_err *err)
{
    struct gw_sleep *sleeps = gw_arena_alloc(arena, 64 * sizeof(*sleeps));

    (void)db;
    (void)user;
    (void)with_stages;
    if (fake_days.fail_at > 0 && --fake_days.fail_at == 0)
        return gw_fail(err, GW_DB, NULL);
    *ret = sleeps;
    *ret_count = 0;
    for (size_t i = 0; i < fake.sleeps_count; i++)
        for (size_t k = 0; k < count; k++)
            if (gw_uuid_eq(fake.sleeps[i].head.id, ids[k]))
                sleeps[(*ret_count)++] = fake.sleeps[i];
    return GW_OK;
}

enum gw_code gw_store_series_newest(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                    const uint16_t *metrics, size_t metrics_count, int64_t before_us,
                                    struct gw_block_row **ret, size_t *ret_count, struct gw_err *err)
{
    const struct gw_series_query query = {.user = user,
                                          .metrics = metrics,
                                          .metrics_count = metrics_count,
                                          .from_us = INT64_MIN / 2,
                                          .to_us = before_us,
                                          .with_data = true};
    struct gw_source *sources;
    size_t count;

    return gw_store_series_blocks(db, arena, &query, ret, ret_count, &sources, &count, err);
}

enum gw_code gw_store_score_page(struct gw_db *db, struct gw_arena *arena, const struct gw_score_query *query,
                                 struct gw_event **ret, size_t *ret_count, int64_t *ret_total, struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)query;
    (void)err;
    *ret = fake_days.events;
    *ret_count = fake_days.events_count;
    *ret_total = (int64_t)fake_days.events_count;
    return GW_OK;
}
