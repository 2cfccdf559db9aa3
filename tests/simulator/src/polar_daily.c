/* polar_daily.c - what Polar tells of a day or a night, one function a record. NULL: nothing to show yet. */
#include "civil.h"
#include "clock.h"
#include "polar.h"
#include "rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct stamp minutes_text(int minutes)
{
    struct stamp out;
    if (minutes % 60)
        snprintf(out.s, sizeof out.s, "PT%dH%dM", minutes / 60, minutes % 60);
    else
        snprintf(out.s, sizeof out.s, "PT%dH", minutes / 60);
    return out;
}

/* How far the day may be seen; 0: not at all. */
static int64_t seen_until(const struct day *d)
{
    if (d->day < day_first || d->end_s <= polar_visible_from_s(d->person))
        return 0;
    return day_synced_until(d, clock_now_s());
}

static bool make_seen(const struct person *p, int day, struct day *ret, int64_t *ret_until)
{
    day_make(p, POLAR, day, ret);
    *ret_until = seen_until(ret);
    return *ret_until > 0;
}

/* ---- activity ---- */

static int minutes_between(const struct day *d, int64_t until, int least)
{
    int n = 0;
    for (int64_t m = 0; m < (until - d->start_s) / 60; m++)
        n += d->steps[m] >= least && !day_asleep(d, d->start_s + m * 60);
    return n;
}

static const char *zone_at(const struct day *d, int64_t t)
{
    if (day_asleep(d, t))
        return "SLEEP";
    int steps = day_steps(d, t, t + 600);
    if (day_workout_at(d, t))
        return "VIGOROUS";
    return steps > 400 ? "MODERATE" : steps > 60 ? "LIGHT" : "SEDENTARY";
}

static json_t *zones_json(const struct day *d, int64_t until)
{
    json_t *list = json_array();
    const char *last = "";
    for (int64_t t = d->start_s; t < until; t += 600) {
        const char *zone = zone_at(d, t);
        if (strcmp(zone, last) == 0)
            continue;
        last = zone;
        struct stamp at = civil_wall(t, person_offset_min(d->person, t));
        at.s[16] = '\0';
        json_array_append_new(list, json_pack("{s:s, s:s}", "timestamp", at.s, "zone", zone));
    }
    return json_pack("{s:o}", "samples", list);
}

/* A value that repeats its neighbour is left out, as the real service does. */
static json_t *steps_json(const struct day *d, int64_t until)
{
    json_t *list = json_array();
    int last = -1;
    for (int64_t t = d->start_s; t + 60 <= until; t += 60) {
        int steps = day_steps(d, t, t + 60);
        if (steps == last)
            continue;
        last = steps;
        json_array_append_new(list, json_pack("{s:i, s:s}", "steps", steps, "timestamp",
                                              civil_wall(t, person_offset_min(d->person, t)).s));
    }
    return json_pack("{s:i, s:i, s:o}", "interval_ms", 60000, "total_steps", day_steps(d, d->start_s, until), "samples",
                     list);
}

json_t *polar_activity_samples_json(const struct day *d, const struct polar_wish *wish, int64_t until_s)
{
    json_t *o = json_pack("{s:s}", "date", civil_date(d->day).s);
    if (wish->steps)
        json_object_set_new(o, "steps", steps_json(d, until_s));
    if (wish->activity_zones)
        json_object_set_new(o, "activity_zones", zones_json(d, until_s));
    if (wish->inactivity)
        json_object_set_new(o, "inactivity_stamps", json_array());
    return o;
}

json_t *polar_activity_json(const struct person *p, int day, const struct polar_wish *wish)
{
    struct day d;
    int64_t until;
    if (!make_seen(p, day, &d, &until))
        return NULL;
    int steps = day_steps(&d, d.start_s, until), active = day_active_kcal(&d, until);
    double part = (double)(until - d.start_s) / (double)(d.end_s - d.start_s);
    struct stamp from = civil_wall(d.start_s, d.offset_min);
    struct stamp to = civil_wall(until < d.end_s ? until : d.end_s - 1, person_offset_min(p, until - 1));
    from.s[16] = '\0';
    if (until < d.end_s)
        to.s[16] = '\0';
    int moving = minutes_between(&d, until, 1);
    int still = (int)((until - d.start_s) / 60) - moving - (d.night.present ? d.night.duration_s / 60 : 0);
    json_t *o = json_pack(
        "{s:s, s:s, s:s, s:s, s:f, s:i, s:i, s:i, s:i, s:f}", "start_time", from.s, "end_time", to.s, "active_duration",
        minutes_text(moving).s, "inactive_duration", minutes_text(still > 0 ? still : 0).s, "daily_activity",
        round_to(steps / 100.0, 2), "calories", active + (int)(d.bmr_kcal * part), "active_calories", active, "steps",
        steps, "inactivity_alert_count", (int)(d.noise % 3), "distance_from_steps", round_to(steps * 0.73, 2));
    if (wish->steps || wish->activity_zones || wish->inactivity)
        json_object_set_new(o, "samples", polar_activity_samples_json(&d, wish, until));
    return o;
}

