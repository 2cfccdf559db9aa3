/* What the cases cannot show: that no cut or garbled payload and no failing call does harm, that big payloads are read,
 * and that the table of sports holds workout types of the catalogue only. */
#include "garmin_host.h"
#include "normalize.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (1 << 20)

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
    char *text = malloc(ROOM);
    ck_assert_ptr_nonnull(text);
    *len = fread(text, 1, ROOM, file);
    fclose(file);
    return text;
}

static int read_sample(const char *folder, struct sample *s)
{
    size_t len;
    char *kind = read_file(folder, "kind", &len);
    if (!kind)
        return -1;
    snprintf(s->kind, sizeof(s->kind), "%.*s", (int)(len < 63 ? len : 63), kind);
    s->kind[strcspn(s->kind, "\r\n")] = '\0';
    free(kind);
    s->text = read_file(folder, "payload.json", &s->len);
    return s->text ? 0 : -1;
}

/* `data` in a block of its own length: a sanitizer sees the first byte read beyond. */
static aorta_status normalize(struct garmin_host *h, const char *kind, const void *data, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, data, len);
    const aorta_payload payload = {.struct_size = sizeof(payload), .kind = sdk_str(kind), .data = exact, .size = len};
    aorta_status st = h->plugin->ops->normalize(h->self, &h->fake.ctx, &payload);
    free(exact);
    return st;
}

typedef void sample_fn(struct garmin_host *h, const struct sample *s);

static void each_sample(sample_fn *fn)
{
    DIR *dir = opendir(CASES);
    unsigned count = 0;
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        struct sample s;
        struct garmin_host h;
        if (e->d_name[0] == '.' || read_sample(e->d_name, &s) != 0)
            continue;
        garmin_host_init(&h, AORTA_OP_NORMALIZE, NULL);
        fn(&h, &s);
        garmin_host_fini(&h);
        free(s.text);
        count++;
    }
    closedir(dir);
    ck_assert_uint_ge(count, 14);
}

/* ---- harm ---- */

static void cut(struct garmin_host *h, const struct sample *s)
{
    size_t step = s->len > 4096 ? s->len / 512 : 1;
    for (size_t len = 0; len < s->len; len += step) {
        garmin_host_next(h, AORTA_OP_NORMALIZE, NULL);
        aorta_status st = normalize(h, s->kind, s->text, len);
        ck_assert(st == AORTA_OK || st == AORTA_ERR_DATA);
    }
}

START_TEST(cut_everywhere)
{
    each_sample(cut);
}
END_TEST

/* Digits become others, letters of keys change: still JSON, but not what was meant. */
static void garble(struct garmin_host *h, const struct sample *s)
{
    unsigned dice = 12345;
    for (int round = 0; round < 200; round++) {
        char *text = malloc(s->len);
        ck_assert_ptr_nonnull(text);
        memcpy(text, s->text, s->len);
        for (int i = 0; i < 8; i++) {
            dice = dice * 1103515245u + 12345u;
            size_t at = (dice >> 8) % s->len;
            if (text[at] >= '0' && text[at] <= '9')
                text[at] = (char)('0' + (dice >> 4) % 10);
            else if (text[at] >= 'a' && text[at] <= 'z')
                text[at] = (char)('a' + (dice >> 4) % 26);
            else if (text[at] == '.' || text[at] == ':')
                text[at] = "e-.:"[(dice >> 4) % 4];
        }
        garmin_host_next(h, AORTA_OP_NORMALIZE, NULL);
        aorta_status st = normalize(h, s->kind, text, s->len);
        ck_assert(st == AORTA_OK || st == AORTA_ERR_DATA);
        free(text);
    }
}

START_TEST(garbled)
{
    each_sample(garble);
}
END_TEST

static void starve(struct garmin_host *h, const struct sample *s)
{
    for (unsigned n = 1; n < 4000; n += n < 100 ? 1 : 37) {
        garmin_host_next(h, AORTA_OP_NORMALIZE, NULL);
        h->fake.alloc_fail_at = n;
        aorta_status st = normalize(h, s->kind, s->text, s->len);
        if (h->fake.allocs < n)
            return;
        ck_assert_msg(st == AORTA_ERR_NOMEM, "%s: alloc %u gave %d", s->kind, n, (int)st);
    }
}

