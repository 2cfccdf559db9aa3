/* polar_exercise.c - exercises: the list of the last 30 days' uploads, and one with its samples. */
#include "civil.h"
#include "clock.h"
#include "polar.h"
#include "rng.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_DAYS = 30, ZONES = 5 };

struct polar_wish polar_wish(const struct req *r)
{
    return (struct polar_wish){
        .samples = req_flag(r, "samples"),
        .zones = req_flag(r, "zones"),
        .route = req_flag(r, "route"),
        .steps = req_flag(r, "steps"),
        .activity_zones = req_flag(r, "activity_zones"),
        .inactivity = req_flag(r, "inactivity_stamps"),
    };
}

static struct stamp duration_text(int64_t ms)
{
    struct stamp out;
    snprintf(out.s, sizeof out.s, "PT%lld.%03dS", (long long)(ms / 1000), (int)(ms % 1000));
    return out;
}

static struct stamp duration_parts(int s)
{
    struct stamp out;
    int n = snprintf(out.s, sizeof out.s, "PT");
    if (s >= 3600)
        n += snprintf(out.s + n, sizeof out.s - (size_t)n, "%dH", s / 3600);
    if (s / 60 % 60)
        n += snprintf(out.s + n, sizeof out.s - (size_t)n, "%dM", s / 60 % 60);
    if (s % 60 || s == 0)
        snprintf(out.s + n, sizeof out.s - (size_t)n, "%dS", s % 60);
    return out;
}

static json_t *zones_json(const struct workout *w)
{
    int in_zone[ZONES] = {0}, max = w->person->max_hr;
    for (int s = 0; s < w->duration_ms / 1000; s += w->rate_s) {
        int z = workout_hr(w, s) * 10 / max - 5;
        in_zone[z < 0 ? 0 : z >= ZONES ? ZONES - 1 : z] += w->rate_s;
    }
    json_t *list = json_array();
    for (int z = 0; z < ZONES; z++)
        json_array_append_new(list,
                              json_pack("{s:i, s:i, s:i, s:s}", "index", z, "lower_limit", max * (z + 5) / 10,
                                        "upper_limit", max * (z + 6) / 10, "in_zone", duration_parts(in_zone[z]).s));
    return list;
}

/* Now and then the sensor is offline: null. */
static void add_heart(struct buf *b, const struct workout *w, int s)
{
    if (rng_mix(w->noise + 9, (uint64_t)s) % 499 == 0)
        buf_str(b, "null");
    else
        buf_printf(b, "%d", workout_hr(w, s));
}

static void add_value(struct buf *b, const struct workout *w, int type, int s)
{
    double speed = w->distance_m / ((double)w->duration_ms / 1000.0);
    switch (type) {
    case 0:
        add_heart(b, w, s);
        break;
    case 1:
        buf_printf(b, "%.1f", speed * 3.6 * (1 + rng_wave(w->noise + 4, s, 30, 8) / 100.0));
        break;
    case 2:
        buf_printf(b, "%d", w->cadence / 2 + rng_wave(w->noise + 5, s, 20, 2));
        break;
    case 3:
        buf_printf(b, "%d.0", workout_altitude(w, s));
        break;
    default:
        buf_printf(b, "%.1f", w->distance_m * s * 1000.0 / (double)w->duration_ms);
    }
}

static json_t *series_json(const struct workout *w, int type)
{
    struct buf b = {0};
    for (int s = 0; s < w->duration_ms / 1000; s += w->rate_s) {
        if (s)
            buf_str(&b, ",");
        add_value(&b, w, type, s);
    }
    json_t *o = json_pack("{s:i, s:i, s:s}", "recording_rate", w->rate_s, "sample_type", type, "data", b.s);
    buf_fini(&b);
    return o;
}

static json_t *samples_json(const struct workout *w)
{
    json_t *list = json_array();
    if (workout_has_hr(w))
        json_array_append_new(list, series_json(w, 0));
    if (w->distance_m > 0)
        json_array_append_new(list, series_json(w, 1));
    if (w->cadence)
        json_array_append_new(list, series_json(w, 2));
    if (w->outdoors)
        json_array_append_new(list, series_json(w, 3));
    if (w->distance_m > 0)
        json_array_append_new(list, series_json(w, 10));
    return list;
}

static json_t *route_json(const struct workout *w)
{
    json_t *list = json_array();
    for (int s = 0; s < w->duration_ms / 1000; s += 5) {
        double lat, lon;
        workout_place(w, s, &lat, &lon);
        json_array_append_new(list, json_pack("{s:f, s:f, s:s, s:i, s:i}", "latitude", lat, "longitude", lon, "time",
                                              duration_text((int64_t)s * 1000).s, "satellites", 11, "fix", 1));
    }
    return list;
}

static json_t *load_json(const struct workout *w)
{
    double load = round_to(w->kcal / 7.0, 2);
    return json_pack("{s:f, s:s, s:f, s:s, s:f, s:s}", "cardio-load", load, "cardio-load-interpretation",
                     load > 80 ? "HIGH" : "MEDIUM", "muscle-load", -1.0, "muscle-load-interpretation", "NOT_AVAILABLE",
                     "perceived-load", 0.0, "perceived-load-interpretation", "NOT_AVAILABLE");
}

