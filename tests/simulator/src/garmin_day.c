/* garmin_day.c - Garmin's wellness summaries: one function a type, one local day a call. */
#include "garmin.h"
#include "rng.h"
#include "settings.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- shared ---- */

int64_t garmin_shown(const struct garmin_ask *ask, int64_t data_s, const int64_t *uploads, int n)
{
    int64_t last = ask->by_data || ask->now_s < ask->to_s ? ask->now_s : ask->to_s, found = 0;
    if (ask->by_data && (data_s < ask->from_s || data_s >= ask->to_s))
        return 0;
    for (int i = 0; i < n; i++) {
        bool inside = ask->by_data || uploads[i] >= ask->from_s;
        if (uploads[i] > 0 && inside && uploads[i] <= last && uploads[i] > found)
            found = uploads[i];
    }
    return found;
}

static json_t *item(const struct person *p, int64_t start_s, const char *suffix)
{
    char *id = text_printf("x%llx-%llx%s", (unsigned long long)p->number, (unsigned long long)start_s, suffix);
    json_t *o = json_pack("{s:s, s:s}", "userId", garmin_user_id(p).s, "summaryId", id);
    free(id);
    return o;
}

static void set_int(json_t *o, const char *key, int64_t value)
{
    json_object_set_new(o, key, json_integer(value));
}

static void set_real(json_t *o, const char *key, double value)
{
    json_object_set_new(o, key, json_real(value));
}

static void set_text(json_t *o, const char *key, const char *value)
{
    json_object_set_new(o, key, json_string(value));
}

static void set_start(json_t *o, const struct person *p, int64_t start_s, int64_t duration_s)
{
    set_int(o, "startTimeInSeconds", start_s);
    set_int(o, "startTimeOffsetInSeconds", person_offset_min(p, start_s) * 60);
    set_int(o, "durationInSeconds", duration_s);
}

static void map_put_int(json_t *map, int64_t second, int64_t value)
{
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)second);
    json_object_set_new(map, key, json_integer(value));
}

static void map_put_real(json_t *map, int64_t second, double value)
{
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)second);
    json_object_set_new(map, key, json_real(value));
}

/* The day's own four syncs and the first of the next day, which completes it. */
enum { DAY_UPLOADS = SYNCS + 1 };
static void day_uploads(const struct person *p, int day, int64_t out[DAY_UPLOADS])
{
    int64_t next[SYNCS];
    day_syncs(p, GARMIN, day, out);
    day_syncs(p, GARMIN, day + 1, next);
    out[SYNCS] = next[0];
}

int64_t garmin_day_until(const struct day *d, int64_t asof_s)
{
    return asof_s < d->end_s ? asof_s : d->end_s;
}

/* The day and how far it was known at the upload to show; false: nothing to show. */
static bool shown_day(const struct garmin_ask *ask, int day, struct day *ret, int64_t *ret_until)
{
    int64_t uploads[DAY_UPLOADS];
    if (day < day_first)
        return false;
    day_uploads(ask->person, day, uploads);
    int64_t asof = garmin_shown(ask, person_day_start(ask->person, day), uploads, DAY_UPLOADS);
    if (!asof)
        return false;
    day_make(ask->person, GARMIN, day, ret);
    *ret_until = garmin_day_until(ret, asof);
    return true;
}

static bool shown_night(const struct garmin_ask *ask, int day, struct night *ret)
{
    night_make(ask->person, GARMIN, day, ret);
    return ret->present && garmin_shown(ask, ret->start_ms / 1000, &ret->upload_s, 1);
}

/* Something measured at `at_s`, uploaded with the day's sync number `sync`. */
static bool shown_moment(const struct garmin_ask *ask, int day, int64_t at_s, int sync)
{
    int64_t syncs[SYNCS];
    day_syncs(ask->person, GARMIN, day, syncs);
    return day >= day_first && garmin_shown(ask, at_s, &syncs[sync], 1);
}

static uint64_t dice(const struct person *p, int day, int what)
{
    return rng_mix(rng_mix(p->key, (uint64_t)(100 + what)), (uint64_t)day);
}

/* ---- dailies ---- */