START_TEST(memory_runs_out)
{
    each_sample(starve);
}
END_TEST

static void twice(struct garmin_host *h, const struct sample *s)
{
    aorta_status st = normalize(h, s->kind, s->text, s->len);
    char *first = strdup(h->fake.emitted.ptr);
    h->fake.emitted.len = 0;
    h->fake.emitted.ptr[0] = '\0';
    garmin_host_next(h, AORTA_OP_NORMALIZE, NULL);
    ck_assert_int_eq(normalize(h, s->kind, s->text, s->len), st);
    ck_assert_str_eq(first, h->fake.emitted.ptr);
    free(first);
}

START_TEST(the_same_twice)
{
    each_sample(twice);
}
END_TEST

/* '@' becomes the value, '#' the value inside quotes. */
static void fill(char *out, size_t cap, const char *shape, const char *value)
{
    size_t len = strlen(value);
    for (; *shape && cap > len + 1; shape++) {
        size_t n = *shape == '@' ? len : *shape != '#' ? 1 : *value == '"' ? 0 : len;
        memcpy(out, *shape == '@' || *shape == '#' ? value : shape, n);
        out += n;
        cap -= n;
    }
    ck_assert(*shape == '\0');
    *out = '\0';
}

/* Extreme values in every field that is a number. */
START_TEST(numbers_without_measure)
{
    static const char *const values[] = {"1e308", "-1e308", "9223372036854775808", "-1", "0", "1e18", "\"\"", "null",
                                         "{}",    "[1]"};
    static const char *const shape =
        "[{\"summaryId\":\"x\",\"startTimeInSeconds\":1795129200,\"durationInSeconds\":@,\"startTimeOffsetInSeconds\":@"
        ","
        "\"steps\":@,\"dayInCycle\":@,\"periodStartDate\":\"2026-11-20\",\"calendarDate\":\"2026-11-20\","
        "\"averageStressLevel\":@,\"stressDurationInSeconds\":@,\"awakeDurationInSeconds\":@,"
        "\"naps\":[{\"napStartTimeInSeconds\":1795179600,\"napDurationInSeconds\":@}],\"weightInGrams\":@,"
        "\"timeOffsetHeartRateSamples\":{\"#\":60,\"15\":@},\"summary\":{\"startTimeInSeconds\":1795129200,"
        "\"durationInSeconds\":@},\"samples\":[{\"startTimeInSeconds\":@,\"heartRate\":@}],"
        "\"laps\":[{\"startTimeInSeconds\":@}],\"lastUpdatedTimeInSeconds\":@,"
        "\"bodyBatteryActivityEvents\":[{\"eventType\":\"NAP\",\"eventStartTimeInSeconds\":1795129200,\"duration\":@}]}"
        ","
        "{\"startTimeInSeconds\":@}]";
    for (size_t i = 0; i < AORTA_COUNT(values); i++) {
        char body[4096];
        fill(body, sizeof(body), shape, values[i]);
        for (int type = 0; type < GARMIN_TYPES; type++) {
            struct garmin_host h;
            garmin_host_init(&h, AORTA_OP_NORMALIZE, NULL);
            ck_assert_int_eq(normalize(&h, garmin_types[type].kind, body, strlen(body)), AORTA_OK);
            garmin_host_fini(&h);
        }
    }
}
END_TEST

START_TEST(shapes_of_payloads)
{
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_NORMALIZE, NULL);
    static const char item[] = "{\"startTimeInSeconds\":1795129200,\"durationInSeconds\":60,\"activityType\":\"YOGA\"}";
    char text[256];
    ck_assert_int_eq(normalize(&h, "garmin.activities", item, strlen(item)), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, 1);
    snprintf(text, sizeof(text), "[%s,%s]", item, item);
    ck_assert_int_eq(normalize(&h, "garmin.activities", text, strlen(text)), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, 3);
    snprintf(text, sizeof(text), "{\"activities\":[%s]}", item);
    ck_assert_int_eq(normalize(&h, "garmin.activities", text, strlen(text)), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, 4);
    ck_assert_int_eq(normalize(&h, "garmin.activities", "{\"activities\":null}", 19), AORTA_OK);
    ck_assert_int_eq(normalize(&h, "garmin.activities", "[]", 2), AORTA_OK);
    ck_assert_int_eq(normalize(&h, "garmin.activities", "7", 1), AORTA_ERR_DATA);
    ck_assert_int_eq(normalize(&h, "garmin.unknown", "\xff", 1), AORTA_OK);
    ck_assert_int_eq(normalize(&h, "garmin.solarIntensity", "{}", 2), AORTA_OK);
    ck_assert_int_eq(normalize(&h, "polar.sleep", "{}", 2), AORTA_ERR_UNSUPPORTED);
    ck_assert_uint_eq(h.fake.records, 4);
    garmin_host_fini(&h);
}
END_TEST

