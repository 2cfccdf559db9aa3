/* The queue: claims, leases, fences, joins, waits, quarantine, runs, the inbox. */
#include "db_test.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"

static struct gw_connection connection;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "polar", "42");
}

static size_t claim(int most, struct gw_job **ret)
{
    size_t count;

    ck_good(gw_store_job_claim(db, arena, gw_uuid_v4(), "w", 60, most, ret, &count, &err));
    return count;
}

static struct gw_commit job_commit(const struct gw_job *job, enum gw_commit_end end)
{
    struct gw_commit commit = make_commit(&connection);

    commit.job_id = job->id;
    commit.lease = job->lease;
    commit.end = end;
    commit.status = "success";
    return commit;
}

static struct gw_run run_of(struct gw_uuid id)
{
    struct gw_run run;

    ck_good(gw_store_run_get(db, arena, connection.user_id, id, &run, &err));
    return run;
}

START_TEST(test_life_of_a_job)
{
    struct gw_uuid id = make_job(&connection, GW_JOB_SYNC, "{\"since\":1}");
    struct gw_counts total;
    bool yield;

    ck_assert_str_eq(run_of(id).status, "queued");
    struct gw_job job = claim_one("w1");
    ck_assert(gw_uuid_eq(job.id, id));
    ck_assert_str_eq(job.args, "{\"since\":1}");
    ck_assert_int_eq(job.attempts, 1);
    ck_assert(job.started_us != GW_NO_TIME);
    ck_assert_str_eq(run_of(id).status, "running");
    struct gw_commit commit = job_commit(&job, GW_COMMIT_CONTINUE);
    struct gw_workout w = make_workout("w-1", T0, 1, 60);
    commit.workouts = &w;
    commit.workouts_count = 1;
    commit.counts.workouts.fetched = 1;
    commit.cursor = GW_STR("page 2");
    commit.warnings = "[\"one\"]";
    ck_good(gw_store_commit(db, &commit, &yield, &total, &err));
    ck_assert(!yield);
    ck_assert_int_eq(commit.counts.workouts.created, 1);
    ck_assert_int_eq(total.workouts.created, 1);
    commit = job_commit(&job, GW_COMMIT_FINISH);
    commit.workouts = &w;
    commit.workouts_count = 1;
    commit.counts.workouts.fetched = 1;
    commit.warnings = " [ \"two\" ] ";
    commit.synced = true;
    ck_good(gw_store_commit(db, &commit, NULL, &total, &err));
    ck_assert_int_eq(total.workouts.fetched, 2);
    ck_assert_int_eq(total.workouts.created, 1);
    ck_assert_int_eq(total.workouts.unchanged, 1);
    struct gw_run run = run_of(id);
    ck_assert_str_eq(run.status, "success");
    ck_assert_str_eq(run.source, "pull");
    ck_assert_str_eq(run.warnings, "[\"one\",\"two\"]");
    ck_assert_str_eq(run.params, "{\"since\":1}");
    ck_assert_int_eq(run.counts.workouts.fetched, 2);
    ck_assert(run.ended_us >= run.started_us && run.started_us >= run.created_us);
    ck_assert_ptr_null(run.error_code);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM jobs"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM connections WHERE last_synced_at IS NOT NULL"), 1);
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_LEASE_LOST);
}
END_TEST

START_TEST(test_order)
{
    struct gw_connection other = make_connection(connection.user_id, "suunto", "1");
    struct gw_uuid history = make_job(&connection, GW_JOB_HISTORY, "{}");
    struct gw_uuid payload = make_job(&connection, GW_JOB_PAYLOAD, "{}");
    struct gw_uuid sync = make_job(&other, GW_JOB_SYNC, "{}");
    struct gw_job future = {.user_id = connection.user_id,
                            .provider = "polar",
                            .kind = GW_JOB_PAYLOAD,
                            .priority = 0,
                            .run_at_us = gw_now_us() + HOUR_US};
    struct gw_job *jobs;
    struct gw_uuid id;
    int64_t next;

    ck_good(gw_store_job_submit(db, &future, &id, NULL, &err));
    ck_assert_uint_eq(claim(10, &jobs), 3);
    ck_assert(gw_uuid_eq(jobs[0].id, sync));
    ck_assert(gw_uuid_eq(jobs[1].id, payload));
    ck_assert(gw_uuid_eq(jobs[2].id, history));
    ck_assert_uint_eq(claim(10, &jobs), 0);
    sql_run("DELETE FROM jobs WHERE lease IS NOT NULL");
    ck_good(gw_store_job_next_at(db, &next, &err));
    ck_assert(next == future.run_at_us);
    gw_clock_offset(HOUR_US);
    ck_assert_uint_eq(claim(10, &jobs), 1);
    gw_clock_offset(0);
    sql_run("DELETE FROM jobs");
    ck_good(gw_store_job_next_at(db, &next, &err));
    ck_assert(next == GW_NO_TIME);
}
END_TEST

