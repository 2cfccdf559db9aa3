/* Pages of workouts and sleep: fields, paging forwards and back. */
#include <math.h>

#include "base/time.h"
#include "read/read.h"
#include "tests.h"

#define T0 (INT64_C(1736926200) * GW_US_PER_S) /* 2025-01-15T07:30:00Z */

static struct gw_arena *arena;

static void setup(void)
{
    arena = gw_arena_new(0);
    fake_reset();
    fake.sources[0] = (struct gw_source){.id = 1, .provider = "garmin", .device_model = "Forerunner 255"};
    fake.sources_count = 1;
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

/* Nothing is known of it but when it was. */
static struct gw_workout *workout(int64_t start_us, uint8_t id)
{
    struct gw_workout *w = &fake.workouts[fake.workouts_count++];
    double *const numbers[] = {&w->duration_s,      &w->moving_time_s,    &w->energy_kcal,
                               &w->distance_m,      &w->hr_avg,           &w->hr_max,
                               &w->hr_min,          &w->elevation_gain_m, &w->elevation_loss_m,
                               &w->elevation_max_m, &w->elevation_min_m,  &w->speed_avg_mps,
                               &w->speed_max_mps,   &w->cadence_avg_rpm,  &w->cadence_max_rpm,
                               &w->power_avg_w,     &w->power_max_w,      &w->steps};

    *w = (struct gw_workout){.head = {.id = {{id, 1}},
                                      .source_id = 1,
                                      .start_us = start_us,
                                      .end_us = start_us + 2700 * GW_US_PER_S,
                                      .offset_s = GW_NO_OFFSET},
                             .type = "running",
                             .is_manual = -1};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        *numbers[i] = NAN;
    return w;
}

static struct gw_read_page range(int64_t limit)
{
    return (struct gw_read_page){.from_us = T0 - GW_US_PER_DAY,
                                 .to_us = T0 + GW_US_PER_DAY,
                                 .from_text = "2025-01-14T07:30:00Z",
                                 .to_text = "2025-01-16T07:30:00Z",
                                 .limit = limit};
}

static json_t *workouts(const struct gw_read_page *page)
{
    struct gw_buf out = {0};
    json_t *value;

    ck_assert_int_eq(gw_read_workouts(NULL, arena, page, &out, NULL), GW_OK);
    value = json_of(&out);
    gw_buf_free(&out);
    return value;
}

static const json_t *at(const json_t *page, const char *list, size_t i)
{
    return json_array_get(json_object_get(page, list), i);
}

static void check_text(const json_t *object, const char *key, const char *expected)
{
    ck_assert_str_eq(json_string_value(json_object_get(object, key)), expected);
}

START_TEST(a_workout_with_everything)
{
    struct gw_workout *w = workout(T0, 7);
    struct gw_read_page page = range(10);
    json_t *answer;
    const json_t *row;

    w->head.offset_s = 3600;
    w->energy_kcal = 450.5;
    w->distance_m = 5200;
    w->hr_avg = 154.6;
    w->hr_max = 178;
    w->duration_s = 2700;
    w->elevation_gain_m = 0;
    w->duplicate_of = (struct gw_uuid){{9}};
    answer = workouts(&page);
    row = at(answer, "data", 0);
    check_text(row, "id", "07010000-0000-0000-0000-000000000000");
    check_text(row, "type", "running");
    check_text(row, "name", "Morning Run");
    check_text(row, "start_time", "2025-01-15T07:30:00Z");
    check_text(row, "end_time", "2025-01-15T08:15:00Z");
    check_text(row, "zone_offset", "+01:00");
    check_text(row, "duplicate_of", "09000000-0000-0000-0000-000000000000");
    ck_assert(json_is_integer(json_object_get(row, "duration_seconds")));
    ck_assert_int_eq(json_integer_value(json_object_get(row, "duration_seconds")), 2700);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "avg_heart_rate_bpm")), 155);
    ck_assert(json_is_integer(json_object_get(row, "max_heart_rate_bpm")));
    ck_assert(json_is_real(json_object_get(row, "distance_meters")));
    ck_assert(json_real_value(json_object_get(row, "calories_kcal")) == 450.5);
    ck_assert(json_real_value(json_object_get(row, "avg_pace_sec_per_km")) == 519.2);
    ck_assert(json_is_real(json_object_get(row, "elevation_gain_meters"))); /* a stored 0 is 0 */
    check_text(json_object_get(row, "source"), "device", "Forerunner 255");
    json_decref(answer);
}
END_TEST

