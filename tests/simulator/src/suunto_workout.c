/* suunto_workout.c - workouts: the paged list and one by its key. */
#include "clock.h"
#include "settings.h"
#include "suunto.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_DEFAULT = 50, STREAM_STEP_S = 10 };

bool suunto_workout_seen(const struct workout *w)
{
    return w->upload_s <= clock_now_s();
}

int64_t suunto_modified_ms(const struct workout *w)
{
    return (w->revised_s > w->upload_s ? w->revised_s : w->upload_s) * 1000;
}

/* ---- extensions ---- */

static json_t *summary(const struct workout *w)
{
    double speed = w->distance_m / ((double)w->duration_ms / 1000.0);
    return json_pack("{s:s, s:f, s:f, s:i, s:i, s:i, s:f, s:f, s:{s:s, s:s, s:s, s:s}}", "type", "SummaryExtension",
                     "avgSpeed", round_to(speed, 3), "avgCadence", w->cadence / 2.0, "ascent", w->ascent_m, "descent",
                     w->descent_m, "recoveryTime", w->kcal * 90, "pte", round_to(1 + w->kcal / 400.0, 1), "peakEpoc",
                     round_to(w->kcal / 8.0, 1), "gear", "manufacturer", "Suunto", "name", "Suunto Simulated",
                     "displayName", "Simulated", "productType", "SPORT_WATCH");
}

static json_t *fitness(const struct workout *w)
{
    return json_pack("{s:s, s:i, s:f, s:i}", "type", "FitnessExtension", "maxHeartRate", w->person->max_hr, "vo2Max",
                     round_to(34 + w->person->fitness * 26, 1), "fitnessAge",
                     25 + (int)(20 * (1 - w->person->fitness)));
}

static json_t *stream(const struct workout *w, const char *type, bool heart)
{
    json_t *points = json_array();
    for (int s = 0; s < w->duration_ms / 1000; s += STREAM_STEP_S) {
        json_t *value = heart ? json_integer(workout_hr(w, s)) : json_real(workout_altitude(w, s));
        json_array_append_new(
            points, json_pack("{s:I, s:o}", "timestamp", (json_int_t)(w->start_ms + s * 1000LL), "value", value));
    }
    return json_pack("{s:s, s:o}", "type", type, "points", points);
}

static json_t *extension(const struct workout *w, const char *name)
{
    if (strcmp(name, "SummaryExtension") == 0)
        return summary(w);
    if (strcmp(name, "FitnessExtension") == 0)
        return fitness(w);
    if (strcmp(name, "HeartrateStreamExtension") == 0 && workout_has_hr(w))
        return stream(w, name, true);
    if (strcmp(name, "AltitudeStreamExtension") == 0 && w->outdoors)
        return stream(w, name, false);
    return NULL;
}

static json_t *extension_list(const struct workout *w, const char *wanted)
{
    json_t *list = json_array();
    while (wanted && *wanted) {
        char name[48];
        size_t n = strcspn(wanted, ",");
        snprintf(name, sizeof name, "%.*s", (int)n, wanted);
        json_t *e = extension(w, name);
        if (e)
            json_array_append_new(list, e);
        wanted += n + (wanted[n] == ',');
    }
    return list;
}

/* ---- the workout ---- */

static json_t *heart(const struct workout *w)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "workoutMaxHR", w->max_hr, "workoutAvgHR", w->avg_hr,
                     "userMaxHR", w->person->max_hr, "hrmax", w->max_hr, "avg", w->avg_hr, "max", w->person->max_hr);
}

static void add_motion(json_t *o, const struct workout *w)
{
    double seconds = (double)w->duration_ms / 1000.0, speed = w->distance_m / seconds;
    json_object_set_new(o, "totalDistance", json_real(w->distance_m));
    json_object_set_new(o, "totalAscent", json_real(w->ascent_m));
    json_object_set_new(o, "totalDescent", json_real(w->descent_m));
    json_object_set_new(o, "avgSpeed", json_real(round_to(speed, 3)));
    json_object_set_new(o, "avgSpeedInKmH", json_real(round_to(speed * 3.6, 2)));
    json_object_set_new(o, "maxSpeed", json_real(round_to(speed * 1.6, 2)));
    json_object_set_new(o, "avgPace", json_real(speed > 0 ? round_to(1000 / (60 * speed), 2) : 0));
    json_object_set_new(o, "energyConsumption", json_integer(w->kcal));
    json_object_set_new(o, "stepCount", json_integer(w->steps));
    json_object_set_new(o, "cadence", json_pack("{s:i, s:i}", "max", w->cadence / 2 + 8, "avg", w->cadence / 2));
}

static void add_places(json_t *o, const struct workout *w)
{
    double lat = 0, lon = 0;
    if (w->outdoors)
        workout_place(w, 0, &lat, &lon);
    json_object_set_new(o, "startPosition", json_pack("{s:f, s:f}", "x", lon, "y", lat));
    json_object_set_new(o, "stopPosition", json_pack("{s:f, s:f}", "x", 0.0, "y", 0.0));
}

