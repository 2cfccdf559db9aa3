/* aorta.conf and conf.d/: what is taken, what is refused and how that is said. */
#include <stdlib.h>

#include "tests.h"

START_TEST(defaults_without_any_file)
{
    struct gw_config c;
    struct gw_err err;

    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_OK);
    ck_assert_ptr_null(c.path);
    ck_assert_str_eq(c.listen, "127.0.0.1:8000");
    ck_assert_str_eq(c.database, "");
    ck_assert_str_eq(c.state_dir, "/var/lib/aorta");
    ck_assert_int_eq(c.worker_threads, 8);
    ck_assert(!c.behind_proxy);
    ck_assert_ptr_null(c.allowed_redirects[0]);
    ck_assert_uint_eq(c.providers_count, 0);
    gw_config_free(&c);
}
END_TEST

static const char *option(const struct gw_config_provider *p, const char *name)
{
    for (size_t i = 0; i < p->options_count; i++)
        if (strcmp(p->options[i].name, name) == 0)
            return p->options[i].value;
    return NULL;
}

START_TEST(everything_is_taken)
{
    struct gw_config c;
    struct gw_err err;

    folder_put("polar.key", "hush hush\n");
    folder_put("aorta.conf", "# comment\n"
                             "listen = \"0.0.0.0:80\"; behind_proxy = true;\n"
                             "worker_threads = 3;\n"
                             "allowed_redirects = [ \"https://a.example\", \"http://localhost\" ];\n"
                             "providers = { polar = { client_id = \"abc\"; page = 50; ratio = 0.25; wide = true; };\n"
                             "  garmin = { enabled = false; module = \"/x/garmin.so\"; }; };\n");
    ck_assert_int_eq(gw_config_load(folder_path("aorta.conf"), &c, &err), GW_OK);
    ck_assert_str_eq(c.path, folder_path("aorta.conf"));
    ck_assert(c.behind_proxy);
    ck_assert_int_eq(c.worker_threads, 3);
    ck_assert_str_eq(c.allowed_redirects[0], "https://a.example");
    ck_assert_str_eq(c.allowed_redirects[1], "http://localhost");
    ck_assert_ptr_null(c.allowed_redirects[2]);
    ck_assert_uint_eq(c.providers_count, 2);
    ck_assert_str_eq(c.providers[0].id, "polar");
    ck_assert(c.providers[0].enabled);
    ck_assert_ptr_null(c.providers[0].module);
    ck_assert_str_eq(option(&c.providers[0], "client_id"), "abc");
    ck_assert_str_eq(option(&c.providers[0], "page"), "50");
    ck_assert_str_eq(option(&c.providers[0], "ratio"), "0.25");
    ck_assert_str_eq(option(&c.providers[0], "wide"), "true");
    ck_assert(!c.providers[1].enabled);
    ck_assert_str_eq(c.providers[1].module, "/x/garmin.so");
    gw_config_free(&c);
}
END_TEST

START_TEST(conf_d_comes_later_and_by_name)
{
    struct gw_config c;
    struct gw_err err;

    folder_put("aorta.conf", "worker_threads = 1; providers = { polar = { a = \"1\"; b = \"1\"; }; };");
    folder_put("conf.d/20-b.conf", "worker_threads = 20; providers = { suunto = { }; };");
    folder_put("conf.d/10-a.conf", "worker_threads = 10; providers = { polar = { b = \"2\"; c = \"2\"; }; };");
    folder_put("conf.d/not-this", "worker_threads = 99;");
    folder_put("conf.d/.hidden.conf", "worker_threads = 99;");
    ck_assert_int_eq(gw_config_load(folder_path("aorta.conf"), &c, &err), GW_OK);
    ck_assert_int_eq(c.worker_threads, 20);
    ck_assert_uint_eq(c.providers_count, 2);
    ck_assert_str_eq(option(&c.providers[0], "a"), "1");
    ck_assert_str_eq(option(&c.providers[0], "b"), "2");
    ck_assert_str_eq(option(&c.providers[0], "c"), "2");
    ck_assert_str_eq(c.providers[1].id, "suunto");
    gw_config_free(&c);
}
END_TEST

/* The file in the working directory is found by itself. */
START_TEST(the_usual_place)
{
    struct gw_config c;
    struct gw_err err;

    folder_put("aorta.conf", "worker_threads = 7;");
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_OK);
    ck_assert_int_eq(c.worker_threads, 7);
    gw_config_free(&c);
}
END_TEST

