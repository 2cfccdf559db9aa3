/* What backfills have delivered, as spans of data time for each type. Garmin grants each time frame once and
 * answers 409 ever after: a 409 for what lies in here needs no waiting, nothing will come again. One state
 * value, a line a span. */
#include "garmin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void read_line(const char *line, struct spans *s)
{
    char key[64];
    long long from, to;
    if (sscanf(line, "%63s %lld %lld", key, &from, &to) != 3 || s->count == AORTA_COUNT(s->span))
        return;
    int type = garmin_type_find(sdk_str(key));
    if (type >= 0 && from < to)
        s->span[s->count++] = (struct span){type, from, to};
}

static aorta_status load(aorta_ctx *ctx, struct spans **ret)
{
    aorta_bytes value = {NULL, 0};
    struct spans *s = ctx->host->alloc(ctx, sizeof(*s));
    if (!s)
        return AORTA_ERR_NOMEM;
    s->count = 0;
    *ret = s;
    aorta_status st = ctx->host->state_get(ctx, AORTA_STATE_CONNECTION, KEY, strlen(KEY), &value);
    if (st != AORTA_OK)
        return st == AORTA_ERR_NOT_FOUND ? AORTA_OK : st;
    char *text = sdk_cstr(ctx, (aorta_str){(const char *)value.ptr, value.len});
    if (!text)
        return AORTA_ERR_NOMEM;
    for (char *rest = text, *nl; *rest; rest = nl ? nl + 1 : rest + strlen(rest)) {
        nl = strchr(rest, '\n');
        if (nl)
            *nl = '\0';
        read_line(rest, s);
    }
    return AORTA_OK;
}

static aorta_status store(aorta_ctx *ctx, const struct spans *s)
{
    struct garmin_text t = {.ctx = ctx};
    for (uint32_t i = 0; i < s->count; i++)
        garmin_text_format(&t, "%s %lld %lld\n", garmin_types[s->span[i].type].key, (long long)s->span[i].from,
                           (long long)s->span[i].to);
    aorta_str value = garmin_text_done(&t);
    if (t.failed)
        return AORTA_ERR_NOMEM;
    return ctx->host->state_put(ctx, AORTA_STATE_CONNECTION, KEY, strlen(KEY), value.ptr, value.len, KEEP_S);
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
