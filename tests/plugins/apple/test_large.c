/* Large bodies, made while they are read: their memory, their order, and the bounds of what waits. */
#include "apple_host.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SYNC     "\"syncTimestamp\":\"2026-11-20T07:31:02Z\""
#define SYNC_US  INT64_C(1795159862000000)
#define START_US INT64_C(1700000000000000)

/* A body of `items` items of one list between two texts, an item at a time. */
struct maker {
    struct apple_host host; /* first: make gets it back */
    const char *before, *after;
    size_t (*item)(uint64_t i, char *out, size_t cap);
    uint64_t items, at;
    char text[8192];
    size_t len, used;
};

static int next_text(struct maker *m)
{
    if (m->at > m->items + 1)
        return 0;
    if (m->at == 0)
        m->len = (size_t)snprintf(m->text, sizeof(m->text), "%s", m->before);
    else if (m->at > m->items)
        m->len = (size_t)snprintf(m->text, sizeof(m->text), "%s", m->after);
    else {
        m->text[0] = ',';
        m->len = m->item(m->at - 1, m->text + (m->at > 1), sizeof(m->text) - 1) + (m->at > 1);
    }
    m->used = 0;
    m->at++;
    return 1;
}

static size_t make(struct apple_host *h, char *out, size_t cap)
{
    struct maker *m = (struct maker *)h;
    size_t n = 0;
    while (n < cap && (m->used < m->len || next_text(m))) {
        size_t some = m->len - m->used < cap - n ? m->len - m->used : cap - n;
        memcpy(out + n, m->text + m->used, some);
        m->used += some;
        n += some;
    }
    h->made += n;
    return n;
}

static struct maker *maker_new(const char *before, const char *after, uint64_t items,
                               size_t (*item)(uint64_t i, char *out, size_t cap))
{
    struct maker *m = calloc(1, sizeof(*m));
    ck_assert_ptr_nonnull(m);
    apple_host_init(&m->host);
    apple_count(&m->host);
    m->host.make = make;
    m->before = before;
    m->after = after;
    m->items = items;
    m->item = item;
    return m;
}

static void maker_free(struct maker *m)
{
    apple_host_fini(&m->host);
    free(m);
}

static aorta_status read_all(struct maker *m)
{
    return apple_read(&m->host, UINT64_C(1) << 40);
}

/* ---- items ---- */

static void time_text(uint64_t s, char out[32])
{
    snprintf(out, 32, "%" PRIu64, s);
}

/* Newest first, three types and two devices, as first exports come. */
static size_t record(uint64_t i, char *out, size_t cap)
{
    static const char *const types[] = {"HeartRate", "StepCount", "ActiveEnergyBurned"};
    char start[32];
    time_text((uint64_t)(START_US / 1000000) - i, start);
    return (size_t)snprintf(
        out, cap,
        "{\"id\":\"6F0B2C1E-6A61-4F0E-9C55-%012" PRIX64
        "\",\"type\":\"HKQuantityTypeIdentifier%s\",\"startDate\":%s,\"endDate\":%s,"
        "\"zoneOffset\":null,\"source\":{\"appId\":\"com.apple.health.%u\",\"deviceModel\":\"Watch7,%u\"},"
        "\"value\":%u,\"unit\":null,\"metadata\":{\"HKMetadataKeyHeartRateMotionContext\":\"1\"}}",
        i, types[i % 3], start, start, (unsigned)(i / 100 % 2), (unsigned)(i / 100 % 2), 60 + (unsigned)(i % 50));
}

static size_t one_metric(uint64_t i, char *out, size_t cap)
{
    char start[32];
    time_text((uint64_t)(START_US / 1000000) + i, start);
    return (size_t)snprintf(out, cap, "{\"type\":\"HKQuantityTypeIdentifierHeartRate\",\"startDate\":%s,\"value\":60}",
                            start);
}

static size_t point(uint64_t i, char *out, size_t cap)
{
    char start[32];
    time_text((uint64_t)(START_US / 1000000) - 978307200 + i, start);
    return (size_t)snprintf(out, cap, "{\"date\":%s,\"qty\":2}", start);
}

static size_t workout(uint64_t i, char *out, size_t cap)
{
    char start[32];
    time_text((uint64_t)(START_US / 1000000) + i * 600, start);
    size_t n =
        (size_t)snprintf(out, cap, "{\"startDate\":%s,\"endDate\":%s,\"type\":\"running\",\"title\":\"", start, start);
    memset(out + n, 'x', 6000);
    return n + 6000 + (size_t)snprintf(out + n + 6000, cap - n - 6000, "\"}");
}

