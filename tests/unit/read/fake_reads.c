/* The store's reads over arrays. */
#include <math.h>
#include <stdlib.h>

#include "base/time.h"
#include "store/block.h"
#include "store/users.h"
#include "tests.h"

struct fake_store fake;

void fake_reset(void)
{
    gw_arena_free(&fake.arena);
    memset(&fake, 0, sizeof(fake));
    fake.arena = gw_arena_new(0);
}

const struct gw_source *gw_store_source_find(const struct gw_source *sources, size_t count, int32_t id)
{
    for (size_t i = 0; i < count; i++)
        if (sources[i].id == id)
            return &sources[i];
    return NULL;
}

/* ---- events: heads are all that a page needs to know ---- */

static int newest_first(const struct gw_record_head *a, const struct gw_record_head *b)
{
    if (a->start_us != b->start_us)
        return a->start_us > b->start_us ? -1 : 1;
    return -memcmp(a->id.b, b->id.b, sizeof(a->id.b));
}

static int workouts_newest(const void *a, const void *b)
{
    return newest_first(&((const struct gw_workout *)a)->head, &((const struct gw_workout *)b)->head);
}

static int sleeps_newest(const void *a, const void *b)
{
    return newest_first(&((const struct gw_sleep *)a)->head, &((const struct gw_sleep *)b)->head);
}

struct span {
    size_t first, count;
};

/* Which of the sorted, matching rows make the page. */
static struct span choose(const struct gw_record_head *const *heads, size_t count, const struct gw_event_query *q,
                          bool *more)
{
    struct gw_record_head at = {.start_us = q->after_start_us, .id = q->after_id};
    size_t first = 0, end = count, limit = (size_t)q->limit;

    if (q->has_after && !q->backwards)
        while (first < count && newest_first(heads[first], &at) <= 0)
            first++;
    if (q->has_after && q->backwards) {
        end = 0;
        while (end < count && newest_first(heads[end], &at) < 0)
            end++;
        *more = end > limit;
        return (struct span){*more ? end - limit : 0, *more ? limit : end};
    }
    *more = count - first > limit;
    return (struct span){first, *more ? limit : count - first};
}

static bool in_range(const struct gw_record_head *head, const struct gw_event_query *q)
{
    return head->start_us >= q->from_us && head->start_us < q->to_us;
}

static struct gw_workout_item item_of(const struct gw_workout *w)
{
    return (struct gw_workout_item){.id = w->head.id,
                                    .duplicate_of = w->duplicate_of,
                                    .source_id = w->head.source_id,
                                    .offset_s = w->head.offset_s,
                                    .start_us = w->head.start_us,
                                    .end_us = w->head.end_us,
                                    .type = w->type,
                                    .name = w->name,
                                    .duration_s = w->duration_s,
                                    .moving_time_s = w->moving_time_s,
                                    .energy_kcal = w->energy_kcal,
                                    .distance_m = w->distance_m,
                                    .hr_avg = w->hr_avg,
                                    .hr_max = w->hr_max,
                                    .elevation_gain_m = w->elevation_gain_m};
}

enum gw_code gw_store_workout_list(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                   const struct gw_workout_sink *sink, struct gw_event_page *ret, struct gw_err *err)
{
    struct gw_workout *rows = gw_arena_alloc(arena, sizeof(fake.workouts));
    const struct gw_record_head *heads[64];
    struct span span;
    size_t n = 0;

    (void)db;
    (void)err;
    fake.queries++;
    qsort(fake.workouts, fake.workouts_count, sizeof(*rows), workouts_newest);
    for (size_t i = 0; i < fake.workouts_count; i++)
        if (in_range(&fake.workouts[i].head, query) &&
            (!query->type || strcasestr(fake.workouts[i].type, query->type) != NULL))
            rows[n++] = fake.workouts[i];
    for (size_t i = 0; i < n; i++)
        heads[i] = &rows[i].head;
    *ret = (struct gw_event_page){.total = (int64_t)n, .sources = fake.sources, .sources_count = fake.sources_count};
    span = choose(heads, n, query, &ret->more);
    ret->count = span.count;
    sink->begin(sink->self, ret);
    for (size_t i = 0; i < span.count; i++) {
        struct gw_workout_item item = item_of(&rows[span.first + i]);
        sink->each(sink->self, &item);
    }
    return GW_OK;
}

enum gw_code gw_store_sleep_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                 struct gw_event_page *ret, struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)query;
    (void)err;
    fake.queries++;
    qsort(fake.sleeps, fake.sleeps_count, sizeof(fake.sleeps[0]), sleeps_newest);
    *ret = (struct gw_event_page){.sleeps = fake.sleeps,
                                  .count = fake.sleeps_count,
                                  .total = (int64_t)fake.sleeps_count,
                                  .sources = fake.sources,
                                  .sources_count = fake.sources_count};
    return GW_OK;
}

enum gw_code gw_store_workout_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                  struct gw_workout *ret, struct gw_source *ret_source, struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)user;
    for (size_t i = 0; i < fake.workouts_count; i++) {
        if (gw_uuid_eq(fake.workouts[i].head.id, id)) {
            *ret = fake.workouts[i];
            *ret_source = fake.sources[0];
            return GW_OK;
        }
    }
    return gw_fail(err, GW_NOT_FOUND, NULL);
}

/* ---- series ---- */

