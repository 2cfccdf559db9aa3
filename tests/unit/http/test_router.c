/* Paths to routes. */
#include "http/router.h"
#include "tests.h"

#define ROW(m, p)                                                                                                      \
    {                                                                                                                  \
        .method = (m), .pattern = (p)                                                                                  \
    }

static const struct gw_route table[] = {
    ROW(GW_GET, "/"),
    ROW(GW_GET, "/users"),
    ROW(GW_POST, "/users"),
    ROW(GW_GET, "/users/{user_id}"),
    ROW(GW_PATCH, "/users/{user_id}"),
    ROW(GW_GET, "/users/me"),
    ROW(GW_GET, "/users/{user_id}/events/{event_id}"),
    ROW(GW_POST, "/providers/{provider}/users/{user_id}/sync"),
};

static struct gw_router *router;
static struct gw_arena *arena;
static struct gw_match match;

static void setup(void)
{
    arena = gw_arena_new(0);
    ck_assert_int_eq(gw_router_new(table, sizeof(table) / sizeof(table[0]), &router, NULL), GW_OK);
}

static void teardown(void)
{
    gw_router_free(&router);
    gw_arena_free(&arena);
}

static enum gw_code find(enum gw_method method, const char *path)
{
    return gw_router_match(router, method, gw_str(path), arena, &match, NULL);
}

START_TEST(literals_and_parameters)
{
    ck_assert_int_eq(find(GW_GET, "/"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[0]);
    ck_assert_int_eq(find(GW_POST, "/users"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[2]);
    ck_assert_int_eq(find(GW_GET, "/users/7"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[3]);
    ck_assert_uint_eq(match.params_count, 1);
    ck_assert(gw_str_is(match.names[0], "user_id"));
    ck_assert(gw_str_is(match.values[0], "7"));
    ck_assert_int_eq(find(GW_POST, "/providers/polar/users/9/sync"), GW_OK);
    ck_assert(gw_str_is(match.values[0], "polar"));
    ck_assert(gw_str_is(match.values[1], "9"));
}
END_TEST

START_TEST(a_literal_wins_over_a_parameter)
{
    ck_assert_int_eq(find(GW_GET, "/users/me"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[5]);
    ck_assert_int_eq(find(GW_GET, "/users/%6de"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[5]);
}
END_TEST

START_TEST(a_slash_at_the_end_makes_no_difference)
{
    ck_assert_int_eq(find(GW_GET, "/users/"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[1]);
    ck_assert_int_eq(find(GW_GET, "/users/7/"), GW_OK);
    ck_assert_ptr_eq(match.route, &table[3]);
    ck_assert_int_eq(find(GW_GET, "/users//"), GW_NOT_FOUND);
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
    static const char *const paths[] = {"",           "users",      "/user",           "/usersx",
                                        "//users",    "/users/7/8", "/users/7/events", "/users//events/1",
                                        "/providers", "/USERS",     "/users/../users", "*"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ck_assert_msg(find(GW_GET, paths[i]) == GW_NOT_FOUND, "%s", paths[i]);
        ck_assert_uint_eq(match.allowed, 0);
    }
}
END_TEST

START_TEST(a_known_path_says_what_it_allows)
{
    ck_assert_int_eq(find(GW_DELETE, "/users/7"), GW_METHOD);
    ck_assert_uint_eq(match.allowed, 1u << GW_GET | 1u << GW_PATCH);
    ck_assert_ptr_null(match.route);
    ck_assert_int_eq(find(GW_METHODS, "/users"), GW_METHOD);
    ck_assert_int_eq(find(GW_OPTIONS, "/users"), GW_METHOD);
}
END_TEST

START_TEST(an_escaped_slash_stays_in_its_segment)
{
    ck_assert_int_eq(find(GW_GET, "/users/a%2Fb"), GW_OK);
    ck_assert(gw_str_is(match.values[0], "a/b"));
    ck_assert_int_eq(find(GW_GET, "/users/a+b"), GW_OK);
    ck_assert(gw_str_is(match.values[0], "a+b"));
}
END_TEST

START_TEST(broken_bytes_are_malformed)
{
    ck_assert_int_eq(find(GW_GET, "/users/%zz"), GW_MALFORMED);
    ck_assert_int_eq(find(GW_GET, "/users/%ff"), GW_MALFORMED);
    ck_assert_int_eq(find(GW_GET, "/users/%00"), GW_MALFORMED);
}
END_TEST

START_TEST(tables_that_contradict_themselves_are_refused)
{
    static const struct gw_route twice[] = {ROW(GW_GET, "/a/{b_id}"), ROW(GW_GET, "/a/{b_id}")};
    static const struct gw_route named[] = {ROW(GW_GET, "/a/{b_id}"), ROW(GW_GET, "/a/{c_id}/d")};
    struct gw_router *none = NULL;

    ck_assert_int_eq(gw_router_new(twice, 2, &none, NULL), GW_INTERNAL);
    ck_assert_int_eq(gw_router_new(named, 2, &none, NULL), GW_INTERNAL);
    ck_assert_ptr_null(none);
}
END_TEST

TCase *router_case(void)
{
    TCase *tests = tcase_create("router");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, literals_and_parameters);
    tcase_add_test(tests, a_literal_wins_over_a_parameter);
    tcase_add_test(tests, a_slash_at_the_end_makes_no_difference);
    tcase_add_test(tests, what_is_not_there_is_not_found);
    tcase_add_test(tests, a_known_path_says_what_it_allows);
    tcase_add_test(tests, an_escaped_slash_stays_in_its_segment);
    tcase_add_test(tests, broken_bytes_are_malformed);
    tcase_add_test(tests, tables_that_contradict_themselves_are_refused);
    return tests;
}
