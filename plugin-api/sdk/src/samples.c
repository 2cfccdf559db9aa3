/* Samples of one metric on their way to emit_series: gathered, put in order, cut into runs the host accepts.
 */
#include "aorta/sdk.h"

#include <string.h>

#define RUN_MAX 65536u

void sdk_samples_begin(sdk_samples *s, aorta_ctx *ctx, const char *metric)
{
    *s = (sdk_samples){.ctx = ctx};
    s->head.struct_size = sizeof(s->head);
    s->head.metric = ctx->host->metric(ctx, metric);
}

/* What is outgrown stays in the arena, so growth doubles. */
static int grow(sdk_samples *s)
{
    if (s->cap > UINT32_MAX / 2)
        return -1;
    uint32_t cap = s->cap ? s->cap * 2 : 256;
    int64_t *t = s->ctx->host->alloc(s->ctx, cap * sizeof(*t));
    double *v = t ? s->ctx->host->alloc(s->ctx, cap * sizeof(*v)) : NULL;
    if (!v)
        return -1;
    if (s->count) {
        memcpy(t, s->t, s->count * sizeof(*t));
        memcpy(v, s->v, s->count * sizeof(*v));
    }
    s->t = t;
    s->v = v;
    s->cap = cap;
    return 0;
}

void sdk_samples_add(sdk_samples *s, int64_t t_us, double v)
{
    if (s->head.metric == 0 || s->status != AORTA_OK)
        return;
    if (s->count == s->cap && grow(s) != 0) {
        s->status = AORTA_ERR_NOMEM;
        return;
    }
    s->t[s->count] = t_us;
    s->v[s->count++] = v;
}

static int ascending(const sdk_samples *s)
{
    for (uint32_t i = 1; i < s->count; i++)
        if (s->t[i - 1] >= s->t[i])
            return 0;
    return 1;
}

/* Merges the sorted runs [a,m) and [m,e) of `from` into `to`; on equal times the left one comes first. */
static void merge(const sdk_samples *from, int64_t *to_t, double *to_v, uint32_t a, uint32_t m, uint32_t e)
{
    uint32_t l = a, r = m;
    for (uint32_t i = a; i < e; i++) {
        uint32_t pick = (l < m && (r >= e || from->t[l] <= from->t[r])) ? l++ : r++;
        to_t[i] = from->t[pick];
        to_v[i] = from->v[pick];
    }
}

/* Bottom-up merge sort: stable, and providers' data is nearly in order already. */
static int sort(sdk_samples *s)
{
    int64_t *t = s->ctx->host->alloc(s->ctx, s->count * sizeof(*t));
    double *v = t ? s->ctx->host->alloc(s->ctx, s->count * sizeof(*v)) : NULL;
    if (!v)
        return -1;
    for (uint64_t width = 1; width < s->count; width *= 2) {
        for (uint64_t a = 0; a < s->count; a += 2 * width) {
            uint64_t m = a + width < s->count ? a + width : s->count;
            uint64_t e = a + 2 * width < s->count ? a + 2 * width : s->count;
            merge(s, t, v, (uint32_t)a, (uint32_t)m, (uint32_t)e);
        }
        int64_t *old_t = s->t;
        double *old_v = s->v;
        s->t = t;
        s->v = v;
        t = old_t;
        v = old_v;
    }
    if (s->cap > s->count) /* the arrays may have changed places, and the new ones are only as long as needed */
        s->cap = s->count;
    return 0;
}

/* Of equal times the one added last stays. */
static void drop_repeats(sdk_samples *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        if (i + 1 < s->count && s->t[i] == s->t[i + 1])
            continue;
        s->t[n] = s->t[i];
        s->v[n++] = s->v[i];
    }
    s->count = n;
}

aorta_status sdk_samples_flush(sdk_samples *s)
{
    if (s->status == AORTA_OK && !ascending(s)) {
        if (sort(s) != 0)
            s->status = AORTA_ERR_NOMEM;
        else
            drop_repeats(s);
    }
    for (uint32_t at = 0; at < s->count && s->status == AORTA_OK; at += RUN_MAX) {
        aorta_series run = s->head;
        run.count = s->count - at < RUN_MAX ? s->count - at : RUN_MAX;
        run.t_us = s->t + at;
        run.v = s->v + at;
        aorta_status st = s->ctx->host->emit_series(s->ctx, &run);
        if (st != AORTA_OK && st != AORTA_ERR_DATA) /* DATA: the host refused and counted this run, go on */
            s->status = st;
    }
    s->count = 0;
    return s->status;
}
