/* Percent-decoding, queries, request targets. */
#include "http/query.h"
#include "tests.h"

static struct gw_arena *arena;
static struct gw_param_text *pairs;
static size_t count;

static void setup(void)
{
    arena = gw_arena_new(0);
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static enum gw_code parse(const char *text)
{
    return gw_query_parse(gw_str(text), arena, &pairs, &count, NULL);
}

static void check_pair(size_t i, const char *name, const char *value)
{
    ck_assert_uint_lt(i, count);
    ck_assert_msg(gw_str_is(pairs[i].name, name), "%.*s", (int)pairs[i].name.len, pairs[i].name.ptr);
    ck_assert_msg(gw_str_is(pairs[i].value, value), "%.*s", (int)pairs[i].value.len, pairs[i].value.ptr);
}

START_TEST(pairs_in_order_with_repeats)
{
    ck_assert_int_eq(parse("types=heart_rate&types=steps&empty=&bare&&=nameless&x=a=b"), GW_OK);
    ck_assert_uint_eq(count, 6);
    check_pair(0, "types", "heart_rate");
    check_pair(1, "types", "steps");
    check_pair(2, "empty", "");
    check_pair(3, "bare", "");
    check_pair(4, "", "nameless");
    check_pair(5, "x", "a=b");
}
END_TEST

START_TEST(escapes_are_decoded_once)
{
    ck_assert_int_eq(parse("a%20b=%2526&plus=1+1%2B&caf%C3%A9=%e2%82%ac"), GW_OK);
    check_pair(0, "a b", "%26");
    check_pair(1, "plus", "1 1+");
    check_pair(2, "caf\xc3\xa9", "\xe2\x82\xac");
}
END_TEST

START_TEST(an_escaped_separator_is_text)
{
    ck_assert_int_eq(parse("a=1%26b%3D2"), GW_OK);
    ck_assert_uint_eq(count, 1);
    check_pair(0, "a", "1&b=2");
}
END_TEST

START_TEST(broken_bytes_are_refused)
{
    static const char *const broken[] = {"a=%",   "a=%1",  "a=%zz",       "a=%-1",    "%g0=1", "a=%ff",
                                         "a=%C3", "a=%00", "a=%ED%A0%80", "a=%C0%AF", "\xff=1"};

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        ck_assert_msg(parse(broken[i]) == GW_MALFORMED, "%s", broken[i]);
}
END_TEST

START_TEST(too_many_pairs_are_refused)
{
    char text[2 * (GW_QUERY_MOST + 1) + 1];

    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = i % 2 ? '&' : 'a';
    text[2 * GW_QUERY_MOST - 1] = '\0';
    ck_assert_int_eq(parse(text), GW_OK);
    ck_assert_uint_eq(count, GW_QUERY_MOST);
    text[2 * GW_QUERY_MOST - 1] = '&';
    text[2 * GW_QUERY_MOST + 1] = '\0';
    ck_assert_int_eq(parse(text), GW_MALFORMED);
}
END_TEST

START_TEST(nothing_is_no_pairs)
{
    ck_assert_int_eq(parse(""), GW_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(parse("&&&"), GW_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_target_is_a_path_and_a_query)
{
    static const struct {
        const char *target, *path, *query;
    } rows[] = {{"/a/b?c=d", "/a/b", "c=d"},      {"/a?", "/a", ""},        {"/a", "/a", ""}, {"/a?b?c#d", "/a", "b?c"},
                {"http://host:1/a?b", "/a", "b"}, {"http://host", "/", ""}, {"*", "*", ""},   {"", "", ""}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gw_str path, query;
        gw_target_split(gw_str(rows[i].target), &path, &query);
        ck_assert_msg(gw_str_is(path, rows[i].path), "%s", rows[i].target);
        ck_assert_msg(gw_str_is(query, rows[i].query), "%s", rows[i].target);
    }
}
END_TEST

TCase *query_case(void)
{
    TCase *tests = tcase_create("query");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, pairs_in_order_with_repeats);
    tcase_add_test(tests, escapes_are_decoded_once);
    tcase_add_test(tests, an_escaped_separator_is_text);
    tcase_add_test(tests, broken_bytes_are_refused);
    tcase_add_test(tests, too_many_pairs_are_refused);
    tcase_add_test(tests, nothing_is_no_pairs);
    tcase_add_test(tests, a_target_is_a_path_and_a_query);
    return tests;
}
