/* version. */
#include <aorta/abi.h>
#include <stdio.h>

#include "cli/command.h"

int command_version(const struct cli *cli)
{
    (void)cli;
    printf("aorta %s (plugin ABI %u.%u)\n", AORTA_VERSION, AORTA_ABI_MAJOR, AORTA_ABI_MINOR);
    return 0;
}
