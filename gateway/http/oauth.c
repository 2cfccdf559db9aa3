/* Connecting a provider: the way out to the provider, the way back. */
#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"

enum gw_code gw_answer_oauth_authorize(struct gw_http_request *request, struct gw_err *err)
{
    const char *url, *state;
    enum gw_code code = gw_link_authorize(
        request->http->options.link, request->arena, request->provider, gw_request_arg(request, "user_id")->uuid,
        gw_request_text(request, "redirect_uri"), gw_request_text(request, "scope"), &url, &state, err);

    if (code != GW_OK)
        return code;
    gw_write_text(&request->reply.body, "{\"authorization_url\":", url);
    gw_write_text(&request->reply.body, ",\"state\":", state);
    gw_buf_char(&request->reply.body, '}');
    return gw_reply_json(request, 200, err);
}

/* ---- the way back ---- */

static void add_pair(struct gw_buf *url, char *mark, const char *name, const char *value)
{
    char *encoded = malloc(3 * strlen(value) + 1);

    gw_buf_char(url, *mark);
    *mark = '&';
    gw_buf_str(url, name);
    gw_buf_char(url, '=');
    if (encoded)
        gw_buf_add(url, encoded, gw_percent_encode(gw_str(value), encoded));
    else
        url->failed = true;
    free(encoded);
}

/* The application's URL with what came of it, in front of a fragment. */
static enum gw_code send_back(struct gw_http_request *request, const struct gw_callback_result *result,
                              const char *error, struct gw_err *err)
{
    gw_own_buf struct gw_buf url = {0};
    size_t front = strcspn(result->redirect_uri, "#");
    char mark = memchr(result->redirect_uri, '?', front) ? '&' : '?', user[GW_UUID_TEXT];
    const char *location;

    gw_buf_add(&url, result->redirect_uri, front);
    add_pair(&url, &mark, "provider", request->provider->id);
    add_pair(&url, &mark, "user_id", gw_uuid_text(result->user_id, user));
    add_pair(&url, &mark, "status", error ? "error" : "success");
    if (error)
        add_pair(&url, &mark, "error", error);
    gw_buf_str(&url, result->redirect_uri + front);
    location = url.failed ? NULL : gw_arena_strndup(request->arena, url.data, url.len);
    if (!location)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_reply_header(request, "Location", location);
    gw_reply_header(request, "Referrer-Policy", "no-referrer");
    request->reply.status = 303;
    return GW_OK;
}

/* Without an address to send the browser to: a page, or JSON for who asked for that. */
static enum gw_code say_connected(struct gw_http_request *request, const struct gw_callback_result *result,
                                  struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;

    if (gw_page_wanted(request)) {
        gw_page_connected(request, gw_answer_provider_name(request->provider));
        return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
    }
    gw_buf_str(out, "{\"success\":true,\"message\":\"Successfully connected to ");
    gw_buf_str(out, request->provider->id);
    gw_write_uuid(out, "\",\"user_id\":", result->user_id);
    gw_write_text(out, ",\"provider\":", request->provider->id);
    gw_buf_char(out, '}');
    return gw_reply_json(request, 200, err);
}

static aorta_pair *pairs_of(struct gw_http_request *request)
{
    aorta_pair *pairs = gw_arena_alloc(request->arena, (request->query_count + 1) * sizeof(*pairs));

    for (size_t i = 0; pairs && i < request->query_count; i++) {
        const struct gw_param_text *q = &request->query[i];
        pairs[i] = (aorta_pair){{q->name.ptr, q->name.len}, {q->value.ptr, q->value.len}};
    }
    return pairs;
}

enum gw_code gw_answer_oauth_callback(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_callback_result result = {0};
    aorta_pair *pairs = pairs_of(request);
    enum gw_code code = pairs ? gw_link_callback(request->http->options.link, request->arena, request->provider, pairs,
                                                 (uint32_t)request->query_count, &result, err)
                              : gw_fail(err, GW_NOMEM, NULL);

    if (result.redirect_uri)
        return send_back(request, &result, code == GW_OK ? NULL : gw_err_wire(err), err);
    return code == GW_OK ? say_connected(request, &result, err) : code;
}

/* ---- where clients of older gateways send the browser ---- */

enum gw_code gw_answer_oauth_success(struct gw_http_request *request, struct gw_err *err)
{
    const char *id = gw_request_text(request, "provider");
    const struct gw_provider *provider = id ? gw_registry_find(request->http->options.registry, id) : NULL;
    struct gw_buf *out = &request->reply.body;

    if (gw_page_wanted(request)) {
        gw_page_connected(request, provider ? gw_answer_provider_name(provider) : "Your account");
        return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
    }
    gw_buf_str(out, "{\"success\":true,\"message\":");
    gw_buf_json_cstr(out, gw_arena_printf(request->arena, "Successfully connected to %s", id ? id : ""));
    gw_write_text(out, ",\"user_id\":", gw_request_text(request, "user_id"));
    gw_write_text(out, ",\"provider\":", id);
    gw_buf_char(out, '}');
    return gw_reply_json(request, 200, err);
}

/* The message is whoever's wrote the link: a page of ours does not repeat it. */
enum gw_code gw_answer_oauth_error(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_err why = {0};

    if (gw_page_wanted(request)) {
        gw_fail_wire(&why, GW_DENIED, "oauth.failed", "You can close this window and try it again.");
        gw_page_error(request, 200, &why);
        return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
    }
    gw_write_text(out, "{\"success\":false,\"message\":", gw_request_text(request, "message"));
    gw_buf_char(out, '}');
    return gw_reply_json(request, 200, err);
}
