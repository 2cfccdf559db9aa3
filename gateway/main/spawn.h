/* main/spawn.h - starts a program: by fork and exec, with nothing inherited but what is said.
 *
 * A started program has its own process group (a terminal's Ctrl-C reaches the master alone), standard input
 * from /dev/null, no blocked signals, and gets death_signal when the master dies by whatever way. [one
 * thread]
 */
#ifndef GW_MAIN_SPAWN_H
#define GW_MAIN_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct gw_spawn {
    const char *path;        /* of the program; "/proc/self/exe" is this one */
    const char *const *argv; /* NULL-terminated */
    const int *keep;         /* descriptors it inherits beside 0, 1, 2; -1 ends the list; NULL = none */
    const char *log;         /* its output goes to this file, emptied before; NULL = ours */
    int out;                 /* its standard output goes to this descriptor; 0 = ours */
    int in;                  /* its standard input; 0 = /dev/null */
    int death_signal;
};

enum gw_code gw_main_spawn(const struct gw_spawn *spawn, pid_t *ret, struct gw_err *err) GW_MUST_USE;
/* Starts it and waits for its end; anything but exit status 0 is GW_INTERNAL. */
enum gw_code gw_main_run(const struct gw_spawn *spawn, struct gw_err *err) GW_MUST_USE;
/* "exit status 3", "signal 9 (Killed)". */
const char *gw_main_status_text(int status, char out[64]);

#endif
