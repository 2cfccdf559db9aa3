/* garmin_day.c - Garmin's summaries of whole days and quarter hours: dailies, epochs, respiration, stress. */
#include "garmin_item.h"
#include "rng.h"
#include "settings.h"

/* ---- dailies ---- */

static json_t *heart_map(const struct day *d, int64_t until)
{
    json_t *map = json_object();
    int step = (int)setting(SET_GARMIN_HR_STEP_S);
    for (int64_t t = d->start_s; t<until; t += step> 0 ? step : 15) {
        int hr = day_hr(d, t);
        if (hr)
            item_map_int(map, t - d->start_s, hr);
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
        item_int(o, "minHeartRateInBeatsPerMinute", least);
        item_int(o, "maxHeartRateInBeatsPerMinute", most);
    }
    item_int(o, "restingHeartRateInBeatsPerMinute", d->rest_hr);
    item_int(o, "averageHeartRateInBeatsPerMinute", d->person->rest_hr + 15);
    json_object_set_new(o, "timeOffsetHeartRateSamples", heart_map(d, until));
}

static void add_stress(json_t *o, const struct day *d, int64_t covered_s)
{
    int level = 22 + (int)(d->noise % 25), stress = (int)(covered_s * level / 200);
    item_int(o, "averageStressLevel", level);
    item_int(o, "maxStressLevel", level + 45);
    item_int(o, "stressDurationInSeconds", stress);
    item_int(o, "restStressDurationInSeconds", covered_s / 3);
    item_int(o, "activityStressDurationInSeconds", covered_s / 20);
    item_int(o, "lowStressDurationInSeconds", stress - stress / 3);
    item_int(o, "mediumStressDurationInSeconds", stress / 3 - stress / 12);
    item_int(o, "highStressDurationInSeconds", stress / 12);
    item_text(o, "stressQualifier", level > 35 ? "stressful" : "balanced");
    item_int(o, "bodyBatteryChargedValue", 40 + (int)(d->noise % 30));
    item_int(o, "bodyBatteryDrainedValue", (int)(covered_s / 1700));
}

void garmin_dailies(const struct garmin_ask *ask, int day, json_t *out)
{
    struct day d;
    int64_t until;
    if (!item_shown_day(ask, day, &d, &until))
        return;
    int64_t covered = until - d.start_s;
    int steps = day_steps(&d, d.start_s, until);
    json_t *o = item_new(ask->person, d.start_s, "-d");
    item_text(o, "calendarDate", civil_date(day).s);
    item_text(o, "activityType", "WALKING");
    item_start(o, ask->person, d.start_s, covered);
    item_int(o, "steps", steps);
    item_real(o, "distanceInMeters", round_to(steps * 0.76, 1));
    item_int(o, "activeTimeInSeconds", steps * 60 / 85);
    item_int(o, "activeKilocalories", day_active_kcal(&d, until));
    item_int(o, "bmrKilocalories", d.bmr_kcal * covered / (d.end_s - d.start_s));
    item_int(o, "floorsClimbed", steps / 900);
    item_int(o, "moderateIntensityDurationInSeconds", steps / 240 * 60);
    item_int(o, "vigorousIntensityDurationInSeconds", d.workout_count * 600);
    add_heart(o, &d, until);
    add_stress(o, &d, covered);
    item_int(o, "stepsGoal", 8000);
    item_int(o, "intensityDurationGoalInSeconds", 9000);
    item_int(o, "floorsClimbedGoal", 10);
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
    json_t *o = item_new(d->person, t, code);
    item_text(o, "activityType", type);
    item_start(o, d->person, t, 900);
    item_int(o, "activeTimeInSeconds", active_s);
    item_int(o, "steps", steps);
    item_real(o, "distanceInMeters", round_to(steps * 0.76, 2));
    item_int(o, "activeKilocalories", steps / 25);
    item_real(o, "met", steps ? round_to(2 + steps / 600.0, 2) : 1.0);
    item_text(o, "intensity", !steps ? "SEDENTARY" : steps > 1200 ? "HIGHLY_ACTIVE" : "ACTIVE");
    item_real(o, "meanMotionIntensity", steps ? 3.1 : 0.4);
    item_int(o, "maxMotionIntensity", steps ? 6 : 1);
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
    item_day_uploads(ask->person, day, uploads);
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
    item_day_uploads(ask->person, day, uploads);
    day_make(ask->person, GARMIN, day, &d);
    for (int64_t t = d.start_s; t < d.end_s; t += 900) {
        if (!shown_slot(ask, uploads, t, t + 900))
            continue;
        json_t *o = item_new(ask->person, t, "-respiration"), *map = json_object();
        item_start(o, ask->person, t, 900);
        for (int s = 0; s < 900; s += 60) {
            double breaths = d.night.breath + (day_asleep(&d, t + s) ? 0 : 1.5);
            bool lost = rng_mix(d.noise, (uint64_t)(t + s)) % 40 == 0;
            item_map_real(map, s, lost ? -1.0 : round_to(breaths + rng_wave(d.noise + 9, t + s, 300, 12) / 10.0, 2));
        }
        json_object_set_new(o, "timeOffsetEpochToBreaths", map);
        json_array_append_new(out, o);
    }
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
    if (!item_shown_day(ask, day, &d, &until))
        return;
    json_t *o = item_new(ask->person, d.start_s, "-st"), *stress = json_object(), *battery = json_object();
    for (int64_t t = d.start_s; t < until; t += 180) {
        item_map_int(stress, t - d.start_s, stress_level(&d, t));
        item_map_int(battery, t - d.start_s, 55 + rng_wave(d.noise + 11, t, 14400, 40));
    }
    item_text(o, "calendarDate", civil_date(day).s);
    item_start(o, ask->person, d.start_s, until - d.start_s);
    json_object_set_new(o, "timeOffsetStressLevelValues", stress);
    json_object_set_new(o, "timeOffsetBodyBatteryValues", battery);
    if (d.night.present)
        json_object_set_new(o, "bodyBatteryActivityEvents",
                            json_pack("[{s:s, s:I, s:i, s:i, s:i}]", "eventType", "SLEEP", "eventStartTimeInSeconds",
                                      (json_int_t)(d.night.start_ms / 1000), "eventStartTimeOffsetInSeconds",
                                      d.offset_min * 60, "duration", d.night.duration_s, "bodyBatteryImpact", 52));
    json_array_append_new(out, o);
}
