/* Workouts: one record each, its identity the workoutKey (workoutId is 0 in live data). What lies in
 * extensions, point by point, is read in workout_streams.c and workout_lists.c. */
#include "sport.h"
#include "workout.h"

#include <math.h>

#define NOT_ZERO 1e-9
/* Nobody runs faster; the watches' maxima have spikes of 36 m/s. On wheels and skis that may be true. */
#define ON_FOOT_MAX_MPS 12.5

sdk_json workout_extension(const struct workout *w, const char *name)
{
    for (sdk_json m = sdk_json_first(w->extensions); m.node; m = sdk_json_next(m))
        if (sdk_str_eq(sdk_json_str(sdk_json_get(m, "type")), name))
            return m;
    return (sdk_json){NULL};
}

double workout_steps_per_turn(const char *type, double average)
{
    if (!sport_on_foot(type))
        return 1;
    return isnan(average) ? NAN : average < 120 ? 2 : 1;
}

/* ---- what the workout is ---- */

/* Its end: stopTime where it is given (live data often lacks it), else the start and the moving time. */
static int64_t end_of(const struct workout *w)
{
    int64_t stop = epoch_us(sdk_json_double(sdk_json_get(w->json, "stopTime"), 0));
    if (stop >= w->start_us && stop != 0)
        return stop;
    double total = sdk_json_double(sdk_json_get(w->json, "totalTime"), 0);
    return total > 0 && total < 366 * 86400.0 ? w->start_us + (int64_t)llround(total * 1e6) : w->start_us;
}

static void read_offset(struct workout *w)
{
    double minutes = number_of(sdk_json_get(w->json, "timeOffsetInMinutes"));
    w->has_offset = minutes >= -18 * 60 && minutes <= 18 * 60;
    w->offset_s = w->has_offset ? (int32_t)(minutes * 60) : 0;
}

/* The watch: the workout's own gear, the summary's, or the one beside it in a notification. */
static uint32_t source_of(const struct workout *w, sdk_json envelope)
{
    uint32_t source = gear_source(w->in->ctx, sdk_json_get(w->json, "gear"));
    if (!source)
        source = gear_source(w->in->ctx, sdk_json_get(workout_extension(w, "SummaryExtension"), "gear"));
    return source ? source : gear_source(w->in->ctx, sdk_json_get(envelope, "gear"));
}

static void add_type(struct workout *w, sdk_fields *f)
{
    sdk_json id = sdk_json_get(w->json, "activityId");
    const struct sport *sport = sport_find(sdk_json_int(id, -1));
    w->type = sport ? sport->type : "other";
    sdk_add_enum(f, "type", w->type);
    sdk_add_str(f, "type_original", sport ? sdk_str(sport->name) : sdk_json_str(id));
    if (!sport)
        sdk_log(w->in->ctx, AORTA_LOG_WARN, "unknown activityId %lld: workout type other",
                (long long)sdk_json_int(id, -1));
}

/* ---- its numbers ---- */

/* The first of two members that says something above zero. */
static double either(sdk_json object, const char *first, const char *second)
{
    double v = number_of(sdk_json_get(object, first));
    return v > 0 ? v : number_of(sdk_json_get(object, second));
}

/* `max` and `userMaxHR` are the person's limit, not the workout's. */
static void add_heart_rate(const struct workout *w, sdk_fields *f)
{
    sdk_json hr = sdk_json_get(w->json, "hrdata");
    sdk_add_float(f, "heart_rate_avg_bpm", heart_rate_bpm(either(hr, "workoutAvgHR", "avg")));
    sdk_add_float(f, "heart_rate_max_bpm", heart_rate_bpm(either(hr, "workoutMaxHR", "hrmax")));
    sdk_add_float(f, "heart_rate_min_bpm", workout_lowest_heart_rate(w));
}

static void add_elevation(const struct workout *w, sdk_json summary, sdk_fields *f)
{
    double up = number_of(sdk_json_get(w->json, "totalAscent"));
    double down = number_of(sdk_json_get(w->json, "totalDescent"));
    double low = number_of(sdk_json_get(w->json, "minAltitude"));
    double high = number_of(sdk_json_get(w->json, "maxAltitude"));
    up = isnan(up) ? number_of(sdk_json_get(summary, "ascent")) : up;
    down = isnan(down) ? number_of(sdk_json_get(summary, "descent")) : down;
    sdk_add_float(f, "elevation_gain_m", up >= 0 ? up : NAN);
    sdk_add_float(f, "elevation_loss_m", down >= 0 ? down : NAN);
    if (low == 0 && high == 0) /* a watch without a reading */
        return;
    sdk_add_float(f, "elevation_max_m", high);
    sdk_add_float(f, "elevation_min_m", low);
}

