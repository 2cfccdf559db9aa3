/* Pages of records and ranges of blocks. */
#include "store/reads.h"

#include <stdlib.h>

#include "base/time.h"
#include "store/binary.h"
#include "store/duplicates.h"
#include "store/pool.h"
#include "store/record_row.h"
#include "store/source_row.h"

/* ---- rows ---- */

static void read_workout(struct pg_row *row, struct gw_workout *w)
{
    record_read_head(row, &w->head);
    w->type = pg_get_text(row);
    w->type_original = pg_get_text(row);
    w->name = pg_get_text(row);
    w->duration_s = pg_get_f64(row);
    w->moving_time_s = pg_get_f64(row);
    w->energy_kcal = pg_get_f64(row);
    w->distance_m = pg_get_f64(row);
    w->hr_avg = pg_get_f64(row);
    w->hr_max = pg_get_f64(row);
    w->hr_min = pg_get_f64(row);
    w->elevation_gain_m = pg_get_f64(row);
    w->elevation_loss_m = pg_get_f64(row);
    w->elevation_max_m = pg_get_f64(row);
    w->elevation_min_m = pg_get_f64(row);
    w->speed_avg_mps = pg_get_f64(row);
    w->speed_max_mps = pg_get_f64(row);
    w->cadence_avg_rpm = pg_get_f64(row);
    w->cadence_max_rpm = pg_get_f64(row);
    w->power_avg_w = pg_get_f64(row);
    w->power_max_w = pg_get_f64(row);
    w->steps = pg_get_f64(row);
    w->is_manual = pg_get_tribool(row);
    w->duplicate_of = pg_get_uuid(row);
    w->laps = pg_get_text(row);
    w->zones = pg_get_text(row);
    w->route = pg_get_text(row);
}

/* ---- pages ---- */

static void put_filter(struct pg_params *p, const struct gw_event_query *q, bool typed)
{
    pg_put_uuid(p, q->user);
    pg_put_time(p, q->from_us);
    pg_put_time(p, q->to_us);
    if (typed)
        pg_put_text(p, q->type);
    pg_put_text(p, q->provider);
}

static void put_place(struct pg_params *p, const struct gw_event_query *q)
{
    struct gw_uuid edge;

    memset(edge.b, q->backwards ? 0 : 0xff, sizeof(edge.b));
    if (q->has_after)
        pg_put_time(p, q->after_start_us);
    else
        pg_put_time_infinite(p, !q->backwards);
    pg_put_uuid(p, q->has_after ? q->after_id : edge);
    pg_put_i64(p, q->limit + 1);
}

/* What a kind of page is read with. */
struct page_kind {
    enum sql_id forward, back, count;
    enum { ROWS_SLEEP, ROWS_EVENTS } rows;
    bool typed; /* its statements take a type */
};

static void *rows_alloc(const struct page_kind *kind, size_t count, struct gw_arena *arena, struct gw_event_page *page)
{
    switch (kind->rows) {
    case ROWS_SLEEP:
        return page->sleeps = gw_arena_zalloc(arena, count * sizeof(*page->sleeps));
    default:
        return page->events = gw_arena_zalloc(arena, count * sizeof(*page->events));
    }
}

static void row_read(const struct page_kind *kind, struct pg_row *row, size_t to, struct gw_event_page *page)
{
    switch (kind->rows) {
    case ROWS_SLEEP:
        record_read_sleep(row, &page->sleeps[to]);
        break;
    default:
        record_read_head(row, &page->events[to].head);
        page->events[to].kind = pg_get_text(row);
    }
}

/* One more row than asked for tells whether there are more; going back the rows come in reverse. */
static enum gw_code read_rows(const PGresult *result, const struct page_kind *kind, const struct gw_event_query *q,
                              struct gw_arena *arena, struct gw_event_page *page, struct gw_err *err)
{
    size_t got = (size_t)PQntuples(result), count = got > (size_t)q->limit ? (size_t)q->limit : got;
    enum gw_code code = rows_alloc(kind, count, arena, page) ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < count; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        row_read(kind, &row, q->backwards ? count - 1 - i : i, page);
        code = pg_row_check(&row, err);
    }
    page->count = count;
    page->more = got > count;
    return code;
}

static void queue_sources(struct pg_conn *c, struct gw_uuid user)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, user);
    pg_queue(c, SQL_SOURCE_LIST, &p);
}

