/* Bodies of errors, headers of answers. */
#include <microhttpd.h>

#include "base/log.h"
#include "http/inside.h"

void gw_reply_header(struct gw_http_request *request, const char *name, const char *value)
{
    struct gw_reply *reply = &request->reply;

    if (value && reply->headers_count < GW_REPLY_HEADERS_MOST)
        reply->headers[reply->headers_count++] = (struct gw_reply_header){name, value};
}

void gw_reply_retry_after(struct gw_http_request *request, int64_t ms)
{
    int64_t seconds = (ms + 999) / 1000;

    gw_reply_header(request, "Retry-After",
                    gw_arena_printf(request->arena, "%lld", (long long)(seconds < 1 ? 1 : seconds)));
}

enum gw_code gw_reply_json(struct gw_http_request *request, int status, struct gw_err *err)
{
    if (request->reply.body.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    request->reply.status = status;
    return GW_OK;
}

static void write_violations(struct gw_buf *out, const struct gw_violations *violations)
{
    gw_buf_str(out, ",\"errors\":[");
    for (size_t i = 0; i < violations->count; i++) {
        const struct gw_violation *v = &violations->items[i];
        gw_buf_str(out, i ? ",{\"field\":" : "{\"field\":");
        gw_buf_json_cstr(out, v->field);
        gw_buf_str(out, ",\"code\":");
        gw_buf_json_cstr(out, v->code);
        gw_buf_str(out, ",\"message\":");
        gw_buf_json_cstr(out, v->message);
        gw_buf_char(out, '}');
    }
    gw_buf_char(out, ']');
}

/* A 422 always has `errors`, also when only err knows what was wrong. */
static void write_errors(struct gw_http_request *request, const struct gw_err *err, struct gw_buf *out)
{
    struct gw_violation one = {err->field[0] ? err->field : NULL, "invalid", gw_err_text(err)};

    if (request->violations.count)
        write_violations(out, &request->violations);
    else if (err->code == GW_INVALID)
        write_violations(out, &(struct gw_violations){&one, 1});
}

static void write_body(struct gw_http_request *request, const struct gw_err *err, struct gw_buf *out)
{
    const char *detail = request->violations.count ? request->violations.items[0].message : gw_err_text(err);

    gw_buf_str(out, "{\"detail\":");
    gw_buf_json_cstr(out, detail);
    gw_buf_str(out, ",\"code\":");
    gw_buf_json_cstr(out, gw_err_wire(err));
    gw_buf_str(out, ",\"request_id\":");
    gw_buf_json_cstr(out, request->id);
    write_errors(request, err, out);
    if (request->error_extra) {
        gw_buf_char(out, ',');
        gw_buf_str(out, request->error_extra);
    }
    gw_buf_char(out, '}');
}

static void allow_header(struct gw_http_request *request)
{
    struct gw_buf list = {0};

    for (int m = 0; m < GW_METHODS; m++) {
        if (!(request->match.allowed & 1u << m))
            continue;
        gw_buf_str(&list, list.len ? ", " : "");
        gw_buf_str(&list, gw_method_name((enum gw_method)m));
        gw_buf_str(&list, m == GW_GET ? ", HEAD" : "");
    }
    gw_buf_str(&list, ", OPTIONS");
    if (!list.failed)
        gw_reply_header(request, "Allow", gw_arena_strndup(request->arena, list.data, list.len));
    gw_buf_free(&list);
}

/* OPTIONS on a path that is ours: what may be done with it. */
static bool options(struct gw_http_request *request, const struct gw_err *err)
{
    if (err->code != GW_METHOD)
        return false;
    allow_header(request);
    if (request->method != GW_OPTIONS)
        return false;
    request->reply.status = 204;
    return true;
}

void gw_reply_error(struct gw_http_request *request, const struct gw_err *err)
{
    struct gw_reply *reply = &request->reply;
    int status = gw_code_http(err->code);

    gw_buf_free(&reply->body);
    if (reply->stream.some)
        reply->stream.close(reply->stream.self);
    reply->stream = (struct gw_reply_stream){0};
    if (options(request, err))
        return;
    if (err->retry_after_ms > 0)
        gw_reply_retry_after(request, err->retry_after_ms);
    else if (status == 503)
        gw_reply_retry_after(request, 1000);
    if (status >= 500)
        gw_log(status == 501 ? GW_LOG_INFO : GW_LOG_WARN, "request failed", "code", gw_err_wire(err), "error",
               gw_err_text(err), NULL);
    reply->status = status;
    reply->type = NULL;
    reply->cache = NULL;
    if (gw_page_wanted(request))
        gw_page_error(request, status, err);
    else
        write_body(request, err, &reply->body);
}
