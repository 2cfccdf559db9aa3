/* emit_record and emit_series: what is let through, how it is put in order, what is refused and with which words. */
#include <math.h>
#include <string.h>

#include "fake.h"
#include "host/lines.h"

#define T0 INT64_C(1795262400000000) /* 2026-11-21T12:00:00Z */
#define S  INT64_C(1000000)

static struct gw_lines lines;
static struct gw_buf out;
static aorta_record record_now;
static aorta_series series_now;
static const char *metric_now;
static aorta_status emitted;

static void setup(void)
{
    fake_setup();
    out = (struct gw_buf){0};
    lines = (struct gw_lines){.out = &out};
    gw_lines_sink(&lines, &fake.sink);
}

static void teardown(void)
{
    gw_buf_free(&out);
    fake_teardown();
}

static aorta_status emit_record(aorta_ctx *ctx)
{
    record_now.struct_size = sizeof(record_now);
    emitted = ctx->host->emit_record(ctx, &record_now);
    return AORTA_OK;
}

static aorta_status emit_series(aorta_ctx *ctx)
{
    series_now.struct_size = sizeof(series_now);
    if (metric_now)
        series_now.metric = ctx->host->metric(ctx, metric_now);
    emitted = ctx->host->emit_series(ctx, &series_now);
    return AORTA_OK;
}

static const char *record(aorta_record r)
{
    out.len = 0;
    record_now = r;
    if (!record_now.kind.len)
        record_now.kind = (aorta_str){"workout", 7};
    if (!record_now.start_us) {
        record_now.start_us = T0;
        record_now.end_us = T0 + 3600 * S;
    }
    ck_assert_int_eq(fake_normalize(emit_record), GW_OK);
    return gw_buf_cstr(&out);
}

static const char *series(aorta_series s)
{
    out.len = 0;
    series_now = s;
    ck_assert_int_eq(fake_normalize(emit_series), GW_OK);
    return gw_buf_cstr(&out);
}

static void refused(const char *line, const char *reason)
{
    ck_assert_int_eq(emitted, AORTA_ERR_DATA);
    ck_assert_msg(strstr(line, "{\"refused\":") == line && strstr(line, reason), "expected \"%s\" in %s", reason, line);
}

/* ---- records ---- */

START_TEST(writes_a_record)
{
    aorta_field fields[] = {
        {{"type", 4}, {.type = AORTA_TYPE_ENUM, .u.s = {"running", 7}}},
        {{"distance_m", 10}, {.type = AORTA_TYPE_INT, .u.i = 8000}},
        {{"steps", 5}, {.type = AORTA_TYPE_FLOAT, .u.f = 7302}},
        {{"is_manual", 9}, {.type = AORTA_TYPE_BOOL, .u.i = 0}},
        {{"name", 4}, {.type = AORTA_TYPE_NONE}},
        {{"laps", 4}, {.type = AORTA_TYPE_JSON, .u.s = {"[{\"n\":1}]", 9}}},
        {{"mood", 4}, {.type = AORTA_TYPE_STRING, .u.s = {"\"fine\"", 6}}},
        {{"when", 4}, {.type = AORTA_TYPE_TIME, .u.i = T0}},
        {{"day", 3}, {.type = AORTA_TYPE_DATE, .u.i = 20778}},
    };

    ck_assert_str_eq(record((aorta_record){.external_id = {"w1", 2},
                                           .flags = AORTA_RECORD_HAS_OFFSET | AORTA_RECORD_TENTATIVE,
                                           .tz_offset_s = 3600,
                                           .version_us = T0 + S,
                                           .fields = fields,
                                           .fields_count = 9}),
                     "{\"record\":\"workout\",\"external_id\":\"w1\",\"start\":\"2026-11-21T12:00:00Z\","
                     "\"end\":\"2026-11-21T13:00:00Z\",\"offset\":\"+01:00\",\"version\":\"2026-11-21T12:00:01Z\","
                     "\"flags\":[\"tentative\"],\"source\":{},\"fields\":{\"type\":\"running\",\"distance_m\":8000.0,"
                     "\"steps\":7302,\"is_manual\":false,\"laps\":[{\"n\":1}],\"mood\":\"\\\"fine\\\"\","
                     "\"when\":\"2026-11-21T12:00:00Z\",\"day\":\"2026-11-21\"}}\n");
    ck_assert_int_eq(emitted, AORTA_OK);
}
END_TEST

