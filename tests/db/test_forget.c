/* Taking away: connections, what they brought, events, people. */
#include "db_test.h"

#include <stdlib.h>

#include "base/time.h"
#include "store/forget.h"

static void store_all(const struct gw_connection *c, int64_t start_us)
{
    int64_t t = start_us;
    double v = 60;
    struct gw_workout w = make_workout("w", start_us, 1, 60);
    struct gw_sleep s = make_sleep("s", start_us, 1, 60);
    struct gw_event e = {.kind = "garmin.menstrual_cycle",
                         .head = {.external_id = "e", .start_us = start_us, .end_us = t}};
    struct gw_payload p = {.kind = "x.y", .data = GW_STR("x"), .offset_s = GW_NO_OFFSET};
    struct gw_series_in series = {.metric = 1, .count = 1, .t_us = &t, .v = &v};
    struct gw_state_put state = {.key = GW_STR("k"), .value = GW_STR("v"), .expires_us = GW_NO_TIME};
    struct gw_commit commit = make_commit(c);

    commit.workouts = &w, commit.workouts_count = 1;
    commit.sleeps = &s, commit.sleeps_count = 1;
    commit.events = &e, commit.events_count = 1;
    commit.payloads = &p, commit.payloads_count = 1;
    commit.series = &series, commit.series_count = 1;
    commit.states = &state, commit.states_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
}

static void delete_data(struct gw_uuid user, const char *provider, int most_pieces)
{
    bool done = false;

    for (int i = 0; !done; i++) {
        ck_assert_int_lt(i, most_pieces);
        ck_good(gw_store_data_delete(db, user, provider, &done, &err));
    }
}

/* ---- connections ---- */

START_TEST(test_retire)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42"), got;
    struct gw_uuid id = make_job(&c, GW_JOB_SYNC, "{\"a\":1}"), push = make_job(&c, GW_JOB_PAYLOAD, "{\"b\":1}");
    struct gw_run run;

    store_all(&c, T0);
    ck_good(gw_store_connection_retire(db, c.user_id, c.id, "user_disconnected", &err));
    ck_good(gw_store_connection_get(db, arena, c.user_id, c.id, &got, &err));
    ck_assert_str_eq(got.status, "revoked");
    ck_assert_str_eq(got.reason, "user_disconnected");
    ck_assert_uint_gt(got.tokens.len, 0); /* until the provider has been told */
    /* what was asked for is over, what was pushed is still read */
    ck_good(gw_store_run_get(db, arena, c.user_id, id, &run, &err));
    ck_assert_str_eq(run.status, "cancelled");
    ck_good(gw_store_run_get(db, arena, c.user_id, push, &run, &err));
    ck_assert_str_eq(run.status, "queued");
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE data->>'status' = 'revoked'"), 1);
    ck_good(gw_store_connection_retire(db, c.user_id, c.id, "user_disconnected", &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE data->>'status' = 'revoked'"), 1);
    ck_good(gw_store_connection_wipe(db, c.user_id, c.id, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM connections WHERE tokens IS NULL AND token_expires_at IS NULL"), 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM connection_state"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 1);
    /* a refusal that comes late does not wake it */
    ck_good(gw_store_connection_status(db, c.user_id, c.id, "reauthorize", "refused", &err));
    ck_assert_str_eq(sql_one("SELECT status FROM connections"), "revoked");
    ck_fails(gw_store_connection_retire(db, gw_uuid_v4(), c.id, "x", &err), GW_NOT_FOUND);
}
END_TEST

/* Whoever connects again between the two steps keeps the new tokens. */
START_TEST(test_wipe_spares_a_reconnect)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");

    store_all(&c, T0);
    ck_good(gw_store_connection_retire(db, c.user_id, c.id, "user_disconnected", &err));
    make_connection(c.user_id, "polar", "42");
    ck_good(gw_store_connection_wipe(db, c.user_id, c.id, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM connections WHERE tokens IS NOT NULL AND status = 'active'"), 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM connection_state"), 1);
}
END_TEST

START_TEST(test_a_running_sync_writes_nothing_more)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");
    struct gw_workout w = make_workout("w", T0, 1, 60);
    struct gw_commit commit = make_commit(&c);

    make_job(&c, GW_JOB_SYNC, "{}");
    struct gw_job job = claim_one("w");
    commit.job_id = job.id;
    commit.lease = job.lease;
    commit.end = GW_COMMIT_FINISH;
    commit.workouts = &w, commit.workouts_count = 1;
    ck_good(gw_store_connection_retire(db, c.user_id, c.id, "user_disconnected", &err));
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_LEASE_LOST);
    /* nor does what the provider sends by itself */
    commit.end = GW_COMMIT_NONE;
    commit.live_only = true;
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_NOT_CONNECTED);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 0);
    make_connection(c.user_id, "polar", "42");
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 1);
}
END_TEST

/* ---- data ---- */

