/* Growth by doubling, number and JSON text writing. */
#include "base/buf.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void gw_buf_free(struct gw_buf *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}

void gw_buf_wipe_free(struct gw_buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    gw_buf_free(b);
}

bool gw_buf_reserve(struct gw_buf *b, size_t more)
{
    size_t need, cap;
    char *data;

    if (b->failed)
        return false;
    if (__builtin_add_overflow(b->len, more, &need) || (b->most && need > b->most)) {
        b->failed = true;
        return false;
    }
    if (need <= b->cap)
        return true;
    for (cap = b->cap ? b->cap : 256; cap < need;)
        cap *= 2;
    data = realloc(b->data, cap);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

void gw_buf_add(struct gw_buf *b, const void *data, size_t len)
{
    if (len && gw_buf_reserve(b, len)) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
}

void gw_buf_str(struct gw_buf *b, const char *text)
{
    gw_buf_add(b, text, strlen(text));
}

void gw_buf_char(struct gw_buf *b, char c)
{
    if (gw_buf_reserve(b, 1))
        b->data[b->len++] = c;
}

void gw_buf_printf(struct gw_buf *b, const char *fmt, ...)
{
    va_list args, again;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        b->failed = true;
    else if (gw_buf_reserve(b, (size_t)n + 1)) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

const char *gw_buf_cstr(struct gw_buf *b)
{
    if (!gw_buf_reserve(b, 1))
        return NULL;
    b->data[b->len] = '\0';
    return b->data;
}

char *gw_buf_take(struct gw_buf *b, size_t *ret_len)
{
    char *data = (char *)gw_buf_cstr(b);

    if (!data) {
        gw_buf_free(b);
        return NULL;
    }
    if (ret_len)
        *ret_len = b->len;
    memset(b, 0, sizeof(*b));
    return data;
}

void gw_buf_i64(struct gw_buf *b, int64_t v)
{
    char text[24], *p = text + sizeof(text);
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--p = '-';
    gw_buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

/* Values with up to four decimals are most of what we print: written as integers with a point. */
static bool add_short_decimal(struct gw_buf *b, double v)
{
    char text[32], *p = text + sizeof(text);
    double scaled = v * 10000;
    int64_t n;
    uint64_t u, fraction;

    if (fabs(v) >= 1e11 || (v == 0 && signbit(v)))
        return false;
    n = (int64_t)llrint(scaled);
    if ((double)n / 10000 != v)
        return false;
    u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    fraction = u % 10000;
    u /= 10000;
    if (fraction) {
        int digits = 4;
        while (fraction % 10 == 0) {
            fraction /= 10;
            digits--;
        }
        for (; digits > 0; digits--, fraction /= 10)
            *--p = (char)('0' + fraction % 10);
    } else {
        *--p = '0';
    }
    *--p = '.';
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (n < 0)
        *--p = '-';
    gw_buf_add(b, p, (size_t)(text + sizeof(text) - p));
    return true;
}

void gw_buf_f64(struct gw_buf *b, double v)
{
    char text[40];

    if (!isfinite(v)) {
        gw_buf_str(b, "null");
        return;
    }
    if (add_short_decimal(b, v))
        return;
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*g", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    gw_buf_str(b, text);
    if (!strpbrk(text, ".e"))
        gw_buf_str(b, ".0");
}

static size_t valid_prefix(const char *s, size_t left)
{
    for (size_t n = 1; n <= 4 && n <= left; n++)
        if (gw_utf8_valid(s, n))
            return n;
    return 0;
}

static void add_json_special(struct gw_buf *b, unsigned char c)
{
    switch (c) {
    case '"':
        gw_buf_str(b, "\\\"");
        break;
    case '\\':
        gw_buf_str(b, "\\\\");
        break;
    case '\n':
        gw_buf_str(b, "\\n");
        break;
    case '\r':
        gw_buf_str(b, "\\r");
        break;
    case '\t':
        gw_buf_str(b, "\\t");
        break;
    default:
        gw_buf_printf(b, "\\u%04x", c);
    }
}

void gw_buf_json(struct gw_buf *b, struct gw_str text)
{
    gw_buf_char(b, '"');
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        size_t run = i;
        while (run < text.len && (unsigned char)text.ptr[run] >= 0x20 && (unsigned char)text.ptr[run] < 0x7f &&
               text.ptr[run] != '"' && text.ptr[run] != '\\')
            run++;
        if (run > i) {
            gw_buf_add(b, text.ptr + i, run - i);
            i = run;
        } else if (c < 0x80) {
            add_json_special(b, c);
            i++;
        } else {
            size_t n = valid_prefix(text.ptr + i, text.len - i);
            if (n)
                gw_buf_add(b, text.ptr + i, n);
            else
                gw_buf_str(b, "\xef\xbf\xbd");
            i += n ? n : 1;
        }
    }
    gw_buf_char(b, '"');
}

void gw_buf_json_cstr(struct gw_buf *b, const char *text)
{
    if (text)
        gw_buf_json(b, gw_str(text));
    else
        gw_buf_str(b, "null");
}