START_TEST(refuses_a_record_that_cannot_be_kept)
{
    static char long_id[600];

    memset(long_id, 'a', sizeof(long_id));
    refused(record((aorta_record){.kind = {"workuot", 7}}), "its kind is neither in the catalogue nor declared");
    refused(record((aorta_record){.kind = {"other.note", 10}}), "its kind is neither");
    refused(record((aorta_record){.start_us = T0, .end_us = T0 - 1}), "it ends before it starts");
    refused(record((aorta_record){.start_us = -1, .end_us = T0}), "outside 1970 to 2200");
    refused(record((aorta_record){.start_us = T0, .end_us = INT64_MAX}), "outside 1970 to 2200");
    refused(record((aorta_record){.flags = AORTA_RECORD_HAS_OFFSET, .tz_offset_s = 64801}), "beyond 18 hours");
    refused(record((aorta_record){.flags = 0x40000000u}), "a flag that this gateway does not know");
    refused(record((aorta_record){.version_us = -5}), "its version is outside");
    refused(record((aorta_record){.external_id = {long_id, sizeof(long_id)}}), "longer than 512 bytes");
    refused(record((aorta_record){.external_id = {"a\0b", 3}}), "its external_id is not text");
    refused(record((aorta_record){.source = 7}), "its source was not given out");
    refused(record((aorta_record){.fields_count = 1}), "or none where it says so");
    ck_assert_uint_eq(atomic_load(&fake.provider->conduct->refused), 12);
    ck_assert_uint_eq(lines.refused, 12);
    ck_assert_ptr_nonnull(strstr(record((aorta_record){.kind = {"fake.note", 9}}), "\"record\":\"fake.note\""));
    ck_assert_ptr_nonnull(strstr(record((aorta_record){.flags = 0x00400000u}), "\"record\"")); /* may be ignored */
    ck_assert_ptr_nonnull(strstr(record((aorta_record){.tz_offset_s = 999999}), "\"offset\":null"));
}
END_TEST

static const char *field(const char *kind, const char *key, aorta_value value)
{
    aorta_field f = {{key, strlen(key)}, value};

    return record((aorta_record){.kind = {kind, strlen(kind)}, .fields = &f, .fields_count = 1});
}

#define TEXT(literal) ((aorta_value){.type = AORTA_TYPE_STRING, .u.s = {literal, sizeof(literal) - 1}})
#define JSON(literal) ((aorta_value){.type = AORTA_TYPE_JSON, .u.s = {literal, sizeof(literal) - 1}})

START_TEST(refuses_fields_that_cannot_be_kept)
{
    static char deep[20000];

    memset(deep, '[', sizeof(deep));
    refused(field("workout", "distance_m", (aorta_value){.type = AORTA_TYPE_FLOAT, .u.f = NAN}),
            "field distance_m: a number is not finite");
    refused(field("workout", "distance_m", (aorta_value){.type = AORTA_TYPE_FLOAT, .u.f = INFINITY}), "not finite");
    refused(field("workout", "distance_m", TEXT("far")), "field distance_m: its type is not the catalogue's");
    refused(field("workout", "steps", (aorta_value){.type = AORTA_TYPE_FLOAT, .u.f = 1.5}), "its type is not");
    refused(field("workout", "is_manual", (aorta_value){.type = AORTA_TYPE_BOOL, .u.i = 2}), "neither");
    refused(field("workout", "name", TEXT("a\xff")), "not UTF-8");
    refused(field("workout", "name", TEXT("a\0b")), "holds NUL");
    refused(field("workout", "laps", JSON("[1,")), "JSON value cannot be read");
    refused(field("workout", "laps", JSON("[1] x")), "JSON value cannot be read");
    refused(field("workout", "laps", JSON("[\"\\u0000\"]")), "JSON value cannot be read");
    refused(field("workout", "laps", JSON("[\"\\ud800\"]")), "JSON value cannot be read");
    refused(field("workout", "laps", JSON("[1e999]")), "JSON value cannot be read");
    refused(field("workout", "laps", (aorta_value){.type = AORTA_TYPE_JSON, .u.s = {deep, sizeof(deep)}}),
            "JSON value cannot be read");
    refused(field("sleep_stage", "stage", TEXT("dreaming")), "field stage: its word is not one of the catalogue's");
    refused(field("score", "category", TEXT("luck")), "its word is not");
    refused(field("workout", "when", (aorta_value){.type = AORTA_TYPE_TIME, .u.i = -1}), "a time is outside");
    refused(field("workout", "x", (aorta_value){.type = AORTA_TYPE_DURATION, .u.i = -1}), "a duration is negative");
    refused(field("workout", "x", (aorta_value){.type = 77}), "a type that records cannot hold");
    refused(field("workout", "", TEXT("x")), "no name");
    ck_assert_ptr_nonnull(strstr(field("sleep_stage", "stage", TEXT("rem")), "\"stage\":\"rem\""));
}
END_TEST

