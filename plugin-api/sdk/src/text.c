/* Text: comparing it, cutting it, copying it into the operation's arena. */
#include "aorta/sdk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

int sdk_str_cmp(aorta_str a, aorta_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

aorta_str sdk_trim(aorta_str text)
{
    size_t begin = text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, end = text.len;
    while (begin < end && is_space(text.ptr[begin]))
        begin++;
    while (end > begin && is_space(text.ptr[end - 1]))
        end--;
    return end ? (aorta_str){text.ptr + begin, end - begin} : text;
}

int sdk_split(aorta_str *rest, char at, aorta_str *part)
{
    if (!rest->len)
        return 0;
    const char *mark = memchr(rest->ptr, at, rest->len);
    size_t len = mark ? (size_t)(mark - rest->ptr) : rest->len, taken = len + (mark != NULL);
    *part = (aorta_str){rest->ptr, len};
    rest->ptr += taken;
    rest->len -= taken;
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
