/* Pages of samples against a plain list of the same samples. */
#include <math.h>
#include <stdlib.h>

#include "base/time.h"
#include "read/read.h"
#include "store/block.h"
#include "tests.h"

#define DAY0  (INT64_C(1735689600) * GW_US_PER_S) /* 2025-01-01 */
#define HR    1
#define STEPS 80

/* The plain list: what a page walks through, kept beside the blocks. */
struct plain {
    int64_t t_us;
    uint16_t metric;
    int32_t source_id;
    bool daily;
    double v;
};

static struct plain list[20000];
static size_t list_count;
static struct gw_arena *arena;

static void setup(void)
{
    arena = gw_arena_new(0);
    fake_reset();
    list_count = 0;
    for (int i = 0; i < 3; i++)
        fake.sources[i] = (struct gw_source){.id = i + 1, .provider = i ? "polar" : "garmin"};
    fake.sources_count = 3;
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static int plain_order(const void *a, const void *b)
{
    const struct plain *x = a, *y = b;

    if (x->t_us != y->t_us)
        return x->t_us < y->t_us ? -1 : 1;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    if (x->source_id != y->source_id)
        return x->source_id < y->source_id ? -1 : 1;
    return (int)x->daily - (int)y->daily;
}

/* A day of samples every `step_us`, some of them deleted again. */
static void add_day(uint16_t metric, int32_t source_id, bool daily, int day, int64_t step_us, int32_t offset_s)
{
    size_t n = (size_t)(GW_US_PER_DAY / step_us);
    int64_t *t = malloc(n * sizeof(*t));
    double *v = malloc(n * sizeof(*v));

    for (size_t i = 0; i < n; i++) {
        t[i] = DAY0 + day * GW_US_PER_DAY + (int64_t)i * step_us;
        v[i] = i % 17 == 5 ? NAN : (double)(40 + i % 100) + 0.5 * source_id;
        if (!isnan(v[i]))
            list[list_count++] = (struct plain){t[i], metric, source_id, daily, v[i]};
    }
    fake_block(metric, daily, source_id, t, v, n, offset_s);
    free(t);
    free(v);
}

static json_t *page_of(const struct gw_read_series *query)
{
    struct gw_buf out = {0};
    struct gw_err err;
    json_t *value;

    ck_assert_msg(gw_read_timeseries(NULL, arena, query, &out, &err) == GW_OK, "%s", gw_err_text(&err));
    value = json_of(&out);
    gw_buf_free(&out);
    return value;
}

static const uint16_t both[] = {HR, STEPS};

static struct gw_read_series series(int64_t from_us, int64_t to_us, int64_t limit)
{
    return (struct gw_read_series){
        .page = {.from_us = from_us, .to_us = to_us, .from_text = "a", .to_text = "b", .limit = limit},
        .metrics = both,
        .metrics_count = 2};
}

static char *cursor_of(const json_t *page, const char *which)
{
    const char *text = json_string_value(json_object_get(json_object_get(page, "pagination"), which));

    return text ? gw_arena_strdup(arena, text) : NULL;
}

static bool is_text(const json_t *object, const char *key, const char *expected)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text && strcmp(text, expected) == 0;
}

/* One assertion for many facts: Check notes every one of them in a file. */
static bool is_row(const json_t *row, const struct plain *expected)
{
    char time[32];

    gw_time_format(expected->t_us, time);
    return is_text(row, "timestamp", time) && is_text(row, "type", expected->metric == HR ? "heart_rate" : "steps") &&
           json_real_value(json_object_get(row, "value")) == expected->v &&
           is_text(json_object_get(row, "source"), "provider", expected->source_id == 1 ? "garmin" : "polar");
}

static void check_rows(const json_t *page, const struct plain *expected, size_t rows)
{
    size_t good = 0;

    while (good < rows && is_row(json_array_get(json_object_get(page, "data"), good), &expected[good]))
        good++;
    ck_assert_uint_eq(good, rows);
}