/* ---- heart rate ---- */

/* Every five minutes or so; on some days an hour at five second spacing. Training sessions are left out. No
 * sample lies on a whole minute, where the sleep's own samples are. */
int polar_heart_samples(const struct day *d, int64_t until, struct polar_beat *out, int max)
{
    int n = 0;
    struct rng r = rng_start(d->noise, 71);
    int64_t dense_from = rng_chance(&r, 5) ? d->start_s + rng_range(&r, 9, 15) * 3600 : d->end_s;
    int64_t dense_to = dense_from + 3600;
    for (int64_t slot = d->start_s + 29; slot < until; slot += 300) {
        bool dense = slot >= dense_from && slot < dense_to;
        int64_t t = dense ? slot : slot + (int64_t)(rng_mix(d->noise + 6, (uint64_t)slot) % 20);
        for (int64_t end = dense ? slot + 300 : t + 1; t < end && t < until && n < max; t += 5) {
            int hr = day_hr(d, t);
            if (!hr || day_workout_at(d, t))
                continue;
            bool lost = rng_mix(d->noise + 5, (uint64_t)t) % 97 == 0;
            out[n++] = (struct polar_beat){t, lost ? 0 : hr};
        }
    }
    return n;
}

json_t *polar_heart_json(const struct person *p, int day)
{
    struct day d;
    int64_t until;
    if (!make_seen(p, day, &d, &until))
        return NULL;
    struct polar_beat beats[POLAR_BEATS_MAX];
    int n = polar_heart_samples(&d, until, beats, POLAR_BEATS_MAX);
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:i, s:s}", "heart_rate", beats[i].hr, "sample_time",
                                              civil_hh_mm_ss(beats[i].t, person_offset_min(p, beats[i].t)).s));
    char *user = polar_user_url(p);
    json_t *o = json_pack("{s:s, s:s, s:o}", "polar_user", user, "date", civil_date(day).s, "heart_rate_samples", list);
    free(user);
    return o;
}

/* ---- sleep ---- */

bool polar_night(const struct person *p, int day, struct night *ret)
{
    night_make(p, POLAR, day, ret);
    return ret->present && ret->upload_s <= clock_now_s() && ret->upload_s >= polar_visible_from_s(p);
}

static json_t *hypnogram(const struct person *p, const struct night *n)
{
    static const int codes[STAGES] = {[AWAKE] = 0, [LIGHT] = 3, [DEEP] = 4, [REM] = 1};
    json_t *o = json_object();
    for (int i = 0; i < n->count; i++) {
        int64_t t = n->start_ms / 1000 + n->seg[i].from;
        int code = n->seg[i].stage == LIGHT && i % 3 == 1 ? 2 : codes[n->seg[i].stage];
        json_object_set_new(o, civil_hh_mm(t, person_offset_min(p, t)).s, json_integer(code));
    }
    return o;
}

static json_t *night_beats(const struct person *p, const struct night *n)
{
    json_t *o = json_object();
    for (int s = 300; s < n->duration_s; s += 300) {
        int64_t t = n->start_ms / 1000 + s;
        json_object_set_new(o, civil_hh_mm(t, person_offset_min(p, t)).s, json_integer(night_hr(n, s)));
    }
    return o;
}

static void add_interruptions(json_t *o, const struct night *n)
{
    int shorter = 0, longer = 0;
    for (int i = 0; i < n->count; i++) {
        int s = n->seg[i].to - n->seg[i].from;
        if (n->seg[i].stage == AWAKE)
            *(s <= 90 ? &shorter : &longer) += s;
    }
    json_object_set_new(o, "total_interruption_duration", json_integer(shorter + longer));
    json_object_set_new(o, "short_interruption_duration", json_integer(shorter));
    json_object_set_new(o, "long_interruption_duration", json_integer(longer));
}

