/* Query strings and form bodies, and the pairs that come back. Everything is percent-encoded by RFC 3986: the
 * unreserved characters stay, a space is %20, which form decoders accept too. */
#include "aorta/sdk.h"
#include "grow.h"

#include <stdio.h>
#include <string.h>

static int unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static size_t encode(char *out, aorta_str in)
{
    static const char hex[] = "0123456789ABCDEF";
    char *p = out;
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        if (unreserved(c)) {
            *p++ = (char)c;
        } else {
            *p++ = '%';
            *p++ = hex[c >> 4];
            *p++ = hex[c & 15];
        }
    }
    return (size_t)(p - out);
}

void sdk_query_add(aorta_ctx *ctx, sdk_query *q, const char *name, aorta_str value)
{
    aorta_str key = sdk_str(name);
    char *text = q->failed ? NULL : sdk_grow(ctx, q->text, q->len, &q->cap, 2 + 3 * (key.len + value.len));
    if (!text) {
        q->failed = 1;
        return;
    }
    q->text = text;
    if (q->len)
        q->text[q->len++] = '&';
    q->len += encode(q->text + q->len, key);
    q->text[q->len++] = '=';
    q->len += encode(q->text + q->len, value);
}

void sdk_query_add_int(aorta_ctx *ctx, sdk_query *q, const char *name, int64_t value)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)value);
    sdk_query_add(ctx, q, name, (aorta_str){text, (size_t)n});
}

static char *append(char *out, const char *text, size_t len)
{
    if (len)
        memcpy(out, text, len);
    return out + len;
}

aorta_str sdk_url(aorta_ctx *ctx, aorta_str base, const char *path, const sdk_query *q)
{
    if (q && q->failed)
        return (aorta_str){NULL, 0};
    size_t path_len = path ? strlen(path) : 0;
    size_t query_len = q ? q->len : 0;
    char *text = ctx->host->alloc(ctx, base.len + path_len + query_len + 2);
    if (!text)
        return (aorta_str){NULL, 0};
    char *p = append(text, base.ptr, base.len);
    p = append(p, path, path_len);
    if (query_len) {
        *p = memchr(text, '?', (size_t)(p - text)) ? '&' : '?'; /* the base may bring a query of its own */
        p = append(p + 1, q->text, query_len);
    }
    *p = '\0';
    return (aorta_str){text, (size_t)(p - text)};
}

aorta_bytes sdk_form(const sdk_query *q)
{
    if (q->failed)
        return (aorta_bytes){NULL, 0};
    return (aorta_bytes){(const uint8_t *)q->text, q->len};
}

aorta_str sdk_pair(const aorta_pair *pairs, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (sdk_str_eq(pairs[i].name, name))
            return pairs[i].value;
    return (aorta_str){NULL, 0};
}

aorta_str sdk_field(const aorta_field *fields, uint32_t count, const char *key)
{
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].value.type == AORTA_TYPE_STRING && sdk_str_eq(fields[i].key, key))
            return fields[i].value.u.s;
    return (aorta_str){NULL, 0};
}
