/* Pages of records and ranges of blocks. */
#include "db_test.h"

#include <stdlib.h>

#include "store/block.h"

static struct gw_connection connection;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "polar", "42");
}

#define COUNT 25

/* Pairs that begin at the same moment, so that the id decides. */
static void put_workouts(void)
{
    struct gw_workout w[COUNT];
    struct gw_sleep s[COUNT];
    char ids[COUNT][8];
    struct gw_commit commit = make_commit(&connection);

    for (int i = 0; i < COUNT; i++) {
        snprintf(ids[i], sizeof(ids[i]), "w%d", i);
        w[i] = make_workout(ids[i], T0 + i / 2 * HOUR_US, 1, 60);
        w[i].head.source = (uint32_t)i % 3;
        w[i].type = i % 5 == 0 ? "cycling" : "running";
        s[i] = make_sleep(ids[i], T0 + i / 2 * HOUR_US, 1, 28800);
    }
    commit.workouts = w;
    commit.workouts_count = COUNT;
    commit.sleeps = s;
    commit.sleeps_count = COUNT;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
}

static struct gw_event_query all(int64_t limit)
{
    return (struct gw_event_query){.user = connection.user_id, .from_us = T0, .to_us = T0 + DAY_US, .limit = limit};
}

START_TEST(test_pages)
{
    struct gw_event_query q = all(7);
    struct listed list;
    struct gw_uuid seen[COUNT];
    size_t count = 0;

    put_workouts();
    do {
        list = list_workouts(&q);
        ck_assert_int_eq(list.page.total, COUNT);
        ck_assert_uint_eq(list.page.sources_count, 3);
        for (size_t i = 0; i < list.page.count; i++) {
            const struct gw_workout_item *w = &list.rows[i];
            if (q.has_after)
                ck_assert(w->start_us < q.after_start_us ||
                          (w->start_us == q.after_start_us && memcmp(w->id.b, q.after_id.b, 16) < 0));
            ck_assert_ptr_nonnull(gw_store_source_find(list.page.sources, list.page.sources_count, w->source_id));
            seen[count++] = w->id;
            q.has_after = true;
            q.after_start_us = w->start_us;
            q.after_id = w->id;
        }
        /* one that arrives in between is not seen twice, and moves nobody */
        struct gw_workout w = make_workout(NULL, T0 + DAY_US - 1000000 - (int64_t)count, 1, 60);
        struct gw_commit commit = make_commit(&connection);
        commit.workouts = &w;
        commit.workouts_count = list.page.more ? 0 : 1;
        ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    } while (list.page.more);
    ck_assert_uint_eq(count, COUNT);
    /* back again: the page before the last one's first row */
    q.backwards = true;
    q.after_start_us = list.rows[0].start_us;
    q.after_id = list.rows[0].id;
    list = list_workouts(&q);
    ck_assert_uint_eq(list.page.count, 7);
    ck_assert(list.page.more);
    for (size_t i = 0; i < 7; i++)
        ck_assert(gw_uuid_eq(list.rows[i].id, seen[14 + i]));
}
END_TEST

/* A total is right whether the page knows it by itself or has to count. */
START_TEST(test_totals)
{
    put_workouts();
    for (int64_t limit = 0; limit <= COUNT + 2; limit++) {
        struct gw_event_query q = all(limit);
        struct listed list = list_workouts(&q);
        ck_assert_int_eq(list.page.total, COUNT);
        ck_assert_int_eq((int64_t)list.page.count, limit < COUNT ? limit : COUNT);
        ck_assert(list.page.more == (limit < COUNT));
    }
}
END_TEST

/* Part of a type, in any case, with LIKE's two signs; nothing in it can make a pattern that is wrong. */
START_TEST(test_types)
{
    static const struct {
        const char *type;
        int64_t total;
    } cases[] = {{"cycling", 5}, {"CycLing", 5}, {"cycl", 5},  {"ING", 25},  {"run%ing", 20}, {"r_nning", 20},
                 {"swim", 0},    {"\\", 0},      {"run\\", 0}, {"'; --", 0}, {"%", 25},       {"unknown", 0}};

    put_workouts();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_event_query q = all(3);
        q.type = cases[i].type;
        ck_assert_msg(list_workouts(&q).page.total == cases[i].total, "%s", cases[i].type);
    }
}
END_TEST

