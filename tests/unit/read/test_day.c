/* Local days of samples and of ranges. */
#include "read/day.h"
#include "tests.h"

static struct gw_time_text text(const char *s)
{
    struct gw_time_text t;

    ck_assert_msg(gw_time_parse(gw_str(s), &t), "%s", s);
    return t;
}

START_TEST(a_day_is_of_the_sample_then_of_the_user_then_utc)
{
    const struct gw_zone *berlin = gw_zone_find(GW_STR("Europe/Berlin"));
    int64_t us = text("2025-01-15T23:30:00Z").us, day = text("2025-01-15").us / GW_US_PER_DAY;

    ck_assert_ptr_nonnull(berlin);
    ck_assert_int_eq(gw_day_of(us, -8 * 3600, berlin), day);
    ck_assert_int_eq(gw_day_of(us, 0, berlin), day);
    ck_assert_int_eq(gw_day_of(us, 1800, NULL), day + 1);
    ck_assert_int_eq(gw_day_of(us, GW_NO_OFFSET, berlin), day + 1);
    ck_assert_int_eq(gw_day_of(us, GW_NO_OFFSET, NULL), day);
}
END_TEST

static const struct {
    const char *from, *to, *first, *last;
} ranges[] = {
    {"2025-01-01", "2025-01-31", "2025-01-01", "2025-01-31"},
    {"2025-01-15", "2025-01-15", "2025-01-15", "2025-01-15"},
    {"2025-01-15T00:00:00Z", "2025-01-16T00:00:00Z", "2025-01-15", "2025-01-15"},
    {"2025-01-15T00:00:00Z", "2025-01-16T00:00:00.000001Z", "2025-01-15", "2025-01-16"},
    {"2025-01-15T00:00:00Z", "2025-01-15T23:59:59Z", "2025-01-15", "2025-01-15"},
    {"2025-01-15T12:00:00", "2025-01-16T12:00:00", "2025-01-15", "2025-01-16"},
    {"2025-01-15T00:00:00-08:00", "2025-01-16T00:00:00-08:00", "2025-01-15", "2025-01-15"},
    {"2025-01-15T00:00:00+05:30", "2025-01-15T00:00:00-08:00", "2025-01-15", "2025-01-14"},
    {"1736899200", "1736985600", "2025-01-15", "2025-01-15"},
    {"1736899200", "2025-01-16", "2025-01-15", "2025-01-16"},
};

START_TEST(a_range_speaks_of_the_days_it_was_written_with)
{
    struct gw_time_text from = text(ranges[_i].from), to = text(ranges[_i].to);
    struct gw_days days = gw_days_of_range(&from, &to);

    ck_assert_int_eq(days.first, text(ranges[_i].first).us / GW_US_PER_DAY);
    ck_assert_int_eq(days.last, text(ranges[_i].last).us / GW_US_PER_DAY);
}
END_TEST

START_TEST(an_empty_range_has_no_days)
{
    static const char *const pairs[][2] = {{"2025-01-16", "2025-01-15"},
                                           {"2025-01-15T12:00:00Z", "2025-01-15T12:00:00Z"},
                                           {"2025-01-15T12:00:00Z", "2025-01-15T11:00:00Z"},
                                           {"2025-01-16T00:00:00Z", "2025-01-15"}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct gw_time_text from = text(pairs[i][0]), to = text(pairs[i][1]);
        struct gw_days days = gw_days_of_range(&from, &to);
        ck_assert_int_lt(days.last, days.first);
    }
}
END_TEST

TCase *day_case(void)
{
    TCase *tc = tcase_create("day");

    tcase_add_test(tc, a_day_is_of_the_sample_then_of_the_user_then_utc);
    tcase_add_loop_test(tc, a_range_speaks_of_the_days_it_was_written_with, 0, sizeof(ranges) / sizeof(ranges[0]));
    tcase_add_test(tc, an_empty_range_has_no_days);
    return tc;
}
