/* Log lines, warnings and failures: one sentence each, cut where it is too long. */
#include "aorta/sdk.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_MAX_BYTES 1024

/* A cut must not leave half a UTF-8 character behind. */
static size_t whole_characters(const char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && len - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return len;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return len - (start - 1) < need ? start - 1 : len;
}

static size_t line(char *buf, size_t cap, const char *fmt, va_list args) __attribute__((format(printf, 3, 0)));
static size_t line(char *buf, size_t cap, const char *fmt, va_list args)
{
    int n = vsnprintf(buf, cap, fmt, args);
    if (n < 0)
        return 0;
    return (size_t)n < cap ? (size_t)n : whole_characters(buf, cap - 1);
}

void sdk_log(aorta_ctx *ctx, uint32_t level, const char *fmt, ...)
{
    char buf[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    size_t len = line(buf, sizeof(buf), fmt, args);
    va_end(args);
    ctx->host->log(ctx, level, buf, len, NULL, 0);
}

void sdk_warn(aorta_ctx *ctx, const char *fmt, ...)
{
    char buf[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    size_t len = line(buf, sizeof(buf), fmt, args);
    va_end(args);
    const aorta_field kv = {AORTA_S("warning"), {.type = AORTA_TYPE_STRING, .u.s = {buf, len}}};
    ctx->host->log(ctx, AORTA_LOG_WARN, buf, len, &kv, 1);
}

/* What all failures share; err brings what sets them apart. */
static aorta_status fail(aorta_ctx *ctx, aorta_error *err, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
static aorta_status fail(aorta_ctx *ctx, aorta_error *err, const char *fmt, va_list args)
{
    char buf[LINE_MAX_BYTES];
    err->struct_size = sizeof(*err);
    err->message = (aorta_str){buf, line(buf, sizeof(buf), fmt, args)};
    ctx->host->fail(ctx, err);
    return err->status;
}

aorta_status sdk_fail(aorta_ctx *ctx, aorta_status status, const char *code, const char *fmt, ...)
{
    aorta_error err = {.status = status, .code = code};
    va_list args;
    va_start(args, fmt);
    fail(ctx, &err, fmt, args);
    va_end(args);
    return status;
}

aorta_status sdk_fail_field(aorta_ctx *ctx, aorta_status status, const char *code, const char *field, const char *fmt,
                            ...)
{
    aorta_error err = {.status = status, .code = code, .field = sdk_str(field)};
    va_list args;
    va_start(args, fmt);
    fail(ctx, &err, fmt, args);
    va_end(args);
    return status;
}

aorta_status sdk_fail_answer(aorta_ctx *ctx, aorta_status status, const char *code, const aorta_http_resp *resp,
                             const char *fmt, ...)
{
    aorta_error err = {.status = status, .code = code, .upstream_status = resp->status};
    va_list args;
    va_start(args, fmt);
    fail(ctx, &err, fmt, args);
    va_end(args);
    return status;
}
