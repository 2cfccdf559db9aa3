/* The program aorta. */
#include "base/log.h"
#include "cli/command.h"

int main(int argc, char **argv)
{
    gw_log_init("cli", GW_LOG_WARN);
    return command_main(argc, argv);
}
