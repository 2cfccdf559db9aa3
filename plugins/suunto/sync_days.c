/* 24/7 data: sleep, activity, recovery and daily statistics of one window after the other, at most 28 days
 * each. */
#include "sync.h"

#define ANSWER_MAX  (32u * 1024 * 1024)
#define EMPTY_MAX   6 /* windows: half a year without a sample, and history is at its beginning */
#define PIECE_COUNT AORTA_COUNT(pieces)

enum range { RANGE_MS, RANGE_ISO };

static const struct piece {
    const char *path, *kind;
    enum range range;
    const char *legacy; /* the path it had before, or NULL */
} pieces[] = {
    {"/247samples/sleep", KIND_SLEEP, RANGE_MS, NULL},
    {"/247samples/activity", KIND_ACTIVITY, RANGE_MS, NULL},
    {"/247samples/recovery", KIND_RECOVERY, RANGE_MS, NULL},
    {"/247samples/daily-activity-statistics", KIND_DAILY, RANGE_ISO, "/247/daily-activity-statistics"},
};

struct window {
    int64_t from_ms, to_ms; /* half open */
};

static struct window window_of(const struct cursor *c)
{
    struct window w = {c->from_ms, c->to_ms};
    if (w.to_ms - w.from_ms > WINDOW_MS) {
        if (c->back)
            w.from_ms = w.to_ms - WINDOW_MS;
        else
            w.to_ms = w.from_ms + WINDOW_MS;
    }
    return w;
}

/* Statistics are sums of whole days: begin with one (of UTC, the person's offset is not known here), so that
 * its sum is not cut; what that pushes over the end belongs to the next window. */
static struct window whole_days(struct window w)
{
    w.from_ms -= (w.from_ms % DAY_MS + DAY_MS) % DAY_MS;
    if (w.to_ms - w.from_ms > WINDOW_MS)
        w.to_ms = w.from_ms + WINDOW_MS;
    return w;
}

/* Suunto's ends are inclusive, ours are not. */
static void add_range(aorta_ctx *ctx, sdk_query *q, const struct piece *p, struct window w)
{
    if (p->range == RANGE_MS) {
        sdk_query_add_int(ctx, q, "from", w.from_ms);
        sdk_query_add_int(ctx, q, "to", w.to_ms - 1);
        return;
    }
    w = whole_days(w);
    sdk_query_add(ctx, q, "startdate", sdk_time_format(ctx, w.from_ms * US_PER_MS));
    sdk_query_add(ctx, q, "enddate", sdk_time_format(ctx, (w.to_ms - 1) * US_PER_MS));
}

static aorta_status get_piece(const struct suunto *self, aorta_ctx *ctx, const struct piece *p, struct window w,
                              struct api_answer *answer)
{
    sdk_query q = {0};
    add_range(ctx, &q, p, w);
    aorta_status st = api_get(self, ctx, p->path, &q, ANSWER_MAX, answer);
    if (st == AORTA_ERR_NOT_FOUND && p->legacy)
        st = api_get(self, ctx, p->legacy, &q, ANSWER_MAX, answer);
    return st;
}

/* Number of items of a list; what is not a list counts as one, -1 when it is broken. */
static int64_t count_items(aorta_str body)
{
    sdk_outline o;
    aorta_str key, item, rest;
    int64_t count = 0;
    int more;
    if (*body.ptr != '[') /* an envelope, or JSON lines: normalize knows them */
        return sdk_outline_value(body, &item, &rest) == 0 ? 1 : -1;
    for (sdk_outline_begin(body, &o); (more = sdk_outline_next(&o, &key, &item)) == 1;)
        count++;
    return more < 0 || o.rest.len ? -1 : count;
}

static aorta_status emit_piece(aorta_ctx *ctx, const struct piece *p, struct window w, aorta_str body, int64_t *count)
{
    *count = body.len ? count_items(body) : 0;
    if (*count < 0)
        return sync_malformed(ctx);
    if (*count == 0)
        return AORTA_OK;
    aorta_str origin = sdk_format(ctx, "%s?from=%lld&to=%lld", p->path, (long long)w.from_ms, (long long)(w.to_ms - 1));
    return sync_emit(ctx, p->kind, (aorta_str){NULL, 0}, origin, body);
}

/* The window is done: the next one, if there is one. Statistics list days without data too and prove nothing.
 */
static int next_window(struct cursor *c)
{
    struct window w = window_of(c);
    c->empty = c->found ? 0 : c->empty + 1;
    c->found = 0;
    c->piece = 0;
    if (c->back)
        c->to_ms = w.from_ms;
    else
        c->from_ms = w.to_ms;
    return c->from_ms < c->to_ms && !(c->back && c->empty >= EMPTY_MAX);
}

aorta_status sync_days_piece(const struct suunto *self, aorta_ctx *ctx, struct cursor *c, int *more)
{
    if (c->piece < 0 || c->piece >= (int64_t)PIECE_COUNT)
        return sdk_fail(ctx, AORTA_ERR_INTERNAL, "suunto.cursor", "the cursor of this sync is not one of ours");
    const struct piece *p = &pieces[c->piece];
    struct window w = window_of(c);
    struct api_answer answer;
    int64_t count = 0;
    aorta_status st = get_piece(self, ctx, p, w, &answer);
    if (st == AORTA_ERR_NOT_FOUND) { /* this part of the API is not in every product: the rest still counts */
        sdk_warn(ctx, "Suunto does not offer %s to this subscription", p->path);
        st = AORTA_OK;
    } else if (st == AORTA_OK) {
        st = emit_piece(ctx, p, w, answer.body, &count);
        ctx->host->http_release(ctx, answer.resp);
    }
    if (st != AORTA_OK)
        return st;
    if (p->range == RANGE_MS)
        c->found += count;
    *more = 1;
    if (++c->piece == (int64_t)PIECE_COUNT)
        *more = next_window(c);
    return ctx->host->progress(ctx, (uint64_t)c->piece, PIECE_COUNT, "24/7", 4);
}
