/* backup, restore: the private cluster's data to a file and back, by PostgreSQL's own tools.
 *
 * The file holds what the database holds, tokens sealed. The keys that open them are not in it, so that the
 * file alone is worth little to a thief: they are a file of their own, to be kept elsewhere.
 *
 * Restoring makes a new cluster beside the old one and puts it in its place when it is whole; the old one is
 * kept under another name. So it also carries data from one major version of PostgreSQL to another.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "main/database.h"
#include "main/spawn.h"

static enum gw_code run_tool(const struct gw_cluster *cluster, const char *tool, const char *const *args,
                             struct gw_err *err)
{
    char program[PATH_MAX];
    const char *argv[16] = {program, "-h", cluster->socket_dir, "-p", "5432", "-U", "aorta", "-d", "aorta"};
    struct gw_spawn spawn = {.path = program, .argv = argv, .death_signal = SIGTERM};

    if (snprintf(program, sizeof(program), "%s/%s", cluster->bin, tool) >= (int)sizeof(program))
        return gw_fail(err, GW_CONFIG, "postgres_bin: the path is too long");
    for (size_t i = 9; *args && i < 15; i++)
        argv[i] = *args++;
    return gw_main_run(&spawn, err);
}

static enum gw_code refuse_foreign(const struct gw_config *config, struct gw_err *err)
{
    if (!config->database[0])
        return GW_OK;
    return gw_fail(err, GW_CONFIG,
                   "this deployment has a PostgreSQL of its own (option database): back it up with "
                   "that server's tools, such as pg_dump");
}

/* ---- backup ---- */

/* Beside and renamed, so that a file with the name is whole. */
static enum gw_code dump(const struct gw_cluster *cluster, const char *path, struct gw_err *err)
{
    char beside[PATH_MAX];
    const char *args[] = {"-Fc", "--no-owner", "-f", beside, NULL};
    enum gw_code code;

    if (snprintf(beside, sizeof(beside), "%s.part", path) >= (int)sizeof(beside))
        return gw_fail(err, GW_CONFIG, "%.100s…: the path is too long", path);
    umask(077);
    code = run_tool(cluster, "pg_dump", args, err);
    if (code == GW_OK && rename(beside, path) != 0)
        code = gw_fail(err, GW_CONFIG, "%.300s: %s", path, strerror(errno));
    if (code != GW_OK)
        unlink(beside);
    return code;
}

static enum gw_code backup(const struct gw_config *config, const char *path, struct gw_err *err)
{
    struct gw_database database;
    enum gw_code code;

    if ((code = refuse_foreign(config, err)) != GW_OK || (code = gw_main_drop_root(config, err)) != GW_OK)
        return code;
    if ((code = gw_main_database_open(config, &database, err)) == GW_OK)
        code = dump(&database.cluster, path, err);
    if (code == GW_OK)
        printf("backup written to %s\nThe keys that open its tokens are not in it: keep a copy of %s "
               "elsewhere.\n",
               path, database.layout.key_file);
    gw_main_database_close(&database);
    return code;
}

int command_backup(const struct cli *cli)
{
    struct gw_config config;
    struct gw_err err = {0};
    enum gw_code code;

    if (!command_load_config(cli, &config))
        return 1;
    code = backup(&config, cli->rest[0], &err);
    gw_config_free(&config);
    return code == GW_OK ? 0 : command_failed(&err);
}

/* ---- restore ---- */

static enum gw_code remove_folder(const char *folder, struct gw_err *err)
{
    const char *argv[] = {"rm", "-rf", "--", folder, NULL};
    struct gw_spawn spawn = {.path = "/bin/rm", .argv = argv, .death_signal = SIGKILL};

    return gw_main_run(&spawn, err);
}

/* A new cluster in its own folder, filled from the file and stopped again. */
static enum gw_code fill(struct gw_cluster *cluster, const char *path, struct gw_err *err)
{
    const char *args[] = {"--exit-on-error", "--no-owner", path, NULL};
    pid_t postgres = 0;
    enum gw_code code;

    if ((code = remove_folder(cluster->data_dir, err)) != GW_OK ||
        (code = gw_main_cluster_create(cluster, err)) != GW_OK ||
        (code = gw_main_database_run(cluster, &postgres, err)) != GW_OK)
        return code;
    code = run_tool(cluster, "pg_restore", args, err);
    gw_main_database_end(&postgres);
    return code;
}

/* The old cluster gets a name with the time; empty when there was none. */
static enum gw_code swap(const struct gw_layout *layout, const char *made, char kept[PATH_MAX], struct gw_err *err)
{
    char stamp[24];
    struct tm tm;
    time_t now = time(NULL);

    kept[0] = '\0';
    if (access(layout->data_dir, F_OK) == 0) {
        gmtime_r(&now, &tm);
        strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
        if (snprintf(kept, PATH_MAX, "%s.before-%s", layout->data_dir, stamp) >= PATH_MAX)
            return gw_fail(err, GW_CONFIG, "the path of the cluster is too long");
        if (rename(layout->data_dir, kept) != 0)
            return gw_fail(err, GW_CONFIG, "%.300s: %s", layout->data_dir, strerror(errno));
    }
    if (rename(made, layout->data_dir) != 0)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", made, strerror(errno));
    return GW_OK;
}

static enum gw_code restore_locked(const struct gw_config *config, const struct gw_layout *layout, const char *path,
                                   bool replace, struct gw_err *err)
{
    char made[PATH_MAX], kept[PATH_MAX];
    struct gw_cluster cluster;
    enum gw_code code;

    if (access(path, R_OK) != 0)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", path, strerror(errno));
    if (!replace && access(layout->data_dir, F_OK) == 0)
        return gw_fail(err, GW_CONFLICT, "there is a cluster in %.200s already; --replace puts it aside",
                       layout->data_dir);
    snprintf(made, sizeof(made), "%.*s.restored", (int)sizeof(made) - 16, layout->data_dir);
    if ((code = gw_main_cluster(config, layout, made, &cluster, err)) != GW_OK ||
        (code = fill(&cluster, path, err)) != GW_OK || (code = swap(layout, made, kept, err)) != GW_OK)
        return code;
    printf("restored into %s\n", layout->data_dir);
    if (kept[0])
        printf("the cluster before is kept in %s; remove it when you no longer want it\n", kept);
    printf("Tokens open with the key file of the deployment the backup came from; it belongs to %s.\n",
           layout->key_file);
    return GW_OK;
}

static enum gw_code restore(const struct gw_config *config, const char *path, bool replace, struct gw_err *err)
{
    struct gw_layout layout;
    enum gw_code code;
    int lock = -1;

    if ((code = refuse_foreign(config, err)) != GW_OK || (code = gw_main_drop_root(config, err)) != GW_OK ||
        (code = gw_main_layout(config, true, &layout, err)) != GW_OK)
        return code;
    code = gw_main_lock(&layout, &lock, err);
    if (code == GW_BUSY)
        return gw_fail(err, GW_BUSY, "the gateway runs on %.200s: stop it first", layout.state_dir);
    if (code == GW_OK)
        code = restore_locked(config, &layout, path, replace, err);
    if (lock >= 0)
        close(lock);
    return code;
}

int command_restore(const struct cli *cli)
{
    struct gw_config config;
    struct gw_err err = {0};
    enum gw_code code;

    if (!command_load_config(cli, &config))
        return 1;
    code = restore(&config, cli->rest[0], cli->replace, &err);
    gw_config_free(&config);
    return code == GW_OK ? 0 : command_failed(&err);
}
