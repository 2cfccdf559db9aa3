/* The streams of a workout, {"type": …, "points": [{"timestamp": …, "value": …}]}, as series. Their times are
 * epoch milliseconds; where they are small they count from the start of the workout.
 *
 * Steps and energy streams are not read: the 24/7 samples count the same steps, and a sum would count them
 * twice. */
#include "sport.h"
#include "workout.h"

#include <math.h>

#define HEART_RATE "HeartrateStreamExtension"

/* ---- points ---- */

sdk_json workout_points(sdk_json extension)
{
    sdk_json points = sdk_json_get(extension, "points");
    return sdk_json_type(points) == SDK_JSON_ARRAY ? points : sdk_json_get(extension, "data");
}

/* How a stream tells time, from its last point: absolute, or since the start in seconds or milliseconds,
 * whichever lets the workout last about as long as it did. */
struct workout_clock workout_clock(const struct workout *w, sdk_json points)
{
    double last = 0, length_s = (double)(w->end_us - w->start_us) / 1e6;
    for (sdk_json m = sdk_json_first(points); m.node; m = sdk_json_next(m)) {
        double t = number_of(sdk_json_get(m, "timestamp"));
        if (t > last)
            last = t;
    }
    if (last >= 1e8) /* three years of seconds: no workout */
        return (struct workout_clock){0, 0};
    return (struct workout_clock){w->start_us, last <= length_s * 1.5 + 60 ? 1e6 : 1e3};
}

/* 0 when the point has no time. */
int64_t workout_point_time(const struct workout_clock *clock, sdk_json point)
{
    double t = number_of(sdk_json_get(point, "timestamp"));
    if (!(t >= 0))
        return 0;
    return clock->base_us ? clock->base_us + (int64_t)llround(t * clock->unit_us) : epoch_us(t);
}

/* ---- what the values mean ---- */

struct shape {
    double max, mean; /* of what is above zero */
};

static struct shape shape_of(sdk_json points)
{
    struct shape s = {0, NAN};
    double sum = 0;
    uint64_t count = 0;
    for (sdk_json m = sdk_json_first(points); m.node; m = sdk_json_next(m)) {
        double v = number_of(sdk_json_get(m, "value"));
        if (!(v > 0))
            continue;
        sum += v;
        count++;
        if (v > s.max)
            s.max = v;
    }
    if (count)
        s.mean = sum / (double)count;
    return s;
}

enum meaning { AS_IS, NOT_NEGATIVE, BEATS, TURNS, WARMTH };

/* What turns a stream's values into ours, settled once for the stream. */
struct reading {
    enum meaning meaning;
    int hz;
    double factor;
};

static struct reading reading_of(const struct workout *w, enum meaning meaning, sdk_json points)
{
    struct reading r = {.meaning = meaning, .factor = 1};
    if (meaning == TURNS) {
        struct shape s = shape_of(points);
        r.hz = s.max < 15;
        r.factor =
            isnan(w->steps_per_turn) ? workout_steps_per_turn(w->type, per_minute(s.mean, r.hz)) : w->steps_per_turn;
    }
    return r;
}

static double value_of(const struct reading *r, double v)
{
    switch (r->meaning) {
    case BEATS:
        return heart_rate_bpm(v);
    case TURNS:
        return v >= 0 ? per_minute(v, r->hz) * r->factor : NAN;
    case WARMTH:
        return celsius_of(v);
    case NOT_NEGATIVE:
        return v >= 0 ? v : NAN;
    default:
        return v;
    }
}

/* ---- the table ---- */

static const struct stream {
    const char *extension, *metric; /* NULL: depends on the type of workout */
    enum meaning meaning;
} streams[] = {
    {HEART_RATE, "heart_rate", BEATS},
    {"SpeedStreamExtension", "speed", NOT_NEGATIVE},
    {"AltitudeStreamExtension", "elevation", AS_IS},
    {"CadenceStreamExtension", "cadence", TURNS},
    {"PowerStreamExtension", "power", NOT_NEGATIVE},
    {"TemperatureStreamExtension", NULL, WARMTH},
    {"DistanceDeltaStreamExtension", NULL, NOT_NEGATIVE},
};

static const char *metric_of(const struct workout *w, const struct stream *stream)
{
    if (stream->metric)
        return stream->metric;
    if (stream->meaning == WARMTH)
        return sport_in_water(w->type) ? "water_temperature" : "air_temperature";
    return sport_distance_metric(w->type);
}

static void begin(const struct workout *w, const char *metric, sdk_samples *samples)
{
    sdk_samples_begin(samples, w->in->ctx, metric);
    samples->head.source = w->source;
    samples->head.version_us = w->version_us;
    samples->head.flags = w->has_offset ? AORTA_SERIES_HAS_OFFSET : 0;
    samples->head.tz_offset_s = w->offset_s;
}

static aorta_status emit_stream(const struct workout *w, const struct stream *stream, sdk_json points)
{
    struct workout_clock clock = workout_clock(w, points);
    struct reading reading = reading_of(w, stream->meaning, points);
    sdk_samples samples;
    begin(w, metric_of(w, stream), &samples);
    for (sdk_json m = sdk_json_first(points); m.node; m = sdk_json_next(m)) {
        int64_t t = workout_point_time(&clock, m);
        double v = value_of(&reading, number_of(sdk_json_get(m, "value")));
        if (t && isfinite(v))
            sdk_samples_add(&samples, t, v);
    }
    return sdk_samples_flush(&samples);
}

double workout_lowest_heart_rate(const struct workout *w)
{
    double low = NAN;
    sdk_json points = workout_points(workout_extension(w, HEART_RATE));
    for (sdk_json m = sdk_json_first(points); m.node; m = sdk_json_next(m)) {
        double v = heart_rate_bpm(number_of(sdk_json_get(m, "value")));
        if (!isnan(v) && !(v >= low))
            low = v;
    }
    return low;
}

/* VO2max stands in every workout, measured in it or carried along: it holds from its end on. */
static aorta_status emit_vo2max(const struct workout *w)
{
    sdk_json fitness = workout_extension(w, "FitnessExtension");
    double v = number_of(sdk_json_get(fitness, "vo2Max"));
    if (!(v > 0))
        v = number_of(sdk_json_get(fitness, "estimatedVo2Max"));
    if (!(v >= 10 && v <= 100))
        return AORTA_OK;
    sdk_samples samples;
    begin(w, "vo2_max", &samples);
    sdk_samples_add(&samples, w->end_us, v);
    return sdk_samples_flush(&samples);
}

aorta_status workout_streams(const struct workout *w)
{
    aorta_status st = AORTA_OK;
    for (size_t i = 0; i < AORTA_COUNT(streams) && st == AORTA_OK; i++) {
        sdk_json points = workout_points(workout_extension(w, streams[i].extension));
        if (sdk_json_count(points))
            st = emit_stream(w, &streams[i], points);
    }
    return st == AORTA_OK ? emit_vo2max(w) : st;
}
