/* Ranges of records for summaries. */
#include "store/summaries.h"

#include "base/time.h"
#include "store/pool.h"
#include "store/record_row.h"
#include "store/source_row.h"

/* ---- one statement, its rows in the arena ---- */

typedef void read_row_fn(struct pg_row *row, void *item);

static enum gw_code read_rows(const PGresult *result, struct gw_arena *arena, size_t size, read_row_fn *read,
                              void **ret, size_t *ret_count, struct gw_err *err)
{
    size_t n = (size_t)PQntuples(result);
    char *items = n > GW_SUMMARY_ROWS_MOST ? NULL : gw_arena_zalloc(arena, n * size);
    enum gw_code code = GW_OK;

    if (n > GW_SUMMARY_ROWS_MOST)
        return gw_fail(err, GW_TOO_LARGE, "There are too many records in this range; ask for a shorter one.");
    if (!items)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        read(&row, items + i * size);
        code = pg_row_check(&row, err);
    }
    if (code)
        return code;
    *ret = items;
    *ret_count = n;
    return GW_OK;
}

static enum gw_code rows_of(struct gw_db *db, struct gw_arena *arena, enum sql_id id, const struct pg_params *params,
                            size_t size, read_row_fn *read, void **ret, size_t *ret_count, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, id, params, &result, err);

    return code ? code : read_rows(result, arena, size, read, ret, ret_count, err);
}

/* ---- the ends of a range ---- */

static void put_first(struct pg_params *p, const struct gw_summary_range *range, const uint16_t *metrics, size_t count,
                      bool last)
{
    int64_t first = gw_floor_div(range->from_us, GW_US_PER_DAY) * 24;
    int64_t end = gw_floor_div(range->to_us - 1, GW_US_PER_HOUR) + 1;
    int16_t *numbers = gw_arena_alloc(p->arena, count * sizeof(*numbers));

    p->failed = !numbers;
    for (size_t i = 0; numbers && i < count; i++)
        numbers[i] = (int16_t)metrics[i];
    pg_put_uuid(p, range->user);
    pg_put_i16_array(p, numbers, numbers ? count : 0);
    pg_put_i32(p, (int32_t)(first > INT32_MIN ? first : INT32_MIN));
    pg_put_i32(p, (int32_t)(end < INT32_MAX ? end : INT32_MAX));
    pg_put_i64(p, last ? range->to_us : range->from_us);
}

static void put_times(struct pg_params *p, const struct gw_summary_range *range)
{
    pg_put_time(p, range->from_us);
    pg_put_time(p, range->to_us);
}

static enum gw_code take_time(struct pg_conn *c, bool is_time, bool last, int64_t *best, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (code)
        return code;
    struct pg_row row = {.result = result};
    if (PQntuples(result) == 0 || pg_get_null(&row))
        return GW_OK;
    int64_t t = is_time ? pg_get_time(&row) : pg_get_i64(&row);
    if (*best == GW_NO_TIME || (last ? t > *best : t < *best))
        *best = t;
    return pg_row_check(&row, err);
}

static void queue_event_edge(struct pg_conn *c, const struct gw_summary_range *range, const char *kind,
                             const char *category, bool last)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, range->user);
    pg_put_text(&p, kind);
    put_times(&p, range);
    pg_put_text(&p, category);
    pg_queue(c, last ? SQL_EVENT_LAST : SQL_EVENT_FIRST, &p);
}

static enum gw_code activity_edge(struct pg_conn *c, struct gw_arena *arena, const struct gw_summary_range *range,
                                  const uint16_t *metrics, size_t count, bool last, int64_t *ret_us, struct gw_err *err)
{
    struct pg_params series = {.arena = arena};
    int64_t best = GW_NO_TIME;
    enum gw_code code;

    put_first(&series, range, metrics, count, last);
    pg_queue(c, last ? SQL_SERIES_LAST : SQL_SERIES_FIRST, &series);
    queue_event_edge(c, range, "daily_summary", NULL, last);
    code = pg_send(c, 0, err);
    if (!code)
        code = take_time(c, false, last, &best, err);
    if (!code)
        code = take_time(c, true, last, &best, err);
    if (!code)
        *ret_us = best;
    return code;
}

enum gw_code gw_store_activity_edge(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                    const uint16_t *metrics, size_t metrics_count, bool last, int64_t *ret_us,
                                    struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = activity_edge(turn.c, arena, range, metrics, metrics_count, last, ret_us, err);
    return code;
}

/* What was queued: one statement, one time. */
static enum gw_code one_time(struct pg_conn *c, bool last, int64_t *ret_us, struct gw_err *err)
{
    int64_t best = GW_NO_TIME;
    enum gw_code code = pg_send(c, 0, err);

    if (!code)
        code = take_time(c, true, last, &best, err);
    if (!code)
        *ret_us = best;
    return code;
}

enum gw_code gw_store_score_edge(struct gw_db *db, const struct gw_summary_range *range, const char *category,
                                 bool last, int64_t *ret_us, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err)) {
        queue_event_edge(turn.c, range, "score", category, last);
        code = one_time(turn.c, last, ret_us, err);
    }
    return code;
}

enum gw_code gw_store_night_edge(struct gw_db *db, const struct gw_summary_range *range, bool last, int64_t *ret_us,
                                 struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err)) {
        struct pg_params p = {0};
        pg_put_uuid(&p, range->user);
        put_times(&p, range);
        pg_queue(turn.c, last ? SQL_SLEEP_LAST : SQL_SLEEP_FIRST, &p);
        code = one_time(turn.c, last, ret_us, err);
    }
    return code;
}

/* ---- records ---- */

