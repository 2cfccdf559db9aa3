/* The queue: submit, renew, give back, end. Claiming is in claim.c, runs are in runs.c. */
#include "store/jobs.h"

#include "base/time.h"
#include "store/counts.h"
#include "store/job_row.h"
#include "store/pool.h"

enum gw_code job_read(const PGresult *result, int number, struct gw_arena *arena, struct job_row *ret,
                      struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};
    struct gw_job *job = &ret->job;
    struct gw_str digest;

    job->id = pg_get_uuid(&row);
    job->user_id = pg_get_uuid(&row);
    job->connection_id = pg_get_uuid(&row);
    job->provider = pg_get_text(&row);
    job->kind = pg_get_i16(&row);
    job->priority = pg_get_i16(&row);
    job->run_at_us = pg_get_time(&row);
    job->created_us = pg_get_time(&row);
    job->started_us = pg_get_time(&row);
    job->attempts = pg_get_i16(&row);
    job->crashes = pg_get_i16(&row);
    job->lease = pg_get_uuid(&row);
    job->args = pg_get_text(&row);
    digest = pg_get_bytes_view(&row);
    memset(job->args_digest, 0, sizeof(job->args_digest));
    memcpy(job->args_digest, digest.ptr, digest.len < sizeof(job->args_digest) ? digest.len : sizeof(job->args_digest));
    job->cursor = pg_get_bytes(&row);
    job->waiting = pg_get_bool(&row);
    job->arrived = pg_get_text(&row);
    counts_get(&row, &job->counts);
    job->warnings = pg_get_text(&row);
    job->wanted = pg_get_bool(&row);
    job->yield = pg_get_bool(&row);
    job->retry_at_us = pg_get_time(&row);
    job->last_error_code = pg_get_text(&row);
    job->last_error = pg_get_text(&row);
    ret->wait_events = pg_get_text(&row);
    ret->early = pg_get_text(&row);
    counts_get(&row, &ret->early_counts);
    return pg_row_check(&row, err);
}

/* ---- submit ---- */

void job_queue_insert(struct pg_conn *c, struct gw_arena *arena, const struct gw_job *job, bool joins)
{
    struct pg_params p = {.arena = arena};
    int64_t now_us = gw_now_us();

    pg_put_uuid(&p, job->id);
    pg_put_uuid_or_null(&p, job->user_id);
    pg_put_uuid_or_null(&p, job->connection_id);
    pg_put_text(&p, job->provider);
    pg_put_i16(&p, (int16_t)job->kind);
    pg_put_i16(&p, (int16_t)job->priority);
    pg_put_time(&p, job->run_at_us > 0 ? job->run_at_us : now_us);
    pg_put_time(&p, job->created_us > 0 ? job->created_us : now_us);
    pg_put_text(&p, job->args ? job->args : "{}");
    pg_put_bytes(&p, job->args_digest, sizeof(job->args_digest));
    pg_put_str(&p, job->cursor);
    counts_put(&p, &job->counts);
    pg_put_bool(&p, job->wanted);
    pg_queue(c, joins ? SQL_JOB_JOIN : SQL_JOB_INSERT, &p);
}

static enum gw_code submit(struct pg_conn *c, struct gw_arena *arena, const struct gw_job *job, struct gw_uuid *ret_id,
                           bool *ret_joined, struct gw_err *err)
{
    bool sync = job->kind == GW_JOB_SYNC;
    bool asks = sync && !gw_uuid_is_nil(job->connection_id);
    gw_own_result *result = NULL;
    enum gw_code code;

    if (asks) {
        struct pg_params p = {0};
        pg_put_uuid(&p, job->connection_id);
        pg_queue(c, SQL_JOB_ASK_YIELD, &p);
    }
    job_queue_insert(c, arena, job, sync);
    code = pg_send(c, 0, err);
    if (!code && asks)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    struct pg_row row = {.result = result};
    struct gw_uuid id = PQntuples(result) == 1 ? pg_get_uuid(&row) : job->id;
    *ret_joined = !gw_uuid_eq(id, job->id);
    *ret_id = id;
    return pg_row_check(&row, err);
}

enum gw_code gw_store_job_submit(struct gw_db *db, const struct gw_job *job, struct gw_uuid *ret_id, bool *ret_joined,
                                 struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_job row = *job;
    bool joined = false;
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    if (gw_uuid_is_nil(row.id))
        row.id = gw_uuid_v7();
    while (pg_turn(&turn, &code, err))
        code = submit(turn.c, arena, &row, ret_id, ret_joined ? ret_joined : &joined, err);
    gw_arena_free(&arena);
    return code;
}

/* ---- lease ---- */

static enum gw_code heartbeat(struct pg_conn *c, struct gw_arena *arena, const struct gw_uuid *ids,
                              const struct gw_uuid *leases, size_t count, int lease_s, bool *ret_lost, bool *ret_yield,
                              struct gw_err *err)
{
    struct pg_params beat = {.arena = arena}, held = {.arena = arena};
    gw_own_result *rows = NULL;
    enum gw_code code;

