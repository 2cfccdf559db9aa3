/* The API's description: /openapi.json, made once, and a page that shows it, from files that are part of the program.
 */
#include <string.h>

#include "crypt/crypt.h"
#include "http/answers.h"
#include "http/embedded.h"
#include "http/inside.h"
#include "http/openapi.h"

static const struct docs_type {
    const char *ending, *type;
} docs_types[] = {{".html", "text/html; charset=utf-8"},
                  {".css", "text/css; charset=utf-8"},
                  {".js", "text/javascript; charset=utf-8"}};

/* A name for the bytes: the front of their digest, in quotes. */
static void tag_of(struct gw_str bytes, char ret[GW_ETAG_MOST])
{
    uint8_t digest[32];
    char text[48];

    gw_sha256(bytes, digest);
    gw_b64url_encode(digest, 16, text);
    snprintf(ret, GW_ETAG_MOST, "\"%.22s\"", text);
}

enum gw_code gw_answer_openapi_make(struct gw_http *http, struct gw_err *err)
{
    struct gw_openapi what = {.routes = http->routes,
                              .routes_count = http->routes_count,
                              .registry = http->options.registry,
                              .public_url = http->options.public_url};
    enum gw_code code = gw_openapi_write(&what, &http->openapi, err);

    if (code == GW_OK)
        tag_of((struct gw_str){http->openapi.data, http->openapi.len}, http->openapi_tag);
    return code;
}

/* The same bytes again: the client may keep them, and asks each time whether they are still the ones. */
static enum gw_code unchanging(struct gw_http_request *request, const char *tag, struct gw_str bytes,
                               struct gw_err *err)
{
    const char *known = gw_request_header(request, "If-None-Match");

    request->reply.cache = "no-cache";
    gw_reply_header(request, "ETag", tag);
    if (known && strstr(known, tag)) {
        request->reply.status = 304;
        return GW_OK;
    }
    gw_buf_add(&request->reply.body, bytes.ptr, bytes.len);
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_openapi(struct gw_http_request *request, struct gw_err *err)
{
    const struct gw_http *http = request->http;

    return unchanging(request, http->openapi_tag, (struct gw_str){http->openapi.data, http->openapi.len}, err);
}

static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof(docs_types) / sizeof(docs_types[0]); i++) {
        size_t end = strlen(docs_types[i].ending), len = strlen(name);
        if (len > end && strcmp(name + len - end, docs_types[i].ending) == 0)
            return docs_types[i].type;
    }
    return "application/octet-stream";
}

static enum gw_code send_file(struct gw_http_request *request, struct gw_str name, struct gw_err *err)
{
    const struct gw_embedded *file = gw_docs_find(name);
    char *tag = gw_arena_alloc(request->arena, GW_ETAG_MOST);
    struct gw_str bytes;

    if (!file)
        return gw_fail_wire(err, GW_NOT_FOUND, "route.unknown", "Not Found");
    if (!tag)
        return gw_fail(err, GW_NOMEM, NULL);
    bytes = (struct gw_str){(const char *)file->data, file->len};
    tag_of(bytes, tag);
    request->reply.type = type_of(file->name);
    gw_reply_header(request, "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    gw_reply_header(request, "Referrer-Policy", "no-referrer");
    gw_reply_header(request, "X-Content-Type-Options", "nosniff");
    return unchanging(request, tag, bytes, err);
}

enum gw_code gw_answer_docs(struct gw_http_request *request, struct gw_err *err)
{
    return send_file(request, gw_str("index.html"), err);
}

enum gw_code gw_answer_docs_file(struct gw_http_request *request, struct gw_err *err)
{
    return send_file(request, request->match.values[0], err);
}
