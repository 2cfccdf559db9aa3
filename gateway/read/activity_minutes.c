/* Minutes of a source: in which it counted steps, and how fast the heart went.
 *
 * A minute with 30 steps is an active one; a sample that covers several minutes is spread over them. By the average
 * heart rate of a minute: light from 50 % of the most it can do, moderate from 63 %, vigorous from 76 to 93 %. */
#include <math.h>

#include "read/activity.h"
#include "read/stream.h"

#define ACTIVE_STEPS 30
#define SPREAD_MOST  (2 * GW_US_PER_HOUR) /* a longer sample says nothing about minutes */
#define LITTLE       1e-6                 /* thirds of thirty may lack as much */

struct minute {
    double sum;
    uint32_t count;
    int32_t day; /* of the window, from 0 */
};

struct minutes {
    struct minute *items;
    int64_t first, count; /* number of the first since 1970 */
};

static bool open_minutes(const struct gw_activity_window *w, struct gw_arena *arena, struct minutes *ret)
{
    int64_t from = w->days.first * GW_US_PER_DAY - GW_DAY_SHIFT_MOST;
    int64_t to = (w->days.last + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST;

    ret->first = gw_floor_div(from, GW_US_PER_MIN);
    ret->count = gw_floor_div(to, GW_US_PER_MIN) - ret->first;
    ret->items = gw_arena_zalloc(arena, (size_t)ret->count * sizeof(*ret->items));
    return ret->items != NULL;
}

static void add(const struct gw_activity_window *w, struct minutes *m, int64_t us, int64_t day, double v)
{
    int64_t i = gw_floor_div(us, GW_US_PER_MIN) - m->first;

    if (i < 0 || i >= m->count || day < w->days.first || day > w->days.last)
        return;
    if (m->items[i].count == 0)
        m->items[i].day = (int32_t)(day - w->days.first);
    m->items[i].sum += v;
    m->items[i].count++;
}

static void spread(const struct gw_activity_window *w, struct minutes *m, struct gw_day_finder *finder, int64_t us,
                   int64_t dur_us, int32_t offset_s, double v)
{
    for (int64_t at = us, end = us + dur_us, next; at < end; at = next) {
        next = (gw_floor_div(at, GW_US_PER_MIN) + 1) * GW_US_PER_MIN;
        next = next < end ? next : end;
        add(w, m, at, gw_day_find(finder, at, offset_s), v * (double)(next - at) / (double)dur_us);
    }
}

static void add_block(const struct gw_activity_window *w, struct minutes *m, int metric, const struct gw_block *block)
{
    struct gw_day_finder finder = {.zone = w->person->zone};

    for (uint32_t r = 0; r < block->runs_count; r++) {
        uint32_t end = r + 1 < block->runs_count ? block->runs[r + 1].first : block->count;
        int32_t offset_s = block->runs[r].offset_s;
        for (uint32_t i = block->runs[r].first; i < end; i++) {
            int64_t dur_us = metric == GW_STEPS && block->dur_us ? block->dur_us[i] : 0;
            if (isnan(block->v[i]) || dur_us > SPREAD_MOST)
                continue;
            if (dur_us > GW_US_PER_MIN)
                spread(w, m, &finder, block->t_us[i], dur_us, offset_s, block->v[i]);
            else
                add(w, m, block->t_us[i], gw_day_find(&finder, block->t_us[i], offset_s), block->v[i]);
        }
    }
}

static void count_steps(const struct minutes *m, struct gw_minute_counts *ret)
{
    for (int64_t i = 0; i < m->count; i++) {
        const struct minute *minute = &m->items[i];
        if (minute->count == 0)
            continue;
        ret[minute->day].tracked++;
        ret[minute->day].active += minute->sum >= ACTIVE_STEPS - LITTLE;
    }
}

static void count_heart(const struct gw_activity_window *w, const struct minutes *m, struct gw_minute_counts *ret)
{
    for (int64_t i = 0; i < m->count; i++) {
        const struct minute *minute = &m->items[i];
        if (minute->count == 0)
            continue;
        int most = gw_person_heart_rate_most(w->person, w->days.first + minute->day);
        double rate = minute->sum / minute->count;
        struct gw_minute_counts *counts = &ret[minute->day];
        if (rate >= most * 50 / 100 && rate < most * 63 / 100)
            counts->intensity[GW_LIGHT]++;
        else if (rate >= most * 63 / 100 && rate < most * 76 / 100)
            counts->intensity[GW_MODERATE]++;
        else if (rate >= most * 76 / 100 && rate <= most * 93 / 100)
            counts->intensity[GW_VIGOROUS]++;
    }
}

enum gw_code gw_activity_minutes(struct gw_activity_window *w, size_t place, int metric, struct gw_minute_counts *ret,
                                 struct gw_err *err)
{
    gw_own_arena struct gw_arena *arena = gw_arena_new(0);
    int32_t source_id = w->ranks->items[place].source.id;
    struct minutes minutes;
    enum gw_code code = GW_OK;

    if (!arena || !open_minutes(w, arena, &minutes))
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < w->rows_count && code == GW_OK; i++) {
        const struct gw_block_row *row = &w->rows[i];
        gw_own_arena struct gw_arena *scratch = NULL;
        struct gw_block block;
        if (row->source_id != source_id || row->metric != gw_activity_metrics[metric] || row->daily_total)
            continue;
        scratch = gw_arena_new(0);
        code = scratch ? gw_row_decode(scratch, row, &block, err) : gw_fail(err, GW_NOMEM, NULL);
        if (code == GW_OK)
            add_block(w, &minutes, metric, &block);
    }
    if (code == GW_OK && metric == GW_STEPS)
        count_steps(&minutes, ret);
    else if (code == GW_OK)
        count_heart(w, &minutes, ret);
    return code;
}
