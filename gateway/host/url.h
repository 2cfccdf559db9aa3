/* host/url.h - the parts of a URL that decide where a request goes. Strict: what is odd is not a URL. Private to this
 * folder. */
#ifndef GW_HOST_URL_H
#define GW_HOST_URL_H

#include "base/str.h"

struct gw_url {
    bool https;
    struct gw_str host; /* as written; an IPv6 address without its brackets */
    uint16_t port;      /* written, or the scheme's */
};

/* http or https, no user, no fragment, no byte outside printable ASCII. */
bool gw_url_parse(struct gw_str text, struct gw_url *ret);
bool gw_url_host_is(const struct gw_url *url, struct gw_str host); /* whatever the case */
bool gw_url_is_loopback(const struct gw_url *url);
/* "host" or "host:port" of an allow-list. */
bool gw_url_parse_host(struct gw_str text, struct gw_str *ret_host, uint16_t *ret_port); /* port 0 = not written */

#endif
