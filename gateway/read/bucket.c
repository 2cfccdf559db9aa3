/* Gathering: cells by interval for each metric and source, then rows. */
#include "read/bucket.h"

#include <math.h>
#include <stdlib.h>

#include <aorta/declare.h>

#define LOOK_BACK 8 /* cells; a change of offset brings a sample back into the day before, no further */

int64_t gw_resolution_us(enum gw_resolution resolution)
{
    static const int64_t widths[] = {
        0, GW_US_PER_MIN, 5 * GW_US_PER_MIN, 15 * GW_US_PER_MIN, GW_US_PER_HOUR, GW_US_PER_DAY};

    return widths[resolution];
}

const char *gw_resolution_name(enum gw_resolution resolution)
{
    static const char *const names[] = {"raw", "1min", "5min", "15min", "1hour", "1day"};

    return names[resolution];
}

struct cell {
    int64_t key;
    double sum, lost; /* lost: what the sum could not hold (Neumaier) */
    double min, max, last;
    uint32_t count;
    int32_t offset_s;
};

struct cells {
    struct cell *item;
    size_t count, cap;
};

struct gw_gathered {
    uint16_t metric;
    int32_t source_id;
    uint32_t aggregation;
    struct gw_str source; /* as it is written */
    struct cells samples, totals;
    struct gw_sample_form form; /* for the two below; middle.ptr NULL = not made yet */
    int32_t form_offset_s;
    bool form_total;
};

/* Times up to to_us belong to one cell. */
struct span {
    int64_t to_us, key;
};

static bool grow(struct gw_arena *arena, void **items, size_t count, size_t *cap, size_t size)
{
    size_t more = *cap ? *cap * 2 : 16;
    void *p;

    if (count < *cap)
        return true;
    p = gw_arena_alloc(arena, more * size);
    if (!p)
        return false;
    if (count)
        memcpy(p, *items, count * size);
    *items = p;
    *cap = more;
    return true;
}

static struct gw_gathered *gathered_of(struct gw_gathering *g, const struct gw_stream *stream)
{
    const struct gw_metric *metric = gw_metric_by_number(stream->metric);
    struct gw_gathered *own;

    for (size_t i = g->count; i-- > 0;)
        if (g->item[i]->metric == stream->metric && g->item[i]->source_id == stream->source_id)
            return g->item[i];
    own = gw_arena_zalloc(g->arena, sizeof(*own));
    if (!own || !grow(g->arena, (void **)&g->item, g->count, &g->cap, sizeof(struct gw_gathered *)))
        return NULL;
    own->metric = stream->metric;
    own->source_id = stream->source_id;
    own->aggregation = metric ? metric->aggregation : AORTA_AGGREGATE_AVG;
    own->source = gw_form_source(g->format, stream->source, g->arena);
    g->item[g->count] = own;
    return own->source.ptr ? g->item[g->count++] : NULL;
}

/* From t on, every instant that has t's key, as long as the offset stays. */
static struct span span_at(const struct gw_gathering *g, int64_t t, int32_t offset_s)
{
    int64_t width = gw_resolution_us(g->resolution), until = INT64_MAX, shift, end, day;

    if (g->resolution != GW_1DAY) {
        int64_t from = gw_floor_div(t, width) * width;
        return (struct span){from + width, from};
    }
    if (offset_s == GW_NO_OFFSET)
        offset_s = gw_zone_offset(g->zone, t, &until);
    shift = offset_s * GW_US_PER_S;
    day = gw_floor_div(t + shift, GW_US_PER_DAY);
    end = (day + 1) * GW_US_PER_DAY - shift;
    return (struct span){end < until ? end : until, day};
}

static struct cell *cell_of(struct gw_gathering *g, struct cells *cells, int64_t key, int32_t offset_s)
{
    size_t least = cells->count > LOOK_BACK ? cells->count - LOOK_BACK : 0;

    for (size_t i = cells->count; i-- > least;)
        if (cells->item[i].key == key)
            return &cells->item[i];
    if (!grow(g->arena, (void **)&cells->item, cells->count, &cells->cap, sizeof(*cells->item)))
        return NULL;
    cells->item[cells->count] = (struct cell){.key = key, .offset_s = offset_s, .min = INFINITY, .max = -INFINITY};
    return &cells->item[cells->count++];
}

