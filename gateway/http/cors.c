/* Pages of other origins that may call us from a browser: those that the configuration names. The browser asks first
 * (a preflight, without credentials), so that is answered before anybody is asked who they are.
 */
#include <string.h>
#include <strings.h>

#include "http/inside.h"

#define ASKED_HEADERS_MOST 1024
#define PREFLIGHT_S        "600"
#define METHODS            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

/* The text to allow: the origin itself, or any; NULL when it is not one of ours. */
static const char *allowed(const char *const *origins, const char *origin)
{
    for (; origins && *origins; origins++) {
        if (strcmp(*origins, "*") == 0)
            return "*";
        if (strcasecmp(origin, *origins) == 0)
            return origin;
    }
    return NULL;
}

/* Names of headers, commas and blanks: to be sent back as they came. */
static bool is_header_list(const char *text)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_, ";
    size_t len = strlen(text);

    return len <= ASKED_HEADERS_MOST && strspn(text, good) == len;
}

static void answer_preflight(struct gw_http_request *request)
{
    const char *headers = gw_request_header(request, "Access-Control-Request-Headers");

    request->reply.status = 204;
    gw_reply_header(request, "Allow", METHODS);
    gw_reply_header(request, "Access-Control-Allow-Methods", METHODS);
    if (headers && is_header_list(headers))
        gw_reply_header(request, "Access-Control-Allow-Headers", headers);
    gw_reply_header(request, "Access-Control-Max-Age", PREFLIGHT_S);
}

bool gw_cors_answers(struct gw_http_request *request)
{
    const char *const *origins = request->http->options.cors_origins;
    const char *origin = origins && *origins ? gw_request_header(request, "Origin") : NULL;

    request->cors = origin ? allowed(origins, origin) : NULL;
    if (!request->cors || request->method != GW_OPTIONS || !gw_request_header(request, "Access-Control-Request-Method"))
        return false;
    answer_preflight(request);
    return true;
}

/* Of the headers an application may want to read, those that a browser would hide. */
void gw_cors_headers(const struct gw_http_request *request, void (*put)(void *to, const char *name, const char *value),
                     void *to)
{
    const char *const *origins = request->http->options.cors_origins;

    if (origins && *origins)
        put(to, "Vary", "Origin");
    if (!request->cors)
        return;
    put(to, "Access-Control-Allow-Origin", request->cors);
    if (strcmp(request->cors, "*") != 0)
        put(to, "Access-Control-Allow-Credentials", "true");
    put(to, "Access-Control-Expose-Headers", "X-Request-Id, Retry-After, Content-Disposition");
}
