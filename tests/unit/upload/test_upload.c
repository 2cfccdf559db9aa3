/* A body as a whole: taken in pieces, stored as it came. */
#include "upload/upload.h"

#include <stdlib.h>
#include <string.h>

#include "tests.h"

static enum gw_code upload(enum gw_upload_form form, struct gw_str body, size_t piece, uint64_t most,
                           struct gw_err *err)
{
    struct gw_upload_options options = {.form = form, .folder = "/tmp", .most = most};
    struct gw_upload_to to = {.provider = "apple", .kind = "apple.sdk", .origin = "push"};
    struct gw_accepted accepted;
    struct gw_upload *u = NULL;
    enum gw_code code = gw_upload_new(&options, &u, err);

    for (size_t at = 0; !code && at < body.len; at += piece)
        code = gw_upload_take(u, body.ptr + at, body.len - at < piece ? body.len - at : piece, err);
    if (!code)
        code = gw_upload_end(u, err);
    if (!code && form == GW_UPLOAD_PUSH && gw_upload_provider(u))
        ck_assert_str_eq(gw_upload_provider(u), "apple");
    if (!code)
        code = gw_upload_store(u, NULL, &to, &accepted, err);
    gw_upload_free(&u);
    return code;
}

static struct gw_buf large_body(size_t least)
{
    struct gw_buf out = {0};

    gw_buf_str(&out, "{\"provider\":\"apple\",\"data\":{\"records\":[0");
    while (out.len < least)
        gw_buf_printf(&out, ",{\"id\":\"%zu\",\"value\":%zu}", out.len * 77, out.len % 180);
    gw_buf_str(&out, "]}}");
    return out;
}

static void check_stored(struct gw_str body)
{
    ck_assert_uint_eq(stored.len, body.len);
    ck_assert_mem_eq(stored.data, body.ptr, body.len);
}

START_TEST(stored_as_it_came)
{
    static const size_t sizes[] = {0, 1000, GW_CHUNK - 50, GW_CHUNK, 3 * GW_CHUNK, 9 * GW_CHUNK};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct gw_buf body = large_body(sizes[i]);
        struct gw_str text = {body.data, body.len};
        struct gw_err err;
        ck_assert_int_eq(upload(GW_UPLOAD_PUSH, text, 16384, UINT64_MAX, &err), GW_OK);
        check_stored(text);
        ck_assert_str_eq(stored_type, "application/json");
        ck_assert_int_eq(upload(GW_UPLOAD_PUSH, text, text.len, text.len, &err), GW_OK);
        check_stored(text);
        ck_assert_int_eq(upload(GW_UPLOAD_PUSH, text, 1000, text.len - 1, &err), GW_TOO_LARGE);
        gw_buf_free(&body);
    }
}
END_TEST

START_TEST(what_is_wrong_is_said_and_nothing_stored)
{
    struct gw_err err;

    gw_buf_free(&stored);
    ck_assert_int_eq(upload(GW_UPLOAD_PUSH, GW_STR("{\"a\":1"), 1, 100, &err), GW_MALFORMED);
    ck_assert_int_eq(upload(GW_UPLOAD_PUSH, GW_STR("[]"), 1, 100, &err), GW_INVALID);
    ck_assert_int_eq(upload(GW_UPLOAD_PUSH, GW_STR(""), 1, 100, &err), GW_INVALID);
    ck_assert_int_eq(upload(GW_UPLOAD_FILE, GW_STR(""), 1, 100, &err), GW_INVALID);
    ck_assert_str_eq(gw_err_wire(&err), "import.file");
    ck_assert_int_eq(upload(GW_UPLOAD_FILE, GW_STR("{}"), 1, 100, &err), GW_INVALID);
    ck_assert_int_eq(upload(GW_UPLOAD_FILE, GW_STR("PK\x03"), 1, 100, &err), GW_INVALID);
    ck_assert_uint_eq(stored.len, 0);
}
END_TEST

