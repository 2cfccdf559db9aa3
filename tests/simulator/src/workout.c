/* workout.c - made-up workouts: when, what, how hard. */
#include "civil.h"
#include "day.h"
#include "rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const int day_first = 20089; /* 2025-01-01 */

const struct sport_names sport_names[SPORTS] = {
    [RUN] = {"RUNNING", "RUNNING", "RUNNING", "Running", 1, {"running", "running", "running"}},
    [RIDE] = {"ROAD_BIKING", "CYCLING", "CYCLING_ROAD", "Road Cycling", 2, {"cycling", "cycling", "cycling"}},
    [SWIM] =
        {"LAP_SWIMMING", "SWIMMING", "SWIMMING_POOL", "Pool Swim", 21, {"pool_swimming", "pool_swimming", "swimming"}},
    [STRENGTH] = {"STRENGTH_TRAINING",
                  "STRENGTH_TRAINING",
                  "STRENGTH_TRAINING",
                  "Strength",
                  23,
                  {"strength_training", "strength_training", "strength_training"}},
    [WALK] = {"WALKING", "OTHER", "WALKING", "Walking", 0, {"walking", "walking", "walking"}},
    [TRAIL_RUN] = {"TRAIL_RUNNING",
                   "RUNNING",
                   "RUNNING_TRAIL",
                   "Trail Running",
                   22,
                   {"trail_running", "trail_running", "trail_running"}},
    [INDOOR_RIDE] = {"INDOOR_CYCLING",
                     "CYCLING",
                     "INDOOR_CYCLING",
                     "Indoor Cycling",
                     52,
                     {"indoor_cycling", "indoor_cycling", "indoor_cycling"}},
    [YOGA] = {"YOGA", "OTHER", "FITNESS_YOGA", "Yoga", 51, {"yoga", "yoga", "yoga"}},
};

/* Minutes, effort (share of the heart rate reserve), speed in m/s, MET, steps a minute, outdoors. */
static const struct effort {
    int min_minutes, max_minutes;
    double effort, slow, fast, met;
    int cadence;
    bool outdoors;
} efforts[SPORTS] = {
    [RUN] = {22, 75, 0.74, 2.3, 3.9, 9.8, 166, true},    [RIDE] = {40, 140, 0.62, 5.4, 9.2, 8.0, 0, true},
    [SWIM] = {25, 60, 0.64, 0.65, 1.25, 7.5, 0, false},  [STRENGTH] = {25, 65, 0.45, 0, 0, 4.5, 0, false},
    [WALK] = {20, 90, 0.34, 1.2, 1.7, 3.6, 108, true},   [TRAIL_RUN] = {35, 130, 0.72, 1.9, 3.1, 9.2, 158, true},
    [INDOOR_RIDE] = {30, 75, 0.66, 0, 0, 7.8, 0, false}, [YOGA] = {20, 60, 0.22, 0, 0, 2.6, 0, false},
};

double round_to(double value, int decimals)
{
    double unit = pow(10, decimals);
    return round(value * unit) / unit;
}

static enum sport pick_sport(struct rng *r)
{
    static const unsigned char weights[SPORTS] = {30, 18, 8, 16, 14, 5, 5, 4};
    int dice = rng_range(r, 0, 99);
    for (int s = 0; s < SPORTS; s++) {
        dice -= weights[s];
        if (dice < 0)
            return (enum sport)s;
    }
    return RUN;
}

static void name_workout(struct workout *w, enum provider prov)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    w->number = 20000000000 + (int64_t)w->person->number * 100000 + (w->day - day_first) * 10 + w->index;
    if (prov == SUUNTO) {
        snprintf(w->key, sizeof w->key, "%08llx%016llx", (unsigned long long)(w->start_ms / 1000),
                 (unsigned long long)rng_mix(w->noise, 7));
        return;
    }
    uint64_t h = rng_mix(w->noise, 8);
    for (int i = 0; i < 10; i++, h /= 62)
        w->key[i] = digits[h % 62];
}

static void place_in_day(struct workout *w, enum provider prov, struct rng *r)
{
    const struct effort *e = &efforts[w->sport];
    int64_t midnight = person_day_start(w->person, w->day);
    int slot_s = w->index == 0 ? 8 * 3600 + 1800 : 17 * 3600;
    int minutes = rng_range(r, e->min_minutes, e->max_minutes);
    w->start_ms = (midnight + slot_s + rng_range(r, 0, 5400)) * 1000;
    w->duration_ms = ((int64_t)minutes * 60 + rng_range(r, 0, 59)) * 1000;
    int ms = rng_range(r, 0, 999);
    if (prov == POLAR)
        w->duration_ms += ms;
    if (prov == SUUNTO) {
        w->start_ms += ms;
        w->duration_ms += rng_range(r, 0, 9) * 100;
        w->pause_ms = rng_chance(r, 4) ? rng_range(r, 10, 300) * 1000 : 0;
    }
}

