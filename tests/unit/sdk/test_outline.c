/* Outlines of JSON: what is whole is found whole, and no cut text passes for one. */
#include "aorta/sdk.h"
#include "tests.h"

#include <stdlib.h>
#include <string.h>

static void member_is(const char *object, const char *name, const char *wanted)
{
    aorta_str value = {NULL, 0};
    ck_assert_msg(sdk_outline_member(sdk_str(object), name, &value) == (wanted ? 0 : -1), "%s of %s", name, object);
    if (wanted)
        ck_assert_msg(sdk_str_eq(value, wanted), "%s of %s", name, object);
    else
        ck_assert_ptr_null(value.ptr);
}

START_TEST(members_by_name)
{
    member_is("{\"a\":1,\"b\":[1,{\"a\":2}],\"c\":\"x\"}", "a", "1");
    member_is(" { \"a\" : 1 , \"b\" : [1,{\"a\":2}] } ", "b", "[1,{\"a\":2}]");
    member_is("{\"s\":\"a\\\"},{\",\"t\":null}", "t", "null");
    member_is("{\"s\":\"a\\\"},{\",\"t\":null}", "s", "\"a\\\"},{\"");
    member_is("{\"a\":1,\"a\":-2.5e+7}", "a", "-2.5e+7");
    member_is("{\"\":1}", "", "1");
    member_is("{}", "a", NULL);
    member_is("[1]", "a", NULL);
    member_is("", "a", NULL);
    member_is("a", "a", NULL);
    member_is("{\"a\":1", "a", NULL);
    member_is("{\"a\":1,}", "a", NULL);
    member_is("{\"a\":[1}", "a", NULL);
    member_is("{\"a\" 1}", "a", NULL);
    member_is("{\"a\":}", "a", NULL);
    member_is("{\"a\":<b>}", "a", NULL);
    member_is("{a:1}", "a", NULL);
}
END_TEST

/* How many values a container has, -1 when it is broken, -2 when it is none. */
static int count(aorta_str container)
{
    sdk_outline o;
    aorta_str key, value;
    int more, seen = 0, begun = sdk_outline_begin(container, &o);
    while ((more = sdk_outline_next(&o, &key, &value)) == 1)
        seen++;
    ck_assert_int_eq(sdk_outline_next(&o, &key, &value), more); /* and so it stays */
    if (begun != 0)
        ck_assert_int_eq(more, -1);
    return begun != 0 ? -2 : more < 0 ? -1 : seen;
}

START_TEST(values_of_a_container)
{
    static const struct {
        const char *text;
        int count;
    } table[] = {
        {"[]", 0},      {" [ ] ", 0},        {"{}", 0},     {"[{\"a\":[1,2]},2 , \"]\"]", 3},
        {"", -2},       {"\"a\"", -2},       {"1", -2},     {"{\"a\":1,\"b\":{}}", 2},
        {"[1,]", -1},   {"[1 2]", -1},       {"[,1]", -1},  {"[1,{\"a\":1]", -1},
        {"[1}", -1},    {"[\"abc", -1},      {"[", -1},     {"[\"abc\\", -1},
        {"{\"a\"", -1}, {"[nonsense!]", -1}, {"{1:2}", -1}, {"{\"a\":1 \"b\":2}", -1},
    };
    for (size_t i = 0; i < AORTA_COUNT(table); i++)
        ck_assert_msg(count(sdk_str(table[i].text)) == table[i].count, "%s", table[i].text);
    ck_assert_int_eq(count((aorta_str){NULL, 0}), -2);
}
END_TEST

