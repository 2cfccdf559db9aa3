/* Workout: in old exports all its numbers are attributes, in newer ones they stand within as WorkoutStatistics. */
#include "import.h"

#include <math.h>
#include <string.h>

#define QUANTITY "HKQuantityTypeIdentifier"

static const struct statistic {
    const char *type, *of;
    enum phone_measure measure;
    struct phone_quantity quantity;
} statistics[] = {
#define STATISTIC(type, of, measure, dimension, unit, scale, rules)                                                    \
    {QUANTITY type, of, PHONE_M_##measure, {PHONE_##dimension, unit, scale, rules}},
#define WAY(type) STATISTIC(type, "sum", DISTANCE, LENGTH, "m", 1, 0)
#include "statistics.def"
#undef WAY
#undef STATISTIC
};

static const struct metadata {
    const char *key;
    enum phone_measure measure;
    struct phone_quantity quantity;
} metadata[] = {
#define METADATA(key, measure, dimension, unit, scale, rules)                                                          \
    {key, PHONE_M_##measure, {PHONE_##dimension, unit, scale, rules}},
#include "metadata.def"
#undef METADATA
};

/* Old exports: a number and its unit in two attributes of the workout. */
static const struct {
    const char *name, *unit_name;
    enum phone_measure measure;
    struct phone_quantity quantity;
    int firm;
} totals[] = {
    {"duration", "durationUnit", PHONE_M_DURATION, {PHONE_TIME, "min", 1, PHONE_POSITIVE}, 1},
    {"totalDistance", "totalDistanceUnit", PHONE_M_DISTANCE, {PHONE_LENGTH, "km", 1, PHONE_POSITIVE}, 0},
    {"totalEnergyBurned", "totalEnergyBurnedUnit", PHONE_M_ENERGY_TOTAL, {PHONE_ENERGY, "kcal", 1, PHONE_POSITIVE}, 0},
};

static aorta_str kept(char *to, size_t cap, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (!len || len > cap)
        return (aorta_str){NULL, 0};
    memcpy(to, text, len);
    return (aorta_str){to, len};
}

aorta_status apple_workout(struct apple_import *m, const char **attrs)
{
    struct phone_workout *w = &m->workout;
    double value;
    phone_workout_begin(w);
    phone_laps_begin(&m->job);
    m->distance_m = NAN;
    m->job.tally.seen[PHONE_LIST_WORKOUTS]++;
    if (apple_span(m, PHONE_LIST_WORKOUTS, apple_attr(attrs, "startDate"), apple_attr(attrs, "endDate"), &w->span) != 0)
        return AORTA_OK;
    m->in_workout = 1;
    w->has_series = 1;
    w->source = apple_device(&m->devices, apple_attr(attrs, "sourceName"), apple_attr(attrs, "sourceVersion"),
                             apple_attr(attrs, "device"));
    w->type = kept(m->workout_type, sizeof(m->workout_type), apple_attr(attrs, "workoutActivityType"));
    for (uint32_t i = 0; i < AORTA_COUNT(totals); i++) {
        const char *text = apple_attr(attrs, totals[i].name);
        if (text && sdk_number_parse(sdk_str(text), &value) == 0)
            phone_workout_set_number(w, totals[i].measure, &totals[i].quantity, value,
                                     sdk_str(apple_attr(attrs, totals[i].unit_name)), totals[i].firm);
    }
    return AORTA_OK;
}

/* ---- what stands in it ---- */

static void add_way(struct apple_import *m, const struct statistic *row, double value, aorta_str unit)
{
    if (phone_convert(&row->quantity, unit, &value) == 0)
        m->distance_m = isnan(m->distance_m) ? value : m->distance_m + value;
}

static aorta_status on_statistics(struct apple_import *m, const char **attrs)
{
    const char *type = apple_attr(attrs, "type");
    aorta_str unit = sdk_str(apple_attr(attrs, "unit"));
    double value;
    for (uint32_t i = 0; type && i < AORTA_COUNT(statistics); i++) {
        const struct statistic *row = &statistics[i];
        const char *text = strcmp(type, row->type) == 0 ? apple_attr(attrs, row->of) : NULL;
        if (!text || sdk_number_parse(sdk_str(text), &value) != 0)
            continue;
        if (row->measure == PHONE_M_DISTANCE)
            add_way(m, row, value, unit);
        else
            phone_workout_set_number(&m->workout, row->measure, &row->quantity, value, unit, 1);
    }
    return AORTA_OK;
}

/* An id of the app that wrote it, when it is one that no other app gives. */
static void set_id(struct apple_import *m, const char *value)
{
    aorta_str id = sdk_str(value);
    if (m->workout.id.len || !phone_is_uuid(id))
        return;
    id = phone_uuid_in_capitals(&m->job, id);
    memcpy(m->workout_id, id.ptr, id.len);
    m->workout.id = (aorta_str){m->workout_id, id.len};
}

/* Humidity comes in hundredths of a percent too. */
#define HUMIDITY_MOST 100

static void set_metadata(struct apple_import *m, const struct metadata *row, const char *text)
{
    const char *space = strchr(text, ' ');
    aorta_str unit = sdk_str(space ? space + 1 : NULL);
    double value;
    if (sdk_number_parse((aorta_str){text, space ? (size_t)(space - text) : strlen(text)}, &value) != 0)
        return;
    if (row->measure == PHONE_M_WEATHER_HUMIDITY && value > HUMIDITY_MOST)
        value /= 100;
    phone_workout_set_number(&m->workout, row->measure, &row->quantity, value, unit, 1);
}

static aorta_status on_metadata(struct apple_import *m, const char **attrs)
{
    const char *key = apple_attr(attrs, "key"), *value = apple_attr(attrs, "value");
    if (!key || !value)
        return AORTA_OK;
    if (strcmp(key, "HKWasUserEntered") == 0)
        m->workout.manual = strcmp(value, "0") != 0;
    else if (strcmp(key, "HKExternalUUID") == 0 || strcmp(key, "HKMetadataKeySyncIdentifier") == 0)
        set_id(m, value);
    for (uint32_t i = 0; i < AORTA_COUNT(metadata); i++)
        if (strcmp(key, metadata[i].key) == 0)
            set_metadata(m, &metadata[i], value);
    return AORTA_OK;
}

static aorta_status on_event(struct apple_import *m, const char **attrs)
{
    static const struct phone_quantity minutes = {PHONE_TIME, "min", 1, PHONE_POSITIVE};
    const char *type = apple_attr(attrs, "type"), *date = apple_attr(attrs, "date"),
               *text = apple_attr(attrs, "duration");
    struct phone_when start;
    double lasts;
    if (!type || strcmp(type, "HKWorkoutEventTypeLap") != 0 || !date || !text ||
        apple_stamp(&m->stamps, date, &start) != 0 || sdk_number_parse(sdk_str(text), &lasts) != 0 ||
        phone_convert(&minutes, sdk_str(apple_attr(attrs, "durationUnit")), &lasts) != 0 || lasts > PHONE_DAY_S)
        return AORTA_OK;
    return phone_laps_add(&m->job, start.us, start.us + (int64_t)llround(lasts * 1e6));
}

aorta_status apple_workout_part(struct apple_import *m, const char *name, const char **attrs)
{
    if (!m->in_workout)
        return AORTA_OK;
    if (strcmp(name, "WorkoutStatistics") == 0)
        return on_statistics(m, attrs);
    if (strcmp(name, "MetadataEntry") == 0)
        return on_metadata(m, attrs);
    return strcmp(name, "WorkoutEvent") == 0 ? on_event(m, attrs) : AORTA_OK;
}

aorta_status apple_workout_end(struct apple_import *m)
{
    static const struct phone_quantity metres = {PHONE_LENGTH, "m", 1, 0};
    if (!m->in_workout)
        return AORTA_OK;
    m->in_workout = 0;
    if (!isnan(m->distance_m))
        phone_workout_set_number(&m->workout, PHONE_M_DISTANCE, &metres, m->distance_m, AORTA_S("m"), 1);
    aorta_status st = phone_laps_end(&m->job, &m->workout.laps);
    return st == AORTA_OK ? phone_workout_out(&m->job, &m->workout) : st;
}