static void read_event(struct pg_row *row, void *item)
{
    struct gw_event *event = item;

    record_read_head(row, &event->head);
    event->kind = pg_get_text(row);
}

static void read_climb(struct pg_row *row, void *item)
{
    struct gw_climb *climb = item;

    climb->start_us = pg_get_time(row);
    climb->offset_s = pg_get_offset(row);
    climb->provider = pg_get_text(row);
    climb->gain_m = pg_get_f64(row);
}

static void read_night(struct pg_row *row, void *item)
{
    struct gw_night *night = item;

    night->id = pg_get_uuid(row);
    night->source_id = pg_get_i32(row);
    night->start_us = pg_get_time(row);
    night->end_us = pg_get_time(row);
    night->offset_s = pg_get_offset(row);
    night->is_nap = pg_get_tribool(row);
    night->duration_s = pg_get_f64(row);
}

static void read_sleep(struct pg_row *row, void *item)
{
    record_read_sleep(row, item);
}

enum gw_code gw_store_event_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  const char *kind, const char *category, struct gw_event **ret, size_t *ret_count,
                                  struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, range->user);
    pg_put_text(&p, kind);
    put_times(&p, range);
    pg_put_i64(&p, GW_SUMMARY_ROWS_MOST + 1);
    pg_put_text(&p, category);
    return rows_of(db, arena, SQL_EVENT_RANGE, &p, sizeof(**ret), read_event, (void **)ret, ret_count, err);
}

static enum gw_code plain_range(struct gw_db *db, struct gw_arena *arena, enum sql_id id,
                                const struct gw_summary_range *range, size_t size, read_row_fn *read, void **ret,
                                size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, range->user);
    put_times(&p, range);
    pg_put_i64(&p, GW_SUMMARY_ROWS_MOST + 1);
    return rows_of(db, arena, id, &p, size, read, ret, ret_count, err);
}

enum gw_code gw_store_climb_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  struct gw_climb **ret, size_t *ret_count, struct gw_err *err)
{
    return plain_range(db, arena, SQL_CLIMB_RANGE, range, sizeof(**ret), read_climb, (void **)ret, ret_count, err);
}

enum gw_code gw_store_night_range(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                                  struct gw_night **ret, size_t *ret_count, struct gw_err *err)
{
    return plain_range(db, arena, SQL_NIGHT_RANGE, range, sizeof(**ret), read_night, (void **)ret, ret_count, err);
}

enum gw_code gw_store_sleep_some(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                 const struct gw_uuid *ids, size_t count, bool with_stages, struct gw_sleep **ret,
                                 size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {.arena = arena};

    pg_put_uuid(&p, user);
    pg_put_uuid_array(&p, ids, count);
    pg_put_bool(&p, with_stages);
    return rows_of(db, arena, SQL_SLEEP_SOME, &p, sizeof(**ret), read_sleep, (void **)ret, ret_count, err);
}

enum gw_code gw_store_sources(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_source **ret,
                              size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, user);
    code = pg_one(db, SQL_SOURCE_LIST, &p, &result, err);
    return code ? code : source_read_all(result, arena, ret, NULL, ret_count, err);
}

enum gw_code gw_store_series_newest(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                    const uint16_t *metrics, size_t metrics_count, int64_t before_us,
                                    struct gw_block_row **ret, size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {.arena = arena};
    int16_t *numbers = gw_arena_alloc(arena, metrics_count * sizeof(*numbers));
    gw_own_result *result = NULL;
    enum gw_code code;

    if (!numbers)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < metrics_count; i++)
        numbers[i] = (int16_t)metrics[i];
    pg_put_uuid(&p, user);
    pg_put_i16_array(&p, numbers, metrics_count);
    pg_put_i64(&p, before_us);
    code = pg_one(db, SQL_SERIES_NEWEST, &p, &result, err);
    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    struct gw_block_row *rows = gw_arena_alloc(arena, n * sizeof(*rows));
    if (!rows)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = block_read(result, (int)i, true, arena, &rows[i], err);
    if (code)
        return code;
    *ret = rows;
    *ret_count = n;
    return GW_OK;
}

/* ---- scores ---- */

static void put_scores(struct pg_params *p, const struct gw_score_query *q)
{
    pg_put_uuid(p, q->range.user);
    pg_put_time(p, q->range.from_us);
    pg_put_time(p, q->range.to_us);
    pg_put_text(p, q->provider);
    pg_put_text(p, q->category);
}

static enum gw_code score_page(struct pg_conn *c, struct gw_arena *arena, const struct gw_score_query *q,
                               struct gw_event **ret, size_t *ret_count, int64_t *ret_total, struct gw_err *err)
{
    gw_own_result *rows = NULL, *total = NULL;
    struct pg_params page = {0}, count = {0};
    enum gw_code code;

    put_scores(&page, q);
    pg_put_i64(&page, q->limit);
    pg_put_i64(&page, q->offset);
    put_scores(&count, q);
    pg_queue(c, SQL_SCORE_PAGE, &page);
    pg_queue(c, SQL_SCORE_COUNT, &count);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_next(c, &total, err);
    if (!code)
        code = read_rows(rows, arena, sizeof(**ret), read_event, (void **)ret, ret_count, err);
    if (code)
        return code;
    struct pg_row row = {.result = total};
    *ret_total = pg_get_i64(&row);
    return GW_OK;
}

enum gw_code gw_store_score_page(struct gw_db *db, struct gw_arena *arena, const struct gw_score_query *query,
                                 struct gw_event **ret, size_t *ret_count, int64_t *ret_total, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = score_page(turn.c, arena, query, ret, ret_count, ret_total, err);
    return code;
}