static struct gw_str encode(const int64_t *t_us, const double *v, size_t n, int32_t offset_s, int64_t version_us)
{
    struct gw_block_run run = {.offset_s = offset_s, .version_us = version_us};
    struct gw_block block = {
        .count = (uint32_t)n, .runs_count = 1, .t_us = (int64_t *)t_us, .v = (double *)v, .runs = &run};
    struct gw_buf bytes = {0};
    struct gw_str ret;

    ck_assert_int_eq(gw_block_encode(&block, &bytes, NULL), GW_OK);
    ret = (struct gw_str){gw_arena_strndup(fake.arena, bytes.data, bytes.len), bytes.len};
    gw_buf_free(&bytes);
    return ret;
}

void fake_block(uint16_t metric, bool daily, int32_t source_id, const int64_t *t_us, const double *v, size_t n,
                int32_t offset_s)
{
    struct gw_block_row *row = &fake.rows[fake.rows_count++];

    *row = (struct gw_block_row){.metric = metric,
                                 .daily_total = daily,
                                 .source_id = source_id,
                                 .bucket = (int32_t)(gw_floor_div(t_us[0], GW_US_PER_DAY) * 24),
                                 .span = 24,
                                 .first_us = t_us[0],
                                 .last_us = t_us[n - 1],
                                 .data = encode(t_us, v, n, offset_s, 1)};
    for (size_t i = 0; i < n; i++)
        row->n += !isnan(v[i]);
}

void fake_tail(size_t at, const int64_t *t_us, const double *v, size_t n, int64_t version_us)
{
    fake.rows[at].tail = encode(t_us, v, n, GW_NO_OFFSET, version_us);
}

static int row_order(const void *a, const void *b)
{
    const struct gw_block_row *x = a, *y = b;

    if (x->bucket != y->bucket)
        return x->bucket < y->bucket ? -1 : 1;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    return x->source_id < y->source_id ? -1 : x->source_id > y->source_id;
}

static bool wanted(const struct gw_series_query *query, const struct gw_block_row *row)
{
    for (size_t i = 0; i < query->metrics_count; i++)
        if (query->metrics[i] == row->metric)
            return row->last_us >= query->from_us && row->first_us < query->to_us;
    return false;
}

enum gw_code gw_store_series_blocks(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                    struct gw_block_row **ret, size_t *ret_count, struct gw_source **ret_sources,
                                    size_t *ret_sources_count, struct gw_err *err)
{
    struct gw_block_row *rows = gw_arena_alloc(arena, (fake.rows_count + 1) * sizeof(*rows));
    size_t n = 0;

    (void)db;
    if (fake.fail_at && ++fake.queries == fake.fail_at)
        return gw_fail(err, GW_DB, "made to fail");
    qsort(fake.rows, fake.rows_count, sizeof(*rows), row_order);
    for (size_t i = 0; i < fake.rows_count; i++) {
        if (!wanted(query, &fake.rows[i]))
            continue;
        rows[n] = fake.rows[i];
        if (query->with_data)
            fake.bytes += rows[n].data.len + rows[n].tail.len;
        else
            rows[n].data = rows[n].tail = (struct gw_str){0};
        n++;
    }
    *ret = rows;
    *ret_count = n;
    *ret_sources = fake.sources;
    *ret_sources_count = fake.sources_count;
    return GW_OK;
}

enum gw_code gw_store_series_part(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                  const struct gw_series_part *part, struct gw_block_row **ret, size_t *ret_count,
                                  struct gw_source **ret_sources, size_t *ret_sources_count, struct gw_err *err)
{
    struct gw_series_query q = *query;
    size_t before = fake.bytes;
    enum gw_code code;

    q.with_data = true;
    code = gw_store_series_blocks(db, arena, &q, ret, ret_count, ret_sources, ret_sources_count, err);
    fake.bytes = before;
    for (size_t i = 0; code == GW_OK && i < *ret_count; i++) {
        struct gw_block_row *row = &(*ret)[i];
        bool of_day = row->span == 24;
        int64_t from = of_day ? part->days_from_us : part->hours_from_us;
        int64_t to = of_day ? part->days_to_us : part->hours_to_us;
        if ((row->last_us >= from && row->first_us <= to) || row->first_us < q.from_us || row->last_us >= q.to_us)
            fake.bytes += row->data.len + row->tail.len;
        else
            row->data = (struct gw_str){0};
    }
    return code;
}

static int day_order(const void *a, const void *b)
{
    const struct gw_series_day *x = a, *y = b;

    return (x->day > y->day) - (x->day < y->day);
}

enum gw_code gw_store_series_days(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                  struct gw_series_day **ret, size_t *ret_count, struct gw_err *err)
{
    struct gw_series_day *days = gw_arena_alloc(arena, (fake.rows_count + 1) * sizeof(*days));
    size_t n = 0, kept = 0;

    (void)db;
    (void)err;
    for (size_t i = 0; i < fake.rows_count; i++)
        if (wanted(query, &fake.rows[i]))
            days[n++] = (struct gw_series_day){gw_floor_div(fake.rows[i].bucket, 24), fake.rows[i].n};
    qsort(days, n, sizeof(*days), day_order);
    for (size_t i = 0; i < n; i++) {
        if (kept && days[kept - 1].day == days[i].day)
            days[kept - 1].n += days[i].n;
        else
            days[kept++] = days[i];
    }
    *ret = days;
    *ret_count = kept;
    return GW_OK;
}

enum gw_code gw_store_user_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_user *ret,
                               struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)id;
    if (!fake.time_zone)
        return gw_fail(err, GW_NOT_FOUND, NULL);
    *ret = (struct gw_user){.time_zone = fake.time_zone, .birth_date = fake.birth_date};
    return GW_OK;
}
