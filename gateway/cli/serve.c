/* serve: the master, or with --role what the master starts. */
#include "cli/command.h"
#include "main/master.h"

int command_serve(const struct cli *cli)
{
    struct gw_config config;
    int status;

    if (cli->role.role)
        return gw_main_role(&cli->role);
    if (!command_load_config(cli, &config))
        return 1;
    status = gw_main_master(&config);
    gw_config_free(&config);
    return status;
}
