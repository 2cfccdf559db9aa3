/* http/openapi.h - the document that describes this API (OpenAPI 3.1), made of what the server runs on: the table of
 * routes, the plugins' declarations, the schemas of schemas/. Needs no server, database or network. [any thread]
 */
#ifndef GW_HTTP_OPENAPI_H
#define GW_HTTP_OPENAPI_H

#include "base/buf.h"
#include "host/registry.h"
#include "http/route.h"

struct gw_openapi {
    const struct gw_route *routes;
    size_t routes_count;
    const struct gw_registry *registry; /* or NULL: no providers */
    const char *public_url;             /* or NULL */
};

/* GW_INTERNAL when what came of it is not JSON, or a route names a schema that is not there. */
enum gw_code gw_openapi_write(const struct gw_openapi *what, struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

/* ---- openapi_params.c ---- */

/* The parameters of an operation, of the path and of the query. provider: the {provider} this path is of, or NULL
 * for all of them. */
void gw_openapi_params(const struct gw_openapi *what, const struct gw_route *route, const struct gw_provider *provider,
                       struct gw_buf *out);
/* The next {name} of a pattern, without its braces; false at the end. *at walks along. */
bool gw_openapi_path_param(const char **at, struct gw_str *ret);

#endif
