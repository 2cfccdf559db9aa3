/* JSON while it comes: cut between any two bytes, the verdict is the same. */
#include "upload/look.h"

#include <stdlib.h>
#include <string.h>

#include "tests.h"

struct verdict {
    enum gw_code code;
    char provider[GW_LOOK_NAME_MOST + 1];
    bool named;
};

static struct verdict look_in(struct gw_str text, size_t piece)
{
    struct verdict v = {0};
    struct gw_look *look = NULL;
    struct gw_err err;

    ck_assert_int_eq(gw_look_new(&look, &err), GW_OK);
    for (size_t at = 0; !v.code && at < text.len; at += piece)
        v.code = gw_look_take(look, text.ptr + at, text.len - at < piece ? text.len - at : piece, &err);
    if (!v.code)
        v.code = gw_look_end(look, &err);
    ck_assert(!v.code || strlen(gw_err_text(&err)) > 10);
    const char *name = v.code ? NULL : gw_look_provider(look);
    v.named = name != NULL;
    if (name)
        strcpy(v.provider, name);
    gw_look_free(&look);
    return v;
}

/* name NULL: it names none */
static void check_look(struct gw_str text, enum gw_code code, const char *name)
{
    for (size_t piece = 1; piece <= text.len + 1; piece++) {
        struct verdict v = look_in(text, piece);
        ck_assert_msg(v.code == code, "%.*s: %s", (int)text.len, text.ptr, gw_code_name(v.code));
        ck_assert_msg(v.named == (name != NULL) && strcmp(v.provider, name ? name : "") == 0, "%.*s: %s", (int)text.len,
                      text.ptr, v.provider);
    }
}

START_TEST(names_the_provider)
{
    static const struct {
        const char *text, *name;
    } cases[] = {{"{\"provider\":\"apple\"}", "apple"},
                 {"{\"provider\":\"SamSung\",\"data\":{}}", "samsung"},
                 {" {\"data\":{\"records\":[{\"provider\":\"x\"}]},\"provider\" : \"apple\" } \n", "apple"},
                 {"{\"pro\\u0076ider\":\"\\u0061pple\"}", "apple"},
                 {"{\"provider\":\"apple\",\"provider\":\"samsung\"}", "samsung"},
                 {"{}", NULL},
                 {"{\"data\":{\"provider\":\"apple\"}}", NULL},
                 {"{\"data\":[{\"provider\":\"apple\"}],\"x\":[[1,2.5e3,-0,true,false,null]]}", NULL},
                 {"{\"Provider\":\"apple\"}", NULL},
                 {"{\"provider\":null}", NULL},
                 {"{\"provider\":7}", ""},
                 {"{\"provider\":true}", ""},
                 {"{\"provider\":\"\"}", ""},
                 {"{\"provider\":{\"a\":\"apple\"}}", ""},
                 {"{\"provider\":[\"apple\"]}", ""},
                 {"{\"provider\":\"a\\u0000b\"}", ""},
                 {"{\"provider\":\"abcdefghijabcdefghijabcdefghij12\"}", "abcdefghijabcdefghijabcdefghij12"},
                 {"{\"provider\":\"abcdefghijabcdefghijabcdefghij123\"}", ""}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_look(gw_str(cases[i].text), GW_OK, cases[i].name);
}
END_TEST

START_TEST(no_json_is_malformed)
{
    static const char *const cases[] = {"{",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1}}",
                                        "{}{}",
                                        "{} x",
                                        "{\"a\":01}",
                                        "{\"a\":1.}",
                                        "{\"a\":+1}",
                                        "{a:1}",
                                        "{'a':1}",
                                        "{\"a\":1,}",
                                        "{\"a\" 1}",
                                        "{\"a\":nul}",
                                        "{\"a\":\"",
                                        "{\"a\":\"\n\"}",
                                        "{\"a\":[1}}",
                                        "hello",
                                        "\xef\xbb\xbf{}",
                                        "{\"a\":\"\xff\"}",
                                        "}",
                                        "{\"a\":\"\\x\"}",
                                        "{/**/}",
                                        "{\"a\":\"\\u12\"}"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_look(gw_str(cases[i]), GW_MALFORMED, NULL);
}
END_TEST

