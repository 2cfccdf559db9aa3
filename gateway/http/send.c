/* A reply becomes a response: through ulfius, or straight when nothing of the body is to be read. */
#include <orcania.h>

#include "base/log.h"
#include "http/inside.h"

#define JSON_TYPE "application/json"
#define BLOCK     (256 * 1024)

/* What every answer says; calls put for each. */
static void each_header(struct gw_http_request *request, void (*put)(void *to, const char *name, const char *value),
                        void *to)
{
    const struct gw_reply *reply = &request->reply;

    if (reply->status != 204 && reply->status != 304)
        put(to, "Content-Type", reply->type ? reply->type : JSON_TYPE);
    put(to, "X-Request-Id", request->id);
    put(to, "Cache-Control", reply->cache ? reply->cache : "no-store");
    gw_cors_headers(request, put, to);
    for (size_t i = 0; i < reply->headers_count; i++)
        put(to, reply->headers[i].name, reply->headers[i].value);
    if (request->linger || atomic_load_explicit(&request->http->draining, memory_order_relaxed))
        put(to, "Connection", "close");
}

static void put_mhd(void *to, const char *name, const char *value)
{
    if (MHD_add_response_header(to, name, value) != MHD_YES)
        gw_log(GW_LOG_WARN, "header left out", "name", name, NULL);
}

/* The bytes as they lie there; NULL when there are none. */
static char *take_body(struct gw_http_request *request)
{
    struct gw_buf *body = &request->reply.body;
    char *data = body->len ? gw_take(body->data) : NULL;

    gw_buf_free(body);
    return data;
}

static ssize_t stream_read(void *self, uint64_t offset, char *out, size_t most)
{
    struct gw_live_stream *live = self;
    size_t n = 0;

    (void)offset;
    if (!live->stream.some(live->stream.self, out, most, &n))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

static void stream_close(void *self)
{
    struct gw_live_stream *live = self;

    live->stream.close(live->stream.self);
    if (live->request)
        live->request->live = NULL;
    gw_arena_free(&live->arena);
    free(live);
}

/* A copy that lives as long as the response; the reply's own is done with. NULL: no memory, and it is closed. */
static struct gw_live_stream *take_stream(struct gw_http_request *request)
{
    struct gw_live_stream *live = calloc(1, sizeof(*live));

    if (live)
        *live = (struct gw_live_stream){.stream = request->reply.stream, .request = request};
    else
        request->reply.stream.close(request->reply.stream.self);
    request->live = live;
    request->reply.stream = (struct gw_reply_stream){0};
    return live;
}

static uint64_t length_of(const struct gw_live_stream *live)
{
    return live->stream.length < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)live->stream.length;
}

static struct MHD_Response *response_of(struct gw_http_request *request)
{
    size_t len = request->reply.body.len;
    struct MHD_Response *response;
    void *self;

    if (request->reply.stream.some) {
        self = take_stream(request);
        response =
            self ? MHD_create_response_from_callback(length_of(self), BLOCK, stream_read, self, stream_close) : NULL;
        if (self && !response)
            stream_close(self);
        return response;
    }
    if (len == 0)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    self = take_body(request);
    response = MHD_create_response_from_buffer_with_free_callback(len, self, free);
    if (!response)
        free(self);
    return response;
}

enum MHD_Result gw_send_now(struct gw_http_request *request, bool last)
{
    struct MHD_Response *response = response_of(request);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    request->refused = true;
    request->linger = !last;
    each_header(request, put_mhd, response);
    result = MHD_queue_response(request->connection, (unsigned)request->reply.status, response);
    MHD_destroy_response(response);
    request->replied = result == MHD_YES;
    return result;
}

static void put_ulfius(void *to, const char *name, const char *value)
{
    struct _u_response *response = to;

    if (u_map_put(response->map_header, name, value) != U_OK)
        gw_log(GW_LOG_WARN, "header left out", "name", name, NULL);
}

static void set_stream(struct gw_http_request *request, struct _u_response *response)
{
    struct gw_live_stream *stream = take_stream(request);

    if (!stream) {
        response->status = 500;
        return;
    }
    response->stream_callback = stream_read;
    response->stream_callback_free = stream_close;
    response->stream_user_data = stream;
    response->stream_size = stream->stream.length < 0 ? U_STREAM_SIZE_UNKNOWN : (uint64_t)stream->stream.length;
    response->stream_block_size = BLOCK;
}

void gw_send_ulfius(struct gw_http_request *request, struct _u_response *response)
{
    struct gw_reply *reply = &request->reply;

    response->status = reply->status;
    each_header(request, put_ulfius, response);
    request->replied = true;
    if (reply->stream.some) {
        set_stream(request, response);
        return;
    }
    response->binary_body_length = reply->body.len;
    response->binary_body = take_body(request);
}
