/* Text in the operation's arena, log lines and failures. Nothing here keeps anything beyond the operation. */
#include "aorta/sdk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 1024 /* a log line or a message longer than this is cut */

aorta_str sdk_str(const char *text)
{
    return (aorta_str){text, text ? strlen(text) : 0};
}

int sdk_str_eq(aorta_str a, const char *b)
{
    return b && a.len == strlen(b) && (a.len == 0 || memcmp(a.ptr, b, a.len) == 0);
}

static unsigned char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : (unsigned char)c;
}

int sdk_str_ieq(aorta_str a, const char *b)
{
    if (!b || a.len != strlen(b))
        return 0;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b[i]))
            return 0;
    return 1;
}

aorta_str sdk_format(aorta_ctx *ctx, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = need < 0 ? NULL : ctx->host->alloc(ctx, (size_t)need + 1);
    if (!text)
        return (aorta_str){NULL, 0};
    va_start(args, fmt);
    vsnprintf(text, (size_t)need + 1, fmt, args);
    va_end(args);
    return (aorta_str){text, (size_t)need};
}

char *sdk_cstr(aorta_ctx *ctx, aorta_str s)
{
    char *text = ctx->host->alloc(ctx, s.len + 1);
    if (!text)
        return NULL;
    if (s.len)
        memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    return text;
}

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

aorta_status sdk_fail(aorta_ctx *ctx, aorta_status status, const char *code, const char *fmt, ...)
{
    char buf[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    size_t len = line(buf, sizeof(buf), fmt, args);
    va_end(args);
    aorta_error err = {.struct_size = sizeof(err), .status = status, .code = code, .message = {buf, len}};
    ctx->host->fail(ctx, &err);
    return status;
}
