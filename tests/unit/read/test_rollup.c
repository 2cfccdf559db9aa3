/* Intervals against the plain way to gather the same samples: every resolution, every offset, every page. */
#include <math.h>
#include <stdlib.h>

#include "base/time.h"
#include "host/metrics.h"
#include "read/read.h"
#include "store/block.h"
#include "tests.h"

#define DAY0  (INT64_C(1743120000) * GW_US_PER_S) /* 2025-03-28: two days before clocks change in Europe */
#define HR    1
#define WALK  61 /* six_minute_walk_test_distance: the largest counts */
#define STEPS 80

struct plain {
    int64_t t_us;
    uint16_t metric;
    int32_t source_id, offset_s;
    bool daily;
    double v;
};

struct row {
    int64_t key;
    uint16_t metric;
    int32_t source_id;
    long double sum;
    double min, max, last;
    int64_t count, first_us, total_us;
    int32_t offset_s;
    bool total;
    double total_value;
};

static struct plain list[600000];
static size_t list_count;
static struct row rows[100000];
static size_t rows_count;
static struct gw_arena *arena;
static uint64_t seed;

static void setup(void)
{
    arena = gw_arena_new(0);
    fake_reset();
    list_count = 0;
    seed = 11;
    for (int i = 0; i < 4; i++)
        fake.sources[i] = (struct gw_source){.id = i + 1, .provider = i % 2 ? "polar" : "garmin"};
    fake.sources[3].app = "A, \"B\"\nC";
    fake.sources_count = 4;
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static int64_t draw(int64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* A day's block with two offsets in it and some samples deleted. */
static void add_block(uint16_t metric, int32_t source_id, bool daily, int day, size_t n, int32_t before, int32_t after)
{
    int64_t *t = gw_arena_alloc(arena, n * sizeof(*t)), step = GW_US_PER_DAY / (int64_t)n;
    double *v = gw_arena_alloc(arena, n * sizeof(*v));
    uint32_t change = (uint32_t)(1 + draw((int64_t)n));
    struct gw_block_run runs[] = {{.first = 0, .offset_s = before}, {.first = change, .offset_s = after}};
    struct gw_block block = {.count = (uint32_t)n, .runs_count = change < n ? 2 : 1, .t_us = t, .v = v, .runs = runs};
    struct gw_buf bytes = {0};

    for (size_t i = 0; i < n; i++) {
        t[i] = DAY0 + day * GW_US_PER_DAY + (int64_t)i * step + draw(step);
        v[i] = draw(17) == 0 ? NAN : (double)draw(2000) / 10 - 20;
        if (!isnan(v[i]))
            list[list_count++] = (struct plain){t[i], metric, source_id, i < change ? before : after, daily, v[i]};
    }
    fake_block(metric, daily, source_id, t, v, n, 0);
    ck_assert_int_eq(gw_block_encode(&block, &bytes, NULL), GW_OK);
    fake.rows[fake.rows_count - 1].data =
        (struct gw_str){gw_arena_strndup(fake.arena, bytes.data, bytes.len), bytes.len};
    gw_buf_free(&bytes);
}

static void many_days(void)
{
    static const int32_t offsets[] = {-28800, 19800, GW_NO_OFFSET, 3600, 7200, 0, -43200, 50400};
    static const uint16_t metrics[] = {HR, WALK, STEPS};

    for (int day = 0; day < 7; day++) {
        for (int m = 0; m < 3; m++)
            for (int32_t source = 1; source <= 4; source++)
                if (draw(4))
                    add_block(metrics[m], source, false, day, (size_t)(1 + draw(120)), offsets[draw(8)],
                              offsets[draw(8)]);
        if (day % 2)
            add_block(STEPS, 2, true, day, (size_t)(1 + draw(2)), offsets[draw(8)], offsets[draw(8)]);
        add_block(STEPS, 4, true, day, 1, 3600, 3600);
    }
}

/* ---- the plain way ---- */

static int by_time(const void *a, const void *b)
{
    const struct plain *x = a, *y = b;

    return (x->t_us > y->t_us) - (x->t_us < y->t_us);
}

static int by_place(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    return (x->source_id > y->source_id) - (x->source_id < y->source_id);
}

static struct row *row_of(int64_t key, const struct plain *p)
{
    for (size_t i = rows_count; i-- > 0 && i + 200 > rows_count;)
        if (rows[i].key == key && rows[i].metric == p->metric && rows[i].source_id == p->source_id)
            return &rows[i];
    rows[rows_count] =
        (struct row){.key = key, .metric = p->metric, .source_id = p->source_id, .min = INFINITY, .max = -INFINITY};
    return &rows[rows_count++];
}

static void gather(enum gw_resolution resolution, int64_t from, int64_t to, const char *zone)
{
    int64_t width = gw_resolution_us(resolution);
    const struct gw_zone *z = zone ? gw_zone_find(gw_str(zone)) : NULL;

    rows_count = 0;
    qsort(list, list_count, sizeof(list[0]), by_time);
    for (size_t i = 0; i < list_count; i++) {
        const struct plain *p = &list[i];
        int64_t key = gw_floor_div(p->t_us, width) * width;
        struct row *row;
        if (resolution == GW_1DAY) {
            int32_t offset = p->offset_s != GW_NO_OFFSET ? p->offset_s : gw_zone_offset(z, p->t_us, NULL);
            key = gw_floor_div(p->t_us + offset * GW_US_PER_S, GW_US_PER_DAY);
            if (key < from / GW_US_PER_DAY || key >= to / GW_US_PER_DAY)
                continue;
        } else if (p->t_us < from || p->t_us >= to || p->daily) {
            continue;
        }
        row = row_of(key, p);
        if (p->daily) {
            row->total = true;
            row->total_value = p->v;
            continue;
        }
        if (row->count++ == 0)
            row->offset_s = p->offset_s;
        row->sum += (long double)p->v;
        row->min = p->v < row->min ? p->v : row->min;
        row->max = p->v > row->max ? p->v : row->max;
        row->last = p->v;
    }
    qsort(rows, rows_count, sizeof(rows[0]), by_place);
}

/* ---- comparing ---- */

static struct gw_read_series query_of(enum gw_resolution resolution, int64_t from, int64_t to, int64_t limit)
{
    static const uint16_t all[] = {HR, WALK, STEPS};

    return (struct gw_read_series){
        .page = {.from_us = from, .to_us = to, .from_text = "a", .to_text = "b", .limit = limit},
        .metrics = all,
        .metrics_count = 3,
        .resolution = resolution,
        .days = {gw_floor_div(from, GW_US_PER_DAY), gw_floor_div(to, GW_US_PER_DAY) - 1}};
}

static double real(const json_t *row, const char *key)
{
    return json_real_value(json_object_get(row, key));
}

static const char *text(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static bool near(double a, long double b)
{
    return fabsl((long double)a - b) <= 1e-9L * (1 + fabsl(b));
}

static double expected_value(const struct row *row)
{
    if (row->total)
        return row->total_value;
    if (row->metric == STEPS)
        return (double)row->sum;
    return row->metric == WALK ? row->max : (double)(row->sum / row->count);
}

static bool is_row(const json_t *got, const struct row *row, enum gw_resolution resolution)
{
    const struct gw_metric *metric = gw_metric_by_number(row->metric);
    struct gw_time_text t;
    char date[11];

    if (strcmp(text(got, "type"), metric->name) != 0 || !near(real(got, "value"), (long double)expected_value(row)) ||
        real(got, "min") != (row->total ? row->total_value : row->min) ||
        real(got, "max") != (row->total ? row->total_value : row->max) ||
        json_integer_value(json_object_get(got, "count")) != (row->total ? 1 : row->count) ||
        strcmp(text(json_object_get(got, "source"), "provider"), row->source_id % 2 ? "garmin" : "polar") != 0)
        return false;
    gw_time_parse(gw_str(text(got, "timestamp")), &t);
    if (resolution != GW_1DAY)
        return t.us == row->key;
    gw_day_format(row->key, date);
    if (strcmp(text(got, "date"), date) != 0 || json_is_true(json_object_get(got, "is_daily_total")) != row->total)
        return false;
    /* The time is midnight of that day by the offset it is shown with. */
    if (text(got, "zone_offset")) {
        struct gw_time_text o;
        gw_time_parse(gw_str(gw_arena_printf(arena, "2000-01-01T00:00:00%s", text(got, "zone_offset"))), &o);
        return t.us + o.offset_s * GW_US_PER_S == row->key * GW_US_PER_DAY;
    }
    return t.us == row->key * GW_US_PER_DAY;
}

static void check_page(const json_t *page, const struct row *expected, size_t count, enum gw_resolution resolution)
{
    size_t good = 0;

    while (good < count && is_row(json_array_get(json_object_get(page, "data"), good), &expected[good], resolution))
        good++;
    if (good < count)
        ck_abort_msg("row %zu of %zu at %s: %s, not %.17g", good, count, gw_resolution_name(resolution),
                     json_dumps(json_array_get(json_object_get(page, "data"), good), JSON_COMPACT),
                     expected_value(&expected[good]));
}

static const char *cursor_of(const json_t *page, const char *which)
{
    const char *cursor = text(json_object_get(page, "pagination"), which);

    return cursor ? gw_arena_strdup(arena, cursor) : NULL;
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

/* Forwards over every page and back again; counted: the pages know how many rows there are. */
static void walk(enum gw_resolution resolution, int64_t from, int64_t to, int64_t limit, bool counted)
{
    struct gw_read_series query = query_of(resolution, from, to, limit);
    const char *next = NULL, *previous;
    size_t at = 0, n;

    do {
        query.page.cursor = gw_str(next);
        json_t *page = page_of(&query);
        const json_t *total = json_object_get(json_object_get(page, "pagination"), "total_count");
        n = json_array_size(json_object_get(page, "data"));
        ck_assert_uint_le(at + n, rows_count);
        check_page(page, rows + at, n, resolution);
        ck_assert(counted ? json_integer_value(total) == (json_int_t)rows_count : json_is_null(total));
        ck_assert_str_eq(text(json_object_get(page, "metadata"), "resolution"), gw_resolution_name(resolution));
        at += n;
        next = cursor_of(page, "next_cursor");
        previous = cursor_of(page, "previous_cursor");
        ck_assert(!next || n == (size_t)limit);
        json_decref(page);
    } while (next);
    ck_assert_uint_eq(at, rows_count);
    at -= n;
    while (previous) {
        query.page.cursor = gw_str(previous);
        json_t *page = page_of(&query);
        n = json_array_size(json_object_get(page, "data"));
        ck_assert_uint_le(n, at);
        at -= n;
        check_page(page, rows + at, n, resolution);
        previous = cursor_of(page, "previous_cursor");
        json_decref(page);
    }
    ck_assert_uint_eq(at, 0);
}

static const enum gw_resolution resolutions[] = {GW_1MIN, GW_5MIN, GW_15MIN, GW_1HOUR, GW_1DAY};
static const char *const zones[] = {NULL, "Europe/Berlin", "America/St_Johns", "Asia/Kolkata"};

START_TEST(every_resolution_is_what_the_plain_way_gives)
{
    enum gw_resolution resolution = resolutions[_i];

    for (size_t z = 0; z < (resolution == GW_1DAY ? sizeof(zones) / sizeof(zones[0]) : 1); z++) {
        int64_t to = DAY0 + 7 * GW_US_PER_DAY;
        teardown();
        setup();
        many_days();
        fake.time_zone = zones[z];
        gather(resolution, DAY0, to, zones[z]);
        ck_assert_uint_gt(rows_count, 20);
        walk(resolution, DAY0, to, 100000, true);
        walk(resolution, DAY0, to, 97, true);
        gather(resolution, DAY0 + GW_US_PER_DAY, to - GW_US_PER_DAY, zones[z]);
        walk(resolution, DAY0 + GW_US_PER_DAY, to - GW_US_PER_DAY, 250, true);
        if (resolution != GW_1DAY) { /* edges in the middle of an interval */
            gather(resolution, DAY0 + 12345678901, to - 98765432109, NULL);
            walk(resolution, DAY0 + 12345678901, to - 98765432109, 500, true);
        }
    }
}
END_TEST

START_TEST(a_long_range_is_read_in_groups)
{
    enum gw_resolution resolution = _i ? GW_1DAY : GW_1HOUR;

    for (int day = 0; day < 5; day++)
        add_block(HR, 1, false, day, 80000, 3600, 7200);
    add_block(HR, 2, false, 9, 20, -28800, 19800);
    gather(resolution, DAY0 - GW_US_PER_DAY, DAY0 + 12 * GW_US_PER_DAY, NULL);
    walk(resolution, DAY0 - GW_US_PER_DAY, DAY0 + 12 * GW_US_PER_DAY, 4, false);
    walk(resolution, DAY0 - GW_US_PER_DAY, DAY0 + 12 * GW_US_PER_DAY, 37, false);
    walk(resolution, DAY0 - GW_US_PER_DAY, DAY0 + 12 * GW_US_PER_DAY, 1000, false);
}
END_TEST

START_TEST(a_total_wins_over_samples_and_is_never_added)
{
    int64_t t[] = {DAY0, DAY0 + GW_US_PER_HOUR};
    double v[] = {100, 200}, total[] = {5000};
    struct gw_read_series query = query_of(GW_1DAY, DAY0, DAY0 + GW_US_PER_DAY, 10);
    json_t *page, *row;

    fake_block(STEPS, false, 1, t, v, 2, 0);
    fake_block(STEPS, true, 1, t, total, 1, 0);
    fake_block(STEPS, false, 2, t, v, 2, 0);
    page = page_of(&query);
    ck_assert_uint_eq(json_array_size(json_object_get(page, "data")), 2);
    row = json_array_get(json_object_get(page, "data"), 0);
    ck_assert(real(row, "value") == 5000 && json_is_true(json_object_get(row, "is_daily_total")));
    row = json_array_get(json_object_get(page, "data"), 1);
    ck_assert(real(row, "value") == 300 && json_is_false(json_object_get(row, "is_daily_total")));
    json_decref(page);
    query.resolution = GW_1HOUR; /* a day's total is no hour's */
    page = page_of(&query);
    ck_assert_uint_eq(json_array_size(json_object_get(page, "data")), 4);
    json_decref(page);
}
END_TEST

START_TEST(sums_do_not_drift)
{
    int64_t t[1000];
    double v[1000];
    struct gw_read_series query = query_of(GW_1HOUR, DAY0, DAY0 + GW_US_PER_DAY, 10);
    json_t *page;

    for (int i = 0; i < 1000; i++) {
        t[i] = DAY0 + i * GW_US_PER_S;
        v[i] = 0.1;
    }
    fake_block(STEPS, false, 1, t, v, 1000, 0);
    page = page_of(&query);
    ck_assert(real(json_array_get(json_object_get(page, "data"), 0), "value") == 100.0);
    json_decref(page);
}
END_TEST

/* ---- lines and CSV ---- */

static char *whole_of(const struct gw_read_series *query)
{
    struct gw_buf out = {0};
    struct gw_err err;
    char *ret;

    struct gw_series_reader *reader = NULL;
    ck_assert_msg(gw_read_timeseries_open(NULL, arena, query, &reader, &err) == GW_OK, "%s", gw_err_text(&err));
    int64_t length = gw_read_timeseries_length(reader);
    ck_assert_int_eq(gw_read_timeseries_all(reader, &out, &err), GW_OK);
    ck_assert(length < 0 || length == (int64_t)out.len);
    ck_assert_int_eq(length >= 0, query->resolution == GW_RAW && (out.len == 0 || list_count < 131072));
    gw_read_timeseries_close(&reader);
    ret = gw_arena_strndup(arena, out.data, out.len);
    gw_buf_free(&out);
    return ret;
}

/* Lines hold what one page of everything holds. */
static void check_lines(struct gw_read_series query)
{
    json_t *page, *row;
    char *lines;
    size_t i;

    query.page.limit = 600000;
    page = page_of(&query);
    query.format = GW_FORMAT_LINES;
    query.page.limit = 1;
    query.page.cursor = GW_STR("not a cursor, and not looked at");
    lines = whole_of(&query);
    json_array_foreach(json_object_get(page, "data"), i, row)
    {
        char *end = strchr(lines, '\n');
        json_t *line;
        ck_assert_ptr_nonnull(end);
        line = json_loadb(lines, (size_t)(end - lines), 0, NULL);
        if (!line || !json_equal(line, row))
            ck_abort_msg("line %zu: %.*s", i, (int)(end - lines), lines);
        json_decref(line);
        lines = end + 1;
    }
    ck_assert_str_eq(lines, "");
    json_decref(page);
}

START_TEST(lines_are_the_rows_of_a_page)
{
    many_days();
    for (int r = GW_RAW; r <= GW_1DAY; r++) {
        check_lines(query_of((enum gw_resolution)r, DAY0, DAY0 + 7 * GW_US_PER_DAY, 1));
        check_lines(query_of((enum gw_resolution)r, DAY0 + GW_US_PER_DAY, DAY0 + 2 * GW_US_PER_DAY, 1));
        check_lines(query_of((enum gw_resolution)r, DAY0, DAY0, 1));
        check_lines(query_of((enum gw_resolution)r, DAY0, DAY0 - GW_US_PER_DAY, 1));
    }
}
END_TEST

START_TEST(a_heavy_day_is_read_in_pieces)
{
    for (int day = 0; day < 2; day++) {
        add_block(HR, 1, false, day, 70000, 3600, 3600);
        add_block(HR, 2, false, day, 70000, 3600, 3600);
    }
    check_lines(query_of(GW_RAW, DAY0 + 777777777, DAY0 + GW_US_PER_DAY + 777777777, 1));
    gather(GW_1HOUR, DAY0, DAY0 + 2 * GW_US_PER_DAY, NULL);
    walk(GW_1HOUR, DAY0, DAY0 + 2 * GW_US_PER_DAY, 1000, false);
}
END_TEST

START_TEST(csv_as_it_is_written)
{
    int64_t t[] = {DAY0 + 1, DAY0 + GW_US_PER_HOUR};
    double v[] = {60, 61.5}, total[] = {5000};
    struct gw_read_series query = query_of(GW_RAW, DAY0, DAY0 + GW_US_PER_DAY, 10);

    query.format = GW_FORMAT_CSV;
    fake_block(HR, false, 4, t, v, 2, 3600);
    fake_block(STEPS, true, 1, t, total, 1, GW_NO_OFFSET);
    fake.sources[3].device_model = "Watch7,1";
    ck_assert_str_eq(whole_of(&query),
                     "timestamp,type,value,unit,zone_offset,provider,source,device,device_type,device_name,"
                     "is_daily_total\r\n"
                     "2025-03-28T00:00:00.000001Z,heart_rate,60.0,bpm,+01:00,polar,\"A, \"\"B\"\"\nC\",\"Watch7,1\","
                     "watch,\"Watch7,1\",\r\n"
                     "2025-03-28T00:00:00.000001Z,steps,5000.0,count,,garmin,garmin,,,,true\r\n"
                     "2025-03-28T01:00:00Z,heart_rate,61.5,bpm,+01:00,polar,\"A, \"\"B\"\"\nC\",\"Watch7,1\","
                     "watch,\"Watch7,1\",\r\n");
    query.resolution = GW_1HOUR;
    ck_assert_str_eq(whole_of(&query),
                     "timestamp,type,value,min,max,count,unit,zone_offset,provider,source,device,device_type,"
                     "device_name,is_daily_total\r\n"
                     "2025-03-28T00:00:00Z,heart_rate,60.0,60.0,60.0,1,bpm,+01:00,polar,\"A, \"\"B\"\"\nC\","
                     "\"Watch7,1\",watch,\"Watch7,1\",\r\n"
                     "2025-03-28T01:00:00Z,heart_rate,61.5,61.5,61.5,1,bpm,+01:00,polar,\"A, \"\"B\"\"\nC\","
                     "\"Watch7,1\",watch,\"Watch7,1\",\r\n");
    query.resolution = GW_1DAY;
    ck_assert_str_eq(whole_of(&query),
                     "timestamp,date,type,value,min,max,count,unit,zone_offset,provider,source,device,device_type,"
                     "device_name,is_daily_total\r\n"
                     "2025-03-27T23:00:00Z,2025-03-28,heart_rate,60.75,60.0,61.5,2,bpm,+01:00,polar,"
                     "\"A, \"\"B\"\"\nC\",\"Watch7,1\",watch,\"Watch7,1\",\r\n"
                     "2025-03-28T00:00:00Z,2025-03-28,steps,5000.0,5000.0,5000.0,1,count,,garmin,garmin,,,,true\r\n");
    query.page.to_us = query.page.from_us;
    query.days.last = query.days.first - 1;
    ck_assert_str_eq(whole_of(&query), gw_form_csv_head(true, true));
}
END_TEST

/* A store that fails: before the first byte an error, behind it an answer that does not end. */
START_TEST(a_failure_in_the_middle_is_never_an_end)
{
    struct gw_read_series query = query_of(_i % 2 ? GW_1MIN : GW_RAW, DAY0, DAY0 + 6 * GW_US_PER_DAY, 10);
    struct gw_err err = {0};
    int failures = 0;

    query.format = _i / 2 ? GW_FORMAT_CSV : GW_FORMAT_LINES;
    for (int day = 0; day < 6; day++)
        add_block(HR, 1, false, day, 70000, 3600, 3600);
    for (int at = 1; failures == at - 1; at++) {
        struct gw_series_reader *reader = NULL;
        static char piece[65536];
        bool good = true;
        size_t n = 1;
        fake.queries = 0;
        fake.fail_at = at;
        if (gw_read_timeseries_open(NULL, arena, &query, &reader, &err) != GW_OK) {
            ck_assert_int_eq(err.code, GW_DB);
            ck_assert_int_eq(at, 1);
            failures++;
            continue;
        }
        while (n > 0 && good)
            good = gw_read_timeseries_some(reader, piece, sizeof(piece), &n, &err);
        if (!good) {
            ck_assert_int_eq(err.code, GW_DB);
            ck_assert(!gw_read_timeseries_some(reader, piece, sizeof(piece), &n, &err));
            failures++;
        }
        gw_read_timeseries_close(&reader);
    }
    ck_assert_int_ge(failures, 5);
}
END_TEST

START_TEST(a_cursor_is_of_its_resolution)
{
    struct gw_read_series query = query_of(GW_1HOUR, DAY0, DAY0 + 7 * GW_US_PER_DAY, 5);
    struct gw_buf out = {0};
    struct gw_err err = {0};
    json_t *page;

    many_days();
    page = page_of(&query);
    query.page.cursor = gw_str(cursor_of(page, "next_cursor"));
    query.resolution = GW_1MIN;
    ck_assert_int_eq(gw_read_timeseries(NULL, arena, &query, &out, &err), GW_INVALID);
    ck_assert_str_eq(err.field, "cursor");
    query.resolution = GW_RAW;
    ck_assert_int_eq(gw_read_timeseries(NULL, arena, &query, &out, &err), GW_INVALID);
    json_decref(page);
    gw_buf_free(&out);
}
END_TEST

TCase *rollup_case(void)
{
    TCase *tests = tcase_create("rollup");

    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_resolution_is_what_the_plain_way_gives, 0, 5);
    tcase_add_loop_test(tests, a_long_range_is_read_in_groups, 0, 2);
    tcase_add_test(tests, a_total_wins_over_samples_and_is_never_added);
    tcase_add_test(tests, sums_do_not_drift);
    tcase_add_test(tests, lines_are_the_rows_of_a_page);
    tcase_add_test(tests, a_heavy_day_is_read_in_pieces);
    tcase_add_test(tests, csv_as_it_is_written);
    tcase_add_loop_test(tests, a_failure_in_the_middle_is_never_an_end, 0, 4);
    tcase_add_test(tests, a_cursor_is_of_its_resolution);
    return tests;
}
