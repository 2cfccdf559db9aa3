/* ActivitySummary: the rings of a local day. It brings a date and no zone, and no word of who measured. */
#include "import.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is told of a day; the hours stood in have no place of their own. */
static const struct {
    const char *name, *unit_name, *field, *metric;
    struct phone_quantity quantity; /* to the metric's unit */
    double to_field;
} rings[] = {
    {"activeEnergyBurned", "activeEnergyBurnedUnit", "energy_active_kcal", "energy", {PHONE_ENERGY, "kcal", 1, 0}, 1},
    {"appleExerciseTime", NULL, NULL, "exercise_time", {PHONE_TIME, "min", 1 / 60.0, 0}, 1},
    {"appleMoveTime", NULL, "active_time_s", "active_time", {PHONE_TIME, "min", 1 / 60.0, PHONE_POSITIVE}, 60},
};
#define RINGS ((uint32_t)(sizeof(rings) / sizeof(rings[0])))

/* Bounds of the day where the phone was, as far as its other times tell. */
static void set_span(const struct apple_import *m, int64_t day, struct phone_span *span)
{
    int32_t begins = 0, ends = 0;
    int known = apple_offset_on(&m->stamps, day, &begins) && apple_offset_on(&m->stamps, day + 1, &ends);
    span->start_us = (day * PHONE_DAY_S - begins) * PHONE_US_PER_S;
    span->end_us = ((day + 1) * PHONE_DAY_S - ends) * PHONE_US_PER_S;
    span->offset_s = begins;
    span->flags = known ? AORTA_RECORD_HAS_OFFSET : 0;
    span->has_end = 1;
}

static int read_rings(const char **attrs, double value[RINGS])
{
    int any = 0;
    for (uint32_t i = 0; i < RINGS; i++) {
        const char *text = apple_attr(attrs, rings[i].name),
                   *unit = rings[i].unit_name ? apple_attr(attrs, rings[i].unit_name) : NULL;
        value[i] = NAN;
        if (!text || sdk_number_parse(sdk_str(text), &value[i]) != 0 ||
            phone_convert(&rings[i].quantity, sdk_str(unit), &value[i]) != 0)
            value[i] = NAN;
        any |= value[i] > 0;
    }
    return any;
}

static aorta_status out(struct apple_import *m, int64_t day, const char *date, const double value[RINGS])
{
    char id[64];
    struct phone_span span;
    sdk_fields fields = {0};
    aorta_status st = AORTA_OK;
    set_span(m, day, &span);
    if (span.start_us < 0 || span.end_us < span.start_us)
        return AORTA_OK;
    uint32_t open = day == m->export_day ? AORTA_RECORD_TENTATIVE : 0; /* the day it was made on goes on */
    for (uint32_t i = 0; i < RINGS && st == AORTA_OK; i++) {
        if (isnan(value[i]))
            continue;
        if (rings[i].field)
            sdk_add_float(&fields, rings[i].field, value[i] * rings[i].to_field);
        st = phone_sample_out(&m->job, rings[i].metric, &span, 0, AORTA_SERIES_DAILY_TOTAL | open, value[i]);
    }
    if (st != AORTA_OK)
        return st;
    aorta_record record = phone_record_of("daily_summary", &span, 0);
    int n = snprintf(id, sizeof(id), "activity %.10s", date);
    record.external_id = (aorta_str){id, (size_t)n};
    record.flags |= open;
    sdk_add_date(&fields, "date", day);
    return phone_out_record(&m->job.out, &record, &fields);
}

_Static_assert(AORTA_RECORD_TENTATIVE == AORTA_SERIES_TENTATIVE, "one flag serves both");

aorta_status apple_day(struct apple_import *m, const char **attrs)
{
    const char *date = apple_attr(attrs, "dateComponents");
    double value[RINGS];
    int64_t day;
    m->job.tally.seen[PHONE_LIST_DAYS]++;
    if (!date || sdk_date_parse(sdk_str(date), &day) != 0)
        return phone_fault(&m->job.tally, PHONE_LIST_DAYS, PHONE_FAULT_TIME);
    /* days of nothing but zeros, and one of 1969, stand for days without a watch */
    if (day < 1 || day >= APPLE_DAYS - 2 || !read_rings(attrs, value))
        return AORTA_OK;
    return out(m, day, date, value);
}
