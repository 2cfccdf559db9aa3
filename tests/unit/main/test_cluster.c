/* The private PostgreSQL: made, started, found again after a kill, refused when another version made it. */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main/database.h"
#include "main/spawn.h"
#include "tests.h"

static struct gw_config config;
static struct gw_layout layout;
static struct gw_cluster cluster;

static void find(void)
{
    struct gw_err err;

    config_make(folder, &config);
    ck_assert_int_eq(gw_main_layout(&config, true, &layout, &err), GW_OK);
    ck_assert_msg(gw_main_cluster(&config, &layout, NULL, &cluster, &err) == GW_OK, "%s", gw_err_text(&err));
}

static void make(void)
{
    struct gw_err err;

    folder_make();
    find();
    ck_assert(!cluster.exists);
    ck_assert_msg(gw_main_cluster_create(&cluster, &err) == GW_OK, "%s", gw_err_text(&err));
}

static void drop(void)
{
    gw_config_free(&config);
    folder_drop();
}

static void run(pid_t *pid)
{
    struct gw_err err;

    ck_assert_msg(gw_main_database_run(&cluster, pid, &err) == GW_OK, "%s", gw_err_text(&err));
}

/* What a client sees: the database answers, with our settings. */
static void ask(const char *statement, const char *expected)
{
    char program[PATH_MAX + 8], log[80], text[128] = "";
    const char *argv[] = {"psql", "-XAt", "-d", cluster.conninfo, "-c", statement, NULL};
    struct gw_spawn spawn = {.path = program, .argv = argv, .log = log, .death_signal = SIGKILL};
    struct gw_err err;
    FILE *file;

    snprintf(program, sizeof(program), "%s/psql", cluster.bin);
    snprintf(log, sizeof(log), "%s/answer", folder);
    ck_assert_int_eq(gw_main_run(&spawn, &err), GW_OK);
    file = fopen(log, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof(text), file));
    fclose(file);
    text[strcspn(text, "\n")] = '\0';
    ck_assert_str_eq(text, expected);
}

START_TEST(made_and_started)
{
    pid_t pid = 0;
    struct stat st;

    ck_assert(!gw_main_cluster_ready(&cluster, 1));
    run(&pid);
    ck_assert(gw_main_cluster_ready(&cluster, pid));
    ck_assert(!gw_main_cluster_ready(&cluster, pid + 1));
    ask("SELECT current_database() || ' ' || current_user", "aorta aorta");
    ask("SHOW autovacuum_naptime", "5s");
    ask("SHOW idle_in_transaction_session_timeout", "1min");
    ask("SHOW listen_addresses", "");
    ask("SHOW timezone", "UTC");
    ask("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'aorta'", "UTF8");
    ck_assert_int_eq(stat(cluster.socket_dir, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    gw_main_database_end(&pid);
    ck_assert_int_eq(pid, 0);
}
END_TEST

/* Who kills the gateway leaves a postgres behind; the next start ends it and goes on. */
START_TEST(an_orphan_is_ended)
{
    pid_t first = 0, second = 0;
    struct gw_err err;

    run(&first);
    ask("CREATE TABLE kept AS SELECT 1", "SELECT 1");
    ck_assert_int_eq(gw_main_cluster_recover(&cluster, &err), GW_OK);
    ck_assert_int_eq(waitpid(first, NULL, 0), first);
    run(&second);
    ask("SELECT count(*) FROM kept", "1");
    gw_main_database_end(&second);
}
END_TEST

/* The number in postmaster.pid belongs to somebody else by now, as it does after a container's restart. */
START_TEST(a_stale_pid_file_is_taken_away)
{
    char path[PATH_MAX + 16];
    struct gw_err err;
    pid_t pid = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/postmaster.pid", cluster.data_dir);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "%d\n%s\n", (int)getppid(), cluster.data_dir);
    fclose(file);
    ck_assert_int_eq(gw_main_cluster_recover(&cluster, &err), GW_OK);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(kill(getppid(), 0), 0);
    run(&pid);
    gw_main_database_end(&pid);
}
END_TEST

START_TEST(killed_hard_it_comes_back)
{
    pid_t pid = 0;

    run(&pid);
    ask("CREATE TABLE kept AS SELECT 1", "SELECT 1");
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    run(&pid);
    ask("SELECT count(*) FROM kept", "1");
    gw_main_database_end(&pid);
}
END_TEST

START_TEST(another_major_version_is_refused)
{
    char path[PATH_MAX + 16];
    struct gw_cluster other;
    struct gw_err err;
    FILE *file;

    snprintf(path, sizeof(path), "%s/PG_VERSION", cluster.data_dir);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("11\n", file);
    fclose(file);
    ck_assert_int_eq(gw_main_cluster(&config, &layout, NULL, &other, &err), GW_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, cluster.data_dir));
    ck_assert_ptr_nonnull(strstr(err.text, "PostgreSQL 11"));
}
END_TEST

TCase *cluster_case(void)
{
    TCase *tc = tcase_create("cluster");

    tcase_add_checked_fixture(tc, make, drop);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, made_and_started);
    tcase_add_test(tc, an_orphan_is_ended);
    tcase_add_test(tc, a_stale_pid_file_is_taken_away);
    tcase_add_test(tc, killed_hard_it_comes_back);
    tcase_add_test(tc, another_major_version_is_refused);
    return tc;
}
