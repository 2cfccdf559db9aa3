/* The database in trouble: killed connections, crashes, time-outs, a pool that is used up. Nothing is half done. */
#include "db_test.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"
#include "store/conn.h"

static struct gw_connection connection;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "polar", "42");
}

static void kill_all(void)
{
    sql_run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'test' "
            "AND datname = current_database()");
}

START_TEST(test_idle_connections_killed)
{
    struct gw_user user;

    ck_good(gw_store_ping(db, &err));
    kill_all();
    ck_good(gw_store_user_get(db, arena, connection.user_id, &user, &err));
    kill_all();
    struct gw_uuid job = make_job(&connection, GW_JOB_SYNC, "{}");
    kill_all();
    ck_assert(gw_uuid_eq(claim_one("w").id, job));
}
END_TEST

/* ---- killed in the middle ---- */

static bool killing;
static int kills;

static void *killer(void *unused)
{
    PGconn *conn = PQconnectdb(db_conninfo);

    (void)unused;
    while (__atomic_load_n(&killing, __ATOMIC_SEQ_CST)) {
        const struct timespec pause = {0, 1000000 + rand() % 4000000};
        nanosleep(&pause, NULL);
        PGresult *r = PQexec(conn, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                   "WHERE application_name = 'test' AND datname = current_database() "
                                   "AND state <> 'idle' LIMIT 1");
        kills += atoi(PQgetvalue(r, 0, 0));
        PQclear(r);
    }
    PQfinish(conn);
    return NULL;
}

/* Each commit carries a workout, samples, a payload and a cursor with the same number. */
static enum gw_code numbered_commit(const struct gw_job *job, int64_t number)
{
    char id[32], data[32];
    int64_t t[60];
    double v[60];

    snprintf(id, sizeof(id), "w%d", (int)number);
    snprintf(data, sizeof(data), "payload %d", (int)number);
    for (int i = 0; i < 60; i++) {
        t[i] = T0 + number * HOUR_US + i * MIN_US;
        v[i] = (double)number;
    }
    struct gw_workout w = make_workout(id, T0 + number * HOUR_US, 1, 60);
    struct gw_payload p = {.kind = "polar.x", .data = gw_str(data), .offset_s = GW_NO_OFFSET};
    struct gw_series_in s = {.metric = 1, .offset_s = 0, .version_us = 1, .count = 60, .t_us = t, .v = v};
    struct gw_commit commit = make_commit(&connection);
    commit.job_id = job->id;
    commit.lease = job->lease;
    commit.end = GW_COMMIT_CONTINUE;
    commit.cursor = gw_str(id);
    commit.workouts = &w;
    commit.workouts_count = 1;
    commit.payloads = &p;
    commit.payloads_count = 1;
    commit.series = &s;
    commit.series_count = 1;
    return gw_store_commit(db, &commit, NULL, NULL, &err);
}

