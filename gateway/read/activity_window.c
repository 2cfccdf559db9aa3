/* Blocks, daily summaries and climbs of a window become cells; cells become days. */
#include <math.h>

#include "read/activity.h"
#include "read/extra.h"
#include "read/stream.h"

#define SCRATCH_MOST ((size_t)4 << 20)

const uint16_t gw_activity_metrics[GW_ACTIVITY_METRICS] = {
    [GW_STEPS] = 80, [GW_DISTANCE] = 100,   [GW_FLOORS] = 86,        [GW_ENERGY] = 81,
    [GW_BASAL] = 82, [GW_ACTIVE_TIME] = 88, [GW_ACTIVITY_HEART] = 1,
};

/* What a daily summary says of an amount, in the metric's unit. */
static const struct {
    const char *key;
    double factor;
} given_keys[GW_AMOUNTS] = {
    [GW_STEPS] = {"steps", 1},
    [GW_DISTANCE] = {"distance_m", 1},
    [GW_FLOORS] = {"floors_climbed", 1},
    [GW_ENERGY] = {"energy_active_kcal", 1},
    [GW_BASAL] = {"energy_basal_kcal", 1},
    [GW_ACTIVE_TIME] = {"active_time_s", 1.0 / 60},
};

/* ---- days ---- */

int64_t gw_day_find(struct gw_day_finder *f, int64_t us, int32_t offset_s)
{
    if (f->known && f->offset_s == offset_s && us >= f->from_us && us < f->to_us)
        return f->day;
    f->known = true;
    f->offset_s = offset_s;
    f->day = gw_day_of(us, offset_s, f->zone);
    if (offset_s == GW_NO_OFFSET) {
        f->from_us = gw_zone_day_start(f->zone, f->day);
        f->to_us = gw_zone_day_start(f->zone, f->day + 1);
    } else {
        f->from_us = f->day * GW_US_PER_DAY - offset_s * GW_US_PER_S;
        f->to_us = f->from_us + GW_US_PER_DAY;
    }
    return f->day;
}

static size_t days_of(const struct gw_activity_window *w)
{
    return (size_t)(w->days.last - w->days.first + 1);
}

/* ---- cells ---- */

static struct gw_day_cell *make_cells(struct gw_activity_window *w)
{
    struct gw_day_cell *cells = gw_arena_zalloc(w->arena, days_of(w) * sizeof(*cells));

    for (size_t d = 0; cells && d < days_of(w); d++) {
        struct gw_day_cell *c = &cells[d];
        for (size_t a = 0; a < GW_AMOUNTS; a++)
            c->total[a] = c->given[a] = c->sum[a] = NAN;
        c->given_moderate_s = c->given_vigorous_s = c->given_least = c->given_most = NAN;
    }
    return cells;
}

/* The days of a source; NULL: no memory. */
static struct gw_day_cell *cells_of(struct gw_activity_window *w, size_t place)
{
    if (!w->cells[place])
        w->cells[place] = make_cells(w);
    return w->cells[place];
}

static void add_heart(struct gw_heart *heart, double v)
{
    heart->least = heart->count && heart->least < v ? heart->least : v;
    heart->most = heart->count && heart->most > v ? heart->most : v;
    heart->sum += v;
    heart->count++;
}

static void add_sample(struct gw_day_cell *cell, int metric, bool daily_total, double v)
{
    if (metric == GW_ACTIVITY_HEART)
        add_heart(&cell->heart, v);
    else if (daily_total) /* two of one day, as on a journey: the fuller one */
        cell->total[metric] = cell->total[metric] > v ? cell->total[metric] : v;
    else
        cell->sum[metric] = isnan(cell->sum[metric]) ? v : cell->sum[metric] + v;
}

static void add_block(const struct gw_activity_window *w, struct gw_day_cell *cells, int metric, bool daily_total,
                      const struct gw_block *block)
{
    struct gw_day_finder finder = {.zone = w->person->zone};
    int64_t minute = INT64_MIN;

    for (uint32_t r = 0; r < block->runs_count; r++) {
        uint32_t end = r + 1 < block->runs_count ? block->runs[r + 1].first : block->count;
        for (uint32_t i = block->runs[r].first; i < end; i++) {
            int64_t day = gw_day_find(&finder, block->t_us[i], block->runs[r].offset_s), here;
            if (isnan(block->v[i]) || day < w->days.first || day > w->days.last)
                continue;
            struct gw_day_cell *cell = &cells[day - w->days.first];
            add_sample(cell, metric, daily_total, block->v[i]);
            here = gw_floor_div(block->t_us[i], GW_US_PER_MIN);
            cell->minutes[metric] += !daily_total && here != minute;
            minute = here;
        }
    }
}