/* The samples of [from, to) in order; returns how many, *ret their first. */
static size_t expect(int64_t from_us, int64_t to_us, const struct plain **ret)
{
    size_t first = 0, end;

    qsort(list, list_count, sizeof(list[0]), plain_order);
    while (first < list_count && list[first].t_us < from_us)
        first++;
    for (end = first; end < list_count && list[end].t_us < to_us;)
        end++;
    *ret = list + first;
    return end - first;
}

/* Walks all pages forwards and then back, comparing every row with the plain list. */
static void walk(int64_t from_us, int64_t to_us, int64_t limit)
{
    struct gw_read_series query = series(from_us, to_us, limit);
    const struct plain *expected;
    size_t total = expect(from_us, to_us, &expected), at = 0, rows = 0;
    char *next = NULL, *previous;
    json_t *page;

    do {
        query.page.cursor = gw_str(next);
        page = page_of(&query);
        rows = json_array_size(json_object_get(page, "data"));
        ck_assert_uint_le(at + rows, total);
        check_rows(page, &expected[at], rows);
        at += rows;
        next = cursor_of(page, "next_cursor");
        previous = cursor_of(page, "previous_cursor");
        ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(page, "pagination"), "total_count")),
                         (json_int_t)total);
        ck_assert(!next || rows == (size_t)limit);
        json_decref(page);
    } while (next);
    ck_assert_uint_eq(at, total);
    at -= rows;
    while (previous) {
        query.page.cursor = gw_str(previous);
        page = page_of(&query);
        rows = json_array_size(json_object_get(page, "data"));
        ck_assert_uint_le(rows, at);
        at -= rows;
        check_rows(page, &expected[at], rows);
        ck_assert_ptr_nonnull(cursor_of(page, "next_cursor"));
        previous = cursor_of(page, "previous_cursor");
        ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(page, "pagination"), "total_count")),
                         (json_int_t)total);
        json_decref(page);
    }
    ck_assert_uint_eq(at, 0);
}

START_TEST(one_stream_in_a_short_range)
{
    add_day(HR, 1, false, 0, GW_US_PER_MIN, 0);
    walk(DAY0, DAY0 + GW_US_PER_DAY, 100);
    walk(DAY0, DAY0 + GW_US_PER_DAY, 1355); /* one less, exactly, one more than there are */
    walk(DAY0, DAY0 + GW_US_PER_DAY, 1356);
    walk(DAY0, DAY0 + GW_US_PER_DAY, 1357);
    walk(DAY0 + GW_US_PER_HOUR + 1, DAY0 + 5 * GW_US_PER_HOUR, 7);
}
END_TEST

static void many_streams(void)
{
    for (int day = 0; day < 6; day++) {
        add_day(HR, 1, false, day, 10 * GW_US_PER_MIN, 3600);
        add_day(HR, 2, false, day, 10 * GW_US_PER_MIN, GW_NO_OFFSET); /* at the very same times */
        add_day(STEPS, 1, false, day, 15 * GW_US_PER_MIN, 3600);
        add_day(STEPS, 3, true, day, GW_US_PER_DAY, 3600);
        if (day != 3)
            add_day(STEPS, 3, false, day, 7 * GW_US_PER_MIN + 123456, 0);
    }
}

START_TEST(many_streams_in_a_long_range)
{
    many_streams();
    walk(DAY0, DAY0 + 6 * GW_US_PER_DAY, 250);
    walk(DAY0, DAY0 + 6 * GW_US_PER_DAY, 1000);
    walk(DAY0, DAY0 + 6 * GW_US_PER_DAY, 100000);
    walk(DAY0 + 5 * GW_US_PER_HOUR, DAY0 + 5 * GW_US_PER_DAY + 13 * GW_US_PER_HOUR - 1, 333);
}
END_TEST

START_TEST(every_size_of_page)
{
    add_day(HR, 1, false, 0, GW_US_PER_HOUR, 0);
    add_day(HR, 2, false, 0, GW_US_PER_HOUR, 0);
    add_day(STEPS, 1, false, 2, GW_US_PER_HOUR, 0);
    for (int64_t limit = 1; limit < 80; limit++) {
        walk(DAY0, DAY0 + GW_US_PER_DAY, limit);     /* loaded at once */
        walk(DAY0, DAY0 + 5 * GW_US_PER_DAY, limit); /* counted first */
        walk(DAY0 + 90 * GW_US_PER_MIN, DAY0 + 4 * GW_US_PER_DAY, limit);
    }
}
END_TEST

