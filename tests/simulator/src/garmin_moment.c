/* garmin_moment.c - what Garmin tells now and then: weight, blood pressure, VO2max, snapshots, cycle. */
#include "garmin_item.h"
#include "rng.h"

static uint64_t dice(const struct person *p, int day, int what)
{
    return rng_mix(rng_mix(p->key, (uint64_t)(100 + what)), (uint64_t)day);
}

void garmin_metrics(const struct garmin_ask *ask, int day, json_t *out)
{
    if (day % 3 != 0 || !item_shown_moment(ask, day, person_day_start(ask->person, day), 0))
        return;
    json_t *o = item_new(ask->person, person_day_start(ask->person, day), "-m");
    item_text(o, "calendarDate", civil_date(day).s);
    item_real(o, "vo2Max", round_to(34 + ask->person->fitness * 24, 0));
    json_object_set_new(o, "enhanced", json_true());
    item_int(o, "fitnessAge", 22 + (int)((1 - ask->person->fitness) * 30));
    json_array_append_new(out, o);
}

void garmin_body(const struct garmin_ask *ask, int day, json_t *out)
{
    const struct person *p = ask->person;
    int64_t at = person_day_start(p, day) + 8 * 3600 + 900;
    if (day % 3 != 1 || !item_shown_moment(ask, day, at, 0))
        return;
    double kg = p->weight_kg + rng_wave(p->key, day, 20, 15) / 10.0, metres = p->height_cm / 100.0;
    json_t *o = item_new(p, at, "-b");
    item_int(o, "measurementTimeInSeconds", at);
    item_int(o, "measurementTimeOffsetInSeconds", person_offset_min(p, at) * 60);
    item_int(o, "weightInGrams", (int)(kg * 10) * 100);
    item_real(o, "bodyFatInPercent", round_to(14 + (1 - p->fitness) * 16 + (p->female ? 6 : 0), 1));
    item_int(o, "muscleMassInGrams", (int)(kg * 430));
    item_real(o, "bodyMassIndex", round_to(kg / (metres * metres), 1));
    json_array_append_new(out, o);
}

void garmin_pressure(const struct garmin_ask *ask, int day, json_t *out)
{
    int64_t at = person_day_start(ask->person, day) + 9 * 3600;
    uint64_t d = dice(ask->person, day, 1);
    if (d % 8 != 0 || !item_shown_moment(ask, day, at, 1))
        return;
    json_t *o = item_new(ask->person, at, "-p");
    item_int(o, "measurementTimeInSeconds", at);
    item_int(o, "measurementTimeOffsetInSeconds", person_offset_min(ask->person, at) * 60);
    item_int(o, "systolic", 112 + (int)(d / 8 % 22));
    item_int(o, "diastolic", 70 + (int)(d / 256 % 14));
    item_int(o, "pulse", ask->person->rest_hr + 10);
    item_text(o, "sourceType", "MANUAL");
    json_array_append_new(out, o);
}

static json_t *snapshot_row(const char *type, double mean, double spread, uint64_t noise, bool series)
{
    json_t *o = json_pack("{s:s, s:f, s:f, s:f}", "summaryType", type, "minValue", mean - spread, "maxValue",
                          mean + spread, "avgValue", mean);
    json_t *map = json_object();
    for (int s = 0; series && s < 120; s += 5)
        item_map_real(map, s, round_to(mean + spread * rng_wave(noise, s, 20, 10) / 10.0, 1));
    if (series)
        json_object_set(o, "epochSummaries", map);
    json_decref(map);
    return o;
}

void garmin_snapshot(const struct garmin_ask *ask, int day, json_t *out)
{
    const struct person *p = ask->person;
    int64_t at = person_day_start(p, day) + 11 * 3600 + 1800;
    if (day % 5 != 2 || !item_shown_moment(ask, day, at, 1))
        return;
    uint64_t noise = dice(p, day, 2);
    json_t *o = item_new(p, at, "-hs");
    item_text(o, "calendarDate", civil_date(day).s);
    item_int(o, "startTimeInSeconds", at);
    item_int(o, "offsetStartTimeInSeconds", person_offset_min(p, at) * 60);
    item_int(o, "durationInSeconds", 120);
    json_object_set_new(o, "summaries",
                        json_pack("[o, o, o, o]", snapshot_row("heart_rate", p->rest_hr + 8, 4, noise, true),
                                  snapshot_row("respiration", 14.5, 1.5, noise + 1, true),
                                  snapshot_row("spo2", 96, 2, noise + 2, true),
                                  snapshot_row("rmssd_hrv", 41, 0, noise, false)));
    json_array_append_new(out, o);
}

void garmin_moveiq(const struct garmin_ask *ask, int day, json_t *out)
{
    int64_t at = person_day_start(ask->person, day) + 16 * 3600;
    uint64_t d = dice(ask->person, day, 3);
    if (d % 3 != 0 || !item_shown_moment(ask, day, at, 2))
        return;
    json_t *o = item_new(ask->person, at, "-iq");
    item_text(o, "calendarDate", civil_date(day).s);
    item_int(o, "startTimeInSeconds", at);
    item_int(o, "offsetInSeconds", person_offset_min(ask->person, at) * 60);
    item_int(o, "durationInSeconds", 600 + (int)(d / 3 % 12) * 60);
    item_text(o, "activityType", "Walking");
    item_text(o, "activitySubType", "Casual");
    json_array_append_new(out, o);
}

void garmin_mct(const struct garmin_ask *ask, int day, json_t *out)
{
    const struct person *p = ask->person;
    if (!p->cycle || !item_shown_moment(ask, day, person_day_start(p, day), 0))
        return;
    int length = 26 + (int)(p->key % 5), in_cycle = (day + (int)(p->key % 97)) % length + 1;
    bool period = in_cycle <= 5, fertile = in_cycle >= 10 && in_cycle <= 16;
    json_t *o = item_new(p, person_day_start(p, day), "-mct");
    item_text(o, "periodStartDate", civil_date(day - in_cycle + 1).s);
    item_int(o, "dayInCycle", in_cycle);
    item_int(o, "periodLength", 5);
    item_int(o, "currentPhase", period ? 1 : in_cycle < 10 ? 2 : fertile ? 3 : 4);
    item_text(o, "currentPhaseType",
              period          ? "MENSTRUAL"
              : in_cycle < 10 ? "FOLLICULAR"
              : fertile       ? "OVULATION"
                              : "LUTEAL");
    item_int(o, "predictedCycleLength", length);
    json_object_set_new(o, "isPredictedCycle", json_false());
    item_int(o, "cycleLength", length);
    item_int(o, "lastUpdatedTimeInSeconds", person_day_start(p, day) + 8 * 3600);
    json_object_set_new(o, "pregnancySnapshot", json_object());
    json_array_append_new(out, o);
}

void garmin_solar(const struct garmin_ask *ask, int day, json_t *out)
{
    (void)ask, (void)day, (void)out; /* none of these people has a solar watch */
}
