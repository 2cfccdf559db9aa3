/* The environment has the last word. */
#include <stdlib.h>

#include "tests.h"

START_TEST(options_are_overridden)
{
    struct gw_config c;
    struct gw_err err;

    folder_put("aorta.conf", "worker_threads = 3; listen = \"127.0.0.1:1\";");
    setenv("AORTA_WORKER_THREADS", "5", 1);
    setenv("AORTA_BEHIND_PROXY", "yes", 1);
    setenv("AORTA_ALLOWED_REDIRECTS", "https://a.example, http://localhost:3000", 1);
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_OK);
    ck_assert_int_eq(c.worker_threads, 5);
    ck_assert(c.behind_proxy);
    ck_assert_str_eq(c.listen, "127.0.0.1:1");
    ck_assert_str_eq(c.allowed_redirects[1], "http://localhost:3000");
    ck_assert_ptr_null(c.allowed_redirects[2]);
    gw_config_free(&c);
}
END_TEST

/* Ids may hold underscores: the longest that fits owns the variable. */
START_TEST(settings_go_to_their_provider)
{
    struct gw_config c;
    struct gw_err err;

    folder_put("aorta.conf", "providers = { toy = { a = \"file\"; b = \"file\"; }; toy_two = { }; };");
    setenv("AORTA_PROVIDER_TOY_A", "env", 1);
    setenv("AORTA_PROVIDER_TOY_TWO_A", "two", 1);
    setenv("AORTA_PROVIDER_TOY_ENABLED", "off", 1);
    setenv("AORTA_PROVIDER_TOY_MODULE", "other.so", 1);
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_OK);
    ck_assert_uint_eq(c.providers_count, 2);
    ck_assert(!c.providers[0].enabled);
    ck_assert_str_eq(c.providers[0].module, "other.so");
    ck_assert_uint_eq(c.providers[0].options_count, 2);
    ck_assert_str_eq(c.providers[0].options[0].value, "env");
    ck_assert_str_eq(c.providers[0].options[1].value, "file");
    ck_assert_str_eq(c.providers[1].options[0].name, "a");
    ck_assert_str_eq(c.providers[1].options[0].value, "two");
    gw_config_free(&c);
}
END_TEST

START_TEST(a_provider_by_environment_alone)
{
    struct gw_config c;
    struct gw_err err;

    setenv("AORTA_PROVIDER_POLAR_CLIENT_ID", "abc", 1);
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "AORTA_PROVIDER_POLAR_CLIENT_ID: "));
    ck_assert_ptr_null(strstr(err.text, "abc"));
    setenv("AORTA_PROVIDER_POLAR_ENABLED", "true", 1);
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_OK);
    ck_assert_uint_eq(c.providers_count, 1);
    ck_assert_str_eq(c.providers[0].options[0].value, "abc");
    gw_config_free(&c);
}
END_TEST

static const struct {
    const char *name, *value;
} bad[] = {
    {"AORTA_WORKER_THREADS", "many"}, {"AORTA_WORKER_THREADS", "0"}, {"AORTA_BEHIND_PROXY", ""},
    {"AORTA_LISTEN", "0.0.0.0:80"},   {"AORTA_PROVIDER_TOY_Ä", "x"}, {"AORTA_PROVIDER_9X_ENABLED", "true"},
};

START_TEST(mistakes_name_the_variable)
{
    struct gw_config c;
    struct gw_err err;

    folder_put("aorta.conf", "providers = { toy = { }; };");
    setenv(bad[_i].name, bad[_i].value, 1);
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_CONFIG);
    ck_assert_msg(strncmp(err.text, bad[_i].name, strlen(bad[_i].name)) == 0, "%s", err.text);
}
END_TEST

TCase *environment_case(void)
{
    TCase *tc = tcase_create("environment");

    tcase_add_checked_fixture(tc, folder_make, folder_drop);
    tcase_add_test(tc, options_are_overridden);
    tcase_add_test(tc, settings_go_to_their_provider);
    tcase_add_test(tc, a_provider_by_environment_alone);
    tcase_add_loop_test(tc, mistakes_name_the_variable, 0, sizeof(bad) / sizeof(bad[0]));
    return tc;
}
