/* A body is the same whether it lies in memory or is read, in pieces of any length. */
#include "apple_host.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rbe");
    char *bytes = malloc(1 << 20);
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(bytes);
    *len = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void same_in_pieces(const char *name, const char *kind, const char *body, size_t len, size_t piece)
{
    struct apple_host whole, pieces;
    apple_host_init(&whole);
    apple_host_init(&pieces);
    whole.kind = pieces.kind = kind;
    pieces.body = body;
    pieces.len = len;
    pieces.piece = piece;
    aorta_status st = apple_normalize(&whole, body, len);
    aorta_status again = apple_read(&pieces, len);
    ck_assert_msg(again == st, "%s, in pieces of %zu: %s", name, piece, pieces.fake.fail_message);
    ck_assert_msg(pieces.fake.emitted.len == whole.fake.emitted.len, "%s, in pieces of %zu: %s%s", name, piece,
                  pieces.fake.emitted.ptr, pieces.fake.log.ptr);
    if (whole.fake.emitted.len)
        ck_assert_str_eq(pieces.fake.emitted.ptr, whole.fake.emitted.ptr);
    ck_assert_uint_eq(pieces.fake.log.len, whole.fake.log.len);
    apple_host_fini(&whole);
    apple_host_fini(&pieces);
}

static void case_in_pieces(const char *folder)
{
    static const size_t lengths[] = {1, 2, 7, 100, 4096};
    static const char *const forms[] = {"json", "xml", "zip", "bin"};
    char path[1024], kind[64] = "";
    size_t len, tried = 0;
    snprintf(path, sizeof(path), "%s/%s/kind", CASES, folder);
    char *text = read_file(path, &len);
    snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(text, "\n"), text);
    free(text);
    for (size_t i = 0; i < AORTA_COUNT(forms); i++) {
        snprintf(path, sizeof(path), "%s/%s/payload.%s", CASES, folder, forms[i]);
        if (access(path, F_OK) != 0)
            continue;
        char *body = read_file(path, &len);
        for (size_t k = 0; k < AORTA_COUNT(lengths); k++)
            same_in_pieces(folder, kind, body, len, lengths[k]);
        free(body);
        tried++;
    }
    ck_assert_uint_eq(tried, 1);
}

START_TEST(pieces_of_any_length)
{
    struct dirent **cases;
    int n = scandir(CASES, &cases, NULL, alphasort), tried = 0;
    for (int i = 0; i < n; i++) {
        if (cases[i]->d_name[0] != '.') {
            case_in_pieces(cases[i]->d_name);
            tried++;
        }
        free(cases[i]);
    }
    free(cases);
    ck_assert_int_gt(tried, 60);
}
END_TEST

static const char two_records[] =
    "{\"syncTimestamp\":\"2026-11-20T07:31:02Z\",\"data\":{\"records\":["
    "{\"type\":\"HKQuantityTypeIdentifierStepCount\",\"startDate\":\"2026-11-19T06:00:00Z\",\"value\":3},"
    "{\"type\":\"HKQuantityTypeIdentifierStepCount\",\"startDate\":\"2026-11-19T07:00:00Z\",\"value\":4}]}}";

START_TEST(a_read_that_fails_ends_it)
{
    struct apple_host h;
    apple_host_init(&h);
    h.body = two_records;
    h.len = sizeof(two_records) - 1;
    h.piece = 100;
    h.read_fails = AORTA_ERR_CANCELLED;
    ck_assert_int_eq(apple_read(&h, h.len), AORTA_ERR_CANCELLED);
    ck_assert_uint_eq(h.fake.series, 0);
    apple_host_fini(&h);
}
END_TEST

START_TEST(a_body_that_is_shorter_than_it_says)
{
    struct apple_host h;
    apple_host_init(&h);
    h.body = two_records;
    h.len = sizeof(two_records) - 20;
    ck_assert_int_eq(apple_read(&h, sizeof(two_records) - 1), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(h.fake.fail_message, "it ends too early"));
    ck_assert_uint_eq(h.fake.series, 1); /* what came before is good */
    apple_host_fini(&h);
}
END_TEST

START_TEST(garbage_behind_the_document)
{
    struct apple_host h;
    char body[sizeof(two_records) + 8];
    apple_host_init(&h);
    int n = snprintf(body, sizeof(body), "%s}", two_records);
    ck_assert_int_eq(apple_normalize(&h, body, (size_t)n), AORTA_ERR_DATA);
    ck_assert_str_eq(h.fake.fail_code, "apple.body");
    ck_assert_uint_eq(h.fake.series, 1);
    apple_host_fini(&h);
}
END_TEST

static aorta_status not_alive(aorta_ctx *ctx)
{
    (void)ctx;
    return AORTA_ERR_DEADLINE;
}

START_TEST(the_deadline_is_heard)
{
    struct apple_host h;
    apple_host_init(&h);
    h.fake.table.alive = not_alive;
    ck_assert_int_eq(apple_normalize(&h, two_records, sizeof(two_records) - 1), AORTA_ERR_DEADLINE);
    apple_host_fini(&h);
}
END_TEST

static aorta_status refuse_series(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    (void)s;
    return AORTA_ERR_DATA;
}

static aorta_status lose_series(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    (void)s;
    return AORTA_ERR_CANCELLED;
}

START_TEST(what_the_host_refuses_does_not_end_it)
{
    struct apple_host h;
    apple_host_init(&h);
    h.fake.table.emit_series = refuse_series;
    ck_assert_int_eq(apple_normalize(&h, two_records, sizeof(two_records) - 1), AORTA_OK);
    h.fake.table.emit_series = lose_series;
    ck_assert_int_eq(apple_normalize(&h, two_records, sizeof(two_records) - 1), AORTA_ERR_CANCELLED);
    apple_host_fini(&h);
}
END_TEST

Suite *stream_suite(void)
{
    Suite *s = suite_create("stream");
    TCase *t = tcase_create("stream");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, pieces_of_any_length);
    tcase_add_test(t, a_read_that_fails_ends_it);
    tcase_add_test(t, a_body_that_is_shorter_than_it_says);
    tcase_add_test(t, garbage_behind_the_document);
    tcase_add_test(t, the_deadline_is_heard);
    tcase_add_test(t, what_the_host_refuses_does_not_end_it);
    suite_add_tcase(s, t);
    return s;
}