static void add_scores(json_t *o, const struct night *n)
{
    double solid = round_to(100 - n->stage_s[AWAKE] / 60.0, 1);
    json_object_set_new(o, "sleep_charge", json_integer(1 + n->score / 25));
    json_object_set_new(o, "sleep_rating", json_integer(n->day % 6));
    json_object_set_new(o, "sleep_goal", json_integer(28800));
    json_object_set_new(o, "sleep_cycles", json_integer(n->cycles));
    json_object_set_new(o, "group_duration_score", json_real(round_to(n->duration_s / 300.0, 1)));
    json_object_set_new(o, "group_solidity_score", json_real(solid));
    json_object_set_new(o, "group_regeneration_score", json_real(round_to(n->stage_s[DEEP] / 72.0, 1)));
}

json_t *polar_sleep_json(const struct person *p, int day)
{
    struct night n;
    if (!polar_night(p, day, &n))
        return NULL;
    int64_t end_ms = n.start_ms + (int64_t)n.duration_s * 1000;
    char *user = polar_user_url(p);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:i, s:i, s:i, s:i, s:i, s:i}", "polar_user", user, "date",
                          civil_date(day).s, "sleep_start_time",
                          civil_iso_ms(n.start_ms, person_offset_min(p, n.start_ms / 1000)).s, "sleep_end_time",
                          civil_iso_ms(end_ms, person_offset_min(p, end_ms / 1000)).s, "device_id", "51D00001",
                          "continuity", round_to(1 + n.score / 25.0, 1), "continuity_class", 1 + n.score / 25,
                          "light_sleep", n.stage_s[LIGHT], "deep_sleep", n.stage_s[DEEP], "rem_sleep", n.stage_s[REM],
                          "unrecognized_sleep_stage", 0, "sleep_score", n.score);
    add_interruptions(o, &n);
    add_scores(o, &n);
    json_object_set_new(o, "hypnogram", hypnogram(p, &n));
    json_object_set_new(o, "heart_rate_samples", night_beats(p, &n));
    free(user);
    return o;
}

/* ---- nightly recharge: four hours from half an hour after falling asleep ---- */

json_t *polar_recharge_json(const struct person *p, int day)
{
    struct night n;
    if (!polar_night(p, day, &n))
        return NULL;
    json_t *hrv = json_object(), *breaths = json_object();
    int sum_hrv = 0, sum_hr = 0, count = 0;
    for (int s = 1800; s < 1800 + 4 * 3600 && s < n.duration_s; s += 300, count++) {
        int64_t t = n.start_ms / 1000 + s;
        struct stamp at = civil_hh_mm(t, person_offset_min(p, t));
        sum_hrv += night_hrv(&n, s);
        sum_hr += night_hr(&n, s);
        json_object_set_new(hrv, at.s, json_integer(night_hrv(&n, s)));
        json_object_set_new(breaths, at.s, json_real(round_to(night_breath(&n, s), 1)));
    }
    int hr = sum_hr / count, status = 1 + n.score / 20;
    char *user = polar_user_url(p);
    json_t *o =
        json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:i, s:f, s:i, s:o, s:o}", "polar_user", user, "date",
                  civil_date(day).s, "heart_rate_avg", hr, "beat_to_beat_avg", 60000 / hr, "heart_rate_variability_avg",
                  sum_hrv / count, "breathing_rate_avg", n.breath, "nightly_recharge_status", status > 6 ? 6 : status,
                  "ans_charge", round_to((n.hrv_ms - 50) / 5.0, 1), "ans_charge_status", 1 + n.score / 25,
                  "hrv_samples", hrv, "breathing_samples", breaths);
    free(user);
    return o;
}

/* ---- the rest ---- */

json_t *polar_load_json(const struct person *p, int day)
{
    struct workout ws[WORKOUTS_MAX];
    int n = workouts_make(p, POLAR, day, ws);
    double load = 0;
    for (int i = 0; i < n; i++)
        load += polar_workout_seen(&ws[i]) ? ws[i].kcal / 7.0 : 0;
    bool known = day >= day_first && person_day_start(p, day) <= clock_now_s() && polar_registered_s(p);
    json_t *level = json_pack("{s:f, s:f, s:f, s:f, s:f}", "very_low", 20.0, "low", 45.0, "medium", 80.0, "high", 120.0,
                              "very-high", 200.0);
    double strain = round_to(load * 0.4 + 20, 2), tolerance = round_to(25 + p->fitness * 30, 2);
    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:o}", "date", civil_date(day).s, "cardio_load_status",
                     known ? "MAINTAINING" : "LOAD_STATUS_NOT_AVAILABLE", "cardio_load",
                     known ? round_to(load, 2) : -1.0, "strain", known ? strain : -1.0, "tolerance",
                     known ? tolerance : -1.0, "cardio_load_ratio", known ? round_to(strain / tolerance, 2) : -1.0,
                     "cardio_load_level", level);
}