START_TEST(keys_and_values_as_they_stand)
{
    sdk_outline o;
    aorta_str key, value;
    ck_assert_int_eq(sdk_outline_begin(AORTA_S("{\"a\\\"b\" : [ 1 ] ,\"c\":\"\\u0041\"} tail"), &o), 0);
    ck_assert_int_eq(sdk_outline_next(&o, &key, &value), 1);
    ck_assert(sdk_str_eq(key, "\"a\\\"b\""));
    ck_assert(sdk_str_eq(value, "[ 1 ]"));
    ck_assert_int_eq(sdk_outline_next(&o, &key, &value), 1);
    ck_assert(sdk_str_eq(key, "\"c\""));
    ck_assert(sdk_str_eq(value, "\"\\u0041\""));
    ck_assert_int_eq(sdk_outline_next(&o, &key, &value), 0);
    ck_assert(sdk_str_eq(o.rest, "tail"));
    ck_assert_int_eq(sdk_outline_begin(AORTA_S("[1]"), &o), 0);
    ck_assert_int_eq(sdk_outline_next(&o, &key, &value), 1);
    ck_assert_ptr_null(key.ptr);
}
END_TEST

START_TEST(one_value_after_the_other)
{
    aorta_str value, rest = AORTA_S(" {\"a\":1}\n[2] \"]\" true");
    static const char *const values[] = {"{\"a\":1}", "[2]", "\"]\"", "true"};
    for (size_t i = 0; i < AORTA_COUNT(values); i++) {
        ck_assert_int_eq(sdk_outline_value(rest, &value, &rest), 0);
        ck_assert(sdk_str_eq(value, values[i]));
    }
    ck_assert_uint_eq(rest.len, 0);
    ck_assert_int_eq(sdk_outline_value(rest, &value, &rest), -1);
    ck_assert_int_eq(sdk_outline_value((aorta_str){NULL, 0}, &value, &rest), -1);
    ck_assert_int_eq(sdk_outline_value(AORTA_S(" \t\n"), &value, &rest), -1);
    ck_assert_int_eq(sdk_outline_value(AORTA_S("]"), &value, &rest), -1);
    ck_assert_int_eq(sdk_outline_value(AORTA_S("<html>"), &value, &rest), -1);
}
END_TEST

START_TEST(no_beginning_is_whole)
{
    static const char page[] = "[{\"workoutKey\":\"a\\\\\",\"x\":[1.5,{\"y\":\"]}\"}]},{\"workoutKey\":\"b\"}]";
    for (size_t len = 0; len < sizeof(page) - 1; len++) {
        aorta_str value, rest;
        char *cut = strndup(page, len); /* so that a sanitizer sees one byte too far */
        ck_assert_ptr_nonnull(cut);
        ck_assert_int_eq(sdk_outline_value((aorta_str){cut, len}, &value, &rest), -1);
        ck_assert_int_eq(count((aorta_str){cut, len}), len ? -1 : -2);
        free(cut);
    }
    ck_assert_int_eq(count(sdk_str(page)), 2);
}
END_TEST

START_TEST(depth_has_a_bound)
{
    char deep[1024];
    aorta_str value, rest;
    memset(deep, '[', 64);
    memset(deep + 64, ']', 64);
    ck_assert_int_eq(sdk_outline_value((aorta_str){deep, 128}, &value, &rest), 0);
    memset(deep, '[', 65);
    memset(deep + 65, ']', 65);
    ck_assert_int_eq(sdk_outline_value((aorta_str){deep, 130}, &value, &rest), -1);
    memset(deep, '[', sizeof(deep));
    ck_assert_int_eq(sdk_outline_value((aorta_str){deep, sizeof(deep)}, &value, &rest), -1);
}
END_TEST

Suite *suite_outline(void)
{
    Suite *s = suite_create("outline");
    TCase *t = tcase_create("outline");
    tcase_add_test(t, members_by_name);
    tcase_add_test(t, values_of_a_container);
    tcase_add_test(t, keys_and_values_as_they_stand);
    tcase_add_test(t, one_value_after_the_other);
    tcase_add_test(t, no_beginning_is_whole);
    tcase_add_test(t, depth_has_a_bound);
    suite_add_tcase(s, t);
    return s;
}
