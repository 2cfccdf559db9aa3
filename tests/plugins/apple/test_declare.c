/* What the plugin says of itself: it takes pushes, and nobody can ask it anything. */
#include "apple_host.h"

#include <string.h>

START_TEST(the_entry_is_constant)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    ck_assert_ptr_eq(plugin, aorta_plugin_entry(NULL));
    ck_assert_str_eq(plugin->desc->id, "apple");
    ck_assert_ptr_null(plugin->get_extension(NULL, "aorta.refresh/1"));
    plugin->shutdown(NULL);
}
END_TEST

START_TEST(it_is_pushed_to_and_imported_and_nothing_else)
{
    uint64_t caps = aorta_plugin_entry(NULL)->desc->capabilities;
    ck_assert(caps & AORTA_CAP_UPLOAD);
    ck_assert(caps & AORTA_CAP_IMPORT);
    ck_assert(!(caps & (AORTA_CAP_OAUTH | AORTA_CAP_PULL | AORTA_CAP_WEBHOOK_PUSH | AORTA_CAP_WEBHOOK_PING)));
}
END_TEST

START_TEST(what_it_lacks_says_so)
{
    struct apple_host h;
    const aorta_authorize_req authorize = {.struct_size = sizeof(authorize)};
    const aorta_callback_req callback = {.struct_size = sizeof(callback)};
    const aorta_sync_req sync = {.struct_size = sizeof(sync)};
    apple_host_init(&h);
    const aorta_ops *ops = h.plugin->ops;
    ck_assert_int_eq(ops->authorize(NULL, &h.fake.ctx, &authorize), AORTA_ERR_UNSUPPORTED);
    ck_assert_str_eq(h.fake.fail_code, "apple.unsupported");
    ck_assert_int_eq(ops->callback(NULL, &h.fake.ctx, &callback), AORTA_ERR_UNSUPPORTED);
    ck_assert_int_eq(ops->sync(NULL, &h.fake.ctx, &sync), AORTA_ERR_UNSUPPORTED);
    ck_assert_int_eq(h.fake.failed, AORTA_ERR_UNSUPPORTED);
    apple_host_fini(&h);
}
END_TEST

START_TEST(it_begins_without_settings)
{
    struct apple_host h;
    void *self = &h;
    apple_host_init(&h);
    ck_assert_int_eq(h.plugin->init(&h.fake.ctx, NULL, 0, &self), AORTA_OK);
    h.plugin->shutdown(self);
    apple_host_fini(&h);
}
END_TEST

/* The export is a file of its own form. */
START_TEST(each_kind_of_push_takes_each_shape)
{
    static const char body[] = "{\"data\":{\"records\":[{\"type\":\"HKQuantityTypeIdentifierStepCount\","
                               "\"startDate\":\"2026-11-19T06:00:00Z\",\"value\":3}]}}";
    for (const char *const *kind = aorta_plugin_entry(NULL)->desc->payload_kinds; *kind; kind++) {
        struct apple_host h;
        if (strcmp(*kind, "apple.export") == 0)
            continue;
        apple_host_init(&h);
        const aorta_payload payload = {.struct_size = sizeof(payload),
                                       .kind = sdk_str(*kind),
                                       .data = (const uint8_t *)body,
                                       .size = sizeof(body) - 1};
        ck_assert_int_eq(h.plugin->ops->normalize(NULL, &h.fake.ctx, &payload), AORTA_OK);
        ck_assert_uint_eq(h.fake.series, 1);
        apple_host_fini(&h);
    }
}
END_TEST

START_TEST(other_kinds_are_refused)
{
    struct apple_host h;
    apple_host_init(&h);
    const aorta_payload payload = {
        .struct_size = sizeof(payload), .kind = AORTA_S("samsung.sdk"), .data = (const uint8_t *)"{}", .size = 2};
    ck_assert_int_eq(h.plugin->ops->normalize(NULL, &h.fake.ctx, &payload), AORTA_ERR_UNSUPPORTED);
    ck_assert_str_eq(h.fake.fail_code, "apple.kind");
    apple_host_fini(&h);
}
END_TEST

Suite *declare_suite(void)
{
    Suite *s = suite_create("declarations");
    TCase *t = tcase_create("declarations");
    tcase_add_test(t, the_entry_is_constant);
    tcase_add_test(t, it_is_pushed_to_and_imported_and_nothing_else);
    tcase_add_test(t, what_it_lacks_says_so);
    tcase_add_test(t, it_begins_without_settings);
    tcase_add_test(t, each_kind_of_push_takes_each_shape);
    tcase_add_test(t, other_kinds_are_refused);
    suite_add_tcase(s, t);
    return s;
}