static void fill_distance(struct workout *w, enum provider prov, struct rng *r)
{
    const struct effort *e = &efforts[w->sport];
    double pace = e->slow + (e->fast - e->slow) * (0.65 * w->person->fitness + 0.35 * rng_unit(r));
    double hours = (double)w->duration_ms / 3600000.0;
    w->outdoors = e->outdoors;
    w->distance_m = round_to(pace * (double)w->duration_ms / 1000.0, prov == POLAR ? 0 : 1);
    w->cadence = e->cadence ? e->cadence + rng_range(r, -6, 6) : 0;
    w->steps = (int)(w->cadence * hours * 60);
    w->ascent_m = e->outdoors ? (int)(w->distance_m / 1000 * rng_range(r, 2, w->sport == TRAIL_RUN ? 40 : 14)) : 0;
    w->descent_m = e->outdoors ? w->ascent_m + rng_range(r, -w->ascent_m / 10, w->ascent_m / 10) : 0;
    w->kcal = (int)(e->met * (0.85 + 0.3 * rng_unit(r)) * w->person->weight_kg * hours);
}

bool workout_has_hr(const struct workout *w)
{
    return w->hr_target > 0;
}

static void fill_heart(struct workout *w, struct rng *r)
{
    int reserve = w->person->max_hr - w->person->rest_hr;
    bool sensor = !w->manual && !(w->sport == SWIM && rng_chance(r, 3));
    w->rate_s = w->person->one_hz ? 1 : 5;
    if (!sensor)
        return;
    w->hr_target = w->person->rest_hr + (int)(reserve * (efforts[w->sport].effort + 0.1 * rng_unit(r) - 0.05));
    int64_t sum = 0;
    int n = 0;
    for (int s = 0; s < w->duration_ms / 1000; s += w->rate_s, n++) {
        int hr = workout_hr(w, s);
        sum += hr;
        if (hr > w->max_hr)
            w->max_hr = hr;
    }
    w->avg_hr = n ? (int)((sum + n / 2) / n) : 0;
}

int workout_hr(const struct workout *w, int second)
{
    int start = w->person->rest_hr + 25;
    int ramp = second < 300 ? second : 300;
    int hr = start + (w->hr_target - start) * ramp / 300;
    hr += rng_wave(w->noise, second, 60, 8) + rng_wave(w->noise + 1, second, 10, 2);
    if (hr < w->person->rest_hr)
        hr = w->person->rest_hr;
    return hr > w->person->max_hr ? w->person->max_hr : hr;
}

int64_t workout_end_ms(const struct workout *w)
{
    return w->start_ms + w->duration_ms + w->pause_ms;
}

/* A round through the park: once around in the whole workout, a bit uneven. */
void workout_place(const struct workout *w, int second, double *ret_lat, double *ret_lon)
{
    double turn = 6.283185307179586 * second * 1000.0 / (double)w->duration_ms;
    double radius = w->distance_m / 6.283185307179586 / 111320.0;
    double wobble = 1 + rng_wave(w->noise + 2, second, 40, 5) / 100.0;
    *ret_lat = round_to(w->person->home_lat + radius * wobble * sin(turn), 6);
    *ret_lon = round_to(w->person->home_lon + radius * wobble * cos(turn) / cos(w->person->home_lat / 57.2957795), 6);
}

int workout_altitude(const struct workout *w, int second)
{
    return 60 + w->ascent_m / 4 + rng_wave(w->noise + 3, second, 240, 8 + w->ascent_m / 8);
}

/* A correction: the person edited it. The start and the duration stay. */
static void correct(struct workout *w, enum provider prov)
{
    struct revision rev = revision_get(w->person, prov, REVISED_WORKOUT, w->day, w->index);
    w->revision = rev.count;
    w->revised_s = rev.at_s;
    if (!rev.count)
        return;
    w->kcal += 7 * rev.count;
    if (w->distance_m > 0)
        w->distance_m = round_to(w->distance_m + 100 * rev.count, 1);
}

static void make_one(struct workout *w, const struct person *p, enum provider prov, int day, int index)
{
    memset(w, 0, sizeof *w);
    w->person = p;
    w->day = day;
    w->index = index;
    w->noise = rng_mix(rng_mix(p->key, (uint64_t)prov + 11), (uint64_t)(day * 8 + index));
    struct rng r = rng_start(w->noise, 2);
    w->sport = pick_sport(&r);
    w->manual = prov != POLAR && rng_chance(&r, 25);
    place_in_day(w, prov, &r);
    fill_distance(w, prov, &r);
    fill_heart(w, &r);
    name_workout(w, prov);
    int late_s = rng_chance(&r, 30) ? rng_range(&r, 1, 5) * DAY_S : 0;
    w->upload_s = workout_end_ms(w) / 1000 + rng_range(&r, 60, 600) + late_s;
    correct(w, prov);
}

int workouts_make(const struct person *p, enum provider prov, int day, struct workout out[WORKOUTS_MAX])
{
    if (day < day_first)
        return 0;
    struct rng r = rng_start(rng_mix(p->key, (uint64_t)prov + 21), (uint64_t)day);
    int dice = rng_range(&r, 0, 99), n = 0;
    if (dice < 10 || (dice >= 18 && dice < 32))
        make_one(&out[n++], p, prov, day, 0);
    if (dice < 10 || (dice >= 32 && dice < 62))
        make_one(&out[n++], p, prov, day, 1);
    return n;
}
