/* The private cluster, borrowed. */
#include "main/database.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

#define START_S 60

enum gw_code gw_main_database_run(const struct gw_cluster *cluster, pid_t *ret, struct gw_err *err)
{
    static const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    int64_t until_us = gw_mono_us() + START_S * GW_US_PER_S;
    pid_t pid;
    enum gw_code code;

    if ((code = gw_main_cluster_recover(cluster, err)) != GW_OK ||
        (code = gw_main_cluster_start(cluster, &pid, err)) != GW_OK)
        return code;
    while (!gw_main_cluster_ready(cluster, pid)) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return gw_fail(err, GW_DB, "PostgreSQL does not start; its words are in %.200s and %.100s/log",
                           cluster->log, cluster->data_dir);
        if (gw_mono_us() > until_us) {
            gw_main_database_end(&pid);
            return gw_fail(err, GW_DB, "PostgreSQL does not become ready");
        }
        nanosleep(&pause, NULL);
    }
    *ret = pid;
    return GW_OK;
}

void gw_main_database_end(pid_t *postgres)
{
    if (*postgres > 0) {
        kill(*postgres, SIGINT);
        waitpid(*postgres, NULL, 0);
    }
    *postgres = 0;
}

/* With the lock in hand no gateway runs, so postgres is ours to start; without it, it runs already. */
static enum gw_code open_private(const struct gw_config *config, struct gw_database *d, struct gw_err *err)
{
    enum gw_code code;

    if ((code = gw_main_cluster(config, &d->layout, NULL, &d->cluster, err)) != GW_OK)
        return code;
    d->conninfo = d->cluster.conninfo;
    code = gw_main_lock(&d->layout, &d->lock_fd, err);
    if (code == GW_BUSY)
        return GW_OK;
    if (code != GW_OK)
        return gw_err_context(err, "no gateway has run here");
    if (!d->cluster.exists)
        return gw_fail(err, GW_CONFIG, "there is no cluster in %.200s yet: start the gateway once (aorta serve)",
                       d->cluster.data_dir);
    return gw_main_database_run(&d->cluster, &d->postgres, err);
}

enum gw_code gw_main_database_open(const struct gw_config *config, struct gw_database *ret, struct gw_err *err)
{
    enum gw_code code;

    memset(ret, 0, sizeof(*ret));
    ret->lock_fd = -1;
    if ((code = gw_main_layout(config, false, &ret->layout, err)) != GW_OK)
        return code;
    ret->is_private = config->database[0] == '\0';
    if (ret->is_private)
        return open_private(config, ret, err);
    ret->conninfo = config->database;
    return GW_OK;
}

void gw_main_database_close(struct gw_database *database)
{
    gw_main_database_end(&database->postgres);
    if (database->lock_fd >= 0)
        close(database->lock_fd);
    database->lock_fd = -1;
}
