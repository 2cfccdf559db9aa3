/* What a started program inherits, and how its end is told. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main/spawn.h"
#include "tests.h"

/* Runs a shell line; its output is in folder/out. */
static enum gw_code shell(const char *line, const int *keep, struct gw_err *err)
{
    char log[80];
    const char *argv[] = {"sh", "-c", line, NULL};
    struct gw_spawn spawn = {.path = "/bin/sh", .argv = argv, .keep = keep, .log = log, .death_signal = SIGKILL};

    snprintf(log, sizeof(log), "%s/out", folder);
    return gw_main_run(&spawn, err);
}

static const char *output(void)
{
    static char text[512];
    char path[80];
    FILE *file;

    snprintf(path, sizeof(path), "%s/out", folder);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

START_TEST(only_what_is_kept_is_inherited)
{
    int stray = open("/dev/zero", O_RDONLY), kept = open("/dev/null", O_RDONLY); /* neither is close-on-exec */
    int keep[] = {kept, -1};
    struct gw_err err;
    char line[160];

    snprintf(line, sizeof(line),
             "for f in %d %d; do readlink /proc/self/fd/$f || echo closed; done; readlink "
             "/proc/self/fd/0",
             stray, kept);
    ck_assert_int_eq(shell(line, keep, &err), GW_OK);
    ck_assert_str_eq(output(), "closed\n/dev/null\n/dev/null\n");
    close(stray);
    close(kept);
}
END_TEST

START_TEST(signals_are_as_new)
{
    struct gw_err err;
    sigset_t set;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(shell("while read -r name value; do [ $name != SigBlk: ] || echo $value; done </proc/$$/status; "
                           "kill -PIPE $$; echo not reached",
                           NULL, &err),
                     GW_INTERNAL);
    ck_assert_str_eq(output(), "0000000000000000\n");
    ck_assert_ptr_nonnull(strstr(err.text, "signal 13"));
}
END_TEST

START_TEST(a_failure_is_told)
{
    struct gw_err err;

    ck_assert_int_eq(shell("exit 3", NULL, &err), GW_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err.text, "exit status 3"));
    const char *argv[] = {"nothing", NULL};
    struct gw_spawn spawn = {.path = "/no/such/program", .argv = argv, .death_signal = SIGKILL};
    ck_assert_int_eq(gw_main_run(&spawn, &err), GW_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err.text, "exit status 127"));
}
END_TEST

/* A process in between starts a child and is killed: the child gets its signal. */
START_TEST(children_die_with_their_master)
{
    const char *argv[] = {"sh", "-c", "trap 'echo told >&3; exit' TERM; echo up >&3; while :; do sleep 0.05; done",
                          NULL};
    int ends[2];
    char text[32] = "";
    size_t len = 0;
    ssize_t n;
    pid_t between;

    ck_assert_int_eq(pipe(ends), 0);
    between = fork();
    if (between == 0) {
        int keep[] = {3, -1};
        struct gw_spawn spawn = {.path = "/bin/sh", .argv = argv, .keep = keep, .death_signal = SIGTERM};
        struct gw_err err;
        pid_t pid;
        dup2(ends[1], 3);
        if (gw_main_spawn(&spawn, &pid, &err) == GW_OK)
            pause();
        _exit(1);
    }
    if (ends[1] != 3)
        close(ends[1]);
    while (len < 3 && (n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    ck_assert_str_eq(text, "up\n");
    kill(between, SIGKILL);
    ck_assert_int_eq(waitpid(between, NULL, 0), between);
    if (ends[1] == 3)
        close(3);
    while ((n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    ck_assert_str_eq(text, "up\ntold\n");
}
END_TEST

TCase *spawn_case(void)
{
    TCase *tc = tcase_create("spawn");

    tcase_add_checked_fixture(tc, folder_make, folder_drop);
    tcase_add_test(tc, only_what_is_kept_is_inherited);
    tcase_add_test(tc, signals_are_as_new);
    tcase_add_test(tc, a_failure_is_told);
    tcase_add_test(tc, children_die_with_their_master);
    return tc;
}
