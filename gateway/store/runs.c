/* Runs: live jobs and ended ones, as one list. */
#include "store/counts.h"
#include "store/jobs.h"
#include "store/pool.h"

static const char *const sources[] = {
    [GW_JOB_SYNC] = "pull",     [GW_JOB_PAYLOAD] = "push",    [GW_JOB_WEBHOOK] = "webhook",
    [GW_JOB_FETCH] = "webhook", [GW_JOB_HISTORY] = "history",
};

static enum gw_code read_run(const PGresult *result, int number, struct gw_arena *arena, struct gw_run *ret,
                             struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};
    struct gw_run run = {0};

    run.id = pg_get_uuid(&row);
    run.user_id = pg_get_uuid(&row);
    run.connection_id = pg_get_uuid(&row);
    run.provider = pg_get_text(&row);
    run.kind = pg_get_i16(&row);
    run.status = pg_get_text(&row);
    counts_get(&row, &run.counts);
    run.params = pg_get_text(&row);
    run.warnings = pg_get_text(&row);
    run.error_code = pg_get_text(&row);
    run.error = pg_get_text(&row);
    run.created_us = pg_get_time(&row);
    run.started_us = pg_get_time(&row);
    run.ended_us = pg_get_time(&row);
    run.retry_at_us = pg_get_time(&row);
    run.error_status = pg_get_i16(&row);
    run.progress = pg_get_f64(&row);
    run.source = run.kind > 0 && run.kind <= GW_JOB_HISTORY ? sources[run.kind] : "pull";
    *ret = run;
    return pg_row_check(&row, err);
}

enum gw_code gw_store_run_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                              struct gw_run *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    struct gw_run run;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_uuid_or_null(&p, user);
    code = pg_one(db, SQL_RUN_GET, &p, &result, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such run.");
    if (!code)
        code = read_run(result, 0, arena, &run, err);
    if (!code)
        *ret = run;
    return code;
}

enum gw_code gw_store_run_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, const char *provider,
                               const char *status, int64_t limit, struct gw_run **ret, size_t *ret_count,
                               struct gw_err *err)
{
    bool all = gw_uuid_is_nil(user);
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    if (!all)
        pg_put_uuid(&p, user);
    pg_put_text(&p, provider);
    pg_put_text(&p, status);
    pg_put_i64(&p, limit);
    code = pg_one(db, all ? SQL_RUN_LIST_ALL : SQL_RUN_LIST_USER, &p, &result, err);
    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    struct gw_run *runs = gw_arena_alloc(arena, n * sizeof(*runs));
    if (!runs)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = read_run(result, (int)i, arena, &runs[i], err);
    if (code)
        return code;
    *ret = runs;
    *ret_count = n;
    return GW_OK;
}
