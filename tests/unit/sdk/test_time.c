/* Times, clocks, durations: tables of what they mean and of what is refused. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define S INT64_C(1000000)

START_TEST(date_times)
{
    static const struct {
        const char *text;
        int64_t us;
        int32_t offset;
        int has;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0, 0, 1},
        {"2026-11-20T18:05:07", 1795197907 * S, 0, 0},
        {"2026-11-20 18:05:07", 1795197907 * S, 0, 0},
        {"2026-11-20T18:05", 1795197900 * S, 0, 0},
        {"2026-11-20T18:05:07Z", 1795197907 * S, 0, 1},
        {"2026-11-20T18:05:07+01:00", (1795197907 - 3600) * S, 3600, 1},
        {"2026-11-20T18:05:07+0100", (1795197907 - 3600) * S, 3600, 1},
        {"2026-11-20T18:05:07+01", (1795197907 - 3600) * S, 3600, 1},
        {"2026-11-20T18:05:07-03:30", (1795197907 + 12600) * S, -12600, 1},
        {"2026-11-20T18:05:07.5Z", 1795197907 * S + 500000, 0, 1},
        {"2026-11-20T18:05:07.02Z", 1795197907 * S + 20000, 0, 1},
        {"2026-11-20T18:05:07.123456789Z", 1795197907 * S + 123456, 0, 1},
        {"2024-02-29T24:00:00Z", 1709251200 * S, 0, 1},
        {"2016-12-31T23:59:60Z", 1483228800 * S, 0, 1},
        {"1900-03-01T00:00:00Z", -2203891200 * S, 0, 1},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t us;
        int32_t offset;
        int has;
        ck_assert_msg(sdk_time_parse(sdk_str(good[i].text), &us, &offset, &has) == 0, "%s", good[i].text);
        ck_assert_msg(us == good[i].us, "%s: %lld", good[i].text, (long long)us);
        ck_assert_int_eq(offset, good[i].offset);
        ck_assert_int_eq(has, good[i].has);
    }
}
END_TEST

START_TEST(bad_date_times)
{
    static const char *const bad[] = {
        "",
        "2026-11-20",
        "2026-11-20T",
        "2026-11-20T18",
        "2026-11-20T18:5",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-11-20T24:00:01Z",
        "2026-11-20T18:60:00Z",
        "2026-11-20T18:05:61Z",
        "2026-11-20T18:05:07+19:00",
        "2026-11-20T18:05:07+1:00",
        "2026-11-20T18:05:07Zx",
        "2026-11-20T18:05:07.",
        "2026-11-20T18:05:07+",
        "26-11-20T18:05:07Z",
        "2026-11-20X18:05:07Z",
        " 2026-11-20T18:05:07Z",
        "2026-11-00T00:00:00Z",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t us = 77;
        int32_t offset = 77;
        int has = 77;
        ck_assert_msg(sdk_time_parse(sdk_str(bad[i]), &us, &offset, &has) == -1, "accepted: %s", bad[i]);
        ck_assert_int_eq(us, 77);
        ck_assert_int_eq(offset, 77);
    }
}
END_TEST

START_TEST(calendar_agrees_with_the_c_library)
{
    struct fake_host host;
    fake_host_init(&host, AORTA_OP_SYNC);
    for (int64_t day = -40000; day < 60000; day += 13) {
        time_t t = (time_t)(day * 86400 + 3661);
        struct tm tm;
        char want[40];
        gmtime_r(&t, &tm);
        strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm);
        ck_assert_str_eq(sdk_time_format(&host.ctx, (int64_t)t * S).ptr, want);
        int64_t us, back;
        int32_t offset;
        int has;
        ck_assert_int_eq(sdk_time_parse(sdk_str(want), &us, &offset, &has), 0);
        ck_assert_int_eq(us, (int64_t)t * S);
        ck_assert_int_eq(sdk_date_parse(sdk_date_format(&host.ctx, day), &back), 0);
        ck_assert_int_eq(back, day);
        fake_host_next(&host, AORTA_OP_SYNC);
    }
    ck_assert_str_eq(sdk_time_format(&host.ctx, -1).ptr, "1969-12-31T23:59:59Z");
    fake_host_fini(&host);
}
END_TEST

START_TEST(clocks)
{
    int64_t s;
    ck_assert_int_eq(sdk_clock_parse(AORTA_S("23:33"), &s), 0);
    ck_assert_int_eq(s, 84780);
    ck_assert_int_eq(sdk_clock_parse(AORTA_S("23:33:07"), &s), 0);
    ck_assert_int_eq(s, 84787);
    ck_assert_int_eq(sdk_clock_parse(AORTA_S("24:00"), &s), 0);
    ck_assert_int_eq(s, 86400);
    ck_assert_int_eq(sdk_clock_parse(AORTA_S("24:01"), &s), -1);
    ck_assert_int_eq(sdk_clock_parse(AORTA_S("9:33"), &s), -1);
    ck_assert_int_eq(sdk_clock_parse(AORTA_S("09:33h"), &s), -1);
    ck_assert_int_eq(sdk_clock_parse(AORTA_S(""), &s), -1);
}
END_TEST

START_TEST(durations)
{
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {
        {"PT51M5S", 3065 * S}, {"PT2H44M", 9840 * S}, {"PT8239.604S", 8239604000},
        {"PT0S", 0},           {"P1DT2H", 93600 * S}, {"P2W", 1209600 * S},
        {"PT0.000001S", 1},    {"PT1,5S", 1500000},   {"P1DT2H44M8.5S", 96248 * S + 500000},
        {"PT1.5H", 5400 * S},
    };
    static const char *const bad[] = {"",       "P",    "PT",    "P1M",   "P1Y",    "PT1",
                                      "PT1S2H", "1S",   "PT-1S", "PT1S ", "PT.5S",  "PT5.S",
                                      "P1H",    "PT1D", "PT1ST", "PTS",   "PT1S1S", "PT99999999999999S"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t us = -1;
        ck_assert_msg(sdk_duration_parse(sdk_str(good[i].text), &us) == 0, "%s", good[i].text);
        ck_assert_msg(us == good[i].us, "%s: %lld", good[i].text, (long long)us);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t us;
        ck_assert_msg(sdk_duration_parse(sdk_str(bad[i]), &us) == -1, "accepted: %s", bad[i]);
    }
}
END_TEST

/* What an absent JSON value gives is {NULL, 0}; clang's sanitizer calls arithmetic on that pointer an error. */
START_TEST(absent_text_is_no_time)
{
    const aorta_str absent = {NULL, 0};
    int64_t v = 77;
    int32_t offset = 77;
    int has = 77;
    double number = 77;
    ck_assert_int_eq(sdk_time_parse(absent, &v, &offset, &has), -1);
    ck_assert_int_eq(sdk_date_parse(absent, &v), -1);
    ck_assert_int_eq(sdk_clock_parse(absent, &v), -1);
    ck_assert_int_eq(sdk_duration_parse(absent, &v), -1);
    ck_assert_int_eq(sdk_number_parse(absent, &number), -1);
    ck_assert_int_eq(sdk_int_parse(absent, &v), -1);
    ck_assert_int_eq(v, 77);
    ck_assert_int_eq(offset, 77);
    ck_assert_int_eq(has, 77);
    ck_assert_double_eq(number, 77);
}
END_TEST

Suite *suite_time(void)
{
    Suite *s = suite_create("time");
    TCase *t = tcase_create("time");
    tcase_add_test(t, date_times);
    tcase_add_test(t, bad_date_times);
    tcase_add_test(t, calendar_agrees_with_the_c_library);
    tcase_add_test(t, clocks);
    tcase_add_test(t, durations);
    tcase_add_test(t, absent_text_is_no_time);
    suite_add_tcase(s, t);
    return s;
}
