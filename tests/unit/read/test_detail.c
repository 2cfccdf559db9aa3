/* Stored JSON of a record as the API shows it. */
#include "read/detail.h"
#include "tests.h"

static void check(void (*write)(struct gw_buf *out, const char *json), const char *json, const char *expected)
{
    struct gw_buf out = {0};

    write(&out, json);
    ck_assert_str_eq(gw_buf_cstr(&out), expected);
    gw_buf_free(&out);
}

START_TEST(times_become_text_and_the_rest_stays)
{
    check(
        gw_detail_timed, "[{\"stage\":\"light\",\"start_us\":1735689600000000,\"end_us\":1735689660500000}]",
        "[{\"stage\":\"light\",\"start_time\":\"2025-01-01T00:00:00Z\",\"end_time\":\"2025-01-01T00:01:00.500000Z\"}]");
    check(gw_detail_timed, " [ { \"end_us\" : 0 , \"a\\\"b\" : \"x,}\" } , {\"n\":-1.5e3,\"t\":true,\"z\":null} ] ",
          "[{\"end_time\":\"1970-01-01T00:00:00Z\",\"a\\\"b\":\"x,}\"},{\"n\":-1.5e3,\"t\":true,\"z\":null}]");
    check(gw_detail_timed, "[]", "[]");
    check(gw_detail_timed, "[{}]", "[{}]");
}
END_TEST

START_TEST(what_cannot_be_read_is_null)
{
    static const char *const rows[] = {
        "",        "{}",           "[",       "[{]",           "[{\"a\":}]",   "[{\"a\":1]",
        "[1]",     "[{\"a\":1},]", "[{} {}]", "[{\"a\":[1]}]", "[{\"a\":1}]x", "[{\"a",
        "[{\"a\\", "[{a:1}]"};

    check(gw_detail_timed, NULL, "null");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(gw_detail_timed, rows[i], "null");
    check(gw_detail_route, "[[1,2]]", "null");
    check(gw_detail_route, "[[\"x\",2,3]]", "null");
}
END_TEST

START_TEST(routes)
{
    check(gw_detail_route, "[[0,52.5,13.4],[1000000,-1,2e-3]]",
          "[{\"timestamp\":\"1970-01-01T00:00:00Z\",\"latitude\":52.5,\"longitude\":13.4},"
          "{\"timestamp\":\"1970-01-01T00:00:01Z\",\"latitude\":-1,\"longitude\":2e-3}]");
    check(gw_detail_route, NULL, "null");
}
END_TEST

TCase *detail_case(void)
{
    TCase *tests = tcase_create("detail");

    tcase_add_test(tests, times_become_text_and_the_rest_stays);
    tcase_add_test(tests, what_cannot_be_read_is_null);
    tcase_add_test(tests, routes);
    return tests;
}
