/* What is left out is counted and named by its place, once a reason, without its value. */
#include "apple_host.h"

#include <stdio.h>
#include <string.h>

#define STEPS "\"type\":\"HKQuantityTypeIdentifierStepCount\""
#define START "\"startDate\":\"2026-11-19T06:00:00Z\""

static void run(struct apple_host *h, const char *lists)
{
    char body[4096];
    apple_host_init(h);
    int n = snprintf(body, sizeof(body), "{\"data\":{%s}}", lists);
    ck_assert_int_eq(apple_normalize(h, body, (size_t)n), AORTA_OK);
}

START_TEST(each_reason_is_said_once)
{
    struct apple_host h;
    run(&h, "\"records\":[{" STEPS "," START ",\"value\":7},7,{" STEPS ",\"value\":77117},{" STEPS "," START
            ",\"value\":\"77118\"},{" STEPS "," START ",\"value\":\"x77119\"},{" STEPS "," START
            ",\"value\":-77120},null]");
    ck_assert_uint_eq(h.fake.series, 1);
    ck_assert(apple_said(&h, "2 of 7 items of records skipped: not an object (at 1, 6)"));
    ck_assert(apple_said(&h, "1 of 7 items of records skipped: no start that can be read (at 2)"));
    ck_assert(apple_said(&h, "1 of 7 items of records skipped: the value is not a number (at 4)"));
    ck_assert(apple_said(&h, "1 of 7 items of records skipped: the value cannot be"));
    ck_assert(!apple_said(&h, "7711") && !apple_said(&h, "StepCount"));
    apple_host_fini(&h);
}
END_TEST

START_TEST(only_the_first_are_named)
{
    struct apple_host h;
    run(&h, "\"sleep\":[1,2,3,4,5,6,7]");
    ck_assert(apple_said(&h, "7 of 7 items of sleep skipped: not an object (at 0, 1, 2, 3, 4, …)"));
    apple_host_fini(&h);
}
END_TEST

START_TEST(unknown_types_are_no_fault)
{
    struct apple_host h;
    run(&h, "\"records\":[{\"type\":\"HKQuantityTypeIdentifierOfTomorrow\"," START ",\"value\":null},{" STEPS "," START
            ",\"value\":1}]");
    ck_assert(apple_said(&h, "2 1 of 2 items of records are of types that are not kept")); /* 2 is INFO */
    ck_assert(!apple_said(&h, "skipped"));
    apple_host_fini(&h);
}
END_TEST

START_TEST(an_offset_that_is_none)
{
    struct apple_host h;
    run(&h, "\"records\":[{" STEPS "," START ",\"value\":1,\"zoneOffset\":\"noon\"}]");
    ck_assert_uint_eq(h.fake.series, 1);
    ck_assert(apple_said(&h, "1 of 1 items of records kept without their zoneOffset"));
    apple_host_fini(&h);
}
END_TEST

START_TEST(sleep_and_workouts)
{
    struct apple_host h;
    run(&h, "\"sleep\":[{\"stage\":\"light\"," START "},{\"stage\":\"upside down\"," START
            "}],\"workouts\":[{\"type\":\"running\"," START "},{\"type\":\"running\"}]");
    ck_assert_uint_eq(h.fake.records, 0);
    ck_assert(apple_said(&h, "1 of 2 items of sleep skipped: no end"));
    ck_assert(apple_said(&h, "1 of 2 items of sleep skipped: not a stage of sleep (at 1)"));
    ck_assert(apple_said(&h, "1 of 2 items of workouts skipped: no end"));
    ck_assert(apple_said(&h, "1 of 2 items of workouts skipped: no start"));
    apple_host_fini(&h);
}
END_TEST

START_TEST(a_good_body_is_silent)
{
    struct apple_host h;
    run(&h, "\"records\":[{" STEPS "," START ",\"value\":1}]");
    ck_assert_uint_eq(h.fake.log.len, 0);
    apple_host_fini(&h);
}
END_TEST

START_TEST(a_version_that_is_no_time)
{
    static const char body[] = "{\"syncTimestamp\":\"just now\"}";
    struct apple_host h;
    apple_host_init(&h);
    ck_assert_int_eq(apple_normalize(&h, body, sizeof(body) - 1), AORTA_OK);
    ck_assert(apple_said(&h, "syncTimestamp is not a time"));
    apple_host_fini(&h);
}
END_TEST

Suite *left_out_suite(void)
{
    Suite *s = suite_create("left out");
    TCase *t = tcase_create("left out");
    tcase_add_test(t, each_reason_is_said_once);
    tcase_add_test(t, only_the_first_are_named);
    tcase_add_test(t, unknown_types_are_no_fault);
    tcase_add_test(t, an_offset_that_is_none);
    tcase_add_test(t, sleep_and_workouts);
    tcase_add_test(t, a_good_body_is_silent);
    tcase_add_test(t, a_version_that_is_no_time);
    suite_add_tcase(s, t);
    return s;
}
