/* Nightly recharge: a recovery score of the day, and the night's heart-rate variability and breathing. It
 * says of its night only the date on which it ended, so its clocks take the offset that came with the
 * payload. */
#include "normalize.h"

#include <math.h>

static aorta_status emit_samples(struct polar_job *job, sdk_json map, const char *metric, const struct polar_when *day,
                                 uint32_t source)
{
    /* the first clock lies around midnight, everything within the two days */
    const struct polar_night night = {day->us, day->us + POLAR_DAY_S * POLAR_US_PER_S, day->offset_s, day->offset_s};
    struct polar_mark *mark;
    uint32_t n;
    sdk_samples s;
    aorta_status st = polar_marks(job, map, &night, &mark, &n);
    if (st != AORTA_OK)
        return st;
    polar_series(job, &s, metric, source, day, 0);
    for (uint32_t i = 0; i < n; i++) {
        double v = sdk_json_double(mark[i].value, 0);
        if (v > 0) /* 0 = no value */
            sdk_samples_add(&s, mark[i].us, v);
    }
    return sdk_samples_flush(&s);
}

static aorta_status emit_score(struct polar_job *job, sdk_json item, const struct polar_when *day, aorta_str date,
                               uint32_t source)
{
    static const struct polar_component components[] = {
        {"ans_charge", "ans_charge", -10},
        {"ans_charge_status", "ans_charge_status", 1},
        {"heart_rate_avg", "heart_rate_avg", 1},
        {"beat_to_beat_avg", "beat_to_beat_avg", 1},
        {"hrv_rmssd_milli", "heart_rate_variability_avg", 1},
        {"breathing_rate_avg", "breathing_rate_avg", 1},
    };
    sdk_fields f = {.count = 0};
    double status = polar_number(item, "nightly_recharge_status", 0);
    if (status < 1)
        return AORTA_OK;
    aorta_str id = sdk_format(job->ctx, "polar-nightly-recharge-%.*s", (int)date.len, date.ptr);
    if (!id.ptr)
        return AORTA_ERR_NOMEM;
    sdk_add_enum(&f, "category", "recovery");
    sdk_add_float(&f, "value", status);
    sdk_add_json(&f, "components", polar_components(job, item, components, AORTA_COUNT(components)));
    return polar_emit(job, "score", id, source, day, day->us, 0, &f);
}

aorta_status polar_recharge(struct polar_job *job, sdk_json item)
{
    aorta_str date = polar_string(item, "date");
    struct polar_when day;
    if (polar_midnight(job, date, &day) != 0)
        return polar_skip(job, "nightly recharge", "no date");
    uint32_t source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    aorta_status st = emit_score(job, item, &day, date, source);
    if (st == AORTA_OK)
        st = emit_samples(job, polar_get(item, "hrv_samples"), "heart_rate_variability_rmssd", &day, source);
    if (st == AORTA_OK)
        st = emit_samples(job, polar_get(item, "breathing_samples"), "respiratory_rate", &day, source);
    return st;
}
