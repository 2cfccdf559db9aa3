/* Text, URLs, forms, pairs, fields. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <math.h>
#include <string.h>

static struct fake_host host;
static aorta_ctx *ctx = &host.ctx;

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_SYNC);
}

static void teardown(void)
{
    fake_host_fini(&host);
}

static void is(aorta_str got, const char *want)
{
    ck_assert_msg(sdk_str_eq(got, want), "got '%.*s', want '%s'", (int)got.len, got.len ? got.ptr : "", want);
}

START_TEST(comparing)
{
    ck_assert(sdk_str_eq(AORTA_S("abc"), "abc"));
    ck_assert(!sdk_str_eq(AORTA_S("abc"), "abcd"));
    ck_assert(!sdk_str_eq(AORTA_S("abc"), "ABC"));
    ck_assert(sdk_str_ieq(AORTA_S("Content-TYPE"), "content-type"));
    ck_assert(!sdk_str_ieq(AORTA_S("[a"), "{a"));
    ck_assert(!sdk_str_eq(sdk_str(NULL), "a"));
    ck_assert(sdk_str_eq(sdk_str(NULL), ""));
}
END_TEST

START_TEST(formatting)
{
    is(sdk_format(ctx, "%s-%d", "a", 7), "a-7");
    ck_assert_str_eq(sdk_cstr(ctx, (aorta_str){"abcdef", 3}), "abc");
    ck_assert_str_eq(sdk_cstr(ctx, (aorta_str){NULL, 0}), "");
    host.alloc_fail_at = host.allocs + 1;
    ck_assert_ptr_null(sdk_format(ctx, "x").ptr);
}
END_TEST

START_TEST(order_is_that_of_bytes)
{
    static const char *const ascending[] = {"", "A", "AB", "B", "a", "\xC3\xA9"};
    for (size_t i = 0; i < AORTA_COUNT(ascending); i++)
        for (size_t k = 0; k < AORTA_COUNT(ascending); k++) {
            int order = sdk_str_cmp(sdk_str(ascending[i]), sdk_str(ascending[k]));
            ck_assert_int_eq((order > 0) - (order < 0), (i > k) - (i < k));
        }
    ck_assert_int_eq(sdk_str_cmp((aorta_str){NULL, 0}, AORTA_S("")), 0);
}
END_TEST

START_TEST(trimming)
{
    is(sdk_trim(AORTA_S("\xEF\xBB\xBF \n{ } \r\n")), "{ }");
    is(sdk_trim(AORTA_S("a")), "a");
    ck_assert_uint_eq(sdk_trim(AORTA_S(" \t ")).len, 0);
    ck_assert_uint_eq(sdk_trim(AORTA_S("\xEF\xBB\xBF")).len, 0);
    ck_assert_uint_eq(sdk_trim((aorta_str){NULL, 0}).len, 0);
}
END_TEST

/* The parts of `text`, each in brackets. */
static void splits_into(aorta_str text, const char *wanted)
{
    char got[64] = "";
    aorta_str part;
    while (sdk_split(&text, ',', &part)) {
        ck_assert_uint_lt(strlen(got) + part.len + 3, sizeof(got));
        strcat(got, "[");
        strncat(got, part.len ? part.ptr : "", part.len);
        strcat(got, "]");
    }
    ck_assert_str_eq(got, wanted);
    ck_assert_uint_eq(text.len, 0);
}

START_TEST(splitting)
{
    splits_into(AORTA_S("a,bc,d"), "[a][bc][d]");
    splits_into(AORTA_S("a,"), "[a]");
    splits_into(AORTA_S(",a,,b"), "[][a][][b]");
    splits_into(AORTA_S(","), "[]");
    splits_into(AORTA_S(""), "");
    splits_into((aorta_str){NULL, 0}, "");
}
END_TEST

START_TEST(queries_are_encoded)
{
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "a b", AORTA_S("c&d=\xC3\xA9~"));
    sdk_query_add_int(ctx, &q, "n", INT64_MIN);
    is(sdk_url(ctx, AORTA_S("https://x.test"), "/p", &q),
       "https://x.test/p?a%20b=c%26d%3D%C3%A9~&n=-9223372036854775808");
    is(sdk_url(ctx, AORTA_S("https://x.test?k=1"), "", &q),
       "https://x.test?k=1&a%20b=c%26d%3D%C3%A9~&n=-9223372036854775808");
    is(sdk_url(ctx, AORTA_S("https://x.test"), "/p", NULL), "https://x.test/p");
    aorta_bytes form = sdk_form(&q);
    is((aorta_str){(const char *)form.ptr, form.len}, "a%20b=c%26d%3D%C3%A9~&n=-9223372036854775808");
}
END_TEST

