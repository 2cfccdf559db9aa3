/* test_garmin.c - what is shown by upload time, by data time, and that nothing comes from the future. */
#include "garmin.h"
#include "test_main.h"

#include <string.h>

static const int64_t now_s = 1795348800; /* 2026-11-22T12:00:00Z */

static json_t *asked(const char *name, enum garmin_type type, bool by_data, int64_t from_s, int64_t to_s)
{
    struct garmin_ask ask = {people_find(name), by_data, from_s, to_s, now_s};
    return garmin_items(type, &ask);
}

START_TEST(day_long_windows_tile_the_uploads)
{
    json_t *pieces = json_array();
    for (int64_t from = now_s - 30 * DAY_S; from < now_s; from += DAY_S) {
        json_t *part = asked("anna", G_ACTIVITIES, false, from, from + DAY_S - 1);
        json_array_extend(pieces, part);
        json_decref(part);
    }
    json_t *whole = asked("anna", G_ACTIVITIES, false, now_s - 30 * DAY_S, now_s - 1);
    ck_assert_uint_gt(json_array_size(whole), 5);
    ck_assert_uint_eq(json_array_size(pieces), json_array_size(whole));
    json_decref(pieces);
    json_decref(whole);
}
END_TEST

START_TEST(every_summary_lies_in_its_window)
{
    int64_t from = now_s - 20 * DAY_S, to = now_s - 10 * DAY_S;
    for (int type = 0; type < G_TYPES; type++) {
        size_t i;
        json_t *items = asked("anna", (enum garmin_type)type, true, from, to), *o;
        json_array_foreach(items, i, o)
        {
            const json_t *start = json_object_get(o, "startTimeInSeconds");
            int64_t at = json_is_integer(start) ? json_integer_value(start) : from;
            ck_assert_msg(at >= from && at < to, "%s", garmin_rows[type].key);
            ck_assert_ptr_nonnull(json_object_get(o, "userId"));
        }
        json_decref(items);
    }
}
END_TEST

START_TEST(nothing_comes_from_the_future)
{
    for (int type = 0; type < G_TYPES; type++) {
        json_t *items = asked("bruno", (enum garmin_type)type, true, now_s, now_s + 5 * DAY_S);
        ck_assert_msg(json_array_size(items) == 0, "%s", garmin_rows[type].key);
        json_decref(items);
        items = asked("bruno", (enum garmin_type)type, false, now_s + 1, now_s + DAY_S);
        ck_assert_msg(json_array_size(items) == 0, "%s", garmin_rows[type].key);
        json_decref(items);
    }
}
END_TEST

START_TEST(todays_daily_is_not_over)
{
    json_t *items = asked("daan", G_DAILIES, false, now_s - DAY_S, now_s);
    const json_t *last = json_array_get(items, json_array_size(items) - 1);
    ck_assert_str_eq(json_string_value(json_object_get(last, "calendarDate")), "2026-11-22");
    ck_assert_int_lt(json_integer_value(json_object_get(last, "durationInSeconds")), 12 * 3600 + 1);
    json_decref(items);
}
END_TEST

START_TEST(sleep_levels_add_up)
{
    json_t *items = asked("chiara", G_SLEEPS, true, now_s - 30 * DAY_S, now_s), *o;
    size_t i;
    ck_assert_uint_gt(json_array_size(items), 20);
    json_array_foreach(items, i, o)
    {
        json_int_t sum = 0;
        const char *stage;
        json_t *spans, *span;
        size_t k;
        json_object_foreach(json_object_get(o, "sleepLevelsMap"), stage, spans) json_array_foreach(spans, k, span)
            sum += json_integer_value(json_object_get(span, "endTimeInSeconds")) -
                   json_integer_value(json_object_get(span, "startTimeInSeconds"));
        ck_assert_int_eq(sum, json_integer_value(json_object_get(o, "durationInSeconds")) +
                                  json_integer_value(json_object_get(o, "awakeDurationInSeconds")));
    }
    json_decref(items);
}
END_TEST

static void fill(TCase *tc)
{
    tcase_add_test(tc, day_long_windows_tile_the_uploads);
    tcase_add_test(tc, every_summary_lies_in_its_window);
    tcase_add_test(tc, nothing_comes_from_the_future);
    tcase_add_test(tc, todays_daily_is_not_over);
    tcase_add_test(tc, sleep_levels_add_up);
}

int main(void)
{
    return run_suite("garmin", fill);
}
