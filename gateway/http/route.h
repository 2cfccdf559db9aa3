/* http/route.h - one row of the table of routes: who answers what, who may call it, what it takes.
 *
 * The table (routes.c) is data: the server runs on it, and documentation is made from it. Query parameters
 * that are declared here are parsed and checked before the handler runs; what is not declared is ignored, as
 * the contract says.
 */
#ifndef GW_HTTP_ROUTE_H
#define GW_HTTP_ROUTE_H

#include "base/err.h"
#include "base/time.h"
#include "base/uuid.h"

struct gw_http_request;

enum gw_method { GW_GET, GW_POST, GW_PUT, GW_PATCH, GW_DELETE, GW_METHODS, GW_OPTIONS };
const char *gw_method_name(enum gw_method method);

/* Answers by filling request->reply and returning GW_OK, or says why not. */
typedef enum gw_code gw_http_handler_fn(struct gw_http_request *request, struct gw_err *err);

enum gw_body_kind {
    GW_BODY_NONE,    /* what comes is not looked at */
    GW_BODY_JSON,    /* an object; other content types are refused */
    GW_BODY_WEBHOOK, /* as large as the provider's plugin says */
    GW_BODY_UPLOAD,  /* a push: one JSON object, taken in while it comes (request->inflow), never gathered */
    GW_BODY_FILE,    /* the same of a file: XML or zip, as large as an import may be */
    GW_BODY_FORM,    /* application/x-www-form-urlencoded */
};

enum gw_arg_type { GW_ARG_TEXT, GW_ARG_INT, GW_ARG_BOOL, GW_ARG_CHOICE, GW_ARG_UUID, GW_ARG_TIME, GW_ARG_EMAIL };

#define GW_ARG_REQUIRED 0x1u
#define GW_ARG_REPEATED 0x2u /* the handler reads all of them itself */
#define GW_ARG_END      0x4u /* TIME: a date alone means the end of that day */

struct gw_arg_decl {
    const char *name;
    enum gw_arg_type type;
    unsigned flags;
    const char *default_text;   /* or NULL */
    int64_t min, max;           /* INT; TEXT: max bytes, 0 = 1024 */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *doc;
};

struct gw_arg {
    bool given;
    struct gw_str text; /* as it came, or the default */
    int64_t i;          /* INT, BOOL (0 or 1), CHOICE (its place) */
    struct gw_uuid uuid;
    struct gw_time_text time; /* END: already the end of the day */
};

#define GW_ARGS_MOST 12

#define GW_ROUTE_SLOW 0x1u /* may take longer than the idle time-out of a connection */
#define GW_ROUTE_PAGE 0x2u /* a browser is waiting: errors are a page */
/* Who may call, beside a key that has the scope. A developer's token is as good as a key of every scope. */
#define GW_ROUTE_DEVELOPER 0x4u /* a developer's token, and no key */
#define GW_ROUTE_SDK       0x8u /* an SDK token of {user_id} too; a developer's token is not accepted */
/* {provider} may be one that is not configured here (any more), or not ready: request->provider may be NULL. */
#define GW_ROUTE_ANY_PROVIDER 0x10u
/* The query also has the parameters that the provider's plugin declares. */
#define GW_ROUTE_PARAMS 0x100u

#define GW_STATUSES_MOST 8

struct gw_route {
    enum gw_method method;
    const char *pattern; /* "/api/v1/users/{user_id}": names that end in _id are UUIDs, {provider} is configured */
    gw_http_handler_fn *handler;
    uint32_t scope; /* GW_SCOPE_* of the key; 0 = public */
    enum gw_body_kind body;
    uint64_t max_body; /* bytes; 0 = the server's */
    unsigned flags;
    const struct gw_arg_decl *args;
    size_t args_count;
    const char *doc;
    /* For /openapi.json, and so what the black-box tests hold every answer to. Schemas are named as their files in
     * schemas/ without the ending. */
    const char *takes;                /* schema of the body; NULL: none is said */
    const char *reply;                /* schema of an answer that is no error; NULL: it has no body */
    const char *types;                /* its content types, separated by blanks; NULL: application/json */
    short statuses[GW_STATUSES_MOST]; /* of answers that are no errors; none = 200. 204 and 3xx have no body */
    short fails[GW_STATUSES_MOST];    /* of errors beside those that its form, caller and body bring with them */
};

/* Nobody has to say who they are. */
static inline bool gw_route_is_public(const struct gw_route *route)
{
    return route->scope == 0 && !(route->flags & (GW_ROUTE_DEVELOPER | GW_ROUTE_SDK));
}

extern const struct gw_route gw_routes[];
extern const size_t gw_routes_count;

#endif