START_TEST(test_filters)
{
    struct gw_event_query q = all(100);
    struct gw_event_page page;
    struct listed list;

    put_workouts();
    q.type = "cycling";
    list = list_workouts(&q);
    ck_assert_uint_eq(list.page.count, 5);
    ck_assert_int_eq(list.page.total, 5);
    ck_assert(!list.page.more);
    ck_assert_str_eq(list.rows[0].type, "cycling");
    ck_assert(list.rows[0].duration_s == 60 && list.rows[0].distance_m == 5000.5);
    q.type = NULL;
    q.provider = "suunto";
    ck_assert_uint_eq(list_workouts(&q).page.count, 0);
    q = all(100);
    q.to_us = T0 + 2 * HOUR_US;
    ck_good(gw_store_sleep_page(db, arena, &q, &page, &err));
    ck_assert_uint_eq(page.count, 4);
    ck_assert_str_eq(page.sleeps[0].stages, "[{\"stage\":\"deep\",\"start_us\":1,\"end_us\":2}]");
    ck_assert(page.sleeps[0].score == 81 && page.sleeps[0].asleep_s == 28200);
    q.user = gw_uuid_v4();
    ck_good(gw_store_sleep_page(db, arena, &q, &page, &err));
    ck_assert_uint_eq(page.count, 0);
}
END_TEST

START_TEST(test_blocks)
{
    int64_t t[3000];
    double v[3000];
    struct gw_series_in s[] = {{.metric = 7, .offset_s = 0, .count = 3000, .t_us = t, .v = v},
                               {.metric = 1, .source = 1, .offset_s = 0, .count = 3000, .t_us = t, .v = v},
                               {.metric = 1, .source = 2, .offset_s = 0, .count = 3000, .t_us = t, .v = v}};
    const uint16_t metrics[] = {1, 7, 99};
    struct gw_series_query q = {.user = connection.user_id,
                                .metrics = metrics,
                                .metrics_count = 3,
                                .from_us = T0,
                                .to_us = T0 + 3 * DAY_US,
                                .with_data = true};
    struct gw_commit commit = make_commit(&connection);
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;

    for (int i = 0; i < 3000; i++) {
        t[i] = T0 + 10 * HOUR_US + i * MIN_US;
        v[i] = i % 100;
    }
    commit.series = s;
    commit.series_count = 3;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_good(gw_store_series_blocks(db, arena, &q, &rows, &count, &sources, &sources_count, &err));
    ck_assert_uint_eq(count, 9);
    ck_assert_uint_eq(sources_count, 3);
    for (size_t i = 0; i < count; i++) {
        struct gw_block block;
        int64_t first, last;
        if (i > 0)
            ck_assert(rows[i].bucket > rows[i - 1].bucket ||
                      (rows[i].bucket == rows[i - 1].bucket &&
                       (rows[i].metric > rows[i - 1].metric ||
                        (rows[i].metric == rows[i - 1].metric && rows[i].source_id > rows[i - 1].source_id))));
        ck_good(gw_block_decode(rows[i].data, arena, &block, &err));
        ck_assert_uint_eq(gw_block_live(&block, &first, &last), rows[i].n);
        ck_assert(first == rows[i].first_us && last == rows[i].last_us);
    }
    /* what lies outside by its bounds is not fetched */
    q.to_us = T0 + 10 * HOUR_US;
    ck_good(gw_store_series_blocks(db, arena, &q, &rows, &count, &sources, &sources_count, &err));
    ck_assert_uint_eq(count, 0);
    q.to_us++;
    q.with_data = false;
    ck_good(gw_store_series_blocks(db, arena, &q, &rows, &count, &sources, &sources_count, &err));
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(rows[0].data.len, 0);
    q.from_us = T0 + 12 * HOUR_US;
    q.to_us = T0 + 13 * HOUR_US;
    ck_good(gw_store_series_blocks(db, arena, &q, &rows, &count, &sources, &sources_count, &err));
    ck_assert_uint_eq(count, 3);
}
END_TEST

/* Days that have something: before 1970, and where days were cut into hours. */
START_TEST(test_days)
{
    static const uint16_t metrics[] = {1, 80};
    int64_t t[3000];
    double v[3000];
    struct gw_series_in s = {.metric = 1, .offset_s = 0, .version_us = 5, .count = 3000, .t_us = t, .v = v};
    struct gw_series_query q = {.user = connection.user_id,
                                .metrics = metrics,
                                .metrics_count = 2,
                                .from_us = T0,
                                .to_us = T0 + 10 * DAY_US,
                                .with_data = true};
    struct gw_commit commit = make_commit(&connection);
    struct gw_series_day *days;
    size_t count;

    for (int i = 0; i < 3000; i++) {
        t[i] = T0 + 10 * HOUR_US + i * MIN_US;
        v[i] = i;
    }
    commit.series = &s;
    commit.series_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_good(gw_store_series_days(db, arena, &q, &days, &count, &err));
    ck_assert_uint_eq(count, 3);
    ck_assert(days[0].n == 840 && days[1].n == 1440 && days[2].n == 720);
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(days[i].day, T0 / DAY_US + (int64_t)i);
    q.from_us = T0 + 30 * HOUR_US;
    q.to_us = T0 + 31 * HOUR_US;
    ck_good(gw_store_series_days(db, arena, &q, &days, &count, &err));
    ck_assert_uint_eq(count, 1);
    ck_assert(days[0].day == T0 / DAY_US + 1 && days[0].n == 1440);
    /* before 1970, and a day that was cut into hours */
    for (int i = 0; i < 3000; i++)
        t[i] = -36 * HOUR_US + i * 20 * INT64_C(1000000);
    s.source = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    for (int i = 0; i < 3000; i++)
        t[i] += 7 * INT64_C(1000000);
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    q.from_us = -5 * DAY_US;
    q.to_us = 0;
    ck_good(gw_store_series_days(db, arena, &q, &days, &count, &err));
    ck_assert_uint_eq(count, 2);
    ck_assert(days[0].day == -2 && days[1].day == -1 && days[0].n + days[1].n == 6000);
}
END_TEST

