/* A reply becomes a response: through ulfius, or straight when nothing of the body is to be read. */
#include <orcania.h>

#include "base/log.h"
#include "http/inside.h"

#define JSON_TYPE   "application/json"
#define BLOCK       (128 * 1024)
#define STREAM_FROM (64 * 1024) /* a larger body is not copied whole but block by block */

/* What every answer says; calls put for each. */
static void each_header(struct gw_http_request *request, void (*put)(void *to, const char *name, const char *value),
                        void *to)
{
    const struct gw_reply *reply = &request->reply;

    if (reply->status != 204)
        put(to, "Content-Type", reply->type ? reply->type : JSON_TYPE);
    put(to, "X-Request-Id", request->id);
    put(to, "Cache-Control", "no-store");
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

enum MHD_Result gw_send_now(struct gw_http_request *request, bool last)
{
    size_t len = request->reply.body.len;
    char *data = take_body(request);
    struct MHD_Response *response = data ? MHD_create_response_from_buffer_with_free_callback(len, data, free)
                                         : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    if (!response) {
        free(data);
        return MHD_NO;
    }
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

struct stream {
    char *data;
    size_t len;
};

static ssize_t stream_read(void *self, uint64_t offset, char *out, size_t most)
{
    const struct stream *stream = self;
    size_t left;

    if (offset >= stream->len)
        return U_STREAM_END;
    left = stream->len - (size_t)offset;
    if (left > most)
        left = most;
    memcpy(out, stream->data + offset, left);
    return (ssize_t)left;
}

static void stream_free(void *self)
{
    struct stream *stream = self;

    free(stream->data);
    free(stream);
}

/* ulfius copies a body that is given whole; a large one is handed out in blocks instead. */
static bool set_stream(struct gw_http_request *request, struct _u_response *response)
{
    struct stream *stream = malloc(sizeof(*stream));

    if (!stream)
        return false;
    stream->len = request->reply.body.len;
    stream->data = take_body(request);
    response->stream_callback = stream_read;
    response->stream_callback_free = stream_free;
    response->stream_user_data = stream;
    response->stream_size = stream->len;
    response->stream_block_size = BLOCK;
    return true;
}

void gw_send_ulfius(struct gw_http_request *request, struct _u_response *response)
{
    struct gw_reply *reply = &request->reply;

    response->status = reply->status;
    each_header(request, put_ulfius, response);
    request->replied = true;
    if (reply->body.len >= STREAM_FROM && set_stream(request, response))
        return;
    response->binary_body_length = reply->body.len;
    response->binary_body = take_body(request);
}
