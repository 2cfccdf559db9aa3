/* What a model name says about a device. */
#include "read/source.h"
#include "tests.h"

START_TEST(types_of_devices)
{
    static const char *const rows[][3] = {
        {"Watch7,1", NULL, "watch"},
        {"iPhone14,2", NULL, "phone"},
        {"iPad13,1", NULL, "phone"},
        {"Forerunner 255", NULL, "watch"},
        {"vivosmart 5", NULL, "band"},
        {"Galaxy Watch6", NULL, "watch"},
        {"Galaxy Ring", NULL, "ring"},
        {"Index S2", NULL, "scale"},
        {"SUUNTO 9 Peak", NULL, "watch"},
        {"Polar Vantage V3", NULL, "watch"},
        {"SM-R960", NULL, "other"},
        {"My Smartphone", NULL, "phone"},
        {NULL, "AutoSleep", "watch"},
        {NULL, "Mi Band 7", "band"},
        {NULL, "Oura", "ring"},
        {NULL, "Strava", NULL},
        {NULL, NULL, NULL},
        {"", "Xiaomi", "band"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *type = gw_device_type(rows[i][0], rows[i][1]);
        ck_assert_msg((!type && !rows[i][2]) || (type && rows[i][2] && strcmp(type, rows[i][2]) == 0), "%zu: %s", i,
                      type ? type : "-");
    }
}
END_TEST

static void check_json(const struct gw_source *source, const char *expected)
{
    struct gw_buf out = {0};

    gw_source_json(source, &out);
    ck_assert_str_eq(gw_buf_cstr(&out), expected);
    gw_buf_free(&out);
}

START_TEST(the_object)
{
    check_json(&(struct gw_source){.provider = "garmin", .device_model = "Forerunner 255"},
               "{\"provider\":\"garmin\",\"source\":\"garmin\",\"device\":\"Forerunner 255\",\"device_type\":\"watch\","
               "\"device_name\":\"Forerunner 255\"}");
    check_json(
        &(struct gw_source){.provider = "apple",
                            .app = "Watch of \"Jo\"",
                            .device_model = "Watch7,1",
                            .device_name = "Apple Watch Series 9",
                            .device_type = "unknown"},
        "{\"provider\":\"apple\",\"source\":\"Watch of \\\"Jo\\\"\",\"device\":\"Watch7,1\",\"device_type\":\"watch\","
        "\"device_name\":\"Apple Watch Series 9\"}");
    check_json(
        &(struct gw_source){.provider = "suunto"},
        "{\"provider\":\"suunto\",\"source\":\"suunto\",\"device\":null,\"device_type\":null,\"device_name\":null}");
    check_json(NULL,
               "{\"provider\":\"unknown\",\"source\":null,\"device\":null,\"device_type\":null,\"device_name\":null}");
}
END_TEST

TCase *source_case(void)
{
    TCase *tests = tcase_create("source");

    tcase_add_test(tests, types_of_devices);
    tcase_add_test(tests, the_object);
    return tests;
}