START_TEST(test_killed_in_the_middle)
{
    pthread_t thread;
    int failed = 0;
    bool stored[200] = {false};

    make_job(&connection, GW_JOB_SYNC, "{}");
    struct gw_job job = claim_one("w");
    killing = true;
    pthread_create(&thread, NULL, killer, NULL);
    for (int i = 0; i < 200; i++) {
        enum gw_code code = numbered_commit(&job, i);
        ck_assert_msg(code == GW_OK || code == GW_DB, "%s: %s", gw_code_name(code), gw_err_text(&err));
        failed += code != GW_OK;
        stored[i] = code == GW_OK;
    }
    __atomic_store_n(&killing, false, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    ck_assert_int_gt(kills, 5);
    for (int i = 0; i < 200; i++) {
        long workouts = sql_long("SELECT count(*) FROM workouts WHERE external_id = 'w%d'", i);
        long payloads = sql_long("SELECT count(*) FROM payloads p JOIN payload_chunks USING (user_id) WHERE "
                                 "payload_id = p.id AND digest = sha256('payload %d')",
                                 i);
        long samples = sql_long("SELECT count(*) FROM series_between('%s', 1, to_timestamp(%ld), to_timestamp(%ld))",
                                uuid_text(connection.user_id), (long)((T0 + i * HOUR_US) / 1000000),
                                (long)((T0 + (i + 1) * HOUR_US) / 1000000));
        ck_assert_msg(workouts == payloads && samples == 60 * workouts, "commit %d is half there: %ld %ld %ld", i,
                      workouts, payloads, samples);
        ck_assert_msg(workouts == 1 || !stored[i], "commit %d is lost", i);
    }
    ck_good(numbered_commit(&job, 200));
    ck_assert_str_eq(sql_one("SELECT convert_from(cursor, 'UTF8') FROM jobs"), "w200");
    (void)failed;
}
END_TEST

/* A server that dies and comes back: what was acknowledged is there. */
START_TEST(test_server_crash)
{
    struct tmp_postgres own = {.durable = true};
    char conninfo[256];
    struct gw_user user = {.first_name = "Cleo"}, made, got;
    struct gw_db_options options = {.conninfo = conninfo, .name = "crash", .pool = 2, .statement_timeout_ms = 120000};
    struct gw_db *other;
    bool created;

    ck_assert(tmp_postgres_start(&own));
    tmp_postgres_conninfo(&own, "postgres", conninfo, sizeof(conninfo));
    ck_good(gw_store_migrate(conninfo, NULL, &err));
    ck_good(gw_store_open(&options, &other, &err));
    ck_good(gw_store_user_create(other, arena, &user, &made, &created, &err));
    tmp_postgres_halt(&own, true);
    ck_fails(gw_store_ping(other, &err), GW_DB);
    ck_assert(tmp_postgres_start(&own));
    ck_good(gw_store_user_get(other, arena, made.id, &got, &err));
    ck_assert_str_eq(got.first_name, "Cleo");
    gw_store_close(&other);
    tmp_postgres_stop(&own);
}
END_TEST

/* ---- time ---- */

START_TEST(test_deadline)
{
    struct gw_db_options options = {.conninfo = db_conninfo, .name = "slow", .pool = 1, .statement_timeout_ms = 300};
    PGconn *blocker = PQconnectdb(db_conninfo);
    struct gw_db *slow;
    char sql[128];
    struct gw_user changes = {.last_name = "Luz"}, user;

    ck_good(gw_store_open(&options, &slow, &err));
    PQclear(PQexec(blocker, "BEGIN"));
    snprintf(sql, sizeof(sql), "SELECT 1 FROM users WHERE id = '%s' FOR UPDATE", uuid_text(connection.user_id));
    PQclear(PQexec(blocker, sql));
    int64_t from = gw_mono_us();
    ck_fails(gw_store_user_update(slow, arena, connection.user_id, &changes, &user, &err), GW_DB);
    int64_t took_ms = (gw_mono_us() - from) / 1000;
    ck_assert_msg(took_ms >= 250 && took_ms < 3000, "%ld ms", (long)took_ms);
    /* the connection is good for the next one */
    ck_good(gw_store_user_get(slow, arena, connection.user_id, &user, &err));
    PQclear(PQexec(blocker, "COMMIT"));
    ck_good(gw_store_user_update(slow, arena, connection.user_id, &changes, &user, &err));
    PQfinish(blocker);
    gw_store_close(&slow);
}
END_TEST

static struct gw_db *narrow;

static void *hog(void *unused)
{
    struct gw_arena *mine = gw_arena_new(0);
    struct gw_user changes = {.last_name = "Luz"}, user;

    (void)unused;
    (void)!gw_store_user_update(narrow, mine, connection.user_id, &changes, &user, NULL);
    gw_arena_free(&mine);
    return NULL;
}

START_TEST(test_pool_used_up)
{
    struct gw_db_options options = {.conninfo = db_conninfo, .name = "narrow", .pool = 1, .acquire_ms = 200};
    PGconn *blocker = PQconnectdb(db_conninfo);
    pthread_t thread;
    char sql[128];
    struct gw_user user;

    ck_good(gw_store_open(&options, &narrow, &err));
    PQclear(PQexec(blocker, "BEGIN"));
    snprintf(sql, sizeof(sql), "SELECT 1 FROM users WHERE id = '%s' FOR UPDATE", uuid_text(connection.user_id));
    PQclear(PQexec(blocker, sql));
    pthread_create(&thread, NULL, hog, NULL);
    for (int i = 0; i < 200 && sql_long("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'narrow' "
                                        "AND wait_event_type = 'Lock'") == 0;
         i++) {
        const struct timespec pause = {0, 10000000};
        nanosleep(&pause, NULL);
    }
    ck_fails(gw_store_user_get(narrow, arena, connection.user_id, &user, &err), GW_BUSY);
    PQclear(PQexec(blocker, "COMMIT"));
    pthread_join(thread, NULL);
    ck_good(gw_store_user_get(narrow, arena, connection.user_id, &user, &err));
    ck_assert_str_eq(user.last_name, "Luz");
    PQfinish(blocker);
    gw_store_close(&narrow);
}
END_TEST

START_TEST(test_no_server)
{
    struct gw_db_options options = {.conninfo = "host=/tmp/no-such-folder dbname=x", .statement_timeout_ms = 500};
    struct gw_db *none;
    int applied;

    ck_good(gw_store_open(&options, &none, &err));
    ck_fails(gw_store_ping(none, &err), GW_DB);
    ck_fails(gw_store_migrate(options.conninfo, &applied, &err), GW_DB);
    ck_assert_ptr_null(strstr(gw_err_text(&err), "no-such-folder"));
    gw_store_close(&none);
}
END_TEST

/* A value never reaches an error's text. */
START_TEST(test_errors_say_no_values)
{
    struct gw_workout w = make_workout("w", T0, 1, 60);
    struct gw_commit commit = make_commit(&connection);

    w.laps = "[\"secret-heart\"";
    commit.workouts = &w;
    commit.workouts_count = 1;
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_INTERNAL);
    ck_assert_ptr_nonnull(strstr(gw_err_text(&err), "22P02"));
    ck_assert_ptr_null(strstr(gw_err_text(&err), "secret"));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 0);
}
END_TEST

Suite *suite_trouble(void)
{
    Suite *suite = suite_create("trouble");
    TCase *tcase = db_case(suite, "trouble");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_idle_connections_killed);
    tcase_add_test(tcase, test_killed_in_the_middle);
    tcase_add_test(tcase, test_server_crash);
    tcase_add_test(tcase, test_deadline);
    tcase_add_test(tcase, test_pool_used_up);
    tcase_add_test(tcase, test_no_server);
    tcase_add_test(tcase, test_errors_say_no_values);
    return suite;
}
