/* main/database.h - the deployment's database for a command that is not the gateway: its connection string, and the
 * private cluster started for as long as it is needed when no gateway runs.
 */
#ifndef GW_MAIN_DATABASE_H
#define GW_MAIN_DATABASE_H

#include "main/cluster.h"

struct gw_database {
    const char *conninfo;
    struct gw_layout layout;
    struct gw_cluster cluster; /* when there is a private one */
    bool is_private;
    int lock_fd;    /* -1: a gateway runs and holds it */
    pid_t postgres; /* 0: not started by us */
};

/* GW_CONFIG: no cluster here yet. */
enum gw_code gw_main_database_open(const struct gw_config *config, struct gw_database *ret,
                                   struct gw_err *err) GW_MUST_USE;
void gw_main_database_close(struct gw_database *database);

/* Starts postgres on a cluster and waits until it accepts connections; ends it again. */
enum gw_code gw_main_database_run(const struct gw_cluster *cluster, pid_t *ret, struct gw_err *err) GW_MUST_USE;
void gw_main_database_end(pid_t *postgres);

#endif
