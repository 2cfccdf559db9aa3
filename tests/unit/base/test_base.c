/* The ground: errors, memory, text, numbers, time, identifiers, the log's redaction. */
#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/uuid.h"
#include "tests.h"

START_TEST(error_keeps_code_text_and_wire)
{
    struct gw_err err = {0};

    ck_assert_int_eq(gw_fail(&err, GW_NOT_FOUND, "no user %d", 7), GW_NOT_FOUND);
    ck_assert_str_eq(gw_err_text(&err), "no user 7");
    ck_assert_str_eq(gw_err_wire(&err), "not_found");
    gw_err_context(&err, "while reading");
    ck_assert_str_eq(gw_err_text(&err), "while reading: no user 7");
    gw_fail_wire(&err, GW_CONFLICT, "a.b", NULL);
    ck_assert_str_eq(gw_err_wire(&err), "a.b");
    ck_assert_str_eq(gw_err_text(&err), "The request conflicts with what is stored.");
    ck_assert_int_eq(gw_fail(NULL, GW_NOMEM, NULL), GW_NOMEM);
}
END_TEST

START_TEST(every_code_maps_both_ways)
{
    for (int code = 1; code < GW_CODE_COUNT; code++) {
        ck_assert_int_eq(gw_code_from_wire(gw_code_wire((enum gw_code)code)), code);
        ck_assert_int_ge(gw_code_http((enum gw_code)code), 400);
    }
    ck_assert_int_eq(gw_code_from_wire("no.such"), GW_INTERNAL);
}
END_TEST

START_TEST(arena_gives_aligned_memory_up_to_its_cap)
{
    struct gw_arena *arena = gw_arena_new(100000);
    char *text;

    for (size_t n = 0; n < 300; n++) {
        char *p = gw_arena_alloc(arena, n);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 16, 0);
        memset(p, 0x5a, n);
    }
    text = gw_arena_printf(arena, "%s-%d", "a", 5);
    ck_assert_str_eq(text, "a-5");
    ck_assert_ptr_null(gw_arena_alloc(arena, 200000));
    ck_assert_ptr_null(gw_arena_alloc(arena, SIZE_MAX - 4));
    gw_arena_free(&arena);
    ck_assert_ptr_null(arena);
    gw_arena_free(&arena);
}
END_TEST

START_TEST(buffer_fails_once_and_stays_failed)
{
    struct gw_buf b = {.most = 8};

    gw_buf_str(&b, "12345678");
    ck_assert(!b.failed);
    gw_buf_char(&b, '9');
    ck_assert(b.failed);
    gw_buf_str(&b, "x");
    ck_assert_uint_eq(b.len, 8);
    ck_assert_ptr_null(gw_buf_take(&b, NULL));
}
END_TEST

START_TEST(json_text_is_escaped_and_always_utf8)
{
    gw_own_buf struct gw_buf b = {0};

    gw_buf_json(&b, (struct gw_str){"a\"\\\n\x01\xc3\xa4\xff\xe2\x82z\x7f", 12});
    ck_assert_str_eq(gw_buf_cstr(&b), "\"a\\\"\\\\\\n\\u0001\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\\u007f\"");
}
END_TEST

static void check_number(double v, const char *text)
{
    gw_own_buf struct gw_buf b = {0};

    gw_buf_f64(&b, v);
    ck_assert_str_eq(gw_buf_cstr(&b), text);
}

START_TEST(numbers_read_back_exactly)
{
    check_number(72, "72.0");
    check_number(-0.25, "-0.25");
    check_number(36.6, "36.6");
    check_number(0.0001, "0.0001");
    check_number(NAN, "null");
    check_number(1e300, "1e+300");
    for (int i = 0; i < 100000; i++) {
        gw_own_buf struct gw_buf b = {0};
        double v = (double)random() / (double)(1 + random() % 1000) * (random() % 2 ? 1 : -1);
        gw_buf_f64(&b, v);
        ck_assert_double_eq(strtod(gw_buf_cstr(&b), NULL), v);
    }
}
END_TEST

