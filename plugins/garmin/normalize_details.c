/* activityDetails: a workout with its laps and route, and the samples taken on the way. */
#include "normalize.h"

#include <math.h>
#include <stdlib.h>

#define ROUTE_MAX 5000 /* points of the record's route; the series have them all */

/* What a sample may hold; of several names for one thing the first that is there counts. */
static const struct {
    struct garmin_run run;
    const char *from[6];
} channels[] = {
    {{.metric = "heart_rate", .low = 1, .high = 300}, {"heartRate"}},
    {{.metric = "speed", .low = 0, .high = 200}, {"speedMetersPerSecond"}},
    {{.metric = "power", .low = 0, .high = 10000}, {"powerInWatts"}},
    {{.metric = "cadence", .low = 0, .high = 1000},
     {"stepsPerMinute", "bikeCadenceInRPM", "swimCadenceInStrokesPerMinute", "wheelChairCadenceInPushesPerMinute",
      "directWheelchairCadence"}},
    {{.metric = "elevation", .low = -1000, .high = 20000}, {"elevationInMeters"}},
    {{.metric = "air_temperature", .low = -100, .high = 100}, {"airTemperatureCelcius", "airTemperatureCelsius"}},
};

static double first_of(sdk_json sample, const char *const *names)
{
    double v = NAN;
    for (size_t i = 0; i < 6 && names[i] && isnan(v); i++)
        v = garmin_number(sample, names[i]);
    return v;
}

/* ---- the track ---- */

struct point {
    int64_t t_us;
    double lat, lon;
};

struct track {
    struct point *point;
    uint32_t count;
};

static int read_point(sdk_json sample, struct point *ret)
{
    ret->lat = garmin_number(sample, "latitudeInDegree");
    ret->lon = garmin_number(sample, "longitudeInDegree");
    if (!(fabs(ret->lat) <= 90) || !(fabs(ret->lon) <= 180) || (ret->lat == 0 && ret->lon == 0)) /* no fix yet */
        return -1;
    return garmin_instant(sdk_json_get(sample, "startTimeInSeconds"), &ret->t_us);
}

static int by_time(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    if (x->t_us != y->t_us)
        return x->t_us < y->t_us ? -1 : 1;
    if (x->lat != y->lat)
        return x->lat < y->lat ? -1 : 1;
    return (x->lon > y->lon) - (x->lon < y->lon);
}

/* The points in order of time, one for each instant. */
static aorta_status read_track(struct garmin_batch *b, sdk_json samples, struct track *ret)
{
    *ret = (struct track){.point =
                              b->ctx->host->alloc(b->ctx, ((size_t)sdk_json_count(samples) + 1) * sizeof(*ret->point))};
    if (!ret->point)
        return AORTA_ERR_NOMEM;
    for (sdk_json m = sdk_json_first(samples); m.node; m = sdk_json_next(m))
        if (read_point(m, &ret->point[ret->count]) == 0)
            ret->count++;
    if (ret->count > 1)
        qsort(ret->point, ret->count, sizeof(*ret->point), by_time);
    uint32_t n = 0;
    for (uint32_t i = 0; i < ret->count; i++)
        if (n == 0 || ret->point[n - 1].t_us != ret->point[i].t_us)
            ret->point[n++] = ret->point[i];
    ret->count = n;
    return AORTA_OK;
}

static aorta_status emit_track(struct garmin_batch *b, const struct garmin_activity *a, const struct track *track)
{
    static const struct garmin_run run_lat = {.metric = "latitude"}, run_lon = {.metric = "longitude"};
    sdk_samples latitude, longitude;
    garmin_samples_begin(b, &a->item, &latitude, &run_lat);
    garmin_samples_begin(b, &a->item, &longitude, &run_lon);
    latitude.head.source = longitude.head.source = a->source;
    for (uint32_t i = 0; i < track->count; i++) {
        sdk_samples_add(&latitude, track->point[i].t_us, track->point[i].lat);
        sdk_samples_add(&longitude, track->point[i].t_us, track->point[i].lon);
    }
    aorta_status st = sdk_samples_flush(&latitude);
    return st == AORTA_OK ? sdk_samples_flush(&longitude) : st;
}