#define DATA_TABLES 6
static const char *const data_tables[DATA_TABLES] = {"workouts", "sleep_sessions", "events",
                                                     "sources",  "payloads",       "series_blocks"};

START_TEST(test_data_of_one_provider)
{
    struct gw_uuid user = make_user("Ana"), other = make_user("Bo");
    struct gw_connection polar = make_connection(user, "polar", "42"), garmin = make_connection(user, "garmin", "g"),
                         theirs = make_connection(other, "polar", "42");

    store_all(&polar, T0);
    test_sources[0].provider = "garmin";
    store_all(&garmin, T0);
    test_sources[0].provider = "polar";
    store_all(&theirs, T0);
    sql_run("UPDATE workouts SET duplicate_of = (SELECT id FROM workouts WHERE provider = 'polar' AND user_id = '%s') "
            "WHERE provider = 'garmin'",
            uuid_text(user));
    make_job(&polar, GW_JOB_PAYLOAD, "{}");
    delete_data(user, "polar", 2);
    for (size_t i = 0; i < DATA_TABLES; i++)
        ck_assert_msg(sql_long("SELECT count(*) FROM %s", data_tables[i]) == 2, "%s", data_tables[i]);
    ck_assert_int_eq(
        sql_long("SELECT count(*) FROM workouts WHERE user_id = '%s' AND provider = 'polar'", uuid_text(other)), 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts WHERE duplicate_of IS NOT NULL"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM jobs"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE type = 'data.deleted'"), 1);
    delete_data(other, NULL, 2);
    for (size_t i = 0; i < DATA_TABLES; i++)
        ck_assert_msg(sql_long("SELECT count(*) FROM %s", data_tables[i]) == 1, "%s", data_tables[i]);
    bool done;
    ck_fails(gw_store_data_delete(db, gw_uuid_v4(), "polar", &done, &err), GW_NOT_FOUND);
}
END_TEST

/* More than a piece of each. */
START_TEST(test_data_in_pieces)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");

    store_all(&c, T0);
    sql_run("INSERT INTO series_blocks SELECT user_id, 0, 0, number, source_id, 1, metric, 24, false, '', '' "
            "FROM series_blocks, generate_series(1, 9000) i (number)");
    sql_run("INSERT INTO payloads SELECT user_id, gen_random_uuid(), connection_id, provider, account, kind, n::text, "
            "digest, NULL, NULL, 1, NULL, received_at, 0, NULL FROM payloads, generate_series(1, 450) n");
    delete_data(c.user_id, "polar", 4);
    for (size_t i = 0; i < DATA_TABLES; i++)
        ck_assert_msg(sql_long("SELECT count(*) FROM %s", data_tables[i]) == 0, "%s", data_tables[i]);
}
END_TEST

/* ---- events ---- */

static long live(const char *table)
{
    return sql_long("SELECT count(*) FROM %s WHERE NOT deleted", table);
}

START_TEST(test_an_event_removed_for_good)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");
    static const struct {
        enum gw_event_table table;
        const char *kind, *name;
    } cases[] = {{GW_EVENT_WORKOUT, NULL, "workouts"},
                 {GW_EVENT_SLEEP, NULL, "sleep_sessions"},
                 {GW_EVENT_OTHER, "menstrual_cycle", "events"}};

    store_all(&c, T0);
    for (size_t i = 0; i < 3; i++) {
        struct gw_uuid id;
        ck_assert(gw_uuid_parse(gw_str(sql_one("SELECT id FROM %s", cases[i].name)), &id));
        ck_fails(gw_store_event_delete(db, make_user("Bo"), cases[i].table, cases[i].kind, id, &err), GW_NOT_FOUND);
        ck_fails(gw_store_event_delete(db, c.user_id, cases[i].table, "other", gw_uuid_v4(), &err), GW_NOT_FOUND);
        ck_assert_int_eq(live(cases[i].name), 1);
        ck_good(gw_store_event_delete(db, c.user_id, cases[i].table, cases[i].kind, id, &err));
        ck_assert_int_eq(live(cases[i].name), 0);
        ck_fails(gw_store_event_delete(db, c.user_id, cases[i].table, cases[i].kind, id, &err), GW_NOT_FOUND);
    }
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE data::text LIKE '%%deleted%%'"), 3);
    store_all(&c, T0);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(live(cases[i].name), 0);
    /* the provider's newest version, moved and longer */
    struct gw_workout w = make_workout("w", T0 + HOUR_US, INT64_C(4102444800000000), 7200);
    struct gw_commit commit = make_commit(&c);
    commit.workouts = &w, commit.workouts_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(live("workouts"), 0);
    ck_assert_int_eq(commit.counts.workouts.unchanged, 1);
    /* another one is not meant */
    w = make_workout("w2", T0, 1, 60);
    commit = make_commit(&c);
    commit.workouts = &w, commit.workouts_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(live("workouts"), 1);
}
END_TEST

