/* Records become rows: what is kept, completed, refused. */
#include "tests.h"

#include <math.h>
#include <stdlib.h>

#include "ingest/fields.h"

#define TEXT(key_, text_)                                                                                              \
    {                                                                                                                  \
        .key = {key_, sizeof(key_) - 1}, .value = {.type = AORTA_TYPE_STRING, .u.s = {text_, sizeof(text_) - 1} }      \
    }
#define JSON(key_, text_)                                                                                              \
    {                                                                                                                  \
        .key = {key_, sizeof(key_) - 1}, .value = {.type = AORTA_TYPE_JSON, .u.s = {text_, sizeof(text_) - 1} }        \
    }
#define FLOAT(key_, value_)                                                                                            \
    {                                                                                                                  \
        .key = {key_, sizeof(key_) - 1}, .value = {.type = AORTA_TYPE_FLOAT, .u.f = value_ }                           \
    }

static aorta_record record_of(const aorta_field *fields, uint32_t count)
{
    return (aorta_record){.struct_size = sizeof(aorta_record),
                          .kind = {"workout", 7},
                          .start_us = 1795198000000000,
                          .end_us = 1795200711000000,
                          .fields = fields,
                          .fields_count = count};
}

START_TEST(a_workout_keeps_zero_and_leaves_unknown_unknown)
{
    const aorta_field fields[] = {TEXT("type", "running"), FLOAT("energy_kcal", 0), TEXT("vendor_mood", "grim")};
    aorta_record record = record_of(fields, 3);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_workout row;

    ck_assert_int_eq(fields_workout(&record, arena, &row, NULL), GW_OK);
    ck_assert_str_eq(row.type, "running");
    ck_assert_double_eq(row.energy_kcal, 0);
    ck_assert(isnan(row.distance_m));
    ck_assert_int_eq(row.is_manual, -1);
    ck_assert_double_eq(row.duration_s, 2711);
    ck_assert_str_eq(row.head.extra, "{\"vendor_mood\":\"grim\"}");
    gw_arena_free(&arena);
}
END_TEST

START_TEST(an_unknown_type_becomes_other_and_keeps_its_name)
{
    const aorta_field fields[] = {TEXT("type", "moon_walking")};
    aorta_record record = record_of(fields, 1);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_workout row;

    ck_assert_int_eq(fields_workout(&record, arena, &row, NULL), GW_OK);
    ck_assert_str_eq(row.type, "other");
    ck_assert_str_eq(row.type_original, "moon_walking");
    gw_arena_free(&arena);
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    const aorta_field bad[][1] = {
        {FLOAT("heart_rate_avg_bpm", -3)}, {FLOAT("distance_m", 1e12)}, {FLOAT("energy_kcal", NAN)},
        {TEXT("distance_m", "5 km")},      {TEXT("name", "\xff\xfe")},  {FLOAT("name", 5)},
    };
    struct gw_arena *arena = gw_arena_new(0);

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        aorta_record record = record_of(bad[i], 1);
        struct gw_workout row;
        struct gw_err err = {0};
        ck_assert_int_eq(fields_workout(&record, arena, &row, &err), GW_DATA);
        ck_assert(err.text[0] != '\0');
    }
    gw_arena_free(&arena);
}
END_TEST

START_TEST(a_night_is_completed_from_its_stages)
{
    const aorta_field fields[] = {FLOAT("light_s", 1200), FLOAT("deep_s", 600), FLOAT("rem_s", 639)};
    aorta_record record = record_of(fields, 3);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_sleep row;

    ck_assert_int_eq(fields_sleep(&record, arena, &row, NULL), GW_OK);
    ck_assert_double_eq(row.asleep_s, 2439);
    ck_assert_double_eq(row.efficiency_percent, 90.0);
    ck_assert(isnan(row.awake_s));
    gw_arena_free(&arena);
}
END_TEST

START_TEST(stages_are_checked_and_canonical)
{
    struct gw_arena *arena = gw_arena_new(0);
    const char *out = NULL;

    ck_assert_int_eq(stages_check(GW_STR("[ {\"end_us\":2, \"start_us\":1,\"stage\":\"deep\",\"x\":1},"
                                         "{\"stage\":\"rem\",\"start_us\":2,\"end_us\":3}]"),
                                  arena, &out, NULL),
                     GW_OK);
    ck_assert_str_eq(
        out, "[{\"stage\":\"deep\",\"start_us\":1,\"end_us\":2},{\"stage\":\"rem\",\"start_us\":2,\"end_us\":3}]");
    ck_assert_int_eq(stages_check(GW_STR("[{\"stage\":\"deep\",\"start_us\":5,\"end_us\":4}]"), arena, &out, NULL),
                     GW_DATA);
    ck_assert_int_eq(stages_check(GW_STR("[{\"stage\":\"dreaming\",\"start_us\":1,\"end_us\":4}]"), arena, &out, NULL),
                     GW_DATA);
    ck_assert_int_eq(stages_check(GW_STR("[{\"stage\":\"deep\",\"start_us\":1,\"end_us\":4},"
                                         "{\"stage\":\"rem\",\"start_us\":3,\"end_us\":5}]"),
                                  arena, &out, NULL),
                     GW_DATA);
    ck_assert_int_eq(stages_check(GW_STR("{}"), arena, &out, NULL), GW_DATA);
    ck_assert_int_eq(stages_check(GW_STR("[[["), arena, &out, NULL), GW_DATA);
    gw_arena_free(&arena);
}
END_TEST

