/* The body as JSON: bounded in depth before anything is built from it. */
#include <jansson.h>

#include "http/request.h"

#define DEPTH_MOST 32

/* Depth of brackets outside of texts. A cheap look, right for every JSON and harmless for anything else. */
static bool too_deep(struct gw_str text)
{
    int depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else
                quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MOST)
                return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

enum gw_code gw_request_json(struct gw_http_request *request, struct json_t **ret, struct gw_err *err)
{
    json_error_t error;
    json_t *value;

    if (request->body.len == 0)
        return gw_request_violation(request, err, "body", "required", "A JSON object is required as the body.");
    if (too_deep(request->body))
        return gw_fail(err, GW_MALFORMED, "The body is nested more than %d deep.", DEPTH_MOST);
    value = json_loadb(request->body.ptr, request->body.len, JSON_DECODE_ANY, &error);
    if (!value)
        return gw_fail(err, GW_MALFORMED, "The body is not valid JSON (line %d, column %d).", error.line, error.column);
    if (!json_is_object(value)) {
        json_decref(value);
        return gw_request_violation(request, err, "body", "object", "The body should be a JSON object.");
    }
    *ret = value;
    return GW_OK;
}