START_TEST(what_is_unknown_is_null)
{
    static const char *const keys[] = {"calories_kcal",      "distance_meters",     "avg_heart_rate_bpm",
                                       "max_heart_rate_bpm", "avg_pace_sec_per_km", "elevation_gain_meters",
                                       "zone_offset",        "duplicate_of"};
    struct gw_read_page page = range(10);
    json_t *answer;

    workout(T0, 1);
    answer = workouts(&page);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        ck_assert_msg(json_is_null(json_object_get(at(answer, "data", 0), keys[i])), "%s", keys[i]);
    ck_assert_int_eq(json_integer_value(json_object_get(at(answer, "data", 0), "duration_seconds")), 2700);
    json_decref(answer);
}
END_TEST

START_TEST(names_by_the_local_hour)
{
    static const struct {
        int hour;
        int32_t offset_s;
        const char *type, *name;
    } rows[] = {{6, 0, "running", "Morning Run"},
                {12, 0, "cycling", "Afternoon Ride"},
                {18, GW_NO_OFFSET, "walking", "Evening Walk"},
                {23, 0, "running", "Night Run"},
                {23, 7 * 3600, "running", "Morning Run"},
                {3, -5 * 3600, "running", "Night Run"},
                {10, 0, "no_such_type", "Morning Workout"}};
    struct gw_read_page page = range(10);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gw_workout *w;
        json_t *answer;
        fake.workouts_count = 0;
        w = workout(T0 - 27000 * GW_US_PER_S + rows[i].hour * GW_US_PER_HOUR, 1);
        w->head.offset_s = rows[i].offset_s;
        w->type = rows[i].type;
        answer = workouts(&page);
        check_text(at(answer, "data", 0), "name", rows[i].name);
        json_decref(answer);
        w->name = "Around the lake";
        answer = workouts(&page);
        check_text(at(answer, "data", 0), "name", "Around the lake");
        json_decref(answer);
    }
}
END_TEST

START_TEST(the_envelope)
{
    struct gw_read_page page = range(10);
    json_t *answer = workouts(&page);
    const json_t *pagination = json_object_get(answer, "pagination"), *metadata = json_object_get(answer, "metadata");

    ck_assert_uint_eq(json_array_size(json_object_get(answer, "data")), 0);
    ck_assert(json_is_null(json_object_get(pagination, "cursor")));
    ck_assert(json_is_null(json_object_get(pagination, "next_cursor")));
    ck_assert(json_is_null(json_object_get(pagination, "previous_cursor")));
    ck_assert(json_is_false(json_object_get(pagination, "has_more")));
    ck_assert_int_eq(json_integer_value(json_object_get(pagination, "total_count")), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(metadata, "sample_count")), 0);
    check_text(metadata, "start_time", "2025-01-14T07:30:00Z");
    check_text(metadata, "end_time", "2025-01-16T07:30:00Z");
    ck_assert(json_object_get(metadata, "resolution") != NULL);
    json_decref(answer);
}
END_TEST

/* The first bytes of the ids of a page, in order. */
static size_t ids_of(const json_t *page, uint8_t *out)
{
    size_t n = json_array_size(json_object_get(page, "data"));

    for (size_t i = 0; i < n; i++) {
        unsigned id;
        ck_assert_int_eq(sscanf(json_string_value(json_object_get(at(page, "data", i), "id")), "%2x", &id), 1);
        out[i] = (uint8_t)id;
    }
    return n;
}