START_TEST(calls_an_unknown_workout_other)
{
    ck_assert_ptr_nonnull(strstr(field("workout", "type", TEXT("quidditch")), "\"type\":\"other\""));
    ck_assert_ptr_nonnull(strstr(field("workout", "type", TEXT("trail_running")), "\"type\":\"trail_running\""));
}
END_TEST

START_TEST(refuses_a_field_that_comes_twice)
{
    aorta_field fields[] = {{{"name", 4}, TEXT("a")}, {{"name", 4}, TEXT("b")}};

    refused(record((aorta_record){.fields = fields, .fields_count = 2}), "field name: it comes twice");
}
END_TEST

/* ---- series ---- */

START_TEST(writes_a_series)
{
    int64_t t[] = {T0, T0 + S};
    double v[] = {60, 61.5};

    metric_now = "heart_rate";
    ck_assert_str_eq(series((aorta_series){.count = 2, .t_us = t, .v = v}),
                     "{\"series\":\"heart_rate\",\"unit\":\"bpm\",\"count\":2,\"start\":\"2026-11-21T12:00:00Z\","
                     "\"end\":\"2026-11-21T12:00:01Z\",\"offset\":null,\"flags\":[],\"source\":{},"
                     "\"daily_total\":false,\"samples\":[[\"2026-11-21T12:00:00Z\",60.0],"
                     "[\"2026-11-21T12:00:01Z\",61.5]]}\n");
    lines.summary = true;
    ck_assert_ptr_nonnull(
        strstr(series((aorta_series){.count = 2, .t_us = t, .v = v, .flags = AORTA_SERIES_DAILY_TOTAL}),
               "\"daily_total\":true,\"min\":60.0,\"max\":61.5,\"mean\":60.75}"));
}
END_TEST

START_TEST(skips_gaps_and_joins_equal_times)
{
    int64_t t[] = {T0, T0 + S, T0 + S, T0 + 2 * S, T0 + 3 * S};
    double v[] = {60, 61, 65, NAN, 63};
    int64_t dur[] = {S, S, 2 * S, S, S};

    metric_now = "heart_rate";
    ck_assert_ptr_nonnull(strstr(series((aorta_series){.count = 5, .t_us = t, .v = v}),
                                 "\"samples\":[[\"2026-11-21T12:00:00Z\",60.0],[\"2026-11-21T12:00:01Z\",65.0],"
                                 "[\"2026-11-21T12:00:03Z\",63.0]]"));
    v[1] = 99; /* the longer one stays, whatever the value */
    ck_assert_ptr_nonnull(strstr(series((aorta_series){.count = 5, .t_us = t, .v = v, .dur_us = dur}),
                                 "[\"2026-11-21T12:00:01Z\",65.0,2.0]"));
    v[0] = v[1] = v[2] = v[4] = NAN;
    ck_assert_str_eq(series((aorta_series){.count = 5, .t_us = t, .v = v}), "");
    ck_assert_int_eq(emitted, AORTA_OK);
    ck_assert_str_eq(series((aorta_series){.count = 0}), "");
    ck_assert_int_eq(emitted, AORTA_OK);
}
END_TEST

START_TEST(expands_regular_sampling)
{
    double v[] = {1, NAN, 3};

    metric_now = "speed";
    ck_assert_ptr_nonnull(strstr(series((aorta_series){.count = 3, .start_us = T0, .period_us = 5 * S, .v = v}),
                                 "\"count\":2,\"start\":\"2026-11-21T12:00:00Z\",\"end\":\"2026-11-21T12:00:10Z\""));
    ck_assert_ptr_nonnull(strstr(series((aorta_series){.count = 1, .start_us = T0, .v = v}), "\"count\":1"));
}
END_TEST

