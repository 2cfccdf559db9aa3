/* epochs: slots of 15 minutes, with an entry for each kind of movement in the slot. The entries of a slot are
 * summed here: stored one by one they would overwrite each other. An entry that comes again as it grows, or from a
 * second watch, says the same movement once more: of those the most counts, not the sum. */
#include "normalize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sum {
    const char *metric, *from;
};

static const struct sum sums[] = {
    {"steps", "steps"},
    {"distance_walking_running", "distanceInMeters"},
    {"energy", "activeKilocalories"},
    {"push_count", "pushes"},
};

#define SUMS AORTA_COUNT(sums)

struct slot {
    struct garmin_item item; /* of its first entry */
    aorta_str movement;      /* of an entry */
    uint32_t order;
    double value[SUMS]; /* NaN = no entry says anything */
};

static int by_start(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    if (x->item.start_us != y->item.start_us)
        return x->item.start_us < y->item.start_us ? -1 : 1;
    size_t len = x->movement.len < y->movement.len ? x->movement.len : y->movement.len;
    int c = len ? memcmp(x->movement.ptr, y->movement.ptr, len) : 0;
    if (c == 0)
        c = (x->movement.len > y->movement.len) - (x->movement.len < y->movement.len);
    return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int same_slot(const struct slot *a, const struct slot *b)
{
    return a->item.start_us == b->item.start_us;
}

static int same_movement(const struct slot *a, const struct slot *b)
{
    return same_slot(a, b) && a->movement.len && a->movement.len == b->movement.len &&
           memcmp(a->movement.ptr, b->movement.ptr, a->movement.len) == 0;
}

static double sum(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : a + b;
}

/* fmax: of a number and NaN the number */
static void join(struct slot *to, const struct slot *entry, double (*of)(double, double))
{
    for (size_t i = 0; i < SUMS; i++)
        to->value[i] = of(to->value[i], entry->value[i]);
    to->item.duration_s = fmax(to->item.duration_s, entry->item.duration_s);
}

/* The entries as slots of one entry each; those without a time are skipped. */
static uint32_t read_entries(struct garmin_batch *b, struct slot *slots)
{
    uint32_t count = 0;
    for (sdk_json json = garmin_first(b); json.node; json = garmin_next(b, json)) {
        struct slot *s = &slots[count];
        if (sdk_json_type(json) != SDK_JSON_OBJECT || garmin_item_read(json, &s->item) != AORTA_OK) {
            b->skipped++;
            continue;
        }
        for (size_t i = 0; i < SUMS; i++) {
            double v = garmin_number(json, sums[i].from);
            s->value[i] = v >= 0 ? v : NAN;
        }
        s->movement = sdk_json_str(sdk_json_get(json, "activityType"));
        if (!s->movement.len)
            s->movement = s->item.id;
        s->order = count++;
    }
    return count;
}

/* Makes one of neighbours that are alike. Returns how many remain. */
static uint32_t merge(struct slot *slots, uint32_t count, int (*alike)(const struct slot *, const struct slot *),
                      double (*of)(double, double))
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (n && alike(&slots[n - 1], &slots[i]))
            join(&slots[n - 1], &slots[i], of);
        else
            slots[n++] = slots[i];
    }
    return n;
}

static int64_t length_us(const struct slot *s)
{
    return isnan(s->item.duration_s) ? 0 : llround(s->item.duration_s * 1e6);
}

/* Slots with the same offset go out together. They have no version: of two tellings of a slot the larger sum is the
 * later one. */
static aorta_status emit_run(struct garmin_batch *b, const struct slot *slots, uint32_t count, size_t which)
{
    int64_t *t = b->ctx->host->alloc(b->ctx, count * sizeof(*t));
    int64_t *dur = b->ctx->host->alloc(b->ctx, count * sizeof(*dur));
    double *v = b->ctx->host->alloc(b->ctx, count * sizeof(*v));
    uint32_t n = 0;
    if (!t || !dur || !v)
        return AORTA_ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (isnan(slots[i].value[which]))
            continue;
        t[n] = slots[i].item.start_us;
        dur[n] = length_us(&slots[i]);
        v[n++] = slots[i].value[which];
    }
    aorta_series run = {.struct_size = sizeof(run),
                        .flags = slots->item.has_offset ? AORTA_SERIES_HAS_OFFSET : 0,
                        .metric = b->ctx->host->metric(b->ctx, sums[which].metric),
                        .count = n,
                        .tz_offset_s = slots->item.offset_s,
                        .t_us = t,
                        .dur_us = dur,
                        .v = v};
    if (n == 0 || run.metric == 0)
        return AORTA_OK;
    aorta_status st = b->ctx->host->emit_series(b->ctx, &run);
    return st == AORTA_ERR_DATA ? AORTA_OK : st;
}

#define RUN_MAX 65536u /* samples in one call */

static int together(const struct slot *a, const struct slot *b)
{
    return a->item.has_offset == b->item.has_offset && a->item.offset_s == b->item.offset_s;
}

aorta_status garmin_read_epochs(struct garmin_batch *b)
{
    uint32_t most = sdk_json_type(b->list) == SDK_JSON_ARRAY ? sdk_json_count(b->list) : 1;
    struct slot *slots = b->ctx->host->alloc(b->ctx, ((size_t)most + 1) * sizeof(*slots));
    if (!slots)
        return AORTA_ERR_NOMEM;
    uint32_t count = read_entries(b, slots);
    if (count > 1)
        qsort(slots, count, sizeof(*slots), by_start);
    count = merge(slots, merge(slots, count, same_movement, fmax), same_slot, sum);
    for (uint32_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && n < RUN_MAX && together(&slots[i], &slots[i + n]); n++)
            ;
        for (size_t which = 0; which < SUMS; which++) {
            aorta_status st = emit_run(b, slots + i, n, which);
            if (st != AORTA_OK)
                return st;
        }
    }
    return AORTA_OK;
}
