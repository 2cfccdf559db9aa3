/* Samples: however small the pieces they come in, those of one metric, source, offset and version become one run, or a
 * few when there are many. */
#include <stdlib.h>

#include "base/time.h"
#include "ingest/inside.h"

#define FIRST_CAP 64u
#define CAP_MOST  65536u

/* Samples in the order they came in. */
struct run {
    struct gw_series_in head; /* its columns are set when the batch is filled */
    size_t count, cap;
    int64_t *t_us, *dur_us;
    double *v;
    bool ascends;
};

/* ---- which run ---- */

static bool same_head(const struct gw_series_in *a, const struct gw_series_in *b)
{
    return a->metric == b->metric && a->source == b->source && a->version_us == b->version_us &&
           a->offset_s == b->offset_s && a->daily_total == b->daily_total && a->tentative == b->tentative &&
           a->deleted == b->deleted && gw_uuid_eq(a->payload_id, b->payload_id);
}

static bool same(const struct gw_batch *batch, size_t item, const void *key)
{
    return same_head(&((const struct run *)batch->runs.items + item)->head, key);
}

static uint64_t hash_head(const struct gw_series_in *s)
{
    const int64_t parts[] = {s->metric,   s->source,    s->version_us,
                             s->offset_s, s->tentative, s->daily_total + 2 * s->deleted};

    return hash_bytes(0, parts, sizeof(parts));
}

static uint64_t hash_run(const struct gw_batch *batch, size_t item)
{
    return hash_head(&((const struct run *)batch->runs.items + item)->head);
}

/* ---- room ---- */

static bool add_durations(struct gw_batch *batch, struct run *run)
{
    if (!run->dur_us)
        run->dur_us = gw_arena_zalloc(batch->arena, run->cap * sizeof(*run->dur_us));
    return run->dur_us != NULL;
}

/* A full run stays as it is, and another of its kind follows: nothing is copied twice. */
static struct run *new_run(struct gw_batch *batch, const struct gw_series_in *head, size_t cap, uint32_t *slot,
                           struct gw_err *err)
{
    struct run *run = list_add(batch, &batch->runs, sizeof(*run), err);

    if (!run)
        return NULL;
    run->head = *head;
    run->cap = cap;
    run->ascends = true;
    run->t_us = gw_arena_alloc(batch->arena, cap * sizeof(*run->t_us));
    run->v = gw_arena_alloc(batch->arena, cap * sizeof(*run->v));
    if (!run->t_us || !run->v) {
        batch->runs.count--;
        gw_fail(err, GW_NOMEM, NULL);
        return NULL;
    }
    batch->runs_by_key.used += *slot == 0;
    *slot = (uint32_t)batch->runs.count;
    return run;
}

/* The run of that kind with room for something. */
static struct run *open_run(struct gw_batch *batch, const struct gw_series_in *head, size_t wanted, struct gw_err *err)
{
    uint32_t *slot = slots_find(batch, &batch->runs_by_key, hash_head(head), same, hash_run, head);
    struct run *run = NULL;
    size_t cap;

    if (!slot) {
        gw_fail(err, GW_NOMEM, NULL);
        return NULL;
    }
    if (*slot)
        run = (struct run *)batch->runs.items + (*slot - 1);
    if (run && run->count < run->cap)
        return run;
    cap = run ? 2 * run->cap : FIRST_CAP;
    cap = cap < CAP_MOST ? cap : CAP_MOST;
    return new_run(batch, head, cap > wanted ? cap : wanted, slot, err);
}

/* ---- in ---- */

/* Times that lie on another UTC day than the one before them. */
static size_t days_of(const struct run *run, const int64_t *t_us, size_t n)
{
    int64_t day = run->count ? run->t_us[run->count - 1] / GW_US_PER_DAY : -1;
    size_t days = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t of = t_us[i] / GW_US_PER_DAY;
        days += of != day;
        day = of;
    }
    return days;
}

static void append(struct run *run, const aorta_series *series, uint32_t from, size_t n)
{
    if (run->count && series->t_us[from] <= run->t_us[run->count - 1])
        run->ascends = false;
    memcpy(run->t_us + run->count, series->t_us + from, n * sizeof(*run->t_us));
    if (series->v)
        memcpy(run->v + run->count, series->v + from, n * sizeof(*run->v));
    else
        memset(run->v + run->count, 0, n * sizeof(*run->v));
    if (series->dur_us)
        memcpy(run->dur_us + run->count, series->dur_us + from, n * sizeof(*run->dur_us));
    run->count += n;
}

enum gw_code samples_add(struct gw_batch *batch, const aorta_series *series, uint16_t metric, uint32_t source,
                         struct gw_uuid payload_id, struct gw_err *err)
{
    const struct gw_series_in head = {
        .metric = metric,
        .daily_total = series->flags & AORTA_SERIES_DAILY_TOTAL,
        .tentative = series->flags & AORTA_SERIES_TENTATIVE,
        .deleted = series->flags & AORTA_SERIES_DELETED,
        .source = source,
        .offset_s = series->flags & AORTA_SERIES_HAS_OFFSET ? series->tz_offset_s : GW_NO_OFFSET,
        .version_us = series->version_us,
        .payload_id = payload_id,
    };

    for (uint32_t at = 0; at < series->count;) {
        size_t left = series->count - at;
        struct run *run = open_run(batch, &head, left, err);
        if (!run)
            return GW_NOMEM;
        if (series->dur_us && !add_durations(batch, run))
            return gw_fail(err, GW_NOMEM, NULL);
        size_t n = left < run->cap - run->count ? left : run->cap - run->count;
        batch->days += days_of(run, series->t_us + at, n);
        append(run, series, at, n);
        at += (uint32_t)n;
    }
    batch->samples += series->count;
    batch->counts.timeseries.fetched += series->count;
    return GW_OK;
}

/* ---- out ---- */

struct sample {
    int64_t t_us, dur_us;
    double v;
};

static int by_time(const void *x, const void *y)
{
    const struct sample *a = x, *b = y;

    return (a->t_us > b->t_us) - (a->t_us < b->t_us);
}

/* Equal times stay, in any order: the version rule decides about them in the store. */
static bool sort(struct run *run)
{
    gw_own_free struct sample *all = malloc(run->count * sizeof(*all));

    if (!all)
        return false;
    for (size_t i = 0; i < run->count; i++)
        all[i] = (struct sample){run->t_us[i], run->dur_us ? run->dur_us[i] : 0, run->v[i]};
    qsort(all, run->count, sizeof(*all), by_time);
    for (size_t i = 0; i < run->count; i++) {
        run->t_us[i] = all[i].t_us;
        run->v[i] = all[i].v;
        if (run->dur_us)
            run->dur_us[i] = all[i].dur_us;
    }
    run->ascends = true;
    return true;
}

struct gw_series_in *samples_out(struct gw_batch *batch)
{
    struct run *runs = batch->runs.items;
    struct gw_series_in *out = gw_arena_alloc(batch->arena, batch->runs.count * sizeof(*out));

    for (size_t i = 0; out && i < batch->runs.count; i++) {
        if (!runs[i].ascends && !sort(&runs[i]))
            return NULL;
        out[i] = runs[i].head;
        out[i].count = runs[i].count;
        out[i].t_us = runs[i].t_us;
        out[i].dur_us = runs[i].dur_us;
        out[i].v = runs[i].v;
    }
    return out;
}
