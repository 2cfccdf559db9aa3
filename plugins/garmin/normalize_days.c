/* The types that know a calendar day and no clock: userMetrics and mct (menstrual cycle tracking). They are
 * put at local noon where the payload knows the offset, else at noon UTC, which keeps the date for nearly
 * every place on earth. */
#include "normalize.h"

#include <math.h>

#define NOON_S 43200

static int day_item(struct garmin_batch *b, sdk_json json, const char *date_key, struct garmin_item *ret)
{
    int64_t days;
    *ret = (struct garmin_item){.json = json, .id = sdk_json_str(sdk_json_get(json, "summaryId"))};
    if (garmin_date(sdk_json_get(json, date_key), &days) != 0)
        return -1;
    ret->has_offset = (b->payload->flags & AORTA_PAYLOAD_HAS_OFFSET) != 0;
    ret->offset_s = ret->has_offset ? b->payload->tz_offset_s : 0;
    ret->start_us = (days * S_PER_DAY + NOON_S - ret->offset_s) * US_PER_S;
    return 0;
}

/* ---- userMetrics ---- */

static aorta_status metrics(struct garmin_batch *b, sdk_json json)
{
    static const struct {
        const char *from;
        struct garmin_run run;
    } values[] = {
        {"vo2Max", {.metric = "vo2_max", .low = 1, .high = 150}},
        {"vo2MaxCycling", {.metric = "garmin.vo2_max_cycling", .low = 1, .high = 150}},
        {"fitnessAge", {.metric = "garmin_fitness_age", .low = 1, .high = 150}},
    };
    struct garmin_item it;
    aorta_status st = AORTA_OK;
    if (day_item(b, json, "calendarDate", &it) != 0)
        return AORTA_ERR_DATA;
    for (size_t i = 0; i < AORTA_COUNT(values) && st == AORTA_OK; i++)
        st = garmin_emit_value(b, &it, garmin_number(json, values[i].from), &values[i].run);
    return st;
}

aorta_status garmin_read_user_metrics(struct garmin_batch *b)
{
    return garmin_each(b, metrics);
}

/* ---- mct ---- */

static const struct garmin_field cycle_fields[] = {
    {"day_in_cycle", "dayInCycle", 1, 0, 1},
    {"period_length_days", "periodLength", 1, 0, 1},
    {"phase_number", "currentPhase", 1, 0, 1},
    {"phase_length_days", "lengthOfCurrentPhase", 1, 0, 1},
    {"days_until_next_phase", "daysUntilNextPhase", 1, 0, 1},
    {"fertile_window_start", "fertileWindowStart", 1, 0, 1},
    {"fertile_window_length_days", "lengthOfFertileWindow", 1, 0, 1},
    {"cycle_length_days", "cycleLength", 1, 1, 1},
    {"predicted_cycle_length_days", "predictedCycleLength", 1, 1, 1},
};

static void add_flag(sdk_fields *f, sdk_json json, const char *key, const char *from)
{
    sdk_json v = sdk_json_get(json, from);
    if (sdk_json_type(v) == SDK_JSON_BOOL)
        sdk_add_bool(f, key, sdk_json_bool(v, 0));
}

/* Values entered during a pregnancy carry their own time. */
static aorta_status emit_glucose(struct garmin_batch *b, sdk_json list)
{
    static const struct garmin_run run = {.metric = "blood_glucose", .low = 1, .high = 2000};
    const struct garmin_item nowhere = {.has_offset = 0};
    sdk_samples s;
    if (sdk_json_type(list) != SDK_JSON_ARRAY)
        return AORTA_OK;
    garmin_samples_begin(b, &nowhere, &s, &run);
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        int64_t t;
        double v = garmin_number(m, "valueInMilligramsPerDeciliter");
        if (v >= run.low && v <= run.high && garmin_instant(sdk_json_get(m, "reportTimestampInSeconds"), &t) == 0)
            sdk_samples_add(&s, t, v);
    }
    return sdk_samples_flush(&s);
}

/* The value without the blanks between its tokens: payloads may come indented. */
static aorta_str compact(struct garmin_batch *b, sdk_json v)
{
    aorta_str text = sdk_json_text(v);
    char *out = b->ctx->host->alloc(b->ctx, text.len);
    size_t n = 0;
    int quoted = 0;
    if (!out)
        return (aorta_str){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))
            continue;
        out[n++] = c;
        if (quoted && c == '\\' && i + 1 < text.len)
            out[n++] = text.ptr[++i];
        else if (c == '"')
            quoted = !quoted;
    }
    return (aorta_str){out, n};
}

static aorta_status cycle(struct garmin_batch *b, sdk_json json)
{
    struct garmin_item it;
    sdk_fields f = {.count = 0};
    sdk_json pregnancy = sdk_json_get(json, "pregnancySnapshot");
    double day = garmin_number(json, "dayInCycle");
    if (day_item(b, json, "periodStartDate", &it) != 0)
        return AORTA_ERR_DATA;
    aorta_record r = garmin_record(&it, "garmin.menstrual_cycle");
    if (day >= 1 && day <= 1000) /* the day it speaks of; the first day of a period is day 1 */
        r.start_us = r.end_us = it.start_us + (llround(day) - 1) * S_PER_DAY * US_PER_S;
    int64_t changed;
    if (garmin_instant(sdk_json_get(json, "lastUpdatedTimeInSeconds"), &changed) == 0)
        r.version_us = changed;
    sdk_add_str(&f, "period_start_date", sdk_json_str(sdk_json_get(json, "periodStartDate")));
    sdk_add_str(&f, "phase", sdk_json_str(sdk_json_get(json, "currentPhaseType")));
    garmin_add_fields(&f, json, cycle_fields, AORTA_COUNT(cycle_fields));
    add_flag(&f, json, "is_predicted", "isPredictedCycle");
    add_flag(&f, json, "has_specified_cycle_length", "hasSpecifiedCycleLength");
    add_flag(&f, json, "has_specified_period_length", "hasSpecifiedPeriodLength");
    if (sdk_json_count(pregnancy)) { /* an empty object: not pregnant */
        aorta_str text = compact(b, pregnancy);
        if (!text.ptr)
            return AORTA_ERR_NOMEM;
        sdk_add_json(&f, "pregnancy", text);
    }
    aorta_status st = sdk_emit_record(b->ctx, &r, &f);
    return st == AORTA_OK ? emit_glucose(b, sdk_json_get(pregnancy, "bloodGlucoseList")) : st;
}

aorta_status garmin_read_cycle(struct garmin_batch *b)
{
    return garmin_each(b, cycle);
}
