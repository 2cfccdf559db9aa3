/* Cursors: what goes in comes out, and nothing else is taken. */
#include "read/cursor.h"
#include "tests.h"

static const struct gw_cursor event = {
    .kind = GW_CURSOR_WORKOUT, .t_us = -1234567890123456, .id = {{1, 2, 3, 255, 0, 254}}, .backwards = true};
static const struct gw_cursor sample = {
    .kind = GW_CURSOR_SERIES, .t_us = 1735689600123456, .metric = 10001, .source_id = -7, .daily_total = true};

START_TEST(there_and_back)
{
    char text[GW_CURSOR_TEXT];
    struct gw_cursor c;

    gw_cursor_write(&event, text);
    ck_assert_uint_eq(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(text));
    ck_assert_int_eq(gw_cursor_read(gw_str(text), GW_CURSOR_WORKOUT, &c, NULL), GW_OK);
    ck_assert_int_eq(c.t_us, event.t_us);
    ck_assert(gw_uuid_eq(c.id, event.id));
    ck_assert(c.backwards);
    gw_cursor_write(&sample, text);
    ck_assert_int_eq(gw_cursor_read(gw_str(text), GW_CURSOR_SERIES, &c, NULL), GW_OK);
    ck_assert_int_eq(c.t_us, sample.t_us);
    ck_assert_uint_eq(c.metric, sample.metric);
    ck_assert_int_eq(c.source_id, sample.source_id);
    ck_assert(c.daily_total && !c.backwards);
}
END_TEST

START_TEST(another_kind_of_page_is_refused)
{
    char text[GW_CURSOR_TEXT];
    struct gw_cursor c = {0};
    struct gw_err err;

    gw_cursor_write(&event, text);
    ck_assert_int_eq(gw_cursor_read(gw_str(text), GW_CURSOR_SLEEP, &c, &err), GW_INVALID);
    ck_assert_str_eq(err.field, "cursor");
    ck_assert_int_eq(gw_cursor_read(gw_str(text), GW_CURSOR_SERIES, &c, NULL), GW_INVALID);
    ck_assert_int_eq(c.t_us, 0);
}
END_TEST

START_TEST(any_changed_character_is_noticed)
{
    char text[GW_CURSOR_TEXT], changed[GW_CURSOR_TEXT];
    struct gw_cursor c;

    gw_cursor_write(&event, text);
    for (size_t i = 0; i < strlen(text); i++) {
        memcpy(changed, text, sizeof(text));
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        ck_assert_msg(gw_cursor_read(gw_str(changed), GW_CURSOR_WORKOUT, &c, NULL) == GW_INVALID, "%zu", i);
        ck_assert_int_eq(gw_cursor_read((struct gw_str){text, i}, GW_CURSOR_WORKOUT, &c, NULL), GW_INVALID);
    }
}
END_TEST

START_TEST(garbage_is_refused)
{
    static const char *const rows[] = {
        "garbage",
        "=",
        "AAAA",
        "!!!!",
        "prev_abc",
        "\xff\xfe",
        "AXcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct gw_cursor c;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(gw_cursor_read(gw_str(rows[i]), GW_CURSOR_WORKOUT, &c, NULL) == GW_INVALID, "%s", rows[i]);
}
END_TEST

TCase *cursor_case(void)
{
    TCase *tests = tcase_create("cursor");

    tcase_add_test(tests, there_and_back);
    tcase_add_test(tests, another_kind_of_page_is_refused);
    tcase_add_test(tests, any_changed_character_is_noticed);
    tcase_add_test(tests, garbage_is_refused);
    return tests;
}