START_TEST(a_long_query_grows)
{
    sdk_query q = {0};
    for (int i = 0; i < 500; i++)
        sdk_query_add(ctx, &q, "key", AORTA_S("value of some length"));
    ck_assert_uint_eq(q.len, 500 * strlen("key=value%20of%20some%20length") + 499);
}
END_TEST

START_TEST(a_query_without_memory_gives_no_url)
{
    sdk_query q = {0};
    host.alloc_fail_at = 1;
    sdk_query_add(ctx, &q, "a", AORTA_S("b"));
    sdk_query_add(ctx, &q, "c", AORTA_S("d"));
    ck_assert_ptr_null(sdk_url(ctx, AORTA_S("https://x.test"), "", &q).ptr);
    ck_assert_ptr_null(sdk_form(&q).ptr);
}
END_TEST

START_TEST(pairs_and_fields)
{
    const aorta_pair pairs[] = {{AORTA_S("code"), AORTA_S("1")}, {AORTA_S("state"), AORTA_S("2")}};
    is(sdk_pair(pairs, 2, "state"), "2");
    ck_assert_ptr_null(sdk_pair(pairs, 2, "error").ptr);
    const aorta_field fields[] = {
        {AORTA_S("n"), {.type = AORTA_TYPE_INT, .u.i = 1}},
        {AORTA_S("s"), {.type = AORTA_TYPE_STRING, .u.s = {"v", 1}}},
    };
    is(sdk_field(fields, 2, "s"), "v");
    ck_assert_ptr_null(sdk_field(fields, 2, "n").ptr);
}
END_TEST

START_TEST(fields_leave_out_what_is_not_known)
{
    sdk_fields f = {0};
    sdk_json doc;
    static const char text[] = "{\"a\":-1,\"b\":2,\"c\":null,\"d\":\"3\"}";
    ck_assert_int_eq(sdk_json_parse(ctx, text, strlen(text), &doc), AORTA_OK);
    sdk_add_str(&f, "empty", (aorta_str){NULL, 0});
    sdk_add_float(&f, "nan", NAN);
    sdk_add_float(&f, "inf", INFINITY);
    sdk_add_number(&f, "below", doc, "a", 1, 0);
    sdk_add_number(&f, "null", doc, "c", 1, 0);
    sdk_add_number(&f, "absent", doc, "x", 1, 0);
    ck_assert_uint_eq(f.count, 0);
    sdk_add_number(&f, "b", doc, "b", 10, 0);
    sdk_add_number(&f, "d", doc, "d", 1, 0);
    sdk_add_bool(&f, "t", 7);
    sdk_add_enum(&f, "e", "light");
    ck_assert_uint_eq(f.count, 4);
    ck_assert_double_eq(f.field[0].value.u.f, 20);
    ck_assert_double_eq(f.field[1].value.u.f, 3);
    ck_assert_int_eq(f.field[2].value.u.i, 1);
    ck_assert_uint_eq(f.field[3].value.type, AORTA_TYPE_ENUM);
    for (int i = 0; i < SDK_FIELDS_MAX; i++)
        sdk_add_int(&f, "n", i);
    ck_assert_uint_eq(f.count, SDK_FIELDS_MAX);
    ck_assert_uint_eq(f.dropped, 4);
}
END_TEST

static aorta_status next_answer;

static aorta_status take_record(aorta_ctx *c, const aorta_record *r)
{
    (void)c;
    ck_assert_uint_eq(r->fields_count, 1);
    ck_assert(sdk_str_eq(r->fields[0].key, "n"));
    return next_answer;
}

START_TEST(a_refused_record_is_no_failure)
{
    sdk_fields f = {0};
    aorta_record record = {.struct_size = sizeof(record), .kind = AORTA_S("score")};
    sdk_add_int(&f, "n", 1);
    host.table.emit_record = take_record;
    ck_assert_int_eq(sdk_emit_record(ctx, &record, &f), AORTA_OK);
    next_answer = AORTA_ERR_DATA;
    ck_assert_int_eq(sdk_emit_record(ctx, &record, &f), AORTA_OK);
    next_answer = AORTA_ERR_CANCELLED;
    ck_assert_int_eq(sdk_emit_record(ctx, &record, &f), AORTA_ERR_CANCELLED);
}
END_TEST

Suite *suite_text(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, comparing);
    tcase_add_test(t, formatting);
    tcase_add_test(t, order_is_that_of_bytes);
    tcase_add_test(t, trimming);
    tcase_add_test(t, splitting);
    tcase_add_test(t, queries_are_encoded);
    tcase_add_test(t, a_long_query_grows);
    tcase_add_test(t, a_query_without_memory_gives_no_url);
    tcase_add_test(t, pairs_and_fields);
    tcase_add_test(t, fields_leave_out_what_is_not_known);
    tcase_add_test(t, a_refused_record_is_no_failure);
    suite_add_tcase(s, t);
    return s;
}