START_TEST(a_long_range_is_not_read_whole_for_a_page)
{
    struct gw_read_series query = series(DAY0, DAY0 + 300 * GW_US_PER_DAY, 1000);
    size_t all = 0;
    json_t *page;

    for (int day = 0; day < 300; day++)
        add_day(HR, 1, false, day, 30 * GW_US_PER_MIN, 0);
    for (size_t i = 0; i < fake.rows_count; i++)
        all += fake.rows[i].data.len;
    page = page_of(&query);
    ck_assert_uint_eq(json_array_size(json_object_get(page, "data")), 1000);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(page, "pagination"), "total_count")), 300 * 45);
    ck_assert_uint_lt(fake.bytes, all / 10);
    json_decref(page);
}
END_TEST

START_TEST(pieces_of_any_size_make_the_whole)
{
    struct gw_read_series query = series(DAY0, DAY0 + 6 * GW_US_PER_DAY, 2000);
    struct gw_buf whole = {0};
    char *piece;

    many_streams();
    fake.sources[1].device_model = gw_arena_printf(arena, "%05000d", 7); /* a row longer than any room set aside */
    ck_assert_int_eq(gw_read_timeseries(NULL, arena, &query, &whole, NULL), GW_OK);
    ck_assert_uint_gt(whole.len, 2000000);
    piece = malloc(whole.len + 1);
    for (size_t most = 1; most < 10 * whole.len; most = most * 7 + 1) {
        struct gw_series_reader *reader;
        size_t at = 0, n;
        ck_assert_int_eq(gw_read_timeseries_open(NULL, arena, &query, &reader, NULL), GW_OK);
        ck_assert_int_eq(gw_read_timeseries_rows(reader), 2000);
        ck_assert_int_eq(gw_read_timeseries_length(reader), (int64_t)whole.len);
        do {
            if (!gw_read_timeseries_some(reader, piece, most, &n, NULL) || n > most || at + n > whole.len ||
                memcmp(piece, whole.data + at, n) != 0)
                ck_abort_msg("pieces of %zu differ at %zu", most, at);
            at += n;
        } while (n > 0);
        ck_assert_uint_eq(at, whole.len);
        gw_read_timeseries_close(&reader);
    }
    free(piece);
    gw_buf_free(&whole);
}
END_TEST

START_TEST(the_tail_wins)
{
    int64_t t[] = {DAY0, DAY0 + 1000000, DAY0 + 2000000, DAY0 + 3000000};
    int64_t tail_t[] = {DAY0 + 1000000, DAY0 + 2000000, DAY0 + 4000000};
    double v[] = {60, 61, 62, 63}, tail_v[] = {71, NAN, 74}, got[8];
    struct gw_read_series query = series(DAY0, DAY0 + GW_US_PER_DAY, 100);
    json_t *page;
    size_t i;
    json_t *row;

    fake_block(HR, false, 1, t, v, 4, 0);
    fake_tail(0, tail_t, tail_v, 3, 2);
    page = page_of(&query);
    ck_assert_uint_eq(json_array_size(json_object_get(page, "data")), 4);
    json_array_foreach(json_object_get(page, "data"), i, row) got[i] = json_real_value(json_object_get(row, "value"));
    ck_assert(got[0] == 60 && got[1] == 71 && got[2] == 63 && got[3] == 74);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(page, "pagination"), "total_count")), 4);
    json_decref(page);
}
END_TEST