static int metric_place(uint16_t number)
{
    for (int i = 0; i < GW_ACTIVITY_METRICS; i++)
        if (gw_activity_metrics[i] == number)
            return i;
    return -1;
}

static enum gw_code add_rows(struct gw_activity_window *w, struct gw_err *err)
{
    gw_own_arena struct gw_arena *scratch = NULL;
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < w->rows_count && code == GW_OK; i++) {
        const struct gw_block_row *row = &w->rows[i];
        size_t place = gw_rank_of(w->ranks, row->source_id);
        int metric = metric_place(row->metric);
        struct gw_block block;
        if (place == GW_NO_RANK || metric < 0 || (metric == GW_ACTIVITY_HEART && row->daily_total))
            continue;
        if (scratch && gw_arena_used(scratch) > SCRATCH_MOST)
            gw_arena_free(&scratch);
        if (!scratch && !(scratch = gw_arena_new(0)))
            return gw_fail(err, GW_NOMEM, NULL);
        code = gw_row_decode(scratch, row, &block, err);
        struct gw_day_cell *cells = code == GW_OK ? cells_of(w, place) : NULL;
        if (cells)
            add_block(w, cells, metric, row->daily_total, &block);
        else if (code == GW_OK)
            code = gw_fail(err, GW_NOMEM, NULL);
    }
    return code;
}

/* ---- daily summaries ---- */

static double larger(double a, double b)
{
    return isnan(a) || b > a ? b : a;
}

static void add_given(struct gw_day_cell *cell, const json_t *extra)
{
    for (size_t a = 0; a < GW_AMOUNTS; a++)
        cell->given[a] = larger(cell->given[a], gw_extra_number(extra, given_keys[a].key) * given_keys[a].factor);
    cell->given_moderate_s = larger(cell->given_moderate_s, gw_extra_number(extra, "intensity_moderate_s"));
    cell->given_vigorous_s = larger(cell->given_vigorous_s, gw_extra_number(extra, "intensity_vigorous_s"));
    cell->given_most = larger(cell->given_most, gw_extra_number(extra, "heart_rate_max_bpm"));
    double least = gw_extra_number(extra, "heart_rate_min_bpm");
    if (isnan(cell->given_least) || least < cell->given_least)
        cell->given_least = least;
}

static enum gw_code add_summary(struct gw_activity_window *w, const struct gw_event *event, struct gw_err *err)
{
    gw_own_extra json_t *extra = gw_extra_open(event->head.extra);
    size_t place = gw_rank_of(w->ranks, event->head.source_id);
    double date = gw_extra_number(extra, "date");
    int64_t day = gw_day_of(event->head.start_us, event->head.offset_s, w->person->zone);
    struct gw_day_cell *cells;

    if (date > -1e6 && date < 1e7)
        day = (int64_t)date;
    if (!extra || place == GW_NO_RANK || day < w->days.first || day > w->days.last)
        return GW_OK;
    cells = cells_of(w, place);
    if (!cells)
        return gw_fail(err, GW_NOMEM, NULL);
    add_given(&cells[day - w->days.first], extra);
    return GW_OK;
}

/* ---- loading ---- */

static enum gw_code load_series(struct gw_activity_window *w, struct gw_db *db, const struct gw_summary_range *range,
                                struct gw_err *err)
{
    const struct gw_series_query query = {.user = range->user,
                                          .metrics = gw_activity_metrics,
                                          .metrics_count = GW_ACTIVITY_METRICS,
                                          .from_us = range->from_us,
                                          .to_us = range->to_us,
                                          .with_data = true};
    struct gw_source *sources;
    size_t sources_count;

    return gw_store_series_blocks(db, w->arena, &query, &w->rows, &w->rows_count, &sources, &sources_count, err);
}