START_TEST(no_object_is_invalid)
{
    static const char *const cases[] = {"", "[]", "[{}]", "1 ", "\"a\"", "null", "true", " [1]"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_look(gw_str(cases[i]), GW_INVALID, NULL);
    check_look(GW_STR("12"), GW_INVALID, NULL);
    check_look(GW_STR(" \n "), GW_MALFORMED, NULL);
}
END_TEST

static void nest(struct gw_buf *out, int depth, const char *open, const char *inner, const char *close)
{
    for (int i = 0; i < depth; i++)
        gw_buf_str(out, open);
    gw_buf_str(out, inner);
    for (int i = 0; i < depth; i++)
        gw_buf_str(out, close);
}

START_TEST(depth_is_bounded)
{
    struct gw_buf good = {0}, bad = {0}, deep = {0};

    nest(&good, 64, "{\"a\":", "1", "}");
    nest(&bad, 65, "{\"a\":", "1", "}");
    gw_buf_str(&deep, "{\"a\":");
    nest(&deep, 1000000, "[", "", "]");
    ck_assert_int_eq(look_in((struct gw_str){good.data, good.len}, 7).code, GW_OK);
    ck_assert_int_eq(look_in((struct gw_str){bad.data, bad.len}, 7).code, GW_MALFORMED);
    ck_assert_int_eq(look_in((struct gw_str){deep.data, deep.len}, 100000).code, GW_MALFORMED);
    gw_buf_free(&good);
    gw_buf_free(&bad);
    gw_buf_free(&deep);
}
END_TEST

/* {"a":"xxx…"} */
static enum gw_code look_at_text(size_t len, size_t piece)
{
    struct gw_buf out = {0};
    enum gw_code code;

    gw_buf_str(&out, "{\"a\":\"");
    ck_assert(gw_buf_reserve(&out, len));
    memset(out.data + out.len, 'x', len);
    out.len += len;
    gw_buf_str(&out, "\"}");
    code = look_in((struct gw_str){out.data, out.len}, piece).code;
    gw_buf_free(&out);
    return code;
}

START_TEST(texts_are_bounded)
{
    ck_assert_int_eq(look_at_text(900000, 16384), GW_OK);
    ck_assert_int_eq(look_at_text(900000, 3 << 20), GW_OK);
    ck_assert_int_eq(look_at_text(1300000, 16384), GW_MALFORMED);
    ck_assert_int_eq(look_at_text(5 << 20, 16384), GW_MALFORMED);
    ck_assert_int_eq(look_at_text(5 << 20, 8 << 20), GW_MALFORMED);
}
END_TEST

START_TEST(memory_may_fail_anywhere)
{
    struct gw_buf text = {0};
    bool done = false;

    gw_buf_str(&text, "{\"provider\":\"apple\",\"data\":[\"");
    for (int i = 0; i < 5000; i++)
        gw_buf_str(&text, "\\u00e9x");
    gw_buf_str(&text, "\"");
    nest(&text, 0, "", "", "");
    for (int i = 0; i < 60; i++)
        gw_buf_str(&text, ",[1");
    for (int i = 0; i < 60; i++)
        gw_buf_str(&text, "]");
    gw_buf_str(&text, "]}");
    for (int n = 1; !done; n++) {
        struct gw_look *look = NULL;
        trouble_allocations(n + 1);
        enum gw_code code = gw_look_new(&look, NULL);
        for (size_t at = 0; !code && at < text.len; at += 100)
            code = gw_look_take(look, text.data + at, text.len - at < 100 ? text.len - at : 100, NULL);
        if (!code)
            code = gw_look_end(look, NULL);
        trouble_end();
        ck_assert_msg(code == GW_OK || code == GW_NOMEM, "%s", gw_code_name(code));
        done = code == GW_OK;
        ck_assert(!done || n > 5); /* something did fail before */
        gw_look_free(&look);
    }
    gw_buf_free(&text);
}
END_TEST

TCase *look_case(void)
{
    TCase *tests = tcase_create("look");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, names_the_provider);
    tcase_add_test(tests, no_json_is_malformed);
    tcase_add_test(tests, no_object_is_invalid);
    tcase_add_test(tests, depth_is_bounded);
    tcase_add_test(tests, texts_are_bounded);
    tcase_add_test(tests, memory_may_fail_anywhere);
    return tests;
}