static json_t *heart_map(const struct day *d, int64_t until)
{
    json_t *map = json_object();
    int step = (int)setting(SET_GARMIN_HR_STEP_S);
    for (int64_t t = d->start_s; t<until; t += step> 0 ? step : 15) {
        int hr = day_hr(d, t);
        if (hr)
            map_put_int(map, t - d->start_s, hr);
    }
    return map;
}

static void add_heart(json_t *o, const struct day *d, int64_t until)
{
    int least = 255, most = 0;
    for (int64_t t = d->start_s; t < until; t += 60) {
        int hr = day_hr(d, t);
        if (!hr)
            continue;
        least = hr < least ? hr : least;
        most = hr > most ? hr : most;
    }
    if (most) {
        set_int(o, "minHeartRateInBeatsPerMinute", least);
        set_int(o, "maxHeartRateInBeatsPerMinute", most);
    }
    set_int(o, "restingHeartRateInBeatsPerMinute", d->rest_hr);
    set_int(o, "averageHeartRateInBeatsPerMinute", d->person->rest_hr + 15);
    json_object_set_new(o, "timeOffsetHeartRateSamples", heart_map(d, until));
}

static void add_stress(json_t *o, const struct day *d, int64_t covered_s)
{
    int level = 22 + (int)(d->noise % 25), stress = (int)(covered_s * level / 200);
    set_int(o, "averageStressLevel", level);
    set_int(o, "maxStressLevel", level + 45);
    set_int(o, "stressDurationInSeconds", stress);
    set_int(o, "restStressDurationInSeconds", covered_s / 3);
    set_int(o, "activityStressDurationInSeconds", covered_s / 20);
    set_int(o, "lowStressDurationInSeconds", stress - stress / 3);
    set_int(o, "mediumStressDurationInSeconds", stress / 3 - stress / 12);
    set_int(o, "highStressDurationInSeconds", stress / 12);
    set_text(o, "stressQualifier", level > 35 ? "stressful" : "balanced");
    set_int(o, "bodyBatteryChargedValue", 40 + (int)(d->noise % 30));
    set_int(o, "bodyBatteryDrainedValue", (int)(covered_s / 1700));
}

void garmin_dailies(const struct garmin_ask *ask, int day, json_t *out)
{
    struct day d;
    int64_t until;
    if (!shown_day(ask, day, &d, &until))
        return;
    int64_t covered = until - d.start_s;
    int steps = day_steps(&d, d.start_s, until);
    json_t *o = item(ask->person, d.start_s, "-d");
    set_text(o, "calendarDate", civil_date(day).s);
    set_text(o, "activityType", "WALKING");
    set_start(o, ask->person, d.start_s, covered);
    set_int(o, "steps", steps);
    set_real(o, "distanceInMeters", round_to(steps * 0.76, 1));
    set_int(o, "activeTimeInSeconds", steps * 60 / 85);
    set_int(o, "activeKilocalories", day_active_kcal(&d, until));
    set_int(o, "bmrKilocalories", d.bmr_kcal * covered / (d.end_s - d.start_s));
    set_int(o, "floorsClimbed", steps / 900);
    set_int(o, "moderateIntensityDurationInSeconds", steps / 240 * 60);
    set_int(o, "vigorousIntensityDurationInSeconds", d.workout_count * 600);
    add_heart(o, &d, until);
    add_stress(o, &d, covered);
    set_int(o, "stepsGoal", 8000);
    set_int(o, "intensityDurationGoalInSeconds", 9000);
    set_int(o, "floorsClimbedGoal", 10);
    json_array_append_new(out, o);
}

/* ---- quarter hours: epochs and respiration ---- */

static bool shown_slot(const struct garmin_ask *ask, const int64_t uploads[DAY_UPLOADS], int64_t from_s, int64_t to_s)
{
    for (int i = 0; i < DAY_UPLOADS; i++)
        if (uploads[i] >= to_s)
            return garmin_shown(ask, from_s, &uploads[i], 1) != 0;
    return false;
}

