/* Days, nights, recovery and the body: small data, counted by hand. */
#include <math.h>

#include "base/time.h"
#include "read/summaries.h"
#include "tests.h"

#define DAY           INT64_C(20100) /* 2025-01-12 */
#define AT(day, h, m) (((day)*24 + (h)) * GW_US_PER_HOUR + (m)*GW_US_PER_MIN)

enum { HEART = 1, RESTING = 2, SDNN = 3, RMSSD = 7, STEPS = 80, ENERGY = 81, BASAL = 82, DISTANCE = 100 };

static struct gw_arena *arena;
static struct gw_err err;

static void setup(void)
{
    static const struct gw_source sources[] = {
        {.id = 1, .provider = "garmin", .account = "g"},
        {.id = 2, .provider = "garmin", .account = "g", .device_model = "Forerunner 255"},
        {.id = 3, .provider = "apple", .account = "", .app = "Wrist", .device_model = "Watch7,1"},
        {.id = 4, .provider = "apple", .account = "", .app = "Pocket", .device_model = "iPhone14,2"},
        {.id = 5, .provider = "polar", .account = "p"},
    };

    arena = gw_arena_new(0);
    fake_reset();
    fake_days_reset();
    memcpy(fake.sources, sources, sizeof(sources));
    fake.sources_count = 5;
    fake.time_zone = "UTC";
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static void sample(uint16_t metric, bool total, int32_t source_id, int64_t t_us, double v, int32_t offset_s)
{
    fake_block(metric, total, source_id, &t_us, &v, 1, offset_s);
}

typedef enum gw_code read_fn(struct gw_db *db, struct gw_arena *a, const struct gw_read_days *query, struct gw_buf *out,
                             struct gw_err *e);

static struct gw_read_days range(void)
{
    return (struct gw_read_days){.days = {DAY - 40, DAY + 40}, .from_text = "a", .to_text = "b", .limit = 50};
}

/* The rows of a list. */
static json_t *rows_of(read_fn *read, const struct gw_read_days *query)
{
    struct gw_buf out = {0};
    json_t *whole, *data;

    ck_assert_msg(read(NULL, arena, query, &out, &err) == GW_OK, "%s", gw_err_text(&err));
    whole = json_of(&out);
    data = json_incref(json_object_get(whole, "data"));
    json_decref(whole);
    gw_buf_free(&out);
    return data;
}

static json_t *rows(read_fn *read)
{
    const struct gw_read_days query = range();

    return rows_of(read, &query);
}

/* A member of a row by its way, "heart_rate.avg_bpm", as text. */
static const char *member(const json_t *row, const char *way)
{
    static char text[8][128];
    static int next;
    char *to = text[next++ % 8], name[64];

    while (strchr(way, '.')) {
        size_t len = strcspn(way, ".");
        memcpy(name, way, len);
        name[len] = '\0';
        row = json_object_get(row, name);
        way += len + 1;
    }
    char *dump = json_dumps(json_object_get(row, way), JSON_ENCODE_ANY | JSON_COMPACT);
    snprintf(to, sizeof(text[0]), "%s", dump ? dump : "absent");
    free(dump);
    return to;
}

#define ck_member(row, way, expected) ck_assert_str_eq(member(row, way), expected)

/* ---- activity ---- */

START_TEST(a_total_of_the_day_goes_before_samples)
{
    sample(STEPS, true, 3, AT(DAY, 0, 0), 5000, 0);
    sample(STEPS, false, 3, AT(DAY, 9, 0), 40, 0);
    sample(STEPS, false, 3, AT(DAY, 9, 1), 60, 0);
    sample(STEPS, false, 3, AT(DAY + 1, 9, 0), 40, 0);
    sample(STEPS, false, 3, AT(DAY + 1, 9, 1), 10, 0);
    json_t *data = rows(gw_read_activity);
    ck_assert_uint_eq(json_array_size(data), 2);
    ck_member(json_array_get(data, 0), "date", "\"2025-01-12\"");
    ck_member(json_array_get(data, 0), "steps", "5000");
    ck_member(json_array_get(data, 0), "active_minutes", "2");
    ck_member(json_array_get(data, 1), "steps", "50");
    ck_member(json_array_get(data, 1), "active_minutes", "1");
    ck_member(json_array_get(data, 1), "sedentary_minutes", "1");
    json_decref(data);
}
END_TEST

/* The totals of a cloud account come from one of its sources, its heart rate from another, and a daily summary fills
 * in. */
START_TEST(a_cloud_account_is_one_writer)
{
    sample(STEPS, true, 1, AT(DAY, 0, 0), 9000, 0);
    for (int i = 0; i < 10; i++)
        sample(HEART, false, 1, AT(DAY, 8, i), 60 + i, 0);
    sample(HEART, false, 2, AT(DAY, 9, 0), 170, 0); /* one minute of a workout */
    fake_days.events[fake_days.events_count++] =
        (struct gw_event){.kind = "daily_summary",
                          .head = {.source_id = 1,
                                   .start_us = AT(DAY, 0, 0),
                                   .offset_s = 0,
                                   .extra = "{\"date\":20100,\"steps\":1,\"distance_m\":6500.5,\"active_time_s\":1800,"
                                            "\"intensity_moderate_s\":600}"}};
    fake_days.climbs[fake_days.climbs_count++] =
        (struct gw_climb){.start_us = AT(DAY, 9, 0), .offset_s = 0, .provider = "garmin", .gain_m = 100};
    fake_days.climbs[fake_days.climbs_count++] =
        (struct gw_climb){.start_us = AT(DAY, 9, 0), .offset_s = 0, .provider = "polar", .gain_m = 100};
    json_t *data = rows(gw_read_activity), *row = json_array_get(data, 0);
    ck_assert_uint_eq(json_array_size(data), 1);
    ck_member(row, "source.provider", "\"garmin\"");
    ck_member(row, "steps", "9000");
    ck_member(row, "distance_meters", "6500.5");
    ck_member(row, "active_minutes", "30");
    ck_member(row, "elevation_meters", "100.0");
    ck_member(row, "floors_climbed", "33");
    ck_member(row, "heart_rate.avg_bpm", "65");
    ck_member(row, "heart_rate.max_bpm", "69");
    ck_member(row, "intensity_minutes.moderate", "0"); /* by the heart rate, for there is one */
    json_decref(data);
}
END_TEST

START_TEST(a_daily_summary_alone)
{
    fake_days.events[fake_days.events_count++] = (struct gw_event){
        .kind = "daily_summary",
        .head = {.source_id = 5,
                 .start_us = AT(DAY, 0, 0),
                 .offset_s = 0,
                 .extra = "{\"date\":20100,\"steps\":1200,\"energy_active_kcal\":300.5,\"energy_basal_kcal\":1500,"
                          "\"intensity_moderate_s\":659,\"heart_rate_min_bpm\":48,\"heart_rate_max_bpm\":171}"}};
    json_t *data = rows(gw_read_activity), *row = json_array_get(data, 0);
    ck_assert_uint_eq(json_array_size(data), 1);
    ck_member(row, "steps", "1200");
    ck_member(row, "total_calories_kcal", "1800.5");
    ck_member(row, "intensity_minutes.light", "null");
    ck_member(row, "intensity_minutes.moderate", "10");
    ck_member(row, "heart_rate.avg_bpm", "null");
    ck_member(row, "heart_rate.min_bpm", "48");
    ck_member(row, "active_minutes", "null");
    json_decref(data);
}
END_TEST

START_TEST(large_numbers_stay_whole)
{
    sample(STEPS, false, 3, AT(DAY, 9, 0), 9007199254740990.0, 0);
    sample(STEPS, false, 3, AT(DAY, 9, 1), 2, 0);
    sample(ENERGY, false, 3, AT(DAY, 9, 0), 1e308, 0);
    sample(ENERGY, false, 3, AT(DAY, 9, 1), 1e308, 0); /* more than a number can be */
    json_t *data = rows(gw_read_activity), *row = json_array_get(data, 0);
    ck_member(row, "steps", "9007199254740992");
    ck_member(row, "active_calories_kcal", "null");
    json_decref(data);
}
END_TEST

START_TEST(days_without_an_offset_are_the_users)
{
    fake.time_zone = "America/Los_Angeles";
    sample(STEPS, false, 3, AT(DAY, 7, 59), 1, GW_NO_OFFSET); /* the day before, 23:59 */
    sample(STEPS, false, 3, AT(DAY, 8, 0), 10, GW_NO_OFFSET);
    sample(STEPS, true, 4, AT(DAY + 1, 8, 0), 100, GW_NO_OFFSET); /* midnight there */
    json_t *data = rows(gw_read_activity);
    ck_assert_uint_eq(json_array_size(data), 3);
    ck_member(json_array_get(data, 0), "date", "\"2025-01-11\"");
    ck_member(json_array_get(data, 1), "date", "\"2025-01-12\"");
    ck_member(json_array_get(data, 2), "date", "\"2025-01-13\"");
    ck_member(json_array_get(data, 2), "steps", "100");
    json_decref(data);
}
END_TEST

/* Every question to the store may fail; what was read so far is let go. */
START_TEST(failures_are_told)
{
    read_fn *const all[] = {gw_read_activity, gw_read_nights, gw_read_recovery};

    sample(STEPS, false, 3, AT(DAY, 9, 0), 1, 0);
    fake_days.events[fake_days.events_count++] =
        (struct gw_event){.kind = "score", .head = {.source_id = 5, .start_us = AT(DAY, 6, 0), .extra = "{}"}};
    fake.sleeps[fake.sleeps_count++] = (struct gw_sleep){
        .head = {.id = {{1}}, .source_id = 5, .start_us = AT(DAY - 1, 23, 0), .end_us = AT(DAY, 6, 0)},
        .duration_s = 25200};
    for (size_t i = 0; i < 3; i++) {
        int failed = 0;
        for (int at = 1; at <= 8; at++) {
            const struct gw_read_days query = range();
            struct gw_buf out = {0};
            fake_days.fail_at = at;
            failed += all[i](NULL, arena, &query, &out, &err) == GW_DB;
            gw_buf_free(&out);
        }
        fake_days.fail_at = 0;
        ck_assert_int_ge(failed, 4);
    }
}
END_TEST

START_TEST(a_broken_block_is_an_error)
{
    const struct gw_read_days query = range();
    struct gw_buf out = {0};

    sample(STEPS, false, 3, AT(DAY, 9, 0), 1, 0);
    fake.rows[0].data.len--;
    ck_assert_int_eq(gw_read_activity(NULL, arena, &query, &out, &err), GW_INTERNAL);
    gw_buf_free(&out);
}
END_TEST

/* ---- nights ---- */

static struct gw_sleep *night(uint8_t id, int32_t source_id, int64_t from_us, int64_t to_us, int32_t offset_s)
{
    struct gw_sleep *s = &fake.sleeps[fake.sleeps_count++];

    *s = (struct gw_sleep){
        .head = {.id = {{id}}, .source_id = source_id, .start_us = from_us, .end_us = to_us, .offset_s = offset_s},
        .duration_s = (double)(to_us - from_us) / 1e6,
        .asleep_s = NAN,
        .in_bed_s = NAN,
        .awake_s = NAN,
        .light_s = NAN,
        .deep_s = NAN,
        .rem_s = NAN,
        .latency_s = NAN,
        .efficiency_percent = NAN,
        .score = NAN};
    return s;
}

START_TEST(a_night_in_two_parts_and_a_nap)
{
    struct gw_sleep *s = night(1, 5, AT(DAY - 1, 22, 0), AT(DAY, 2, 0), 3600); /* 4 h */
    s->asleep_s = 3 * 3600 + 59;
    s->awake_s = 3000;
    s->deep_s = 3600;
    s->light_s = 7259;
    s->efficiency_percent = 80;
    s->head.extra = "{\"heart_rate_avg_bpm\":1}";
    s = night(2, 5, AT(DAY, 2, 30), AT(DAY, 7, 30), 3600); /* 5 h: the longest */
    s->asleep_s = 4.5 * 3600;
    s->in_bed_s = 5.5 * 3600;
    s->efficiency_percent = 90;
    s->head.extra = "{\"heart_rate_avg_bpm\":51.4,\"hrv_rmssd_avg_ms\":42.5}";
    s = night(3, 5, AT(DAY, 13, 0), AT(DAY, 13, 45), 3600);
    s->is_nap = 1;
    s->asleep_s = 2400;
    sample(RMSSD, false, 5, AT(DAY, 3, 0), 30, 3600);
    sample(RMSSD, false, 3, AT(DAY, 4, 0), 40, 3600);
    sample(RMSSD, false, 5, AT(DAY, 7, 30), 99, 3600); /* behind the end */
    json_t *data = rows(gw_read_nights), *row = json_array_get(data, 0);
    ck_assert_uint_eq(json_array_size(data), 1);
    ck_member(row, "date", "\"2025-01-12\"");
    ck_member(row, "start_time", "\"2025-01-12T02:30:00Z\"");
    ck_member(row, "zone_offset", "\"+01:00\"");
    ck_member(row, "duration_minutes", "450");       /* 180 min 59 s + 270 min */
    ck_member(row, "total_duration_minutes", "490"); /* and 40 */
    ck_member(row, "time_in_bed_minutes", "570");    /* 240 + 330 */
    ck_member(row, "efficiency_percent", "85.555555555555557");
    ck_member(row, "stages.awake_minutes", "50");
    ck_member(row, "stages.light_minutes", "120");
    ck_member(row, "stages.deep_minutes", "60");
    ck_member(row, "stages.rem_minutes", "null");
    ck_member(row, "nap_count", "1");
    ck_member(row, "nap_duration_minutes", "40");
    ck_assert_uint_eq(json_array_size(json_object_get(row, "sessions")), 3);
    ck_member(json_array_get(json_object_get(row, "sessions"), 2), "is_nap", "true");
    ck_member(row, "avg_heart_rate_bpm", "51"); /* as the provider says, for there are no samples */
    ck_member(row, "avg_hrv_rmssd_ms", "35.0"); /* of all samples */
    ck_member(row, "avg_hrv_sdnn_ms", "null");
    json_decref(data);
}
END_TEST

/* A night before a nap, then the order of priorities; a session of another writer is left out. */
START_TEST(one_writer_a_day)
{
    night(1, 3, AT(DAY, 13, 0), AT(DAY, 13, 30), 0)->is_nap = 1;
    night(2, 5, AT(DAY - 1, 23, 0), AT(DAY, 6, 0), 0);
    night(3, 1, AT(DAY - 1, 23, 10), AT(DAY, 6, 10), 0);
    night(4, 2, AT(DAY - 1, 23, 5), AT(DAY, 6, 5), 0); /* the same account, a better device */
    night(5, 3, AT(DAY + 1, 13, 0), AT(DAY + 1, 13, 30), 0)->is_nap = 1;
    night(6, 3, AT(DAY + 2, 0, 30), AT(DAY + 5, 13, 30), 0); /* no night lasts so long */
    json_t *data = rows(gw_read_nights), *row = json_array_get(data, 0);
    ck_assert_uint_eq(json_array_size(data), 2);
    ck_member(row, "source.device", "\"Forerunner 255\"");
    ck_assert_uint_eq(json_array_size(json_object_get(row, "sessions")), 1);
    ck_member(row, "start_time", "\"2025-01-11T23:05:00Z\"");
    row = json_array_get(data, 1);
    ck_member(row, "source.provider", "\"apple\"");
    ck_member(row, "start_time", "null");
    ck_member(row, "duration_minutes", "null");
    ck_member(row, "total_duration_minutes", "30");
    json_decref(data);
}
END_TEST

/* The day is that of waking, by the session's own clock: 23:30 UTC is tomorrow at +01:00 and yesterday at -08:00. */
START_TEST(the_day_of_waking)
{
    night(1, 5, AT(DAY, 16, 0), AT(DAY, 23, 30), 3600);
    night(2, 5, AT(DAY + 3, 1, 0), AT(DAY + 3, 7, 30), -8 * 3600);
    json_t *data = rows(gw_read_nights);
    ck_assert_uint_eq(json_array_size(data), 2);
    ck_member(json_array_get(data, 0), "date", "\"2025-01-13\"");
    ck_member(json_array_get(data, 1), "date", "\"2025-01-14\"");
    json_decref(data);
}
END_TEST

/* ---- recovery ---- */

static void score(int32_t source_id, int64_t t_us, const char *extra)
{
    fake_days.events[fake_days.events_count++] = (struct gw_event){
        .kind = "score", .head = {.source_id = source_id, .start_us = t_us, .offset_s = 0, .extra = extra}};
}

START_TEST(recovery_of_a_day)
{
    score(5, AT(DAY, 6, 0), "{\"value\":40,\"components\":{\"hrv_rmssd_milli\":31}}");
    score(5, AT(DAY, 7, 0), "{\"value\":55.4,\"components\":{\"hrv_rmssd_milli\":33.5}}"); /* the later one */
    score(5, AT(DAY + 1, 6, 0), "{\"value\":70,\"components\":{\"resting_heart_rate\":{\"value\":47}}}");
    score(1, AT(DAY + 1, 6, 0), "{\"value\":80}"); /* Garmin goes before Polar */
    sample(RESTING, false, 5, AT(DAY, 6, 0), 50, 0);
    sample(RESTING, false, 3, AT(DAY, 6, 0), 99, 0); /* not Polar's */
    sample(SDNN, false, 3, AT(DAY, 6, 0), 61.5, 0);  /* Polar has none */
    sample(RMSSD, false, 5, AT(DAY + 1, 6, 0), 20, 0);
    json_t *data = rows(gw_read_recovery), *row = json_array_get(data, 0);
    ck_assert_uint_eq(json_array_size(data), 2);
    ck_member(row, "recovery_score", "55");
    ck_member(row, "resting_heart_rate_bpm", "50");
    ck_member(row, "avg_hrv_sdnn_ms", "61.5");
    ck_member(row, "avg_hrv_rmssd_ms", "33.5");
    ck_member(row, "sleep_duration_seconds", "null");
    row = json_array_get(data, 1);
    ck_member(row, "source.provider", "\"garmin\"");
    ck_member(row, "recovery_score", "80");
    ck_member(row, "resting_heart_rate_bpm", "null");
    ck_member(row, "avg_hrv_rmssd_ms", "20.0");
    ck_member(row, "avg_hrv_sdnn_ms", "null"); /* RMSSD is not SDNN */
    json_decref(data);
}
END_TEST

/* ---- pages ---- */

START_TEST(pages_go_on_where_they_ended)
{
    struct gw_read_days query = range();
    struct gw_buf out = {0};

    for (int i = -20; i <= 20; i += 4)
        sample(STEPS, false, 3, AT(DAY + i, 12, 0), 100 + i, 0);
    query.limit = 4;
    for (int backwards = 0; backwards < 2; backwards++) {
        int expected = backwards ? 20 : -20;
        char cursor[128] = "";
        query.descending = backwards;
        do {
            json_t *whole, *data;
            query.cursor = gw_str(cursor);
            ck_assert_int_eq(gw_read_activity(NULL, arena, &query, &out, &err), GW_OK);
            whole = json_of(&out);
            data = json_object_get(whole, "data");
            for (size_t i = 0; i < json_array_size(data); i++, expected += backwards ? -4 : 4)
                ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(data, i), "steps")), 100 + expected);
            const char *next = json_string_value(json_object_get(json_object_get(whole, "pagination"), "next_cursor"));
            snprintf(cursor, sizeof(cursor), "%s", next ? next : "");
            json_decref(whole);
            gw_buf_free(&out);
        } while (*cursor);
        ck_assert_int_eq(expected, backwards ? -24 : 24);
    }
    query.cursor = GW_STR("AXQAAAAA");
    ck_assert_int_eq(gw_read_activity(NULL, arena, &query, &out, &err), GW_INVALID);
    gw_buf_free(&out);
}
END_TEST