/* ---- tests ---- */

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_TOLD 0 /* a sanitizer's own memory is not the plugin's */
#else
#define MEMORY_IS_TOLD 1
#endif

static void large_body(const char *before, const char *after)
{
    enum { ITEMS = 160000 }; /* 50 MB */
    struct maker *m = maker_new(before, after, ITEMS, record);
    long idle = peak_kb();
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_gt(m->host.made, 40u << 20);
    ck_assert_uint_eq(m->host.samples, ITEMS);
    ck_assert_int_eq(m->host.version_us, SYNC_US);
    if (MEMORY_IS_TOLD)
        ck_assert_int_lt(peak_kb() - idle, 24 << 10);
    maker_free(m);
}

START_TEST(memory_does_not_grow_with_the_body)
{
    large_body("{" SYNC ",\"data\":{\"records\":[", "]}}");
}
END_TEST

START_TEST(nor_when_the_version_comes_last)
{
    large_body("{\"data\":{\"records\":[", "]}," SYNC "}");
}
END_TEST

START_TEST(a_version_behind_more_than_can_wait)
{
    enum { ITEMS = 600000 };
    struct maker *m = maker_new("{\"data\":{\"records\":[", "]}," SYNC "}", ITEMS, one_metric);
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_eq(m->host.samples, ITEMS);
    ck_assert_int_eq(m->host.version_us, 0); /* for all of them */
    ck_assert(apple_said(&m->host, "syncTimestamp came behind too much data"));
    maker_free(m);
}
END_TEST

START_TEST(records_behind_more_than_can_wait)
{
    enum { ITEMS = 4000 }; /* of 6 KB each, before their version */
    struct maker *m = maker_new("{\"data\":{\"workouts\":[", "]}," SYNC "}", ITEMS, workout);
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_eq(m->host.fake.records, ITEMS);
    ck_assert_int_eq(m->host.version_us, 0);
    ck_assert(apple_said(&m->host, "syncTimestamp came behind too much data"));
    maker_free(m);
}
END_TEST

START_TEST(runs_are_no_longer_than_the_host_takes)
{
    enum { ITEMS = 200000 };
    struct maker *m = maker_new("{" SYNC ",\"data\":{\"records\":[", "]}}", ITEMS, one_metric);
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_eq(m->host.samples, ITEMS);
    ck_assert_uint_le(m->host.longest, 65536);
    ck_assert_int_eq(m->host.last_us, START_US + (ITEMS - 1) * INT64_C(1000000));
    maker_free(m);
}
END_TEST

START_TEST(points_before_their_metric)
{
    enum { ITEMS = 50000 };
    struct maker *m = maker_new("{\"data\":{\"metrics\":[{\"data\":[",
                                "],\"name\":\"step_count\",\"units\":\"count\"}]}}", ITEMS, point);
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_eq(m->host.samples, ITEMS);
    maker_free(m);
}
END_TEST

START_TEST(more_points_before_their_metric_than_can_be_parked)
{
    enum { ITEMS = 400000 };
    struct maker *m = maker_new("{\"data\":{\"metrics\":[{\"data\":[",
                                "],\"name\":\"step_count\",\"units\":\"count\"}]}}", ITEMS, point);
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_gt(m->host.samples, 100000);
    ck_assert_uint_lt(m->host.samples, ITEMS);
    ck_assert(apple_said(&m->host, "items of metrics skipped: too large"));
    maker_free(m);
}
END_TEST

/* ---- one large thing ---- */

static char *repeat(const char *before, const char *text, size_t times, const char *after, size_t *len)
{
    size_t n = strlen(text);
    char *body = malloc(strlen(before) + n * times + strlen(after) + 1);
    ck_assert_ptr_nonnull(body);
    char *p = stpcpy(body, before);
    for (size_t i = 0; i < times; i++)
        p = (char *)memcpy(p, text, n) + n;
    *len = (size_t)(stpcpy(p, after) - body);
    return body;
}

#define GOOD "{\"type\":\"HKQuantityTypeIdentifierStepCount\",\"startDate\":\"2026-11-19T06:00:00Z\",\"value\":1}"

START_TEST(an_item_that_is_too_large)
{
    struct apple_host h;
    size_t len;
    char *body = repeat("{\"data\":{\"records\":[" GOOD ",{\"values\":[", "1,", 1 << 20, "1]}," GOOD "]}}", &len);
    apple_host_init(&h);
    apple_count(&h);
    ck_assert_int_eq(apple_normalize(&h, body, len), AORTA_OK);
    ck_assert_uint_eq(h.samples, 1); /* the two good ones have one time */
    ck_assert(apple_said(&h, "1 of 3 items of records skipped: too large (at 1)"));
    apple_host_fini(&h);
    free(body);
}
END_TEST

