/* Claiming: leases that ran out are taken back, what crashed twice is ended, then ready jobs are leased. */
#include "base/time.h"
#include "store/counts.h"
#include "store/job_row.h"
#include "store/pool.h"

#define COLLISIONS_MOST 3 /* two workers met at one connection: look again, the other's claim is visible now */

/* ---- quarantine ---- */

static enum gw_code quarantine(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid id, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    struct job_row row;
    struct gw_err why;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_JOB_LOCK_CRASHED, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(result) == 1) {
        code = job_read(result, 0, arena, &row, err);
        if (!code) {
            gw_fail_wire(&why, GW_INTERNAL, "job.quarantined", "The job's worker died %d times.", row.job.crashes);
            job_queue_end(c, arena, &row.job, "failed", &row.job.counts, row.job.warnings, &why);
        }
    }
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

static enum gw_code quarantine_all(struct gw_db *db, struct gw_arena *arena, const PGresult *crashed,
                                   struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (int i = 0; !code && i < PQntuples(crashed); i++) {
        struct pg_turn turn = {.db = db};
        struct pg_row row = {.result = crashed, .number = i};
        struct gw_uuid id = pg_get_uuid(&row);
        while (pg_turn(&turn, &code, err))
            code = quarantine(turn.c, arena, id, err);
    }
    return code;
}

/* ---- claim ---- */

struct claim {
    struct gw_uuid lease;
    const char *worker;
    int lease_s, most;
};

static enum gw_code claim_once(struct pg_conn *c, const struct claim *claim, PGresult **ret_crashed,
                               PGresult **ret_jobs, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *crashed = NULL, *jobs = NULL;
    enum gw_code code;

    pg_put_time(&p, gw_now_us());
    pg_put_i64(&p, claim->most);
    pg_put_uuid(&p, claim->lease);
    pg_put_text(&p, claim->worker);
    pg_put_f64(&p, claim->lease_s);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue_plain(c, SQL_COMMIT_LAZILY);
    pg_queue_plain(c, SQL_JOB_REAP);
    pg_queue_plain(c, SQL_JOB_CRASHED);
    pg_queue(c, SQL_JOB_CLAIM, &p);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_send(c, 0, err);
    for (int i = 0; !code && i < 3; i++)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &crashed, err);
    if (!code)
        code = pg_next(c, &jobs, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    *ret_crashed = gw_take(crashed);
    *ret_jobs = gw_take(jobs);
    return GW_OK;
}

/* In the order they should be done in; UPDATE gives them in any. */
static int by_turn(const void *a, const void *b)
{
    const struct gw_job *x = a, *y = b;

    if (x->priority != y->priority)
        return x->priority - y->priority;
    if (x->run_at_us != y->run_at_us)
        return x->run_at_us < y->run_at_us ? -1 : 1;
    return memcmp(x->id.b, y->id.b, sizeof(x->id.b));
}

static enum gw_code read_jobs(const PGresult *result, struct gw_arena *arena, struct gw_job **ret, size_t *ret_count,
                              struct gw_err *err)
{
    size_t n = (size_t)PQntuples(result);
    struct gw_job *jobs = gw_arena_alloc(arena, n * sizeof(*jobs));
    enum gw_code code = jobs ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < n; i++) {
        struct job_row row;
        code = job_read(result, (int)i, arena, &row, err);
        if (!code)
            jobs[i] = row.job;
    }
    if (code)
        return code;
    qsort(jobs, n, sizeof(*jobs), by_turn);
    *ret = jobs;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_job_claim(struct gw_db *db, struct gw_arena *arena, struct gw_uuid lease, const char *worker,
                                int lease_s, int most, struct gw_job **ret, size_t *ret_count, struct gw_err *err)
{
    const struct claim claim = {lease, worker, lease_s, most};
    gw_own_result *crashed = NULL, *jobs = NULL;
    enum gw_code code = GW_CONFLICT;

    for (int i = 0; code == GW_CONFLICT && i < COLLISIONS_MOST; i++) {
        struct pg_turn turn = {.db = db};
        while (pg_turn(&turn, &code, err))
            code = claim_once(turn.c, &claim, &crashed, &jobs, err);
    }
    if (code == GW_CONFLICT) {
        *ret = NULL;
        *ret_count = 0;
        return GW_OK; /* others are quicker; there is a next time */
    }
    if (!code)
        code = read_jobs(jobs, arena, ret, ret_count, err);
    if (!code)
        /* our claim stands whatever becomes of others' remains */
        (void)!quarantine_all(db, arena, crashed, NULL);
    return code;
}

/* ---- the master's word ---- */

enum gw_code gw_store_job_release_worker(struct gw_db *db, const char *worker, int *ret_count, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct pg_params p = {0};
    gw_own_result *crashed = NULL;
    int64_t rows = 0;
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    pg_put_text(&p, worker);
    code = pg_exec(db, SQL_JOB_RELEASE_WORKER, &p, &rows, err);
    if (!code)
        code = pg_one(db, SQL_JOB_CRASHED, NULL, &crashed, err);
    if (!code)
        code = quarantine_all(db, arena, crashed, err);
    if (!code && ret_count)
        *ret_count = (int)rows;
    gw_arena_free(&arena);
    return code;
}
