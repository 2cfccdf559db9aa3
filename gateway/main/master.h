/* main/master.h - `aorta serve`: owns the socket, starts the others, watches them, ends them in order.
 *
 * Loads no plugin, speaks to no database, parses nothing foreign.
 */
#ifndef GW_MAIN_MASTER_H
#define GW_MAIN_MASTER_H

#include "config/config.h"

/* Runs until SIGTERM or SIGINT; returns the exit status. A second signal shortens the drain. */
int gw_main_master(struct gw_config *config);

#endif
