/* Files that are no plugin of ours, each refused with its own reason; and a gateway that goes on without them.
 *
 * BAD_DIR holds bad/plugin.c built once for each defect (see CMakeLists.txt).
 */
#include <check.h>
#undef fail
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/call.h"
#include "host/loader.h"
#include "host/registry.h"

static char folder[64];
static struct gw_err err;

static void setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/aorta-refusals-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static const char *bad(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s.so", BAD_DIR, name);
    return path;
}

static const char *inside(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

/* A copy of the good plugin in our folder. */
static const char *copy_good(const char *name, mode_t mode)
{
    char command[1200];
    const char *path = inside(name);

    snprintf(command, sizeof(command), "cp '%s' '%s'", bad("good"), path);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

static void write_text(const char *name, const void *text, size_t len)
{
    FILE *file = fopen(inside(name), "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, len, file), len);
    fclose(file);
}

static void refused_as(const char *path, const char *id, const char *sha256, const char *reason)
{
    const aorta_plugin *plugin = NULL;

    err = (struct gw_err){0};
    ck_assert_msg(gw_loader_open_as(path, id, sha256, &plugin, &err) != GW_OK, "%s was taken", path);
    ck_assert_ptr_null(plugin);
    ck_assert_msg(strncmp(err.text, path, strlen(path)) == 0, "no file in: %s", err.text);
    ck_assert_msg(strstr(err.text, "gateway ABI 0.") != NULL, "no version in: %s", err.text);
    ck_assert_msg(strstr(err.text, ") was refused: ") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, reason) != NULL, "expected \"%s\" in: %s", reason, err.text);
    ck_assert_msg(err.text[strlen(err.text) - 1] == '.', "no whole sentence: %s", err.text);
    ck_assert_msg(strchr(err.text, ';') != NULL, "not said what to do: %s", err.text);
}

static void refused(const char *path, const char *reason)
{
    refused_as(path, NULL, NULL, reason);
}

/* ---- the code of the plugin ---- */

START_TEST(takes_the_good_one)
{
    const aorta_plugin *plugin;

    ck_assert_msg(gw_loader_open_as(bad("good"), "good", NULL, &plugin, &err) == GW_OK, "%s", err.text);
    ck_assert_str_eq(plugin->desc->id, "good");
}
END_TEST

START_TEST(refuses_by_preamble_and_functions)
{
    static const struct {
        const char *name, *reason;
    } rows[] = {
        {"magic", "its magic number is 0x12345678, not 0x54524f41; begin the struct with AORTA_MAGIC"},
        {"major", "(plugin ABI 2.1, gateway ABI 0.1) was refused: its major is another; build it against"},
        {"minor", "(plugin ABI 0.2, gateway ABI 0.1) was refused: while the major is 0 the minor must be the same; "
                  "build it against"},
        {"needs_newer", "it needs at least 0.8; use a newer gateway"},
        {"short_struct", "its struct_size is 24, less than"},
        {"no_ops", "it has no ops;"},
        {"short_ops", "it has no ops (whole: its struct_size);"},
        {"no_authorize", "it has no authorize; an operation that a provider lacks returns AORTA_ERR_UNSUPPORTED"},
        {"no_callback", "it has no callback;"},
        {"no_sync", "it has no sync;"},
        {"no_normalize", "it has no normalize;"},
        {"no_init", "it has no init;"},
        {"no_shutdown", "it has no shutdown;"},
        {"no_get_extension", "it has no get_extension;"},
        {"no_descriptor", "its descriptor is missing or not whole; correct its descriptor"},
        {"entry_null", "its entry returned NULL"},
        {"entry_changes", "its entry returns another pointer each time"},
        {"no_entry", "it does not export aorta_plugin_entry; declare it with AORTA_EXPORT"},
        {"undefined_symbol", "undefined symbol: a_function_that_is_nowhere"},
        {"future_extension", "it requires the host extension aorta.host.future/1, which this gateway does not have"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        refused(bad(rows[i].name), rows[i].reason);
}
END_TEST

START_TEST(refuses_another_providers_plugin)
{
    refused_as(bad("good"), "polar", NULL, "it is the provider good, but is configured as polar; rename the section");
}
END_TEST

/* ---- the file ---- */

START_TEST(refuses_what_is_no_plugin_file)
{
    static const char script[] = "#!/bin/sh\necho hello, this is long enough to be read as the head of a file\n";

    write_text("text.so", script, sizeof(script) - 1);
    write_text("short.so", "x", 1);
    write_text("empty.so", "", 0);
    mkdir(inside("folder.so"), 0755);
    mkfifo(inside("pipe.so"), 0644);
    refused(inside("text.so"), "it is not a shared object; build it with -shared -fPIC");
    refused(inside("short.so"), "it is not a shared object");
    refused(inside("empty.so"), "it is not a shared object");
    refused(inside("folder.so"), "it is not a regular file");
    refused(inside("pipe.so"), "it is not a regular file"); /* and does not wait for a writer */
    refused(inside("nowhere.so"), "there is no such file (No such file or directory); check module and plugin_dir");
}
END_TEST

/* Writes one byte into a copy of the good plugin. */
static const char *patched(const char *name, off_t at, unsigned char byte)
{
    const char *path = copy_good(name, 0755);
    int fd = open(path, O_WRONLY);

    ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    close(fd);
    return path;
}

START_TEST(refuses_another_machines_file)
{
    refused(patched("machine.so", 18, 0xf3 ^ 0x5a), "it was built for another machine");
    refused(patched("class.so", 4, 1), "it was built for another machine");
    refused(patched("program.so", 16, 2), "it is not a shared object");
}
END_TEST

START_TEST(refuses_a_file_that_others_may_change)
{
    refused(copy_good("world.so", 0757), "others than its owner may write it (mode 0757); chmod go-w it");
    refused(copy_good("group.so", 0775), "others than its owner may write it (mode 0775)");
    refused(copy_good("sticky.so", 0666), "others than its owner may write it (mode 0666)");
    if (geteuid() == 0) {
        const char *path = copy_good("stranger.so", 0755);
        ck_assert_int_eq(chown(path, 12345, 12345), 0);
        refused(path, "it belongs to the user 12345, neither root nor the one this runs as (0); change its owner");
    }
}
END_TEST

static void digest_of(const char *path, char hex[65])
{
    unsigned char digest[32], buf[65536];
    crypto_hash_sha256_state state;
    FILE *file = fopen(path, "re");
    size_t n;

    crypto_hash_sha256_init(&state);
    while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
        crypto_hash_sha256_update(&state, buf, n);
    fclose(file);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(hex, 65, digest, 32);
}

START_TEST(keeps_to_the_pin)
{
    const char *path = copy_good("pinned.so", 0755);
    const aorta_plugin *plugin;
    char hex[65];

    digest_of(path, hex);
    ck_assert_int_eq(gw_loader_open_as(path, "good", hex, &plugin, &err), GW_OK);
    for (char *p = hex; *p; p++)
        *p = *p >= 'a' ? (char)(*p - 32) : *p;
    ck_assert_int_eq(gw_loader_open_as(path, "good", hex, &plugin, &err), GW_OK);
    hex[0] = hex[0] == '0' ? '1' : '0';
    refused_as(path, "good", hex, "not the one pinned; check where the file came from, then change the pin");
    refused_as(path, "good", "abc", "its sha256 in the configuration is not 64 hexadecimal digits");
}
END_TEST

/* Whoever may not run must not run: the constructor of a file refused for its mode leaves no mark. */
START_TEST(runs_nothing_of_a_refused_file)
{
    char command[1200], mark[128];
    const char *path;

    snprintf(mark, sizeof(mark), "%s/mark", folder);
    setenv("AORTA_TEST_MARK", mark, 1);
    path = inside("marks.so");
    snprintf(command, sizeof(command), "cp '%s' '%s' && chmod 0777 '%s'", bad("marks"), path, path);
    ck_assert_int_eq(system(command), 0);
    refused(path, "others than its owner may write it");
    ck_assert_int_ne(access(mark, F_OK), 0);
    ck_assert_int_eq(chmod(path, 0755), 0);
    refused_as(path, "good", "0000000000000000000000000000000000000000000000000000000000000000", "not the one pinned");
    ck_assert_int_ne(access(mark, F_OK), 0);
    ck_assert_int_eq(gw_loader_open(path, &(const aorta_plugin *){NULL}, &err), GW_OK);
    ck_assert_int_eq(access(mark, F_OK), 0); /* so the mark would have been seen */
}
END_TEST

/* ---- the registry ---- */

static const struct gw_provider_option fine[] = {{"client_id", "made-up"}};

static struct gw_registry *load(struct gw_provider_config *configs, size_t count, bool strict)
{
    struct gw_host_options options = {
        .plugin_dir = BAD_DIR, .providers = configs, .providers_count = count, .strict = strict};
    struct gw_registry *registry = NULL;

    err = (struct gw_err){0};
    if (gw_registry_load(&options, &registry, &err) != GW_OK)
        return NULL;
    return registry;
}

static void state_of(struct gw_provider_config config, const char *state, const char *reason)
{
    struct gw_registry *registry;
    const struct gw_provider *p;

    config.enabled = true;
    registry = load(&config, 1, false);
    ck_assert_ptr_nonnull(registry);
    p = gw_registry_find(registry, config.id);
    ck_assert_ptr_nonnull(p);
    ck_assert(!p->ready);
    ck_assert_msg(strcmp(p->state, state) == 0, "%s is %s: %s", config.id, p->state, p->reason);
    ck_assert_msg(strstr(p->reason, reason) != NULL, "expected \"%s\" in: %s", reason, p->reason);
    gw_registry_free(&registry);
}

START_TEST(tells_why_a_provider_is_not_ready)
{
    static const struct gw_provider_option strange[] = {{"client_id", "a"}, {"clientsecret", "b"}};
    static const struct gw_provider_option above[] = {{"client_id", "a"}, {"limit", "10"}};

    state_of((struct gw_provider_config){.id = "good"}, "misconfigured", "client_id is required.");
    state_of((struct gw_provider_config){.id = "good", .options = strange, .options_count = 2}, "misconfigured",
             "The provider good has no setting clientsecret");
    state_of((struct gw_provider_config){.id = "good", .options = above, .options_count = 2}, "misconfigured",
             "limit must be at most 9.");
    state_of((struct gw_provider_config){.id = "good", .module = "init_fails.so", .options = fine, .options_count = 1},
             "misconfigured", "The client id is not one of ours.");
    state_of(
        (struct gw_provider_config){
            .id = "good", .module = "init_fails_silently.so", .options = fine, .options_count = 1},
        "misconfigured", "it gave no reason");
    state_of(
        (struct gw_provider_config){
            .id = "good", .module = "lies_about_extension.so", .options = fine, .options_count = 1},
        "refused", "it declares the extension aorta.refresh/1, but get_extension does not answer it");
    state_of(
        (struct gw_provider_config){.id = "good", .module = "hides_extension.so", .options = fine, .options_count = 1},
        "refused", "get_extension answers aorta.refresh/1, which the descriptor does not list");
    state_of(
        (struct gw_provider_config){.id = "good", .module = "half_extension.so", .options = fine, .options_count = 1},
        "refused", "its extension aorta.refresh/1 is not whole");
    state_of(
        (struct gw_provider_config){
            .id = "good", .module = "answers_everything.so", .options = fine, .options_count = 1},
        "refused", "get_extension answers an id that does not exist");
    state_of((struct gw_provider_config){.id = "good", .module = "../good.so"}, "refused",
             "neither an absolute path nor a file name in plugin_dir");
    state_of((struct gw_provider_config){.id = "nowhere"}, "refused", "there is no such file");
    state_of((struct gw_provider_config){.id = "polar", .module = "good.so"}, "refused",
             "it is the provider good, but is configured as polar");
}
END_TEST

START_TEST(goes_on_without_the_bad_ones)
{
    struct gw_provider_config configs[] = {
        {.id = "magic", .enabled = true},
        {.id = "good", .enabled = true, .options = fine, .options_count = 1},
        {.id = "nowhere", .enabled = true},
    };
    struct gw_registry *registry = load(configs, 3, false);
    const struct gw_provider *good;

    ck_assert_ptr_nonnull(registry);
    ck_assert_uint_eq(gw_registry_count(registry), 3);
    good = gw_registry_find(registry, "good");
    ck_assert(good->ready);
    ck_assert_str_eq(good->state, "ready");
    ck_assert_ptr_null(good->reason);
    ck_assert_int_eq(good->settings[1].u.i, 5);
    ck_assert_ptr_null(gw_registry_find(registry, "polar"));
    ck_assert_ptr_null(gw_registry_at(registry, 3));
    gw_registry_free(&registry);
    ck_assert_ptr_null(load(configs, 3, true)); /* strict */
    ck_assert_ptr_nonnull(strstr(err.text, "its magic number is"));
    configs[0] = configs[1];
    ck_assert_ptr_null(load(configs, 2, false));
    ck_assert_ptr_nonnull(strstr(err.text, "The provider good is configured twice"));
}
END_TEST

START_TEST(never_opens_what_is_not_configured)
{
    struct gw_provider_config configs[] = {
        {.id = "good", .enabled = true, .options = fine, .options_count = 1},
        {.id = "marks", .module = "marks.so", .enabled = false},
    };
    struct gw_registry *registry;
    char mark[128];

    snprintf(mark, sizeof(mark), "%s/mark", folder);
    setenv("AORTA_TEST_MARK", mark, 1); /* marks.so lies in plugin_dir beside good.so */
    registry = load(configs, 1, false);
    ck_assert_ptr_nonnull(registry);
    gw_registry_free(&registry);
    registry = load(configs, 2, false);
    ck_assert_ptr_null(gw_registry_find(registry, "marks"));
    gw_registry_free(&registry);
    ck_assert_int_ne(access(mark, F_OK), 0);
    configs[1].enabled = true;
    registry = load(configs, 2, false);
    ck_assert_int_eq(access(mark, F_OK), 0); /* so it would have been seen */
    gw_registry_free(&registry);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refusals");
    TCase *c = tcase_create("refusals");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, takes_the_good_one);
    tcase_add_test(c, refuses_by_preamble_and_functions);
    tcase_add_test(c, refuses_another_providers_plugin);
    tcase_add_test(c, refuses_what_is_no_plugin_file);
    tcase_add_test(c, refuses_another_machines_file);
    tcase_add_test(c, refuses_a_file_that_others_may_change);
    tcase_add_test(c, keeps_to_the_pin);
    tcase_add_test(c, runs_nothing_of_a_refused_file);
    tcase_add_test(c, tells_why_a_provider_is_not_ready);
    tcase_add_test(c, goes_on_without_the_bad_ones);
    tcase_add_test(c, never_opens_what_is_not_configured);
    suite_add_tcase(suite, c);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
