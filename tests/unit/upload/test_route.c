/* Whose a body is. The registry is a table of this file. */
#include <string.h>

#include "tests.h"
#include "upload/upload.h"

static const char *const apple_kinds[] = {"apple.sdk", "apple.healthion", "apple.export", NULL};
static const char *const samsung_kinds[] = {"samsung.records", NULL};
static const aorta_descriptor apple_desc = {.capabilities = AORTA_CAP_UPLOAD, .payload_kinds = apple_kinds};
static const aorta_descriptor samsung_desc = {.capabilities = AORTA_CAP_UPLOAD, .payload_kinds = samsung_kinds};
static const aorta_descriptor polar_desc = {.capabilities = AORTA_CAP_PULL};
static const aorta_plugin apple = {.desc = &apple_desc}, samsung = {.desc = &samsung_desc},
                          polar = {.desc = &polar_desc};
static const struct gw_provider providers[] = {
    {.id = "apple", .ready = true, .plugin = &apple},
    {.id = "samsung", .ready = true, .plugin = &samsung},
    {.id = "polar", .ready = true, .plugin = &polar},
    {.id = "google", .ready = false, .reason = "its file is not there"},
};

const struct gw_provider *gw_registry_find(const struct gw_registry *registry, const char *id)
{
    (void)registry;
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
        if (strcmp(providers[i].id, id) == 0)
            return &providers[i];
    return NULL;
}

size_t gw_registry_count(const struct gw_registry *registry)
{
    (void)registry;
    return sizeof(providers) / sizeof(providers[0]);
}

const struct gw_provider *gw_registry_at(const struct gw_registry *registry, size_t i)
{
    (void)registry;
    return &providers[i];
}

static void check_goes(const char *said, const char *meant, const char *shape, const char *kind)
{
    const struct gw_provider *provider = NULL;
    const char *got = NULL;
    struct gw_err err;

    ck_assert_int_eq(gw_upload_route(NULL, said, meant, shape, &provider, &got, &err), GW_OK);
    ck_assert_str_eq(got, kind);
    ck_assert_int_eq(strncmp(kind, provider->id, strlen(provider->id)), 0);
}

START_TEST(the_body_is_asked_first)
{
    check_goes("apple", NULL, "sdk", "apple.sdk");
    check_goes(NULL, "apple", "healthion", "apple.healthion");
    check_goes("apple", "samsung", "healthion", "apple.healthion");
    check_goes("samsung", "apple", "healthion", "samsung.records");
    check_goes(NULL, "apple", "legacy", "apple.sdk");
}
END_TEST

static void check_nowhere(const char *said, const char *meant, const char *words)
{
    const struct gw_provider *provider = NULL;
    const char *kind = NULL;
    struct gw_err err;

    ck_assert_int_eq(gw_upload_route(NULL, said, meant, "sdk", &provider, &kind, &err), GW_INVALID);
    ck_assert_str_eq(gw_err_wire(&err), "provider.unsupported");
    ck_assert_str_eq(err.field, "provider");
    ck_assert_ptr_nonnull(strstr(gw_err_text(&err), words));
    ck_assert_ptr_nonnull(strstr(gw_err_text(&err), "Supported: apple, samsung"));
    ck_assert_ptr_null(provider);
}

START_TEST(nobody_takes_it)
{
    check_nowhere(NULL, NULL, "has to name");
    check_nowhere("fitbit", NULL, "provider: fitbit.");
    check_nowhere("fitbit", "apple", "provider: fitbit.");
    check_nowhere("polar", NULL, "provider: polar.");
    check_nowhere("google", NULL, "provider: google.");
    check_nowhere("", "apple", "provider. ");
    check_nowhere("<b>", NULL, "provider. "); /* what is no name is not repeated */
}
END_TEST

START_TEST(files_go_to_who_reads_them)
{
    const char *kind = NULL;
    struct gw_err err;

    ck_assert_int_eq(gw_upload_route_file(NULL, "apple", "export", &kind, &err), GW_OK);
    ck_assert_str_eq(kind, "apple.export");
    ck_assert_int_eq(gw_upload_route_file(NULL, "samsung", "export", &kind, &err), GW_UNSUPPORTED);
    ck_assert_int_eq(gw_upload_route_file(NULL, "google", "export", &kind, &err), GW_CONFIG);
    ck_assert_int_eq(gw_upload_route_file(NULL, "fitbit", "export", &kind, &err), GW_CONFIG);
}
END_TEST

TCase *route_case(void)
{
    TCase *tests = tcase_create("route");

    tcase_add_test(tests, the_body_is_asked_first);
    tcase_add_test(tests, nobody_takes_it);
    tcase_add_test(tests, files_go_to_who_reads_them);
    return tests;
}