START_TEST(test_join)
{
    struct gw_job job = {.user_id = connection.user_id,
                         .connection_id = connection.id,
                         .provider = "polar",
                         .kind = GW_JOB_SYNC,
                         .args_digest = {1}};
    struct gw_uuid first, second, other;
    bool joined;

    ck_good(gw_store_job_submit(db, &job, &first, &joined, &err));
    ck_assert(!joined);
    ck_assert_str_eq(sql_one("SELECT wanted FROM jobs"), "f");
    job.wanted = true;
    ck_good(gw_store_job_submit(db, &job, &second, &joined, &err));
    ck_assert(joined);
    ck_assert(gw_uuid_eq(first, second));
    ck_assert_str_eq(sql_one("SELECT wanted FROM jobs"), "t");
    struct gw_job running = claim_one("w");
    job.wanted = false;
    ck_good(gw_store_job_submit(db, &job, &second, &joined, &err));
    ck_assert_msg(joined, "a running one is joined as well");
    job.args_digest[0] = 2;
    ck_good(gw_store_job_submit(db, &job, &other, &joined, &err));
    ck_assert(!joined);
    struct gw_job *jobs;
    ck_assert_uint_eq(claim(5, &jobs), 0);
    struct gw_commit commit = job_commit(&running, GW_COMMIT_FINISH);
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert(commit.wanted && commit.woke);
    ck_assert_uint_eq(claim(5, &jobs), 1);
    ck_assert(gw_uuid_eq(jobs[0].id, other));
    job.args_digest[0] = 1;
    ck_good(gw_store_job_submit(db, &job, &second, &joined, &err));
    ck_assert_msg(!joined, "one that ended is not");
}
END_TEST

START_TEST(test_one_at_a_time)
{
    struct gw_connection other = make_connection(connection.user_id, "suunto", "1");
    struct gw_job *jobs;
    int64_t next;

    make_job(&connection, GW_JOB_SYNC, "{\"a\":1}");
    make_job(&connection, GW_JOB_SYNC, "{\"a\":2}");
    make_job(&connection, GW_JOB_FETCH, "{}");
    make_job(&connection, GW_JOB_HISTORY, "{}");
    make_job(&other, GW_JOB_SYNC, "{}");
    ck_assert_uint_eq(claim(10, &jobs), 2);
    ck_assert(!gw_uuid_eq(jobs[0].connection_id, jobs[1].connection_id));
    ck_assert_uint_eq(claim(10, &jobs), 0);
    ck_good(gw_store_job_next_at(db, &next, &err));
    ck_assert_msg(next > gw_now_us() + 30 * 1000000, "jobs behind a busy connection do not keep the worker turning");
    /* what no index of the program's can forget */
    PGconn *conn = PQconnectdb(db_conninfo);
    PGresult *result = PQexec(conn, "UPDATE jobs SET lease = gen_random_uuid() WHERE lease IS NULL");
    ck_assert_str_eq(PQresultErrorField(result, PG_DIAG_SQLSTATE), "23505");
    PQclear(result);
    PQfinish(conn);
}
END_TEST

#define WORKERS   8
#define RACE_JOBS 120

static int claims_of[RACE_JOBS + 1], overlaps;
static struct gw_connection race_connections[4];

