/* The catalogue's tables, and metrics beyond it. */
#include "fake.h"
#include "host/metrics.h"

START_TEST(finds_every_metric_by_name_and_number)
{
    uint16_t before = 0;

    ck_assert_uint_gt(gw_metric_count(), 80);
    for (size_t i = 0; i < gw_metric_count(); i++) {
        const struct gw_metric *m = gw_metric_at(i);
        ck_assert_ptr_eq(gw_metric_by_name(gw_str(m->name)), m);
        ck_assert_ptr_eq(gw_metric_by_number(m->number), m);
        ck_assert_uint_gt(m->number, before); /* gw_metric_by_number searches by halves */
        before = m->number;
        ck_assert_uint_gt(strlen(m->unit), 0);
    }
    ck_assert_ptr_null(gw_metric_at(gw_metric_count()));
    ck_assert_ptr_null(gw_metric_by_name(GW_STR("heart_rat")));
    ck_assert_ptr_null(gw_metric_by_name(GW_STR("heart_rates")));
    ck_assert_ptr_null(gw_metric_by_number(6));
    ck_assert_ptr_null(gw_metric_by_number(0));
}
END_TEST

START_TEST(registers_a_plugins_metric_once)
{
    struct gw_metric mine = {"fake.luck", "score", AORTA_AGGREGATE_AVG, 10001};
    struct gw_err err;

    ck_assert_int_eq(gw_metric_register(&mine, &err), GW_OK);
    ck_assert_int_eq(gw_metric_register(&mine, &err), GW_OK);
    ck_assert_str_eq(gw_metric_by_number(10001)->name, "fake.luck");
    ck_assert_uint_eq(gw_metric_by_name(GW_STR("fake.luck"))->number, 10001);
    mine.name = "fake.other";
    ck_assert_int_eq(gw_metric_register(&mine, &err), GW_CONFLICT); /* the number is taken */
    mine = (struct gw_metric){"heart_rate", "bpm", AORTA_AGGREGATE_AVG, 10002};
    ck_assert_int_eq(gw_metric_register(&mine, &err), GW_CONFLICT); /* the name is taken */
}
END_TEST

START_TEST(knows_records_and_workouts)
{
    ck_assert(gw_record_kind_known(GW_STR("sleep")));
    ck_assert(!gw_record_kind_known(GW_STR("sleeps")));
    ck_assert_uint_eq(gw_record_field_type(GW_STR("workout"), GW_STR("steps")), AORTA_TYPE_INT);
    ck_assert_uint_eq(gw_record_field_type(GW_STR("sleep"), GW_STR("steps")), AORTA_TYPE_NONE);
    ck_assert_str_eq(gw_workout_type_title(GW_STR("running")), "Run");
    ck_assert_ptr_null(gw_workout_type_title(GW_STR("run")));
    ck_assert(gw_record_word_known(GW_STR("score"), GW_STR("category"), GW_STR("body_battery")));
    ck_assert(!gw_record_word_known(GW_STR("score"), GW_STR("category"), GW_STR("body")));
    ck_assert(!gw_record_word_known(GW_STR("score"), GW_STR("category"), GW_STR("")));
    ck_assert(!gw_record_word_known(GW_STR("score"), GW_STR("value"), GW_STR("body_battery")));
}
END_TEST

START_TEST(the_document_has_this_table)
{
    gw_own_buf struct gw_buf made = {0}, there = {0};
    gw_own_file FILE *file = fopen(AORTA_SOURCE_DIR "/docs/data-model.md", "r");
    char block[4096];
    size_t n;

    ck_assert_ptr_nonnull(file);
    while ((n = fread(block, 1, sizeof(block), file)) > 0)
        gw_buf_add(&there, block, n);
    gw_buf_str(&made, "<!-- metrics -->\n");
    gw_metrics_markdown(&made);
    gw_buf_str(&made, "<!-- end of metrics -->\n");
    ck_assert_msg(strstr(gw_buf_cstr(&there), gw_buf_cstr(&made)) != NULL,
                  "put what `aorta docs metrics` prints into docs/data-model.md");
    ck_assert_msg(strstr(made.data, "| `steps` | count | sum |\n") != NULL, "the table says how steps are gathered");
}
END_TEST

TCase *metrics_case(void)
{
    TCase *c = tcase_create("metrics");

    tcase_add_test(c, finds_every_metric_by_name_and_number);
    tcase_add_test(c, registers_a_plugins_metric_once);
    tcase_add_test(c, knows_records_and_workouts);
    tcase_add_test(c, the_document_has_this_table);
    return c;
}