    pg_put_uuid_array(&beat, ids, count);
    pg_put_uuid_array(&beat, leases, count);
    pg_put_f64(&beat, lease_s);
    pg_put_uuid_array(&held, ids, count);
    pg_put_uuid_array(&held, leases, count);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue_plain(c, SQL_COMMIT_LAZILY);
    pg_queue(c, SQL_JOB_HEARTBEAT, &beat);
    pg_queue(c, SQL_JOB_HELD, &held);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_send(c, 0, err);
    for (int i = 0; !code && i < 3; i++)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    for (size_t i = 0; i < count; i++) {
        ret_lost[i] = true;
        ret_yield[i] = false;
    }
    for (int r = 0; r < PQntuples(rows); r++) {
        struct pg_row row = {.result = rows, .number = r};
        struct gw_uuid id = pg_get_uuid(&row);
        bool yield = pg_get_bool(&row);
        for (size_t i = 0; i < count; i++)
            if (gw_uuid_eq(ids[i], id)) {
                ret_lost[i] = false;
                ret_yield[i] = yield;
            }
    }
    return GW_OK;
}

enum gw_code gw_store_job_heartbeat(struct gw_db *db, const struct gw_uuid *ids, const struct gw_uuid *leases,
                                    size_t count, int lease_s, bool *ret_lost, bool *ret_yield, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = heartbeat(turn.c, arena, ids, leases, count, lease_s, ret_lost, ret_yield, err);
    gw_arena_free(&arena);
    return code;
}

static enum gw_code fail_lease(struct gw_err *err)
{
    return gw_fail(err, GW_LEASE_LOST, NULL);
}

enum gw_code gw_store_job_release(struct gw_db *db, struct gw_uuid id, struct gw_uuid lease, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_uuid(&p, lease);
    code = pg_exec(db, SQL_JOB_RELEASE, &p, &rows, err);
    return code || rows > 0 ? code : fail_lease(err);
}

enum gw_code gw_store_job_retry(struct gw_db *db, struct gw_uuid id, struct gw_uuid lease, int64_t run_at_us,
                                const struct gw_err *why, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_uuid(&p, lease);
    pg_put_time(&p, run_at_us);
    pg_put_text(&p, gw_err_wire(why));
    pg_put_text(&p, gw_err_text(why));
    code = pg_exec(db, SQL_JOB_RETRY, &p, &rows, err);
    return code || rows > 0 ? code : fail_lease(err);
}

/* ---- end ---- */

enum gw_code job_begin(struct pg_conn *c, struct gw_uuid id, struct gw_uuid lease, struct gw_arena *arena,
                       struct job_row *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_uuid(&p, lease);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_JOB_LOCK, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(result) == 0)
        code = fail_lease(err);
    return code ? code : job_read(result, 0, arena, ret, err);
}

void job_queue_end(struct pg_conn *c, struct gw_arena *arena, const struct gw_job *job, const char *status,
                   const struct gw_counts *counts, const char *warnings, const struct gw_err *why)
{
    bool of_user = !gw_uuid_is_nil(job->user_id);
    struct pg_params p = {.arena = arena}, id = {0};

    pg_put_uuid(&id, job->id);
    pg_queue(c, SQL_JOB_DELETE, &id);
    if (of_user)
        pg_put_uuid(&p, job->user_id);
    pg_put_uuid(&p, job->id);
    if (of_user)
        pg_put_uuid_or_null(&p, job->connection_id);
    pg_put_text(&p, job->provider);
    if (of_user)
        pg_put_i16(&p, (int16_t)job->kind);
    pg_put_text(&p, status);
    if (of_user)
        pg_put_text(&p, job->args);
    counts_put(&p, counts);
    pg_put_text(&p, warnings);
    pg_put_text(&p, why ? gw_err_wire(why) : NULL);
    pg_put_text(&p, why ? gw_err_text(why) : NULL);
    pg_put_i16(&p, (int16_t)job->attempts);
    pg_put_time(&p, job->created_us);
    pg_put_time(&p, job->started_us);
    pg_put_time(&p, gw_now_us());
    if (of_user)
        pg_put_i16(&p, why ? (int16_t)gw_code_http(why->code) : 0);
    pg_queue(c, of_user ? SQL_RUN_INSERT : SQL_WEBHOOK_RUN_INSERT, &p);
}

static enum gw_code fail_job(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid lease,
                             const char *status, const struct gw_err *why, struct gw_err *err)
{
    struct job_row row;
    enum gw_code code = job_begin(c, id, lease, arena, &row, err);

    if (code)
        return code;
    job_queue_end(c, arena, &row.job, status, &row.job.counts, row.job.warnings, why);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_job_fail(struct gw_db *db, struct gw_uuid id, struct gw_uuid lease, const char *status,
                               const struct gw_err *why, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = fail_job(turn.c, arena, id, lease, status, why, err);
    gw_arena_free(&arena);
    return code;
}

enum gw_code gw_store_job_next_at(struct gw_db *db, int64_t *ret_us, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_JOB_NEXT_AT, NULL, &result, err);
    struct pg_row row = {.result = result};

    if (!code)
        *ret_us = pg_get_time(&row);
    return code ? code : pg_row_check(&row, err);
}

enum gw_code gw_store_job_count(struct gw_db *db, struct gw_job_count *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_JOB_COUNT, NULL, &result, err);
    struct pg_row row = {.result = result};
    struct gw_job_count count;

    if (code)
        return code;
    count.running = pg_get_i64(&row);
    count.waiting = pg_get_i64(&row);
    count.queued = pg_get_i64(&row);
    *ret = count;
    return pg_row_check(&row, err);
}
