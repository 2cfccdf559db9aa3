/* main/role.h - what the children of a master do: one function a role, run after exec.
 */
#ifndef GW_MAIN_ROLE_H
#define GW_MAIN_ROLE_H

#include <sys/types.h>

#include "config/config.h"

#define GW_EXIT_TRY_AGAIN 75 /* the database is not there yet */
#define GW_EXIT_CONFIG    78 /* trying again would not help */

/* What the master tells a child, on its command line. */
struct gw_role_args {
    const char *role; /* api, worker, prepare */
    int slot;         /* 1, 2, …: survives a replacement */
    int config_fd;    /* the master's configuration */
    int listen_fd;    /* api */
    int counters_fd;  /* api: memory that all of them count in */
    int metrics_fd;   /* api: the socket of /metrics; 0 = none */
    int ready_fd;     /* a byte is written when the child does its work; api, worker */
};

/* Runs the role to its end; returns the exit status. */
int gw_main_role(const struct gw_role_args *args);

int gw_main_role_api(const struct gw_role_args *args, const struct gw_config *config);
int gw_main_role_worker(const struct gw_role_args *args, const struct gw_config *config);
/* Keys, the instance's name, migrations: what must be there before any child starts. */
int gw_main_role_prepare(const struct gw_role_args *args, const struct gw_config *config);

/* For roles. */
int gw_main_exit_of(enum gw_code code);
void gw_main_ready(const struct gw_role_args *args);
/* Until SIGTERM or SIGINT; true: the master has died. From here the process ends within most_s, by force if
 * need be. */
bool gw_main_wait_for_end(int most_s);

#endif
