/* Requests to Garmin's API with the connection's right, and what its answers mean. What to ask is decided
 * elsewhere. */
#include "garmin.h"

#include <string.h>

aorta_status garmin_request(const struct garmin *g, aorta_ctx *ctx, const struct garmin_call *call,
                            const aorta_http_resp **ret)
{
    struct garmin_grant own;
    const struct garmin_grant *grant = call->grant;
    if (!grant && garmin_grant_of(ctx->conn, &own))
        grant = &own;
    aorta_pair headers[2] = {{AORTA_S("Accept"), AORTA_S("application/json")}};
    aorta_http_req req = {
        .struct_size = sizeof(req),
        .method = call->method ? call->method : "GET",
        .url = call->url,
        .headers = headers,
        .headers_count = 1,
        .timeout_ms = call->timeout_ms,
        .max_response = call->max_response,
        .rate_key = call->rate_key,
    };
    if (!call->url.ptr)
        return AORTA_ERR_NOMEM;
    if (!grant) {
        req.flags |= AORTA_HTTP_AUTH;
        return ctx->host->http(ctx, &req, ret);
    }
    aorta_str right = grant->secret.len ? garmin_oauth1_header(g, ctx, req.method, call->url, grant, NULL)
                                        : sdk_bearer_auth(ctx, grant->token);
    if (!right.ptr)
        return AORTA_ERR_NOMEM;
    headers[1] = (aorta_pair){AORTA_S("Authorization"), right};
    req.headers_count = 2;
    if (grant->secret.len)
        req.flags |= AORTA_HTTP_NO_RETRY; /* a signature holds a nonce, which is good for one use */
    return ctx->host->http(ctx, &req, ret);
}

int garmin_says(const aorta_http_resp *resp, const char *needle)
{
    return resp->body.len && memmem(resp->body.ptr, resp->body.len, needle, strlen(needle)) != NULL;
}

int garmin_withdrawn(const aorta_http_resp *resp)
{
    return resp->status == 403 && garmin_says(resp, "withdrawn");
}

aorta_status garmin_refused(aorta_ctx *ctx, const aorta_http_resp *resp, const char *code, const char *what)
{
    struct garmin_grant grant;
    int refused = resp->status == 401 && garmin_grant_of(ctx->conn, &grant);
    if (refused && (garmin_says(resp, "nonce") || garmin_says(resp, "timestamp")))
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM, code, "Garmin did not accept the time or nonce of a signed request");
    if (refused || garmin_withdrawn(resp))
        return sdk_fail(ctx, AORTA_ERR_AUTH_REVOKED, "garmin.grant_revoked", "the user's grant at Garmin has ended");
    return sdk_http_failure(ctx, resp, code, what);
}
