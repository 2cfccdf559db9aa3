/* The JSON reader: what it takes, what it refuses, and that every view of a document agrees with its source.
 */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_host host;
static aorta_ctx *ctx = &host.ctx;

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_NORMALIZE);
}

static void teardown(void)
{
    fake_host_fini(&host);
}

static sdk_json parsed(const char *text)
{
    sdk_json doc;
    /* the bytes must outlive the tree, and nothing stands behind them */
    char *bytes = host.table.alloc(ctx, strlen(text));
    memcpy(bytes, text, strlen(text));
    ck_assert_msg(sdk_json_parse(ctx, bytes, strlen(text), &doc) == AORTA_OK, "%s: %s", text, host.fail_message);
    return doc;
}

static void is(aorta_str got, const char *want)
{
    ck_assert_msg(sdk_str_eq(got, want), "got '%.*s', want '%s'", (int)got.len, got.len ? got.ptr : "", want);
}

START_TEST(scalars_stand_alone)
{
    ck_assert_int_eq(sdk_json_type(parsed("null")), SDK_JSON_NULL);
    ck_assert_int_eq(sdk_json_bool(parsed(" true "), 0), 1);
    ck_assert_int_eq(sdk_json_bool(parsed("false"), 1), 0);
    ck_assert_int_eq(sdk_json_int(parsed("42"), 0), 42);
    ck_assert_int_eq(sdk_json_int(parsed("-7 \n"), 0), -7);
    is(sdk_json_text(parsed("1234567")), "1234567");
    is(sdk_json_str(parsed("\"a\"")), "a");
}
END_TEST

START_TEST(members_in_order)
{
    sdk_json doc = parsed("{\"a\":1,\"b\":[true,[],{}],\"c\":{\"d\":\"e\"}}");
    const char *keys[] = {"a", "b", "c"};
    int n = 0;
    ck_assert_uint_eq(sdk_json_count(doc), 3);
    for (sdk_json m = sdk_json_first(doc); m.node; m = sdk_json_next(m))
        is(sdk_json_key(m), keys[n++]);
    ck_assert_int_eq(n, 3);
    sdk_json list = sdk_json_get(doc, "b");
    ck_assert_uint_eq(sdk_json_count(list), 3);
    ck_assert_ptr_null(sdk_json_key(sdk_json_first(list)).ptr);
    ck_assert_ptr_null(sdk_json_first(sdk_json_next(sdk_json_first(list))).node);
    is(sdk_json_str(sdk_json_get(sdk_json_get(doc, "c"), "d")), "e");
}
END_TEST

START_TEST(absence_is_accepted_everywhere)
{
    sdk_json none = sdk_json_get(parsed("[1]"), "a");
    ck_assert_int_eq(sdk_json_type(none), SDK_JSON_NONE);
    ck_assert_int_eq(sdk_json_type(sdk_json_get(none, "b")), SDK_JSON_NONE);
    ck_assert_ptr_null(sdk_json_first(none).node);
    ck_assert_ptr_null(sdk_json_next(none).node);
    ck_assert_ptr_null(sdk_json_key(none).ptr);
    ck_assert_ptr_null(sdk_json_text(none).ptr);
    ck_assert_ptr_null(sdk_json_str(none).ptr);
    ck_assert_uint_eq(sdk_json_count(none), 0);
    ck_assert_int_eq(sdk_json_int(none, 5), 5);
    ck_assert_double_eq(sdk_json_double(none, 5), 5);
    ck_assert_int_eq(sdk_json_bool(none, 1), 1);
    ck_assert_int_eq(sdk_json_is_number(none), 0);
}
END_TEST

START_TEST(the_last_of_equal_keys_counts)
{
    sdk_json doc = parsed("{\"a\":1,\"a\":2,\"b\":0,\"a\":3}");
    ck_assert_int_eq(sdk_json_int(sdk_json_get(doc, "a"), 0), 3);
    ck_assert_uint_eq(sdk_json_count(doc), 4);
}
END_TEST

