/* Laps, zones and route: lists that are part of the workout's record, written as JSON. */
#include "workout.h"

#include <math.h>

/* ---- lists as JSON text ---- */

static void add_number(sdk_text *t, const char *name, double value)
{
    if (isfinite(value) && fabs(value) < 1e15)
        sdk_text_addf(t, ",\"%s\":%.10g", name, value);
}

/* Before each item of the list. */
static void separate(sdk_text *t)
{
    sdk_text_add(t, t->len ? AORTA_S(",") : AORTA_S("["));
}

/* Empty when no item came. */
static aorta_status finish(sdk_text *t, aorta_str *ret)
{
    if (t->len)
        sdk_text_add(t, AORTA_S("]"));
    *ret = sdk_text_str(t);
    return t->failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

/* ---- laps ---- */

static void add_lap(sdk_text *t, int64_t start_us, int64_t end_us, sdk_json totals)
{
    sdk_json hr = sdk_json_get(totals, "hr");
    separate(t);
    sdk_text_addf(t, "{\"start_us\":%lld,\"end_us\":%lld", (long long)start_us, (long long)end_us);
    add_number(t, "duration_s", number_of(sdk_json_get(totals, "duration")));
    add_number(t, "distance_m", number_of(sdk_json_get(totals, "distance")));
    add_number(t, "heart_rate_avg_bpm", heart_rate_bpm(number_of(sdk_json_get(hr, "avg"))));
    add_number(t, "heart_rate_max_bpm", heart_rate_bpm(number_of(sdk_json_get(hr, "max"))));
    add_number(t, "speed_avg_mps", number_of(sdk_json_get(sdk_json_get(totals, "speed"), "avg")));
    add_number(t, "elevation_gain_m", number_of(sdk_json_get(totals, "ascent")));
    add_number(t, "elevation_loss_m", number_of(sdk_json_get(totals, "descent")));
    sdk_text_add(t, AORTA_S("}"));
}

aorta_status workout_laps(const struct workout *w, aorta_str *ret)
{
    sdk_text t = {.ctx = w->in->ctx};
    sdk_json markers = sdk_json_get(workout_extension(w, "ManualLapStreamExtension"), "markers");
    for (sdk_json m = sdk_json_first(markers); m.node; m = sdk_json_next(m)) {
        int64_t start = epoch_us(sdk_json_double(sdk_json_get(m, "startTime"), 0));
        int64_t end = epoch_us(sdk_json_double(sdk_json_get(m, "endTime"), 0));
        if (start && end >= start)
            add_lap(&t, start, end, sdk_json_get(m, "totals"));
    }
    return finish(&t, ret);
}

/* ---- zones ---- */

#define ZONE_COUNT 5

static double limit_of(sdk_json zone, int hertz)
{
    double v = number_of(sdk_json_get(zone, "lowerLimit"));
    return hertz && v < 15 ? per_minute(v, 1) : v;
}

static void add_zones(sdk_text *t, sdk_json zones, const char *kind, int hertz)
{
    sdk_json zone[ZONE_COUNT + 1] = {{NULL}};
    for (int i = 0; i < ZONE_COUNT; i++) {
        const char name[] = {'z', 'o', 'n', 'e', (char)('1' + i), '\0'};
        zone[i] = sdk_json_get(zones, name);
    }
    for (int i = 0; i < ZONE_COUNT; i++) {
        double seconds = number_of(sdk_json_get(zone[i], "totalTime"));
        if (!(seconds >= 0))
            continue;
        separate(t);
        sdk_text_addf(t, "{\"kind\":\"%s\",\"index\":%d", kind, i + 1);
        add_number(t, "lower", limit_of(zone[i], hertz));
        add_number(t, "upper", limit_of(zone[i + 1], hertz)); /* where the next one begins; the last has none */
        add_number(t, "seconds", seconds);
        sdk_text_add(t, AORTA_S("}"));
    }
}

aorta_status workout_zones(const struct workout *w, aorta_str *ret)
{
    sdk_text t = {.ctx = w->in->ctx};
    sdk_json zones = sdk_json_get(workout_extension(w, "IntensityExtension"), "zones");
    add_zones(&t, sdk_json_get(zones, "heartRate"), "heart_rate", 1);
    add_zones(&t, sdk_json_get(zones, "speed"), "speed", 0);
    add_zones(&t, sdk_json_get(zones, "power"), "power", 0);
    return finish(&t, ret);
}

/* ---- route ---- */

#define ROUTE_MOST 100000 /* points; a day at one a second is 86,400. Longer ones are thinned, evenly */

/* {latitude, longitude}, or {value: {x: longitude, y: latitude}} as positions are written elsewhere. */
static int position_of(sdk_json point, double *lat, double *lon)
{
    sdk_json value = sdk_json_get(point, "value");
    *lat = number_of(sdk_json_get(point, "latitude"));
    *lon = number_of(sdk_json_get(point, "longitude"));
    if (isnan(*lat) || isnan(*lon)) {
        *lat = number_of(sdk_json_get(value, "y"));
        *lon = number_of(sdk_json_get(value, "x"));
    }
    /* 0,0 is how Suunto says that it does not know */
    return fabs(*lat) <= 90 && fabs(*lon) <= 180 && (*lat != 0 || *lon != 0);
}

aorta_status workout_route(const struct workout *w, aorta_str *ret)
{
    sdk_text t = {.ctx = w->in->ctx};
    sdk_json location = workout_extension(w, "LocationStreamExtension");
    sdk_json points = sdk_json_get(location, "locationPoints");
    if (sdk_json_type(points) != SDK_JSON_ARRAY)
        points = workout_points(location);
    struct workout_clock clock = workout_clock(w, points);
    uint32_t step = sdk_json_count(points) / ROUTE_MOST + 1, i = 0;
    for (sdk_json m = sdk_json_first(points); m.node; m = sdk_json_next(m)) {
        double lat, lon;
        if (i++ % step)
            continue;
        int64_t at = workout_point_time(&clock, m);
        if (!at || !position_of(m, &lat, &lon))
            continue;
        separate(&t);
        sdk_text_addf(&t, "[%lld,%.10g,%.10g]", (long long)at, lat, lon);
    }
    return finish(&t, ret);
}
