/* aorta-plugin: `aorta plugin` alone, for the cases and for plugin authors who build nothing else. */
#include "cli/plugin.h"

int main(int argc, char **argv)
{
    return gw_cli_plugin(argc, argv);
}
