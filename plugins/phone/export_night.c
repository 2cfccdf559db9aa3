/* Sleep as Health Auto Export posts it: single stages, or, where it sums up, whole nights in hours. */
#include "export.h"

#include <math.h>
#include <stdio.h>

static const struct phone_quantity hours = {PHONE_TIME, "hr", 1, 0}; /* to seconds */

static double seconds(phone_value item, enum phone_key key, aorta_str unit)
{
    double v;
    return phone_number(phone_get(item, key), &v) && phone_convert(&hours, unit, &v) == 0 ? v : NAN;
}

/* The sum of what is known; NaN when nothing is. */
static double sum(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : a + b;
}

static void add_stages(phone_value item, aorta_str unit, sdk_fields *f)
{
    double light = seconds(item, PHONE_core, unit), deep = seconds(item, PHONE_deep, unit);
    double rem = seconds(item, PHONE_rem, unit), plain = seconds(item, PHONE_asleep, unit);
    double total = seconds(item, PHONE_totalsleep, unit), staged = sum(sum(light, deep), rem);
    sdk_add_float(f, "asleep_s", total > 0 ? total : staged > 0 ? staged : plain);
    sdk_add_float(f, "in_bed_s", seconds(item, PHONE_inbed, unit));
    sdk_add_float(f, "awake_s", seconds(item, PHONE_awake, unit));
    if (!(staged > 0)) /* no watch, no stages: their zeros say nothing */
        return;
    sdk_add_float(f, "light_s", light);
    sdk_add_float(f, "deep_s", deep);
    sdk_add_float(f, "rem_s", rem);
}

static int bounds(struct phone_job *job, phone_value item, enum phone_key from, enum phone_key to,
                  struct phone_span *ret)
{
    struct phone_when start, end;
    if (phone_when(&job->export_clock, phone_text(phone_get(item, from)), &start) != 0 ||
        phone_when(&job->export_clock, phone_text(phone_get(item, to)), &end) != 0 || end.us <= start.us)
        return -1;
    *ret = (struct phone_span){start.us, end.us, start.has_offset ? AORTA_RECORD_HAS_OFFSET : 0, start.offset_s, 1};
    return 0;
}

/* The night of a day is posted again when more of it is known, perhaps with another start: its name is the day. */
static aorta_status night(struct phone_job *job, phone_value item, aorta_str unit)
{
    char name[160];
    sdk_fields fields = {0};
    struct phone_span span;
    aorta_str date = phone_text(phone_get(item, PHONE_date)), source = phone_text(phone_get(item, PHONE_source));
    if (bounds(job, item, PHONE_sleepstart, PHONE_sleepend, &span) != 0 &&
        bounds(job, item, PHONE_inbedstart, PHONE_inbedend, &span) != 0)
        return phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_TIME);
    aorta_record record = phone_record_of("sleep", &span, phone_export_source(job, item));
    if (date.len && date.len + source.len < sizeof(name) - 20) {
        int n = snprintf(name, sizeof(name), "sleep_analysis %.*s %.*s", (int)date.len, date.ptr, (int)source.len,
                         source.len ? source.ptr : "");
        record.external_id = sdk_trim((aorta_str){name, n > 0 ? (size_t)n : 0});
    }
    add_stages(item, unit, &fields);
    return phone_out_record(&job->out, &record, &fields);
}

aorta_status phone_export_night(struct phone_job *job, phone_value item, aorta_str unit)
{
    struct phone_span span;
    sdk_fields fields = {0};
    aorta_str value = phone_text(phone_get(item, PHONE_value));
    if (!value.len)
        return night(job, item, unit);
    const char *stage = phone_stage(value);
    if (!stage)
        return phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_STAGE);
    if (phone_export_span(job, PHONE_LIST_METRICS, item, &span) != 0)
        return AORTA_OK;
    if (!span.has_end)
        return phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_END);
    aorta_record record = phone_record_of("sleep_stage", &span, phone_export_source(job, item));
    sdk_add_enum(&fields, "stage", stage);
    return phone_out_record(&job->out, &record, &fields);
}
