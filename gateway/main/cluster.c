/* The private cluster's programs, its making and its start. */
#include "main/cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "main/spawn.h"

#define DEBIAN_BIN "/usr/lib/postgresql"

/* ---- which programs ---- */

static bool has_postgres(const char *folder)
{
    char path[PATH_MAX];

    return snprintf(path, sizeof(path), "%s/postgres", folder) < (int)sizeof(path) && access(path, X_OK) == 0;
}

/* Debian's folders are named after the major version; wanted 0 = the newest. */
static int debian_major(int wanted)
{
    DIR *dir = opendir(DEBIAN_BIN);
    struct dirent *entry;
    char path[PATH_MAX];
    int best = 0;

    while (dir && (entry = readdir(dir)) != NULL) {
        int64_t major;
        if (!gw_parse_i64(gw_str(entry->d_name), &major) || major <= best || (wanted && major != wanted))
            continue;
        snprintf(path, sizeof(path), DEBIAN_BIN "/%d/bin", (int)major);
        if (has_postgres(path))
            best = (int)major;
    }
    if (dir)
        closedir(dir);
    return best;
}

static bool path_folder(char out[PATH_MAX])
{
    const char *rest = getenv("PATH");

    for (size_t len; rest && *rest; rest += len + (rest[len] == ':')) {
        len = strcspn(rest, ":");
        snprintf(out, PATH_MAX, "%.*s", (int)len, rest);
        if (len > 0 && has_postgres(out))
            return true;
    }
    return false;
}

static enum gw_code find_bin(const struct gw_config *config, int wanted, struct gw_cluster *c, struct gw_err *err)
{
    int major;

    if (config->postgres_bin[0]) {
        if (!has_postgres(config->postgres_bin))
            return gw_fail(err, GW_CONFIG, "postgres_bin: there is no postgres in %.200s", config->postgres_bin);
        snprintf(c->bin, sizeof(c->bin), "%s", config->postgres_bin);
        return GW_OK;
    }
    if ((major = debian_major(wanted)) == 0)
        major = debian_major(0);
    if (major) {
        snprintf(c->bin, sizeof(c->bin), DEBIAN_BIN "/%d/bin", major);
        return GW_OK;
    }
    if (path_folder(c->bin))
        return GW_OK;
    return gw_fail(err, GW_CONFIG,
                   "PostgreSQL's server is not installed (package postgresql), and the option database "
                   "names no other");
}

/* The number that a text begins with, as in "15/bin" or "15.4 (Debian)"; 0 when there is none. */
static int leading_number(const char *text)
{
    int64_t value;

    return gw_parse_i64((struct gw_str){text, strspn(text, "0123456789")}, &value) && value < 1000 ? (int)value : 0;
}