START_TEST(numbers)
{
    sdk_json d = parsed("[0,-0,9223372036854775807,-9223372036854775808,9223372036854775808,12.9,-12.9,1e3,1.5e300,"
                        "1e999,0.1,3.141592653589793,123456789012345678901234567890,2.2250738585072014e-308,"
                        "9007199254740993]");
    sdk_json v[15];
    int n = 0;
    for (sdk_json m = sdk_json_first(d); m.node; m = sdk_json_next(m))
        v[n++] = m;
    ck_assert_int_eq(n, 15);
    ck_assert(signbit(sdk_json_double(v[1], 1)));
    ck_assert_int_eq(sdk_json_int(v[2], 0), INT64_MAX);
    ck_assert_int_eq(sdk_json_int(v[3], 0), INT64_MIN);
    ck_assert_int_eq(sdk_json_int(v[4], -1), -1);
    ck_assert_int_eq(sdk_json_int(v[5], 0), 12);
    ck_assert_int_eq(sdk_json_int(v[6], 0), -12);
    ck_assert_int_eq(sdk_json_int(v[7], 0), 1000);
    ck_assert_int_eq(sdk_json_int(v[8], -1), -1);
    ck_assert_double_eq(sdk_json_double(v[8], 0), 1.5e300);
    ck_assert_double_eq(sdk_json_double(v[9], -1), -1);
    ck_assert_double_eq(sdk_json_double(v[10], 0), 0.1);
    ck_assert_double_eq(sdk_json_double(v[11], 0), 3.141592653589793);
    ck_assert_double_eq(sdk_json_double(v[12], 0), 123456789012345678901234567890.0);
    ck_assert_double_eq(sdk_json_double(v[13], 0), 2.2250738585072014e-308);
    ck_assert_int_eq(sdk_json_int(v[14], 0), 9007199254740993);
    is(sdk_json_str(v[12]), "123456789012345678901234567890");
}
END_TEST

/* The fast path and strtod must agree to the last bit. */
START_TEST(doubles_are_correctly_rounded)
{
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        char text[64];
        int digits = 1 + (int)(seed % 19), exponent = (int)(seed >> 8 & 63) - 32;
        snprintf(text, sizeof(text), "%s%.*s.%u%s%d", seed & 1 ? "-" : "", digits, "9182736450918273645",
                 (unsigned)(seed >> 20 & 0xFFFF), seed & 2 ? "e" : "E", exponent);
        double got;
        ck_assert_int_eq(sdk_number_parse(sdk_str(text), &got), 0);
        ck_assert_msg(got == strtod(text, NULL), "%s", text);
    }
}
END_TEST

START_TEST(numbers_in_strings)
{
    sdk_json d = parsed("[\"12\",\"12.5\",\" 12\",\"12x\",\"\",\"0x10\",\"nan\",\"1e2\"]");
    const double want[] = {12, 12.5, -1, -1, -1, -1, -1, 100};
    int n = 0;
    for (sdk_json m = sdk_json_first(d); m.node; m = sdk_json_next(m), n++) {
        ck_assert_double_eq(sdk_json_double(m, -1), want[n]);
        ck_assert_int_eq(sdk_json_is_number(m), want[n] >= 0);
    }
    ck_assert_int_eq(n, 8);
}
END_TEST

