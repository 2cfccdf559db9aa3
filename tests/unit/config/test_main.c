/* Runs the cases of gateway/config; the folder they write into. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests.h"

extern char **environ;

static char folder[64], path[256];

/* Every case runs in a process of its own, so the environment is its own too. */
void folder_make(void)
{
    static char *empty[] = {NULL};

    environ = empty;
    strcpy(folder, "/tmp/aorta-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

void folder_drop(void)
{
    char command[128];

    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof(command), "/bin/rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

const char *folder_path(const char *name)
{
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

const char *folder_put(const char *name, const char *text)
{
    char sub[256];
    FILE *f;

    snprintf(sub, sizeof(sub), "%s/conf.d", folder);
    mkdir(sub, 0700);
    f = fopen(folder_path(name), "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return path;
}

int main(void)
{
    Suite *suite = suite_create("config");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, address_case());
    suite_add_tcase(suite, docs_case());
    suite_add_tcase(suite, environment_case());
    suite_add_tcase(suite, file_case());
    suite_add_tcase(suite, saved_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
