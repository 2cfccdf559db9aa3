/* Samples: order, repeats, runs. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <string.h>

static struct fake_host host;
static aorta_status answer; /* what emit_series says */
static unsigned runs;
static uint64_t total;
static int64_t last;

/* Checks what every run promises, then hands on. */
static aorta_status emit(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    ck_assert_uint_le(s->count, 65536);
    ck_assert_uint_gt(s->count, 0);
    for (uint32_t i = 0; i < s->count; i++) {
        ck_assert_int_gt(s->t_us[i], last);
        ck_assert_double_eq(s->v[i], (double)s->t_us[i]);
        last = s->t_us[i];
    }
    runs++;
    total += s->count;
    return answer;
}

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_NORMALIZE);
    answer = AORTA_OK;
    runs = 0;
    total = 0;
    last = INT64_MIN;
}

static void teardown(void)
{
    fake_host_fini(&host);
}

START_TEST(runs_are_cut_at_65536)
{
    sdk_samples s;
    host.table.emit_series = emit;
    sdk_samples_begin(&s, &host.ctx, "heart_rate");
    for (int64_t t = 0; t < 65536 * 2 + 1; t++)
        sdk_samples_add(&s, t, (double)t);
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_uint_eq(runs, 3);
    ck_assert_uint_eq(total, 65536 * 2 + 1);
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_uint_eq(runs, 3);
}
END_TEST

START_TEST(any_order_is_put_right)
{
    sdk_samples s;
    host.table.emit_series = emit;
    sdk_samples_begin(&s, &host.ctx, "heart_rate");
    for (int64_t i = 0; i < 10007; i++)
        sdk_samples_add(&s, i * 7919 % 10007, (double)(i * 7919 % 10007));
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_uint_eq(total, 10007);
    last = INT64_MIN; /* used again after a flush */
    for (int64_t i = 20000; i > 0; i--)
        sdk_samples_add(&s, i, (double)i);
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_uint_eq(total, 30007);
}
END_TEST

START_TEST(of_equal_times_the_last_stays)
{
    sdk_samples s;
    sdk_samples_begin(&s, &host.ctx, "heart_rate");
    const int64_t t[] = {5, 3, 5, 3, 5, 4};
    for (int i = 0; i < 6; i++)
        sdk_samples_add(&s, t[i], i);
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_str_eq(host.emitted.ptr,
                     "{\"series\":\"heart_rate\",\"count\":3,\"flags\":0,\"offset_s\":0,\"v\":[[3,3],[4,5],[5,4]]}\n");
}
END_TEST

START_TEST(an_unknown_metric_drops_everything)
{
    sdk_samples s;
    sdk_samples_begin(&s, &host.ctx, "no_such_metric");
    sdk_samples_add(&s, 1, 1);
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_uint_eq(host.series, 0);
}
END_TEST

START_TEST(a_refused_run_is_passed_over_and_a_failure_ends)
{
    sdk_samples s;
    host.table.emit_series = emit;
    sdk_samples_begin(&s, &host.ctx, "heart_rate");
    for (int64_t t = 0; t < 65537; t++)
        sdk_samples_add(&s, t, (double)t);
    answer = AORTA_ERR_DATA;
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_OK);
    ck_assert_uint_eq(runs, 2);
    for (int64_t t = 70000; t < 70000 + 65537; t++)
        sdk_samples_add(&s, t, (double)t);
    answer = AORTA_ERR_CANCELLED;
    ck_assert_int_eq(sdk_samples_flush(&s), AORTA_ERR_CANCELLED);
    ck_assert_uint_eq(runs, 3);
}
END_TEST

START_TEST(memory_may_end)
{
    for (unsigned n = 1; n < 6; n++) {
        sdk_samples s;
        fake_host_next(&host, AORTA_OP_NORMALIZE);
        host.alloc_fail_at = n;
        sdk_samples_begin(&s, &host.ctx, "heart_rate");
        for (int64_t i = 300; i > 0; i--)
            sdk_samples_add(&s, i, 1);
        ck_assert_int_eq(sdk_samples_flush(&s), AORTA_ERR_NOMEM);
    }
}
END_TEST

Suite *suite_samples(void)
{
    Suite *s = suite_create("samples");
    TCase *t = tcase_create("samples");
    tcase_set_timeout(t, 60); /* hundreds of thousands of samples, on busy machines and under sanitizers too */
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, runs_are_cut_at_65536);
    tcase_add_test(t, any_order_is_put_right);
    tcase_add_test(t, of_equal_times_the_last_stays);
    tcase_add_test(t, an_unknown_metric_drops_everything);
    tcase_add_test(t, a_refused_run_is_passed_over_and_a_failure_ends);
    tcase_add_test(t, memory_may_end);
    suite_add_tcase(s, t);
    return s;
}
