/* garmin_activity.c - activities, their details, files and later edits. */
#include "garmin_item.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *named(const struct workout *w, const char *suffix)
{
    char *id = text_printf("%lld%s", (long long)w->number, suffix);
    json_t *o = json_pack("{s:s, s:s, s:I}", "userId", garmin_user_id(w->person).s, "summaryId", id, "activityId",
                          (json_int_t)w->number);
    free(id);
    return o;
}

static void add_speed(json_t *o, const struct workout *w)
{
    double speed = w->distance_m / ((double)w->duration_ms / 1000.0);
    item_real(o, "distanceInMeters", w->distance_m);
    if (speed <= 0)
        return;
    item_real(o, "averageSpeedInMetersPerSecond", round_to(speed, 3));
    item_real(o, "maxSpeedInMetersPerSecond", round_to(speed * 1.5, 3));
    item_real(o, "averagePaceInMinutesPerKilometer", round_to(1000 / (60 * speed), 6));
}

static void add_device(json_t *o, const struct workout *w)
{
    double lat, lon;
    if (workout_has_hr(w)) {
        item_int(o, "averageHeartRateInBeatsPerMinute", w->avg_hr);
        item_int(o, "maxHeartRateInBeatsPerMinute", w->max_hr);
    }
    if (w->manual)
        return;
    if (w->cadence) {
        item_int(o, "steps", w->steps);
        item_real(o, "averageRunCadenceInStepsPerMinute", w->cadence);
        item_real(o, "maxRunCadenceInStepsPerMinute", w->cadence + 14);
    }
    if (w->sport == SWIM)
        item_int(o, "numberOfActiveLengths", (int)(w->distance_m / 25));
    if (!w->outdoors)
        return;
    workout_place(w, 0, &lat, &lon);
    item_real(o, "startingLatitudeInDegree", lat);
    item_real(o, "startingLongitudeInDegree", lon);
    item_real(o, "totalElevationGainInMeters", w->ascent_m);
    item_real(o, "totalElevationLossInMeters", w->descent_m);
}

/* The fields an activity and the summary of its details share. */
static void add_activity(json_t *o, const struct workout *w)
{
    const struct sport_names *names = &sport_names[w->sport];
    int64_t start = w->start_ms / 1000;
    char *name = text_printf("%s%s", names->title, w->revision ? " (edited)" : "");
    json_object_set_new(o, "activityName", json_string(name));
    json_object_set_new(o, "activityType", json_string(names->garmin));
    item_int(o, "startTimeInSeconds", start);
    item_int(o, "startTimeOffsetInSeconds", person_offset_min(w->person, start) * 60);
    item_int(o, "durationInSeconds", w->duration_ms / 1000);
    add_speed(o, w);
    item_int(o, "activeKilocalories", w->kcal);
    add_device(o, w);
    json_object_set_new(o, "deviceName", json_string(w->manual ? "unknown" : "Forerunner 265"));
    json_object_set_new(o, "manual", json_boolean(w->manual));
    json_object_set_new(o, "isWebUpload", json_false());
    free(name);
}

typedef json_t *make_fn(const struct workout *w);

static void each(const struct garmin_ask *ask, int day, json_t *out, bool revised, make_fn *make)
{
    struct workout ws[WORKOUTS_MAX];
    int n = workouts_make(ask->person, GARMIN, day, ws);
    for (int i = 0; i < n; i++) {
        const int64_t *upload = revised ? &ws[i].revised_s : &ws[i].upload_s;
        json_t *o = garmin_shown(ask, ws[i].start_ms / 1000, upload, 1) ? make(&ws[i]) : NULL;
        if (o)
            json_array_append_new(out, o);
    }
}

static json_t *activity(const struct workout *w)
{
    json_t *o = named(w, "");
    add_activity(o, w);
    return o;
}

void garmin_activities(const struct garmin_ask *ask, int day, json_t *out)
{
    each(ask, day, out, false, activity);
}

void garmin_manual(const struct garmin_ask *ask, int day, json_t *out)
{
    each(ask, day, out, true, activity);
}

/* ---- details ---- */

