/* The rule that makes sessions of stages; how they are kept is for tests/db/test_nights.c. */
#include "tests.h"

#include <math.h>

#include "base/time.h"
#include "ingest/nights.h"

#define T0     INT64_C(1763596800000000) /* 2025-11-20 00:00 UTC */
#define MIN_US INT64_C(60000000)
#define MOST   16

static struct gw_arena *arena;
static struct gw_sleep_stage stages[MOST];
static uint32_t groups[MOST];
static struct gw_sleep *sessions;
static size_t count, made;

static void setup(void)
{
    arena = gw_arena_new(0);
    count = made = 0;
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static struct gw_sleep_stage *add(const char *name, int from, int to)
{
    struct gw_sleep_stage *s = &stages[count++];

    *s = (struct gw_sleep_stage){
        .stage = name,
        .head = {
            .start_us = T0 + from * MIN_US, .end_us = T0 + to * MIN_US, .offset_s = GW_NO_OFFSET, .version_us = 1}};
    return s;
}

static void run(const char *zone)
{
    ck_assert_int_eq(gw_ingest_nights(stages, count, gw_zone_find(gw_str(zone)), arena, groups, &sessions, &made, NULL),
                     GW_OK);
}

static void check_span(size_t i, int from, int to, double asleep_min)
{
    ck_assert_uint_lt(i, made);
    ck_assert(!sessions[i].head.deleted);
    ck_assert_int_eq((sessions[i].head.start_us - T0) / MIN_US, from);
    ck_assert_int_eq((sessions[i].head.end_us - T0) / MIN_US, to);
    ck_assert_double_eq(sessions[i].asleep_s, asleep_min * 60);
}

START_TEST(two_hours_apart_are_one_and_more_are_two)
{
    add("light", 0, 60);
    add("deep", 180, 200);
    add("rem", 321, 330);
    run(NULL);
    ck_assert_uint_eq(made, 2);
    check_span(0, 0, 200, 80);
    check_span(1, 321, 330, 9);
    ck_assert(groups[0] == 0 && groups[1] == 0 && groups[2] == 1);
}
END_TEST

START_TEST(a_long_stage_reaches_over_short_ones)
{
    add("in_bed", 0, 600);
    add("light", 10, 20);
    add("light", 500, 520);
    run(NULL);
    ck_assert_uint_eq(made, 1);
    check_span(0, 10, 520, 30);
    ck_assert_double_eq(sessions[0].in_bed_s, 36000);
    ck_assert_double_eq(sessions[0].efficiency_percent, 5);
}
END_TEST

START_TEST(parents_join_what_is_far_apart)
{
    add("light", 0, 60)->parent = "a";
    add("light", 300, 360)->parent = "b";
    add("light", 700, 760)->parent = "a";
    run(NULL);
    ck_assert_uint_eq(made, 2);
    check_span(0, 0, 760, 120);
    check_span(1, 300, 360, 60);
}
END_TEST

START_TEST(being_awake_opens_no_session)
{
    add("awake", 0, 30);
    add("unknown", 30, 40);
    add("light", 60, 90);
    add("awake", 90, 100);
    add("awake", 1000, 1010);
    run(NULL);
    ck_assert_uint_eq(made, 2);
    check_span(0, 60, 100, 30);
    ck_assert_double_eq(sessions[0].awake_s, 600);
    ck_assert(sessions[1].head.deleted);
}
END_TEST

START_TEST(what_overlaps_is_cut)
{
    add("light", 0, 60);
    add("deep", 30, 90);
    add("rem", 40, 80);
    add("deep", 30, 90);
    run(NULL);
    check_span(0, 0, 90, 90);
    ck_assert_double_eq(sessions[0].light_s, 3600);
    ck_assert_double_eq(sessions[0].deep_s, 1800);
    ck_assert_double_eq(sessions[0].rem_s, 0);
    ck_assert_str_eq(sessions[0].stages,
                     "[{\"stage\":\"light\",\"start_us\":1763596800000000,\"end_us\":1763600400000000},"
                     "{\"stage\":\"deep\",\"start_us\":1763600400000000,\"end_us\":1763602200000000}]");
}
END_TEST

/* Two readings of one stage: the newer counts, whichever is named first. */
START_TEST(of_two_that_begin_together_the_newer_cuts)
{
    add("light", 0, 60);
    add("deep", 0, 40)->head.version_us = 2;
    run(NULL);
    ck_assert_double_eq(sessions[0].deep_s, 2400);
    ck_assert_double_eq(sessions[0].light_s, 1200);
    ck_assert_int_eq(sessions[0].head.version_us, 2);
}
END_TEST

START_TEST(sleep_without_a_kind)
{
    add("in_bed", 0, 500);
    add("sleeping", 20, 420);
    add("unknown", 420, 430);
    run(NULL);
    check_span(0, 20, 420, 400);
    ck_assert(isnan(sessions[0].light_s) && isnan(sessions[0].deep_s) && isnan(sessions[0].rem_s));
    ck_assert(isnan(sessions[0].awake_s));
    ck_assert_double_eq(sessions[0].efficiency_percent, 80);
}
END_TEST

START_TEST(time_in_bed_alone_is_taken_for_sleep)
{
    add("in_bed", 0, 480);
    run(NULL);
    check_span(0, 0, 480, 480);
    ck_assert_double_eq(sessions[0].efficiency_percent, 100);
    ck_assert_ptr_nonnull(strstr(sessions[0].stages, "sleeping"));
}
END_TEST

START_TEST(naps_by_the_local_clock)
{
    static const struct {
        int from, to;
        int32_t offset_s;
        const char *zone;
        int nap;
    } rows[] = {
        {13 * 60, 14 * 60, 0, NULL, 1},
        {13 * 60, 16 * 60, 0, NULL, 0}, /* three hours are no nap */
        {13 * 60, 15 * 60 + 59, 0, NULL, 1},
        {3 * 60, 4 * 60, 0, NULL, 0},
        {3 * 60, 4 * 60, 9 * 3600, NULL, 1},
        {8 * 60, 9 * 60 + 59, 0, NULL, 0},
        {8 * 60, 10 * 60 + 1, 0, NULL, 1},
        {20 * 60, 22 * 60, 0, NULL, 0},
        {3 * 60, 4 * 60, GW_NO_OFFSET, "Asia/Tokyo", 1},
        {3 * 60, 4 * 60, GW_NO_OFFSET, "Europe/Berlin", 0},
        {3 * 60, 4 * 60, GW_NO_OFFSET, NULL, 0},
        {3 * 60, 4 * 60, 0, "Asia/Tokyo", 0}, /* what the stage says comes first */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        count = 0;
        add("sleeping", rows[i].from, rows[i].to)->head.offset_s = rows[i].offset_s;
        run(rows[i].zone);
        ck_assert_msg(sessions[0].is_nap == rows[i].nap, "row %zu: %d", i, sessions[0].is_nap);
    }
}
END_TEST

START_TEST(the_first_offset_that_is_known)
{
    add("light", 0, 60);
    add("deep", 60, 70)->head.offset_s = 3600;
    add("deep", 70, 90)->head.offset_s = 7200;
    stages[1].head.tentative = true;
    run(NULL);
    ck_assert_int_eq(sessions[0].head.offset_s, 3600);
    ck_assert(sessions[0].head.tentative);
}
END_TEST

START_TEST(nothing)
{
    run(NULL);
    ck_assert_uint_eq(made, 0);
}
END_TEST

TCase *nights_case(void)
{
    TCase *tc = tcase_create("nights");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, two_hours_apart_are_one_and_more_are_two);
    tcase_add_test(tc, a_long_stage_reaches_over_short_ones);
    tcase_add_test(tc, parents_join_what_is_far_apart);
    tcase_add_test(tc, being_awake_opens_no_session);
    tcase_add_test(tc, what_overlaps_is_cut);
    tcase_add_test(tc, of_two_that_begin_together_the_newer_cuts);
    tcase_add_test(tc, sleep_without_a_kind);
    tcase_add_test(tc, time_in_bed_alone_is_taken_for_sleep);
    tcase_add_test(tc, naps_by_the_local_clock);
    tcase_add_test(tc, the_first_offset_that_is_known);
    tcase_add_test(tc, nothing);
    return tc;
}