static void epoch(const struct day *d, int64_t t, const char *type, const char *code, int steps, int active_s,
                  json_t *out)
{
    json_t *o = item(d->person, t, code);
    set_text(o, "activityType", type);
    set_start(o, d->person, t, 900);
    set_int(o, "activeTimeInSeconds", active_s);
    set_int(o, "steps", steps);
    set_real(o, "distanceInMeters", round_to(steps * 0.76, 2));
    set_int(o, "activeKilocalories", steps / 25);
    set_real(o, "met", steps ? round_to(2 + steps / 600.0, 2) : 1.0);
    set_text(o, "intensity", !steps ? "SEDENTARY" : steps > 1200 ? "HIGHLY_ACTIVE" : "ACTIVE");
    set_real(o, "meanMotionIntensity", steps ? 3.1 : 0.4);
    set_int(o, "maxMotionIntensity", steps ? 6 : 1);
    json_array_append_new(out, o);
}

/* Several entries a slot, one for each kind of movement. */
static void epochs_of_slot(const struct day *d, int64_t t, json_t *out)
{
    int steps = day_steps(d, t, t + 900), moving = 0;
    for (int m = 0; m < 15; m++)
        moving += day_steps(d, t + m * 60, t + m * 60 + 60) > 0;
    bool running = steps > 1800;
    if (steps)
        epoch(d, t, running ? "RUNNING" : "WALKING", running ? "-1" : "-6", steps, moving * 60, out);
    if (moving < 15)
        epoch(d, t, "SEDENTARY", "-8", 0, (15 - moving) * 60, out);
}

void garmin_epochs(const struct garmin_ask *ask, int day, json_t *out)
{
    struct day d;
    int64_t uploads[DAY_UPLOADS];
    if (day < day_first)
        return;
    day_uploads(ask->person, day, uploads);
    day_make(ask->person, GARMIN, day, &d);
    for (int64_t t = d.start_s; t < d.end_s; t += 900)
        if (shown_slot(ask, uploads, t, t + 900))
            epochs_of_slot(&d, t, out);
}

void garmin_respiration(const struct garmin_ask *ask, int day, json_t *out)
{
    struct day d;
    int64_t uploads[DAY_UPLOADS];
    if (day < day_first)
        return;
    day_uploads(ask->person, day, uploads);
    day_make(ask->person, GARMIN, day, &d);
    for (int64_t t = d.start_s; t < d.end_s; t += 900) {
        if (!shown_slot(ask, uploads, t, t + 900))
            continue;
        json_t *o = item(ask->person, t, "-respiration"), *map = json_object();
        set_start(o, ask->person, t, 900);
        for (int s = 0; s < 900; s += 60) {
            double breaths = d.night.breath + (day_asleep(&d, t + s) ? 0 : 1.5);
            bool lost = rng_mix(d.noise, (uint64_t)(t + s)) % 40 == 0;
            map_put_real(map, s, lost ? -1.0 : round_to(breaths + rng_wave(d.noise + 9, t + s, 300, 12) / 10.0, 2));
        }
        json_object_set_new(o, "timeOffsetEpochToBreaths", map);
        json_array_append_new(out, o);
    }
}

/* ---- sleeps ---- */

static json_t *levels(const struct night *n)
{
    static const char *const names[STAGES] = {"awake", "light", "deep", "rem"};
    json_t *map = json_object();
    for (int stage = STAGES - 1; stage >= 0; stage--) {
        json_t *list = json_array();
        for (int i = 0; i < n->count; i++)
            if (n->seg[i].stage == (enum stage)stage)
                json_array_append_new(list,
                                      json_pack("{s:I, s:I}", "startTimeInSeconds",
                                                (json_int_t)(n->start_ms / 1000 + n->seg[i].from), "endTimeInSeconds",
                                                (json_int_t)(n->start_ms / 1000 + n->seg[i].to)));
        if (json_array_size(list))
            json_object_set(map, names[stage], list);
        json_decref(list);
    }
    return map;
}

static const char *qualifier(int score)
{
    return score >= 90 ? "EXCELLENT" : score >= 75 ? "GOOD" : score >= 60 ? "FAIR" : "POOR";
}

static void add_night_maps(json_t *o, const struct night *n)
{
    json_t *breaths = json_object(), *spo2 = json_object();
    for (int s = 60; s < n->duration_s; s += 300) {
        map_put_real(breaths, s, night_breath(n, s));
        map_put_int(spo2, s, night_spo2(n, s));
    }
    json_object_set_new(o, "timeOffsetSleepRespiration", breaths);
    json_object_set_new(o, "timeOffsetSleepSpo2", spo2);
}