/* Claims until nothing is left; no two may hold one connection at once. */
static void *race_worker(void *busy)
{
    int *holders = busy;
    struct gw_arena *mine = gw_arena_new(0);

    for (int idle = 0; idle < 60;) {
        struct gw_job *jobs;
        size_t count = 0, c = 0;
        if (gw_store_job_claim(db, mine, gw_uuid_v4(), "w", 60, 2, &jobs, &count, NULL) != GW_OK)
            break;
        if (count == 0) {
            const struct timespec pause = {0, 2000000};
            nanosleep(&pause, NULL);
            idle++;
        }
        for (size_t i = 0; i < count; i++) {
            while (!gw_uuid_eq(race_connections[c].id, jobs[i].connection_id))
                c = (c + 1) % 4;
            if (__atomic_add_fetch(&holders[c], 1, __ATOMIC_SEQ_CST) > 1)
                __atomic_add_fetch(&overlaps, 1, __ATOMIC_SEQ_CST);
            __atomic_add_fetch(&claims_of[strtol(jobs[i].args + 5, NULL, 10)], 1, __ATOMIC_SEQ_CST);
            __atomic_sub_fetch(&holders[c], 1, __ATOMIC_SEQ_CST);
            struct gw_commit commit = {.user_id = jobs[i].user_id,
                                       .connection_id = jobs[i].connection_id,
                                       .provider = "polar",
                                       .job_id = jobs[i].id,
                                       .lease = jobs[i].lease,
                                       .end = GW_COMMIT_FINISH};
            if (gw_store_commit(db, &commit, NULL, NULL, NULL) != GW_OK)
                __atomic_add_fetch(&overlaps, 1, __ATOMIC_SEQ_CST);
        }
    }
    gw_arena_free(&mine);
    return NULL;
}

START_TEST(test_many_workers)
{
    pthread_t threads[WORKERS];
    int holders[4] = {0};

    for (int i = 0; i < 4; i++) {
        char account[8];
        snprintf(account, sizeof(account), "r%d", i);
        race_connections[i] = make_connection(connection.user_id, "polar", gw_arena_strdup(arena, account));
    }
    for (int i = 0; i < RACE_JOBS; i++) {
        char args[32];
        snprintf(args, sizeof(args), "{\"n\":%d}", i);
        make_job(&race_connections[i % 4], i % 3 ? GW_JOB_FETCH : GW_JOB_SYNC, args);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, race_worker, holders);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(overlaps, 0);
    for (int i = 0; i < RACE_JOBS; i++)
        ck_assert_msg(claims_of[i] == 1, "job %d was done %d times", i, claims_of[i]);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM jobs"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM runs"), RACE_JOBS);
}
END_TEST

/* The first worker's lease runs out, the second takes over; what the first still says changes nothing. */
START_TEST(test_fencing)
{
    struct gw_uuid id = make_job(&connection, GW_JOB_SYNC, "{}");
    struct gw_job slow = claim_one("slow"), *jobs;
    struct gw_workout w = make_workout("w", T0, 1, 60);
    bool lost[1], yield[1];

    ck_good(gw_store_job_heartbeat(db, &slow.id, &slow.lease, 1, 60, lost, yield, &err));
    ck_assert(!lost[0]);
    ck_assert_uint_eq(claim(5, &jobs), 0);
    sql_run("UPDATE jobs SET lease_until = now() - interval '1 second'");
    ck_assert_uint_eq(claim(5, &jobs), 1);
    ck_assert(gw_uuid_eq(jobs[0].id, id));
    ck_assert_int_eq(jobs[0].crashes, 1);
    ck_assert_int_eq(jobs[0].attempts, 2);

    struct gw_commit commit = job_commit(&slow, GW_COMMIT_CONTINUE);
    commit.workouts = &w;
    commit.workouts_count = 1;
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_LEASE_LOST);
    ck_fails(gw_store_job_release(db, slow.id, slow.lease, &err), GW_LEASE_LOST);
    ck_fails(gw_store_job_retry(db, slow.id, slow.lease, T0, &err, &err), GW_LEASE_LOST);
    ck_fails(gw_store_job_fail(db, slow.id, slow.lease, "failed", &err, &err), GW_LEASE_LOST);
    ck_good(gw_store_job_heartbeat(db, &slow.id, &slow.lease, 1, 60, lost, yield, &err));
    ck_assert(lost[0]);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE type = 'data.changed'"), 0);
    commit.lease = jobs[0].lease;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 1);
}
END_TEST

