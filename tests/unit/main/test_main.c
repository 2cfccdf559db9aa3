/* Runs the cases of gateway/main, never as root: PostgreSQL would refuse. */
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "main/spawn.h"
#include "tests.h"

char folder[64];

void folder_make(void)
{
    strcpy(folder, "/tmp/aorta-main-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

void folder_drop(void)
{
    const char *argv[] = {"rm", "-rf", "--", folder, NULL};
    struct gw_spawn spawn = {.path = "/bin/rm", .argv = argv, .death_signal = SIGKILL};
    struct gw_err err;

    ck_assert_int_eq(gw_main_run(&spawn, &err), GW_OK);
}

void config_make(const char *state_dir, struct gw_config *ret)
{
    struct gw_err err;

    unsetenv("AORTA_DATABASE");
    setenv("AORTA_STATE_DIR", state_dir, 1);
    ck_assert_msg(gw_config_load("/dev/null", ret, &err) == GW_OK, "%s", gw_err_text(&err));
}

static int become_nobody(void)
{
    const struct passwd *pw;

    if (geteuid() != 0)
        return 0;
    pw = getpwnam("nobody");
    return pw && setgroups(0, NULL) == 0 && setgid(pw->pw_gid) == 0 ? setuid(pw->pw_uid) : -1;
}

int main(void)
{
    Suite *suite = suite_create("main");
    SRunner *runner;
    int failed;

    if (become_nobody() != 0 || chdir("/") != 0) /* where we are may be closed to nobody */
        return EXIT_FAILURE;
    suite_add_tcase(suite, child_case());
    suite_add_tcase(suite, cluster_case());
    suite_add_tcase(suite, layout_case());
    suite_add_tcase(suite, listen_case());
    suite_add_tcase(suite, spawn_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
