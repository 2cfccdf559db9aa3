/* night.c - made-up nights: bedtime, stages, heart, breath. */
#include "civil.h"
#include "day.h"
#include "rng.h"

#include <string.h>

static void add(struct night *n, int minutes, enum stage stage)
{
    if (minutes <= 0 || n->count == SEGMENTS_MAX)
        return;
    int from = n->count ? n->seg[n->count - 1].to : 0;
    if (n->count && n->seg[n->count - 1].stage == stage)
        n->seg[n->count - 1].to += minutes * 60;
    else
        n->seg[n->count++] = (struct segment){from, from + minutes * 60, stage};
}

/* One cycle of 80 to 105 minutes: deep sleep early in the night, REM late. */
static void add_cycle(struct night *n, int cycle, struct rng *r)
{
    int deep = rng_range(r, 22, 38) - cycle * 7, rem = rng_range(r, 6, 14) + cycle * 5;
    add(n, rng_range(r, 10, 24), LIGHT);
    add(n, deep > 4 ? deep : 0, DEEP);
    add(n, rng_range(r, 14, 30), LIGHT);
    add(n, rem, REM);
    if (rng_chance(r, 2))
        add(n, rng_range(r, 1, 7), AWAKE);
}

/* Takes away what sticks out behind `minutes`. */
static void trim(struct night *n, int minutes)
{
    while (n->count && n->seg[n->count - 1].from >= minutes * 60)
        n->count--;
    if (n->count && n->seg[n->count - 1].to > minutes * 60)
        n->seg[n->count - 1].to = minutes * 60;
}

static void fill_stages(struct night *n, enum provider prov, int minutes, struct rng *r)
{
    int onset = prov == SUUNTO ? rng_range(r, 2, 16) : 0;
    int tail = rng_range(r, 0, 5);
    add(n, onset, AWAKE);
    for (int end = 0; end < (minutes - tail) * 60; end = n->seg[n->count - 1].to)
        add_cycle(n, n->cycles++, r);
    trim(n, minutes - tail);
    if (n->seg[n->count - 1].stage == AWAKE)
        n->seg[n->count - 1].stage = LIGHT;
    n->onset_s = onset * 60;
    n->tail_s = tail * 60;
    add(n, tail, AWAKE);
}

static void sum_up(struct night *n)
{
    memset(n->stage_s, 0, sizeof n->stage_s);
    for (int i = 0; i < n->count; i++)
        n->stage_s[n->seg[i].stage] += n->seg[i].to - n->seg[i].from;
    n->duration_s = n->seg[n->count - 1].to;
    int sum = 0, count = 0;
    n->min_hr = 255;
    for (int s = 0; s < n->duration_s; s += 300, count++) {
        int hr = night_hr(n, s);
        sum += hr;
        if (hr < n->min_hr)
            n->min_hr = hr;
    }
    n->avg_hr = (sum + count / 2) / count;
}

static int score_of(const struct night *n)
{
    int asleep_min = (n->duration_s - n->stage_s[AWAKE]) / 60;
    int score = 40 + asleep_min / 10 + n->stage_s[DEEP] / 600 - n->stage_s[AWAKE] / 300;
    return score > 99 ? 99 : score < 20 ? 20 : score;
}

/* A correction: the person slept ten minutes longer than the watch thought. */
static void correct(struct night *n, const struct person *p, enum provider prov)
{
    struct revision rev = revision_get(p, prov, REVISED_SLEEP, n->day, 0);
    n->revision = rev.count;
    n->revised_s = rev.at_s;
    if (rev.count) {
        n->tail_s = 0;
        add(n, 10 * rev.count, LIGHT);
    }
}

void night_make(const struct person *p, enum provider prov, int day, struct night *out)
{
    struct night *n = out;
    memset(n, 0, sizeof *n);
    n->day = day;
    n->noise = rng_mix(rng_mix(p->key, (uint64_t)prov + 31), (uint64_t)day);
    struct rng r = rng_start(n->noise, 3);
    n->present = day >= day_first && !rng_chance(&r, 40);
    int64_t midnight = person_day_start(p, day);
    int bed_s = rng_range(&r, -5400, 2400), minutes = rng_range(&r, 350, 500);
    if (bed_s + minutes * 60 > 8 * 3600)
        minutes = (8 * 3600 - bed_s) / 60;
    n->start_ms = (midnight + bed_s) * 1000 + (prov == POLAR ? rng_range(&r, 0, 999) : 0);
    n->rest_hr = p->rest_hr + rng_range(&r, -2, 3);
    n->hrv_ms = 28 + (int)(p->fitness * 45) + rng_range(&r, -8, 8);
    n->breath = round_to(12.5 + rng_unit(&r) * 4, 1);
    n->spo2 = rng_range(&r, 94, 98);
    fill_stages(n, prov, minutes, &r);
    correct(n, p, prov);
    sum_up(n);
    n->score = score_of(n);
    n->upload_s = n->start_ms / 1000 + n->duration_s + rng_range(&r, 300, 1800);
}

enum stage night_stage(const struct night *n, int second)
{
    for (int i = 0; i < n->count; i++)
        if (second < n->seg[i].to)
            return n->seg[i].stage;
    return AWAKE;
}

int night_hr(const struct night *n, int second)
{
    static const int more[STAGES] = {[AWAKE] = 14, [LIGHT] = 5, [DEEP] = 1, [REM] = 8};
    return n->rest_hr + more[night_stage(n, second)] + rng_wave(n->noise, second, 240, 3);
}

int night_hrv(const struct night *n, int second)
{
    int ms = n->hrv_ms + rng_wave(n->noise + 1, second, 900, 14);
    return ms > 8 ? ms : 8;
}

double night_breath(const struct night *n, int second)
{
    return round_to(n->breath + rng_wave(n->noise + 2, second, 600, 15) / 10.0, 2);
}

int night_spo2(const struct night *n, int second)
{
    int percent = (int)n->spo2 + rng_wave(n->noise + 3, second, 900, 3);
    return percent > 100 ? 100 : percent;
}