static void add(struct cell *cell, const double *v, uint32_t count)
{
    double sum = cell->sum, lost = cell->lost, min = cell->min, max = cell->max;

    for (uint32_t i = 0; i < count; i++) {
        double x = v[i], t;
        if (isnan(x))
            continue;
        t = sum + x;
        lost += fabs(sum) >= fabs(x) ? (sum - t) + x : (x - t) + sum;
        sum = t;
        min = x < min ? x : min;
        max = x > max ? x : max;
        cell->last = x;
        cell->count++;
    }
    *cell = (struct cell){cell->key, sum, lost, min, max, cell->last, cell->count, cell->offset_s};
}

/* Samples [i, end) of a block, of one offset. */
static bool gather_run(struct gw_gathering *g, struct cells *cells, const struct gw_block *block, uint32_t i,
                       uint32_t end, int32_t offset_s)
{
    while (i < end) {
        struct span span;
        struct cell *cell;
        uint32_t first = i;
        if (isnan(block->v[i])) {
            i++;
            continue;
        }
        span = span_at(g, block->t_us[i], offset_s);
        while (i < end && block->t_us[i] < span.to_us)
            i++;
        if (span.key < g->first_key || span.key > g->last_key)
            continue;
        cell = cell_of(g, cells, span.key, offset_s);
        if (!cell)
            return false;
        add(cell, block->v + first, i - first);
    }
    return true;
}

static bool gather_part(struct gw_gathering *g, struct cells *cells, const struct gw_part *part)
{
    const struct gw_block *block = &part->block;

    for (uint32_t r = 0; r < block->runs_count; r++) {
        uint32_t from = block->runs[r].first, to = r + 1 < block->runs_count ? block->runs[r + 1].first : block->count;
        from = from > part->i ? from : part->i;
        to = to < part->end ? to : part->end;
        if (from < to && !gather_run(g, cells, block, from, to, block->runs[r].offset_s))
            return false;
    }
    return true;
}

enum gw_code gw_gather(struct gw_gathering *g, const struct gw_streams *streams, struct gw_err *err)
{
    for (size_t i = 0; i < streams->count; i++) {
        const struct gw_stream *stream = streams->item[i];
        struct gw_gathered *own;
        if (stream->daily_total && g->resolution != GW_1DAY)
            continue;
        own = gathered_of(g, stream);
        if (!own)
            return gw_fail(err, GW_NOMEM, NULL);
        for (size_t k = stream->first; k < stream->last; k++)
            if (!gather_part(g, stream->daily_total ? &own->totals : &own->samples, &stream->parts[k]))
                return gw_fail(err, GW_NOMEM, NULL);
    }
    return GW_OK;
}

/* ---- rows ---- */

static int by_key(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

static double value_of(const struct cell *cell, uint32_t aggregation)
{
    double sum = cell->sum + cell->lost;

    switch (aggregation) {
    case AORTA_AGGREGATE_SUM:
        return sum;
    case AORTA_AGGREGATE_MAX:
        return cell->max;
    case AORTA_AGGREGATE_MIN:
        return cell->min;
    case AORTA_AGGREGATE_LAST:
        return cell->last;
    default:
        return sum / cell->count;
    }
}

static int32_t shown_offset(const struct gw_gathering *g, const struct cell *cell, int64_t t)
{
    if (cell->offset_s != GW_NO_OFFSET || !g->zone || g->resolution != GW_1DAY)
        return cell->offset_s;
    return gw_zone_offset(g->zone, t, NULL);
}

/* Midnight by the offset of the day's first sample. */
static int64_t shown_time(const struct gw_gathering *g, const struct cell *cell)
{
    if (g->resolution != GW_1DAY)
        return cell->key;
    if (cell->offset_s == GW_NO_OFFSET)
        return gw_zone_day_start(g->zone, cell->key);
    return cell->key * GW_US_PER_DAY - cell->offset_s * GW_US_PER_S;
}

/* A source that changed its mind about a day gave several totals: the last one holds. */
static struct gw_bucket row_of(const struct gw_gathering *g, struct gw_gathered *own, const struct cell *cell,
                               bool total)
{
    int64_t t = shown_time(g, cell);
    struct gw_bucket row = {.key = cell->key, .of = own, .t_us = t, .offset_s = shown_offset(g, cell, t)};

    row.total = total;
    row.value = total ? cell->last : value_of(cell, own->aggregation);
    row.min = total ? cell->last : cell->min;
    row.max = total ? cell->last : cell->max;
    row.count = total ? 1 : cell->count;
    return row;
}

static size_t rows_of(const struct gw_gathering *g, struct gw_gathered *own, struct gw_bucket *to)
{
    struct cells *samples = &own->samples, *totals = &own->totals;
    size_t n = 0, t = 0;

    if (samples->count)
        qsort(samples->item, samples->count, sizeof(*samples->item), by_key);
    if (totals->count)
        qsort(totals->item, totals->count, sizeof(*totals->item), by_key);
    for (size_t s = 0; s < samples->count; s++) {
        while (t < totals->count && totals->item[t].key < samples->item[s].key)
            to[n++] = row_of(g, own, &totals->item[t++], true);
        if (t == totals->count || totals->item[t].key != samples->item[s].key)
            to[n++] = row_of(g, own, &samples->item[s], false);
    }
    while (t < totals->count)
        to[n++] = row_of(g, own, &totals->item[t++], true);
    return n;
}

static int by_place(const void *a, const void *b)
{
    const struct gw_bucket *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->of->metric != y->of->metric)
        return x->of->metric < y->of->metric ? -1 : 1;
    return (x->of->source_id > y->of->source_id) - (x->of->source_id < y->of->source_id);
}

