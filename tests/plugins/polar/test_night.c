/* The nights in which the clocks change, and the other ways in which a night's clock runs. Each test gives a
 * night and what its marks must become, in minutes after its start. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_host host;

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_NORMALIZE);
}

static void teardown(void)
{
    fake_host_fini(&host);
}

/* Runs a night whose marks carry heart rates, and writes "minute(offset hours)" of each sample. */
static const char *minutes(const char *start, const char *end, const char *map)
{
    static char got[512];
    static char json[2048];
    snprintf(json, sizeof(json),
             "{\"date\":\"2026-01-01\",\"sleep_start_time\":\"%s\",\"sleep_end_time\":\"%s\",\"heart_rate_"
             "samples\":{%s}}",
             start, end, map);
    const aorta_payload payload = {.struct_size = sizeof(payload),
                                   .kind = {"polar.sleep", 11},
                                   .data = (const uint8_t *)json,
                                   .size = strlen(json)};
    fake_host_next(&host, AORTA_OP_NORMALIZE);
    host.emitted.len = 0;
    ck_assert_int_eq(polar()->ops->normalize(NULL, &host.ctx, &payload), AORTA_OK);
    long long first = strtoll(strstr(host.emitted.ptr, "\"start_us\":") + 11, NULL, 10);
    size_t len = 0;
    got[0] = '\0';
    for (char *p = host.emitted.ptr; (p = strstr(p, "{\"series\"")); p++) {
        long offset = strtol(strstr(p, "\"offset_s\":") + 11, NULL, 10);
        char *line_end = strchr(p, '\n');
        for (char *v = strstr(p, "[["); v && v < line_end; v = strchr(v + 1, '[')) {
            if (v[1] == '[')
                continue;
            long long at = strtoll(v + 1, NULL, 10);
            len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%lld(%ld)", len ? " " : "",
                                    (at - first) / 60000000, offset / 3600);
        }
    }
    return got;
}

START_TEST(an_ordinary_night)
{
    ck_assert_str_eq(minutes("2026-01-14T23:00:00+02:00", "2026-01-15T07:00:00+02:00",
                             "\"23:00\":50,\"23:59\":51,\"00:00\":52,\"06:59\":53"),
                     "0(2) 59(2) 60(2) 479(2)");
}
END_TEST

START_TEST(a_clock_may_lie_just_before_the_start_and_around_midnight)
{
    ck_assert_str_eq(minutes("2026-01-15T00:00:30+00:00", "2026-01-15T07:00:00+00:00", "\"00:00\":50,\"00:05\":51"),
                     "0(0) 4(0)");
    ck_assert_str_eq(minutes("2026-01-14T23:59:50+00:00", "2026-01-15T07:00:00+00:00", "\"00:04\":50,\"23:59\":51"),
                     "4(0) 1439(0)");
    ck_assert_str_eq(minutes("2026-01-15T00:00:10+00:00", "2026-01-15T07:00:00+00:00", "\"23:59\":50,\"00:04\":51"),
                     "-1(0) 3(0)");
}
END_TEST

START_TEST(sleep_by_day)
{
    ck_assert_str_eq(minutes("2026-01-15T08:00:00-08:00", "2026-01-15T15:30:00-08:00", "\"08:10\":50,\"15:00\":51"),
                     "10(-8) 420(-8)");
}
END_TEST

START_TEST(autumn_in_europe_repeats_an_hour)
{
    /* 03:00 +02:00 becomes 02:00 +01:00 */
    ck_assert_str_eq(
        minutes("2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00",
                "\"23:30\":50,\"02:10\":51,\"02:50\":52,\"02:05\":53,\"02:40\":54,\"03:10\":55,\"06:50\":56"),
        "30(2) 190(2) 230(2) 245(1) 280(1) 310(1) 530(1)");
    /* nothing lies in the repeated hour, so nothing goes back */
    ck_assert_str_eq(
        minutes("2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00", "\"23:30\":50,\"01:10\":51,\"04:00\":52"),
        "30(2) 130(2) 360(1)");
}
END_TEST