enum gw_code gw_activity_load(struct gw_activity_window *w, struct gw_db *db, struct gw_uuid user, struct gw_err *err)
{
    const struct gw_summary_range range = {user, w->days.first * GW_US_PER_DAY - GW_DAY_SHIFT_MOST,
                                           (w->days.last + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST};
    struct gw_event *events = NULL;
    size_t events_count = 0;
    enum gw_code code;

    w->cells = gw_arena_zalloc(w->arena, (w->ranks->count + 1) * sizeof(struct gw_day_cell *));
    if (!w->cells)
        return gw_fail(err, GW_NOMEM, NULL);
    code = load_series(w, db, &range, err);
    if (code == GW_OK)
        code = gw_store_event_range(db, w->arena, &range, "daily_summary", NULL, &events, &events_count, err);
    if (code == GW_OK)
        code = gw_store_climb_range(db, w->arena, &range, &w->climbs, &w->climbs_count, err);
    if (code == GW_OK)
        code = add_rows(w, err);
    for (size_t i = 0; i < events_count && code == GW_OK; i++)
        code = add_summary(w, &events[i], err);
    return code;
}

/* ---- from cells to a day ---- */

/* Which source tells what. */
struct choice {
    size_t best, heart, steps;
};

static const struct gw_day_cell *cell_at(const struct gw_activity_window *w, size_t place, size_t day)
{
    return w->cells[place] ? &w->cells[place][day] : NULL;
}

static bool has_amount(const struct gw_day_cell *c)
{
    for (size_t a = 0; c && a < GW_AMOUNTS; a++)
        if (!isnan(c->total[a]) || !isnan(c->given[a]) || !isnan(c->sum[a]))
            return true;
    return false;
}

/* The first in the order that counted something; where nobody did, the first that has a heart rate. */
static size_t best_of(const struct gw_activity_window *w, size_t day)
{
    size_t heart = GW_NO_RANK;

    for (size_t p = 0; p < w->ranks->count; p++) {
        const struct gw_day_cell *c = cell_at(w, p, day);
        if (has_amount(c))
            return p;
        if (c && heart == GW_NO_RANK && (c->heart.count || !isnan(c->given_most) || !isnan(c->given_least)))
            heart = p;
    }
    return heart;
}

/* The member of the group that covers the most minutes with a metric. */
static size_t fullest(const struct gw_activity_window *w, size_t group, size_t day, int metric)
{
    size_t best = GW_NO_RANK;
    uint32_t most = 0;

    for (size_t p = 0; p < w->ranks->count; p++) {
        const struct gw_day_cell *c = w->ranks->items[p].group == group ? cell_at(w, p, day) : NULL;
        if (c && c->minutes[metric] > most) {
            most = c->minutes[metric];
            best = p;
        }
    }
    return best;
}

/* A total of the day goes before a daily summary, and that before the sum of samples. */
static double amount_of(const struct gw_activity_window *w, size_t group, size_t day, int a)
{
    double total = NAN, given = NAN, sum = NAN;

    for (size_t p = w->ranks->count; p-- > 0;) {
        const struct gw_day_cell *c = w->ranks->items[p].group == group ? cell_at(w, p, day) : NULL;
        if (!c)
            continue;
        total = isnan(c->total[a]) ? total : c->total[a];
        given = isnan(c->given[a]) ? given : c->given[a];
        sum = isnan(c->sum[a]) ? sum : c->sum[a];
    }
    return !isnan(total) ? total : !isnan(given) ? given : sum;
}

static double climbed(const struct gw_activity_window *w, const char *provider, int64_t day)
{
    double sum = NAN;

    for (size_t i = 0; i < w->climbs_count; i++) {
        const struct gw_climb *climb = &w->climbs[i];
        if (strcmp(climb->provider, provider) == 0 &&
            gw_day_of(climb->start_us, climb->offset_s, w->person->zone) == day)
            sum = isnan(sum) ? climb->gain_m : sum + climb->gain_m;
    }
    return sum;
}

static void fill_heart(const struct gw_activity_window *w, const struct choice *choice, size_t day,
                       struct gw_activity_day *ret)
{
    const struct gw_day_cell *c = choice->heart == GW_NO_RANK ? NULL : cell_at(w, choice->heart, day);