static enum gw_code page(struct pg_conn *c, struct gw_arena *arena, const struct page_kind *kind,
                         const struct gw_event_query *q, struct gw_event_page *ret, struct gw_err *err)
{
    struct pg_params rows_params = {0}, count_params = {0};
    gw_own_result *rows = NULL, *total = NULL, *sources = NULL;
    struct gw_event_page page = {0};
    enum gw_code code;

    put_filter(&rows_params, q, kind->typed);
    put_place(&rows_params, q);
    put_filter(&count_params, q, kind->typed);
    pg_queue(c, q->backwards ? kind->back : kind->forward, &rows_params);
    pg_queue(c, kind->count, &count_params);
    queue_sources(c, q->user);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_next(c, &total, err);
    if (!code)
        code = pg_next(c, &sources, err);
    if (!code)
        code = read_rows(rows, kind, q, arena, &page, err);
    if (!code)
        code = source_read_all(sources, arena, &page.sources, NULL, &page.sources_count, err);
    if (code)
        return code;
    struct pg_row row = {.result = total};
    page.total = pg_get_i64(&row);
    *ret = page;
    return GW_OK;
}

static enum gw_code page_turn(struct gw_db *db, struct gw_arena *arena, const struct page_kind *kind,
                              const struct gw_event_query *query, struct gw_event_page *ret, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_event_query q = *query;
    enum gw_code code;

    if (q.limit < 0)
        q.limit = 0;
    while (pg_turn(&turn, &code, err))
        code = page(turn.c, arena, kind, &q, ret, err);
    return code;
}

/* ---- workouts ---- */

/* The column `listed` of workouts: its order is that of migration 0011. */
#define LISTED_LEN (2 * 16 + 2 * 4 + 2 * 8 + 7 * 8)

static double listed_f64(const char *p)
{
    uint64_t bits = be64_get(p);
    double v;

    memcpy(&v, &bits, sizeof(v));
    return v;
}

static void read_item(struct pg_row *row, struct gw_workout_item *w)
{
    struct gw_str listed = pg_get_bytes_view(row);
    const char *p = listed.ptr;

    if (listed.len != LISTED_LEN) {
        row->failed = true;
        return;
    }
    memcpy(w->id.b, p, 16);
    memcpy(w->duplicate_of.b, p + 16, 16);
    w->source_id = (int32_t)be32_get(p + 32);
    w->offset_s = (int32_t)be32_get(p + 36); /* the least integer is GW_NO_OFFSET */
    w->start_us = (int64_t)be64_get(p + 40) + PG_EPOCH_US;
    w->end_us = (int64_t)be64_get(p + 48) + PG_EPOCH_US;
    w->duration_s = listed_f64(p + 56);
    w->moving_time_s = listed_f64(p + 64);
    w->energy_kcal = listed_f64(p + 72);
    w->distance_m = listed_f64(p + 80);
    w->hr_avg = listed_f64(p + 88);
    w->hr_max = listed_f64(p + 96);
    w->elevation_gain_m = listed_f64(p + 104);
    w->type = pg_get_text_view(row);
    w->name = pg_get_text_view(row);
}

static enum gw_code give_items(const PGresult *rows, const struct gw_event_query *q, const struct gw_workout_sink *sink,
                               const struct gw_event_page *page, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    sink->begin(sink->self, page);
    for (size_t i = 0; !code && i < page->count; i++) {
        struct pg_row row = {.result = rows, .number = (int)(q->backwards ? page->count - 1 - i : i)};
        struct gw_workout_item item;
        read_item(&row, &item);
        code = pg_row_check(&row, err);
        if (!code)
            sink->each(sink->self, &item);
    }
    return code;
}

static enum gw_code count_workouts(struct pg_conn *c, const struct gw_event_query *q, int64_t *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *total = NULL;
    enum gw_code code;

    put_filter(&p, q, true);
    pg_put_bool(&p, !q->no_duplicates);
    pg_queue(c, SQL_WORKOUT_COUNT, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &total, err);
    if (code)
        return code;
    struct pg_row row = {.result = total};
    *ret = pg_get_i64(&row);
    return GW_OK;
}

/* Marks of duplicates that older priorities made are made again, and what was read with them is read again. */
static void queue_stale(struct pg_conn *c, struct gw_uuid user)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, user);
    pg_queue(c, SQL_TWIN_STALE, &p);
}

static enum gw_code take_stale(struct pg_conn *c, bool *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (code || !ret)
        return code;
    struct pg_row row = {.result = result};
    *ret = PQntuples(result) > 0 && pg_get_bool(&row);
    return GW_OK;
}

/* A first page behind which there is nothing needs no counting. stale: whether nothing was given because of the marks;
 * NULL = they are good enough. */
