/* How large a body may be, and of which type: decided by headers, before a byte of it is read. */
#include <strings.h>

#include "base/log.h"
#include "host/call.h"
#include "http/inside.h"

#define DEFAULT_MOST (1024 * 1024)

static uint64_t limit_of(const struct gw_http_request *request)
{
    const struct gw_route *route = request->match.route;

    if (route->body == GW_BODY_WEBHOOK)
        return gw_call_webhook_max_body(request->provider);
    if (route->body == GW_BODY_UPLOAD)
        return request->http->options.max_push;
    if (route->body == GW_BODY_FILE)
        return request->http->options.max_import;
    if (route->max_body)
        return route->max_body;
    return request->http->options.max_body ? request->http->options.max_body : DEFAULT_MOST;
}

/* application/json, and what ends in +json; parameters such as charset are not looked at. */
static bool is_json(const char *type)
{
    size_t len = strcspn(type, "; \t");

    if (len == 16 && strncasecmp(type, "application/json", 16) == 0)
        return true;
    return len > 5 && strncasecmp(type, "application/", 12) == 0 && strncasecmp(type + len - 5, "+json", 5) == 0;
}

/* What a body that is taken in while it comes may be wrapped in. */
static enum gw_code check_wrapping(const struct gw_http_request *request, struct gw_err *err)
{
    const char *encoding = gw_request_header(request, "Content-Encoding");
    const char *type = gw_request_header(request, "Content-Type");

    if (encoding && strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "x-gzip") != 0 &&
        strcasecmp(encoding, "identity") != 0)
        return gw_fail_wire(err, GW_MEDIA_TYPE, "body.encoding", "The encoding gzip is accepted here, and no other.");
    if (request->match.route->body == GW_BODY_UPLOAD && type && !is_json(type) &&
        strncasecmp(type, "multipart/form-data", 19) != 0)
        return gw_fail(err, GW_MEDIA_TYPE, "This takes a body of type application/json, or a form with a file.");
    return GW_OK;
}

static bool is_form(const char *type)
{
    static const char form[] = "application/x-www-form-urlencoded";

    return strcspn(type, "; \t") == sizeof(form) - 1 && strncasecmp(type, form, sizeof(form) - 1) == 0;
}

enum gw_code gw_step_size(struct gw_http_request *request, struct gw_err *err)
{
    const char *length, *type;
    int64_t bytes;

    request->limit = limit_of(request);
    if (request->match.route->body == GW_BODY_WEBHOOK && request->limit == 0)
        return gw_fail_wire(err, GW_NOT_FOUND, "provider.no_webhooks", "%s takes no webhooks.", request->provider->id);
    if (!request->body_comes)
        return GW_OK;
    length = gw_request_header(request, "Content-Length");
    if (length && gw_parse_i64(gw_str(length), &bytes) && (uint64_t)bytes > request->limit)
        return gw_fail(err, GW_TOO_LARGE, "The body is larger than %llu bytes.", (unsigned long long)request->limit);
    if (request->match.route->body == GW_BODY_UPLOAD || request->match.route->body == GW_BODY_FILE)
        return check_wrapping(request, err);
    type = gw_request_header(request, "Content-Type");
    if (request->match.route->body == GW_BODY_JSON && type && !is_json(type))
        return gw_fail(err, GW_MEDIA_TYPE, "This takes a body of type application/json.");
    if (request->match.route->body == GW_BODY_FORM && type && !is_form(type))
        return gw_fail(err, GW_MEDIA_TYPE, "This takes a body of type application/x-www-form-urlencoded.");
    return GW_OK;
}
