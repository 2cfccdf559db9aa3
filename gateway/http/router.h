/* http/router.h - from a path to a route, by a tree over its segments: the number of routes does not matter.
 *
 * Works on the raw path, so an encoded slash stays inside its segment. Built once, then read only. [any
 * thread]
 */
#ifndef GW_HTTP_ROUTER_H
#define GW_HTTP_ROUTER_H

#include "base/arena.h"
#include "http/route.h"

#define GW_PATH_PARAMS_MOST 4

struct gw_router;

struct gw_match {
    const struct gw_route *route; /* NULL: not this method (allowed != 0), or no such path */
    unsigned allowed;             /* bit for each method that the path has */
    struct gw_str names[GW_PATH_PARAMS_MOST], values[GW_PATH_PARAMS_MOST]; /* decoded */
    size_t params_count;
};

/* Refuses two routes with one method and path, or with differently named parameters in one place. */
enum gw_code gw_router_new(const struct gw_route *routes, size_t count, struct gw_router **ret,
                           struct gw_err *err) GW_MUST_USE;
void gw_router_free(struct gw_router **router);
/* GW_NOT_FOUND, GW_METHOD, GW_MALFORMED (broken escapes or bytes). A slash at the end makes no difference. */
enum gw_code gw_router_match(const struct gw_router *router, enum gw_method method, struct gw_str path,
                             struct gw_arena *arena, struct gw_match *ret, struct gw_err *err) GW_MUST_USE;

#endif
