/* Numbers of the metrics that plugins bring. */
#include "store/commit.h"
#include "store/pool.h"

/* *ret 0 = not registered. */
static enum gw_code read_metric(const PGresult *result, const char *unit, int aggregation, uint16_t *ret,
                                struct gw_err *err)
{
    struct pg_row row = {.result = result};

    *ret = 0;
    if (PQntuples(result) == 0)
        return GW_OK;
    int32_t number = pg_get_i32(&row);
    struct gw_str stored_unit = pg_get_bytes_view(&row);
    int16_t stored_aggregation = pg_get_i16(&row);
    enum gw_code code = pg_row_check(&row, err);
    if (code)
        return code;
    if (!gw_str_is(stored_unit, unit) || stored_aggregation != aggregation)
        return gw_fail(err, GW_CONFLICT, "The metric is registered with another unit or aggregation.");
    if (number > INT16_MAX)
        return gw_fail(err, GW_INTERNAL, "There are too many metrics.");
    *ret = (uint16_t)number;
    return GW_OK;
}

static enum gw_code find_or_insert(struct pg_conn *c, const char *name, const char *unit, int aggregation,
                                   uint16_t *ret, struct gw_err *err)
{
    struct pg_params find = {0}, insert = {0};
    gw_own_result *found = NULL, *made = NULL;
    enum gw_code code;

    pg_put_text(&find, name);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue_plain(c, SQL_METRIC_LOCK);
    pg_queue(c, SQL_METRIC_FIND, &find);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &found, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = read_metric(found, unit, aggregation, ret, err);
    if (code || *ret)
        return code;
    pg_put_text(&insert, name);
    pg_put_text(&insert, unit);
    pg_put_i16(&insert, (int16_t)aggregation);
    pg_queue(c, SQL_METRIC_INSERT, &insert);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &made, err);
    if (!code)
        code = pg_finish(c, err);
    struct pg_row row = {.result = made};
    int32_t number = code ? 0 : pg_get_i32(&row);
    if (!code && number > INT16_MAX)
        code = gw_fail(err, GW_INTERNAL, "There are too many metrics.");
    if (!code)
        *ret = (uint16_t)number;
    return code;
}

enum gw_code gw_store_metric_number(struct gw_db *db, const char *name, const char *unit, int aggregation,
                                    uint16_t *ret, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct pg_params find = {0};
    gw_own_result *found = NULL;
    uint16_t number = 0;
    enum gw_code code;

    pg_put_text(&find, name);
    code = pg_one(db, SQL_METRIC_FIND, &find, &found, err);
    if (!code)
        code = read_metric(found, unit, aggregation, &number, err);
    if (!code && number == 0)
        while (pg_turn(&turn, &code, err))
            code = find_or_insert(turn.c, name, unit, aggregation, &number, err);
    if (!code)
        *ret = number;
    return code;
}