static char *cursor_of(const json_t *page, const char *which)
{
    const char *text = json_string_value(json_object_get(json_object_get(page, "pagination"), which));

    return text ? gw_arena_strdup(arena, text) : NULL;
}

START_TEST(pages_forwards_and_back_are_the_list)
{
    uint8_t all[64], got[64], back[64];
    size_t n = 0, m = 0;
    struct gw_read_page page = range(4);
    char *next = NULL, *previous = NULL;
    json_t *answer;

    for (uint8_t i = 0; i < 15; i++)
        workout(T0 + (i / 3) * GW_US_PER_HOUR, (uint8_t)(i + 1)); /* three at a time start together */
    for (uint8_t i = 0; i < 15; i++)
        all[i] = (uint8_t)(15 - i);
    do { /* forwards */
        page.cursor = gw_str(next);
        answer = workouts(&page);
        n += ids_of(answer, got + n);
        next = cursor_of(answer, "next_cursor");
        previous = cursor_of(answer, "previous_cursor");
        ck_assert(json_is_true(json_object_get(json_object_get(answer, "pagination"), "has_more")) == (next != NULL));
        ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(answer, "pagination"), "total_count")), 15);
        json_decref(answer);
    } while (next);
    ck_assert_uint_eq(n, 15);
    ck_assert_mem_eq(got, all, 15);
    ck_assert_ptr_nonnull(previous);
    while (previous) { /* back from the last page, whose three rows come behind */
        size_t k;
        page.cursor = gw_str(previous);
        answer = workouts(&page);
        k = ids_of(answer, back);
        memmove(got + k, got, m);
        memcpy(got, back, k);
        m += k;
        previous = cursor_of(answer, "previous_cursor");
        ck_assert_ptr_nonnull(cursor_of(answer, "next_cursor"));
        json_decref(answer);
    }
    ck_assert_uint_eq(m, 12);
    ck_assert_mem_eq(got, all, 12);
}
END_TEST

START_TEST(a_row_that_arrives_between_pages_moves_nothing)
{
    uint8_t got[64];
    struct gw_read_page page = range(2);
    json_t *answer;

    for (uint8_t i = 0; i < 4; i++)
        workout(T0 + i * GW_US_PER_HOUR, (uint8_t)(i + 1));
    answer = workouts(&page);
    page.cursor = gw_str(cursor_of(answer, "next_cursor"));
    json_decref(answer);
    workout(T0 + 10 * GW_US_PER_HOUR, 50); /* newer than everything */
    answer = workouts(&page);
    ck_assert_uint_eq(ids_of(answer, got), 2);
    ck_assert_uint_eq(got[0], 2);
    ck_assert_uint_eq(got[1], 1);
    json_decref(answer);
}
END_TEST

START_TEST(a_range_that_ends_before_it_begins_is_empty)
{
    struct gw_read_page page = range(10);
    json_t *answer;

    workout(T0, 1);
    page.to_us = page.from_us;
    answer = workouts(&page);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "data")), 0);
    ck_assert_int_eq(fake.queries, 0);
    json_decref(answer);
}
END_TEST

