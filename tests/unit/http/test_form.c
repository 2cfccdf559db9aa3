/* Forms, cut between any two bytes. */
#include "http/form.h"

#include <string.h>

#include "../../harness/held_connection.h"
#include "base/buf.h"
#include "tests.h"

#define TYPE "multipart/form-data; boundary=xYzZY"

static struct MHD_Connection *connection;

static void setup(void)
{
    connection = held_connection(TYPE);
    ck_assert_ptr_nonnull(connection);
}

static enum gw_code gather(void *to, const char *bytes, size_t len, struct gw_err *err)
{
    if (len && memchr(bytes, '!', len))
        return gw_fail(err, GW_TOO_LARGE, "too much");
    gw_buf_add(to, bytes, len);
    return GW_OK;
}

static enum gw_code read_form(struct gw_str body, size_t piece, struct gw_buf *out, struct gw_err *err)
{
    struct gw_form *form = NULL;
    enum gw_code code = gw_form_new(connection, gather, out, &form, err);

    for (size_t at = 0; !code && at < body.len; at += piece)
        code = gw_form_take(form, body.ptr + at, body.len - at < piece ? body.len - at : piece, err);
    if (!code)
        code = gw_form_end(form, err);
    gw_form_free(&form);
    return code;
}

static void check_form(struct gw_str body, enum gw_code code, struct gw_str content)
{
    for (size_t piece = 1; piece <= body.len + 1; piece++) {
        struct gw_buf out = {0};
        struct gw_err err = {0};
        ck_assert_msg(read_form(body, piece, &out, &err) == code, "in pieces of %zu: %s", piece, gw_err_text(&err));
        if (code == GW_OK)
            ck_assert_msg(gw_str_eq((struct gw_str){out.data, out.len}, content), "in pieces of %zu: %.*s", piece,
                          (int)out.len, out.data);
        gw_buf_free(&out);
    }
}

#define PART(name)                                                                                                     \
    "--xYzZY\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"a.json\"\r\n"                            \
    "Content-Type: application/json\r\n\r\n"
#define END "\r\n--xYzZY--\r\n"

START_TEST(the_part_named_file)
{
    static const char near[] = "\r\n--xYz\r\n--xYzZ\r\n-\r\n--\r\r\n{}";

    check_form(GW_STR(PART("file") "{\"a\":1}" END), GW_OK, GW_STR("{\"a\":1}"));
    check_form(GW_STR(PART("file") END), GW_OK, GW_STR(""));
    check_form(GW_STR(PART("other") "no"
                                    "\r\n" PART("file") "yes"
                                                        "\r\n" PART("more") "no" END),
               GW_OK, GW_STR("yes"));
    check_form(GW_STR(PART("file") "\r\n--xYz\r\n--xYzZ\r\n-\r\n--\r\r\n{}" END), GW_OK, gw_str(near));
    check_form(GW_STR("--xYzZY\r\ncontent-disposition: FORM-DATA; name=\"file\"\r\n\r\nyes" END), GW_OK, GW_STR("yes"));
}
END_TEST

START_TEST(a_part_larger_than_the_parser)
{
    gw_own_buf struct gw_buf body = {0}, plain = {0};
    size_t pieces[] = {1000, 16 * 1024, 100000, 1 << 20};

    for (int i = 0; i < 30000; i++)
        gw_buf_printf(&plain, "%d\r\n--x%d\r", i * 7919, i);
    gw_buf_str(&body, PART("file"));
    gw_buf_add(&body, plain.data, plain.len);
    gw_buf_str(&body, END);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        gw_own_buf struct gw_buf out = {0};
        struct gw_err err = {0};
        ck_assert_int_eq(read_form((struct gw_str){body.data, body.len}, pieces[i], &out, &err), GW_OK);
        ck_assert_uint_eq(out.len, plain.len);
        ck_assert_mem_eq(out.data, plain.data, plain.len);
    }
}
END_TEST

START_TEST(what_is_refused)
{
    const struct gw_str none = GW_STR("");

    check_form(GW_STR(PART("other") "x" END), GW_INVALID, none);
    check_form(GW_STR(PART("file") "x"
                                   "\r\n" PART("file") "y" END),
               GW_INVALID, none);
    check_form(GW_STR(PART("file") "x!" END), GW_TOO_LARGE, none);
    check_form(GW_STR(PART("file") "{\"a\":1}"), GW_MALFORMED, none);
    check_form(GW_STR(PART("file") "{\"a\":1}\r\n--xYz"), GW_MALFORMED, none);
}
END_TEST

/* Every beginning of a form that does not reach its end is malformed, or has nothing in it yet. */
START_TEST(cut_anywhere)
{
    const struct gw_str whole = GW_STR(PART("other") "no"
                                                     "\r\n" PART("file") "yes" END);

    for (size_t len = 0; len + 4 < whole.len; len++) {
        struct gw_buf out = {0};
        struct gw_err err = {0};
        enum gw_code code = read_form((struct gw_str){whole.ptr, len}, 7, &out, &err);
        ck_assert_msg(code == GW_MALFORMED || code == GW_INVALID, "%zu: %s", len, gw_code_name(code));
        gw_buf_free(&out);
    }
}
END_TEST

START_TEST(no_boundary_no_form)
{
    struct gw_form *form = NULL;
    struct gw_err err;

    connection = held_connection("multipart/form-data");
    ck_assert_ptr_nonnull(connection);
    ck_assert_int_eq(gw_form_new(connection, gather, NULL, &form, &err), GW_MALFORMED);
}
END_TEST

TCase *form_case(void)
{
    TCase *tests = tcase_create("form");

    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_part_named_file);
    tcase_add_test(tests, a_part_larger_than_the_parser);
    tcase_add_test(tests, what_is_refused);
    tcase_add_test(tests, cut_anywhere);
    tcase_add_test(tests, no_boundary_no_form);
    return tests;
}