START_TEST(takes_back_samples)
{
    int64_t t[] = {T0, T0 + S};

    metric_now = "heart_rate";
    ck_assert_ptr_nonnull(strstr(series((aorta_series){.count = 2, .t_us = t, .flags = AORTA_SERIES_DELETED}),
                                 "\"flags\":[\"deleted\"],\"source\":{},\"daily_total\":false,"
                                 "\"samples\":[[\"2026-11-21T12:00:00Z\",null]"));
}
END_TEST

START_TEST(refuses_a_series_that_cannot_be_kept)
{
    static int64_t many_t[65537];
    static double many_v[65537];
    int64_t t[] = {T0 + S, T0}, early[] = {-1, T0}, dur[] = {-1, 1}, good[] = {T0, T0 + S};
    double v[] = {60, 61}, wild[] = {60, INFINITY};

    for (int i = 0; i < 65537; i++)
        many_t[i] = T0 + i;
    metric_now = "heart_rate";
    refused(series((aorta_series){.count = 2, .t_us = t, .v = v}), "its times do not ascend");
    refused(series((aorta_series){.count = 2, .t_us = early, .v = v}), "outside 1970 to 2200");
    refused(series((aorta_series){.count = 2, .t_us = good, .v = wild}), "a value is not finite");
    refused(series((aorta_series){.count = 2, .t_us = good, .v = v, .dur_us = dur}), "a duration is negative");
    refused(series((aorta_series){.count = 2, .t_us = good}), "it has no values");
    refused(series((aorta_series){.count = 2, .start_us = T0, .v = v}), "neither times nor a period");
    refused(series((aorta_series){.count = 2, .start_us = T0, .period_us = INT64_MAX, .v = v}), "outside 1970");
    refused(series((aorta_series){.count = 65537, .t_us = many_t, .v = many_v}), "more than 65536 samples");
    refused(series((aorta_series){.count = 2, .t_us = good, .v = v, .source = 3}), "its source was not given out");
    refused(series((aorta_series){.count = 2, .t_us = good, .v = v, .flags = 0x01000000u}), "a flag that");
    ck_assert_ptr_nonnull(
        strstr(series((aorta_series){.count = 65536, .t_us = many_t, .v = many_v}), "\"count\":65536"));
    metric_now = NULL;
    refused(series((aorta_series){.metric = 9, .count = 2, .t_us = good, .v = v}), "its metric was not given out");
    refused(series((aorta_series){.metric = 65537, .count = 2, .t_us = good, .v = v}), "its metric was not");
}
END_TEST

/* ---- metrics and sources ---- */

static aorta_status ask_names(aorta_ctx *ctx)
{
    const aorta_host *h = ctx->host;
    aorta_source a = {.struct_size = sizeof(a), .device_model = {"Watch 3", 7}, .device_type = {"watch", 5}};
    aorta_source b = a, odd = a, bad = a, none = {.struct_size = sizeof(none)};
    uint32_t first;

    ck_assert_uint_eq(h->metric(ctx, "heart_rate"), 1);
    ck_assert_uint_ge(h->metric(ctx, "fake.happiness"), 10000);
    ck_assert_uint_eq(h->metric(ctx, "other.happiness"), 0);
    ck_assert_uint_eq(h->metric(ctx, ""), 0);
    ck_assert_uint_eq(h->metric(ctx, NULL), 0);
    first = h->source(ctx, &a);
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(h->source(ctx, &b), first);
    b.device_name = (aorta_str){"Mine", 4};
    ck_assert_uint_eq(h->source(ctx, &b), 2);
    odd.device_type = (aorta_str){"toaster", 7};
    ck_assert_uint_eq(h->source(ctx, &odd), 3);
    bad.device_model = (aorta_str){"\xff", 1};
    ck_assert_uint_eq(h->source(ctx, &bad), 4); /* what is not text is not said */
    ck_assert_uint_eq(h->source(ctx, &none), 0);
    for (uint32_t i = 0; i < 500; i++) {
        char name[16];
        int n = snprintf(name, sizeof(name), "phone %u", (unsigned)i);
        aorta_source s = {.struct_size = sizeof(s), .app = {name, (size_t)n}};
        ck_assert_uint_eq(h->source(ctx, &s), 5 + i);
        ck_assert_uint_eq(h->source(ctx, &a), first);
    }
    record_now = (aorta_record){.kind = {"workout", 7}, .start_us = T0, .end_us = T0, .source = 3};
    return emit_record(ctx);
}