enum gw_code gw_gathered_rows(struct gw_gathering *g, struct gw_bucket **ret, size_t *ret_count, struct gw_err *err)
{
    size_t most = 0, n = 0;
    struct gw_bucket *rows;

    for (size_t i = 0; i < g->count; i++)
        most += g->item[i]->samples.count + g->item[i]->totals.count;
    rows = gw_arena_alloc(g->arena, most * sizeof(*rows));
    if (!rows)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < g->count; i++)
        n += rows_of(g, g->item[i], rows + n);
    if (g->count > 1)
        qsort(rows, n, sizeof(*rows), by_place);
    *ret = rows;
    *ret_count = n;
    return GW_OK;
}

uint16_t gw_bucket_metric(const struct gw_bucket *bucket)
{
    return bucket->of->metric;
}

int32_t gw_bucket_source(const struct gw_bucket *bucket)
{
    return bucket->of->source_id;
}

/* ---- text ---- */

const struct gw_sample_form *gw_bucket_form(const struct gw_gathering *g, const struct gw_bucket *bucket)
{
    struct gw_gathered *own = bucket->of;
    struct gw_form_facts facts = {.format = g->format,
                                  .of_days = g->resolution == GW_1DAY,
                                  .metric = own->metric,
                                  .daily_total = bucket->total,
                                  .offset_s = bucket->offset_s,
                                  .source = own->source};

    if (own->form.middle.ptr && own->form_offset_s == bucket->offset_s && own->form_total == bucket->total)
        return &own->form;
    if (!gw_form_make(&facts, g->arena, &own->form))
        return NULL;
    own->form_offset_s = bucket->offset_s;
    own->form_total = bucket->total;
    return &own->form;
}

size_t gw_bucket_room(const struct gw_sample_form *form)
{
    return gw_sample_room(form) + 64 + 3 * GW_NUMBER_MOST;
}

static char *put_str(char *p, struct gw_str text)
{
    memcpy(p, text.ptr, text.len);
    return p + text.len;
}

char *gw_bucket_put(char *p, const struct gw_gathering *g, const struct gw_bucket *bucket,
                    const struct gw_sample_form *form, struct gw_sample_day *day)
{
    const struct gw_form_between *between = gw_form_between(g->format);
    char date[11];

    p = put_str(p, (struct gw_str){form->front, form->front_len});
    p = gw_sample_time_put(p, day, bucket->t_us);
    if (g->resolution == GW_1DAY) {
        gw_day_format(bucket->key, date);
        p = put_str(put_str(p, between->date), (struct gw_str){date, 10});
    }
    p = gw_number_put(put_str(p, form->middle), bucket->value);
    p = gw_number_put(put_str(p, between->min), bucket->min);
    p = gw_number_put(put_str(p, between->max), bucket->max);
    p = gw_whole_put(put_str(p, between->count), bucket->count);
    return put_str(p, form->end);
}