static void add_naps(json_t *o, const struct person *p, const struct nap *nap)
{
    set_int(o, "totalNapDurationInSeconds", nap->duration_s);
    json_object_set_new(o, "naps",
                        json_pack("[{s:i, s:I, s:i, s:s}]", "napDurationInSeconds", nap->duration_s,
                                  "napStartTimeInSeconds", (json_int_t)nap->start_s, "napOffsetInSeconds",
                                  person_offset_min(p, nap->start_s) * 60, "napValidation", "DEVICE"));
}

static void add_scores(json_t *o, const struct night *n)
{
    json_object_set_new(o, "overallSleepScore",
                        json_pack("{s:i, s:s}", "value", n->score, "qualifierKey", qualifier(n->score)));
    json_object_set_new(o, "sleepScores",
                        json_pack("{s:{s:s}, s:{s:s}, s:{s:s}}", "totalDuration", "qualifierKey",
                                  qualifier(n->duration_s / 300), "deepPercentage", "qualifierKey",
                                  qualifier(50 + n->stage_s[DEEP] / 120), "remPercentage", "qualifierKey",
                                  qualifier(50 + n->stage_s[REM] / 120)));
}

/* First tentative, final at the noon sync, once more with the nap; a correction comes when it was made. */
void garmin_sleeps(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    struct nap nap;
    int64_t syncs[SYNCS];
    night_make(ask->person, GARMIN, day, &n);
    if (!n.present)
        return;
    nap_make(ask->person, GARMIN, day, &nap);
    day_syncs(ask->person, GARMIN, day, syncs);
    int64_t uploads[] = {n.upload_s, syncs[1], nap.present ? nap.upload_s : 0, n.revised_s};
    int64_t asof = garmin_shown(ask, n.start_ms / 1000, uploads, 4);
    if (!asof)
        return;
    json_t *o = item(ask->person, n.start_ms / 1000, "");
    set_text(o, "calendarDate", civil_date(day).s);
    set_start(o, ask->person, n.start_ms / 1000, n.duration_s - n.stage_s[AWAKE]);
    set_int(o, "unmeasurableSleepInSeconds", 0);
    set_int(o, "deepSleepDurationInSeconds", n.stage_s[DEEP]);
    set_int(o, "lightSleepDurationInSeconds", n.stage_s[LIGHT]);
    set_int(o, "remSleepInSeconds", n.stage_s[REM]);
    set_int(o, "awakeDurationInSeconds", n.stage_s[AWAKE]);
    json_object_set_new(o, "sleepLevelsMap", levels(&n));
    set_text(o, "validation", asof >= syncs[1] ? "ENHANCED_FINAL" : "ENHANCED_TENTATIVE");
    add_night_maps(o, &n);
    add_scores(o, &n);
    if (nap.present && asof >= nap.upload_s)
        add_naps(o, ask->person, &nap);
    json_array_append_new(out, o);
}

/* ---- the night's others ---- */

void garmin_hrv(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    if (!shown_night(ask, day, &n))
        return;
    json_t *map = json_object();
    int sum = 0, count = 0, most = 0;
    for (int s = 300; s < n.duration_s; s += 300, count++) {
        int ms = night_hrv(&n, s);
        sum += ms;
        most = ms > most ? ms : most;
        map_put_int(map, s, ms);
    }
    json_t *o = item(ask->person, n.start_ms / 1000, "-h");
    set_text(o, "calendarDate", civil_date(day).s);
    set_start(o, ask->person, n.start_ms / 1000, n.duration_s);
    set_int(o, "lastNightAvg", sum / count);
    set_int(o, "lastNight5MinHigh", most);
    json_object_set_new(o, "hrvValues", map);
    json_array_append_new(out, o);
}

void garmin_pulseox(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    if (!shown_night(ask, day, &n))
        return;
    json_t *o = item(ask->person, n.start_ms / 1000, "-o"), *map = json_object();
    for (int s = 60; s < n.duration_s; s += 600)
        map_put_int(map, s, night_spo2(&n, s));
    set_text(o, "calendarDate", civil_date(day).s);
    set_start(o, ask->person, n.start_ms / 1000, n.duration_s);
    json_object_set_new(o, "onDemand", json_false());
    json_object_set_new(o, "timeOffsetSpo2Values", map);
    json_array_append_new(out, o);
}

