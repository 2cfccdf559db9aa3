/* Text, URLs, forms, pairs, fields, PKCE and Basic authentication. */
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

START_TEST(failing_names_the_reason_and_cuts_whole_characters)
{
    ck_assert_int_eq(sdk_fail(ctx, AORTA_ERR_CONFLICT, "x.y", "no %s", "way"), AORTA_ERR_CONFLICT);
    ck_assert_int_eq(host.failed, AORTA_ERR_CONFLICT);
    ck_assert_str_eq(host.fail_code, "x.y");
    ck_assert_str_eq(host.fail_message, "no way");
    char text[2001];
    for (int i = 0; i < 1000; i++)
        memcpy(text + 2 * i, "\xC3\xA9", 2);
    text[2000] = '\0';
    sdk_log(ctx, AORTA_LOG_INFO, "x%s", text); /* cut at 1,023 bytes, which is inside a character */
    ck_assert_uint_eq(strlen(host.log.ptr), strlen("2 ") + 1 + 2 * 511 + strlen("\n"));
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

START_TEST(pkce_is_s256)
{
    aorta_str verifier, challenge;
    ck_assert_int_eq(sdk_pkce(ctx, &verifier, &challenge), AORTA_OK);
    /* the fake host's random is 00 01 02 … 1f */
    is(verifier, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    is(challenge, "6oZqdX5MOLq_qBJ8vppAnT4fk6AP8UiP9zX8-Rev_9A");
    ck_assert_uint_eq(verifier.len, 43);
}
END_TEST

START_TEST(basic_authentication)
{
    is(sdk_basic_auth(ctx, AORTA_S("Aladdin"), AORTA_S("open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
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

Suite *suite_text(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, comparing);
    tcase_add_test(t, formatting);
    tcase_add_test(t, failing_names_the_reason_and_cuts_whole_characters);
    tcase_add_test(t, queries_are_encoded);
    tcase_add_test(t, a_long_query_grows);
    tcase_add_test(t, a_query_without_memory_gives_no_url);
    tcase_add_test(t, pairs_and_fields);
    tcase_add_test(t, pkce_is_s256);
    tcase_add_test(t, basic_authentication);
    tcase_add_test(t, fields_leave_out_what_is_not_known);
    suite_add_tcase(s, t);
    return s;
}
