/* What the readers share: times, offsets, maps of samples, records. No summary type is known here. */
#include "normalize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CENTURY_BEGINS_S 946684800.0     /* 2000-01-01 */
#define CENTURY_ENDS_S   4102444800.0    /* 2100-01-01 */
#define OFFSET_MAX_S     64800.0         /* 18 hours */
#define MAP_REACH_S      (8.0 * 86400.0) /* a sample this far from its start is a mistake */
#define FIELD_MAX        1e12            /* of any unit: more is a mistake */

/* ---- going through the items ---- */

sdk_json garmin_first(const struct garmin_batch *b)
{
    return sdk_json_type(b->list) == SDK_JSON_ARRAY ? sdk_json_first(b->list) : b->list;
}

sdk_json garmin_next(const struct garmin_batch *b, sdk_json item)
{
    return sdk_json_type(b->list) == SDK_JSON_ARRAY ? sdk_json_next(item) : (sdk_json){NULL};
}

aorta_status garmin_each(struct garmin_batch *b, garmin_item_fn one)
{
    for (sdk_json item = garmin_first(b); item.node; item = garmin_next(b, item)) {
        aorta_status st = b->ctx->host->alive(b->ctx);
        if (st == AORTA_OK)
            st = sdk_json_type(item) == SDK_JSON_OBJECT ? one(b, item) : AORTA_ERR_DATA;
        if (st == AORTA_ERR_DATA)
            b->skipped++;
        else if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

/* ---- times ---- */

double garmin_number(sdk_json object, const char *key)
{
    return sdk_json_double(sdk_json_get(object, key), NAN);
}

int garmin_instant(sdk_json v, int64_t *ret_us)
{
    double s = sdk_json_double(v, NAN);
    if (!(s >= CENTURY_BEGINS_S && s < CENTURY_ENDS_S))
        return -1;
    *ret_us = llround(s * 1e6);
    return 0;
}

int garmin_date(sdk_json v, int64_t *ret_days)
{
    aorta_str text = sdk_json_str(v);
    if (!text.len || sdk_date_parse(text, ret_days) != 0)
        return -1;
    double s = (double)*ret_days * 86400.0;
    return s >= CENTURY_BEGINS_S && s < CENTURY_ENDS_S ? 0 : -1;
}

int garmin_offset(sdk_json v, int32_t *ret_s)
{
    double s = sdk_json_double(v, NAN);
    if (!(fabs(s) <= OFFSET_MAX_S))
        return 0;
    *ret_s = (int32_t)s;
    return 1;
}

aorta_status garmin_item_read(sdk_json json, struct garmin_item *ret)
{
    static const char *const starts[] = {"measurementTimeInSeconds", "startTimeInSeconds"};
    static const char *const offsets[] = {"startTimeOffsetInSeconds", "measurementTimeOffsetInSeconds",
                                          "offsetStartTimeInSeconds", "offsetInSeconds"};
    int found = -1;
    *ret = (struct garmin_item){.json = json, .id = sdk_json_str(sdk_json_get(json, "summaryId"))};
    ret->duration_s = garmin_number(json, "durationInSeconds");
    if (!(ret->duration_s >= 0 && ret->duration_s < CENTURY_BEGINS_S))
        ret->duration_s = NAN;
    for (size_t i = 0; i < AORTA_COUNT(starts) && found != 0; i++)
        found = garmin_instant(sdk_json_get(json, starts[i]), &ret->start_us);
    for (size_t i = 0; i < AORTA_COUNT(offsets) && !ret->has_offset; i++)
        ret->has_offset = garmin_offset(sdk_json_get(json, offsets[i]), &ret->offset_s);
    return found == 0 ? AORTA_OK : AORTA_ERR_DATA;
}

int64_t garmin_covered_us(const struct garmin_item *it)
{
    return isnan(it->duration_s) ? 0 : it->start_us + llround(it->duration_s * 1e6);
}

/* ---- samples ---- */

void garmin_samples_begin(struct garmin_batch *b, const struct garmin_item *it, sdk_samples *s,
                          const struct garmin_run *run)
{
    sdk_samples_begin(s, b->ctx, run->metric);
    s->head.flags = run->flags | (it->has_offset ? AORTA_SERIES_HAS_OFFSET : 0);
    s->head.tz_offset_s = it->offset_s;
    s->head.version_us = run->version_us;
}

static int within(const struct garmin_run *run, double v)
{
    return v >= run->low && v <= run->high;
}

static double scaled(const struct garmin_run *run, double v)
{
    return run->factor != 0 ? v * run->factor : v;
}

/* "180", "-60", "12.5": seconds from the start. */
static int seconds_of_key(aorta_str key, double *ret)
{
    char text[32], *end;
    if (key.len == 0 || key.len >= sizeof(text))
        return -1;
    memcpy(text, key.ptr, key.len);
    text[key.len] = '\0';
    if (strspn(text, "-+.0123456789") != key.len)
        return -1;
    /* digits and a point only: the locale could change the point alone, and then the rest is refused */
    *ret = strtod(text, &end);
    return *end || !(fabs(*ret) <= MAP_REACH_S) ? -1 : 0;
}

aorta_status garmin_emit_map(struct garmin_batch *b, const struct garmin_item *it, sdk_json map,
                             const struct garmin_run *run)
{
    sdk_samples s;
    if (sdk_json_type(map) != SDK_JSON_OBJECT)
        return AORTA_OK;
    garmin_samples_begin(b, it, &s, run);
    for (sdk_json m = sdk_json_first(map); m.node; m = sdk_json_next(m)) {
        double at, v = sdk_json_double(m, NAN);
        if (within(run, v) && seconds_of_key(sdk_json_key(m), &at) == 0)
            sdk_samples_add(&s, it->start_us + llround(at * 1e6), scaled(run, v));
    }
    return sdk_samples_flush(&s);
}

aorta_status garmin_emit_value(struct garmin_batch *b, const struct garmin_item *it, double value,
                               const struct garmin_run *run)
{
    sdk_samples s;
    if (!within(run, value))
        return AORTA_OK;
    garmin_samples_begin(b, it, &s, run);
    sdk_samples_add(&s, it->start_us, scaled(run, value));
    return sdk_samples_flush(&s);
}

/* ---- records ---- */

aorta_record garmin_record(const struct garmin_item *it, const char *kind)
{
    return (aorta_record){.struct_size = sizeof(aorta_record),
                          .flags = it->has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                          .kind = sdk_str(kind),
                          .external_id = it->id,
                          .tz_offset_s = it->offset_s,
                          .start_us = it->start_us,
                          .end_us = it->start_us};
}

aorta_status garmin_id_with(struct garmin_batch *b, aorta_str id, const char *what, aorta_str *ret)
{
    *ret = id.len ? sdk_format(b->ctx, "%.*s-%s", (int)id.len, id.ptr, what) : id;
    return id.len && !ret->ptr ? AORTA_ERR_NOMEM : AORTA_OK;
}

uint32_t garmin_source(struct garmin_batch *b, aorta_str device_name)
{
    if (!device_name.len || sdk_str_ieq(device_name, "unknown"))
        return 0;
    aorta_source source = {.struct_size = sizeof(source),
                           .device_model = device_name,
                           .device_type = sdk_str(garmin_device_type(device_name)),
                           .original = device_name};
    return b->ctx->host->source(b->ctx, &source);
}

void garmin_add_fields(sdk_fields *f, sdk_json object, const struct garmin_field *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double v = garmin_number(object, table[i].from);
        if (!(v >= table[i].min && v <= FIELD_MAX))
            continue;
        if (table[i].whole)
            sdk_add_int(f, table[i].key, llround(v));
        else
            sdk_add_float(f, table[i].key, v * table[i].factor);
    }
}