START_TEST(spring_in_europe_skips_an_hour)
{
    ck_assert_str_eq(minutes("2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00",
                             "\"23:30\":50,\"01:50\":51,\"03:10\":52,\"06:50\":53"),
                     "30(1) 170(1) 190(2) 410(2)");
    ck_assert_str_eq(
        minutes("2026-03-28T23:00:00+00:00", "2026-03-29T07:00:00+01:00", "\"00:50\":51,\"02:10\":52,\"06:50\":53"),
        "110(0) 130(1) 410(1)");
}
END_TEST

START_TEST(america_changes_by_its_own_clock)
{
    ck_assert_str_eq(minutes("2026-03-07T22:00:00-05:00", "2026-03-08T07:00:00-04:00",
                             "\"22:30\":50,\"01:50\":51,\"03:10\":52,\"06:50\":53"),
                     "30(-5) 230(-5) 250(-4) 470(-4)");
    ck_assert_str_eq(minutes("2026-10-31T23:00:00-04:00", "2026-11-01T07:00:00-05:00",
                             "\"00:50\":50,\"01:40\":51,\"01:20\":52,\"05:00\":53"),
                     "110(-4) 160(-4) 200(-5) 420(-5)");
}
END_TEST

START_TEST(the_south_goes_back_at_three)
{
    ck_assert_str_eq(minutes("2026-04-04T23:00:00+11:00", "2026-04-05T07:00:00+10:00",
                             "\"23:30\":50,\"02:40\":51,\"02:50\":52,\"02:10\":53,\"06:00\":54"),
                     "30(11) 220(11) 230(11) 250(10) 480(10)");
}
END_TEST

START_TEST(a_repeated_hour_between_equal_offsets)
{
    /* both ends in the evening's offset: 08:00+02:00 was 07:00 on the clock */
    ck_assert_str_eq(minutes("2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+02:00",
                             "\"23:30\":50,\"02:50\":51,\"02:05\":52,\"06:50\":53"),
                     "30(2) 230(2) 245(1) 530(1)");
}
END_TEST

START_TEST(stages_are_merged_clamped_and_complete)
{
    static const char json[] =
        "{\"date\":\"2026-01-15\",\"sleep_start_time\":\"2026-01-15T00:00:30Z\",\"sleep_end_time\":\"2026-01-"
        "15T00:10:00Z\","
        "\"hypnogram\":{\"00:00\":2,\"00:02\":3,\"00:04\":6,\"00:05\":0,\"00:05\":4,\"00:20\":1}}";
    const aorta_payload payload = {.struct_size = sizeof(payload),
                                   .kind = {"polar.sleep", 11},
                                   .data = (const uint8_t *)json,
                                   .size = sizeof(json) - 1};
    ck_assert_int_eq(polar()->ops->normalize(NULL, &host.ctx, &payload), AORTA_OK);
    ck_assert_ptr_nonnull(strstr(
        host.emitted.ptr, "\"stages\":[{\"stage\":\"light\",\"start_us\":1768435230000000,\"end_us\":1768435440000000},"
                          "{\"stage\":\"unknown\",\"start_us\":1768435440000000,\"end_us\":1768435500000000},"
                          "{\"stage\":\"deep\",\"start_us\":1768435500000000,\"end_us\":1768435800000000}]"));
}
END_TEST

Suite *suite_night(void)
{
    Suite *s = suite_create("night");
    TCase *t = tcase_create("night");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_ordinary_night);
    tcase_add_test(t, a_clock_may_lie_just_before_the_start_and_around_midnight);
    tcase_add_test(t, sleep_by_day);
    tcase_add_test(t, autumn_in_europe_repeats_an_hour);
    tcase_add_test(t, spring_in_europe_skips_an_hour);
    tcase_add_test(t, america_changes_by_its_own_clock);
    tcase_add_test(t, the_south_goes_back_at_three);
    tcase_add_test(t, a_repeated_hour_between_equal_offsets);
    tcase_add_test(t, stages_are_merged_clamped_and_complete);
    suite_add_tcase(s, t);
    return s;
}
