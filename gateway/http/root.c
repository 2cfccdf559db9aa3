/* Is anybody there, and can they work. */
#include "http/answers.h"
#include "http/inside.h"

enum gw_code gw_answer_root(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_str(&request->reply.body, "{\"message\":\"Server is running!\"}");
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_health(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_str(&request->reply.body, "{\"status\":\"ok\"}");
    return gw_reply_json(request, 200, err);
}

/* Providers that are not ready are told, and do not make the gateway unready: the others work. */
static void write_providers(const struct gw_registry *registry, struct gw_buf *out)
{
    gw_buf_str(out, ",\"providers\":{");
    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_provider *provider = gw_registry_at(registry, i);
        gw_buf_str(out, i ? "," : "");
        gw_buf_json_cstr(out, provider->id);
        gw_buf_char(out, ':');
        gw_buf_json_cstr(out, provider->state);
    }
    gw_buf_str(out, "}}");
}

enum gw_code gw_answer_ready(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_http *http = request->http;
    struct gw_buf *out = &request->reply.body;
    bool database = gw_store_ping(http->options.db, NULL) == GW_OK;
    bool ready = database && atomic_load(&http->ready) && !atomic_load(&http->draining);

    gw_buf_str(out, ready ? "{\"status\":\"ready\"" : "{\"status\":\"not ready\"");
    gw_buf_str(out, database ? ",\"database\":\"ok\"" : ",\"database\":\"unavailable\"");
    write_providers(http->options.registry, out);
    return gw_reply_json(request, ready ? 200 : 503, err);
}
