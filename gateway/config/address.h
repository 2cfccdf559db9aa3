/* config/address.h - "127.0.0.1:8000", "[::1]:8000", "localhost:8000" as something to bind to. No names are
 * looked up.
 */
#ifndef GW_CONFIG_ADDRESS_H
#define GW_CONFIG_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

struct gw_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t len;
};

enum gw_code gw_address_parse(const char *text, struct gw_address *ret, struct gw_err *err) GW_MUST_USE;
/* Reachable from outside: neither loopback, private (10/8, 172.16/12, 192.168/16, fc00::/7) nor link-local.
 * The wildcards 0.0.0.0 and :: are public. */
bool gw_address_public(const struct gw_address *address);

#endif