/* Looked at and packed by threads beside: what they find is said by the end. */
START_TEST(a_large_one_that_is_wrong)
{
    struct gw_buf body = large_body(6 * GW_CHUNK);
    struct gw_err err;

    gw_buf_free(&stored);
    ck_assert_int_eq(upload(GW_UPLOAD_PUSH, (struct gw_str){body.data, body.len - 1}, 16384, UINT64_MAX, &err),
                     GW_MALFORMED);
    for (size_t at = GW_CHUNK / 2; at < body.len; at += GW_CHUNK) {
        char kept = body.data[at];
        body.data[at] = '\0';
        ck_assert_int_eq(upload(GW_UPLOAD_PUSH, (struct gw_str){body.data, body.len}, 16384, UINT64_MAX, &err),
                         GW_MALFORMED);
        body.data[at] = kept;
    }
    ck_assert_uint_eq(stored.len, 0);
    ck_assert_int_eq(upload(GW_UPLOAD_PUSH, (struct gw_str){body.data, body.len}, 16384, UINT64_MAX, &err), GW_OK);
    check_stored((struct gw_str){body.data, body.len});
    gw_buf_free(&body);
}
END_TEST

START_TEST(files_are_known_in_any_pieces)
{
    struct gw_str xml = GW_STR("\xef\xbb\xbf <?xml version=\"1.0\" encoding=\"UTF-8\"?><HealthData locale=\"de_DE\"/>");
    struct gw_str zip = GW_STR("PK\x03\x04 and what a zip has, longer than the head that is looked at, by some bytes");
    struct gw_err err;

    for (size_t piece = 1; piece <= xml.len; piece++) {
        ck_assert_int_eq(upload(GW_UPLOAD_FILE, xml, piece, 1000, &err), GW_OK);
        check_stored(xml);
        ck_assert_str_eq(stored_type, "application/xml");
        ck_assert_int_eq(upload(GW_UPLOAD_FILE, zip, piece, 1000, &err), GW_OK);
        check_stored(zip);
        ck_assert_str_eq(stored_type, "application/zip");
        ck_assert_int_eq(upload(GW_UPLOAD_FILE, GW_STR("<a/>"), piece, 1000, &err), GW_OK);
    }
}
END_TEST

START_TEST(memory_and_disk_may_fail_anywhere)
{
    struct gw_buf body = large_body(3 * GW_CHUNK);
    struct gw_str text = {body.data, body.len};
    enum gw_code code = GW_NOMEM;
    struct gw_err err;
    int n = 1;

    for (; code == GW_NOMEM; n++) {
        gw_buf_free(&stored);
        stored = (struct gw_buf){0};
        trouble_allocations(n + 1);
        struct gw_upload_options options = {.form = GW_UPLOAD_PUSH, .folder = "/tmp", .most = text.len};
        struct gw_upload *u = NULL;
        code = gw_upload_new(&options, &u, &err);
        if (!code)
            code = gw_upload_take(u, text.ptr, text.len, &err);
        trouble_end();
        gw_upload_free(&u);
        ck_assert_uint_eq(stored.len, 0);
    }
    ck_assert_int_eq(code, GW_OK);
    ck_assert_int_gt(n, 10);
    trouble_disk(1000);
    ck_assert_int_eq(upload(GW_UPLOAD_PUSH, text, 16384, text.len, &err), GW_BUSY);
    ck_assert_str_eq(gw_err_wire(&err), "storage.full");
    trouble_end();
    gw_buf_free(&body);
}
END_TEST

TCase *upload_case(void)
{
    TCase *tests = tcase_create("upload");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, stored_as_it_came);
    tcase_add_test(tests, what_is_wrong_is_said_and_nothing_stored);
    tcase_add_test(tests, a_large_one_that_is_wrong);
    tcase_add_test(tests, files_are_known_in_any_pieces);
    tcase_add_test(tests, memory_and_disk_may_fail_anywhere);
    return tests;
}
