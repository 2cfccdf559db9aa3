/* What only an export reads. */
#include "store/exports.h"

#include "store/pool.h"
#include "store/record_row.h"

enum gw_code gw_store_export_events(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid after,
                                    int64_t limit, struct gw_event **ret, size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, after);
    pg_put_i64(&p, limit);
    code = pg_one(db, SQL_EXPORT_EVENTS, &p, &result, err);
    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    struct gw_event *events = gw_arena_zalloc(arena, (n + 1) * sizeof(*events));
    if (!events)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        record_read_head(&row, &events[i].head);
        events[i].kind = pg_get_text(&row);
        code = pg_row_check(&row, err);
    }
    if (code)
        return code;
    *ret = events;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_export_metrics(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, uint16_t **ret,
                                     size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, user);
    code = pg_one(db, SQL_EXPORT_METRICS, &p, &result, err);
    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    uint16_t *metrics = gw_arena_alloc(arena, (n + 1) * sizeof(*metrics));
    if (!metrics)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i};
        metrics[i] = (uint16_t)pg_get_i16(&row);
    }
    *ret = metrics;
    *ret_count = n;
    return GW_OK;
}
