/* What the cases cannot show: that no cut, garbled or endless payload and no failing call does harm, that big
 * payloads are read, and that the table of workout types holds names of the catalogue only. */
#include "sport.h"
#include "suunto_host.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the cases as material ---- */

struct sample {
    char kind[64];
    char *text;
    size_t len;
};

static char *read_file(const char *folder, const char *name, size_t *len)
{
    char path[1024];
    snprintf(path, sizeof(path), CASES "/%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = malloc(1 << 20);
    ck_assert_ptr_nonnull(text);
    *len = fread(text, 1, 1 << 20, file);
    fclose(file);
    return text;
}

/* Payloads that are whole: notifications and broken ones are cases of their own. */
static int read_sample(const char *folder, struct sample *s)
{
    size_t len;
    char *error = read_file(folder, "expected_error", &len);
    char *kind = error ? NULL : read_file(folder, "kind", &len);
    free(error);
    if (!kind)
        return -1;
    snprintf(s->kind, sizeof(s->kind), "%.*s", (int)strcspn(kind, "\r\n"), kind);
    free(kind);
    s->text = read_file(folder, "payload.json", &s->len);
    return s->text ? 0 : -1;
}

/* `data` in a block of its own length: a sanitizer sees the first byte read beyond. */
static aorta_status normalize(struct suunto_host *h, const char *kind, const void *data, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, data, len);
    const aorta_payload payload = {.struct_size = sizeof(payload), .kind = sdk_str(kind), .data = exact, .size = len};
    aorta_status st = h->plugin->ops->normalize(h->self, &h->fake.ctx, &payload);
    free(exact);
    return st;
}

typedef void sample_fn(const struct sample *s);

static unsigned each_sample(sample_fn *fn)
{
    DIR *dir = opendir(CASES);
    unsigned count = 0;
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        struct sample s;
        if (e->d_name[0] == '.' || read_sample(e->d_name, &s) != 0)
            continue;
        fn(&s);
        free(s.text);
        count++;
    }
    closedir(dir);
    return count;
}

/* ---- harm ---- */

static void cut_everywhere(const struct sample *s)
{
    size_t step = s->len > 4096 ? s->len / 512 : 1;
    for (size_t len = 0; len < s->len; len += step) {
        struct suunto_host h;
        suunto_host_init(&h, AORTA_OP_NORMALIZE);
        aorta_status st = normalize(&h, s->kind, s->text, len);
        ck_assert(st == AORTA_OK || st == AORTA_ERR_DATA);
        suunto_host_fini(&h);
    }
}

START_TEST(cuts)
{
    ck_assert_uint_ge(each_sample(cut_everywhere), 10);
}
END_TEST

static void twice(const struct sample *s)
{
    struct suunto_host a, b;
    suunto_host_init(&a, AORTA_OP_NORMALIZE);
    suunto_host_init(&b, AORTA_OP_NORMALIZE);
    b.fake.now_us += 1;
    ck_assert_int_eq(normalize(&a, s->kind, s->text, s->len), AORTA_OK);
    ck_assert_int_eq(normalize(&b, s->kind, s->text, s->len), AORTA_OK);
    ck_assert_str_eq(a.fake.emitted.ptr, b.fake.emitted.ptr);
    suunto_host_fini(&a);
    suunto_host_fini(&b);
}

START_TEST(same_bytes_same_output)
{
    ck_assert_uint_ge(each_sample(twice), 10);
}
END_TEST

static void without_memory(const struct sample *s)
{
    for (unsigned n = 1;; n++) {
        struct suunto_host h;
        suunto_host_init(&h, AORTA_OP_NORMALIZE);
        h.fake.alloc_fail_at = n;
        aorta_status st = normalize(&h, s->kind, s->text, s->len);
        unsigned allocs = h.fake.allocs;
        ck_assert(st == AORTA_ERR_NOMEM || (allocs < n && st == AORTA_OK));
        suunto_host_fini(&h);
        if (allocs < n)
            break;
    }
}

