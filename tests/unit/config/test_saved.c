/* What the master hands to its children is what it read, to the byte; what is cut is refused. */
#include <stdlib.h>

#include "tests.h"

static void load(struct gw_config *c, struct gw_buf *saved)
{
    struct gw_err err;

    folder_put("aorta.conf", "worker_threads = 3; listen = \"10.0.0.1:5\"; behind_proxy = true;\n"
                             "allowed_redirects = [ \"https://a.example\", \"https://b.example\" ];\n"
                             "providers = { polar = { client_secret = \"hush\"; sha256 = \""
                             "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"; };\n"
                             " suunto = { enabled = false; module = \"s.so\"; note = \"\"; }; };");
    setenv("AORTA_PROVIDER_SUUNTO_LITERAL", "@relative", 1);
    ck_assert_int_eq(gw_config_load(NULL, c, &err), GW_OK);
    gw_config_save(c, saved);
    ck_assert(!saved->failed);
}

START_TEST(there_and_back)
{
    gw_own_buf struct gw_buf saved = {0}, again = {0};
    struct gw_config a, b;
    struct gw_err err;

    load(&a, &saved);
    ck_assert_int_eq(setenv("AORTA_WORKER_THREADS", "99", 1), 0); /* must not be looked at again */
    ck_assert_int_eq(gw_config_load_saved((struct gw_str){saved.data, saved.len}, &b, &err), GW_OK);
    ck_assert_int_eq(b.worker_threads, 3);
    ck_assert_str_eq(b.allowed_redirects[1], "https://b.example");
    ck_assert_str_eq(b.path, a.path);
    ck_assert_uint_eq(b.providers_count, 2);
    ck_assert_str_eq(b.providers[0].sha256, a.providers[0].sha256);
    ck_assert_str_eq(b.providers[0].options[0].value, "hush");
    ck_assert(!b.providers[1].enabled);
    ck_assert_str_eq(b.providers[1].options[0].value, "");
    ck_assert_str_eq(b.providers[1].options[1].value, "@relative");
    gw_config_save(&b, &again);
    ck_assert(gw_str_eq((struct gw_str){saved.data, saved.len}, (struct gw_str){again.data, again.len}));
    gw_config_free(&a);
    gw_config_free(&b);
}
END_TEST

START_TEST(cut_bytes_never_crash)
{
    gw_own_buf struct gw_buf saved = {0};
    struct gw_config a, b;
    struct gw_err err;
    int refused = 0;

    load(&a, &saved);
    for (size_t len = 0; len < saved.len; len++) {
        if (gw_config_load_saved((struct gw_str){saved.data, len}, &b, &err) == GW_OK)
            gw_config_free(&b);
        else
            refused++;
    }
    ck_assert_int_gt(refused, (int)saved.len / 2);
    gw_config_free(&a);
}
END_TEST

TCase *saved_case(void)
{
    TCase *tc = tcase_create("saved");

    tcase_add_checked_fixture(tc, folder_make, folder_drop);
    tcase_add_test(tc, there_and_back);
    tcase_add_test(tc, cut_bytes_never_crash);
    return tc;
}