START_TEST(no_locale_moves_the_decimal_point)
{
    double v;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed, strtod alone would stop at the point */
    ck_assert_int_eq(sdk_number_parse(AORTA_S("0.30000000000000000000001"), &v), 0);
    ck_assert_double_eq(v, 0.3);
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(escapes)
{
    sdk_json d = parsed("{\"k\\u00e9y\":\"a\\\"\\\\\\/"
                        "\\b\\f\\n\\r\\t\\u0041\\u20ac\\ud83d\\ude00\",\"e\":\"\",\"s\":\"\\\\\"}");
    sdk_json v = sdk_json_get(d, "k\xC3\xA9y");
    is(sdk_json_str(v), "a\"\\/\b\f\n\r\tA\xE2\x82\xAC\xF0\x9F\x98\x80");
    is(sdk_json_text(v), "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u20ac\\ud83d\\ude00\"");
    is(sdk_json_str(sdk_json_get(d, "e")), "");
    is(sdk_json_text(sdk_json_get(d, "e")), "\"\"");
    is(sdk_json_str(sdk_json_get(d, "s")), "\\");
    ck_assert_uint_eq(sdk_json_count(d), 3);
}
END_TEST

START_TEST(half_pairs_and_nul_become_the_replacement_character)
{
    is(sdk_json_str(parsed("\"\\ud83dx\"")), "\xEF\xBF\xBDx");
    is(sdk_json_str(parsed("\"\\ude00\"")), "\xEF\xBF\xBD");
    is(sdk_json_str(parsed("\"\\ud83d\\u0041\"")), "\xEF\xBF\xBD"
                                                   "A");
    is(sdk_json_str(parsed("\"\\ud83d\"")), "\xEF\xBF\xBD");
    is(sdk_json_str(parsed("\"a\\u0000b\"")), "a\xEF\xBF\xBD"
                                              "b");
}
END_TEST

START_TEST(text_is_the_source)
{
    sdk_json d = parsed(" { \"a\" : [ 1 , 2.50 ] , \"b\" : { } , \"c\" : null } ");
    is(sdk_json_text(d), "{ \"a\" : [ 1 , 2.50 ] , \"b\" : { } , \"c\" : null }");
    is(sdk_json_text(sdk_json_get(d, "a")), "[ 1 , 2.50 ]");
    is(sdk_json_text(sdk_json_next(sdk_json_first(sdk_json_get(d, "a")))), "2.50");
    is(sdk_json_text(sdk_json_get(d, "b")), "{ }");
    is(sdk_json_text(sdk_json_get(d, "c")), "null");
}
END_TEST

START_TEST(refused)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "[1",
        "[1,]",
        "{\"a\":}",
        "{\"a\" 1}",
        "{a:1}",
        "nul",
        "truex",
        "1 2",
        "{} {}",
        "[1]]",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "01",
        "1.",
        ".5",
        "+1",
        "--1",
        "'a'",
        "\"\t\"",
        "// c\n1",
        "[1 /* c */]",
        "\xEF\xBB\xBF{}",
        "\"\x80\"",
        "\"\xC0\x80\"",
        "\"\xED\xA0\x80\"",
        "\"\xF4\x90\x80\x80\"",
        "\"\xE2\x82\"",
        "\"\xF0\x80\x80\x80\"",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        sdk_json doc = {(const sdk_json_node *)(const void *)bad};
        host.failed = AORTA_OK;
        ck_assert_msg(sdk_json_parse(ctx, bad[i], strlen(bad[i]), &doc) == AORTA_ERR_DATA, "accepted: %s", bad[i]);
        ck_assert_int_eq(host.failed, AORTA_ERR_DATA);
        ck_assert_ptr_null(doc.node);
    }
    sdk_json doc;
    ck_assert_int_eq(sdk_json_parse(ctx, "1\0", 2, &doc), AORTA_ERR_DATA);
    ck_assert_int_eq(sdk_json_parse(ctx, NULL, 0, &doc), AORTA_ERR_DATA);
}
END_TEST

/* yajl overlooks what begins behind the document and does not end. */
START_TEST(nothing_stands_behind_a_document)
{
    static const char *const documents[] = {"{ }", "[1]", "\"a\"", "\"a\\n\"", "\"\"", "1", "-1.5e3", "null", "true"};
    static const char *const behind[] = {"\"", "\"a", "2", "-", "tru", "nul", "{", "]", ",", "/*", "\x01", "x"};
    char text[32];
    sdk_json doc;
    for (size_t i = 0; i < AORTA_COUNT(documents); i++) {
        int n = snprintf(text, sizeof(text), " %s \r\n\t", documents[i]);
        ck_assert_int_eq(sdk_json_parse(ctx, text, (size_t)n, &doc), AORTA_OK);
        ck_assert_int_eq(sdk_json_parse(ctx, documents[i], strlen(documents[i]), &doc), AORTA_OK);
        ck_assert_int_eq(sdk_json_parse(ctx, text, (size_t)n + 1, &doc), AORTA_ERR_DATA); /* the NUL */
        for (size_t k = 0; k < AORTA_COUNT(behind); k++) {
            n = snprintf(text, sizeof(text), "%s %s", documents[i], behind[k]);
            ck_assert_msg(sdk_json_parse(ctx, text, (size_t)n, &doc) == AORTA_ERR_DATA, "accepted: %s", text);
        }
    }
}
END_TEST

static sdk_json_node *nested(int depth, aorta_status *st)
{
    char text[512] = "";
    for (int i = 0; i < depth; i++)
        text[i] = '[', text[2 * depth - 1 - i] = ']';
    sdk_json doc;
    *st = sdk_json_parse(ctx, text, (size_t)(2 * depth), &doc);
    return (sdk_json_node *)(uintptr_t)doc.node;
}

START_TEST(depth_is_64)
{
    aorta_status st;
    ck_assert_ptr_nonnull(nested(64, &st));
    ck_assert_ptr_null(nested(65, &st));
    ck_assert_int_eq(st, AORTA_ERR_DATA);
}
END_TEST