void garmin_skin(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    if (!shown_night(ask, day, &n))
        return;
    json_t *o = item(ask->person, n.start_ms / 1000, "-s");
    set_text(o, "calendarDate", civil_date(day).s);
    set_start(o, ask->person, n.start_ms / 1000, n.duration_s);
    set_real(o, "avgDeviationCelsius", rng_wave(n.noise + 6, day, 1, 8) / 10.0);
    json_array_append_new(out, o);
}

/* ---- stress ---- */

static int stress_level(const struct day *d, int64_t t)
{
    if (!day_hr(d, t))
        return -1;
    if (day_workout_at(d, t) || day_steps(d, t, t + 180) > 150)
        return -2;
    return 28 + rng_wave(d->noise + 10, t, 1800, 22) - (day_asleep(d, t) ? 6 : 0);
}

void garmin_stress(const struct garmin_ask *ask, int day, json_t *out)
{
    struct day d;
    int64_t until;
    if (!shown_day(ask, day, &d, &until))
        return;
    json_t *o = item(ask->person, d.start_s, "-st"), *stress = json_object(), *battery = json_object();
    for (int64_t t = d.start_s; t < until; t += 180) {
        map_put_int(stress, t - d.start_s, stress_level(&d, t));
        map_put_int(battery, t - d.start_s, 55 + rng_wave(d.noise + 11, t, 14400, 40));
    }
    set_text(o, "calendarDate", civil_date(day).s);
    set_start(o, ask->person, d.start_s, until - d.start_s);
    json_object_set_new(o, "timeOffsetStressLevelValues", stress);
    json_object_set_new(o, "timeOffsetBodyBatteryValues", battery);
    if (d.night.present)
        json_object_set_new(o, "bodyBatteryActivityEvents",
                            json_pack("[{s:s, s:I, s:i, s:i, s:i}]", "eventType", "SLEEP", "eventStartTimeInSeconds",
                                      (json_int_t)(d.night.start_ms / 1000), "eventStartTimeOffsetInSeconds",
                                      d.offset_min * 60, "duration", d.night.duration_s, "bodyBatteryImpact", 52));
    json_array_append_new(out, o);
}

/* ---- now and then ---- */

void garmin_metrics(const struct garmin_ask *ask, int day, json_t *out)
{
    if (day % 3 != 0 || !shown_moment(ask, day, person_day_start(ask->person, day), 0))
        return;
    json_t *o = item(ask->person, person_day_start(ask->person, day), "-m");
    set_text(o, "calendarDate", civil_date(day).s);
    set_real(o, "vo2Max", round_to(34 + ask->person->fitness * 24, 0));
    json_object_set_new(o, "enhanced", json_true());
    set_int(o, "fitnessAge", 22 + (int)((1 - ask->person->fitness) * 30));
    json_array_append_new(out, o);
}

void garmin_body(const struct garmin_ask *ask, int day, json_t *out)
{
    const struct person *p = ask->person;
    int64_t at = person_day_start(p, day) + 8 * 3600 + 900;
    if (day % 3 != 1 || !shown_moment(ask, day, at, 0))
        return;
    double kg = p->weight_kg + rng_wave(p->key, day, 20, 15) / 10.0, metres = p->height_cm / 100.0;
    json_t *o = item(p, at, "-b");
    set_int(o, "measurementTimeInSeconds", at);
    set_int(o, "measurementTimeOffsetInSeconds", person_offset_min(p, at) * 60);
    set_int(o, "weightInGrams", (int)(kg * 10) * 100);
    set_real(o, "bodyFatInPercent", round_to(14 + (1 - p->fitness) * 16 + (p->female ? 6 : 0), 1));
    set_int(o, "muscleMassInGrams", (int)(kg * 430));
    set_real(o, "bodyMassIndex", round_to(kg / (metres * metres), 1));
    json_array_append_new(out, o);
}

