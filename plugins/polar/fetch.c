/* One request for data, and what its answer means. */
#include "sync.h"

#include <math.h>

/* "12, 4711": two windows, the short one first. */
static double number_at(aorta_str header, int place)
{
    aorta_str part;
    double v;
    do
        if (!sdk_split(&header, ',', &part))
            return NAN;
    while (place-- > 0);
    return sdk_number_parse(sdk_trim(part), &v) == 0 ? v : NAN;
}

/* Polar need not say Retry-After, but tells of each window how full it is and when it begins again. */
static int64_t reset_ms(const aorta_http_resp *resp)
{
    aorta_str usage = sdk_http_header(resp, "ratelimit-usage"), limit = sdk_http_header(resp, "ratelimit-limit"),
              reset = sdk_http_header(resp, "ratelimit-reset");
    double longest = 0;
    for (int i = 0; i < 2; i++) {
        double seconds = number_at(reset, i);
        if (number_at(usage, i) >= number_at(limit, i) && seconds > longest)
            longest = seconds;
    }
    return longest > 0 && longest <= 86400 ? (int64_t)(longest * 1000) : 0;
}

static aorta_status too_many(aorta_ctx *ctx, const aorta_http_resp *resp, const char *what)
{
    int64_t wait_ms = reset_ms(resp);
    if (sdk_http_header(resp, "retry-after").len || wait_ms == 0)
        return sdk_http_failure(ctx, resp, "polar.rate_limited", what);
    const aorta_error err = {.struct_size = sizeof(err),
                             .status = AORTA_ERR_RATE_LIMITED,
                             .code = "polar.rate_limited",
                             .message = AORTA_S("Polar's budget of requests is used up"),
                             .retry_after_ms = wait_ms,
                             .upstream_status = resp->status};
    return ctx->host->fail(ctx, &err);
}

/* An answer other than 200: a failure of the sync, or nothing. */
static aorta_status judge(aorta_ctx *ctx, const aorta_http_resp *resp, const char *what)
{
    switch (resp->status) {
    case 204:
    case 404:
        return AORTA_OK;
    case 401: /* there is no refresh: a token that is not accepted was ended */
        return sdk_fail(ctx, AORTA_ERR_AUTH_REVOKED, "polar.revoked", "Polar no longer accepts the user's token");
    case 403:
        return sdk_fail(ctx, AORTA_ERR_SCOPE, "polar.consents_missing",
                        "the user has not accepted all consents that Polar requires");
    case 429:
        return too_many(ctx, resp, what);
    default:
        if (resp->status < 400 || resp->status >= 500 || resp->status == 408)
            return sdk_http_failure(ctx, resp, "polar.answer", what);
        sdk_log(ctx, AORTA_LOG_WARN, "Polar answered %d to %s: left out", (int)resp->status, what);
        return AORTA_OK;
    }
}

aorta_status polar_fetch(struct polar_walk *w, const char *path, const sdk_query *query, const char *what,
                         const aorta_http_resp **resp, sdk_json *ret)
{
    aorta_ctx *ctx = w->ctx;
    const aorta_pair headers[] = {{AORTA_S("accept"), AORTA_S("application/json")}};
    const aorta_http_req req = {
        .struct_size = sizeof(req),
        .flags = AORTA_HTTP_AUTH,
        .method = "GET",
        .url = sdk_url(ctx, w->polar->api_url, path, query),
        .headers = headers,
        .headers_count = AORTA_COUNT(headers),
        .rate_key = "default",
    };
    ret->node = NULL;
    *resp = NULL;
    if (!req.url.ptr)
        return AORTA_ERR_NOMEM;
    aorta_status st = ctx->host->http(ctx, &req, resp);
    if (st != AORTA_OK)
        return st;
    if ((*resp)->status != 200)
        return judge(ctx, *resp, what);
    if ((*resp)->body.len == 0)
        return AORTA_OK;
    st = sdk_json_parse(ctx, (*resp)->body.ptr, (*resp)->body.len, ret);
    if (st == AORTA_ERR_DATA) /* cut short on its way, most likely: worth another try */
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM, "polar.answer", "Polar's answer to %s cannot be read", what);
    return st;
}

void polar_release(struct polar_walk *w, const aorta_http_resp *resp)
{
    if (resp)
        w->ctx->host->http_release(w->ctx, resp);
}
