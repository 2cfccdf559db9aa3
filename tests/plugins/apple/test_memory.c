/* Every allocation fails once: NOMEM comes back, nothing is leaked, nothing crashes. The plugin's own malloc, calloc
 * and realloc are wrapped by the linker; while they may fail the host takes nothing from them. */
#include "apple_host.h"

#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static unsigned asked, fails_at; /* fails_at 0 = never */

static int fails(void)
{
    return fails_at && ++asked == fails_at;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

/* ---- a host without malloc ---- */

static char arena[4 << 20];
static size_t arena_used;
static unsigned allocs, alloc_fails_at;

static void *alloc(aorta_ctx *ctx, size_t len)
{
    (void)ctx;
    size_t at = (arena_used + 15) & ~(size_t)15;
    if (++allocs == alloc_fails_at || len > sizeof(arena) - at)
        return NULL;
    arena_used = at + len;
    return arena + at;
}

static void log_nothing(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n)
{
    (void)ctx;
    (void)level;
    (void)msg;
    (void)len;
    (void)kv;
    (void)n;
}

static const char body[] =
    "{\"data\":{\"records\":["
    "{\"type\":\"HKQuantityTypeIdentifierStepCount\",\"startDate\":\"2026-11-19T06:00:00Z\",\"value\":3},"
    "{\"type\":\"HKQuantityTypeIdentifierHeartRate\",\"startDate\":\"2026-11-19T06:00:00Z\",\"value\":63}],"
    "\"sleep\":[{\"id\":\"a\\u0062c\",\"parentId\":\"p\",\"stage\":\"light\",\"startDate\":\"2026-11-19T01:00:00Z\","
    "\"endDate\":\"2026-11-19T02:00:00Z\",\"values\":[{\"type\":\"sleepScore\",\"value\":80}]}],"
    "\"workouts\":[{\"type\":\"running\",\"startDate\":1700000000,\"endDate\":1700000600,"
    "\"values\":[{\"type\":\"vo2Max\",\"value\":41}],\"laps\":[{\"startDate\":1700000000,\"endDate\":1700000300}],"
    "\"route\":[{\"timestamp\":1700000001,\"lat\":1.5,\"lon\":2}]},"
    "{\"name\":\"Outdoor Run\",\"start\":\"2026-11-19 06:00:00 +0100\",\"duration\":60}],"
    "\"metrics\":[{\"data\":[{\"date\":\"2026-11-19 06:00:00 +0100\",\"qty\":4}],\"name\":\"step_count\"}]},"
    "\"syncTimestamp\":\"2026-11-20T07:31:02Z\"}";

static const char export[] =
    "<?xml version=\"1.0\"?>\n<HealthData locale=\"de\">\n <ExportDate value=\"2026-11-20 08:31:02 +0100\"/>\n"
    " <Record type=\"HKQuantityTypeIdentifierStepCount\" sourceName=\"S\" startDate=\"2026-11-19 06:00:00 +0100\""
    " value=\"3\"/>\n <Record type=\"HKQuantityTypeIdentifierHeartRate\" startDate=\"2026-11-19 06:00:00 +0100\""
    " value=\"63\"/>\n <Record a=\"1\" a=\"2\"/>\n"
    " <Record type=\"HKCategoryTypeIdentifierSleepAnalysis\" startDate=\"2026-11-19 01:00:00 +0100\""
    " endDate=\"2026-11-19 02:00:00 +0100\" value=\"HKCategoryValueSleepAnalysisInBed\"/>\n"
    " <Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" startDate=\"2026-11-19 07:00:00 +0100\""
    " endDate=\"2026-11-19 08:00:00 +0100\">\n  <WorkoutEvent type=\"HKWorkoutEventTypeLap\""
    " date=\"2026-11-19 07:00:00 +0100\" duration=\"5\" durationUnit=\"min\"/>\n"
    "  <MetadataEntry key=\"HKAverageMETs\" value=\"8.1\"/>\n </Workout>\n"
    " <ActivitySummary dateComponents=\"2026-11-18\" activeEnergyBurned=\"412\" appleExerciseTime=\"0\"/>\n"
    "</HealthData>\n";

/* What is read, and what comes of it. */
static const struct {
    const char *kind, *body;
    size_t len;
    unsigned records, samples, own;
} bodies[] = {
    {"apple.sdk", body, sizeof(body) - 1, 4, 4, 8}, /* a stage, its score, two workouts */
    {"apple.export", export, sizeof(export) - 1, 3, 5, 20},
};

/* Normalises the body with the n-th allocation of one kind failing; 1 when there were not so many. */
static int survives(int which, unsigned own, unsigned of_host)
{
    struct apple_host h;
    apple_host_init(&h);
    apple_count(&h);
    h.fake.table.alloc = alloc;
    h.fake.table.log = log_nothing;
    h.kind = bodies[which].kind;
    h.body = bodies[which].body;
    h.len = bodies[which].len;
    h.piece = 50;
    arena_used = 0;
    asked = allocs = 0;
    fails_at = own;
    alloc_fails_at = of_host;
    aorta_status st = apple_read(&h, h.len);
    fails_at = alloc_fails_at = 0;
    int over = own ? asked < own : allocs < of_host;
    ck_assert_int_eq(st, over ? AORTA_OK : AORTA_ERR_NOMEM);
    if (over) {
        ck_assert_uint_eq(h.fake.records, bodies[which].records);
        ck_assert_uint_eq(h.samples, bodies[which].samples);
    }
    apple_host_fini(&h);
    return over;
}

START_TEST(each_of_its_own_allocations)
{
    unsigned n = 1;
    while (!survives(_i, n, 0))
        ck_assert_uint_lt(++n, 1000);
    ck_assert_uint_gt(n, bodies[_i].own);
}
END_TEST

START_TEST(each_of_the_hosts)
{
    unsigned n = 1;
    while (!survives(_i, 0, n))
        ck_assert_uint_lt(++n, 1000);
    ck_assert_uint_gt(n, 1);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("memory");
    tcase_add_loop_test(t, each_of_its_own_allocations, 0, (int)AORTA_COUNT(bodies));
    tcase_add_loop_test(t, each_of_the_hosts, 0, (int)AORTA_COUNT(bodies));
    suite_add_tcase(s, t);
    return s;
}
