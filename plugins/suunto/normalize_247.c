/* Activity, recovery and daily statistics: rows of a time and some values. Rows of the same time are parts or
 * revisions of each other: put together value by value, the later one counts. */
#include "normalize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JOULES_PER_KCAL 4184.0
#define VALUES_MAX      5

struct row {
    struct instant at;
    uint32_t order; /* of arrival */
    double v[VALUES_MAX];
};

struct rows {
    const struct column *columns;
    uint32_t width;
    struct row *list;
    uint32_t count, cap;
};

/* A value of an entry: where it is, and what it means in our unit. */
struct column {
    const char *name, *metric;
    double (*convert)(double value);
};

/* ---- conversions; NaN drops the value ---- */

static double count_or_more(double v)
{
    return v >= 0 ? v : NAN;
}

static double positive(double v)
{
    return v > 0 ? v : NAN;
}

static double kcal(double joules)
{
    return joules >= 0 ? joules / JOULES_PER_KCAL : NAN;
}

static double balance(double v)
{
    return v == 0 ? 0 : percent_of(v);
}

static double stress_state(double v)
{
    return v >= 1 && v < 256 ? v : NAN; /* 0: the watch had no valid reading */
}

/* ---- gathering and merging ---- */

static struct row *new_row(aorta_ctx *ctx, struct rows *r)
{
    if (r->count == r->cap) {
        uint32_t cap = r->cap ? r->cap * 2 : 256;
        struct row *list = cap > r->cap ? ctx->host->alloc(ctx, cap * sizeof(*list)) : NULL;
        if (!list)
            return NULL;
        if (r->count)
            memcpy(list, r->list, r->count * sizeof(*list));
        r->list = list;
        r->cap = cap;
    }
    return &r->list[r->count++];
}

static aorta_status gather(struct input *in, sdk_json item, sdk_json envelope, void *data)
{
    (void)envelope;
    struct rows *rows = data;
    struct instant at;
    if (instant_of(in, sdk_json_get(item, "timestamp"), &at) != 0) {
        input_skip(in, "no timestamp");
        return AORTA_OK;
    }
    struct row *row = new_row(in->ctx, rows);
    if (!row)
        return AORTA_ERR_NOMEM;
    *row = (struct row){.at = at, .order = rows->count};
    sdk_json entry = entry_of(item);
    for (uint32_t i = 0; i < rows->width; i++)
        row->v[i] = rows->columns[i].convert(number_of(entry_get(entry, rows->columns[i].name)));
    return AORTA_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->at.us != y->at.us)
        return x->at.us < y->at.us ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void merge_rows(struct rows *r)
{
    uint32_t n = 0;
    if (r->count < 2)
        return;
    qsort(r->list, r->count, sizeof(*r->list), by_time);
    for (uint32_t i = 1; i < r->count; i++) {
        if (r->list[n].at.us != r->list[i].at.us) {
            r->list[++n] = r->list[i];
            continue;
        }
        for (uint32_t v = 0; v < r->width; v++)
            if (!isnan(r->list[i].v[v]))
                r->list[n].v[v] = r->list[i].v[v];
        r->list[n].at = r->list[i].at;
    }
    r->count = n + 1;
}

static aorta_status gather_rows(struct input *in, struct rows *rows)
{
    aorta_status st = input_each(in, gather, rows);
    if (st == AORTA_OK)
        merge_rows(rows);
    return st;
}

/* ---- activity ---- */

static const struct column activity_columns[] = {
    {"HR", "heart_rate", heart_rate_bpm},
    {"StepCount", "steps", count_or_more},
    {"EnergyConsumption", "energy", kcal},
    {"HRV", "heart_rate_variability_rmssd", positive},
    {"SpO2", "oxygen_saturation", saturation_percent},
};

static void set_offset(sdk_samples *s, const struct instant *at)
{
    s->head.flags = at->has_offset ? AORTA_SERIES_HAS_OFFSET : 0;
    s->head.tz_offset_s = at->offset_s;
}

/* One run for each stretch of time with the same offset: people travel, and clocks change. */
static aorta_status emit_column(aorta_ctx *ctx, const struct rows *rows, uint32_t column)
{
    sdk_samples samples;
    sdk_samples_begin(&samples, ctx, rows->columns[column].metric);
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->list[i];
        const struct instant *last = i ? &rows->list[i - 1].at : NULL;
        if (!last || last->has_offset != row->at.has_offset || last->offset_s != row->at.offset_s) {
            aorta_status st = sdk_samples_flush(&samples);
            if (st != AORTA_OK)
                return st;
            set_offset(&samples, &row->at);
        }
        if (!isnan(row->v[column]))
            sdk_samples_add(&samples, row->at.us, row->v[column]);
    }
    return sdk_samples_flush(&samples);
}

