/* Decoding once, checking once: nothing behind this file sees an escape or a broken byte. */
#include "http/query.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* -1: not an escape */
static int escape_at(struct gw_str text, size_t i)
{
    int high, low;

    if (text.len - i < 3)
        return -1;
    high = hex_digit(text.ptr[i + 1]);
    low = hex_digit(text.ptr[i + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool plain(struct gw_str text, bool plus)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '%' || (plus && text.ptr[i] == '+'))
            return false;
    return true;
}

enum gw_code gw_percent_decode(struct gw_str text, bool plus, struct gw_arena *arena, struct gw_str *ret,
                               struct gw_err *err)
{
    char *out = NULL;
    size_t n = 0;

    if (!plain(text, plus)) {
        out = gw_arena_alloc(arena, text.len);
        if (!out)
            return gw_fail(err, GW_NOMEM, NULL);
        for (size_t i = 0; i < text.len; i++, n++) {
            int byte = text.ptr[i] == '%' ? escape_at(text, i) : (unsigned char)text.ptr[i];
            if (byte < 0)
                return gw_fail(err, GW_MALFORMED, "The URL has a broken percent escape.");
            if (text.ptr[i] == '%')
                i += 2;
            else if (plus && byte == '+')
                byte = ' ';
            out[n] = (char)byte;
        }
        text = (struct gw_str){out, n};
    }
    if (!gw_utf8_valid(text.ptr, text.len))
        return gw_fail(err, GW_MALFORMED, "The URL has bytes that are not UTF-8 text.");
    *ret = text;
    return GW_OK;
}

static struct gw_str cut(struct gw_str *rest, char at)
{
    const char *found = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
    struct gw_str front = {rest->ptr, found ? (size_t)(found - rest->ptr) : rest->len};

    *rest = found ? (struct gw_str){found + 1, rest->len - front.len - 1} : (struct gw_str){"", 0};
    return front;
}

static size_t count_pairs(struct gw_str text)
{
    size_t n = text.len > 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '&';
    return n;
}

enum gw_code gw_query_parse(struct gw_str text, struct gw_arena *arena, struct gw_param_text **ret, size_t *ret_count,
                            struct gw_err *err)
{
    size_t most = count_pairs(text), n = 0;
    struct gw_param_text *pairs;
    enum gw_code code;

    if (most > GW_QUERY_MOST)
        return gw_fail(err, GW_MALFORMED, "The query has more than %d parameters.", GW_QUERY_MOST);
    pairs = gw_arena_alloc(arena, (most + 1) * sizeof(*pairs));
    if (!pairs)
        return gw_fail(err, GW_NOMEM, NULL);
    while (text.len > 0) {
        struct gw_str value = cut(&text, '&'), name;
        if (value.len == 0)
            continue;
        name = cut(&value, '=');
        code = gw_percent_decode(name, true, arena, &pairs[n].name, err);
        if (code == GW_OK)
            code = gw_percent_decode(value, true, arena, &pairs[n].value, err);
        if (code != GW_OK)
            return code;
        n++;
    }
    *ret = pairs;
    *ret_count = n;
    return GW_OK;
}

/* `http://host/path` is as good as `/path`. */
static struct gw_str without_authority(struct gw_str target)
{
    const char *scheme = target.len && target.ptr[0] != '/' ? memmem(target.ptr, target.len, "://", 3) : NULL;
    const char *slash;
    size_t skipped;

    if (!scheme)
        return target;
    skipped = (size_t)(scheme + 3 - target.ptr);
    slash = memchr(scheme + 3, '/', target.len - skipped);
    return slash ? (struct gw_str){slash, target.len - (size_t)(slash - target.ptr)} : GW_STR("/");
}

void gw_target_split(struct gw_str target, struct gw_str *ret_path, struct gw_str *ret_query)
{
    struct gw_str rest = without_authority(target);

    rest = cut(&rest, '#');
    *ret_path = cut(&rest, '?');
    *ret_query = rest;
}