json_t *suunto_workout_json(const struct workout *w, const char *extensions)
{
    int offset = person_offset_min(w->person, w->start_ms / 1000);
    json_t *o = json_pack("{s:i, s:s, s:i, s:I, s:f, s:i}", "workoutId", 0, "workoutKey", w->key, "activityId",
                          sport_names[w->sport].suunto, "startTime", (json_int_t)w->start_ms, "totalTime",
                          (double)w->duration_ms / 1000.0, "timeOffsetInMinutes", offset);
    if (w->pause_ms) /* most live answers have no stopTime */
        json_object_set_new(o, "stopTime", json_integer(workout_end_ms(w)));
    add_motion(o, w);
    json_object_set_new(o, "hrdata", heart(w));
    add_places(o, w);
    json_object_set_new(o, "isManuallyAdded", json_boolean(w->manual));
    json_object_set_new(o, "isEdited", json_boolean(w->revision > 0));
    json_object_set_new(o, "tss",
                        json_pack("{s:s, s:f, s:n}", "calculationMethod", "HR", "trainingStressScore",
                                  round_to(w->kcal / 9.0, 1), "intensityFactor"));
    json_object_set_new(o, "extensionTypes", json_pack("[s, s, s]", "SUMMARY", "FITNESS", "HEARTRATESTREAM"));
    if (extensions)
        json_object_set_new(o, "extensions", extension_list(w, extensions));
    json_object_set_new(o, "created", json_integer(w->upload_s * 1000));
    json_object_set_new(o, "lastModified", json_integer(suunto_modified_ms(w)));
    return o;
}

/* ---- the list ---- */

struct page {
    int64_t since_ms, until_ms;
    long limit, offset;
    bool by_modification;
    const char *extensions;
};

static bool number(const struct req *r, const char *name, int64_t otherwise, int64_t *ret)
{
    const char *text = req_query(r, name);
    char *end;
    *ret = otherwise;
    if (!text || !*text)
        return true;
    *ret = strtoll(text, &end, 10);
    return *end == '\0' && *ret >= 0;
}

static bool read_page(const struct req *r, struct page *ret)
{
    int64_t limit, offset;
    ret->by_modification = req_flag(r, "filter-by-modification-time");
    ret->extensions = req_query(r, "extensions");
    if (!number(r, "since", 0, &ret->since_ms) || !number(r, "until", INT64_MAX, &ret->until_ms) ||
        !number(r, "limit", PAGE_DEFAULT, &limit) || !number(r, "offset", 0, &offset))
        return false;
    ret->limit = limit < setting(SET_SUUNTO_PAGE_MAX) ? (long)limit : setting(SET_SUUNTO_PAGE_MAX);
    ret->offset = (long)offset;
    return true;
}

static bool on_page(const struct workout *w, const struct page *page)
{
    int64_t at = page->by_modification ? suunto_modified_ms(w) : w->start_ms;
    return suunto_workout_seen(w) && at >= page->since_ms && at <= page->until_ms;
}

/* Days that may hold something for the page: a late upload or a correction can lie anywhere before. */
static int earliest_day(const struct person *p, const struct page *page)
{
    if (page->by_modification)
        return day_first;
    int day = person_day_of(p, page->since_ms / 1000) - 1;
    return day > day_first ? day : day_first;
}

/* The newest start first. */
static json_t *collect(const struct person *p, const struct page *page, long *ret_count)
{
    json_t *list = json_array();
    int64_t now = clock_now_s(), last = page->until_ms / 1000 < now ? page->until_ms / 1000 : now;
    int newest = person_day_of(p, page->by_modification ? now : last) + 1;
    *ret_count = 0;
    for (int day = newest; day >= earliest_day(p, page); day--) {
        struct workout ws[WORKOUTS_MAX];
        int n = workouts_make(p, SUUNTO, day, ws);
        for (int i = n - 1; i >= 0; i--) {
            if (!on_page(&ws[i], page))
                continue;
            if (*ret_count >= page->offset && *ret_count < page->offset + page->limit)
                json_array_append_new(list, suunto_workout_json(&ws[i], page->extensions));
            ++*ret_count;
        }
    }
    return list;
}

void suunto_workouts(const struct req *r, struct reply *a, const struct person *p)
{
    struct page page;
    long count;
    if (!read_page(r, &page)) {
        reply_text(a, 400, "text/plain", "Invalid arguments");
        return;
    }
    json_t *list = collect(p, &page, &count);
    char *ts = text_printf("%lld", (long long)clock_now_s() * 1000), *total = text_printf("%ld", count);
    reply_json(
        a, 200,
        json_pack("{s:n, s:o, s:{s:s, s:s}}", "error", "payload", list, "metadata", "workoutcount", total, "ts", ts));
    free(ts);
    free(total);
}

/* The key begins with the start in hex, so the day is known. */
void suunto_workout(const struct req *r, struct reply *a, const struct person *p, const char *key)
{
    char head[9];
    snprintf(head, sizeof head, "%.8s", key);
    int day = person_day_of(p, (int64_t)strtoull(head, NULL, 16));
    struct workout ws[WORKOUTS_MAX];
    int n = workouts_make(p, SUUNTO, day, ws);
    for (int i = 0; i < n && i < WORKOUTS_MAX; i++) {
        if (strcmp(ws[i].key, key) != 0 || !suunto_workout_seen(&ws[i]))
            continue;
        const char *extensions = req_query(r, "extensions");
        reply_json(a, 200,
                   json_pack("{s:n, s:o, s:{s:s}}", "error", "payload",
                             suunto_workout_json(&ws[i], extensions ? extensions : "SummaryExtension"), "metadata",
                             "ts", "0"));
        return;
    }
    reply_empty(a, 200); /* an unknown workout is an empty 200 */
}
