/* A day's activity: its totals as a summary and as daily values, and, where they were asked for, the steps
 * and the intensity within it. Times are those of the user's clock; the offset comes with the payload. */
#include "normalize.h"

#include <math.h>

struct day {
    struct polar_when midnight;
    aorta_str date;
    uint32_t source;
};

/* ---- totals ---- */

static aorta_status emit_total(struct polar_job *job, const struct day *d, const char *metric, double v)
{
    sdk_samples s;
    if (isnan(v))
        return AORTA_OK;
    polar_series(job, &s, metric, d->source, &d->midnight, 0);
    s.head.flags |= AORTA_SERIES_DAILY_TOTAL;
    sdk_samples_add(&s, d->midnight.us, v);
    return sdk_samples_flush(&s);
}

static double not_negative(double v)
{
    return v >= 0 ? v : NAN;
}

static double seconds(sdk_json item, const char *key)
{
    int64_t us;
    return sdk_duration_parse(polar_string(item, key), &us) == 0 ? (double)us / 1e6 : NAN;
}

/* ---- intensity: a list of changes, each with the zone from there on ---- */

struct intensity {
    double moderate, vigorous;
};

static struct intensity intensity(const struct polar_job *job, sdk_json item)
{
    struct intensity sum = {NAN, NAN};
    sdk_json list = polar_get(polar_get(polar_get(item, "samples"), "activity_zones"), "samples");
    struct polar_when from, to;
    double *zone = NULL;
    if (sdk_json_count(list) == 0)
        return sum;
    sum = (struct intensity){0, 0};
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        if (polar_when(job, polar_string(m, "timestamp"), NAN, &to) != 0)
            continue;
        if (zone && to.us > from.us)
            *zone += (double)(to.us - from.us) / 1e6;
        aorta_str name = polar_string(m, "zone");
        zone = sdk_str_ieq(name, "MODERATE") ? &sum.moderate : sdk_str_ieq(name, "VIGOROUS") ? &sum.vigorous : NULL;
        from = to;
    }
    if (zone && polar_when(job, polar_string(item, "end_time"), NAN, &to) == 0 && to.us > from.us)
        *zone += (double)(to.us - from.us) / 1e6;
    return sum;
}

/* ---- steps within the day ---- */

#define STEPS_MAX 2880 /* of a day at half a minute: what a gap may be filled with */

/* Values that repeat are left out by Polar: a gap longer than the interval stands for the value before it. */
static void add_steps(const struct polar_job *job, sdk_samples *s, sdk_json list, int64_t interval_us)
{
    int64_t last_us = 0;
    double last = NAN;
    uint32_t n = 0;
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        struct polar_when at;
        double steps = polar_number(m, "steps", NAN);
        if (!(steps >= 0) || polar_when(job, polar_string(m, "timestamp"), NAN, &at) != 0)
            continue;
        for (int64_t t = last_us + interval_us; !isnan(last) && t < at.us && n < STEPS_MAX; t += interval_us, n++)
            sdk_samples_add(s, t, last);
        sdk_samples_add(s, at.us, steps);
        last_us = at.us;
        last = steps;
    }
}

static aorta_status emit_steps(struct polar_job *job, const struct day *d, sdk_json item)
{
    sdk_json steps = polar_get(polar_get(item, "samples"), "steps");
    double interval_ms = polar_number(steps, "interval_ms", NAN);
    sdk_samples s;
    if (!(interval_ms >= 1000 && interval_ms <= 86400000))
        return AORTA_OK;
    polar_series(job, &s, "steps", d->source, &d->midnight, 0);
    add_steps(job, &s, polar_get(steps, "samples"), (int64_t)(interval_ms * 1000));
    return sdk_samples_flush(&s);
}

/* ---- the day ---- */

static aorta_status emit_summary(struct polar_job *job, const struct day *d, sdk_json item, double basal,
                                 double active_s)
{
    struct intensity in = intensity(job, item);
    sdk_fields f = {.count = 0};
    int64_t days, steps = sdk_json_int(polar_get(item, "steps"), -1);
    aorta_str id = sdk_format(job->ctx, "polar-activity-%.*s", (int)d->date.len, d->date.ptr);
    if (!id.ptr)
        return AORTA_ERR_NOMEM;
    if (sdk_date_parse(d->date, &days) == 0)
        sdk_add_date(&f, "date", days);
    if (steps >= 0)
        sdk_add_int(&f, "steps", steps);
    polar_add(&f, "distance_m", item, "distance_from_steps", 1, 0);
    polar_add(&f, "energy_active_kcal", item, "active_calories", 1, 0);
    sdk_add_float(&f, "energy_basal_kcal", basal);
    sdk_add_float(&f, "active_time_s", active_s);
    sdk_add_float(&f, "intensity_moderate_s", in.moderate);
    sdk_add_float(&f, "intensity_vigorous_s", in.vigorous);
    return polar_emit(job, "daily_summary", id, d->source, &d->midnight, d->midnight.us + POLAR_DAY_S * POLAR_US_PER_S,
                      0, &f);
}

static aorta_status emit_totals(struct polar_job *job, const struct day *d, sdk_json item, double basal,
                                double active_s)
{
    const struct {
        const char *metric;
        double value;
    } totals[] = {
        {"steps", not_negative(polar_number(item, "steps", NAN))},
        {"energy", not_negative(polar_number(item, "active_calories", NAN))},
        {"basal_energy", basal},
        {"distance_walking_running", not_negative(polar_number(item, "distance_from_steps", NAN))},
        {"active_time", active_s / 60},
    };
    aorta_status st = AORTA_OK;
    for (uint32_t i = 0; i < AORTA_COUNT(totals) && st == AORTA_OK; i++)
        st = emit_total(job, d, totals[i].metric, totals[i].value);
    return st;
}

/* The day is named by its start, which is a time of the user's clock whatever the specification says. */
static int read_day(struct polar_job *job, sdk_json item, struct day *d)
{
    aorta_str start = polar_string(item, "start_time");
    d->date = polar_string(item, "date");
    if (start.len >= 10)
        d->date = (aorta_str){start.ptr, 10};
    return polar_midnight(job, d->date, &d->midnight);
}

aorta_status polar_activity(struct polar_job *job, sdk_json item)
{
    struct day d = {.source = 0};
    if (read_day(job, item, &d) != 0)
        return polar_skip(job, "activity", "no start time");
    d.source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    double active_s = seconds(item, "active_duration");
    /* calories include what the body burns at rest */
    double basal = not_negative(not_negative(polar_number(item, "calories", NAN)) -
                                not_negative(polar_number(item, "active_calories", NAN)));
    aorta_status st = emit_summary(job, &d, item, basal, active_s);
    if (st == AORTA_OK)
        st = emit_totals(job, &d, item, basal, active_s);
    return st == AORTA_OK ? emit_steps(job, &d, item) : st;
}
