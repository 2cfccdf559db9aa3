/* day.c - a whole day out of its workouts and nights: steps by the minute, heart rate at any second. */
#include "day.h"

#include "civil.h"
#include "rng.h"

#include <string.h>

void nap_make(const struct person *p, enum provider prov, int day, struct nap *out)
{
    struct rng r = rng_start(rng_mix(p->key, (uint64_t)prov + 41), (uint64_t)day);
    memset(out, 0, sizeof *out);
    out->present = prov != POLAR && day >= day_first && rng_chance(&r, 6);
    out->start_s = person_day_start(p, day) + 13 * 3600 + rng_range(&r, 0, 120) * 60;
    out->duration_s = rng_range(&r, 15, 50) * 60;
    out->upload_s = out->start_s + out->duration_s + rng_range(&r, 300, 900);
}

static bool in_workout(const struct workout *w, int64_t utc_s)
{
    return utc_s * 1000 >= w->start_ms && utc_s * 1000 < w->start_ms + w->duration_ms;
}

const struct workout *day_workout_at(const struct day *d, int64_t utc_s)
{
    for (int i = 0; i < d->workout_count; i++)
        if (in_workout(&d->workouts[i], utc_s))
            return &d->workouts[i];
    return NULL;
}

static int second_of(const struct night *n, int64_t utc_s)
{
    int64_t s = utc_s - n->start_ms / 1000;
    return n->present && s >= 0 && s < n->duration_s ? (int)s : -1;
}

static bool napping(const struct nap *n, int64_t utc_s)
{
    return n->present && utc_s >= n->start_s && utc_s < n->start_s + n->duration_s;
}

bool day_asleep(const struct day *d, int64_t utc_s)
{
    return second_of(&d->night, utc_s) >= 0 || second_of(&d->next, utc_s) >= 0 || napping(&d->nap, utc_s);
}

/* Ten minutes at a time: now and then a walk of a few minutes. */
static void walk_about(struct day *d, int minute, struct rng *r)
{
    int walk = rng_range(r, 0, 99) < 30 ? rng_range(r, 1, 6) : 0;
    for (int i = 0; i < 10 && minute + i < 25 * 60; i++)
        d->steps[minute + i] = (unsigned char)(i < walk ? rng_range(r, 55, 115) : 0);
}

static void fill_steps(struct day *d)
{
    int minutes = (int)((d->end_s - d->start_s) / 60);
    struct rng r = rng_start(d->noise, 5);
    for (int m = 0; m < minutes; m += 10)
        walk_about(d, m, &r);
    for (int m = 0; m < minutes; m++) {
        int64_t at = d->start_s + m * 60;
        const struct workout *w = day_workout_at(d, at);
        if (w)
            d->steps[m] = (unsigned char)w->cadence;
        else if (day_asleep(d, at) || (at >= d->gap_from_s && at < d->gap_to_s))
            d->steps[m] = 0;
    }
}

void day_make(const struct person *p, enum provider prov, int day, struct day *out)
{
    struct day *d = out;
    memset(d, 0, sizeof *d);
    d->person = p;
    d->provider = prov;
    d->day = day;
    d->noise = rng_mix(rng_mix(p->key, (uint64_t)prov + 51), (uint64_t)day);
    d->start_s = person_day_start(p, day);
    d->end_s = person_day_start(p, day + 1);
    d->offset_min = person_offset_min(p, d->start_s);
    struct rng r = rng_start(d->noise, 6);
    d->rest_hr = p->rest_hr + rng_range(&r, -2, 2);
    d->bmr_kcal = (int)(p->weight_kg * (p->female ? 21.5 : 24));
    if (rng_chance(&r, 3)) {
        d->gap_from_s = d->start_s + rng_range(&r, 10, 15) * 3600 + rng_range(&r, 0, 59) * 60;
        d->gap_to_s = d->gap_from_s + rng_range(&r, 20, 70) * 60;
    }
    d->workout_count = workouts_make(p, prov, day, d->workouts);
    night_make(p, prov, day, &d->night);
    night_make(p, prov, day + 1, &d->next);
    nap_make(p, prov, day, &d->nap);
    fill_steps(d);
}

