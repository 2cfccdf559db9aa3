/* The engine's decisions that need no database: retries, states, waiting. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "sync/retry.h"
#include "sync/states.h"
#include "sync/waiters.h"

static struct gw_retry decide(enum gw_code code, int attempts, int64_t retry_after_ms, bool committed)
{
    struct gw_job job = {.attempts = attempts};
    struct gw_err why = {.code = code, .retry_after_ms = retry_after_ms};

    return gw_retry_decide(&job, &why, committed, 1000000, 0.5);
}

START_TEST(passing_trouble_is_tried_again_later_and_later)
{
    int64_t last = 0;

    for (int attempts = 1; attempts <= GW_RETRY_MOST; attempts++) {
        struct gw_retry r = decide(GW_UPSTREAM, attempts, 0, false);
        ck_assert(r.again);
        ck_assert_int_gt(r.at_us, last);
        last = r.at_us;
    }
    ck_assert(!decide(GW_UPSTREAM, GW_RETRY_MOST + 1, 0, false).again);
}
END_TEST

START_TEST(the_providers_word_counts_for_more)
{
    ck_assert_int_eq(decide(GW_RATE_LIMITED, 1, 90000, false).at_us, 1000000 + 90 * GW_US_PER_S);
}
END_TEST

START_TEST(final_failures_end_the_run)
{
    const enum gw_code final_codes[] = {GW_REAUTHORIZE, GW_SCOPE,    GW_INVALID,
                                        GW_CONFIG,      GW_CONTRACT, GW_UPSTREAM_REJECTED};

    for (size_t i = 0; i < sizeof(final_codes) / sizeof(final_codes[0]); i++) {
        ck_assert(!decide(final_codes[i], 1, 0, false).again);
        ck_assert_str_eq(decide(final_codes[i], 1, 0, false).status, "failed");
        ck_assert_str_eq(decide(final_codes[i], 1, 0, true).status, "partial");
    }
}
END_TEST

START_TEST(a_defect_gets_one_more_chance)
{
    ck_assert(decide(GW_INTERNAL, 1, 0, false).again);
    ck_assert(!decide(GW_INTERNAL, 2, 0, false).again);
}
END_TEST

START_TEST(states_know_their_end)
{
    ck_assert(!gw_run_state_of("waiting")->ended);
    ck_assert(gw_run_state_of("partial")->ended && gw_run_state_of("partial")->success);
    ck_assert(gw_run_state_of("failed")->ended && !gw_run_state_of("failed")->success);
    ck_assert_str_eq(gw_run_state_of("nonsense")->name, "failed");
    ck_assert_str_eq(gw_run_state_of(NULL)->name, "failed");
}
END_TEST

/* ---- waiters ---- */

START_TEST(a_hint_before_the_sleep_is_not_lost)
{
    struct gw_waiters *all = NULL;
    struct gw_waiter w;
    struct gw_uuid run = gw_uuid_v4();

    ck_assert_int_eq(gw_waiters_new(&all, NULL), GW_OK);
    gw_waiter_begin(all, &w, run);
    gw_waiters_done(all, gw_uuid_v4());
    ck_assert(!gw_waiter_sleep(all, &w, gw_mono_us() + 1000));
    gw_waiters_done(all, run);
    ck_assert(gw_waiter_sleep(all, &w, gw_mono_us() + 60 * GW_US_PER_S));
    gw_waiters_all(all);
    ck_assert(gw_waiter_sleep(all, &w, gw_mono_us() + 60 * GW_US_PER_S));
    ck_assert_uint_eq(gw_waiters_count(all), 1);
    gw_waiter_end(all, &w);
    ck_assert_uint_eq(gw_waiters_count(all), 0);
    gw_waiters_free(&all);
}
END_TEST

struct crowd {
    struct gw_waiters *all;
    struct gw_uuid run;
    atomic_int awake;
};

static void *wait_once(void *arg)
{
    struct crowd *crowd = arg;
    struct gw_waiter w;

    gw_waiter_begin(crowd->all, &w, crowd->run);
    if (gw_waiter_sleep(crowd->all, &w, gw_mono_us() + 60 * GW_US_PER_S))
        atomic_fetch_add(&crowd->awake, 1);
    gw_waiter_end(crowd->all, &w);
    return NULL;
}

START_TEST(everybody_who_waits_for_a_run_wakes)
{
    struct crowd crowd = {.run = gw_uuid_v4()};
    pthread_t threads[32];

    ck_assert_int_eq(gw_waiters_new(&crowd.all, NULL), GW_OK);
    for (size_t i = 0; i < 32; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_once, &crowd), 0);
    while (gw_waiters_count(crowd.all) < 32)
        usleep(1000);
    gw_waiters_done(crowd.all, crowd.run);
    for (size_t i = 0; i < 32; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(atomic_load(&crowd.awake), 32);
    gw_waiters_free(&crowd.all);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sync");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, passing_trouble_is_tried_again_later_and_later);
    tcase_add_test(tc, the_providers_word_counts_for_more);
    tcase_add_test(tc, final_failures_end_the_run);
    tcase_add_test(tc, a_defect_gets_one_more_chance);
    tcase_add_test(tc, states_know_their_end);
    tcase_add_test(tc, a_hint_before_the_sleep_is_not_lost);
    tcase_add_test(tc, everybody_who_waits_for_a_run_wakes);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