START_TEST(integers_are_strict)
{
    int64_t v;

    ck_assert(gw_parse_i64(GW_STR("-9223372036854775808"), &v) && v == INT64_MIN);
    ck_assert(gw_parse_i64(GW_STR("9223372036854775807"), &v) && v == INT64_MAX);
    ck_assert(!gw_parse_i64(GW_STR("9223372036854775808"), &v));
    ck_assert(!gw_parse_i64(GW_STR("+1"), &v));
    ck_assert(!gw_parse_i64(GW_STR(" 1"), &v));
    ck_assert(!gw_parse_i64(GW_STR(""), &v));
    ck_assert(!gw_parse_i64(GW_STR("-"), &v));
}
END_TEST

START_TEST(utf8_is_checked)
{
    ck_assert(gw_utf8_valid("\xf0\x9f\x8f\x83 a\xc3\xa4", 8));
    ck_assert(!gw_utf8_valid("\xc0\xaf", 2));
    ck_assert(!gw_utf8_valid("\xed\xa0\x80", 3));
    ck_assert(!gw_utf8_valid("a\0b", 3));
    ck_assert(!gw_utf8_valid("\xe2\x82", 2));
}
END_TEST

START_TEST(time_text_reads_and_writes)
{
    struct gw_time_text t;
    char out[32];

    ck_assert(gw_time_parse(GW_STR("2026-11-20T18:05:07.25+01:00"), &t));
    ck_assert(t.has_offset && t.offset_s == 3600 && !t.date_only);
    gw_time_format(t.us, out);
    ck_assert_str_eq(out, "2026-11-20T17:05:07.250000Z");
    ck_assert(gw_time_parse(GW_STR("2026-11-20"), &t) && t.date_only && !t.has_offset);
    ck_assert(gw_time_parse(GW_STR("1736899200"), &t));
    gw_time_format(t.us, out);
    ck_assert_str_eq(out, "2025-01-15T00:00:00Z");
    ck_assert(gw_time_parse(GW_STR("2025-01-15 23:59"), &t));
    ck_assert(gw_time_parse(GW_STR("2024-02-29T00:00:00Z"), &t));
    ck_assert(!gw_time_parse(GW_STR("2025-02-29"), &t));
    ck_assert(!gw_time_parse(GW_STR("2025-01-15T25:00:00Z"), &t));
    ck_assert(!gw_time_parse(GW_STR("inf"), &t));
    ck_assert(!gw_time_parse(GW_STR("1e30"), &t));
    ck_assert(!gw_time_parse(GW_STR(""), &t));
}
END_TEST

START_TEST(times_in_any_form)
{
    static const char *const rows[][2] = {
        {"2025-W03-3", "2025-01-15T00:00:00Z"},
        {"2025-W03", "2025-01-13T00:00:00Z"},
        {"2025W033T0730", "2025-01-15T07:30:00Z"},
        {"2020-W53-7", "2021-01-03T00:00:00Z"},
        {"2024-W01-1", "2024-01-01T00:00:00Z"},
        {"2027-W01-1T00:00Z", "2027-01-04T00:00:00Z"},
        {"20250115T073000Z", "2025-01-15T07:30:00Z"},
        {"20250115T073000.5+0100", "2025-01-15T06:30:00.500000Z"},
        {"2025-01-15T07", "2025-01-15T07:00:00Z"},
        {"2025-01-15T07+02", "2025-01-15T05:00:00Z"},
        {"20250115", "1970-08-23T09:01:55Z"},
        {" 12.5 ", "1970-01-01T00:00:12.500000Z"},
        {"1e9", "2001-09-09T01:46:40Z"},
        {"2025-01-15T00:00:00 02:00", "2025-01-14T22:00:00Z"},
        {"2025-01-15 00:00:00 0530", "2025-01-14T18:30:00Z"},
        {"2025-01-15t10:00:00z", "2025-01-15T10:00:00Z"},
    };
    static const char *const wrong[] = {"2025-W53-1",
                                        "2025-W00-1",
                                        "2025-W03-8",
                                        "2025-W3",
                                        "2025-01-1",
                                        "2025-1-15",
                                        "2025-01-15T",
                                        "2025-01-15T7",
                                        "2025-01-15T073",
                                        "2025-01-15T00:00:00  02:00",
                                        "2025-01-15T00:00:00 ab",
                                        "0000-01-01",
                                        "2025-13-01",
                                        "nan",
                                        "-inf",
                                        " "};
    struct gw_time_text t;
    char out[32];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(gw_time_parse(gw_str(rows[i][0]), &t), "%s", rows[i][0]);
        gw_time_format(t.us, out);
        ck_assert_str_eq(out, rows[i][1]);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(!gw_time_parse(gw_str(wrong[i]), &t), "%s", wrong[i]);
    ck_assert(!gw_time_parse_iso(GW_STR("2025-W03-3"), &t)); /* stored texts have one form */
    ck_assert(!gw_time_parse_iso(GW_STR("20250115T073000Z"), &t));
}
END_TEST

