/* link/connect.h - a link that lets somebody connect a provider for one user without a key, for at most an hour.
 *
 * All it says lies in its text, sealed with the deployment's key: nothing is stored, nobody can make or change one, and
 * whoever sees one cannot read it. It may be opened as often as one likes until it ends: previews of messages open
 * links too, and a person may come back for a second provider. [any thread]
 */
#ifndef GW_LINK_CONNECT_H
#define GW_LINK_CONNECT_H

#include "link/link.h"

#define GW_CONNECT_LEAST_S 60
#define GW_CONNECT_MOST_S  3600

struct gw_connect_link {
    struct gw_uuid user;
    const char *provider;     /* NULL: whichever the person chooses */
    const char *redirect_uri; /* where the browser goes at the end; NULL: our own page */
    int64_t expires_us;
};

/* ret: "<public_url>/api/v1/connect/<text>". GW_INVALID with its field: redirect_uri not allowed. */
enum gw_code gw_connect_make(struct gw_link *link, struct gw_arena *arena, const struct gw_connect_link *what,
                             const char **ret_url, struct gw_err *err) GW_MUST_USE;
/* GW_NOT_FOUND: connect_link.invalid, connect_link.expired */
enum gw_code gw_connect_read(struct gw_link *link, struct gw_arena *arena, struct gw_str text,
                             struct gw_connect_link *ret, struct gw_err *err) GW_MUST_USE;
/* The page itself as an address to come back to. */
const char *gw_connect_page(const struct gw_link *link, struct gw_arena *arena, struct gw_str text);

#endif