/* Bytes of some blocks only: of days and hours by their own stretch, and of those that the range cuts. */
START_TEST(test_part)
{
    static const uint16_t metrics[] = {1};
    static int64_t t[12000];
    static double v[12000];
    struct gw_series_in s = {.metric = 1, .offset_s = 0, .version_us = 5, .count = 12000, .t_us = t, .v = v};
    struct gw_series_query q = {.user = connection.user_id, .metrics = metrics, .metrics_count = 1, .with_data = true};
    struct gw_commit commit = make_commit(&connection);
    struct gw_block_row *all_rows, *rows;
    struct gw_source *sources;
    size_t all_count, count, sources_count, hours = 0, given = 0;

    for (int i = 0; i < 12000; i++) { /* a day by ten seconds, cut into hours, and days by the minute */
        t[i] = i < 8640 ? T0 + i * INT64_C(10000000) : T0 + DAY_US + (i - 8640) * MIN_US;
        v[i] = i;
    }
    commit.series = &s;
    commit.series_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    q.from_us = T0 + 30 * MIN_US;
    q.to_us = T0 + 2 * DAY_US + HOUR_US;
    ck_good(gw_store_series_blocks(db, arena, &q, &all_rows, &all_count, &sources, &sources_count, &err));
    ck_assert_uint_eq(all_count, 26);
    for (int k = 0; k < 400; k++) {
        struct gw_series_part part = {T0 + k * 7 * HOUR_US / 10, T0 + k * HOUR_US, T0 + k % 20 * HOUR_US,
                                      T0 + k % 31 * HOUR_US};
        ck_good(gw_store_series_part(db, arena, &q, &part, &rows, &count, &sources, &sources_count, &err));
        ck_assert_uint_eq(count, all_count);
        for (size_t i = 0; i < count; i++) {
            int64_t from = rows[i].span == 24 ? part.days_from_us : part.hours_from_us;
            int64_t to = rows[i].span == 24 ? part.days_to_us : part.hours_to_us;
            bool wanted = (rows[i].last_us >= from && rows[i].first_us <= to) || rows[i].first_us < q.from_us ||
                          rows[i].last_us >= q.to_us;
            ck_assert(rows[i].bucket == all_rows[i].bucket && rows[i].n == all_rows[i].n);
            ck_assert((rows[i].data.ptr != NULL) == wanted);
            ck_assert(!wanted || gw_str_eq(rows[i].data, all_rows[i].data));
            hours += rows[i].span == 1;
            given += wanted;
        }
    }
    ck_assert(hours == 400 * 24 && given > 1000 && given < 8000);
}
END_TEST

START_TEST(test_metric_numbers)
{
    uint16_t a, b, again;

    ck_good(gw_store_metric_number(db, "acme.glow", "lux", 1, &a, &err));
    ck_good(gw_store_metric_number(db, "acme.hum", "Hz", 1, &b, &err));
    ck_good(gw_store_metric_number(db, "acme.glow", "lux", 1, &again, &err));
    ck_assert_uint_eq(a, 10000);
    ck_assert_uint_eq(b, 10001);
    ck_assert_uint_eq(again, a);
    ck_fails(gw_store_metric_number(db, "acme.glow", "cd", 1, &again, &err), GW_CONFLICT);
}
END_TEST

Suite *suite_reads(void)
{
    Suite *suite = suite_create("reads");
    TCase *tcase = db_case(suite, "reads");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_pages);
    tcase_add_test(tcase, test_totals);
    tcase_add_test(tcase, test_types);
    tcase_add_test(tcase, test_filters);
    tcase_add_test(tcase, test_blocks);
    tcase_add_test(tcase, test_days);
    tcase_add_test(tcase, test_part);
    tcase_add_test(tcase, test_metric_numbers);
    return suite;
}
