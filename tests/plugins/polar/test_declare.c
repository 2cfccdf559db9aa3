/* What the plugin says of itself, and how it begins and ends. */
#include "aorta/refresh.h"
#include "tests.h"

#include <string.h>

START_TEST(the_entry_is_constant)
{
    ck_assert_ptr_eq(polar(), polar());
    ck_assert_uint_eq(polar()->magic, AORTA_MAGIC);
    ck_assert_uint_eq(polar()->abi_major, AORTA_ABI_MAJOR);
    ck_assert_str_eq(polar()->desc->id, "polar");
}
END_TEST

START_TEST(extensions_are_those_declared)
{
    ck_assert_ptr_nonnull(polar()->get_extension(NULL, AORTA_EXT_REVOKE));
    ck_assert_ptr_null(polar()->get_extension(NULL, AORTA_EXT_REFRESH)); /* Polar has no refresh */
    ck_assert_ptr_null(polar()->get_extension(NULL, "aorta.revoke/12"));
    ck_assert_str_eq(polar()->desc->extensions[0], AORTA_EXT_REVOKE);
    ck_assert_ptr_null(polar()->desc->extensions[1]);
}
END_TEST

START_TEST(the_sync_parameters_are_those_of_the_contract)
{
    const aorta_descriptor *d = polar()->desc;
    static const char *const names[] = {"samples", "zones", "route"};
    ck_assert_uint_eq(d->sync_params_count, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_str_eq(d->sync_params[i].name, names[i]);
        ck_assert_uint_eq(d->sync_params[i].type, AORTA_TYPE_BOOL);
        ck_assert_str_eq(d->sync_params[i].default_text, "false");
        ck_assert(!(d->sync_params[i].flags & AORTA_PARAM_REQUIRED));
    }
}
END_TEST

START_TEST(a_missing_secret_is_a_fault_of_the_configuration)
{
    const aorta_descriptor *d = polar()->desc;
    struct fake_host host;
    aorta_value values[32] = {{.type = AORTA_TYPE_NONE}};
    void *self = NULL;
    fake_host_init(&host, 0);
    ck_assert_int_eq(polar()->init(&host.ctx, values, d->settings_count, &self), AORTA_ERR_CONFIG);
    ck_assert_int_eq(host.failed, AORTA_ERR_CONFIG);
    ck_assert_ptr_null(self);
    ck_assert_int_eq(polar()->init(&host.ctx, values, 0, &self), AORTA_ERR_CONFIG);
    fake_host_fini(&host);
    polar()->shutdown(NULL);
}
END_TEST

Suite *suite_declare(void)
{
    Suite *s = suite_create("declarations");
    TCase *t = tcase_create("declarations");
    tcase_add_test(t, the_entry_is_constant);
    tcase_add_test(t, extensions_are_those_declared);
    tcase_add_test(t, the_sync_parameters_are_those_of_the_contract);
    tcase_add_test(t, a_missing_secret_is_a_fault_of_the_configuration);
    suite_add_tcase(s, t);
    return s;
}