static int awake_hr(const struct day *d, int64_t utc_s)
{
    int minute = (int)((utc_s - d->start_s) / 60);
    int walking = d->steps[minute] / 3;
    return d->rest_hr + 16 + walking + rng_wave(d->noise, utc_s, 300, 7) + rng_wave(d->noise + 1, utc_s, 15, 2);
}

int day_hr(const struct day *d, int64_t utc_s)
{
    if (utc_s < d->start_s || utc_s >= d->end_s || (utc_s >= d->gap_from_s && utc_s < d->gap_to_s))
        return 0;
    const struct workout *w = day_workout_at(d, utc_s);
    if (w && workout_has_hr(w))
        return workout_hr(w, (int)(utc_s - w->start_ms / 1000));
    int second = second_of(&d->night, utc_s);
    if (second >= 0)
        return night_hr(&d->night, second);
    second = second_of(&d->next, utc_s);
    if (second >= 0)
        return night_hr(&d->next, second);
    if (napping(&d->nap, utc_s))
        return d->rest_hr + 6 + rng_wave(d->noise, utc_s, 300, 3);
    return awake_hr(d, utc_s);
}

int day_steps(const struct day *d, int64_t from_s, int64_t to_s)
{
    int sum = 0;
    if (from_s < d->start_s)
        from_s = d->start_s;
    if (to_s > d->end_s)
        to_s = d->end_s;
    for (int64_t m = (from_s - d->start_s) / 60; m < (to_s - d->start_s) / 60; m++)
        sum += d->steps[m];
    return sum;
}

int day_active_kcal(const struct day *d, int64_t to_s)
{
    int kcal = day_steps(d, d->start_s, to_s) / 25;
    for (int i = 0; i < d->workout_count; i++)
        if (workout_end_ms(&d->workouts[i]) / 1000 <= to_s)
            kcal += d->workouts[i].kcal;
    return kcal;
}

void day_syncs(const struct person *p, enum provider prov, int day, int64_t out[SYNCS])
{
    struct rng r = rng_start(rng_mix(p->key, (uint64_t)prov + 61), (uint64_t)day);
    int64_t midnight = person_day_start(p, day);
    out[0] = midnight + 8 * 3600 + 1800 + rng_range(&r, 0, 900);
    out[1] = midnight + 12 * 3600 + rng_range(&r, 0, 3600);
    out[2] = midnight + 18 * 3600 + rng_range(&r, 0, 3600);
    out[3] = midnight + 22 * 3600 + rng_range(&r, 0, 1200);
}

int64_t day_synced_until(const struct day *d, int64_t now_s)
{
    int64_t syncs[SYNCS], until = 0;
    day_syncs(d->person, d->provider, d->day + 1, syncs);
    if (syncs[0] <= now_s)
        return d->end_s;
    day_syncs(d->person, d->provider, d->day, syncs);
    for (int i = 0; i < SYNCS; i++)
        if (syncs[i] <= now_s)
            until = syncs[i];
    return until;
}

static void sooner(int64_t *best, int64_t after_s, int64_t at_s)
{
    if (at_s > after_s && (*best == 0 || at_s < *best))
        *best = at_s;
}

static void look_at_day(const struct person *p, enum provider prov, int day, int64_t after_s, int64_t *best)
{
    int64_t syncs[SYNCS];
    struct night night;
    struct nap nap;
    day_syncs(p, prov, day, syncs);
    night_make(p, prov, day, &night);
    nap_make(p, prov, day, &nap);
    for (int i = 0; i < SYNCS; i++)
        sooner(best, after_s, syncs[i]);
    if (night.present)
        sooner(best, after_s, night.upload_s);
    if (nap.present)
        sooner(best, after_s, nap.upload_s);
}

int64_t day_next_upload(const struct person *p, enum provider prov, int64_t after_s)
{
    int64_t best = 0;
    int today = person_day_of(p, after_s);
    for (int day = today - 1; day <= today + 1; day++)
        look_at_day(p, prov, day, after_s, &best);
    for (int day = today - DAY_LATEST_UPLOAD; day <= today + 1; day++) {
        struct workout ws[WORKOUTS_MAX];
        int n = workouts_make(p, prov, day, ws);
        for (int i = 0; i < n; i++)
            sooner(&best, after_s, ws[i].upload_s);
    }
    return best;
}
