/* What an answer that was not wanted means. Requests themselves are the host's business. */
#include "aorta/sdk.h"

#include <stdio.h>
#include <string.h>

aorta_str sdk_http_header(const aorta_http_resp *resp, const char *lower_case_name)
{
    return sdk_pair(resp->headers, resp->headers_count, lower_case_name);
}

static aorta_status status_of(int32_t http)
{
    switch (http) {
    case 401:
        return AORTA_ERR_AUTH_EXPIRED;
    case 403:
        return AORTA_ERR_SCOPE;
    case 404:
        return AORTA_ERR_NOT_FOUND;
    case 408:
        return AORTA_ERR_UPSTREAM;
    case 409:
        return AORTA_ERR_CONFLICT;
    case 429:
        return AORTA_ERR_RATE_LIMITED;
    default:
        /* a redirect or a success that nobody expected will not change by asking again */
        return http >= 500 ? AORTA_ERR_UPSTREAM : AORTA_ERR_UPSTREAM_REJECTED;
    }
}

/* "Sun, 22 Nov 2026 12:00:00 GMT", the one date form that RFC 9110 lets a sender write. */
static int http_date(aorta_str text, int64_t *us)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char buf[32], month[4], iso[32];
    int day, year, h, m, s;
    if (text.len < 29 || text.len >= sizeof(buf))
        return -1;
    memcpy(buf, text.ptr, text.len);
    buf[text.len] = '\0';
    if (sscanf(buf, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &h, &m, &s) != 6)
        return -1;
    const char *at = strstr(months, month);
    if (!at || (at - months) % 3 != 0 || year < 0)
        return -1;
    int n =
        snprintf(iso, sizeof(iso), "%04d-%02d-%02dT%02d:%02d:%02dZ", year, (int)(at - months) / 3 + 1, day, h, m, s);
    int32_t offset;
    int has;
    return n > 0 && (size_t)n < sizeof(iso) ? sdk_time_parse((aorta_str){iso, (size_t)n}, us, &offset, &has) : -1;
}

static int64_t retry_after_ms(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    aorta_str text = sdk_http_header(resp, "retry-after");
    int64_t seconds = 0, at;
    if (!text.len)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            if (http_date(text, &at) != 0)
                return 0;
            int64_t ms = (at - ctx->host->now_us(ctx)) / 1000;
            return ms > 0 ? ms : 0;
        }
        if (seconds < 100000000)
            seconds = seconds * 10 + (text.ptr[i] - '0');
    }
    return seconds * 1000;
}

aorta_status sdk_http_failure(aorta_ctx *ctx, const aorta_http_resp *resp, const char *code, const char *what)
{
    char text[256];
    int n = snprintf(text, sizeof(text), "the provider answered %d to %s", (int)resp->status, what);
    if (n < 0)
        n = 0;
    if ((size_t)n >= sizeof(text))
        n = (int)sizeof(text) - 1;
    aorta_error err = {.struct_size = sizeof(err),
                       .status = status_of(resp->status),
                       .code = code,
                       .message = {text, (size_t)n},
                       .upstream_status = resp->status};
    if (resp->status == 429 || resp->status == 503)
        err.retry_after_ms = retry_after_ms(ctx, resp);
    ctx->host->fail(ctx, &err);
    return err.status;
}
