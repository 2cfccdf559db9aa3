/* Taking URLs and forms apart. Building them is the SDK's (sdk_url, sdk_query). */
#include "garmin.h"

#include <string.h>

/* "scheme://authority" of a URL. */
static aorta_str origin(aorta_str url)
{
    for (size_t i = 0; i + 3 <= url.len; i++) {
        if (memcmp(url.ptr + i, "://", 3) != 0)
            continue;
        size_t end = i + 3;
        while (end < url.len && !strchr("/?#", url.ptr[end]))
            end++;
        return (aorta_str){url.ptr, end};
    }
    return (aorta_str){NULL, 0};
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The origin without the port that its scheme means anyway. */
static aorta_str without_default_port(aorta_str o)
{
    static const struct {
        const char *scheme, *port;
    } known[] = {{"https://", ":443"}, {"http://", ":80"}};
    for (size_t i = 0; i < AORTA_COUNT(known); i++) {
        size_t head = strlen(known[i].scheme), tail = strlen(known[i].port);
        if (o.len > head + tail && sdk_str_ieq((aorta_str){o.ptr, head}, known[i].scheme) &&
            memcmp(o.ptr + o.len - tail, known[i].port, tail) == 0)
            o.len -= tail;
    }
    return o;
}

int garmin_same_origin(aorta_str a, aorta_str b)
{
    a = without_default_port(origin(a));
    b = without_default_port(origin(b));
    if (a.len == 0 || a.len != b.len)
        return 0;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return 0;
    return 1;
}

aorta_str garmin_url_path(aorta_str url)
{
    size_t start = origin(url).len, end = start;
    while (end < url.len && url.ptr[end] != '?' && url.ptr[end] != '#')
        end++;
    return (aorta_str){url.ptr + start, end - start};
}

/* One side of a name=value: '+' is a blank, then percent. What does not decode is taken as it stands. */
static aorta_str decode(aorta_ctx *ctx, const char *text, size_t len)
{
    aorta_bytes out;
    aorta_str raw = {text, len};
    if (len == 0 || (!memchr(text, '%', len) && !memchr(text, '+', len)))
        return raw;
    char *copy = sdk_cstr(ctx, raw);
    if (!copy)
        return raw;
    for (size_t i = 0; i < len; i++)
        if (copy[i] == '+')
            copy[i] = ' ';
    raw.ptr = copy;
    if (!memchr(copy, '%', len))
        return raw;
    if (ctx->host->decode(ctx, AORTA_CODEC_PERCENT, copy, len, &out) != AORTA_OK)
        return raw;
    return (aorta_str){(const char *)out.ptr, out.len};
}

int garmin_form_next(aorta_ctx *ctx, aorta_str *form, aorta_pair *ret)
{
    aorta_str pair, name;
    while (sdk_split(form, '&', &pair)) {
        int has_value = pair.len && memchr(pair.ptr, '=', pair.len) != NULL;
        if (!sdk_split(&pair, '=', &name))
            continue;
        ret->name = decode(ctx, name.ptr, name.len);
        ret->value = has_value ? decode(ctx, pair.ptr, pair.len) : (aorta_str){"", 0};
        return 1;
    }
    return 0;
}

aorta_str garmin_form_param(aorta_ctx *ctx, aorta_str form, const char *name)
{
    aorta_pair pair;
    while (garmin_form_next(ctx, &form, &pair))
        if (sdk_str_eq(pair.name, name))
            return pair.value;
    return (aorta_str){NULL, 0};
}

aorta_str garmin_url_param(aorta_ctx *ctx, aorta_str url, const char *name)
{
    const char *mark = url.len ? memchr(url.ptr, '?', url.len) : NULL;
    if (!mark)
        return (aorta_str){NULL, 0};
    aorta_str query = {mark + 1, url.len - (size_t)(mark + 1 - url.ptr)};
    const char *hash = query.len ? memchr(query.ptr, '#', query.len) : NULL;
    if (hash)
        query.len = (size_t)(hash - query.ptr);
    return garmin_form_param(ctx, query, name);
}