    ret->heart_avg = ret->heart_least = ret->heart_most = NAN;
    if (c) {
        ret->heart_avg = c->heart.sum / c->heart.count;
        ret->heart_least = c->heart.least;
        ret->heart_most = c->heart.most;
        return;
    }
    for (size_t p = w->ranks->count; p-- > 0;) {
        c = w->ranks->items[p].group == w->ranks->items[choice->best].group ? cell_at(w, p, day) : NULL;
        if (!c)
            continue;
        ret->heart_least = isnan(c->given_least) ? ret->heart_least : c->given_least;
        ret->heart_most = isnan(c->given_most) ? ret->heart_most : c->given_most;
    }
}

/* Minutes that the provider itself calls moderate and vigorous, where it sent no heart rate to look at. */
static void fill_given_intensity(const struct gw_activity_window *w, size_t group, size_t day,
                                 struct gw_activity_day *ret)
{
    for (size_t p = w->ranks->count; p-- > 0;) {
        const struct gw_day_cell *c = w->ranks->items[p].group == group ? cell_at(w, p, day) : NULL;
        if (c && !isnan(c->given_moderate_s))
            ret->intensity[GW_MODERATE] = floor(c->given_moderate_s / 60);
        if (c && !isnan(c->given_vigorous_s))
            ret->intensity[GW_VIGOROUS] = floor(c->given_vigorous_s / 60);
    }
}

static struct choice fill_day(const struct gw_activity_window *w, size_t day, struct gw_activity_day *ret)
{
    struct choice choice = {best_of(w, day), GW_NO_RANK, GW_NO_RANK};

    *ret = (struct gw_activity_day){.day = w->days.first + (int64_t)day, .sedentary_minutes = NAN};
    for (size_t i = 0; i < GW_INTENSITIES; i++)
        ret->intensity[i] = NAN;
    if (choice.best == GW_NO_RANK)
        return choice;
    size_t group = w->ranks->items[choice.best].group;
    choice.heart = fullest(w, group, day, GW_ACTIVITY_HEART);
    choice.steps = fullest(w, group, day, GW_STEPS);
    ret->source = &w->ranks->items[choice.best].source;
    for (int a = 0; a < GW_AMOUNTS; a++)
        ret->amount[a] = amount_of(w, group, day, a);
    ret->elevation_m = climbed(w, ret->source->provider, ret->day);
    fill_heart(w, &choice, day, ret);
    if (choice.heart == GW_NO_RANK)
        fill_given_intensity(w, group, day, ret);
    return choice;
}

/* ---- what has to be seen minute by minute ---- */

static void take_steps(struct gw_activity_day *ret, const struct gw_minute_counts *counts)
{
    double active = isnan(ret->amount[GW_ACTIVE_TIME]) ? counts->active : ret->amount[GW_ACTIVE_TIME];

    ret->amount[GW_ACTIVE_TIME] = active;
    ret->sedentary_minutes = counts->tracked > active ? counts->tracked - active : 0;
}

static void take_heart(struct gw_activity_day *ret, const struct gw_minute_counts *counts)
{
    for (size_t i = 0; i < GW_INTENSITIES; i++)
        ret->intensity[i] = counts->intensity[i];
}

static bool is_chosen(const struct choice *choices, size_t days, size_t place, int metric)
{
    for (size_t d = 0; d < days; d++)
        if ((metric == GW_STEPS ? choices[d].steps : choices[d].heart) == place)
            return true;
    return false;
}

static enum gw_code look_closer(struct gw_activity_window *w, const struct choice *choices, size_t place, int metric,
                                struct gw_activity_day *ret, struct gw_err *err)
{
    size_t days = days_of(w);
    struct gw_minute_counts *counts;
    enum gw_code code;

    if (!is_chosen(choices, days, place, metric))
        return GW_OK;
    counts = gw_arena_zalloc(w->arena, days * sizeof(*counts));
    if (!counts)
        return gw_fail(err, GW_NOMEM, NULL);
    code = gw_activity_minutes(w, place, metric, counts, err);
    for (size_t d = 0; d < days && code == GW_OK; d++) {
        if (metric == GW_STEPS && choices[d].steps == place)
            take_steps(&ret[d], &counts[d]);
        if (metric == GW_ACTIVITY_HEART && choices[d].heart == place)
            take_heart(&ret[d], &counts[d]);
    }
    return code;
}

enum gw_code gw_activity_days(struct gw_activity_window *w, struct gw_activity_day *ret, struct gw_err *err)
{
    struct choice *choices = gw_arena_alloc(w->arena, days_of(w) * sizeof(*choices));
    enum gw_code code = choices ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t d = 0; code == GW_OK && d < days_of(w); d++)
        choices[d] = fill_day(w, d, &ret[d]);
    for (size_t p = 0; p < w->ranks->count && code == GW_OK; p++) {
        if (!w->cells[p])
            continue;
        code = look_closer(w, choices, p, GW_STEPS, ret, err);
        if (code == GW_OK)
            code = look_closer(w, choices, p, GW_ACTIVITY_HEART, ret, err);
    }
    return code;
}
