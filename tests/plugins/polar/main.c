/* Loads the plugin and runs every suite. */
#include "tests.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const aorta_plugin *polar(void)
{
    static const aorta_plugin *plugin;
    if (plugin)
        return plugin;
    void *so = dlopen(POLAR_SO, RTLD_NOW | RTLD_LOCAL);
    const aorta_plugin *(*entry)(const aorta_host_info *) = NULL;
    if (so)
        *(void **)&entry = dlsym(so, "aorta_plugin_entry");
    if (!entry) {
        fprintf(stderr, "%s\n", dlerror());
        abort();
    }
    plugin = entry(NULL);
    return plugin;
}

static const char *const test_settings[] = {
    "client_id",
    "client",
    "client_secret",
    "s3cret",
    "authorize_url",
    "https://polar.test/oauth2/authorization",
    "token_url",
    "https://polar.test/v2/oauth2/token",
    "api_url",
    "https://polar.test/api",
    NULL,
};

static const char *text_of(const char *name, const char *otherwise, const char *const *set)
{
    for (; set && set[0]; set += 2)
        if (strcmp(set[0], name) == 0)
            return set[1];
    return otherwise;
}

void *polar_new(const char *const *set)
{
    const aorta_descriptor *d = polar()->desc;
    aorta_value values[32];
    struct fake_host host;
    void *self = NULL;
    fake_host_init(&host, 0);
    for (uint32_t i = 0; i < d->settings_count; i++) {
        const char *text = text_of(d->settings[i].name, d->settings[i].default_text, test_settings);
        text = text_of(d->settings[i].name, text, set);
        values[i] = (aorta_value){.type = d->settings[i].type};
        if (d->settings[i].type == AORTA_TYPE_BOOL)
            values[i].u.i = strcmp(text, "true") == 0;
        else if (d->settings[i].type == AORTA_TYPE_INT)
            values[i].u.i = atoi(text);
        else
            values[i].u.s = (aorta_str){text, strlen(text)};
    }
    ck_assert_int_eq(polar()->init(&host.ctx, values, d->settings_count, &self), AORTA_OK);
    fake_host_fini(&host);
    return self;
}

int main(void)
{
    SRunner *runner = srunner_create(suite_declare());
    srunner_add_suite(runner, suite_oauth());
    srunner_add_suite(runner, suite_sync());
    srunner_add_suite(runner, suite_night());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