json_t *polar_alertness_json(const struct person *p, int day)
{
    struct night n;
    if (!polar_night(p, day, &n))
        return NULL;
    int64_t wake = n.start_ms / 1000 + n.duration_s;
    return json_pack("{s:f, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:[]}", "grade",
                     round_to(n.score / 10.0, 1), "grade_validity_seconds", 57600, "grade_type", "GRADE_TYPE_PRIMARY",
                     "grade_classification", n.score > 75 ? "GRADE_CLASSIFICATION_STRONG" : "GRADE_CLASSIFICATION_FAIR",
                     "validity", "VALIDITY_ESTIMATE", "sleep_inertia", "SLEEP_INERTIA_MILD", "sleep_type",
                     "SLEEP_TYPE_PRIMARY", "result_type", "ALERTNESS_TYPE_HISTORY", "period_start_time",
                     civil_wall(wake, 0).s, "period_end_time", civil_wall(wake + 57600, 0).s, "sleep_period_start_time",
                     civil_wall(n.start_ms / 1000, 0).s, "sleep_period_end_time", civil_wall(wake, 0).s,
                     "sleep_timezone_offset_minutes", person_offset_min(p, wake), "hourly_data");
}

json_t *polar_bedtime_json(const struct person *p, int day)
{
    struct night n;
    if (!polar_night(p, day, &n))
        return NULL;
    int64_t bed = person_day_start(p, day + 1) - 5400;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "validity", "VALIDITY_ESTIMATE", "quality",
                     "CIRCADIAN_BEDTIME_QUALITY_CLEARLY_RECOGNIZABLE", "result_type", "CIRCADIAN_BEDTIME_TYPE_HISTORY",
                     "period_start_time", civil_wall(bed - 36000, 0).s, "period_end_time", civil_wall(bed + 50400, 0).s,
                     "preferred_sleep_period_start_time", civil_wall(bed, 0).s, "preferred_sleep_period_end_time",
                     civil_wall(bed + 28800, 0).s, "sleep_gate_start_time", civil_wall(bed - 3600, 0).s,
                     "sleep_gate_end_time", civil_wall(bed, 0).s, "sleep_timezone_offset_minutes",
                     person_offset_min(p, bed));
}

json_t *polar_skin_json(const struct person *p, int day)
{
    struct night n;
    if (!polar_night(p, day, &n))
        return NULL;
    double deviation = rng_wave(n.noise + 6, day, 1, 8) / 10.0;
    return json_pack("{s:f, s:f, s:s}", "sleep_time_skin_temperature_celsius", round_to(34.8 + deviation, 1),
                     "deviation_from_baseline_celsius", deviation, "sleep_date", civil_date(day).s);
}

json_t *polar_body_json(const struct person *p, int day)
{
    struct night n;
    if (!polar_night(p, day, &n))
        return NULL;
    json_t *samples = json_array();
    for (int s = 0; s < n.duration_s; s += 600)
        json_array_append_new(samples, json_pack("{s:f, s:I}", "temperature_celsius",
                                                 round_to(34.5 + rng_wave(n.noise + 7, s, 1800, 9) / 10.0, 1),
                                                 "recording_time_delta_milliseconds", (json_int_t)s * 1000));
    int64_t from = n.start_ms / 1000;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "source_device_id", "51D00001", "measurement_type",
                     "TM_SKIN_TEMPERATURE", "sensor_location", "SL_DISTAL", "start_time", civil_wall(from, 0).s,
                     "end_time", civil_wall(from + n.duration_s, 0).s, "modified_time", civil_wall(n.upload_s, 0).s,
                     "samples", samples);
}

json_t *polar_spo2_json(const struct person *p, int day)
{
    struct day d;
    int64_t until;
    if (!make_seen(p, day, &d, &until) || d.noise % 4 != 0 || until < d.start_s + 46800)
        return NULL;
    return json_pack("{s:s, s:I, s:i, s:s, s:i, s:s, s:i, s:i, s:f, s:f}", "source_device_id", "51D00001", "test_time",
                     (json_int_t)(d.start_s + 43200), "time_zone_offset", d.offset_min, "test_status",
                     "SPO2_TEST_PASSED", "blood_oxygen_percent", 94 + (int)(d.noise % 6), "spo2_class",
                     "SPO2_CLASS_NORMAL", "spo2_quality_average_percent", 95, "average_heart_rate_bpm", d.rest_hr + 9,
                     "heart_rate_variability_ms", 48.0, "altitude_meters", 110.0);
}