static enum gw_code list_workouts(struct pg_conn *c, struct gw_arena *arena, const struct gw_event_query *q,
                                  const struct gw_workout_sink *sink, struct gw_event_page *ret, bool *stale,
                                  struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *rows = NULL, *sources = NULL;
    struct gw_event_page page = {0};
    enum gw_code code;

    put_filter(&p, q, true);
    put_place(&p, q);
    pg_put_bool(&p, !q->no_duplicates);
    pg_queue(c, q->backwards ? SQL_WORKOUT_LIST_BACK : SQL_WORKOUT_LIST, &p);
    queue_sources(c, q->user);
    queue_stale(c, q->user);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_next(c, &sources, err);
    if (!code)
        code = take_stale(c, stale, err);
    if (!code)
        code = source_read_all(sources, arena, &page.sources, NULL, &page.sources_count, err);
    if (code || (stale && *stale))
        return code;
    page.total = PQntuples(rows);
    page.more = page.total > q->limit;
    page.count = (size_t)(page.more ? q->limit : page.total);
    if (q->has_after || page.more)
        code = pg_finish(c, err);
    if (!code && (q->has_after || page.more))
        code = count_workouts(c, q, &page.total, err);
    if (!code)
        code = give_items(rows, q, sink, &page, err);
    if (!code)
        *ret = page;
    return code;
}

enum gw_code gw_store_workout_list(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                   const struct gw_workout_sink *sink, struct gw_event_page *ret, struct gw_err *err)
{
    struct gw_event_query q = *query;
    struct pg_turn turn = {.db = db}, again = {.db = db};
    bool stale = false;
    enum gw_code code;

    if (q.limit < 0)
        q.limit = 0;
    while (pg_turn(&turn, &code, err))
        code = list_workouts(turn.c, arena, &q, sink, ret, &stale, err);
    if (code || !stale)
        return code;
    code = gw_store_duplicates_refresh(db, q.user, err);
    if (code)
        return code;
    while (pg_turn(&again, &code, err))
        code = list_workouts(again.c, arena, &q, sink, ret, NULL, err);
    return code;
}

enum gw_code gw_store_sleep_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                 struct gw_event_page *ret, struct gw_err *err)
{
    static const struct page_kind kind = {SQL_SLEEP_PAGE, SQL_SLEEP_PAGE_BACK, SQL_SLEEP_COUNT, ROWS_SLEEP, false};

    return page_turn(db, arena, &kind, query, ret, err);
}

enum gw_code gw_store_event_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                                 struct gw_event_page *ret, struct gw_err *err)
{
    static const struct page_kind kind = {SQL_EVENT_PAGE, SQL_EVENT_PAGE_BACK, SQL_EVENT_COUNT, ROWS_EVENTS, true};

    return page_turn(db, arena, &kind, query, ret, err);
}

static int by_id(const void *a, const void *b)
{
    const struct gw_source *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

const struct gw_source *gw_store_source_find(const struct gw_source *sources, size_t count, int32_t id)
{
    const struct gw_source key = {.id = id};

    return count ? bsearch(&key, sources, count, sizeof(key), by_id) : NULL;
}

static enum gw_code workout_get(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                struct gw_workout *ret, struct gw_source *ret_source, bool *ret_stale,
                                struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL, *sources = NULL;
    struct gw_source *all = NULL;
    size_t count = 0;
    struct gw_workout workout;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    pg_queue(c, SQL_WORKOUT_GET, &p);
    queue_sources(c, user);
    queue_stale(c, user);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_next(c, &sources, err);
    if (!code)
        code = take_stale(c, ret_stale, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such workout.");
    if (!code)
        code = source_read_all(sources, arena, &all, NULL, &count, err);
    if (code)
        return code;
    struct pg_row row = {.result = result, .arena = arena};
    read_workout(&row, &workout);
    code = pg_row_check(&row, err);
    const struct gw_source *source = gw_store_source_find(all, count, workout.head.source_id);
    if (!code && !source)
        code = gw_fail(err, GW_INTERNAL, "A workout has no source.");
    if (code)
        return code;
    *ret = workout;
    *ret_source = *source;
    return GW_OK;
}

enum gw_code gw_store_workout_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                  struct gw_workout *ret, struct gw_source *ret_source, struct gw_err *err)
{
    struct pg_turn turn = {.db = db}, again = {.db = db};
    bool stale = false;
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = workout_get(turn.c, arena, user, id, ret, ret_source, &stale, err);
    if (code || !stale)
        return code;
    code = gw_store_duplicates_refresh(db, user, err);
    if (code)
        return code;
    while (pg_turn(&again, &code, err))
        code = workout_get(again.c, arena, user, id, ret, ret_source, &stale, err);
    return code;
}

/* ---- series ---- */

/* Blocks that may hold something of the range: a day's block begins up to a day before it. */
static void put_range(struct pg_params *p, const struct gw_series_query *q)
{
    int64_t first = gw_floor_div(q->from_us, GW_US_PER_DAY) * 24;
    int64_t end = gw_floor_div(q->to_us - 1, GW_US_PER_HOUR) + 1;

    pg_put_i32(p, (int32_t)(first > INT32_MIN ? first : INT32_MIN));
    pg_put_i32(p, (int32_t)(end < INT32_MAX ? end : INT32_MAX));
    pg_put_i64(p, q->from_us);
    pg_put_i64(p, q->to_us);
}

/* The parameters that every statement about a range has. */
static enum gw_code put_series(struct pg_params *p, const struct gw_series_query *q, struct gw_err *err)
{
    int16_t *metrics = gw_arena_alloc(p->arena, q->metrics_count * sizeof(*metrics));

    if (!metrics)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < q->metrics_count; i++)
        metrics[i] = (int16_t)q->metrics[i];
    pg_put_uuid(p, q->user);
    pg_put_i16_array(p, metrics, q->metrics_count);
    put_range(p, q);
    return GW_OK;
}

