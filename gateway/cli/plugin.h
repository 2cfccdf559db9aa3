/* cli/plugin.h - `aorta plugin …`: the tool of plugin authors. Needs no configuration, no server, no database. */
#ifndef GW_CLI_PLUGIN_H
#define GW_CLI_PLUGIN_H

/* argv[0] is "plugin", argv[1] the command: list, inspect, normalize, route. Returns the exit status: 0 done,
 * 1 failed, 2 not understood. */
int gw_cli_plugin(int argc, char **argv);

#endif
