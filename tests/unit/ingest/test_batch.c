/* What normalize emits, gathered: small calls into runs, sources by value, warnings once, portions. */
#include "tests.h"

#include <math.h>
#include <stdlib.h>

#include "crypt/crypt.h"
#include "ingest/batch.h"
#include "ingest/inside.h"

static const struct gw_uuid none;

static struct gw_batch *new_batch(void)
{
    struct gw_batch *batch = NULL;

    ck_assert_int_eq(gw_batch_new(none, none, "test", "", &batch, NULL), GW_OK);
    return batch;
}

static struct gw_commit filled(struct gw_batch *batch)
{
    struct gw_commit commit = {0};

    ck_assert_int_eq(gw_batch_fill(batch, &commit, NULL), GW_OK);
    return commit;
}

static void add(struct gw_batch *batch, uint16_t metric, int64_t t_us, double v, int64_t dur_us)
{
    const aorta_series one = {.struct_size = sizeof(one),
                              .count = 1,
                              .version_us = 7,
                              .t_us = &t_us,
                              .v = &v,
                              .dur_us = dur_us ? &dur_us : NULL};

    ck_assert_int_eq(samples_add(batch, &one, metric, 0, none, NULL), GW_OK);
}

static size_t check_runs(const struct gw_commit *commit, uint16_t metric)
{
    size_t samples = 0;

    for (size_t i = 0; i < commit->series_count; i++) {
        const struct gw_series_in *s = &commit->series[i];
        for (size_t k = 1; k < s->count; k++)
            ck_assert_int_ge(s->t_us[k], s->t_us[k - 1]);
        for (size_t k = 0; k < s->count; k++)
            ck_assert_double_eq(s->v[k], (double)s->t_us[k]);
        samples += s->metric == metric ? s->count : 0;
    }
    return samples;
}

START_TEST(many_small_calls_become_few_runs)
{
    struct gw_batch *batch = new_batch();

    for (int i = 0; i < 100000; i++)
        add(batch, (uint16_t)(1 + i % 3), i * 7919 % 100003, i * 7919 % 100003, i % 5 == 0 ? 9 : 0);
    struct gw_commit commit = filled(batch);
    ck_assert_uint_lt(commit.series_count, 40);
    ck_assert_uint_eq(check_runs(&commit, 1), 33334);
    ck_assert_uint_eq(check_runs(&commit, 3), 33333);
    ck_assert_int_eq(commit.counts.timeseries.fetched, 100000);
    ck_assert_uint_eq(gw_batch_samples(batch), 100000);
    gw_batch_free(&batch);
}
END_TEST

START_TEST(newest_first_is_turned_round)
{
    struct gw_batch *batch = new_batch();

    for (int64_t t = 1000; t > 0; t--)
        add(batch, 1, t, (double)t, t);
    struct gw_commit commit = filled(batch);
    ck_assert_uint_eq(check_runs(&commit, 1), 1000);
    for (size_t i = 0; i < commit.series_count; i++)
        for (size_t k = 0; k < commit.series[i].count; k++)
            ck_assert_int_eq(commit.series[i].dur_us[k], commit.series[i].t_us[k]);
    gw_batch_free(&batch);
}
END_TEST

START_TEST(what_differs_is_not_mixed)
{
    struct gw_batch *batch = new_batch();
    int64_t t = 5;
    double v = 5;
    aorta_series one = {.struct_size = sizeof(one), .count = 1, .t_us = &t, .v = &v};
    const uint32_t flags[] = {0, AORTA_SERIES_HAS_OFFSET, AORTA_SERIES_TENTATIVE, AORTA_SERIES_DAILY_TOTAL,
                              AORTA_SERIES_DELETED};

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
            one.flags = flags[i];
            ck_assert_int_eq(samples_add(batch, &one, 1, 0, none, NULL), GW_OK);
        }
        one.flags = 0;
        one.version_us = 8;
        ck_assert_int_eq(samples_add(batch, &one, 1, 0, none, NULL), GW_OK);
        one.version_us = 0;
        ck_assert_int_eq(samples_add(batch, &one, 1, 1, none, NULL), GW_OK);
    }
    struct gw_commit commit = filled(batch);
    ck_assert_uint_eq(commit.series_count, 7);
    for (size_t i = 0; i < 7; i++)
        ck_assert_uint_eq(commit.series[i].count, 2);
    ck_assert_int_eq(commit.series[0].offset_s, GW_NO_OFFSET);
    ck_assert_int_eq(commit.series[1].offset_s, 0);
    gw_batch_free(&batch);
}
END_TEST

/* Thousands of sources, each asked for often: found by value, whatever handle they come under. */
START_TEST(sources_are_found_by_value)
{
    struct gw_batch *batch = new_batch();
    struct reading reading = {.batch = batch};
    char name[32];

    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i < 4096; i++) {
            uint32_t place = 0;
            int n = snprintf(name, sizeof(name), "app %u", i);
            const aorta_source source = {.struct_size = sizeof(source), .app = {name, (size_t)n}};
            ck_assert_int_eq(source_map(&reading, &source, round * 5000 + i, &place, NULL), GW_OK);
            ck_assert_uint_eq(place, i);
        }
    }
    uint32_t own = 9;
    ck_assert_int_eq(source_map(&reading, &(aorta_source){.struct_size = sizeof(aorta_source)}, 0, &own, NULL), GW_OK);
    ck_assert_uint_eq(own, 0);
    ck_assert_uint_eq(filled(batch).sources_count, 4096);
    gw_batch_free(&batch);
}
END_TEST

START_TEST(a_warning_is_said_once_a_job)
{
    struct gw_batch *batch = new_batch(), *next = new_batch();

    ck_assert(!gw_batch_warned(batch));
    gw_batch_warning(batch, GW_STR("one"));
    gw_batch_warning(batch, GW_STR("one"));
    gw_batch_warning(batch, GW_STR("t\"wo"));
    ck_assert_str_eq(filled(batch).warnings, "[\"one\",\"t\\\"wo\"]");
    gw_batch_follow(next, batch);
    gw_batch_warning(next, GW_STR("one"));
    ck_assert_ptr_null(filled(next).warnings);
    gw_batch_warning(next, GW_STR("three"));
    ck_assert_str_eq(filled(next).warnings, "[\"three\"]");
    ck_assert_int_eq(gw_batch_reset(next, NULL), GW_OK);
    ck_assert(gw_batch_empty(next) && gw_batch_warned(next));
    for (int i = 0; i < 200; i++) {
        char text[16];
        int n = snprintf(text, sizeof(text), "%d", i);
        gw_batch_warning(next, (struct gw_str){text, (size_t)n});
    }
    struct gw_commit commit = filled(next);
    ck_assert_ptr_nonnull(strstr(commit.warnings, "\"46\""));
    ck_assert_ptr_null(strstr(commit.warnings, "\"47\"")); /* fifty in all */
    gw_batch_free(&batch);
    gw_batch_free(&next);
}
END_TEST

TCase *batch_case(void)
{
    TCase *tc = tcase_create("batch");

    tcase_add_test(tc, many_small_calls_become_few_runs);
    tcase_add_test(tc, newest_first_is_turned_round);
    tcase_add_test(tc, what_differs_is_not_mixed);
    tcase_add_test(tc, sources_are_found_by_value);
    tcase_add_test(tc, a_warning_is_said_once_a_job);
    return tc;
}