START_TEST(secrets_come_from_files)
{
    gw_own_buf struct gw_buf text = {0}, printed = {0};
    struct gw_config c;
    struct gw_err err;

    folder_put("key", "  hush hush\r\n\n");
    gw_buf_printf(&text, "database = \"@%s\"; providers = { polar = { client_secret = \"@%s\"; }; };",
                  folder_path("key"), folder_path("key"));
    folder_put("aorta.conf", gw_buf_cstr(&text));
    ck_assert_int_eq(gw_config_load(folder_path("aorta.conf"), &c, &err), GW_OK);
    ck_assert_str_eq(c.database, "  hush hush");
    ck_assert_str_eq(option(&c.providers[0], "client_secret"), "  hush hush");
    gw_config_print(&c, &printed);
    ck_assert_ptr_null(strstr(gw_buf_cstr(&printed), "hush"));
    ck_assert_ptr_nonnull(strstr(gw_buf_cstr(&printed), "database = \"***\""));
    gw_config_free(&c);
}
END_TEST

static const struct {
    const char *text, *says;
} bad[] = {
    {"\nlistn = \"x\";", ":2: unknown option \"listn\""},
    {"listen = 5;", ":1: listen wants a text"},
    {"worker_threads = \"5\";", "wants a number"},
    {"worker_threads = 0;", "1 to 256"},
    {"\n\nworker_threads = 257;", ":3: worker_threads is 1 to 256"},
    {"behind_proxy = 1;", "true or false"},
    {"allowed_redirects = [ 1, 2 ];", "list of texts"},
    {"allowed_redirects = [ \"app.example\" ];", "origin"},
    {"allowed_redirects = [ \"https://app.example/path\" ];", "origin"},
    {"allowed_redirects = [ \"https://\" ];", "origin"},
    {"public_url = \"example.org\";", "http"},
    {"log_level = \"loud\";", "log_level"},
    {"listen = \"0.0.0.0:80\";", ":1: a public address"},
    {"listen = \"nowhere:80\";", ":1: "},
    {"listen = \"127.0.0.1:80\"", ""}, /* fine: the last semicolon may be missing */
    {"listen = ;", ":1: syntax error"},
    {"worker_threads = 1; worker_threads = 2;", ":1: duplicate"},
    {"providers = [ ];", "providers wants a group"},
    {"providers = { polar = 5; };", "wants a group"},
    {"providers = { Polar = { }; };", "not a provider's id"},
    {"providers = { polar = { a = { }; }; };", "polar.a wants"},
    {"providers = { polar = { client-id = \"x\"; }; };", "not a setting's name"},
    {"providers = { polar = { sha256 = \"abc\"; }; };", "64 hexadecimal"},
    {"providers = { polar = { enabled = \"maybe\"; }; };", "true or false"},
    {"providers = { polar = { key = \"@/no/such/file\"; }; };", ":1: secret file /no/such/file"},
};

START_TEST(mistakes_are_named)
{
    struct gw_config c;
    struct gw_err err = {0};

    folder_put("aorta.conf", bad[_i].text);
    if (!bad[_i].says[0]) {
        ck_assert_int_eq(gw_config_load(folder_path("aorta.conf"), &c, &err), GW_OK);
        gw_config_free(&c);
        return;
    }
    ck_assert_int_eq(gw_config_load(folder_path("aorta.conf"), &c, &err), GW_CONFIG);
    ck_assert_msg(strstr(err.text, bad[_i].says), "%s", err.text);
    ck_assert_msg(strstr(err.text, "aorta.conf:"), "%s", err.text);
}
END_TEST

START_TEST(a_named_file_must_exist)
{
    struct gw_config c;
    struct gw_err err;

    ck_assert_int_eq(gw_config_load(folder_path("missing.conf"), &c, &err), GW_CONFIG);
    setenv("AORTA_CONFIG", folder_path("missing.conf"), 1);
    ck_assert_int_eq(gw_config_load(NULL, &c, &err), GW_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "missing.conf"));
}
END_TEST

TCase *file_case(void)
{
    TCase *tc = tcase_create("file");

    tcase_add_checked_fixture(tc, folder_make, folder_drop);
    tcase_add_test(tc, defaults_without_any_file);
    tcase_add_test(tc, everything_is_taken);
    tcase_add_test(tc, conf_d_comes_later_and_by_name);
    tcase_add_test(tc, the_usual_place);
    tcase_add_test(tc, secrets_come_from_files);
    tcase_add_loop_test(tc, mistakes_are_named, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, a_named_file_must_exist);
    return tc;
}
