/* initdb, postgres, and the cleaning up after them. */
#include "tmp_postgres.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 30000

/* The newest installed version's folder of programs. */
static bool find_bin(char *out, size_t len)
{
    const char *given = getenv("AORTA_PG_BIN");
    glob_t found;

    if (given) {
        snprintf(out, len, "%s", given);
        return true;
    }
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) != 0)
        return false;
    snprintf(out, len, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return true;
}

/* Who runs the server: us, or for root somebody else, for PostgreSQL refuses root. */
static void choose_user(struct tmp_postgres *pg)
{
    static const char *const names[] = {"postgres", "nobody"};

    pg->uid = getuid();
    pg->gid = getgid();
    for (size_t i = 0; pg->uid == 0 && i < sizeof(names) / sizeof(*names); i++) {
        struct passwd *user = getpwnam(names[i]);
        if (user) {
            pg->uid = user->pw_uid;
            pg->gid = user->pw_gid;
        }
    }
}

/* In the child: becomes that user, dies with its parent, writes to the log, runs the program. */
static void become(const struct tmp_postgres *pg, const char *const argv[], pid_t parent)
{
    char log[128];

    if (getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(pg->gid) != 0 || setuid(pg->uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent)
        _exit(126);
    snprintf(log, sizeof(log), "%s/log", pg->dir);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 || chdir(pg->dir) != 0)
        _exit(126);
    setenv("LC_ALL", "C", 1);
    unsetenv("ASAN_OPTIONS");
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static pid_t spawn(const struct tmp_postgres *pg, const char *const argv[])
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0)
        become(pg, argv, parent);
    return pid;
}

static bool init(const struct tmp_postgres *pg, const char *bin)
{
    char program[512], data[128];
    const char *const argv[] = {program, "-D", data,   "-U",         "aorta",     "-A",
                                "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions",
                                NULL};
    int status = -1;

    snprintf(program, sizeof(program), "%s/initdb", bin);
    snprintf(data, sizeof(data), "%s/data", pg->dir);
    pid_t pid = spawn(pg, argv);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool wait_ready(struct tmp_postgres *pg)
{
    const struct timespec pause = {0, 20000000};
    char conninfo[256];
    int status;

    tmp_postgres_conninfo(pg, "postgres", conninfo, sizeof(conninfo));
    for (int ms = 0; ms < START_MS; ms += 20) {
        if (PQping(conninfo) == PQPING_OK)
            return true;
        if (waitpid(pg->pid, &status, WNOHANG) == pg->pid) {
            pg->pid = 0;
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return false;
}

static bool launch(struct tmp_postgres *pg, const char *bin)
{
    char program[512], data[128], sockets[160];
    const char *sync = pg->durable ? "on" : "off";
    char fsync[32], full[48], commit[48];
    const char *const argv[] = {program,
                                "-D",
                                data,
                                "-c",
                                "listen_addresses=",
                                "-c",
                                sockets,
                                "-c",
                                fsync,
                                "-c",
                                full,
                                "-c",
                                commit,
                                "-c",
                                "max_connections=100",
                                "-c",
                                "autovacuum_naptime=5s",
                                "-c",
                                "shared_buffers=256MB",
                                "-c",
                                "max_wal_size=4GB",
                                NULL};

    snprintf(program, sizeof(program), "%s/postgres", bin);
    snprintf(data, sizeof(data), "%s/data", pg->dir);
    snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s", pg->dir);
    snprintf(fsync, sizeof(fsync), "fsync=%s", sync);
    snprintf(full, sizeof(full), "full_page_writes=%s", sync);
    snprintf(commit, sizeof(commit), "synchronous_commit=%s", sync);
    pg->pid = spawn(pg, argv);
    return pg->pid > 0 && wait_ready(pg);
}

bool tmp_postgres_start(struct tmp_postgres *pg)
{
    char bin[256];
    bool fresh = !pg->dir[0];

    if (!find_bin(bin, sizeof(bin))) {
        fprintf(stderr, "tmp_postgres: no PostgreSQL under /usr/lib/postgresql\n");
        return false;
    }
    choose_user(pg);
    if (fresh) {
        strcpy(pg->dir, "/tmp/aorta-pg-XXXXXX");
        if (!mkdtemp(pg->dir) || chown(pg->dir, pg->uid, pg->gid) != 0 || !init(pg, bin)) {
            fprintf(stderr, "tmp_postgres: initdb failed, see %s/log\n", pg->dir);
            return false;
        }
    }
    if (!launch(pg, bin)) {
        fprintf(stderr, "tmp_postgres: the server did not start, see %s/log\n", pg->dir);
        return false;
    }
    return true;
}

void tmp_postgres_halt(struct tmp_postgres *pg, bool crash)
{
    if (pg->pid <= 0)
        return;
    kill(pg->pid, crash ? SIGQUIT : SIGINT);
    waitpid(pg->pid, NULL, 0);
    pg->pid = 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

void tmp_postgres_stop(struct tmp_postgres *pg)
{
    tmp_postgres_halt(pg, true);
    if (pg->dir[0])
        nftw(pg->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    memset(pg, 0, sizeof(*pg));
}

const char *tmp_postgres_conninfo(const struct tmp_postgres *pg, const char *database, char *out, size_t len)
{
    snprintf(out, len, "host=%s user=aorta dbname=%s", pg->dir, database);
    return out;
}

static bool run(const struct tmp_postgres *pg, const char *sql)
{
    char conninfo[256];
    PGconn *conn = PQconnectdb(tmp_postgres_conninfo(pg, "postgres", conninfo, sizeof(conninfo)));
    PGresult *result = PQexec(conn, sql);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!good)
        fprintf(stderr, "tmp_postgres: %s", PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    return good;
}

bool tmp_postgres_create(const struct tmp_postgres *pg, const char *database, const char *source)
{
    char sql[256];

    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE %s", database, source ? source : "template1");
    return run(pg, sql);
}

bool tmp_postgres_drop(const struct tmp_postgres *pg, const char *database)
{
    char sql[256];

    snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS %s WITH (FORCE)", database);
    return run(pg, sql);
}