static void add_extras(json_t *o, const struct workout *w, const struct polar_wish *wish)
{
    int fat = 25 + w->index * 9 + w->day % 20;
    json_object_set_new(o, "fat_percentage", json_integer(fat));
    json_object_set_new(o, "carbohydrate_percentage", json_integer(97 - fat));
    json_object_set_new(o, "protein_percentage", json_integer(3));
    json_t *load = load_json(w);
    json_object_set_new(load, "user-rpe", json_string("UNKNOWN"));
    json_object_set_new(o, "training_load_pro", load);
    if (wish->zones && workout_has_hr(w))
        json_object_set_new(o, "heart_rate_zones", zones_json(w));
    if (wish->samples)
        json_object_set_new(o, "samples", samples_json(w));
    if (wish->route && w->outdoors)
        json_object_set_new(o, "route", route_json(w));
}

json_t *polar_exercise_json(const struct workout *w, const struct polar_wish *wish)
{
    const struct sport_names *names = &sport_names[w->sport];
    int offset = person_offset_min(w->person, w->start_ms / 1000);
    char *user = polar_user_url(w->person), *device = text_printf("%08X", (unsigned)(w->person->key >> 32));
    json_t *o =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "id", w->key, "upload_time",
                  civil_utc(w->revised_s ? w->revised_s : w->upload_s).s, "polar_user", user, "device",
                  "Polar Simulated", "device_id", device, "start_time", civil_wall(w->start_ms / 1000, offset).s,
                  "start_time_utc_offset", offset, "duration", duration_text(w->duration_ms).s);
    if (w->distance_m > 0)
        json_object_set_new(o, "distance", json_real(w->distance_m));
    if (workout_has_hr(w))
        json_object_set_new(o, "heart_rate", json_pack("{s:i, s:i}", "average", w->avg_hr, "maximum", w->max_hr));
    json_object_set_new(o, "sport", json_string(names->polar));
    json_object_set_new(o, "has_route", json_boolean(w->outdoors));
    json_object_set_new(o, "detailed_sport_info", json_string(names->polar_detailed));
    json_object_set_new(o, "calories", json_integer(w->kcal));
    if (w->sport == RUN)
        json_object_set_new(o, "running_index", json_integer(38 + (int)(w->person->fitness * 30)));
    add_extras(o, w, wish);
    free(user);
    free(device);
    return o;
}

bool polar_workout_seen(const struct workout *w)
{
    int64_t now = clock_now_s();
    return w->upload_s <= now && w->upload_s > now - LIST_DAYS * DAY_S &&
           w->upload_s >= polar_visible_from_s(w->person);
}

/* The real list is in no order by start; evening exercises come first here. */
void polar_exercises(const struct req *r, struct reply *a, const struct person *p)
{
    struct polar_wish wish = polar_wish(r);
    json_t *list = json_array();
    int today = person_day_of(p, clock_now_s());
    for (int index = WORKOUTS_MAX - 1; index >= 0; index--)
        for (int day = today - LIST_DAYS - 8; day <= today; day++) {
            struct workout ws[WORKOUTS_MAX];
            int n = workouts_make(p, POLAR, day, ws);
            for (int i = 0; i < n; i++)
                if (ws[i].index == index && polar_workout_seen(&ws[i]))
                    json_array_append_new(list, polar_exercise_json(&ws[i], &wish));
        }
    reply_json(a, 200, list);
}

static bool find(const struct person *p, const char *id, struct workout *ret)
{
    int today = person_day_of(p, clock_now_s());
    for (int day = today; day >= today - LIST_DAYS - 8; day--) {
        struct workout ws[WORKOUTS_MAX];
        int n = workouts_make(p, POLAR, day, ws);
        for (int i = 0; i < n && i < WORKOUTS_MAX; i++) {
            if (strcmp(ws[i].key, id) != 0 || !polar_workout_seen(&ws[i]))
                continue;
            *ret = ws[i];
            return true;
        }
    }
    return false;
}

static void send_gpx(struct reply *a, const struct workout *w)
{
    struct buf b = {0};
    buf_str(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Simulated\" "
                "xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>\n");
    for (int s = 0; s < w->duration_ms / 1000; s += 5) {
        double lat, lon;
        workout_place(w, s, &lat, &lon);
        buf_printf(&b, "<trkpt lat=\"%.6f\" lon=\"%.6f\"><ele>%d</ele><time>%s</time></trkpt>\n", lat, lon,
                   workout_altitude(w, s), civil_utc(w->start_ms / 1000 + s).s);
    }
    buf_str(&b, "</trkseg></trk></gpx>\n");
    reply_text(a, 200, "application/gpx+xml", b.s);
    buf_fini(&b);
}

void polar_exercise(const struct req *r, struct reply *a, const struct person *p, const char *id, const char *form)
{
    struct polar_wish wish = polar_wish(r);
    struct workout w;
    if (!find(p, id, &w))
        reply_empty(a, 404);
    else if (!*form)
        reply_json(a, 200, polar_exercise_json(&w, &wish));
    else if (strcmp(form, "gpx") == 0 && w.outdoors)
        send_gpx(a, &w);
    else
        reply_empty(a, 404);
}