static aorta_record stage_of(const aorta_field *fields, uint32_t count, int64_t seconds)
{
    aorta_record record = record_of(fields, count);

    record.end_us = record.start_us + seconds * 1000000;
    record.parent_external_id = (aorta_str){"u1-s0", 5};
    return record;
}

START_TEST(a_stage_says_which_and_is_no_longer_than_a_day)
{
    const aorta_field fields[] = {TEXT("stage", "deep"), TEXT("mood", "calm")};
    aorta_record good = stage_of(fields, 2, 600), none = stage_of(NULL, 0, 600), all = stage_of(fields, 1, 86401);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_sleep_stage row;

    ck_assert_int_eq(fields_stage(&good, arena, &row, NULL), GW_OK);
    ck_assert_str_eq(row.stage, "deep");
    ck_assert_str_eq(row.parent, "u1-s0");
    ck_assert_str_eq(row.head.extra, "{\"mood\":\"calm\"}");
    ck_assert_int_eq(fields_stage(&none, arena, &row, NULL), GW_DATA);
    none.flags = AORTA_RECORD_DELETED;
    ck_assert_int_eq(fields_stage(&none, arena, &row, NULL), GW_OK);
    ck_assert_int_eq(fields_stage(&all, arena, &row, NULL), GW_DATA);
    gw_arena_free(&arena);
}
END_TEST

START_TEST(a_score_is_a_number_besides)
{
    const aorta_field fields[] = {TEXT("category", "sleep"), FLOAT("value", 81)};
    aorta_record record = record_of(fields, 2);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_event row;

    ck_assert_int_eq(fields_event(&record, arena, &row, NULL), GW_OK);
    ck_assert_double_eq(row.value, 81);
    ck_assert_str_eq(row.head.extra, "{\"category\":\"sleep\",\"value\":81.0}");
    record.fields_count = 1;
    ck_assert_int_eq(fields_event(&record, arena, &row, NULL), GW_OK);
    ck_assert(isnan(row.value));
    gw_arena_free(&arena);
}
END_TEST

START_TEST(a_broken_piece_of_json_does_not_spoil_extra)
{
    const aorta_field fields[] = {JSON("components", "{\"a\":"), JSON("other", "[1]")};
    aorta_record record = record_of(fields, 2);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_event row;

    ck_assert_int_eq(fields_event(&record, arena, &row, NULL), GW_OK);
    ck_assert_str_eq(row.head.extra, "{\"other\":[1]}");
    gw_arena_free(&arena);
}
END_TEST

/* SQL could read none of an object that has one. */
START_TEST(a_nul_is_left_out_of_extra)
{
    const aorta_field fields[] = {{{"qualifier", 9}, {.type = AORTA_TYPE_STRING, .u.s = {"a\0b", 3}}},
                                  JSON("other", "[1]")};
    aorta_record record = record_of(fields, 2);
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_event row;

    ck_assert_int_eq(fields_event(&record, arena, &row, NULL), GW_OK);
    ck_assert_str_eq(row.head.extra, "{\"other\":[1]}");
    gw_arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ingest");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, a_workout_keeps_zero_and_leaves_unknown_unknown);
    tcase_add_test(tc, an_unknown_type_becomes_other_and_keeps_its_name);
    tcase_add_test(tc, what_cannot_be_is_refused);
    tcase_add_test(tc, a_night_is_completed_from_its_stages);
    tcase_add_test(tc, stages_are_checked_and_canonical);
    tcase_add_test(tc, a_stage_says_which_and_is_no_longer_than_a_day);
    tcase_add_test(tc, a_score_is_a_number_besides);
    tcase_add_test(tc, a_broken_piece_of_json_does_not_spoil_extra);
    tcase_add_test(tc, a_nul_is_left_out_of_extra);
    suite_add_tcase(suite, tc);
    suite_add_tcase(suite, batch_case());
    suite_add_tcase(suite, nights_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
