/* Bounds of JSON values: what is whole is found whole, and no cut text passes for one. */
#include "scan.h"
#include "suunto_host.h"

#include <string.h>

static void member_is(const char *object, const char *name, const char *wanted)
{
    aorta_str value;
    int found = scan_member(sdk_str(object), name, &value);
    ck_assert_int_eq(found, wanted != NULL);
    if (wanted)
        ck_assert(sdk_str_eq(value, wanted));
}

START_TEST(members)
{
    member_is("{\"a\":1,\"b\":[1,{\"a\":2}],\"c\":\"x\"}", "a", "1");
    member_is(" { \"a\" : 1 , \"b\" : [1,{\"a\":2}] } ", "b", "[1,{\"a\":2}]");
    member_is("{\"s\":\"a\\\"},{\",\"t\":null}", "t", "null");
    member_is("{\"s\":\"a\\\"},{\",\"t\":null}", "s", "\"a\\\"},{\"");
    member_is("{\"a\":1,\"a\":2}", "a", "2");
    member_is("{}", "a", NULL);
    member_is("[1]", "a", NULL);
    member_is("", "a", NULL);
    member_is("{\"a\":1", "a", NULL);
    member_is("{\"a\":[1}", "a", NULL);
    member_is("{\"a\" 1}", "a", NULL);
    member_is("{\"a\":}", "a", NULL);
}
END_TEST

static int count(const char *array)
{
    struct scan_items it;
    aorta_str item;
    int n, seen = 0;
    if (scan_items_begin(sdk_str(array), &it) != 0)
        return -2;
    while ((n = scan_items_next(&it, &item)) > 0)
        seen++;
    return n < 0 ? -1 : seen;
}

START_TEST(items)
{
    ck_assert_int_eq(count("[]"), 0);
    ck_assert_int_eq(count(" [ ] "), 0);
    ck_assert_int_eq(count("[{\"a\":[1,2]},2 , \"]\"]"), 3);
    ck_assert_int_eq(count("{}"), -2);
    ck_assert_int_eq(count("[1,]"), -1);
    ck_assert_int_eq(count("[1 2]"), -1);
    ck_assert_int_eq(count("[,1]"), -1);
    ck_assert_int_eq(count("[1,{\"a\":1]"), -1);
    ck_assert_int_eq(count("[\"abc"), -1);
    ck_assert_int_eq(count("[\"abc\\"), -1);
}
END_TEST

START_TEST(no_beginning_is_whole)
{
    static const char page[] = "[{\"workoutKey\":\"a\\\\\",\"x\":[1.5,{\"y\":\"]}\"}]},{\"workoutKey\":\"b\"}]";
    char cut[sizeof(page)];
    for (size_t len = 0; len < sizeof(page) - 1; len++) {
        aorta_str value, rest;
        memcpy(cut, page, len);
        cut[len] = '\0';
        ck_assert_int_eq(scan_value(sdk_str(cut), &value, &rest), 0);
        if (len)
            ck_assert_int_eq(count(cut), -1);
    }
    ck_assert_int_eq(count(page), 2);
}
END_TEST

START_TEST(depth_has_a_bound)
{
    char deep[1024];
    aorta_str value, rest;
    memset(deep, '[', 64);
    memset(deep + 64, ']', 64);
    ck_assert_int_eq(scan_value((aorta_str){deep, 128}, &value, &rest), 1);
    memset(deep, '[', 65);
    memset(deep + 65, ']', 65);
    ck_assert_int_eq(scan_value((aorta_str){deep, 130}, &value, &rest), 0);
    memset(deep, '[', sizeof(deep));
    ck_assert_int_eq(scan_value((aorta_str){deep, sizeof(deep)}, &value, &rest), 0);
}
END_TEST

START_TEST(trimming)
{
    ck_assert(sdk_str_eq(scan_trim(sdk_str("\xEF\xBB\xBF \n{} \r\n")), "{}"));
    ck_assert_uint_eq(scan_trim(sdk_str(" \t ")).len, 0);
    ck_assert_uint_eq(scan_trim((aorta_str){NULL, 0}).len, 0);
}
END_TEST

Suite *scan_suite(void)
{
    Suite *s = suite_create("scan");
    TCase *t = tcase_create("scan");
    tcase_add_test(t, members);
    tcase_add_test(t, items);
    tcase_add_test(t, no_beginning_is_whole);
    tcase_add_test(t, depth_has_a_bound);
    tcase_add_test(t, trimming);
    suite_add_tcase(s, t);
    return s;
}