/* ---- the body ---- */

START_TEST(the_body)
{
    struct gw_buf out = {0};
    int64_t now = AT(DAY, 12, 0);
    json_t *body;

    gw_clock_offset(0);
    gw_clock_offset(now - gw_now_us());
    fake.birth_date = "1985-01-12";
    ck_assert_int_eq(gw_read_body(NULL, arena, fake.sleeps[0].head.id, 7, 4, &out, &err), GW_OK);
    ck_assert_str_eq(gw_buf_cstr(&out), "null");
    gw_buf_free(&out);
    sample(41, false, 3, AT(DAY - 9, 8, 0), 80, 0);
    sample(40, false, 4, AT(DAY - 900, 8, 0), 200, 0);
    sample(41, false, 4, AT(DAY + 1, 8, 0), 1000, 0); /* not yet */
    sample(22, false, 3, AT(DAY, 9, 0), 120, 0);
    sample(23, false, 3, AT(DAY, 9, 0) + 6 * GW_US_PER_S, 80, 0); /* six seconds: not one reading */
    sample(RMSSD, false, 3, AT(DAY, 9, 0), 33.33, 0);
    ck_assert_int_eq(gw_read_body(NULL, arena, fake.sleeps[0].head.id, 7, 4, &out, &err), GW_OK);
    body = json_of(&out);
    ck_member(body, "source.source", "\"Wrist\"");
    ck_member(body, "slow_changing.weight_kg", "80.0");
    ck_member(body, "slow_changing.bmi", "20.0");
    ck_member(body, "slow_changing.age", "40");
    ck_member(body, "averaged.avg_hrv_rmssd_ms", "33.299999999999997");
    ck_member(body, "averaged.avg_hrv_sdnn_ms", "null");
    ck_member(body, "latest.blood_pressure", "null");
    json_decref(body);
    gw_buf_free(&out);
    gw_clock_offset(0);
}
END_TEST

TCase *summaries_case(void)
{
    TCase *tests = tcase_create("summaries");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_total_of_the_day_goes_before_samples);
    tcase_add_test(tests, a_cloud_account_is_one_writer);
    tcase_add_test(tests, a_daily_summary_alone);
    tcase_add_test(tests, large_numbers_stay_whole);
    tcase_add_test(tests, days_without_an_offset_are_the_users);
    tcase_add_test(tests, failures_are_told);
    tcase_add_test(tests, a_broken_block_is_an_error);
    tcase_add_test(tests, a_night_in_two_parts_and_a_nap);
    tcase_add_test(tests, one_writer_a_day);
    tcase_add_test(tests, the_day_of_waking);
    tcase_add_test(tests, recovery_of_a_day);
    tcase_add_test(tests, pages_go_on_where_they_ended);
    tcase_add_test(tests, the_body);
    return tests;
}
