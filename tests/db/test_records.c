/* Records: identity, the version rule, tombstones; nothing is written twice, no order matters. */
#include "db_test.h"

#include <stdlib.h>

static struct gw_connection connection;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "polar", "42");
}

static struct gw_count put_workouts(struct gw_workout *w, size_t count)
{
    struct gw_commit commit = make_commit(&connection);

    commit.workouts = w;
    commit.workouts_count = count;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    return commit.counts.workouts;
}

static struct gw_count put_workout(struct gw_workout w)
{
    return put_workouts(&w, 1);
}

#define ck_counts(got, c, u, n, d)                                                                                     \
    do {                                                                                                               \
        struct gw_count g_ = (got);                                                                                    \
        ck_assert_msg(g_.created == (c) && g_.updated == (u) && g_.unchanged == (n) && g_.deleted == (d),              \
                      "created %d updated %d unchanged %d deleted %d", (int)g_.created, (int)g_.updated,               \
                      (int)g_.unchanged, (int)g_.deleted);                                                             \
    } while (0)

START_TEST(test_kept_whole)
{
    struct gw_workout w = make_workout("w", T0, 7, 1800), got;
    struct gw_source source;

    w.head.source = 1;
    w.head.extra = "{\"training_load\":12.5}";
    w.head.payload_id = gw_uuid_v7();
    w.route = "[[1,2,3]]";
    ck_counts(put_workout(w), 1, 0, 0, 0);
    struct gw_uuid id;
    ck_assert(gw_uuid_parse(gw_str(sql_one("SELECT id FROM workouts")), &id));
    ck_good(gw_store_workout_get(db, arena, connection.user_id, id, &got, &source, &err));
    ck_assert_str_eq(got.head.external_id, "w");
    ck_assert(got.head.start_us == T0 && got.head.end_us == T0 + 1800 * INT64_C(1000000));
    ck_assert_int_eq(got.head.offset_s, 3600);
    ck_assert_int_eq(got.head.version_us, 7);
    ck_assert_str_eq(got.head.extra, w.head.extra);
    ck_assert(gw_uuid_eq(got.head.payload_id, w.head.payload_id));
    ck_assert_mem_eq(got.head.digest, w.head.digest, 16);
    ck_assert_str_eq(got.type, "running");
    ck_assert_str_eq(got.name, "Morning Run");
    ck_assert(got.distance_m == 5000.5 && got.energy_kcal == 0 && got.steps == 4000);
    ck_assert(got.moving_time_s != got.moving_time_s);
    ck_assert_int_eq(got.is_manual, 0);
    ck_assert_str_eq(got.laps, w.laps);
    ck_assert_str_eq(got.route, w.route);
    ck_assert_ptr_null(got.zones);
    ck_assert_str_eq(source.device_model, "Vantage");
    ck_assert_str_eq(source.account, "42");
    ck_assert(gw_uuid_eq(source.connection_id, connection.id));
    ck_fails(gw_store_workout_get(db, arena, connection.user_id, gw_uuid_v4(), &got, &source, &err), GW_NOT_FOUND);
}
END_TEST

START_TEST(test_twice_writes_nothing)
{
    struct gw_workout w[] = {make_workout("a", T0, 1, 60), make_workout(NULL, T0 + HOUR_US, 1, 60)};
    struct gw_sleep s = make_sleep("s", T0, 0, 28800);
    struct gw_event e = {.head = {.start_us = T0, .end_us = T0, .offset_s = GW_NO_OFFSET, .extra = "{\"value\":3}"},
                         .kind = "score"};
    struct gw_commit commit = make_commit(&connection), again;

    commit.workouts = w;
    commit.workouts_count = 2;
    commit.sleeps = &s;
    commit.sleeps_count = 1;
    commit.events = &e;
    commit.events_count = 1;
    again = commit;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_counts(commit.counts.workouts, 2, 0, 0, 0);
    ck_counts(commit.counts.sleep, 1, 0, 0, 0);
    ck_counts(commit.counts.events, 1, 0, 0, 0);
    char *before = sql_dump();
    ck_good(gw_store_commit(db, &again, NULL, NULL, &err));
    ck_counts(again.counts.workouts, 0, 0, 2, 0);
    ck_counts(again.counts.sleep, 0, 0, 1, 0);
    ck_counts(again.counts.events, 0, 0, 1, 0);
    char *after = sql_dump();
    ck_same_dump(before, after);
}
END_TEST

