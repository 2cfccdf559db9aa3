/* The door to the Cloud API. Azure API Management stands before it and answers for itself, with the same
 * status codes as the API behind it: telling the two apart decides whether the operator, the user or nobody
 * has to act. */
#include "api.h"

#include <string.h>

/* ---- refusals ---- */

static aorta_status config_failure(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    aorta_error err = {.struct_size = sizeof(err),
                       .status = AORTA_ERR_CONFIG,
                       .code = "suunto.subscription",
                       .message = AORTA_S("Suunto does not accept the subscription key, or its product does not "
                                          "include this call"),
                       .field = AORTA_S("subscription_key"),
                       .upstream_status = resp->status};
    ctx->host->fail(ctx, &err);
    return err.status;
}

static aorta_status quota_failure(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    aorta_str text = sdk_http_header(resp, "retry-after");
    int64_t seconds = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9' && seconds < 10000000; i++)
        seconds = seconds * 10 + (text.ptr[i] - '0');
    aorta_error err = {.struct_size = sizeof(err),
                       .status = AORTA_ERR_RATE_LIMITED,
                       .code = "suunto.quota",
                       .message = AORTA_S("the quota of the subscribed Suunto product is used up"),
                       .retry_after_ms = seconds ? seconds * 1000 : 3600000, /* weekly quotas refill slowly */
                       .upstream_status = resp->status};
    ctx->host->fail(ctx, &err);
    return err.status;
}

static int contains(aorta_str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (sdk_str_ieq((aorta_str){text.ptr + i, len}, word))
            return 1;
    return 0;
}

/* The message of API Management, {"statusCode": n, "message": "…"}; empty when the API itself answered. */
static aorta_str gateway_message(aorta_str body)
{
    aorta_str code, message;
    if (sdk_outline_member(body, "statusCode", &code) != 0 || sdk_outline_member(body, "message", &message) != 0)
        return (aorta_str){NULL, 0};
    return message;
}

/* A 401 that is not about the key refuses a token which the host has just renewed, for that is what it does
 * before anybody sees a 401. A grant that is gone fails in the renewal; this is Suunto contradicting itself,
 * as in its outages, and must not cost the user the connection. */
static aorta_status token_failure(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    return sdk_fail_answer(ctx, AORTA_ERR_UPSTREAM, "suunto.fresh_token_refused", resp,
                           "Suunto refuses an access token that it has just given");
}

static int about_the_key(aorta_str message)
{
    static const char *const words[] = {"subscription", "access denied", "product", "operation"};
    for (size_t i = 0; i < AORTA_COUNT(words); i++)
        if (contains(message, words[i]))
            return 1;
    return 0;
}

static aorta_status refused(aorta_ctx *ctx, const aorta_http_resp *resp, aorta_str body)
{
    aorta_str message = gateway_message(body);
    if (resp->status == 401)
        return about_the_key(message) ? config_failure(ctx, resp) : token_failure(ctx, resp);
    if (resp->status != 403)
        return sdk_http_failure(ctx, resp, "suunto.api", "a request for data");
    /* There is one scope, and who connected has granted it: 403 is about the subscription. */
    if (contains(message, "quota") || sdk_http_header(resp, "retry-after").len)
        return quota_failure(ctx, resp);
    return config_failure(ctx, resp);
}

/* ---- successes that are none ---- */

/* {"error": {…}} or {"code": …} without data, with status 200. */
static int error_in_disguise(aorta_str body)
{
    aorta_str error, code, payload;
    if (sdk_outline_member(body, "error", &error) == 0 && !sdk_str_eq(error, "null"))
        return 1;
    return sdk_outline_member(body, "code", &code) == 0 && !sdk_str_eq(code, "null") &&
           sdk_outline_member(body, "payload", &payload) != 0;
}

aorta_status api_get(const struct suunto *self, aorta_ctx *ctx, const char *path, const sdk_query *query,
                     uint64_t max_response, struct api_answer *ret)
{
    *ret = (struct api_answer){.resp = NULL};
    aorta_str url = sdk_url(ctx, self->api_url, path, query);
    if (!url.len)
        return AORTA_ERR_NOMEM;
    const aorta_pair headers[] = {
        {AORTA_S("ocp-apim-subscription-key"), self->subscription_key},
        {AORTA_S("accept"), AORTA_S("application/json")},
    };
    const aorta_http_req req = {.struct_size = sizeof(req),
                                .flags = AORTA_HTTP_AUTH,
                                .method = "GET",
                                .url = url,
                                .headers = headers,
                                .headers_count = AORTA_COUNT(headers),
                                .max_response = max_response,
                                .rate_key = self->developer ? "developer" : NULL};
    const aorta_http_resp *resp;
    aorta_status st = ctx->host->http(ctx, &req, &resp);
    if (st != AORTA_OK) {
        ret->too_large = st == AORTA_ERR_UPSTREAM_REJECTED;
        return st;
    }
    aorta_str body = sdk_trim((aorta_str){(const char *)resp->body.ptr, resp->body.len});
    if (resp->status < 200 || resp->status > 299)
        st = refused(ctx, resp, body);
    else if (error_in_disguise(body))
        st = sdk_fail(ctx, AORTA_ERR_UPSTREAM, "suunto.api_error", "Suunto answered 200 with an error inside");
    if (st != AORTA_OK) {
        ctx->host->http_release(ctx, resp);
        return st;
    }
    ret->resp = resp;
    ret->body = body;
    return AORTA_OK;
}