static void add_speed(const struct workout *w, sdk_fields *f)
{
    double max = number_of(sdk_json_get(w->json, "maxSpeed"));
    sdk_add_number(f, "speed_avg_mps", w->json, "avgSpeed", 1, NOT_ZERO);
    if (max > 0 && !(sport_on_foot(w->type) && max > ON_FOOT_MAX_MPS))
        sdk_add_float(f, "speed_max_mps", max);
}

static void add_cadence(struct workout *w, sdk_json summary, sdk_fields *f)
{
    sdk_json cadence = sdk_json_get(w->json, "cadence");
    double avg = number_of(sdk_json_get(cadence, "avg")), max = number_of(sdk_json_get(cadence, "max"));
    if (!(avg > 0)) {
        avg = number_of(sdk_json_get(summary, "avgCadence"));
        max = number_of(sdk_json_get(summary, "maxCadence"));
    }
    int hz = (max > 0 ? max : avg) < 15;
    double average = avg > 0 ? per_minute(avg, hz) : NAN;
    w->steps_per_turn = workout_steps_per_turn(w->type, average);
    sdk_add_float(f, "cadence_avg_rpm", average * w->steps_per_turn);
    if (max > 0)
        sdk_add_float(f, "cadence_max_rpm", per_minute(max, hz) * w->steps_per_turn);
}

static void add_numbers(struct workout *w, sdk_fields *f)
{
    sdk_json summary = workout_extension(w, "SummaryExtension");
    sdk_add_number(f, "moving_time_s", w->json, "totalTime", 1, 0);
    sdk_add_number(f, "energy_kcal", w->json, "energyConsumption", 1, NOT_ZERO);
    sdk_add_number(f, "distance_m", w->json, "totalDistance", 1, 0);
    add_heart_rate(w, f);
    add_elevation(w, summary, f);
    add_speed(w, f);
    add_cadence(w, summary, f);
    sdk_add_number(f, "power_avg_w", summary, "avgPower", 1, NOT_ZERO);
    sdk_add_number(f, "power_max_w", summary, "maxPower", 1, NOT_ZERO);
    int64_t steps = sdk_json_int(sdk_json_get(w->json, "stepCount"), -1);
    if (steps > 0 || (steps == 0 && !sport_on_foot(w->type))) /* a run without a step was not counted */
        sdk_add_int(f, "steps", steps);
    sdk_add_number(f, "training_load", sdk_json_get(w->json, "tss"), "trainingStressScore", 1, 0);
}

static aorta_status add_lists(const struct workout *w, sdk_fields *f)
{
    static const struct {
        const char *key;
        aorta_status (*write)(const struct workout *w, aorta_str *ret);
    } lists[] = {{"laps", workout_laps}, {"zones", workout_zones}, {"route", workout_route}};
    for (size_t i = 0; i < AORTA_COUNT(lists); i++) {
        aorta_str json;
        aorta_status st = lists[i].write(w, &json);
        if (st != AORTA_OK)
            return st;
        sdk_add_json(f, lists[i].key, json);
    }
    return AORTA_OK;
}

static aorta_status add_fields(struct workout *w, sdk_fields *f)
{
    add_type(w, f);
    sdk_add_str(f, "name", sdk_json_str(sdk_json_get(w->json, "workoutName")));
    add_numbers(w, f);
    sdk_json manual = sdk_json_get(w->json, "isManuallyAdded");
    if (sdk_json_type(manual) == SDK_JSON_BOOL)
        sdk_add_bool(f, "is_manual", sdk_json_bool(manual, 0));
    return add_lists(w, f);
}

/* ---- the record ---- */

static aorta_status emit_workout(struct workout *w)
{
    sdk_fields fields = {.count = 0};
    aorta_status st = add_fields(w, &fields);
    if (st != AORTA_OK)
        return st;
    aorta_record record = {.struct_size = sizeof(record),
                           .flags = w->has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                           .kind = AORTA_S("workout"),
                           .external_id = sdk_json_str(sdk_json_get(w->json, "workoutKey")),
                           .source = w->source,
                           .tz_offset_s = w->offset_s,
                           .start_us = w->start_us,
                           .end_us = w->end_us,
                           .version_us = w->version_us};
    return sdk_emit_record(w->in->ctx, &record, &fields);
}

static aorta_status read_workout(struct input *in, sdk_json item, sdk_json envelope, void *data)
{
    (void)data;
    struct workout w = {.in = in, .json = item, .extensions = sdk_json_get(item, "extensions")};
    w.start_us = epoch_us(sdk_json_double(sdk_json_get(item, "startTime"), 0));
    if (!w.start_us) {
        input_skip(in, "a workout without a start");
        return AORTA_OK;
    }
    w.end_us = end_of(&w);
    w.version_us = epoch_us(sdk_json_double(sdk_json_get(item, "lastModified"), 0));
    read_offset(&w);
    w.source = source_of(&w, envelope);
    aorta_status st = emit_workout(&w);
    return st == AORTA_OK ? workout_streams(&w) : st;
}

aorta_status normalize_workouts(struct input *in)
{
    return input_each(in, read_workout, NULL);
}