/* ---- a payload too big to be handed over ---- */

static const char *big;
static size_t big_at, big_len;

static int64_t read_big(aorta_ctx *ctx, void *buf, size_t cap)
{
    (void)ctx;
    size_t n = big_len - big_at < 1000 ? big_len - big_at : 1000;
    n = n < cap ? n : cap;
    memcpy(buf, big + big_at, n);
    big_at += n;
    return (int64_t)n;
}

START_TEST(a_payload_read_in_pieces)
{
    static const char item[] = "{\"activities\":[{\"startTimeInSeconds\":1795129200,\"durationInSeconds\":60}]}";
    char text[5000];
    struct garmin_host h;
    memset(text, ' ', sizeof(text));
    memcpy(text, item, strlen(item));
    garmin_host_init(&h, AORTA_OP_NORMALIZE, NULL);
    h.fake.table.payload_read = read_big;
    big = text;
    big_at = 0;
    big_len = sizeof(text);
    const aorta_payload payload = {
        .struct_size = sizeof(payload), .kind = AORTA_S("garmin.activities"), .size = sizeof(text)};
    ck_assert_int_eq(h.plugin->ops->normalize(h.self, &h.fake.ctx, &payload), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, 1);
    garmin_host_fini(&h);
}
END_TEST

/* ---- tables ---- */

static int in_catalogue(const char *type)
{
    static const char *const known[] = {
#define WORKOUT_TYPE(name, plain) name,
#include "catalogue/workout_types.def"
#undef WORKOUT_TYPE
    };
    for (size_t i = 0; i < AORTA_COUNT(known); i++)
        if (strcmp(known[i], type) == 0)
            return 1;
    return 0;
}

START_TEST(sports)
{
    static const char *const some[][2] = {
        {"RUNNING", "running"},
        {" running ", "running"},
        {"TENNIS_V2", "tennis"},
        {"BOATING_V2", "boating"},
        {"BOATING", "boating"},
        {"SKATING_WS", "ice_skating"},
        {"QUIDDITCH", "other"},
        {"", "other"},
        {"_V2", "other"},
        {"MULTI_SPORT", "multisport"},
        {"OTHER", "generic"},
        {"LAP_SWIMMING", "pool_swimming"},
        {"TRANSITION_V2", "transition"},
        {"E_BIKE_FITNESS", "e_biking"},
    };
    for (size_t i = 0; i < AORTA_COUNT(some); i++) {
        ck_assert_str_eq(garmin_sport(sdk_str(some[i][0])), some[i][1]);
        ck_assert(in_catalogue(some[i][1]));
    }
}
END_TEST

START_TEST(devices)
{
    ck_assert_str_eq(garmin_device_type(AORTA_S("Forerunner 265")), "watch");
    ck_assert_str_eq(garmin_device_type(AORTA_S("Garmin forerunner935")), "watch");
    ck_assert_str_eq(garmin_device_type(AORTA_S("vívosmart 5")), "band");
    ck_assert_str_eq(garmin_device_type(AORTA_S("Edge 840")), "other");
    ck_assert_ptr_null(garmin_device_type(AORTA_S("Something New")));
    ck_assert_ptr_null(garmin_device_type(AORTA_S("")));
}
END_TEST

Suite *normalize_suite(void)
{
    Suite *s = suite_create("garmin normalize");
    TCase *c = tcase_create("normalize");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, cut_everywhere);
    tcase_add_test(c, garbled);
    tcase_add_test(c, memory_runs_out);
    tcase_add_test(c, the_same_twice);
    tcase_add_test(c, numbers_without_measure);
    tcase_add_test(c, shapes_of_payloads);
    tcase_add_test(c, a_payload_read_in_pieces);
    tcase_add_test(c, sports);
    tcase_add_test(c, devices);
    suite_add_tcase(s, c);
    return s;
}