START_TEST(test_quarantine)
{
    struct gw_uuid id = make_job(&connection, GW_JOB_SYNC, "{}");
    struct gw_job *jobs;
    int count;

    claim_one("w1");
    sql_run("UPDATE jobs SET lease_until = now() - interval '1 second'");
    claim_one("w1");
    sql_run("UPDATE jobs SET lease_until = now() - interval '1 second'");
    ck_assert_uint_eq(claim(5, &jobs), 0);
    struct gw_run run = run_of(id);
    ck_assert_str_eq(run.status, "failed");
    ck_assert_str_eq(run.error_code, "job.quarantined");
    ck_assert_int_eq(sql_long("SELECT count(*) FROM jobs"), 0);

    id = make_job(&connection, GW_JOB_SYNC, "{}");
    claim_one("doomed");
    ck_good(gw_store_job_release_worker(db, "doomed", &count, &err));
    ck_assert_int_eq(count, 1);
    ck_assert_int_eq(sql_long("SELECT crashes FROM jobs"), 1);
    claim_one("doomed");
    ck_good(gw_store_job_release_worker(db, "doomed", &count, &err));
    ck_assert_str_eq(run_of(id).error_code, "job.quarantined");
}
END_TEST

START_TEST(test_release_and_retry)
{
    struct gw_uuid id = make_job(&connection, GW_JOB_SYNC, "{}");
    struct gw_job job = claim_one("w");
    struct gw_err why = {0};

    ck_good(gw_store_job_release(db, job.id, job.lease, &err));
    ck_assert_int_eq(sql_long("SELECT attempts FROM jobs"), 0);
    job = claim_one("w");
    ck_assert_int_eq(job.attempts, 1);
    int64_t at = gw_now_us() + HOUR_US;
    gw_fail_wire(&why, GW_UPSTREAM, "polar.down", "Polar is down.");
    ck_good(gw_store_job_retry(db, job.id, job.lease, at, &why, &err));
    struct gw_run run = run_of(id);
    ck_assert_str_eq(run.status, "queued");
    ck_assert(run.retry_at_us == at);
    ck_assert_str_eq(run.error_code, "polar.down");
    gw_clock_offset(2 * HOUR_US);
    job = claim_one("w");
    gw_clock_offset(0);
    ck_assert_int_eq(job.attempts, 2);
    ck_assert(job.retry_at_us == GW_NO_TIME);
    ck_assert_str_eq(job.last_error_code, "polar.down");
    ck_assert_str_eq(job.last_error, "Polar is down.");
    ck_good(gw_store_job_fail(db, job.id, job.lease, "failed", &why, &err));
    run = run_of(id);
    ck_assert_str_eq(run.status, "failed");
    ck_assert_str_eq(run.error, "Polar is down.");
    ck_fails(gw_store_run_get(db, arena, make_user("Bo"), id, &run, &err), GW_NOT_FOUND);
    ck_good(gw_store_run_get(db, arena, (struct gw_uuid){{0}}, id, &run, &err));
}
END_TEST

START_TEST(test_yield)
{
    make_job(&connection, GW_JOB_HISTORY, "{}");
    struct gw_job history = claim_one("w"), *jobs;
    bool lost, yield;

    struct gw_commit commit = job_commit(&history, GW_COMMIT_CONTINUE);
    ck_good(gw_store_commit(db, &commit, &yield, NULL, &err));
    ck_assert(!yield);
    struct gw_uuid sync = make_job(&connection, GW_JOB_SYNC, "{}");
    ck_assert_uint_eq(claim(5, &jobs), 0);
    ck_good(gw_store_job_heartbeat(db, &history.id, &history.lease, 1, 60, &lost, &yield, &err));
    ck_assert(yield && !lost);
    ck_good(gw_store_commit(db, &commit, &yield, NULL, &err));
    ck_assert(yield);
    commit.end = GW_COMMIT_REQUEUE;
    commit.cursor = GW_STR("2019");
    ck_good(gw_store_commit(db, &commit, &yield, NULL, &err));
    ck_assert_uint_eq(claim(5, &jobs), 1);
    ck_assert(gw_uuid_eq(jobs[0].id, sync));
    sql_run("DELETE FROM jobs WHERE kind = 1");
    ck_assert_uint_eq(claim(5, &jobs), 1);
    ck_assert(gw_uuid_eq(jobs[0].id, history.id));
    ck_assert(gw_str_is(jobs[0].cursor, "2019"));
    ck_assert(!jobs[0].yield && !jobs[0].waiting);
    ck_assert_int_eq(jobs[0].attempts, 1);
}
END_TEST