START_TEST(memory_ends_anywhere)
{
    ck_assert_uint_ge(each_sample(without_memory), 10);
}
END_TEST

START_TEST(garbage)
{
    static const char *const texts[] = {"",
                                        " \n",
                                        "null",
                                        "7",
                                        "\"x\"",
                                        "[]",
                                        "{}",
                                        "[[[]]]",
                                        "[null,1,{}]",
                                        "{\"payload\":null}",
                                        "[{}]",
                                        "{\"samples\":[1]}",
                                        "{\"error\":{\"code\":1}}"};
    static const char *const bad[] = {"[", "{\"a\":", "nul", "\xff\xfe", "[}", "{\"a\":1,}"};
    for (int k = 0; aorta_plugin_entry(NULL)->desc->payload_kinds[k]; k++) {
        const char *kind = aorta_plugin_entry(NULL)->desc->payload_kinds[k];
        for (size_t i = 0; i < AORTA_COUNT(texts) + AORTA_COUNT(bad); i++) {
            const char *text = i < AORTA_COUNT(texts) ? texts[i] : bad[i - AORTA_COUNT(texts)];
            struct suunto_host h;
            suunto_host_init(&h, AORTA_OP_NORMALIZE);
            ck_assert_int_eq(normalize(&h, kind, text, strlen(text)),
                             i < AORTA_COUNT(texts) ? AORTA_OK : AORTA_ERR_DATA);
            ck_assert_uint_eq(h.fake.records + h.fake.series, 0);
            suunto_host_fini(&h);
        }
    }
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_NORMALIZE);
    ck_assert_int_eq(normalize(&h, "suunto.other", "[]", 2), AORTA_ERR_UNSUPPORTED);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(depth)
{
    enum { LEN = 1 << 20 };
    char *deep = malloc(LEN);
    struct suunto_host h;
    memset(deep, '[', LEN);
    suunto_host_init(&h, AORTA_OP_NORMALIZE);
    ck_assert_int_eq(normalize(&h, "suunto.sleep", deep, LEN), AORTA_ERR_DATA);
    suunto_host_fini(&h);
    free(deep);
}
END_TEST

/* ---- big payloads ---- */

static const char *big;
static size_t big_len, big_at;

static int64_t read_some(aorta_ctx *ctx, void *buf, size_t cap)
{
    (void)ctx;
    size_t n = big_len - big_at < 7 ? big_len - big_at : 7;
    if (n > cap)
        n = cap;
    memcpy(buf, big + big_at, n);
    big_at += n;
    return (int64_t)n;
}

START_TEST(big_payloads_are_read)
{
    static const char text[] = "[{\"timestamp\":\"2026-11-20T12:00:00+01:00\",\"entryData\":{\"Balance\":0.5}}]";
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_NORMALIZE);
    h.fake.table.payload_read = read_some;
    big = text;
    big_len = sizeof(text) - 1;
    big_at = 0;
    const aorta_payload payload = {.struct_size = sizeof(payload), .kind = AORTA_S("suunto.recovery"), .size = big_len};
    ck_assert_int_eq(h.plugin->ops->normalize(h.self, &h.fake.ctx, &payload), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, 1);
    suunto_host_fini(&h);
}
END_TEST

/* ---- long workouts ---- */

static unsigned route_points;

static aorta_status count_route(aorta_ctx *ctx, const aorta_record *r)
{
    sdk_json route;
    route_points = 0;
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (sdk_str_eq(r->fields[i].key, "route")) {
            aorta_str text = r->fields[i].value.u.s;
            ck_assert_int_eq(sdk_json_parse(ctx, text.ptr, text.len, &route), AORTA_OK);
            route_points = sdk_json_count(route);
        }
    return AORTA_OK;
}