aorta_status normalize_activity(struct input *in)
{
    struct rows rows = {.columns = activity_columns, .width = AORTA_COUNT(activity_columns)};
    aorta_status st = gather_rows(in, &rows);
    for (uint32_t i = 0; i < rows.width && st == AORTA_OK; i++)
        st = emit_column(in->ctx, &rows, i);
    return st;
}

/* ---- recovery ---- */

enum { BALANCE, STRESS_STATE };

static const struct column recovery_columns[] = {
    [BALANCE] = {"Balance", NULL, balance},
    /* raw here: 0 is a statement of its own, "invalid", and takes the row with it */
    [STRESS_STATE] = {"StressState", NULL, count_or_more},
};

static const char *state_name(double state)
{
    static const char *const names[] = {NULL, "relaxing", "active", "passive", "stressful"};
    return state < AORTA_COUNT(names) ? names[(int)state] : NULL;
}

static aorta_status emit_recovery(struct input *in, const struct row *row)
{
    double state = row->v[STRESS_STATE];
    if (isnan(row->v[BALANCE]) || (!isnan(state) && isnan(stress_state(state))))
        return AORTA_OK;
    sdk_fields fields = {.count = 0};
    sdk_add_enum(&fields, "category", "recovery");
    sdk_add_float(&fields, "value", row->v[BALANCE]);
    if (!isnan(state))
        sdk_add_str(&fields, "qualifier", sdk_str(state_name(state)));
    aorta_record record = {.struct_size = sizeof(record),
                           .flags = row->at.has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                           .kind = AORTA_S("score"),
                           .tz_offset_s = row->at.offset_s,
                           .start_us = row->at.us,
                           .end_us = row->at.us};
    return sdk_emit_record(in->ctx, &record, &fields);
}

aorta_status normalize_recovery(struct input *in)
{
    struct rows rows = {.columns = recovery_columns, .width = AORTA_COUNT(recovery_columns)};
    aorta_status st = gather_rows(in, &rows);
    for (uint32_t i = 0; i < rows.count && st == AORTA_OK; i++)
        st = emit_recovery(in, &rows.list[i]);
    return st;
}

/* ---- daily statistics ---- */

static const struct column totals[] = {
    {"stepcount", "steps", count_or_more},
    {"energyconsumption", "energy", kcal},
};

static const struct column *total_of(aorta_str name)
{
    for (size_t i = 0; i < AORTA_COUNT(totals); i++)
        if (sdk_str_ieq(name, totals[i].name))
            return &totals[i];
    return NULL;
}

static aorta_status emit_total(struct input *in, const struct column *total, sdk_json source)
{
    sdk_samples samples;
    sdk_samples_begin(&samples, in->ctx, total->metric);
    samples.head.source = watch_source(in->ctx, sdk_json_str(entry_get(source, "Name")));
    sdk_json list = entry_get(source, "Samples");
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        struct instant day;
        double value = total->convert(number_of(entry_get(m, "Value")));
        if (isnan(value) || instant_of(in, entry_get(m, "TimeISO8601"), &day) != 0)
            continue; /* a day without a value is listed with null */
        uint32_t flags = AORTA_SERIES_DAILY_TOTAL | (day.has_offset ? AORTA_SERIES_HAS_OFFSET : 0);
        if (samples.count && (samples.head.flags != flags || samples.head.tz_offset_s != day.offset_s)) {
            aorta_status st = sdk_samples_flush(&samples);
            if (st != AORTA_OK)
                return st;
        }
        samples.head.flags = flags;
        samples.head.tz_offset_s = day.offset_s;
        sdk_samples_add(&samples, day.us, value);
    }
    return sdk_samples_flush(&samples);
}

/* One statistic, with a list of days for each watch. Watches are not added up: they count the same steps. */
static aorta_status read_statistic(struct input *in, sdk_json item, sdk_json envelope, void *data)
{
    (void)envelope;
    (void)data;
    const struct column *total = total_of(sdk_json_str(entry_get(item, "Name")));
    aorta_str aggregation = sdk_json_str(entry_get(item, "Aggregation"));
    if (!total) {
        input_skip(in, "an unknown statistic");
        return AORTA_OK;
    }
    if (aggregation.len && !sdk_str_ieq(aggregation, "sum"))
        return AORTA_OK; /* averages are no totals */
    sdk_json sources = entry_get(item, "Sources");
    for (sdk_json m = sdk_json_first(sources); m.node; m = sdk_json_next(m)) {
        aorta_status st = emit_total(in, total, m);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

aorta_status normalize_daily(struct input *in)
{
    return input_each(in, read_statistic, NULL);
}
