/* database url: where the data lies, for people who want plain SQL. */
#include <stdio.h>

#include "cli/command.h"
#include "main/layout.h"

int command_database_url(const struct cli *cli)
{
    char path[3 * sizeof(((struct gw_layout *)0)->socket_dir) + 1];
    struct gw_layout layout;
    struct gw_config config;
    struct gw_err err = {0};
    enum gw_code code;

    if (!command_load_config(cli, &config))
        return 1;
    code = gw_main_layout(&config, false, &layout, &err);
    if (code == GW_OK && config.database[0]) {
        printf("%s\n", config.database);
    } else if (code == GW_OK) {
        gw_percent_encode(gw_str(layout.socket_dir), path);
        printf("postgresql://aorta@/aorta?host=%s\n", path);
    }
    gw_config_free(&config);
    return code == GW_OK ? 0 : command_failed(&err);
}