/* What a query for blocks gives, in the arena. */
struct blocks {
    struct gw_block_row *rows;
    size_t count;
    struct gw_source *sources;
    size_t sources_count;
};

static enum gw_code read_blocks(const PGresult *result, bool with_data, struct gw_arena *arena, struct blocks *ret,
                                struct gw_err *err)
{
    enum gw_code code = GW_OK;

    ret->count = (size_t)PQntuples(result);
    ret->rows = gw_arena_alloc(arena, ret->count * sizeof(*ret->rows));
    if (!ret->rows)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < ret->count; i++)
        code = block_read(result, (int)i, with_data, arena, &ret->rows[i], err);
    return code;
}

static void put_part(struct pg_params *p, const struct gw_series_part *part)
{
    pg_put_i64(p, part->days_from_us);
    pg_put_i64(p, part->days_to_us);
    pg_put_i64(p, part->hours_from_us);
    pg_put_i64(p, part->hours_to_us);
}

/* part: NULL = all bytes, or none */
static enum gw_code blocks(struct pg_conn *c, struct gw_arena *arena, const struct gw_series_query *q,
                           const struct gw_series_part *part, struct blocks *ret, struct gw_err *err)
{
    struct pg_params p = {.arena = arena};
    gw_own_result *result = NULL, *sources = NULL;
    enum gw_code code = put_series(&p, q, err);

    if (code)
        return code;
    if (part)
        put_part(&p, part);
    pg_queue(c, part ? SQL_SERIES_PART : q->with_data ? SQL_SERIES_BLOCKS : SQL_SERIES_BOUNDS, &p);
    queue_sources(c, q->user);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_next(c, &sources, err);
    if (!code)
        code = read_blocks(result, part || q->with_data, arena, ret, err);
    return code ? code : source_read_all(sources, arena, &ret->sources, NULL, &ret->sources_count, err);
}

enum gw_code gw_store_series_part(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                  const struct gw_series_part *part, struct gw_block_row **ret, size_t *ret_count,
                                  struct gw_source **ret_sources, size_t *ret_sources_count, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct blocks found = {0};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = blocks(turn.c, arena, query, part, &found, err);
    if (code)
        return code;
    *ret = found.rows;
    *ret_count = found.count;
    *ret_sources = found.sources;
    *ret_sources_count = found.sources_count;
    return GW_OK;
}

enum gw_code gw_store_series_blocks(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                    struct gw_block_row **ret, size_t *ret_count, struct gw_source **ret_sources,
                                    size_t *ret_sources_count, struct gw_err *err)
{
    return gw_store_series_part(db, arena, query, NULL, ret, ret_count, ret_sources, ret_sources_count, err);
}

static enum gw_code days(struct pg_conn *c, struct gw_arena *arena, const struct gw_series_query *q,
                         struct gw_series_day **ret, size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {.arena = arena};
    gw_own_result *result = NULL;
    enum gw_code code = put_series(&p, q, err);
    struct gw_series_day *list;
    size_t n;

    if (code)
        return code;
    pg_queue(c, SQL_SERIES_DAYS, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (code)
        return code;
    n = (size_t)PQntuples(result);
    list = gw_arena_alloc(arena, n * sizeof(*list));
    if (!list)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i};
        list[i].day = pg_get_i32(&row);
        list[i].n = pg_get_i64(&row);
        code = pg_row_check(&row, err);
    }
    if (code)
        return code;
    *ret = list;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_series_days(struct gw_db *db, struct gw_arena *arena, const struct gw_series_query *query,
                                  struct gw_series_day **ret, size_t *ret_count, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = days(turn.c, arena, query, ret, ret_count, err);
    return code;
}