/* Documents around the tape's block sizes, walked to the end. */
START_TEST(every_length_links_its_blocks)
{
    char *text = malloc(400000);
    for (int n = 0; n < 200; n++) {
        int len = 0, sum = 0, want = 0;
        text[len++] = '[';
        for (int i = 0; i < n; i++) {
            len += sprintf(text + len, "%s{\"a\":[%d,\"\\n\"],\"b\":{\"c\":%d}},%d", i ? "," : "", i, i, i);
            want += 3 * i;
        }
        text[len++] = ']';
        sdk_json doc;
        ck_assert_int_eq(sdk_json_parse(ctx, text, (size_t)len, &doc), AORTA_OK);
        ck_assert_uint_eq(sdk_json_count(doc), (unsigned)(2 * n));
        for (sdk_json m = sdk_json_first(doc); m.node; m = sdk_json_next(m)) {
            sum += (int)sdk_json_int(m, 0);
            sum += (int)sdk_json_int(sdk_json_first(sdk_json_get(m, "a")), 0);
            sum += (int)sdk_json_int(sdk_json_get(sdk_json_get(m, "b"), "c"), 0);
        }
        ck_assert_int_eq(sum, want);
    }
    free(text);
}
END_TEST

START_TEST(a_big_document_costs_no_more_than_its_tape)
{
    enum { N = 300000 };
    char *text = malloc(N * 4 + 2);
    size_t len = 0;
    text[len++] = '[';
    for (int i = 0; i < N; i++)
        len += (size_t)sprintf(text + len, "%s%d", i ? "," : "", i % 100);
    text[len++] = ']';
    sdk_json doc;
    unsigned before = host.allocs;
    ck_assert_int_eq(sdk_json_parse(ctx, text, len, &doc), AORTA_OK);
    ck_assert_uint_eq(sdk_json_count(doc), N);
    ck_assert_uint_lt(host.allocs - before, 40);
    int64_t sum = 0;
    for (sdk_json m = sdk_json_first(doc); m.node; m = sdk_json_next(m))
        sum += sdk_json_int(m, 0);
    ck_assert_int_eq(sum, (int64_t)N / 100 * 4950);
    free(text);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    char text[4096] = "[\"\\u0041\"";
    for (int i = 0; i < 100; i++)
        strcat(text, ",{\"k\\n\":[1,\"x\"]}");
    strcat(text, "]");
    unsigned failures = 0;
    for (;;) {
        sdk_json doc;
        fake_host_next(&host, AORTA_OP_NORMALIZE);
        host.alloc_fail_at = failures + 1;
        aorta_status st = sdk_json_parse(ctx, text, strlen(text), &doc);
        if (st == AORTA_OK)
            break;
        ck_assert_int_eq(st, AORTA_ERR_NOMEM);
        ck_assert_ptr_null(doc.node);
        failures++;
    }
    ck_assert_uint_gt(failures, 5);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    static const char text[] = "{\"a\":[1,2.5,\"x\\u00e9\",null,true],\"b\":{\"c\":\"\xC3\xA9\"}}";
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        sdk_json doc;
        char *exact = malloc(len + 1);
        memcpy(exact, text, len);
        char *tight = realloc(exact, len ? len : 1);
        ck_assert_int_eq(sdk_json_parse(ctx, tight, len, &doc), AORTA_ERR_DATA);
        free(tight);
    }
}
END_TEST

Suite *suite_json(void)
{
    Suite *s = suite_create("json");
    TCase *t = tcase_create("json");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, scalars_stand_alone);
    tcase_add_test(t, members_in_order);
    tcase_add_test(t, absence_is_accepted_everywhere);
    tcase_add_test(t, the_last_of_equal_keys_counts);
    tcase_add_test(t, numbers);
    tcase_add_test(t, doubles_are_correctly_rounded);
    tcase_add_test(t, numbers_in_strings);
    tcase_add_test(t, no_locale_moves_the_decimal_point);
    tcase_add_test(t, escapes);
    tcase_add_test(t, half_pairs_and_nul_become_the_replacement_character);
    tcase_add_test(t, text_is_the_source);
    tcase_add_test(t, refused);
    tcase_add_test(t, nothing_stands_behind_a_document);
    tcase_add_test(t, depth_is_64);
    tcase_add_test(t, every_length_links_its_blocks);
    tcase_add_test(t, a_big_document_costs_no_more_than_its_tape);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, every_truncation_is_refused);
    suite_add_tcase(s, t);
    return s;
}