START_TEST(long_routes_are_thinned)
{
    enum { POINTS = 250001, CAP = POINTS * 80 };
    char *text = malloc(CAP);
    struct suunto_host h;
    ck_assert_ptr_nonnull(text);
    size_t n = (size_t)snprintf(text, CAP,
                                "{\"workoutKey\":\"k\",\"activityId\":11,\"startTime\":1795000000000,"
                                "\"extensions\":[{\"type\":\"LocationStreamExtension\",\"locationPoints\":[");
    for (int i = 0; i < POINTS; i++)
        n += (size_t)snprintf(text + n, CAP - n, "%s{\"latitude\":52.1,\"longitude\":21.2,\"timestamp\":%lld}",
                              i ? "," : "", 1795000000000LL + i * 1000LL);
    n += (size_t)snprintf(text + n, CAP - n, "]}]}");
    suunto_host_init(&h, AORTA_OP_NORMALIZE);
    h.fake.table.emit_record = count_route;
    ck_assert_int_eq(normalize(&h, "suunto.workouts", text, n), AORTA_OK);
    ck_assert_uint_eq(route_points, 83334); /* every third */
    suunto_host_fini(&h);
    free(text);
}
END_TEST

/* ---- what the host refuses ---- */

static aorta_status refuse_record(aorta_ctx *ctx, const aorta_record *r)
{
    (void)r;
    ((struct suunto_host *)ctx->host_private)->fake.records++;
    return AORTA_ERR_DATA;
}

static aorta_status end_record(aorta_ctx *ctx, const aorta_record *r)
{
    (void)refuse_record(ctx, r);
    return AORTA_ERR_DEADLINE;
}

START_TEST(a_refused_record_is_not_the_end)
{
    static const char text[] = "[{\"timestamp\":\"2026-11-20T12:00:00Z\",\"entryData\":{\"Balance\":0.5}},"
                               "{\"timestamp\":\"2026-11-20T12:30:00Z\",\"entryData\":{\"Balance\":0.6}}]";
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_NORMALIZE);
    h.fake.table.emit_record = refuse_record;
    ck_assert_int_eq(normalize(&h, "suunto.recovery", text, sizeof(text) - 1), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, 2);
    h.fake.table.emit_record = end_record;
    ck_assert_int_eq(normalize(&h, "suunto.recovery", text, sizeof(text) - 1), AORTA_ERR_DEADLINE);
    ck_assert_uint_eq(h.fake.records, 3);
    suunto_host_fini(&h);
}
END_TEST

/* ---- the table of types ---- */

static const char *const catalogue[] = {
#define WORKOUT_TYPE(name, plain) name,
#include "catalogue/workout_types.def"
#undef WORKOUT_TYPE
};

START_TEST(types_are_of_the_catalogue)
{
    unsigned known = 0;
    for (int64_t id = -5; id < 1000; id++) {
        const struct sport *sport = sport_find(id);
        int found = 0;
        if (!sport)
            continue;
        known++;
        for (size_t i = 0; i < AORTA_COUNT(catalogue); i++)
            found |= strcmp(catalogue[i], sport->type) == 0;
        ck_assert_msg(found, "%s", sport->type);
    }
    ck_assert_uint_eq(known, 121); /* 0 to 121 without 89 */
    ck_assert_ptr_null(sport_find(89));
    ck_assert_str_eq(sport_find(0)->type, "walking");
    ck_assert_str_eq(sport_find(121)->name, "Yoga");
}
END_TEST

Suite *normalize_suite(void)
{
    Suite *s = suite_create("normalize");
    TCase *t = tcase_create("normalize");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, cuts);
    tcase_add_test(t, same_bytes_same_output);
    tcase_add_test(t, memory_ends_anywhere);
    tcase_add_test(t, garbage);
    tcase_add_test(t, depth);
    tcase_add_test(t, big_payloads_are_read);
    tcase_add_test(t, long_routes_are_thinned);
    tcase_add_test(t, a_refused_record_is_not_the_end);
    tcase_add_test(t, types_are_of_the_catalogue);
    suite_add_tcase(s, t);
    return s;
}