START_TEST(what_a_row_says)
{
    int64_t t[] = {DAY0 + 28800 * GW_US_PER_S};
    double v[] = {72};
    struct gw_read_series query = series(DAY0, DAY0 + GW_US_PER_DAY, 100);
    struct gw_buf out = {0};

    fake_block(HR, false, 2, t, v, 1, -19800);
    ck_assert_int_eq(gw_read_timeseries(NULL, arena, &query, &out, NULL), GW_OK);
    ck_assert_str_eq(
        gw_buf_cstr(&out),
        "{\"data\":[{\"timestamp\":\"2025-01-01T08:00:00Z\",\"type\":\"heart_rate\",\"value\":72.0,"
        "\"unit\":\"bpm\",\"zone_offset\":\"-05:30\",\"source\":{\"provider\":\"polar\",\"source\":\"polar\","
        "\"device\":null,\"device_type\":null,\"device_name\":null},\"is_daily_total\":null}],"
        "\"pagination\":{\"cursor\":null,\"next_cursor\":null,\"previous_cursor\":null,\"has_more\":false,"
        "\"total_count\":1},\"metadata\":{\"resolution\":\"raw\",\"sample_count\":1,\"start_time\":\"a\","
        "\"end_time\":\"b\"}}");
    gw_buf_free(&out);
}
END_TEST

START_TEST(daily_totals_are_told_from_samples)
{
    int64_t t[] = {DAY0};
    double v[] = {5000};
    struct gw_read_series query = series(DAY0, DAY0 + GW_US_PER_DAY, 100);
    json_t *page;

    fake_block(STEPS, false, 1, t, v, 1, 0);
    fake_block(STEPS, true, 1, t, v, 1, 0);
    page = page_of(&query);
    ck_assert(json_is_false(json_object_get(json_array_get(json_object_get(page, "data"), 0), "is_daily_total")));
    ck_assert(json_is_true(json_object_get(json_array_get(json_object_get(page, "data"), 1), "is_daily_total")));
    json_decref(page);
}
END_TEST

START_TEST(an_offset_that_changes_within_a_block)
{
    int64_t t[] = {DAY0, DAY0 + 1, DAY0 + 2};
    double v[] = {1, 2, 3};
    struct gw_block_run runs[] = {{.first = 0, .offset_s = 3600}, {.first = 1, .offset_s = 7200}};
    struct gw_block block = {.count = 3, .runs_count = 2, .t_us = t, .v = v, .runs = runs};
    struct gw_read_series query = series(DAY0, DAY0 + GW_US_PER_DAY, 100);
    struct gw_buf bytes = {0};
    json_t *page;

    fake_block(HR, false, 1, t, v, 3, 0);
    ck_assert_int_eq(gw_block_encode(&block, &bytes, NULL), GW_OK);
    fake.rows[0].data = (struct gw_str){bytes.data, bytes.len};
    page = page_of(&query);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(
            json_string_value(json_object_get(json_array_get(json_object_get(page, "data"), i), "zone_offset")),
            i ? "+02:00" : "+01:00");
    json_decref(page);
    gw_buf_free(&bytes);
}
END_TEST

START_TEST(bytes_that_are_no_block_are_an_error)
{
    int64_t t[] = {DAY0};
    double v[] = {1};
    struct gw_read_series query = series(DAY0, DAY0 + GW_US_PER_DAY, 100);
    struct gw_buf out = {0};

    fake_block(HR, false, 1, t, v, 1, 0);
    fake.rows[0].data = GW_STR("this is no block at all");
    ck_assert_int_eq(gw_read_timeseries(NULL, arena, &query, &out, NULL), GW_INTERNAL);
    gw_buf_free(&out);
}
END_TEST

TCase *series_case(void)
{
    TCase *tests = tcase_create("series");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, one_stream_in_a_short_range);
    tcase_add_test(tests, many_streams_in_a_long_range);
    tcase_add_test(tests, every_size_of_page);
    tcase_add_test(tests, a_long_range_is_not_read_whole_for_a_page);
    tcase_add_test(tests, pieces_of_any_size_make_the_whole);
    tcase_add_test(tests, the_tail_wins);
    tcase_add_test(tests, what_a_row_says);
    tcase_add_test(tests, daily_totals_are_told_from_samples);
    tcase_add_test(tests, an_offset_that_changes_within_a_block);
    tcase_add_test(tests, bytes_that_are_no_block_are_an_error);
    return tests;
}
