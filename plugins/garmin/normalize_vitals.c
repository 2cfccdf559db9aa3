/* The types that are little more than a map of samples or one measurement: hrv, pulseox, allDayRespiration,
 * skinTemp, bloodPressures, bodyComps, healthSnapshot. */
#include "normalize.h"

#include <math.h>

/* One map of samples, in a summary that grows. */
static aorta_status map_of(struct garmin_batch *b, sdk_json json, const char *from, const char *metric, double low,
                           double high)
{
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    if (st != AORTA_OK)
        return st;
    struct garmin_run run = {.metric = metric, .low = low, .high = high, .version_us = garmin_covered_us(&it)};
    return garmin_emit_map(b, &it, sdk_json_get(json, from), &run);
}

static aorta_status pulse_ox(struct garmin_batch *b, sdk_json json)
{
    return map_of(b, json, "timeOffsetSpo2Values", "oxygen_saturation", 1, 100);
}

static aorta_status respiration(struct garmin_batch *b, sdk_json json)
{
    return map_of(b, json, "timeOffsetEpochToBreaths", "respiratory_rate", 0.1, 100);
}

/* ---- several single values of one item ---- */

struct value {
    const char *from;
    struct garmin_run run;
};

static aorta_status emit_values(struct garmin_batch *b, const struct garmin_item *it, const struct value *table,
                                size_t count)
{
    aorta_status st = AORTA_OK;
    for (size_t i = 0; i < count && st == AORTA_OK; i++) {
        struct garmin_run run = table[i].run;
        run.version_us = garmin_covered_us(it);
        st = garmin_emit_value(b, it, garmin_number(it->json, table[i].from), &run);
    }
    return st;
}

static aorta_status hrv(struct garmin_batch *b, sdk_json json)
{
    static const struct value values[] = {
        {"lastNightAvg", {.metric = "garmin.hrv_night_average", .low = 1, .high = 1000}},
        {"lastNight5MinHigh", {.metric = "garmin.hrv_night_high", .low = 1, .high = 1000}},
    };
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    if (st != AORTA_OK)
        return st;
    struct garmin_run run = {
        .metric = "heart_rate_variability_rmssd", .low = 1, .high = 1000, .version_us = garmin_covered_us(&it)};
    sdk_json map = sdk_json_get(json, "hrvValues");
    /* a night without its single values still has an average */
    st = sdk_json_count(map) ? garmin_emit_map(b, &it, map, &run)
                             : garmin_emit_value(b, &it, garmin_number(json, "lastNightAvg"), &run);
    return st == AORTA_OK ? emit_values(b, &it, values, AORTA_COUNT(values)) : st;
}

static aorta_status skin_temp(struct garmin_batch *b, sdk_json json)
{
    static const struct value values[] = {
        {"avgDeviationCelsius", {.metric = "skin_temperature_deviation", .low = -30, .high = 30}}};
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    return st == AORTA_OK ? emit_values(b, &it, values, AORTA_COUNT(values)) : st;
}

static aorta_status blood_pressure(struct garmin_batch *b, sdk_json json)
{
    static const struct value values[] = {
        {"systolic", {.metric = "blood_pressure_systolic", .low = 1, .high = 400}},
        {"diastolic", {.metric = "blood_pressure_diastolic", .low = 1, .high = 400}},
        {"pulse", {.metric = "heart_rate", .low = 1, .high = 300}},
    };
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    return st == AORTA_OK ? emit_values(b, &it, values, AORTA_COUNT(values)) : st;
}

static aorta_status body_comp(struct garmin_batch *b, sdk_json json)
{
    static const struct value values[] = {
        {"weightInGrams", {.metric = "weight", .low = 1, .high = 1e6, .factor = 0.001}},
        {"bodyFatInPercent", {.metric = "body_fat_percentage", .low = 0.1, .high = 100}},
        {"bodyMassIndex", {.metric = "body_mass_index", .low = 0.1, .high = 1000}},
        {"muscleMassInGrams", {.metric = "skeletal_muscle_mass", .low = 1, .high = 1e6, .factor = 0.001}},
        {"bodyWaterInPercent", {.metric = "garmin.body_water", .low = 0.1, .high = 100}},
        {"boneMassInGrams", {.metric = "garmin.bone_mass", .low = 1, .high = 1e6, .factor = 0.001}},
    };
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    return st == AORTA_OK ? emit_values(b, &it, values, AORTA_COUNT(values)) : st;
}

/* ---- health snapshots: two minutes, second by second ---- */

static const struct {
    const char *name;
    struct garmin_run run;
} measures[] = {
    {"heart_rate", {.metric = "heart_rate", .low = 1, .high = 300}},
    {"respiration", {.metric = "respiratory_rate", .low = 0.1, .high = 100}},
    {"stress", {.metric = "garmin_stress_level", .low = 1, .high = 100}},
    {"spo2", {.metric = "oxygen_saturation", .low = 1, .high = 100}},
    {"rmssd_hrv", {.metric = "heart_rate_variability_rmssd", .low = 1, .high = 1000}},
    {"sdrr_hrv", {.metric = "heart_rate_variability_sdnn", .low = 1, .high = 1000}},
};

static aorta_status measure(struct garmin_batch *b, const struct garmin_item *it, sdk_json summary)
{
    aorta_str name = sdk_json_str(sdk_json_get(summary, "summaryType"));
    sdk_json map = sdk_json_get(summary, "epochSummaries");
    for (size_t i = 0; i < AORTA_COUNT(measures); i++) {
        if (!sdk_str_ieq(name, measures[i].name))
            continue;
        if (sdk_json_count(map))
            return garmin_emit_map(b, it, map, &measures[i].run);
        return garmin_emit_value(b, it, garmin_number(summary, "avgValue"), &measures[i].run);
    }
    return AORTA_OK;
}

static aorta_status snapshot(struct garmin_batch *b, sdk_json json)
{
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    if (st != AORTA_OK)
        return st;
    sdk_json list = sdk_json_get(json, "summaries");
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m))
        st = measure(b, &it, m);
    return st;
}

/* ---- the readers ---- */

aorta_status garmin_read_hrv(struct garmin_batch *b)
{
    return garmin_each(b, hrv);
}

aorta_status garmin_read_pulse_ox(struct garmin_batch *b)
{
    return garmin_each(b, pulse_ox);
}

aorta_status garmin_read_respiration(struct garmin_batch *b)
{
    return garmin_each(b, respiration);
}

aorta_status garmin_read_skin_temp(struct garmin_batch *b)
{
    return garmin_each(b, skin_temp);
}

aorta_status garmin_read_blood_pressures(struct garmin_batch *b)
{
    return garmin_each(b, blood_pressure);
}

aorta_status garmin_read_body_comps(struct garmin_batch *b)
{
    return garmin_each(b, body_comp);
}

aorta_status garmin_read_health_snapshot(struct garmin_batch *b)
{
    return garmin_each(b, snapshot);
}