/* ---- waiting for events ---- */

static void webhook_brings(const char *event, const char *workout)
{
    struct gw_commit commit = make_commit(&connection);
    struct gw_workout w = make_workout(workout, T0, 1, 60);

    commit.workouts = &w;
    commit.workouts_count = 1;
    commit.counts.workouts.fetched = 1;
    commit.wake_event = event;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
}

START_TEST(test_wait_and_wake)
{
    struct gw_uuid id = make_job(&connection, GW_JOB_SYNC, "{}");
    struct gw_job job = claim_one("w"), *jobs;
    struct gw_commit commit = job_commit(&job, GW_COMMIT_WAIT);

    commit.wait_events = "dailies,sleeps";
    commit.wake_at_us = gw_now_us() + HOUR_US;
    commit.cursor = GW_STR("c");
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_str_eq(run_of(id).status, "waiting");
    ck_assert_uint_eq(claim(5, &jobs), 0);
    webhook_brings("epochs", "w-0");
    ck_assert_uint_eq(claim(5, &jobs), 0);
    webhook_brings("sleeps", "w-1");
    webhook_brings("dailies", "w-2");
    webhook_brings("dailies", "w-2");
    ck_assert_str_eq(run_of(id).status, "queued");
    ck_assert_uint_eq(claim(5, &jobs), 1);
    ck_assert(jobs[0].waiting);
    ck_assert_str_eq(jobs[0].arrived, "sleeps,dailies");
    ck_assert_int_eq(jobs[0].counts.workouts.fetched, 3);
    ck_assert_int_eq(jobs[0].counts.workouts.created, 2);
    ck_assert_int_eq(jobs[0].counts.workouts.unchanged, 1);
    ck_assert(gw_str_is(jobs[0].cursor, "c"));
    commit = job_commit(&jobs[0], GW_COMMIT_CONTINUE);
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_str_eq(sql_one("SELECT arrived || waiting FROM jobs"), "false");
}
END_TEST

/* The event is quicker than the commit that begins to wait for it. */
START_TEST(test_event_before_the_wait)
{
    make_job(&connection, GW_JOB_SYNC, "{}");
    webhook_brings("dailies", "w-0"); /* before it ever ran: not its own */
    struct gw_job job = claim_one("w"), *jobs;
    struct gw_commit commit = job_commit(&job, GW_COMMIT_WAIT);

    webhook_brings("dailies", "w-1");
    commit.wait_events = "dailies";
    commit.wake_at_us = gw_now_us() + HOUR_US;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_uint_eq(claim(5, &jobs), 1);
    ck_assert_str_eq(jobs[0].arrived, "dailies");
    ck_assert_int_eq(jobs[0].counts.workouts.created, 1);
    /* what has been handed over does not come again */
    commit = job_commit(&jobs[0], GW_COMMIT_WAIT);
    commit.wake_at_us = gw_now_us() + HOUR_US;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_uint_eq(claim(5, &jobs), 0);
    webhook_brings("anything", "w-2");
    ck_assert_uint_eq(claim(5, &jobs), 1);
}
END_TEST

/* ---- inbox, runs ---- */

