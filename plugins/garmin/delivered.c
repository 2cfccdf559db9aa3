/* What backfills have delivered, as spans of data time for each type. Garmin grants each time frame once and
 * answers 409 ever after: a 409 for what lies in here needs no waiting, nothing will come again. One state
 * value, a line a span. */
#include "garmin.h"

#define KEY       "delivered"
#define KEEP_S    (30 * S_PER_DAY) /* then Garmin may be asked again, at the latest after a new consent */
#define SPANS_MAX 8                /* of one type; the oldest go first */

struct span {
    int type;
    int64_t from, to;
};

struct spans {
    struct span span[GARMIN_TYPES * (SPANS_MAX + 1)];
    uint32_t count;
};

static void read_line(aorta_str line, struct spans *s)
{
    aorta_str key, from, to = line;
    struct span span;
    if (!sdk_split(&to, ' ', &key) || !sdk_split(&to, ' ', &from) || sdk_int_parse(from, &span.from) != 0 ||
        sdk_int_parse(to, &span.to) != 0)
        return;
    span.type = garmin_type_find(key);
    if (span.type >= 0 && span.from < span.to && s->count < AORTA_COUNT(s->span))
        s->span[s->count++] = span;
}

static aorta_status load(aorta_ctx *ctx, struct spans **ret)
{
    aorta_str text, line;
    struct spans *s = ctx->host->alloc(ctx, sizeof(*s));
    if (!s)
        return AORTA_ERR_NOMEM;
    s->count = 0;
    *ret = s;
    aorta_status st = sdk_state_get(ctx, AORTA_STATE_CONNECTION, KEY, &text);
    while (st == AORTA_OK && sdk_split(&text, '\n', &line))
        read_line(line, s);
    return st;
}

static aorta_status store(aorta_ctx *ctx, const struct spans *s)
{
    sdk_text t = {.ctx = ctx};
    for (uint32_t i = 0; i < s->count; i++)
        sdk_text_addf(&t, "%s %lld %lld\n", garmin_types[s->span[i].type].key, (long long)s->span[i].from,
                      (long long)s->span[i].to);
    return t.failed ? AORTA_ERR_NOMEM : sdk_state_put(ctx, AORTA_STATE_CONNECTION, KEY, sdk_text_str(&t), KEEP_S);
}

/* Adds a span; those it meets become part of it. */
static void add(struct spans *s, struct span fresh)
{
    uint32_t n = 0, same = 0, oldest = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        struct span old = s->span[i];
        if (old.type == fresh.type && old.from <= fresh.to && fresh.from <= old.to) {
            fresh.from = old.from < fresh.from ? old.from : fresh.from;
            fresh.to = old.to > fresh.to ? old.to : fresh.to;
            continue;
        }
        if (old.type == fresh.type && (same++ == 0 || old.to < s->span[oldest].to))
            oldest = n;
        s->span[n++] = old;
    }
    if (same >= SPANS_MAX)
        s->span[oldest] = fresh;
    else
        s->span[n++] = fresh;
    s->count = n;
}

aorta_status garmin_delivered(aorta_ctx *ctx, const struct garmin_walk *w, uint32_t *ret_types)
{
    struct spans *s;
    aorta_status st = load(ctx, &s);
    *ret_types = 0;
    if (st != AORTA_OK)
        return st;
    for (uint32_t i = 0; i < s->count; i++)
        if (s->span[i].from <= w->from && s->span[i].to >= w->to)
            *ret_types |= UINT32_C(1) << s->span[i].type;
    return AORTA_OK;
}

aorta_status garmin_delivered_add(aorta_ctx *ctx, const struct garmin_walk *w)
{
    struct spans *s;
    aorta_status st = load(ctx, &s);
    if (st != AORTA_OK)
        return st;
    for (int type = 0; type < GARMIN_TYPES; type++)
        if (w->asked & UINT32_C(1) << type)
            add(s, (struct span){type, w->from, w->to});
    return store(ctx, s);
}
