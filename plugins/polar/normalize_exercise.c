/* A workout: one record, and a series for each kind of sample that has a metric. */
#include "normalize.h"

#include <math.h>
#include <string.h>

/* ---- samples: a comma list of values at a fixed rate ---- */

/* `min` drops what stands for "no signal". Distance, air pressure, balance and RR intervals have no metric.
 */
static const struct sample_type {
    int type;
    const char *metric;
    double factor, min;
} sample_types[] = {
    {0, "heart_rate", 1, 1},         {1, "speed", 1 / 3.6, 0}, {2, "cadence", 1, 0},
    {3, "elevation", 1, -1000},      {4, "power", 1, 0},       {8, "cadence", 1, 0},
    {9, "air_temperature", 1, -100},
};

#define CADENCE         2
#define RUNNING_CADENCE 8

struct exercise {
    struct polar_when start;
    int64_t version_us;
    uint32_t source;
    sdk_json samples;
};

static const struct sample_type *type_of(const struct exercise *e, sdk_json list)
{
    int64_t type = sdk_json_int(polar_get(list, "sample_type"), -1);
    for (uint32_t i = 0; i < AORTA_COUNT(sample_types); i++) {
        if (sample_types[i].type != type)
            continue;
        if (type == CADENCE) /* a run may bring both, and they would be one series */
            for (sdk_json m = sdk_json_first(e->samples); m.node; m = sdk_json_next(m))
                if (sdk_json_int(polar_get(m, "sample_type"), -1) == RUNNING_CADENCE)
                    return NULL;
        return &sample_types[i];
    }
    return NULL;
}

/* "96,97,null,99": calls for each piece; a piece that is no number leaves its place empty. */
static uint32_t add_samples(sdk_samples *s, const struct exercise *e, const struct sample_type *type, double rate_s,
                            aorta_str data)
{
    const char *p = data.len ? data.ptr : "", *end = p + data.len;
    uint32_t i = 0;
    for (; p < end; i++) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end;
        double v;
        while (p < stop && *p == ' ')
            p++;
        if (s && sdk_number_parse((aorta_str){p, (size_t)(stop - p)}, &v) == 0 && v >= type->min)
            sdk_samples_add(s, e->start.us + llround((double)i * rate_s * 1e6), v * type->factor);
        p = comma ? comma + 1 : end;
    }
    return i;
}

static aorta_status emit_samples(struct polar_job *job, const struct exercise *e, sdk_json list)
{
    const struct sample_type *type = type_of(e, list);
    double rate_s = polar_number(list, "recording_rate", NAN);
    if (!type)
        return AORTA_OK;
    if (!(rate_s > 0 && rate_s <= 86400))
        return polar_skip(job, "samples of exercise", "no recording rate");
    sdk_samples s;
    polar_series(job, &s, type->metric, e->source, &e->start, e->version_us);
    add_samples(&s, e, type, rate_s, polar_string(list, "data"));
    return sdk_samples_flush(&s);
}

/* ---- zones and route ---- */

static aorta_str zones(struct polar_job *job, sdk_json list)
{
    sdk_text t = {.ctx = job->ctx};
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        int64_t in_zone;
        double index = polar_number(m, "index", NAN), lower = polar_number(m, "lower_limit", NAN),
               upper = polar_number(m, "upper_limit", NAN);
        if (sdk_duration_parse(polar_string(m, "in_zone"), &in_zone) != 0 || isnan(index))
            continue;
        sdk_text_addf(&t, "%s{\"kind\":\"heart_rate\",\"index\":%.12g", t.len ? "," : "[", index);
        if (!isnan(lower))
            sdk_text_addf(&t, ",\"lower\":%.12g", lower);
        if (!isnan(upper))
            sdk_text_addf(&t, ",\"upper\":%.12g", upper);
        sdk_text_addf(&t, ",\"seconds\":%.12g}", (double)in_zone / 1e6);
    }
    if (t.len)
        sdk_text_add(&t, AORTA_S("]"));
    return sdk_text_str(&t);
}

/* Points as [t_us, latitude, longitude]; the coordinates keep the digits they came with. */
static aorta_str route(struct polar_job *job, sdk_json list, const struct exercise *e)
{
    sdk_text t = {.ctx = job->ctx};
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        int64_t since;
        double lat = polar_number(m, "latitude", NAN), lon = polar_number(m, "longitude", NAN);
        if (sdk_duration_parse(polar_string(m, "time"), &since) != 0 || !(fabs(lat) <= 90) || !(fabs(lon) <= 180))
            continue;
        sdk_text_addf(&t, "%s[%lld,%.12g,%.12g]", t.len ? "," : "[", (long long)(e->start.us + since), lat, lon);
    }
    if (t.len)
        sdk_text_add(&t, AORTA_S("]"));
    return sdk_text_str(&t);
}