START_TEST(test_versions)
{
    ck_counts(put_workout(make_workout("w", T0, 5, 60)), 1, 0, 0, 0);
    struct gw_workout older = make_workout("w", T0, 4, 90), newer = make_workout("w", T0, 6, 30);
    ck_counts(put_workout(older), 0, 0, 1, 0);
    ck_assert_str_eq(sql_one("SELECT duration_s FROM workouts"), "60");
    ck_counts(put_workout(newer), 0, 1, 0, 0);
    ck_assert_str_eq(sql_one("SELECT duration_s FROM workouts"), "30");
    /* on a tie: final beats tentative, then the longer, then the larger digest */
    struct gw_workout tentative = make_workout("w", T0, 6, 500);
    tentative.head.tentative = true;
    ck_counts(put_workout(tentative), 0, 0, 1, 0);
    ck_counts(put_workout(make_workout("w", T0, 6, 45)), 0, 1, 0, 0);
    ck_counts(put_workout(make_workout("w", T0, 6, 44)), 0, 0, 1, 0);
    struct gw_workout larger = make_workout("w", T0, 6, 45);
    memset(larger.head.digest, 0xff, 16);
    ck_counts(put_workout(larger), 0, 1, 0, 0);
    ck_counts(put_workout(make_workout("w", T0, 6, 45)), 0, 0, 1, 0);
    /* a new version of the same: kept in mind, but no change */
    long notices = sql_long("SELECT count(*) FROM outbox");
    larger.head.version_us = 9;
    ck_counts(put_workout(larger), 0, 0, 1, 0);
    ck_assert_int_eq(sql_long("SELECT version_us FROM workouts"), 9);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox"), notices);
    ck_counts(put_workout(make_workout("w", T0, 8, 999)), 0, 0, 1, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 1);
}
END_TEST

START_TEST(test_moved_start)
{
    put_workout(make_workout("w", T0, 1, 60));
    const char *id = sql_one("SELECT id FROM workouts");
    ck_counts(put_workout(make_workout("w", T0 + HOUR_US, 2, 60)), 0, 1, 0, 0);
    ck_assert_str_eq(sql_one("SELECT id FROM workouts"), id);
    ck_assert_str_eq(sql_one("SELECT start_at AT TIME ZONE 'UTC' FROM workouts"), "2025-11-20 01:00:00");
    /* without an id the start is the identity */
    ck_counts(put_workout(make_workout(NULL, T0, 1, 60)), 1, 0, 0, 0);
    ck_counts(put_workout(make_workout(NULL, T0, 2, 90)), 0, 1, 0, 0);
    ck_counts(put_workout(make_workout(NULL, T0 + 1, 1, 60)), 1, 0, 0, 0);
    /* and the source with it */
    struct gw_workout other = make_workout(NULL, T0, 1, 60);
    other.head.source = 2;
    ck_counts(put_workout(other), 1, 0, 0, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 4);
}
END_TEST

START_TEST(test_accounts_apart)
{
    struct gw_connection second = make_connection(connection.user_id, "polar", "43");

    put_workout(make_workout("w", T0, 1, 60));
    connection = second;
    ck_counts(put_workout(make_workout("w", T0, 1, 60)), 1, 0, 0, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), 2);
    ck_assert_int_eq(sql_long("SELECT count(DISTINCT source_id) FROM workouts"), 2);
}
END_TEST

