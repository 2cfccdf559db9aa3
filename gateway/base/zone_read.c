/* A zone's table, RFC 8536: a head, the same in 32 bits, a head, the changes in 64 bits, a rule as text. */
#include <stdlib.h>

#include "base/zone_table.h"

#define HEAD_LEN     44
#define CHANGES_MOST 20000 /* real ones have some hundreds */
#define OFFSET_MOST  (26 * 3600)
#define SECOND_MOST  (167 * 3600)

struct head {
    uint8_t version;
    uint32_t is_ut, is_standard, leaps, times, types, chars;
};

static int64_t number(const char *p, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++)
        v = v << 8 | (uint8_t)p[i];
    return bytes == 4 ? (int32_t)(uint32_t)v : (int64_t)v;
}

static bool read_head(struct gw_str *in, struct head *ret)
{
    uint32_t *const counts[] = {&ret->is_ut, &ret->is_standard, &ret->leaps, &ret->times, &ret->types, &ret->chars};

    if (in->len < HEAD_LEN || memcmp(in->ptr, "TZif", 4) != 0)
        return false;
    ret->version = (uint8_t)in->ptr[4];
    for (int i = 0; i < 6; i++) {
        *counts[i] = (uint32_t)number(in->ptr + 20 + 4 * i, 4);
        if (*counts[i] > CHANGES_MOST)
            return false;
    }
    in->ptr += HEAD_LEN;
    in->len -= HEAD_LEN;
    return true;
}

static size_t body_len(const struct head *h, size_t width)
{
    return h->times * (width + 1) + h->types * 6 + h->chars + h->leaps * (width + 4) + h->is_standard + h->is_ut;
}

static bool skip(struct gw_str *in, size_t len)
{
    if (in->len < len)
        return false;
    in->ptr += len;
    in->len -= len;
    return true;
}

/* Tables that count leap seconds are another clock than ours. */
static bool read_changes(struct gw_str in, const struct head *h, struct gw_zone *zone)
{
    const char *times = in.ptr, *kinds = times + 8 * (size_t)h->times, *types = kinds + h->times;

    if (h->types == 0 || h->leaps != 0)
        return false;
    zone->changes = calloc(h->times + 1, sizeof(*zone->changes));
    if (!zone->changes)
        return false;
    zone->first_s = (int32_t)number(types, 4);
    for (uint32_t i = 0; i < h->types; i++) {
        int64_t offset = number(types + 6 * (size_t)i, 4);
        if (offset > OFFSET_MOST || offset < -OFFSET_MOST)
            return false;
    }
    for (uint32_t i = 0; i < h->times; i++) {
        uint8_t kind = (uint8_t)kinds[i];
        struct zone_change *c = &zone->changes[i];
        if (kind >= h->types)
            return false;
        *c = (struct zone_change){number(times + 8 * (size_t)i, 8), (int32_t)number(types + 6 * (size_t)kind, 4)};
        if (i > 0 && c->at <= c[-1].at)
            return false;
    }
    zone->count = h->times;
    return true;
}

/* ---- the rule: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

struct text {
    const char *p, *end;
};

static bool take(struct text *t, char c)
{
    if (t->p == t->end || *t->p != c)
        return false;
    t->p++;
    return true;
}

static bool digits(struct text *t, int32_t most, int32_t *ret)
{
    const char *first = t->p;
    int32_t v = 0;

    while (t->p < t->end && *t->p >= '0' && *t->p <= '9' && v <= most)
        v = v * 10 + (*t->p++ - '0');
    *ret = v;
    return t->p > first && v <= most;
}

static bool abbreviation(struct text *t)
{
    const char *first = t->p;

    if (take(t, '<')) {
        while (t->p < t->end && *t->p != '>')
            t->p++;
        return take(t, '>');
    }
    while (t->p < t->end && ((*t->p >= 'A' && *t->p <= 'Z') || (*t->p >= 'a' && *t->p <= 'z')))
        t->p++;
    return t->p - first >= 3;
}

/* [+-]h[:mm[:ss]] */
static bool clock_text(struct text *t, int32_t *ret)
{
    bool minus = take(t, '-');
    int32_t h, m = 0, s = 0;

    if (!minus)
        take(t, '+');
    if (!digits(t, SECOND_MOST / 3600, &h) || (take(t, ':') && !digits(t, 59, &m)) ||
        (take(t, ':') && !digits(t, 59, &s)))
        return false;
    *ret = (h * 3600 + m * 60 + s) * (minus ? -1 : 1);
    return true;
}

/* POSIX counts offsets westwards. */
static bool offset_text(struct text *t, int32_t *ret)
{
    if (!clock_text(t, ret) || *ret > OFFSET_MOST || *ret < -OFFSET_MOST)
        return false;
    *ret = -*ret;
    return true;
}

static bool when_text(struct text *t, struct zone_when *ret)
{
    struct zone_when w = {.form = ZONE_DAY, .second = 2 * 3600};
    bool good;

    if (take(t, 'M')) {
        w.form = ZONE_WEEKDAY;
        good = digits(t, 12, &w.month) && take(t, '.') && digits(t, 5, &w.week) && take(t, '.') &&
               digits(t, 6, &w.day) && w.month >= 1 && w.week >= 1;
    } else if (take(t, 'J')) {
        w.form = ZONE_JULIAN;
        good = digits(t, 365, &w.day) && w.day >= 1;
    } else {
        good = digits(t, 365, &w.day);
    }
    if (good && take(t, '/'))
        good = clock_text(t, &w.second);
    *ret = w;
    return good;
}

static bool rule_text(struct text t, struct zone_rule *rule)
{
    if (!abbreviation(&t) || !offset_text(&t, &rule->standard_s))
        return false;
    rule->known = true;
    if (t.p == t.end)
        return true;
    if (!abbreviation(&t))
        return false;
    rule->daylight_s = rule->standard_s + 3600;
    if (t.p < t.end && *t.p != ',' && !offset_text(&t, &rule->daylight_s))
        return false;
    rule->changes = true;
    return take(&t, ',') && when_text(&t, &rule->begins) && take(&t, ',') && when_text(&t, &rule->ends) && t.p == t.end;
}

/* Between two line ends; empty: the last change of the table holds for ever. */
static bool read_rule(struct gw_str in, struct zone_rule *rule)
{
    const char *end;

    if (in.len < 2 || in.ptr[0] != '\n')
        return false;
    end = memchr(in.ptr + 1, '\n', in.len - 1);
    if (!end)
        return false;
    return end == in.ptr + 1 || rule_text((struct text){in.ptr + 1, end}, rule);
}

static bool read_zone(struct gw_str in, struct gw_zone *zone)
{
    struct head head;
    size_t len;

    if (!read_head(&in, &head) || head.version < '2' || !skip(&in, body_len(&head, 4)) || !read_head(&in, &head))
        return false;
    len = body_len(&head, 8);
    if (in.len < len || !read_changes(in, &head, zone))
        return false;
    return skip(&in, len) && read_rule(in, &zone->rule);
}

struct gw_zone *gw_zone_read(struct gw_str bytes)
{
    struct gw_zone *zone = calloc(1, sizeof(*zone));

    if (zone && !read_zone(bytes, zone))
        gw_zone_free(&zone);
    return zone;
}

void gw_zone_free(struct gw_zone **zone)
{
    if (*zone)
        free((*zone)->changes);
    free(*zone);
    *zone = NULL;
}