START_TEST(a_text_that_is_too_long)
{
    struct apple_host h;
    size_t len;
    char *body = repeat("{\"data\":{\"records\":[" GOOD ",{\"id\":\"", "xxxxxxxxxxxxxxxx", 1 << 20, "\"}]}}", &len);
    apple_host_init(&h);
    h.body = body;
    h.len = len;
    apple_count(&h);
    ck_assert_int_eq(apple_read(&h, len), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(h.fake.fail_message, "a text is too long"));
    ck_assert_uint_eq(h.samples, 1);
    apple_host_fini(&h);
    free(body);
}
END_TEST

START_TEST(brackets_without_end)
{
    struct apple_host h;
    size_t len;
    char *body = repeat("{\"data\":{\"records\":[" GOOD ",{\"metadata\":", "[", 1 << 20, "", &len);
    apple_host_init(&h);
    apple_count(&h);
    ck_assert_int_eq(apple_normalize(&h, body, len), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(h.fake.fail_message, "nested too deep"));
    ck_assert_uint_eq(h.samples, 1);
    apple_host_fini(&h);
    free(body);
}
END_TEST

static unsigned route_points;

static aorta_status count_route(aorta_ctx *ctx, const aorta_record *r)
{
    for (uint32_t i = 0; i < r->fields_count; i++) {
        sdk_json route;
        if (!sdk_str_eq(r->fields[i].key, "route"))
            continue;
        ck_assert_int_eq(sdk_json_parse(ctx, r->fields[i].value.u.s.ptr, r->fields[i].value.u.s.len, &route), AORTA_OK);
        route_points = sdk_json_count(route);
    }
    return AORTA_OK;
}

START_TEST(long_routes_are_thinned)
{
    struct apple_host h;
    size_t len;
    char *body = repeat("{\"data\":{\"workouts\":[{\"startDate\":1700000000,\"endDate\":1700000600,\"route\":[",
                        "{\"timestamp\":1700000001,\"lat\":1.5,\"lon\":2},", 119999,
                        "{\"timestamp\":1700000002,\"lat\":1.5,\"lon\":2}]}]}}", &len);
    apple_host_init(&h);
    h.fake.table.emit_record = count_route;
    route_points = 0;
    ck_assert_int_eq(apple_normalize(&h, body, len), AORTA_OK);
    ck_assert_uint_eq(route_points, 60000); /* every second */
    apple_host_fini(&h);
    free(body);
}
END_TEST

/* ---- many sources ---- */

static size_t many_sources(uint64_t i, char *out, size_t cap)
{
    return (size_t)snprintf(out, cap,
                            "{\"type\":\"HKQuantityTypeIdentifierStepCount\",\"startDate\":%" PRIu64
                            ",\"value\":1,\"zoneOffset\":\"+%02u:%02u\"}",
                            UINT64_C(1700000000) + i, (unsigned)(i / 60 % 18), (unsigned)(i % 60));
}

START_TEST(more_runs_than_are_held_at_once)
{
    enum { ITEMS = 5000 }; /* 1,080 offsets */
    struct maker *m = maker_new("{" SYNC ",\"data\":{\"records\":[", "]}}", ITEMS, many_sources);
    ck_assert_int_eq(read_all(m), AORTA_OK);
    ck_assert_uint_eq(m->host.samples, ITEMS);
    maker_free(m);
}
END_TEST

Suite *large_suite(void)
{
    Suite *s = suite_create("large");
    TCase *t = tcase_create("large");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, memory_does_not_grow_with_the_body);
    tcase_add_test(t, nor_when_the_version_comes_last);
    tcase_add_test(t, a_version_behind_more_than_can_wait);
    tcase_add_test(t, records_behind_more_than_can_wait);
    tcase_add_test(t, runs_are_no_longer_than_the_host_takes);
    tcase_add_test(t, points_before_their_metric);
    tcase_add_test(t, more_points_before_their_metric_than_can_be_parked);
    tcase_add_test(t, an_item_that_is_too_large);
    tcase_add_test(t, a_text_that_is_too_long);
    tcase_add_test(t, brackets_without_end);
    tcase_add_test(t, long_routes_are_thinned);
    tcase_add_test(t, more_runs_than_are_held_at_once);
    suite_add_tcase(s, t);
    return s;
}
