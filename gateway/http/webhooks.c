/* What providers post: signature checked, body stored, 200. Everything else happens later, in a worker. */
#include "base/log.h"
#include "host/call.h"
#include "http/answers.h"
#include "http/inside.h"

#define VERIFY_MS    1000
#define HEADERS_MOST 64

struct headers {
    struct gw_arena *arena;
    aorta_pair items[HEADERS_MOST];
    uint32_t count;
    bool failed;
};

static enum MHD_Result add_header(void *self, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct headers *headers = self;
    char *lower;

    (void)kind;
    if (headers->count == HEADERS_MOST || !value || !gw_utf8_valid(value, strlen(value)))
        return MHD_YES;
    lower = gw_arena_strdup(headers->arena, name);
    if (!lower) {
        headers->failed = true;
        return MHD_NO;
    }
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    headers->items[headers->count++] = (aorta_pair){{lower, strlen(lower)}, {value, strlen(value)}};
    return MHD_YES;
}

static enum gw_code verify(const struct gw_provider *provider, const aorta_webhook_req *req, struct gw_err *err)
{
    struct gw_sink sink = {0}; /* verify may ask for nothing */
    struct gw_call call = {.provider = provider, .sink = &sink, .timeout_ms = VERIFY_MS};
    enum gw_code code = gw_call_verify(&call, req, err);

    if (code == GW_DENIED)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "webhook.signature", "The webhook is not signed as it should be.");
    return code;
}

enum gw_code gw_answer_webhook(struct gw_http_request *request, struct gw_err *err)
{
    struct headers *headers = gw_arena_zalloc(request->arena, sizeof(*headers));
    aorta_pair *query = gw_arena_alloc(request->arena, (request->query_count + 1) * sizeof(*query));
    aorta_webhook_req req = {.struct_size = sizeof(req), .method = "POST", .received_at_us = gw_now_us()};
    enum gw_code code;

    if (!headers || !query)
        return gw_fail(err, GW_NOMEM, NULL);
    headers->arena = request->arena;
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, add_header, headers);
    if (headers->failed)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < request->query_count; i++)
        query[i] = (aorta_pair){{request->query[i].name.ptr, request->query[i].name.len},
                                {request->query[i].value.ptr, request->query[i].value.len}};
    req.query = query;
    req.query_count = (uint32_t)request->query_count;
    req.headers = headers->items;
    req.headers_count = headers->count;
    req.body = (aorta_bytes){(const uint8_t *)request->body.ptr, request->body.len};
    code = gw_settings_require(request->http->options.link->settings, request->provider->id, err);
    if (code == GW_OK)
        code = verify(request->provider, &req, err);
    if (code == GW_OK)
        code = gw_sync_webhook(request->http->options.engine, request->provider, &req, err);
    if (code != GW_OK)
        return code;
    gw_buf_str(&request->reply.body, "{\"status\":\"accepted\"}");
    return gw_reply_json(request, 200, err);
}
