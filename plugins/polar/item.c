/* Reading an item's members and writing what became of them: the small steps that all kinds take. */
#include "normalize.h"

#include <math.h>
#include <string.h>

/* ---- reading ---- */

static char same(char c)
{
    return c == '-' ? '_' : c;
}

static int is_key(aorta_str got, const char *key, size_t len)
{
    if (got.len != len)
        return 0;
    for (size_t i = 0; i < len; i++)
        if (same(got.ptr[i]) != same(key[i]))
            return 0;
    return 1;
}

sdk_json polar_get(sdk_json object, const char *key)
{
    sdk_json found = {NULL};
    size_t len = strlen(key);
    if (sdk_json_type(object) != SDK_JSON_OBJECT)
        return found;
    for (sdk_json m = sdk_json_first(object); m.node; m = sdk_json_next(m))
        if (is_key(sdk_json_key(m), key, len))
            found = m; /* of several the last counts */
    return found;
}

double polar_number(sdk_json object, const char *key, double otherwise)
{
    return sdk_json_double(polar_get(object, key), otherwise);
}

aorta_str polar_string(sdk_json object, const char *key)
{
    return sdk_json_str(polar_get(object, key));
}

void polar_add(sdk_fields *f, const char *field, sdk_json object, const char *key, double factor, double min)
{
    double v = polar_number(object, key, NAN);
    if (v >= min)
        sdk_add_float(f, field, v * factor);
}

aorta_str polar_components(struct polar_job *job, sdk_json object, const struct polar_component *list, uint32_t n)
{
    sdk_text t = {.ctx = job->ctx};
    for (uint32_t i = 0; i < n; i++) {
        double v = polar_number(object, list[i].key, NAN);
        if (v >= list[i].min)
            sdk_text_addf(&t, "%s\"%s\":%.12g", t.len ? "," : "{", list[i].name, v);
    }
    if (t.len)
        sdk_text_add(&t, AORTA_S("}"));
    return sdk_text_str(&t);
}

#define OFFSET_MAX_MINUTES (18 * 60)

int polar_when(const struct polar_job *job, aorta_str text, double minutes, struct polar_when *ret)
{
    if (sdk_time_parse(text, &ret->us, &ret->offset_s, &ret->has_offset) != 0)
        return -1;
    if (ret->has_offset)
        return 0;
    if (minutes >= -OFFSET_MAX_MINUTES && minutes <= OFFSET_MAX_MINUTES) {
        ret->has_offset = 1;
        ret->offset_s = (int32_t)(minutes * 60);
    } else {
        ret->has_offset = job->has_offset;
        ret->offset_s = job->has_offset ? job->offset_s : 0;
    }
    ret->us -= ret->offset_s * POLAR_US_PER_S; /* local minus offset is UTC */
    return 0;
}

int polar_midnight(const struct polar_job *job, aorta_str date, struct polar_when *ret)
{
    int64_t days;
    if (sdk_date_parse(date, &days) != 0)
        return -1;
    ret->has_offset = job->has_offset;
    ret->offset_s = job->has_offset ? job->offset_s : 0;
    ret->us = (days * POLAR_DAY_S - ret->offset_s) * POLAR_US_PER_S;
    return 0;
}

/* ---- writing ---- */

/* Polar says which product it was, not what kind of thing; all that is not listed is worn on the wrist as a
 * watch. */
static const struct device {
    const char *begins, *type;
} devices[] = {
    {"Polar Beat", "phone"}, {"Polar Flow", "phone"},  {"Polar Loop", "band"}, {"Polar 360", "band"},
    {"Polar OH1", "band"},   {"Polar Verity", "band"}, {"Polar H10", "other"}, {"Polar H9", "other"},
};

static const char *device_type(aorta_str device)
{
    for (uint32_t i = 0; i < AORTA_COUNT(devices); i++) {
        size_t len = strlen(devices[i].begins);
        if (device.len >= len && memcmp(device.ptr, devices[i].begins, len) == 0)
            return devices[i].type;
    }
    return "watch";
}

uint32_t polar_source(struct polar_job *job, aorta_str device, aorta_str device_id)
{
    /* where only an id is given it sometimes holds the name */
    if (device.len == 0 && device_id.len > 6 && memcmp(device_id.ptr, "Polar ", 6) == 0) {
        device = device_id;
        device_id = (aorta_str){NULL, 0};
    }
    const aorta_source source = {.struct_size = sizeof(source),
                                 .device_model = device,
                                 .device_type = sdk_str(device_type(device)),
                                 .original = device_id};
    return job->ctx->host->source(job->ctx, &source);
}

aorta_status polar_emit(struct polar_job *job, const char *kind, aorta_str id, uint32_t source,
                        const struct polar_when *start, int64_t end_us, int64_t version_us, const sdk_fields *fields)
{
    aorta_record record = {.struct_size = sizeof(record),
                           .flags = start->has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                           .kind = sdk_str(kind),
                           .external_id = id,
                           .source = source,
                           .tz_offset_s = start->offset_s,
                           .start_us = start->us,
                           .end_us = end_us,
                           .version_us = version_us};
    return sdk_emit_record(job->ctx, &record, fields);
}

void polar_series(struct polar_job *job, sdk_samples *s, const char *metric, uint32_t source,
                  const struct polar_when *when, int64_t version_us)
{
    sdk_samples_begin(s, job->ctx, metric);
    s->head.source = source;
    s->head.flags = when->has_offset ? AORTA_SERIES_HAS_OFFSET : 0;
    s->head.tz_offset_s = when->offset_s;
    s->head.version_us = version_us;
}

aorta_status polar_skip(struct polar_job *job, const char *what, const char *why)
{
    sdk_log(job->ctx, AORTA_LOG_WARN, "%s %u skipped: %s", what, (unsigned)job->item, why);
    return AORTA_OK;
}