/* Every column of a record that says something is emptied: what is added later must be thought of. */
START_TEST(test_a_removed_event_says_nothing)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");
    static const char *const names[] = {"workouts", "sleep_sessions", "events"};

    store_all(&c, T0);
    for (size_t i = 0; i < 3; i++) {
        struct gw_uuid id;
        ck_assert(gw_uuid_parse(gw_str(sql_one("SELECT id FROM %s", names[i])), &id));
        ck_good(gw_store_event_delete(db, c.user_id, (enum gw_event_table)i, "menstrual_cycle", id, &err));
        /* the identity, and what a row cannot be without */
        const char *left = sql_one(
            "SELECT string_agg(key, ' ' ORDER BY key) FROM %s r, json_each_text(row_to_json(r)) WHERE value IS NOT "
            "NULL "
            "AND key NOT IN ('user_id', 'id', 'kind', 'source_id', 'provider', 'account', 'external_id', 'start_at', "
            "'end_at', 'version_us', 'tentative', 'deleted', 'digest')",
            names[i]);
        ck_assert_msg(!*left, "%s: %s", names[i], left);
    }
}
END_TEST

/* ---- people ---- */

/* A table with a user in it goes with the user by a foreign key, or is named in sql/forget.sql. */
START_TEST(test_every_table_knows_how_a_user_leaves)
{
    const char *stray = sql_one(
        "SELECT string_agg(table_name, ' ') FROM information_schema.columns c JOIN information_schema.tables t "
        "USING (table_schema, table_name) WHERE table_schema = 'public' AND column_name = 'user_id' "
        "AND table_type = 'BASE TABLE' AND NOT EXISTS (SELECT 1 FROM pg_constraint f "
        "WHERE f.conrelid = table_name::regclass AND f.contype = 'f' AND f.confdeltype = 'c') AND table_name NOT IN "
        "('jobs', 'external_users', 'account_owners', 'invitation_codes', 'outbox', 'changes', 'audit_log')");

    ck_assert_msg(!*stray, "%s", stray);
}
END_TEST

START_TEST(test_user_leaves_nothing)
{
    struct gw_user user = {.external_user_id = "e-1", .email = "a@example.org"}, made;
    bool created;
    int relayed;

    ck_good(gw_store_user_create(db, arena, &user, &made, &created, &err));
    struct gw_connection c = make_connection(made.id, "polar", "42"),
                         other = make_connection(make_user("Bo"), "polar", "42");
    store_all(&c, T0);
    store_all(&other, T0);
    ck_good(gw_store_relay_changes(db, &relayed, &err));
    make_job(&c, GW_JOB_SYNC, "{}");
    sql_run("INSERT INTO audit_log VALUES (gen_random_uuid(), now(), 'x', NULL, '%s', '{}')", uuid_text(made.id));
    struct gw_job job = claim_one("w");
    delete_data(made.id, NULL, 2);
    ck_good(gw_store_user_delete(db, made.id, &err));
    ck_fails(gw_store_user_delete(db, made.id, &err), GW_NOT_FOUND);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM users"), 1);
    for (size_t i = 0; i < DATA_TABLES; i++)
        ck_assert_msg(sql_long("SELECT count(*) FROM %s", data_tables[i]) == 1, "%s", data_tables[i]);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM jobs"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM external_users"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM account_owners"), 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM audit_log WHERE user_id IS NULL AND detail IS NULL"), 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM changes WHERE user_id = '%s'", uuid_text(made.id)), 0);
    ck_assert_str_eq(sql_one("SELECT string_agg(type, ' ') FROM outbox WHERE user_id = '%s'", uuid_text(made.id)),
                     "user.deleted");
    /* its worker finds that the job is no longer his */
    ck_fails(gw_store_job_fail(db, job.id, job.lease, "failed", &(struct gw_err){.code = GW_NOT_FOUND}, &err),
             GW_LEASE_LOST);
    /* a job that was asked for a moment too late ends without a trace */
    make_job(&c, GW_JOB_SYNC, "{}");
    job = claim_one("w");
    ck_good(gw_store_job_fail(db, job.id, job.lease, "failed", &(struct gw_err){.code = GW_NOT_FOUND}, &err));
    ck_assert_int_eq(sql_long("SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM runs)"), 0);
}
END_TEST

Suite *suite_forget(void)
{
    Suite *suite = suite_create("forget");
    TCase *tcase = db_case(suite, "forget");

    tcase_add_test(tcase, test_retire);
    tcase_add_test(tcase, test_wipe_spares_a_reconnect);
    tcase_add_test(tcase, test_a_running_sync_writes_nothing_more);
    tcase_add_test(tcase, test_data_of_one_provider);
    tcase_add_test(tcase, test_data_in_pieces);
    tcase_add_test(tcase, test_an_event_removed_for_good);
    tcase_add_test(tcase, test_a_removed_event_says_nothing);
    tcase_add_test(tcase, test_every_table_knows_how_a_user_leaves);
    tcase_add_test(tcase, test_user_leaves_nothing);
    return suite;
}