START_TEST(test_inbox)
{
    struct gw_inbox inbox = {.provider = "garmin",
                             .method = "POST",
                             .headers = "[[\"a\",\"b\"]]",
                             .query = "[]",
                             .body = GW_STR("{\"x\":\0 1}")};
    struct gw_inbox got;
    struct gw_uuid id;
    struct gw_run run;
    struct gw_counts counts = {.payloads = 2};

    ck_good(gw_store_inbox_put(db, &inbox, &id, &err));
    struct gw_job job = claim_one("w");
    ck_assert(gw_uuid_eq(job.id, id));
    ck_assert_int_eq(job.kind, GW_JOB_WEBHOOK);
    ck_assert(gw_uuid_is_nil(job.user_id));
    struct gw_uuid inbox_id;
    ck_assert(gw_uuid_parse((struct gw_str){job.args + strlen("{\"inbox_id\":\""), 36}, &inbox_id));
    ck_good(gw_store_inbox_get(db, arena, inbox_id, &got, &err));
    ck_assert_uint_eq(got.body.len, inbox.body.len);
    ck_assert_str_eq(got.headers, inbox.headers);
    ck_fails(gw_store_inbox_done(db, inbox_id, id, gw_uuid_v4(), &counts, NULL, &err), GW_LEASE_LOST);
    ck_good(gw_store_inbox_done(db, inbox_id, id, job.lease, &counts, "[\"w\"]", &err));
    ck_assert_int_eq(sql_long("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM jobs)"), 0);
    ck_good(gw_store_run_get(db, arena, (struct gw_uuid){{0}}, id, &run, &err));
    ck_assert_str_eq(run.status, "success");
    ck_assert_str_eq(run.source, "webhook");
    ck_assert_int_eq(run.counts.payloads, 2);
    ck_fails(gw_store_run_get(db, arena, connection.user_id, id, &run, &err), GW_NOT_FOUND);

    ck_good(gw_store_inbox_put(db, &inbox, &id, &err));
    job = claim_one("w");
    ck_good(gw_store_job_fail(db, job.id, job.lease, "failed", &(struct gw_err){.code = GW_DATA}, &err));
    ck_good(gw_store_run_get(db, arena, (struct gw_uuid){{0}}, id, &run, &err));
    ck_assert_str_eq(run.error_code, "data.unreadable");
    ck_assert_int_eq(sql_long("SELECT count(*) FROM inbox"), 1);
}
END_TEST

START_TEST(test_run_list)
{
    struct gw_connection other = make_connection(make_user("Bo"), "suunto", "1");
    struct gw_run *runs;
    size_t count;

    for (int i = 0; i < 3; i++) {
        char args[16];
        snprintf(args, sizeof(args), "{\"i\":%d}", i);
        make_job(&connection, GW_JOB_SYNC, args);
        struct gw_job job = claim_one("w");
        struct gw_commit commit = job_commit(&job, GW_COMMIT_FINISH);
        commit.status = i == 1 ? "failed" : "success";
        ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    }
    struct gw_uuid live = make_job(&connection, GW_JOB_SYNC, "{}");
    make_job(&other, GW_JOB_SYNC, "{}");
    ck_good(gw_store_run_list(db, arena, connection.user_id, NULL, NULL, 10, &runs, &count, &err));
    ck_assert_uint_eq(count, 4);
    ck_assert(gw_uuid_eq(runs[0].id, live));
    ck_good(gw_store_run_list(db, arena, connection.user_id, NULL, "failed", 10, &runs, &count, &err));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(runs[0].params, "{\"i\":1}");
    ck_good(gw_store_run_list(db, arena, connection.user_id, NULL, "queued", 10, &runs, &count, &err));
    ck_assert_uint_eq(count, 1);
    ck_good(gw_store_run_list(db, arena, connection.user_id, "suunto", NULL, 10, &runs, &count, &err));
    ck_assert_uint_eq(count, 0);
    ck_good(gw_store_run_list(db, arena, (struct gw_uuid){{0}}, NULL, NULL, 2, &runs, &count, &err));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(runs[0].provider, "suunto");
    gw_clock_offset(40 * DAY_US);
    ck_good(gw_store_clean(db, 90, 30, &err));
    gw_clock_offset(0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM runs"), 0);
}
END_TEST

Suite *suite_jobs(void)
{
    Suite *suite = suite_create("jobs");
    TCase *tcase = db_case(suite, "jobs");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_life_of_a_job);
    tcase_add_test(tcase, test_order);
    tcase_add_test(tcase, test_join);
    tcase_add_test(tcase, test_one_at_a_time);
    tcase_add_test(tcase, test_many_workers);
    tcase_add_test(tcase, test_fencing);
    tcase_add_test(tcase, test_quarantine);
    tcase_add_test(tcase, test_release_and_retry);
    tcase_add_test(tcase, test_yield);
    tcase_add_test(tcase, test_wait_and_wake);
    tcase_add_test(tcase, test_event_before_the_wait);
    tcase_add_test(tcase, test_inbox);
    tcase_add_test(tcase, test_run_list);
    return suite;
}