static json_t *sample(const struct workout *w, int s)
{
    double seconds = (double)w->duration_ms / 1000.0, speed = w->distance_m / seconds;
    json_t *o = json_object();
    item_int(o, "startTimeInSeconds", w->start_ms / 1000 + s);
    if (w->outdoors) {
        double lat, lon;
        workout_place(w, s, &lat, &lon);
        item_real(o, "latitudeInDegree", lat);
        item_real(o, "longitudeInDegree", lon);
        item_real(o, "elevationInMeters", workout_altitude(w, s));
        item_real(o, "airTemperatureCelcius", 14);
    }
    if (workout_has_hr(w))
        item_int(o, "heartRate", workout_hr(w, s));
    item_real(o, "speedMetersPerSecond", round_to(speed, 3));
    if (w->cadence)
        item_real(o, "stepsPerMinute", w->cadence);
    item_real(o, "totalDistanceInMeters", round_to(speed * s, 1));
    item_int(o, "timerDurationInSeconds", s);
    item_int(o, "clockDurationInSeconds", s);
    item_int(o, "movingDurationInSeconds", s);
    return o;
}

static json_t *details(const struct workout *w)
{
    if (w->manual)
        return NULL;
    json_t *o = named(w, "-detail"), *summary = json_object(), *samples = json_array();
    add_activity(summary, w);
    for (int s = 0; s < w->duration_ms / 1000; s += w->rate_s)
        json_array_append_new(samples, sample(w, s));
    json_object_set_new(o, "summary", summary);
    json_object_set_new(o, "samples", samples);
    json_object_set_new(o, "laps", json_pack("[{s:I}]", "startTimeInSeconds", (json_int_t)(w->start_ms / 1000)));
    return o;
}

void garmin_details(const struct garmin_ask *ask, int day, json_t *out)
{
    each(ask, day, out, false, details);
}

/* ---- files ---- */

static json_t *file(const struct workout *w)
{
    if (w->manual)
        return NULL;
    json_t *o = named(w, "-file");
    char *url = garmin_file_mint(w->person, w->number);
    json_object_set_new(o, "fileType", json_string("TCX"));
    json_object_set_new(o, "callbackURL", json_string(url));
    item_int(o, "startTimeInSeconds", w->start_ms / 1000);
    json_object_set_new(o, "manual", json_boolean(w->manual));
    free(url);
    return o;
}

void garmin_files(const struct garmin_ask *ask, int day, json_t *out)
{
    each(ask, day, out, false, file);
}

static char *tcx_of(const struct workout *w)
{
    struct buf b = {0};
    buf_printf(&b,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TrainingCenterDatabase "
               "xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\"><Activities><Activity "
               "Sport=\"%s\"><Id>%s</Id><Lap StartTime=\"%s\"><TotalTimeSeconds>%lld</TotalTimeSeconds>"
               "<DistanceMeters>%.1f</DistanceMeters><Calories>%d</Calories><Track>\n",
               w->sport == RUN    ? "Running"
               : w->sport == RIDE ? "Biking"
                                  : "Other",
               civil_utc(w->start_ms / 1000).s, civil_utc(w->start_ms / 1000).s, (long long)(w->duration_ms / 1000),
               w->distance_m, w->kcal);
    for (int s = 0; workout_has_hr(w) && s < w->duration_ms / 1000; s += w->rate_s)
        buf_printf(&b, "<Trackpoint><Time>%s</Time><HeartRateBpm><Value>%d</Value></HeartRateBpm></Trackpoint>\n",
                   civil_utc(w->start_ms / 1000 + s).s, workout_hr(w, s));
    buf_str(&b, "</Track></Lap></Activity></Activities></TrainingCenterDatabase>\n");
    return buf_take(&b);
}

char *garmin_tcx(const struct person *p, int64_t activity_id, int64_t now_s)
{
    int day = day_first + (int)((activity_id - 20000000000 - (int64_t)p->number * 100000) / 10);
    struct workout ws[WORKOUTS_MAX];
    int n = workouts_make(p, GARMIN, day, ws);
    for (int i = 0; i < n; i++)
        if (ws[i].number == activity_id && ws[i].upload_s <= now_s)
            return tcx_of(&ws[i]);
    return NULL;
}
