/* main/listen.h - the listening socket: made once by the master, inherited by every api process.
 */
#ifndef GW_MAIN_LISTEN_H
#define GW_MAIN_LISTEN_H

#include "base/err.h"

/* Bound, listening, non-blocking. An address that is still in use is waited for at most wait_s: a gateway
 * that was killed leaves children that end a moment later. GW_BUSY when it stays in use. */
enum gw_code gw_main_listen(const char *address, int wait_s, int *ret_fd, struct gw_err *err) GW_MUST_USE;
/* "http://127.0.0.1:8000" of a socket; a wildcard is shown as loopback. */
enum gw_code gw_main_listen_url(int fd, char out[64], struct gw_err *err) GW_MUST_USE;

#endif
