/* main/cluster.h - the private PostgreSQL: made, configured, recovered, started. Not its supervision
 * (master.c) nor anything spoken to it (store).
 *
 * One cluster under the state directory, reachable by a Unix socket in a folder of ours alone, owned by the
 * user who runs the gateway. Its settings are written anew at each start; an operator's own go into
 * local.conf beside them.
 */
#ifndef GW_MAIN_CLUSTER_H
#define GW_MAIN_CLUSTER_H

#include <sys/types.h>

#include "main/layout.h"

struct gw_cluster {
    char bin[PATH_MAX]; /* folder of postgres, initdb, pg_dump */
    int major;          /* of the programs in bin */
    char data_dir[PATH_MAX];
    char socket_dir[PATH_MAX];
    char log[PATH_MAX]; /* what postgres says before it has a log of its own */
    char conninfo[PATH_MAX + 128];
    int connections;
    bool exists;
};

/* Finds the programs: postgres_bin, else those of the cluster's own major version, else the newest installed.
 * A cluster of another major version is refused, with its path. data_dir: another one than the layout's, or
 * NULL. */
enum gw_code gw_main_cluster(const struct gw_config *config, const struct gw_layout *layout, const char *data_dir,
                             struct gw_cluster *ret, struct gw_err *err) GW_MUST_USE;
/* Fills socket_dir and conninfo alone: for those who only connect. */
void gw_main_cluster_conninfo(const struct gw_layout *layout, struct gw_cluster *ret);
/* initdb, beside the final place and renamed when it is whole, so that a power cut leaves no half cluster. */
enum gw_code gw_main_cluster_create(struct gw_cluster *cluster, struct gw_err *err) GW_MUST_USE;
/* Ends what a killed gateway left running on this folder; takes a stale postmaster.pid away. */
enum gw_code gw_main_cluster_recover(const struct gw_cluster *cluster, struct gw_err *err) GW_MUST_USE;
/* Writes the settings and starts postgres, which gets death_signal SIGINT: a fast shutdown. */
enum gw_code gw_main_cluster_start(const struct gw_cluster *cluster, pid_t *ret, struct gw_err *err) GW_MUST_USE;
/* postgres with this pid accepts connections. */
bool gw_main_cluster_ready(const struct gw_cluster *cluster, pid_t pid);

/* For cluster_conf.c: writes aorta.conf into the cluster; and the fixed files of a new one. */
enum gw_code gw_main_cluster_configure(const struct gw_cluster *cluster, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_main_cluster_fix_files(const char *data_dir, struct gw_err *err) GW_MUST_USE;

#endif
