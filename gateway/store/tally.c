/* How much a user has: counts from the heads of blocks and from records. */
#include "base/time.h"
#include "store/pool.h"
#include "store/record_row.h"
#include "store/source_row.h"
#include "store/summaries.h"

static void put_buckets(struct pg_params *p, const struct gw_summary_range *range)
{
    int64_t first = gw_floor_div(range->from_us, GW_US_PER_DAY) * 24;
    int64_t end = gw_floor_div(range->to_us - 1, GW_US_PER_HOUR) + 1;

    pg_put_uuid(p, range->user);
    pg_put_i32(p, (int32_t)(first > INT32_MIN ? first : INT32_MIN));
    pg_put_i32(p, (int32_t)(end < INT32_MAX ? end : INT32_MAX));
    pg_put_i64(p, range->from_us);
    pg_put_i64(p, range->to_us);
}

static void put_times(struct pg_params *p, const struct gw_summary_range *range)
{
    pg_put_uuid(p, range->user);
    pg_put_time(p, range->from_us);
    pg_put_time(p, range->to_us);
}

static void queue(struct pg_conn *c, const struct gw_summary_range *range)
{
    struct pg_params buckets = {0}, times = {0}, user = {0};

    put_buckets(&buckets, range);
    put_times(&times, range);
    pg_put_uuid(&user, range->user);
    pg_queue(c, SQL_TALLY_SAMPLES, &buckets);
    pg_queue(c, SQL_TALLY_CUT, &buckets);
    pg_queue(c, SQL_TALLY_WORKOUTS, &times);
    pg_queue(c, SQL_TALLY_SLEEP, &times);
    pg_queue(c, SQL_TALLY_CYCLES, &times);
    pg_queue(c, SQL_SOURCE_LIST, &user);
}

static enum gw_code take_samples(struct pg_conn *c, struct gw_arena *arena, struct gw_tally *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (code)
        return code;
    ret->samples_count = (size_t)PQntuples(result);
    ret->samples = gw_arena_alloc(arena, ret->samples_count * sizeof(*ret->samples));
    if (!ret->samples)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < ret->samples_count; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        ret->samples[i].source_id = pg_get_i32(&row);
        ret->samples[i].metric = (uint16_t)pg_get_i16(&row);
        ret->samples[i].n = pg_get_i64(&row);
        code = pg_row_check(&row, err);
    }
    return code;
}

static enum gw_code take_cut(struct pg_conn *c, struct gw_arena *arena, struct gw_tally *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (code)
        return code;
    ret->cut_count = (size_t)PQntuples(result);
    ret->cut = gw_arena_alloc(arena, ret->cut_count * sizeof(*ret->cut));
    if (!ret->cut)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < ret->cut_count; i++)
        code = block_read(result, (int)i, true, arena, &ret->cut[i], err);
    return code;
}

static enum gw_code take_workouts(struct pg_conn *c, struct gw_arena *arena, struct gw_tally *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (code)
        return code;
    ret->workouts_count = (size_t)PQntuples(result);
    ret->workouts = gw_arena_alloc(arena, ret->workouts_count * sizeof(*ret->workouts));
    if (!ret->workouts)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < ret->workouts_count; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        ret->workouts[i].provider = pg_get_text(&row);
        ret->workouts[i].type = pg_get_text(&row);
        ret->workouts[i].n = pg_get_i64(&row);
        code = pg_row_check(&row, err);
    }
    return code;
}

static enum gw_code take_sleep(struct pg_conn *c, struct gw_arena *arena, struct gw_tally *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (code)
        return code;
    ret->sleep_count = (size_t)PQntuples(result);
    ret->sleep = gw_arena_alloc(arena, ret->sleep_count * sizeof(*ret->sleep));
    if (!ret->sleep)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < ret->sleep_count; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        ret->sleep[i].provider = pg_get_text(&row);
        ret->sleep[i].n = pg_get_i64(&row);
        code = pg_row_check(&row, err);
    }
    return code;
}

static enum gw_code take_rest(struct pg_conn *c, struct gw_arena *arena, struct gw_tally *ret, struct gw_err *err)
{
    gw_own_result *cycles = NULL, *sources = NULL;
    enum gw_code code = pg_next(c, &cycles, err);

    if (!code)
        code = pg_next(c, &sources, err);
    if (code)
        return code;
    struct pg_row row = {.result = cycles};
    ret->has_cycles = pg_get_bool(&row);
    return source_read_all(sources, arena, &ret->sources, NULL, &ret->sources_count, err);
}

static enum gw_code tally(struct pg_conn *c, struct gw_arena *arena, const struct gw_summary_range *range,
                          struct gw_tally *ret, struct gw_err *err)
{
    struct gw_tally all = {0};
    enum gw_code code;

    queue(c, range);
    code = pg_send(c, 0, err);
    if (!code)
        code = take_samples(c, arena, &all, err);
    if (!code)
        code = take_cut(c, arena, &all, err);
    if (!code)
        code = take_workouts(c, arena, &all, err);
    if (!code)
        code = take_sleep(c, arena, &all, err);
    if (!code)
        code = take_rest(c, arena, &all, err);
    if (!code)
        *ret = all;
    return code;
}

enum gw_code gw_store_tally(struct gw_db *db, struct gw_arena *arena, const struct gw_summary_range *range,
                            struct gw_tally *ret, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = tally(turn.c, arena, range, ret, err);
    return code;
}