START_TEST(gives_out_metrics_and_sources)
{
    ck_assert_int_eq(fake_normalize(ask_names), GW_OK);
    ck_assert_ptr_nonnull(
        strstr(gw_buf_cstr(&out), "\"source\":{\"device_model\":\"Watch 3\",\"device_type\":\"other\"}"));
}
END_TEST

/* ---- reading ---- */

static aorta_status read_in_threes(aorta_ctx *ctx)
{
    char all[32] = "";
    int64_t n;

    while ((n = ctx->host->payload_read(ctx, all + strlen(all), 3)) > 0)
        ck_assert_int_le(n, 3);
    ck_assert_int_eq(n, 0);
    ck_assert_str_eq(all, "0123456789");
    ck_assert_int_eq(ctx->host->payload_read(ctx, NULL, 3), AORTA_ERR_CONTRACT);
    return AORTA_OK;
}

START_TEST(reads_a_payload_in_pieces)
{
    ck_assert_int_eq(fake_normalize(read_in_threes), GW_OK);
    ck_assert_int_eq(fake_normalize(read_in_threes), GW_OK); /* from the beginning again */
}
END_TEST

/* ---- the sink's answers ---- */

static enum gw_code refuse_record(void *self, const aorta_record *r, const aorta_source *source, uint32_t index,
                                  struct gw_err *err)
{
    (void)self;
    (void)r;
    (void)source;
    (void)index;
    return gw_fail(err, fake.sink_code, "not for us");
}

static size_t written;
static bool writes_on;

static bool write_away(void *self, struct gw_buf *to)
{
    (void)self;
    written += to->len;
    to->len = 0;
    return writes_on;
}

static aorta_status emit_much(aorta_ctx *ctx)
{
    record_now.struct_size = sizeof(record_now);
    emitted = AORTA_OK;
    for (int i = 0; i < 10000 && emitted == AORTA_OK; i++)
        emitted = ctx->host->emit_record(ctx, &record_now);
    return emitted;
}

START_TEST(lines_that_are_written_away_do_not_gather)
{
    record_now = (aorta_record){.kind = {"workout", 7}, .start_us = T0, .end_us = T0 + S};
    lines.write = write_away;
    writes_on = true;
    written = 0;
    ck_assert_int_eq(fake_normalize(emit_much), GW_OK);
    ck_assert_uint_eq(lines.records, 10000);
    ck_assert_uint_gt(written, 512 << 10);
    ck_assert_uint_lt(out.len, 256 << 10);
    writes_on = false;
    ck_assert_int_ne(fake_normalize(emit_much), GW_OK);
    ck_assert_uint_lt(lines.records, 20000);
}
END_TEST

START_TEST(goes_on_after_a_refusal_and_ends_after_a_failure)
{
    fake.sink.record = refuse_record;
    fake.sink_code = GW_DATA;
    refused(record((aorta_record){0}), "not for us");
    fake.sink_code = GW_DB;
    record((aorta_record){0});
    ck_assert_int_eq(emitted, AORTA_ERR_BUSY);
    fake.sink.record = NULL;
    record((aorta_record){0});
    ck_assert_int_eq(emitted, AORTA_ERR_FORBIDDEN_CALL);
}
END_TEST

TCase *normalize_case(void)
{
    TCase *c = tcase_create("normalize");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, writes_a_record);
    tcase_add_test(c, refuses_a_record_that_cannot_be_kept);
    tcase_add_test(c, refuses_fields_that_cannot_be_kept);
    tcase_add_test(c, calls_an_unknown_workout_other);
    tcase_add_test(c, refuses_a_field_that_comes_twice);
    tcase_add_test(c, writes_a_series);
    tcase_add_test(c, skips_gaps_and_joins_equal_times);
    tcase_add_test(c, expands_regular_sampling);
    tcase_add_test(c, takes_back_samples);
    tcase_add_test(c, refuses_a_series_that_cannot_be_kept);
    tcase_add_test(c, gives_out_metrics_and_sources);
    tcase_add_test(c, reads_a_payload_in_pieces);
    tcase_add_test(c, goes_on_after_a_refusal_and_ends_after_a_failure);
    tcase_add_test(c, lines_that_are_written_away_do_not_gather);
    return c;
}