static aorta_status route_json(struct garmin_batch *b, const struct track *track, aorta_str *ret)
{
    sdk_text t = {.ctx = b->ctx};
    uint32_t step = track->count / ROUTE_MAX + 1;
    for (uint32_t i = 0; i < track->count; i += step)
        sdk_text_addf(&t, "%s[%lld,%.7f,%.7f]", t.len ? "," : "[", (long long)track->point[i].t_us, track->point[i].lat,
                      track->point[i].lon);
    if (t.len)
        sdk_text_add(&t, AORTA_S("]"));
    *ret = sdk_text_str(&t);
    return t.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

/* ---- the other samples ---- */

static aorta_status emit_channels(struct garmin_batch *b, const struct garmin_activity *a, sdk_json samples)
{
    sdk_samples s[AORTA_COUNT(channels)];
    aorta_status st = AORTA_OK;
    for (size_t i = 0; i < AORTA_COUNT(channels); i++) {
        garmin_samples_begin(b, &a->item, &s[i], &channels[i].run);
        s[i].head.source = a->source;
    }
    for (sdk_json m = sdk_json_first(samples); m.node; m = sdk_json_next(m)) {
        int64_t t;
        if (garmin_instant(sdk_json_get(m, "startTimeInSeconds"), &t) != 0)
            continue;
        for (size_t i = 0; i < AORTA_COUNT(channels); i++) {
            double v = first_of(m, channels[i].from);
            if (v >= channels[i].run.low && v <= channels[i].run.high)
                sdk_samples_add(&s[i], t, v);
        }
    }
    for (size_t i = 0; i < AORTA_COUNT(channels) && st == AORTA_OK; i++)
        st = sdk_samples_flush(&s[i]);
    return st;
}

/* ---- laps ---- */

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Garmin says when each lap begins; it ends with the next, or with the workout. */
static aorta_status laps_json(struct garmin_batch *b, const struct garmin_activity *a, sdk_json laps, aorta_str *ret)
{
    sdk_text t = {.ctx = b->ctx};
    uint32_t count = 0;
    int64_t *start = b->ctx->host->alloc(b->ctx, ((size_t)sdk_json_count(laps) + 1) * sizeof(*start));
    if (!start)
        return AORTA_ERR_NOMEM;
    for (sdk_json m = sdk_json_first(laps); m.node; m = sdk_json_next(m))
        if (garmin_instant(sdk_json_get(m, "startTimeInSeconds"), &start[count]) == 0)
            count++;
    if (count > 1)
        qsort(start, count, sizeof(*start), by_value);
    for (uint32_t i = 0; i < count; i++) {
        int64_t end = i + 1 < count ? start[i + 1] : a->end_us;
        if (end <= start[i])
            continue;
        sdk_text_addf(&t, "%s{\"start_us\":%lld,\"end_us\":%lld}", t.len ? "," : "[", (long long)start[i],
                      (long long)end);
    }
    if (t.len)
        sdk_text_add(&t, AORTA_S("]"));
    *ret = sdk_text_str(&t);
    return t.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

/* ---- one item ---- */

static aorta_status detail(struct garmin_batch *b, sdk_json json)
{
    struct garmin_activity a;
    sdk_fields f = {.count = 0};
    aorta_str laps, route;
    struct track track;
    sdk_json samples = sdk_json_get(json, "samples");
    aorta_status st = garmin_activity_read(b, json, sdk_json_get(json, "summary"), &a);
    if (st == AORTA_OK)
        st = laps_json(b, &a, sdk_json_get(json, "laps"), &laps);
    if (st == AORTA_OK)
        st = read_track(b, samples, &track);
    if (st == AORTA_OK)
        st = route_json(b, &track, &route);
    if (st != AORTA_OK)
        return st;
    garmin_activity_fields(a.item.json, &f);
    sdk_add_json(&f, "laps", laps);
    sdk_add_json(&f, "route", route);
    st = garmin_activity_emit(b, &a, &f);
    if (st == AORTA_OK)
        st = emit_channels(b, &a, samples);
    if (st == AORTA_OK)
        st = emit_track(b, &a, &track);
    return st;
}

aorta_status garmin_read_activity_details(struct garmin_batch *b)
{
    return garmin_each(b, detail);
}