void garmin_pressure(const struct garmin_ask *ask, int day, json_t *out)
{
    int64_t at = person_day_start(ask->person, day) + 9 * 3600;
    uint64_t d = dice(ask->person, day, 1);
    if (d % 8 != 0 || !shown_moment(ask, day, at, 1))
        return;
    json_t *o = item(ask->person, at, "-p");
    set_int(o, "measurementTimeInSeconds", at);
    set_int(o, "measurementTimeOffsetInSeconds", person_offset_min(ask->person, at) * 60);
    set_int(o, "systolic", 112 + (int)(d / 8 % 22));
    set_int(o, "diastolic", 70 + (int)(d / 256 % 14));
    set_int(o, "pulse", ask->person->rest_hr + 10);
    set_text(o, "sourceType", "MANUAL");
    json_array_append_new(out, o);
}

static json_t *snapshot_row(const char *type, double mean, double spread, uint64_t noise, bool series)
{
    json_t *o = json_pack("{s:s, s:f, s:f, s:f}", "summaryType", type, "minValue", mean - spread, "maxValue",
                          mean + spread, "avgValue", mean);
    json_t *map = json_object();
    for (int s = 0; series && s < 120; s += 5)
        map_put_real(map, s, round_to(mean + spread * rng_wave(noise, s, 20, 10) / 10.0, 1));
    if (series)
        json_object_set(o, "epochSummaries", map);
    json_decref(map);
    return o;
}

void garmin_snapshot(const struct garmin_ask *ask, int day, json_t *out)
{
    const struct person *p = ask->person;
    int64_t at = person_day_start(p, day) + 11 * 3600 + 1800;
    if (day % 5 != 2 || !shown_moment(ask, day, at, 1))
        return;
    uint64_t noise = dice(p, day, 2);
    json_t *o = item(p, at, "-hs");
    set_text(o, "calendarDate", civil_date(day).s);
    set_int(o, "startTimeInSeconds", at);
    set_int(o, "offsetStartTimeInSeconds", person_offset_min(p, at) * 60);
    set_int(o, "durationInSeconds", 120);
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
    if (d % 3 != 0 || !shown_moment(ask, day, at, 2))
        return;
    json_t *o = item(ask->person, at, "-iq");
    set_text(o, "calendarDate", civil_date(day).s);
    set_int(o, "startTimeInSeconds", at);
    set_int(o, "offsetInSeconds", person_offset_min(ask->person, at) * 60);
    set_int(o, "durationInSeconds", 600 + (int)(d / 3 % 12) * 60);
    set_text(o, "activityType", "Walking");
    set_text(o, "activitySubType", "Casual");
    json_array_append_new(out, o);
}

void garmin_mct(const struct garmin_ask *ask, int day, json_t *out)
{
    const struct person *p = ask->person;
    if (!p->cycle || !shown_moment(ask, day, person_day_start(p, day), 0))
        return;
    int length = 26 + (int)(p->key % 5), in_cycle = (day + (int)(p->key % 97)) % length + 1;
    bool period = in_cycle <= 5, fertile = in_cycle >= 10 && in_cycle <= 16;
    json_t *o = item(p, person_day_start(p, day), "-mct");
    set_text(o, "periodStartDate", civil_date(day - in_cycle + 1).s);
    set_int(o, "dayInCycle", in_cycle);
    set_int(o, "periodLength", 5);
    set_int(o, "currentPhase", period ? 1 : in_cycle < 10 ? 2 : fertile ? 3 : 4);
    set_text(o, "currentPhaseType",
             period          ? "MENSTRUAL"
             : in_cycle < 10 ? "FOLLICULAR"
             : fertile       ? "OVULATION"
                             : "LUTEAL");
    set_int(o, "predictedCycleLength", length);
    json_object_set_new(o, "isPredictedCycle", json_false());
    set_int(o, "cycleLength", length);
    set_int(o, "lastUpdatedTimeInSeconds", person_day_start(p, day) + 8 * 3600);
    json_object_set_new(o, "pregnancySnapshot", json_object());
    json_array_append_new(out, o);
}

void garmin_solar(const struct garmin_ask *ask, int day, json_t *out)
{
    (void)ask, (void)day, (void)out; /* none of these people has a solar watch */
}
