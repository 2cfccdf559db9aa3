/* Declared parameters: from text to values, and everything that is wrong at once. */
#include <stdio.h>

#include "base/time.h"
#include "http/answers.h"
#include "http/request.h"
#include "tests.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct gw_arg_decl decls[] = {
    {"limit", GW_ARG_INT, 0, "20", 1, 100, NULL, ""},
    {"deep", GW_ARG_BOOL, 0, "false", 0, 0, NULL, ""},
    {"colour", GW_ARG_CHOICE, 0, NULL, 0, 0, colours, ""},
    {"owner_id", GW_ARG_UUID, 0, NULL, 0, 0, NULL, ""},
    {"from", GW_ARG_TIME, GW_ARG_REQUIRED, NULL, 0, 0, NULL, ""},
    {"to", GW_ARG_TIME, GW_ARG_REQUIRED | GW_ARG_END, NULL, 0, 0, NULL, ""},
    {"note", GW_ARG_TEXT, 0, NULL, 0, 5, NULL, ""},
    {"email", GW_ARG_EMAIL, 0, NULL, 0, 0, NULL, ""},
};
static const struct gw_route route = {
    .pattern = "/things/{thing_id}", .args = decls, .args_count = sizeof(decls) / sizeof(decls[0])};

static struct gw_http_request request;
static struct gw_err err;

static void setup(void)
{
    memset(&request, 0, sizeof(request));
    request.arena = gw_arena_new(0);
    request.match.route = &route;
    request.match.params_count = 1;
    request.match.names[0] = GW_STR("thing_id");
    request.match.values[0] = GW_STR("176be8de-8452-4eb7-a7ea-147fec925d9d");
}

static void teardown(void)
{
    gw_arena_free(&request.arena);
}

static enum gw_code parse(const char *query)
{
    request.query_text = gw_str(query);
    request.violations.count = 0;
    request.args = NULL;
    return gw_step_args(&request, &err);
}

static void check_violation(const char *query, const char *field, const char *code)
{
    ck_assert_msg(parse(query) == GW_INVALID, "%s", query);
    ck_assert_uint_eq(request.violations.count, 1);
    ck_assert_str_eq(request.violations.items[0].field, field);
    ck_assert_str_eq(request.violations.items[0].code, code);
    ck_assert_int_eq(err.code, GW_INVALID);
}

#define DAY "from=2025-01-01&to=2025-01-31"

START_TEST(defaults_and_values)
{
    ck_assert_int_eq(parse(DAY "&deep=YES&colour=green&limit=7&limit=8&unknown=1"), GW_OK);
    ck_assert_int_eq(gw_request_arg(&request, "limit")->i, 8); /* the last counts */
    ck_assert_int_eq(gw_request_arg(&request, "deep")->i, 1);
    ck_assert_int_eq(gw_request_arg(&request, "colour")->i, 1);
    ck_assert(!gw_request_arg(&request, "owner_id")->given);
    ck_assert_ptr_null(gw_request_text(&request, "note"));
    ck_assert_int_eq(parse(DAY), GW_OK);
    ck_assert_int_eq(gw_request_arg(&request, "limit")->i, 20);
    ck_assert_int_eq(gw_request_arg(&request, "deep")->i, 0);
}
END_TEST

START_TEST(a_date_alone_ends_with_its_day)
{
    ck_assert_int_eq(parse(DAY), GW_OK);
    ck_assert_int_eq(gw_request_arg(&request, "from")->i, INT64_C(1735689600) * GW_US_PER_S);
    ck_assert_int_eq(gw_request_arg(&request, "to")->i, INT64_C(1738368000) * GW_US_PER_S); /* 1 February */
    ck_assert_int_eq(parse("from=2025-01-01&to=2025-01-31T00:00:00Z"), GW_OK);
    ck_assert_int_eq(gw_request_arg(&request, "to")->i, INT64_C(1738281600) * GW_US_PER_S);
    ck_assert_int_eq(parse("from=1735689600&to=1738281600"), GW_OK);
    ck_assert_int_eq(gw_request_arg(&request, "to")->i, INT64_C(1738281600) * GW_US_PER_S);
}
END_TEST

START_TEST(times_are_echoed_as_they_were_meant)
{
    static const char *const rows[][2] = {{"2025-01-01", "2025-01-01T00:00:00"},
                                          {"2025-01-01T10:00:00", "2025-01-01T10:00:00"},
                                          {"2025-01-01T10:00:00.5", "2025-01-01T10:00:00.500000"},
                                          {"2025-01-01T10:00:00Z", "2025-01-01T10:00:00Z"},
                                          {"2025-01-01T10:00:00%2B02:00", "2025-01-01T10:00:00+02:00"},
                                          {"2025-01-01T10:00:00+02:00", "2025-01-01T10:00:00+02:00"}, /* a bare plus */
                                          {"2025-W01-3T10:00Z", "2025-01-01T10:00:00Z"},
                                          {"1735689600", "2025-01-01T00:00:00Z"}};
    char query[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(query, sizeof(query), "to=2025-01-31&from=%s", rows[i][0]);
        ck_assert_int_eq(parse(query), GW_OK);
        ck_assert_str_eq(gw_answer_echo(request.arena, gw_request_arg(&request, "from")), rows[i][1]);
    }
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
    check_violation(DAY "&limit=0", "limit", "minimum");
    check_violation(DAY "&limit=101", "limit", "maximum");
    check_violation(DAY "&limit=ten", "limit", "integer");
    check_violation(DAY "&limit=", "limit", "integer");
    check_violation(DAY "&limit=99999999999999999999", "limit", "integer");
    check_violation(DAY "&deep=maybe", "deep", "boolean");
    check_violation(DAY "&colour=blue", "colour", "choice");
    check_violation(DAY "&owner_id=7", "owner_id", "uuid");
    check_violation(DAY "&note=toolong", "note", "too_long");
    check_violation(DAY "&email=nobody", "email", "email");
    check_violation("to=2025-01-31", "from", "required");
    check_violation("to=2025-01-31&from=yesterday", "from", "time");
    check_violation("to=2025-01-31&from=inf", "from", "time");
    check_violation("to=2025-01-31&from=2025-02-30", "from", "time");
    check_violation("to=2025-01-31&from=2025-01-01T00:00:00+99:00", "from", "time");
}
END_TEST

START_TEST(everything_wrong_is_listed_and_the_first_is_the_sentence)
{
    request.match.values[0] = GW_STR("not-a-uuid");
    ck_assert_int_eq(parse("limit=0&colour=blue"), GW_INVALID);
    ck_assert_uint_eq(request.violations.count, 5);
    ck_assert_str_eq(request.violations.items[0].field, "thing_id");
    ck_assert_str_eq(gw_err_text(&err), request.violations.items[0].message);
}
END_TEST

START_TEST(bytes_that_do_not_parse_are_another_matter)
{
    ck_assert_int_eq(parse(DAY "&note=%ff"), GW_MALFORMED);
}
END_TEST

TCase *args_case(void)
{
    TCase *tests = tcase_create("args");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, defaults_and_values);
    tcase_add_test(tests, a_date_alone_ends_with_its_day);
    tcase_add_test(tests, times_are_echoed_as_they_were_meant);
    tcase_add_test(tests, what_is_wrong_is_named);
    tcase_add_test(tests, everything_wrong_is_listed_and_the_first_is_the_sentence);
    tcase_add_test(tests, bytes_that_do_not_parse_are_another_matter);
    return tests;
}
