/* test_civil.c - dates and ISO texts. */
#include "civil.h"
#include "test_main.h"

START_TEST(days_go_there_and_back)
{
    for (int day = -1000; day < 40000; day += 7) {
        struct civil c = civil_from_s((int64_t)day * DAY_S);
        ck_assert_int_eq(civil_days(c.year, c.month, c.day), day);
    }
    ck_assert_int_eq(civil_days(2025, 1, 1), 20089);
}
END_TEST

static int64_t parsed(const char *text)
{
    int64_t us = -1;
    ck_assert_msg(civil_parse_us(text, &us), "%s", text);
    return us;
}

START_TEST(moments_are_read)
{
    ck_assert_int_eq(parsed("1795348800"), 1795348800000000);
    ck_assert_int_eq(parsed("2026-11-22T12:00:00Z"), 1795348800000000);
    ck_assert_int_eq(parsed("2026-11-22T13:00:00.5+01:00"), 1795348800500000);
    ck_assert_int_eq(parsed("2026-11-22T07:00-05:00"), 1795348800000000);
    ck_assert_int_eq(parsed("2026-11-22"), 1795305600000000);
}
END_TEST

START_TEST(nonsense_is_refused)
{
    static const char *const wrong[] = {
        "", "x", "2026-13-01", "2026-02-30", "2026-11-22T", "2026-11-22T12:00:00+1", "2026-11-22 25:00:00", "12a"};
    int64_t us;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!civil_parse_us(wrong[i], &us), "%s", wrong[i]);
}
END_TEST

START_TEST(texts_carry_the_offset)
{
    ck_assert_str_eq(civil_iso_ms(1795348800123, -300).s, "2026-11-22T07:00:00.123-05:00");
    ck_assert_str_eq(civil_iso_ms(1795348800123, 345).s, "2026-11-22T17:45:00.123+05:45");
    ck_assert_str_eq(civil_wall(1795348800, 330).s, "2026-11-22T17:30:00");
    ck_assert_str_eq(civil_hh_mm(1795348800, -720).s, "00:00");
}
END_TEST

static void fill(TCase *tc)
{
    tcase_add_test(tc, days_go_there_and_back);
    tcase_add_test(tc, moments_are_read);
    tcase_add_test(tc, nonsense_is_refused);
    tcase_add_test(tc, texts_carry_the_offset);
}

int main(void)
{
    return run_suite("civil", fill);
}