/* ---- the record ---- */

/* How long the data say it went on, for the rare exercise without a duration. */
static int64_t duration_from_data(sdk_json item, const struct exercise *e)
{
    int64_t longest = 0, us;
    for (sdk_json m = sdk_json_first(e->samples); m.node; m = sdk_json_next(m)) {
        double rate_s = polar_number(m, "recording_rate", 0);
        uint32_t n = add_samples(NULL, e, NULL, 0, polar_string(m, "data"));
        if (rate_s > 0 && rate_s <= 86400 && n > 0 && (int64_t)((n - 1) * rate_s * 1e6) > longest)
            longest = (int64_t)((n - 1) * rate_s * 1e6);
    }
    for (sdk_json m = sdk_json_first(polar_get(item, "route")); m.node; m = sdk_json_next(m))
        if (sdk_duration_parse(polar_string(m, "time"), &us) == 0 && us > longest)
            longest = us;
    return longest;
}

static int64_t duration(struct polar_job *job, sdk_json item, const struct exercise *e, int *known)
{
    int64_t us;
    *known = sdk_duration_parse(polar_string(item, "duration"), &us) == 0;
    if (!*known) {
        us = duration_from_data(item, e);
        sdk_log(job->ctx, AORTA_LOG_WARN, "exercise %u has no duration: it ends with its data", (unsigned)job->item);
    }
    return us;
}

/* training_load, or the cardio load of training_load_pro; -1 and the like mean that there is none. */
static void add_load(sdk_fields *f, sdk_json item)
{
    sdk_json pro = polar_get(item, "training_load_pro");
    double load = polar_number(item, "training_load", -1);
    if (load < 0)
        load = polar_number(pro, "cardio_load", -1);
    if (load >= 0)
        sdk_add_float(f, "training_load", load);
    polar_add(f, "muscle_load", pro, "muscle_load", 1, 0);
    polar_add(f, "running_index", item, "running_index", 1, 1);
}

static void fill(struct polar_job *job, sdk_fields *f, sdk_json item, const struct exercise *e)
{
    aorta_str sport = polar_string(item, "sport"), detailed = polar_string(item, "detailed_sport_info");
    sdk_json heart_rate = polar_get(item, "heart_rate");
    sdk_json zone_list = polar_get(item, "heart_rate_zones"), points = polar_get(item, "route");
    sdk_add_enum(f, "type", polar_sport(sport, detailed));
    sdk_add_str(f, "type_original", detailed.len ? detailed : sport);
    polar_add(f, "energy_kcal", item, "calories", 1, 0);
    polar_add(f, "distance_m", item, "distance", 1, 0);
    polar_add(f, "heart_rate_avg_bpm", heart_rate, "average", 1, 1);
    polar_add(f, "heart_rate_max_bpm", heart_rate, "maximum", 1, 1);
    add_load(f, item);
    sdk_add_json(f, "zones", zones(job, zone_list));
    sdk_add_json(f, "route", route(job, points, e));
}

static int64_t version(sdk_json item)
{
    int64_t us;
    int32_t offset_s;
    int has_offset;
    return sdk_time_parse(polar_string(item, "upload_time"), &us, &offset_s, &has_offset) == 0 ? us : 0;
}

aorta_status polar_exercise(struct polar_job *job, sdk_json item)
{
    struct exercise e = {.version_us = version(item), .samples = polar_get(item, "samples")};
    sdk_fields f = {.count = 0};
    int known;
    if (polar_when(job, polar_string(item, "start_time"), polar_number(item, "start_time_utc_offset", NAN), &e.start) !=
        0)
        return polar_skip(job, "exercise", "no start time");
    int64_t length = duration(job, item, &e, &known);
    if (length > 7 * POLAR_DAY_S * POLAR_US_PER_S)
        return polar_skip(job, "exercise", "longer than a week");
    e.source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    if (known)
        sdk_add_float(&f, "duration_s", (double)length / 1e6);
    fill(job, &f, item, &e);
    aorta_status st =
        polar_emit(job, "workout", polar_string(item, "id"), e.source, &e.start, e.start.us + length, e.version_us, &f);
    for (sdk_json m = sdk_json_first(e.samples); m.node && st == AORTA_OK; m = sdk_json_next(m))
        st = emit_samples(job, &e, m);
    return st;
}
