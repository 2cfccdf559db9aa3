/* options.h - the command line. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *address;
    const char *base_url;
    int port;
    uint64_t seed;
    const char *garmin_webhook;
    const char *garmin_push; /* comma list of summary types, or "all" */
    const char *garmin_ping;
    const char *state; /* file that keeps grants over a restart */
    bool quiet;
};

/* Also sets the clock, the clients and the settings named with --set. False: stop with *ret_status. */
bool options_read(int argc, char **argv, struct options *ret, int *ret_status);

#endif
