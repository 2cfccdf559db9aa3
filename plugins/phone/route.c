/* The way of a workout: its route and its laps, as the JSON of the catalogue. A long route is thinned evenly. */
#include "workout.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define POINTS_MAX 100000u /* 5 MiB, and a point each second for a day and more */
#define LAPS_MAX   5000u
#define PIECE_MAX  128

/* ---- text that is used again ---- */

static aorta_status add(struct phone_job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static aorta_status add(struct phone_job *job, const char *fmt, ...)
{
    if (job->text_cap - job->text_len < PIECE_MAX) {
        size_t cap = job->text_cap ? job->text_cap * 2 : 4096;
        char *grown = realloc(job->text, cap);
        if (!grown)
            return AORTA_ERR_NOMEM;
        job->text = grown;
        job->text_cap = cap;
    }
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(job->text + job->text_len, PIECE_MAX, fmt, args);
    va_end(args);
    if (n > 0 && n < PIECE_MAX)
        job->text_len += (size_t)n;
    return AORTA_OK;
}

/* ---- points ---- */

static uint32_t count(phone_value list)
{
    uint32_t n = 0;
    if (phone_type(list) == SDK_JSON_ARRAY)
        for (phone_value v = phone_first(list); v.node; v = phone_next(list, v))
            n++;
    return n;
}

static aorta_status point(struct phone_job *job, const struct phone_clock *clock, phone_value item, char *before)
{
    struct phone_when when;
    double latitude, longitude;
    if (phone_when(clock, phone_text(phone_get(item, PHONE_timestamp)), &when) != 0 ||
        !phone_number(phone_get_or(item, PHONE_latitude, PHONE_lat), &latitude) || fabs(latitude) > 90 ||
        !phone_number(phone_get_or(item, PHONE_longitude, PHONE_lon), &longitude) || fabs(longitude) > 180)
        return AORTA_OK;
    aorta_status st = add(job, "%c[%lld,%.10g,%.10g]", *before, (long long)when.us, latitude, longitude);
    *before = ',';
    return st;
}

static aorta_status points(struct phone_job *job, const struct phone_clock *clock, phone_value list)
{
    uint32_t n = count(list), step = n / POINTS_MAX + 1, i = 0;
    char before = '[';
    aorta_status st = AORTA_OK;
    if (n == 0)
        return AORTA_OK;
    for (phone_value v = phone_first(list); v.node && st == AORTA_OK; v = phone_next(list, v))
        if (i++ % step == 0)
            st = point(job, clock, v, &before);
    return st == AORTA_OK && before == ',' ? add(job, "]") : st;
}

/* ---- laps ---- */

static aorta_status lap(struct phone_job *job, phone_value item, char *before)
{
    struct phone_when start, end;
    double distance;
    if (phone_when(&job->clock, phone_text(phone_get(item, PHONE_startdate)), &start) != 0 ||
        phone_when(&job->clock, phone_text(phone_get(item, PHONE_enddate)), &end) != 0 || end.us < start.us)
        return AORTA_OK;
    aorta_status st = add(job, "%c{\"start_us\":%lld,\"end_us\":%lld", *before, (long long)start.us, (long long)end.us);
    *before = ',';
    if (st == AORTA_OK && phone_number(phone_get(item, PHONE_distancem), &distance) && distance >= 0)
        st = add(job, ",\"distance_m\":%.10g", distance);
    return st == AORTA_OK ? add(job, "}") : st;
}

static aorta_status laps(struct phone_job *job, phone_value list)
{
    uint32_t n = count(list);
    char before = '[';
    aorta_status st = AORTA_OK;
    if (n == 0 || n > LAPS_MAX)
        return AORTA_OK;
    for (phone_value v = phone_first(list); v.node && st == AORTA_OK; v = phone_next(list, v))
        st = lap(job, v, &before);
    return st == AORTA_OK && before == ',' ? add(job, "]") : st;
}

/* ---- both, as they share the text, which may move while it grows ---- */

aorta_status phone_ways(struct phone_job *job, const struct phone_clock *clock, phone_value lap_list,
                        phone_value route_list, struct phone_workout *w)
{
    job->text_len = 0;
    aorta_status st = laps(job, lap_list);
    size_t middle = job->text_len;
    if (st == AORTA_OK)
        st = points(job, clock, route_list);
    if (st != AORTA_OK)
        return st;
    w->laps = middle ? (aorta_str){job->text, middle} : (aorta_str){NULL, 0};
    w->route = job->text_len > middle ? (aorta_str){job->text + middle, job->text_len - middle} : (aorta_str){NULL, 0};
    return AORTA_OK;
}

/* ---- laps that come one at a time ---- */

void phone_laps_begin(struct phone_job *job)
{
    job->text_len = 0;
}

/* Beyond what any workout has they are left out. */
aorta_status phone_laps_add(struct phone_job *job, int64_t start_us, int64_t end_us)
{
    if (job->text_len > LAPS_MAX * 64)
        return AORTA_OK;
    return add(job, "%c{\"start_us\":%lld,\"end_us\":%lld}", job->text_len ? ',' : '[', (long long)start_us,
               (long long)end_us);
}

aorta_status phone_laps_end(struct phone_job *job, aorta_str *ret)
{
    aorta_status st = job->text_len ? add(job, "]") : AORTA_OK;
    if (st == AORTA_OK)
        *ret = job->text_len ? (aorta_str){job->text, job->text_len} : (aorta_str){NULL, 0};
    return st;
}