START_TEST(test_tombstones)
{
    struct gw_workout gone = make_workout("w", T0, 5, 0);
    gone.head.deleted = true;

    /* the deletion came first */
    ck_counts(put_workout(gone), 0, 0, 1, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE type = 'data.changed'"), 0);
    ck_counts(put_workout(make_workout("w", T0, 4, 60)), 0, 0, 1, 0);
    ck_assert_str_eq(sql_one("SELECT deleted FROM workouts"), "t");
    ck_counts(put_workout(make_workout("w", T0, 6, 60)), 1, 0, 0, 0);
    gone.head.version_us = 6;
    ck_counts(put_workout(gone), 0, 0, 0, 1);
    ck_counts(put_workout(gone), 0, 0, 1, 0);
    struct gw_event_query q = {.user = connection.user_id, .from_us = T0 - DAY_US, .to_us = T0 + DAY_US, .limit = 10};
    struct listed list = list_workouts(&q);
    ck_assert_uint_eq(list.page.count, 0);
    ck_assert_int_eq(list.page.total, 0);
}
END_TEST

START_TEST(test_twins_in_one_commit)
{
    struct gw_workout w[] = {make_workout("w", T0, 2, 60), make_workout("w", T0, 3, 30), make_workout("w", T0, 1, 99),
                             make_workout("w", T0, 3, 30)};

    ck_counts(put_workouts(w, 4), 1, 0, 3, 0);
    ck_assert_str_eq(sql_one("SELECT duration_s FROM workouts"), "30");
}
END_TEST

START_TEST(test_notice)
{
    struct gw_workout w[] = {make_workout("a", T0, 1, 60), make_workout("b", T0, 1, 60)};
    int count;

    put_workouts(w, 2);
    ck_assert_int_eq(sql_long("SELECT json_array_length(data -> 'workouts' -> 'created') FROM outbox "
                              "WHERE type = 'data.changed'"),
                     2);
    ck_assert_str_eq(sql_one("SELECT data ->> 'connection_id' FROM outbox WHERE type = 'data.changed'"),
                     uuid_text(connection.id));
    long all = sql_long("SELECT count(*) FROM outbox");
    ck_good(gw_store_relay_changes(db, &count, &err));
    ck_assert_int_eq(count, all);
    ck_good(gw_store_relay_changes(db, &count, &err));
    ck_assert_int_eq(count, 0);
    put_workout(make_workout("c", T0, 1, 60));
    ck_good(gw_store_relay_changes(db, &count, &err));
    ck_assert_int_eq(count, 1);
    ck_assert_int_eq(sql_long("SELECT max(number) FROM changes"), all + 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox"), 0);
    ck_assert_str_eq(sql_one("SELECT bool_and(a.at <= b.at) FROM changes a JOIN changes b ON b.number = a.number + 1"),
                     "t");
}
END_TEST

START_TEST(test_software)
{
    struct gw_workout w = make_workout("w", T0, 1, 60);
    struct gw_source newer[] = {
        {.provider = "polar", .device_model = "Vantage", .device_type = "watch", .software = "1.10"}};
    struct gw_commit commit = make_commit(&connection);

    w.head.source = 1;
    put_workout(w);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM sources"), 1);
    ck_assert_str_eq(sql_one("SELECT software FROM sources"), "1.9");
    w.head.source = 0;
    commit.sources = newer;
    commit.sources_count = 1;
    commit.workouts = &w;
    commit.workouts_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_counts(commit.counts.workouts, 0, 0, 1, 0);
    ck_assert_str_eq(sql_one("SELECT string_agg(software, ' ') FROM sources"), "1.10");
    w.head.source = 1;
    put_workout(w);
    ck_assert_str_eq(sql_one("SELECT string_agg(software, ' ') FROM sources"), "1.10");
    commit = make_commit(&connection);
    w.head.source = 3;
    commit.workouts = &w;
    commit.workouts_count = 1;
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_INTERNAL);
}
END_TEST

/* ---- any order, any grouping ---- */

#define PIECES 24

static uint32_t shuffle_seed;

static uint32_t below(uint32_t n)
{
    shuffle_seed = shuffle_seed * 1664525u + 1013904223u;
    return (shuffle_seed >> 8) % n;
}

static void make_pieces(struct gw_workout *w)
{
    static const char *const ids[] = {"a", "b", "c", NULL};

    for (uint32_t i = 0; i < PIECES; i++) {
        w[i] = make_workout(ids[below(4)], T0 + (int64_t)below(3) * HOUR_US, (int64_t)below(3),
                            60 + 60 * (double)below(3));
        w[i].head.source = below(3);
        w[i].head.tentative = below(4) == 0;
        w[i].head.deleted = below(5) == 0;
        w[i].head.payload_id.b[0] = (uint8_t)(1 + below(3));
        /* as ingest does: the digest is of everything else */
        w[i].head.digest[15] = (uint8_t)(w[i].head.source * 4 + (w[i].head.deleted ? 1 : 0));
    }
}

START_TEST(test_any_order)
{
    char *first = NULL;

    for (int round = 0; round < 12; round++) {
        struct gw_workout w[PIECES];
        shuffle_seed = 7u + (uint32_t)_i;
        make_pieces(w);
        shuffle_seed = (uint32_t)round * 77 + 1;
        for (uint32_t i = PIECES - 1; round && i > 0; i--) {
            uint32_t k = below(i + 1);
            struct gw_workout t = w[i];
            w[i] = w[k];
            w[k] = t;
        }
        for (uint32_t i = 0, n; i < PIECES; i += n) {
            n = 1 + below(PIECES - i);
            put_workouts(w + i, n);
        }
        char *dump = sql_dump_logical();
        if (first)
            ck_same_dump(strdup(first), dump);
        else
            first = dump;
        sql_run("TRUNCATE workouts, sources");
    }
    free(first);
}
END_TEST

Suite *suite_records(void)
{
    Suite *suite = suite_create("records");
    TCase *tcase = db_case(suite, "records");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_kept_whole);
    tcase_add_test(tcase, test_twice_writes_nothing);
    tcase_add_test(tcase, test_versions);
    tcase_add_test(tcase, test_moved_start);
    tcase_add_test(tcase, test_accounts_apart);
    tcase_add_test(tcase, test_tombstones);
    tcase_add_test(tcase, test_twins_in_one_commit);
    tcase_add_test(tcase, test_notice);
    tcase_add_test(tcase, test_software);
    tcase_add_loop_test(tcase, test_any_order, 0, 6);
    return suite;
}