START_TEST(one_workout_has_its_parts)
{
    struct gw_workout *w = workout(T0, 7);
    struct gw_buf out = {0};
    struct gw_err err;
    json_t *answer;

    w->laps = "[{\"start_us\":0,\"end_us\":1000000,\"distance_m\":400}]";
    w->route = "[[0,1.5,2.5]]";
    w->hr_min = 90;
    w->is_manual = 0;
    ck_assert_int_eq(gw_read_workout(NULL, arena, (struct gw_uuid){{0}}, w->head.id, NULL, &out, NULL), GW_OK);
    answer = json_of(&out);
    check_text(at(answer, "laps", 0), "end_time", "1970-01-01T00:00:01Z");
    ck_assert(json_real_value(json_object_get(at(answer, "route", 0), "longitude")) == 2.5);
    ck_assert(json_is_null(json_object_get(answer, "zones")));
    ck_assert(json_is_false(json_object_get(answer, "is_manual")));
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "min_heart_rate_bpm")), 90);
    json_decref(answer);
    gw_buf_free(&out);
    ck_assert_int_eq(gw_read_workout(NULL, arena, (struct gw_uuid){{0}}, (struct gw_uuid){{99}}, NULL, &out, &err),
                     GW_NOT_FOUND);
    ck_assert_str_eq(gw_err_text(&err), "Workout not found.");
}
END_TEST

static json_t *sleeps(void)
{
    struct gw_read_page page = range(10);
    struct gw_buf out = {0};
    json_t *value;

    ck_assert_int_eq(gw_read_sleep(NULL, arena, &page, &out, NULL), GW_OK);
    value = json_of(&out);
    gw_buf_free(&out);
    return value;
}

START_TEST(a_night)
{
    struct gw_sleep *s = &fake.sleeps[fake.sleeps_count++];
    json_t *answer;
    const json_t *row, *stages;

    *s = (struct gw_sleep){.head = {.id = {{3}},
                                    .source_id = 1,
                                    .start_us = T0,
                                    .end_us = T0 + 29700 * GW_US_PER_S,
                                    .offset_s = GW_NO_OFFSET},
                           .is_nap = -1,
                           .duration_s = NAN,
                           .asleep_s = 28500,
                           .awake_s = 1219,
                           .light_s = 10800,
                           .deep_s = 0,
                           .rem_s = NAN,
                           .efficiency_percent = 92.5,
                           .stages = "[{\"stage\":\"light\",\"start_us\":0,\"end_us\":60000000}]"};
    answer = sleeps();
    row = at(answer, "data", 0);
    stages = json_object_get(row, "stages");
    ck_assert_int_eq(json_integer_value(json_object_get(row, "duration_seconds")), 29700);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "sleep_duration_seconds")), 28500);
    ck_assert(json_real_value(json_object_get(row, "efficiency_percent")) == 92.5);
    ck_assert(json_is_false(json_object_get(row, "is_nap")));
    ck_assert_int_eq(json_integer_value(json_object_get(stages, "awake_seconds")), 1219);
    ck_assert_int_eq(json_integer_value(json_object_get(stages, "awake_minutes")), 20);
    ck_assert_int_eq(json_integer_value(json_object_get(stages, "light_minutes")), 180);
    ck_assert(json_is_integer(json_object_get(stages, "deep_seconds")));
    ck_assert(json_is_null(json_object_get(stages, "rem_seconds")));
    check_text(at(row, "sleep_stage_intervals", 0), "end_time", "1970-01-01T00:01:00Z");
    json_decref(answer);
    s->awake_s = s->light_s = s->deep_s = NAN;
    s->is_nap = 1;
    answer = sleeps();
    ck_assert(json_is_null(json_object_get(at(answer, "data", 0), "stages")));
    ck_assert(json_is_true(json_object_get(at(answer, "data", 0), "is_nap")));
    json_decref(answer);
}
END_TEST

TCase *events_case(void)
{
    TCase *tests = tcase_create("events");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_workout_with_everything);
    tcase_add_test(tests, what_is_unknown_is_null);
    tcase_add_test(tests, names_by_the_local_hour);
    tcase_add_test(tests, the_envelope);
    tcase_add_test(tests, pages_forwards_and_back_are_the_list);
    tcase_add_test(tests, a_row_that_arrives_between_pages_moves_nothing);
    tcase_add_test(tests, a_range_that_ends_before_it_begins_is_empty);
    tcase_add_test(tests, one_workout_has_its_parts);
    tcase_add_test(tests, a_night);
    return tests;
}
