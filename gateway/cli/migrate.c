/* migrate: the schema brought up to date by hand, as every start does by itself. */
#include <stdio.h>

#include "cli/command.h"
#include "main/database.h"
#include "store/db.h"

static enum gw_code migrate(const struct gw_config *config, int *ret_applied, struct gw_err *err)
{
    struct gw_database database;
    enum gw_code code = gw_main_database_open(config, &database, err);

    if (code == GW_OK)
        code = gw_store_migrate(database.conninfo, ret_applied, err);
    gw_main_database_close(&database);
    return code;
}

int command_migrate(const struct cli *cli)
{
    struct gw_config config;
    struct gw_err err = {0};
    enum gw_code code;
    int applied = 0;

    if (!command_load_config(cli, &config))
        return 1;
    code = migrate(&config, &applied, &err);
    gw_config_free(&config);
    if (code != GW_OK)
        return command_failed(&err);
    printf("%d migrations applied\n", applied);
    return 0;
}
