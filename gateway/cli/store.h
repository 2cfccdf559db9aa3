/* cli/store.h - a command that works on the deployment's database, whether a gateway runs or not. */
#ifndef GW_CLI_STORE_H
#define GW_CLI_STORE_H

#include "base/arena.h"
#include "cli/command.h"
#include "store/db.h"

typedef enum gw_code command_store_fn(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err);

/* Runs fn; the exit status, with its failure said. */
int command_with_store(const struct cli *cli, command_store_fn *fn, void *self);

#endif
