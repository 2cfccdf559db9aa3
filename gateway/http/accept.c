/* A small reader of Accept: `type/sub;param;q=0.5, …`. What it does not understand names nothing. */
#include "http/accept.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

/* A range of the header as far as it concerns us. */
struct range {
    struct gw_str type, sub;
    int quality; /* thousandths */
};

static struct gw_str trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (struct gw_str){from, (size_t)(to - from)};
}

/* "0.5" in thousandths; what is no quality counts as none given. */
static int quality_of(struct gw_str text)
{
    int v = 0, scale = 1000;

    if (text.len == 0 || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1') ||
        (text.len > 1 && text.ptr[1] != '.'))
        return 1000;
    for (size_t i = 0; i < text.len; i++) {
        if (i == 1)
            continue;
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 1000;
        v += (text.ptr[i] - '0') * scale;
        scale /= 10;
    }
    return v > 1000 ? 1000 : v;
}

static void read_params(const char *p, const char *end, struct range *range)
{
    while (p < end) {
        const char *next = memchr(p, ';', (size_t)(end - p));
        struct gw_str param = trimmed(p, next ? next : end);
        if (param.len > 2 && (param.ptr[0] == 'q' || param.ptr[0] == 'Q') && param.ptr[1] == '=')
            range->quality = quality_of((struct gw_str){param.ptr + 2, param.len - 2});
        p = next ? next + 1 : end;
    }
}

static bool read_range(const char *p, const char *end, struct range *ret)
{
    const char *params = memchr(p, ';', (size_t)(end - p)), *name_end = params ? params : end;
    const char *slash = memchr(p, '/', (size_t)(name_end - p));

    if (!slash)
        return false;
    *ret = (struct range){trimmed(p, slash), trimmed(slash + 1, name_end), 1000};
    if (params)
        read_params(params + 1, end, ret);
    return ret->type.len > 0 && ret->sub.len > 0;
}

static bool is(struct gw_str a, const char *text, size_t len)
{
    return a.len == len && strncasecmp(a.ptr, text, len) == 0;
}

/* 3: this very type, 2: its family, 1: anything, 0: not meant. */
static int exactness(const struct range *range, const char *type)
{
    size_t family = (size_t)(strchr(type, '/') - type);

    if (is(range->type, "*", 1))
        return is(range->sub, "*", 1) ? 1 : 0;
    if (!is(range->type, type, family))
        return 0;
    if (is(range->sub, "*", 1))
        return 2;
    return is(range->sub, type + family + 1, strlen(type) - family - 1) ? 3 : 0;
}

/* How much a header wants one offer: quality, exactness, place. The most exact range decides the quality. */
static long wish(const char *header, const char *type)
{
    const char *end = header + strlen(header);
    long best = 0;
    int exact = 0, place = 0;

    for (const char *p = header; p < end; place++) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
        struct range range;
        if (read_range(p, stop, &range) && exactness(&range, type) > exact) {
            exact = exactness(&range, type);
            best = range.quality == 0 ? 0 : range.quality * 10000L + exact * 1000 + (place < 999 ? 999 - place : 0);
        }
        p = comma ? comma + 1 : end;
    }
    return best;
}

int gw_accept_choose(const char *header, const struct gw_offer *offers, size_t count)
{
    int answer = offers[0].answer;
    long best = 0;

    for (size_t i = 0; header && i < count; i++) {
        long w = wish(header, offers[i].type);
        if (w > best) {
            best = w;
            answer = offers[i].answer;
        }
    }
    return answer;
}