START_TEST(calendar_goes_both_ways)
{
    for (int64_t day = -719162; day < 2932896; day += 13) {
        int64_t year;
        unsigned month, d;
        gw_civil_from_days(day, &year, &month, &d);
        ck_assert_int_eq(gw_days_from_civil(year, month, d), day);
    }
}
END_TEST

START_TEST(uuid_text_reads_back)
{
    char text[GW_UUID_TEXT];
    struct gw_uuid a = gw_uuid_v4(), b;

    ck_assert(gw_uuid_parse(gw_str(gw_uuid_text(a, text)), &b) && gw_uuid_eq(a, b));
    ck_assert_int_eq(text[14], '4');
    ck_assert_int_eq(gw_uuid_text(gw_uuid_v7(), text)[14], '7');
    ck_assert(gw_uuid_parse(GW_STR("176BE8DE84524EB7A7EA147FEC925D9D"), &b));
    ck_assert(!gw_uuid_parse(GW_STR("176be8de-8452-4eb7-a7ea-147fec925d9"), &b));
    ck_assert(!gw_uuid_parse(GW_STR("176be8de-8452-4eb7-a7ea_147fec925d9d"), &b));
}
END_TEST

START_TEST(log_hides_secrets_and_adds_context)
{
    char path[] = "/tmp/aorta-test-log-XXXXXX", text[4096] = {0};
    int fd = mkstemp(path), saved = dup(2);

    ck_assert_int_ge(fd, 0);
    dup2(fd, 2);
    gw_log_init("test", GW_LOG_INFO);
    gw_log_secret(GW_STR("hunter2hunter2"));
    gw_log_context("job", "42");
    gw_log(GW_LOG_INFO, "it happened", "token", "xx hunter2hunter2 yy", "n", GW_N(-5), NULL);
    gw_log(GW_LOG_DEBUG, "not this", NULL);
    gw_log_context_clear();
    dup2(saved, 2);
    ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
    close(fd);
    unlink(path);
    ck_assert_ptr_null(strstr(text, "hunter2"));
    ck_assert_ptr_null(strstr(text, "not this"));
    ck_assert_ptr_nonnull(strstr(text, "\"it happened\" job=42 token=\"xx ************** yy\" n=-5\n"));
}
END_TEST

START_TEST(secret_is_replaced_and_freed)
{
    struct gw_secret s = {0};

    ck_assert_int_eq(gw_secret_set(&s, GW_STR("one"), NULL), GW_OK);
    ck_assert_int_eq(gw_secret_set(&s, (struct gw_str){s.data, 2}, NULL), GW_OK);
    ck_assert_str_eq(s.data, "on");
    gw_secret_free(&s);
    gw_secret_free(&s);
    ck_assert_ptr_null(s.data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, error_keeps_code_text_and_wire);
    tcase_add_test(tc, every_code_maps_both_ways);
    tcase_add_test(tc, arena_gives_aligned_memory_up_to_its_cap);
    tcase_add_test(tc, buffer_fails_once_and_stays_failed);
    tcase_add_test(tc, json_text_is_escaped_and_always_utf8);
    tcase_add_test(tc, numbers_read_back_exactly);
    tcase_add_test(tc, integers_are_strict);
    tcase_add_test(tc, utf8_is_checked);
    tcase_add_test(tc, time_text_reads_and_writes);
    tcase_add_test(tc, times_in_any_form);
    tcase_add_test(tc, calendar_goes_both_ways);
    tcase_add_test(tc, uuid_text_reads_back);
    tcase_add_test(tc, log_hides_secrets_and_adds_context);
    tcase_add_test(tc, secret_is_replaced_and_freed);
    suite_add_tcase(suite, tc);
    suite_add_tcase(suite, zone_tests());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
