/* What the Samsung plugin says of itself: it takes pushes, and nobody can ask it anything. */
#include "aorta/sdk.h"
#include "fake_host.h"

#include <check.h>
#include <sodium.h>
#include <stdlib.h>

START_TEST(it_is_uploaded_to_and_nothing_else)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    ck_assert_str_eq(plugin->desc->id, "samsung");
    ck_assert(plugin->desc->capabilities & AORTA_CAP_UPLOAD);
    ck_assert(!(plugin->desc->capabilities & (AORTA_CAP_OAUTH | AORTA_CAP_PULL | AORTA_CAP_IMPORT)));
    ck_assert_ptr_null(plugin->get_extension(NULL, "aorta.webhook/1"));
}
END_TEST

START_TEST(what_it_lacks_says_so)
{
    const aorta_ops *ops = aorta_plugin_entry(NULL)->ops;
    const aorta_authorize_req authorize = {.struct_size = sizeof(authorize)};
    const aorta_callback_req callback = {.struct_size = sizeof(callback)};
    const aorta_sync_req sync = {.struct_size = sizeof(sync)};
    struct fake_host host;
    fake_host_init(&host, AORTA_OP_SYNC);
    ck_assert_int_eq(ops->authorize(NULL, &host.ctx, &authorize), AORTA_ERR_UNSUPPORTED);
    ck_assert_int_eq(ops->callback(NULL, &host.ctx, &callback), AORTA_ERR_UNSUPPORTED);
    ck_assert_int_eq(ops->sync(NULL, &host.ctx, &sync), AORTA_ERR_UNSUPPORTED);
    ck_assert_str_eq(host.fail_code, "samsung.unsupported");
    fake_host_fini(&host);
}
END_TEST

int main(void)
{
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    Suite *s = suite_create("samsung");
    TCase *t = tcase_create("declarations");
    tcase_add_test(t, it_is_uploaded_to_and_nothing_else);
    tcase_add_test(t, what_it_lacks_says_so);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