/* "postgres (PostgreSQL) 15.4": what the program says of itself. */
static int ask_major(const char *bin)
{
    static const char front[] = "postgres (PostgreSQL) ";
    char program[PATH_MAX], line[128] = "";
    const char *argv[] = {program, "-V", NULL};
    struct gw_spawn spawn = {.path = program, .argv = argv, .death_signal = SIGKILL};
    int ends[2];
    bool told;

    if (snprintf(program, sizeof(program), "%s/postgres", bin) >= (int)sizeof(program) || pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    spawn.out = ends[1];
    told = gw_main_run(&spawn, NULL) == GW_OK;
    close(ends[1]);
    told = told && read(ends[0], line, sizeof(line) - 1) > 0;
    close(ends[0]);
    return told && strncmp(line, front, sizeof(front) - 1) == 0 ? leading_number(line + sizeof(front) - 1) : 0;
}

/* The folder's name says it on Debian; elsewhere the program is asked. */
static int major_of(const char *bin)
{
    if (strncmp(bin, DEBIAN_BIN "/", sizeof(DEBIAN_BIN)) == 0)
        return leading_number(bin + sizeof(DEBIAN_BIN));
    return ask_major(bin);
}

static int cluster_major(const char *data_dir)
{
    char path[PATH_MAX], line[32] = "";
    gw_own_file FILE *file = NULL;

    snprintf(path, sizeof(path), "%s/PG_VERSION", data_dir);
    file = fopen(path, "re");
    return file && fgets(line, sizeof(line), file) ? leading_number(line) : 0;
}

static enum gw_code check_major(const struct gw_cluster *c, int there, struct gw_err *err)
{
    if (c->major < 15)
        return gw_fail(err, GW_CONFIG, "%.150s has PostgreSQL %d; 15 or later is needed", c->bin, c->major);
    if (there && there != c->major)
        return gw_fail(err, GW_CONFIG,
                       "the cluster in %.150s was made by PostgreSQL %d, and the one installed is %d (%.60s): carry it "
                       "over as docs/operations.md says under \"Another PostgreSQL\"",
                       c->data_dir, there, c->major, c->bin);
    return GW_OK;
}

/* A libpq connection string: values in quotes, with \ before ' and \. */
static void write_conninfo(struct gw_cluster *c)
{
    char *out = c->conninfo;

    out += sprintf(out, "host='");
    for (const char *p = c->socket_dir; *p; p++) {
        if (*p == '\'' || *p == '\\')
            *out++ = '\\';
        *out++ = *p;
    }
    sprintf(out, "' port=5432 user=aorta dbname=aorta");
}

void gw_main_cluster_conninfo(const struct gw_layout *layout, struct gw_cluster *ret)
{
    snprintf(ret->socket_dir, sizeof(ret->socket_dir), "%s", layout->socket_dir);
    write_conninfo(ret);
}

enum gw_code gw_main_cluster(const struct gw_config *config, const struct gw_layout *layout, const char *data_dir,
                             struct gw_cluster *ret, struct gw_err *err)
{
    enum gw_code code;
    int there;

    memset(ret, 0, sizeof(*ret));
    snprintf(ret->data_dir, sizeof(ret->data_dir), "%s", data_dir ? data_dir : layout->data_dir);
    gw_main_cluster_conninfo(layout, ret);
    if (snprintf(ret->log, sizeof(ret->log), "%s/postgres.log", layout->state_dir) >= (int)sizeof(ret->log))
        return gw_fail(err, GW_CONFIG, "the path of the state directory is too long");
    ret->connections = (int)((config->api_processes + config->worker_processes) * (2 * config->database_pool + 4) + 20);
    there = cluster_major(ret->data_dir);
    ret->exists = there != 0;
    if ((code = find_bin(config, there, ret, err)) != GW_OK)
        return code;
    ret->major = major_of(ret->bin);
    return check_major(ret, there, err);
}

/* ---- making ---- */

static enum gw_code run_initdb(const struct gw_cluster *c, const char *folder, struct gw_err *err)
{
    char program[PATH_MAX];
    const char *argv[] = {
        program, "-D", folder, "-U", "aorta", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions",
        NULL};
    struct gw_spawn spawn = {.path = program, .argv = argv, .log = c->log, .death_signal = SIGKILL};

    if (snprintf(program, sizeof(program), "%s/initdb", c->bin) >= (int)sizeof(program))
        return gw_fail(err, GW_CONFIG, "postgres_bin: the path is too long");
    if (gw_main_run(&spawn, err) != GW_OK)
        return gw_fail(err, GW_CONFIG, "initdb failed; its words are in %.300s", c->log);
    return GW_OK;
}

/* The database, in single-user mode: no server to start and stop. */
static enum gw_code run_createdb(const struct gw_cluster *c, const char *folder, struct gw_err *err)
{
    static const char statement[] = "CREATE DATABASE aorta;\n";
    char program[PATH_MAX];
    const char *argv[] = {program, "--single", "-D", folder, "postgres", NULL};
    struct gw_spawn spawn = {.path = program, .argv = argv, .log = c->log, .death_signal = SIGKILL};
    int ends[2];
    bool written;
    enum gw_code code = GW_OK;

    if (snprintf(program, sizeof(program), "%s/postgres", c->bin) >= (int)sizeof(program))
        return gw_fail(err, GW_CONFIG, "postgres_bin: the path is too long");
    if (pipe2(ends, O_CLOEXEC) != 0)
        return gw_fail(err, GW_INTERNAL, "pipe: %s", strerror(errno));
    written = write(ends[1], statement, sizeof(statement) - 1) == (ssize_t)sizeof(statement) - 1;
    close(ends[1]);
    spawn.in = ends[0];
    if (!written || gw_main_run(&spawn, NULL) != GW_OK)
        code = gw_fail(err, GW_CONFIG, "the database could not be made; postgres' words are in %.300s", c->log);
    close(ends[0]);
    return code;
}

static enum gw_code remove_folder(const char *folder, struct gw_err *err)
{
    const char *argv[] = {"rm", "-rf", "--", folder, NULL};
    struct gw_spawn spawn = {.path = "/bin/rm", .argv = argv, .death_signal = SIGKILL};

    return gw_main_run(&spawn, err);
}

enum gw_code gw_main_cluster_create(struct gw_cluster *cluster, struct gw_err *err)
{
    char making[PATH_MAX];
    enum gw_code code;

    if (snprintf(making, sizeof(making), "%s.making", cluster->data_dir) >= (int)sizeof(making))
        return gw_fail(err, GW_CONFIG, "the path of the cluster is too long");
    if ((code = remove_folder(making, err)) != GW_OK || (code = run_initdb(cluster, making, err)) != GW_OK ||
        (code = gw_main_cluster_fix_files(making, err)) != GW_OK ||
        (code = run_createdb(cluster, making, err)) != GW_OK)
        return code;
    if (rename(making, cluster->data_dir) != 0)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", cluster->data_dir, strerror(errno));
    cluster->exists = true;
    return GW_OK;
}

/* ---- starting ---- */

enum gw_code gw_main_cluster_start(const struct gw_cluster *cluster, pid_t *ret, struct gw_err *err)
{
    char program[PATH_MAX];
    const char *argv[] = {program, "-D", cluster->data_dir, NULL};
    struct gw_spawn spawn = {.path = program, .argv = argv, .log = cluster->log, .death_signal = SIGINT};
    enum gw_code code;

    if (snprintf(program, sizeof(program), "%s/postgres", cluster->bin) >= (int)sizeof(program))
        return gw_fail(err, GW_CONFIG, "postgres_bin: the path is too long");
    if ((code = gw_main_private_folder(cluster->socket_dir, err)) != GW_OK ||
        (code = gw_main_cluster_configure(cluster, err)) != GW_OK)
        return code;
    return gw_main_spawn(&spawn, ret, err);
}

/* The lines of postmaster.pid: the first is the process, the eighth its state. */
bool gw_main_cluster_ready(const struct gw_cluster *cluster, pid_t pid)
{
    char path[PATH_MAX], line[PATH_MAX] = "";
    gw_own_file FILE *file = NULL;
    int64_t named;
    int number = 0;

    if (snprintf(path, sizeof(path), "%s/postmaster.pid", cluster->data_dir) >= (int)sizeof(path))
        return false;
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        if (++number == 1 && (!gw_parse_i64(gw_str(line), &named) || named != pid))
            return false;
        if (number == 8)
            return strncmp(line, "ready", 5) == 0;
    }
    return false;
}
