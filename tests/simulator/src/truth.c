/* truth.c - /control/truth: what a gateway should hold of one person, as the clock stands now.
 *
 * It is made by the generator directly, not by the providers' pages, so that a test compares two ways.
 */
#include "control.h"

#include "civil.h"
#include "clock.h"
#include "day.h"
#include "garmin.h"
#include "people.h"
#include "polar.h"
#include "rng.h"
#include "settings.h"
#include "suunto.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct truth {
    enum provider provider;
    const struct person *person;
    int64_t from_s, to_s, now_s;
    json_t *workouts, *sleeps, *days;
};

struct beats {
    int64_t count, sum, first_us, last_us;
};

static void beat(const struct truth *t, struct beats *b, int64_t at_us, int hr)
{
    if (hr <= 0 || at_us < t->from_s * 1000000 || at_us >= t->to_s * 1000000)
        return;
    b->first_us = b->count ? b->first_us : at_us;
    b->last_us = at_us;
    b->count++;
    b->sum += hr;
}

static json_t *beats_json(const struct beats *b)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "count", (json_int_t)b->count, "sum", (json_int_t)b->sum, "first_us",
                     (json_int_t)b->first_us, "last_us", (json_int_t)b->last_us);
}

static bool inside(const struct truth *t, int64_t s)
{
    return s >= t->from_s && s < t->to_s;
}

/* ---- workouts ---- */

static bool workout_seen(const struct truth *t, const struct workout *w)
{
    return w->upload_s <= t->now_s && (t->provider != POLAR || polar_workout_seen(w));
}

static json_t *or_null(bool there, json_t *take)
{
    if (there)
        return take;
    json_decref(take);
    return json_null();
}

static void add_offset(const struct truth *t, json_t *o, int64_t at_s)
{
    int offset = person_offset_min(t->person, at_s);
    char text[16];
    snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+', abs(offset) / 60 % 100, abs(offset) % 60);
    json_object_set_new(o, "utc_offset_s", json_integer(offset * 60));
    json_object_set_new(o, "offset", json_string(text));
}

static const char *provider_type(const struct truth *t, const struct workout *w, char out[64])
{
    const struct sport_names *names = &sport_names[w->sport];
    if (t->provider == GARMIN)
        return names->garmin;
    if (t->provider == POLAR)
        snprintf(out, 64, "%s/%s", names->polar, names->polar_detailed);
    else
        snprintf(out, 64, "%d", names->suunto);
    return out;
}

static json_t *workout_json(const struct truth *t, const struct workout *w)
{
    char type[64], id[32];
    snprintf(id, sizeof id, "%s", w->key);
    if (t->provider == GARMIN)
        snprintf(id, sizeof id, "%lld", (long long)w->number);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:f}", "id", id, "type",
                          sport_names[w->sport].unified[t->provider], "provider_type", provider_type(t, w, type),
                          "start", civil_utc(w->start_ms / 1000).s, "start_us", (json_int_t)w->start_ms * 1000,
                          "end_us", (json_int_t)workout_end_ms(w) * 1000, "duration_s", (double)w->duration_ms / 1000);
    bool told = w->distance_m > 0 || t->provider != POLAR; /* the others say 0 */
    json_object_set_new(o, "distance_m", or_null(told, json_real(w->distance_m)));
    json_object_set_new(o, "energy_kcal", json_integer(w->kcal));
    json_object_set_new(o, "hr_avg", or_null(workout_has_hr(w), json_integer(w->avg_hr)));
    json_object_set_new(o, "hr_max", or_null(workout_has_hr(w), json_integer(w->max_hr)));
    json_object_set_new(o, "steps", or_null(w->steps > 0 && t->provider != POLAR, json_integer(w->steps)));
    add_offset(t, o, w->start_ms / 1000);
    json_object_set_new(o, "manual", json_boolean(w->manual));
    json_object_set_new(o, "revision", json_integer(w->revision));
    return o;
}

/* ---- sleeps ---- */

static json_t *sleep_json(const struct truth *t, const char *id, bool nap, int64_t start_ms, int64_t duration_s)
{
    json_t *o =
        json_pack("{s:s, s:b, s:s, s:I, s:I}", "id", id, "is_nap", nap, "start", civil_utc(start_ms / 1000).s,
                  "start_us", (json_int_t)start_ms * 1000, "end_us", (json_int_t)(start_ms + duration_s * 1000) * 1000);
    add_offset(t, o, start_ms / 1000);
    return o;
}

static bool night_seen(const struct truth *t, const struct night *n)
{
    if (!n->present || n->upload_s > t->now_s || !inside(t, n->start_ms / 1000))
        return false;
    return t->provider != POLAR || n->upload_s >= polar_visible_from_s(t->person);
}

static char *night_id(const struct truth *t, const struct night *n)
{
    if (t->provider == GARMIN)
        return text_printf("x%llx-%llx", (unsigned long long)t->person->number,
                           (unsigned long long)(n->start_ms / 1000));
    return t->provider == POLAR ? text_dup(civil_date(n->day).s) : text_printf("%lld", (long long)n->start_ms / 1000);
}

static void add_night(struct truth *t, const struct night *n)
{
    if (!night_seen(t, n))
        return;
    char *id = night_id(t, n);
    json_t *o = sleep_json(t, id, false, n->start_ms, n->duration_s);
    int awake = n->stage_s[AWAKE] - (t->provider == SUUNTO ? n->onset_s : 0);
    json_object_set_new(o, "deep_s", json_integer(n->stage_s[DEEP]));
    json_object_set_new(o, "light_s", json_integer(n->stage_s[LIGHT]));
    json_object_set_new(o, "rem_s", json_integer(n->stage_s[REM]));
    json_object_set_new(o, "awake_s", json_integer(awake));
    json_object_set_new(o, "score", json_integer(n->score));
    json_object_set_new(o, "date", json_string(civil_date(n->day).s));
    json_object_set_new(o, "segments", json_integer(t->provider == SUUNTO ? 0 : n->count));
    json_object_set_new(o, "revision", json_integer(n->revision));
    json_array_append_new(t->sleeps, o);
    free(id);
}

/* Garmin tells naps inside the night's summary only, Polar not at all. */
static void add_nap(struct truth *t, const struct night *n, const struct nap *nap)
{
    bool told = t->provider == SUUNTO || (t->provider == GARMIN && n->present);
    if (!told || !nap->present || nap->upload_s > t->now_s || !inside(t, nap->start_s))
        return;
    char *parent = night_id(t, n), *id = text_printf("%lld", (long long)nap->start_s);
    json_t *o = sleep_json(t, id, true, nap->start_s * 1000, nap->duration_s);
    if (t->provider == GARMIN)
        json_object_set_new(o, "parent", json_string(parent));
    else
        json_object_set_new(o, "light_s", json_integer(nap->duration_s));
    json_array_append_new(t->sleeps, o);
    free(parent);
    free(id);
}

/* ---- heart rate by source ---- */

static int64_t known_until(const struct truth *t, const struct day *d)
{
    if (d->day < day_first || (t->provider == POLAR && d->end_s <= polar_visible_from_s(t->person)))
        return 0;
    return day_synced_until(d, t->now_s);
}

static void dense_beats(const struct truth *t, const struct day *d, int64_t until, struct beats *b)
{
    int least, most;
    if (t->provider == GARMIN) {
        long step = setting(SET_GARMIN_HR_STEP_S) > 0 ? setting(SET_GARMIN_HR_STEP_S) : 15;
        for (int64_t s = d->start_s; s < until; s += step)
            beat(t, b, s * 1000000, day_hr(d, s));
    } else if (t->provider == POLAR) {
        struct polar_beat beats[POLAR_BEATS_MAX];
        int n = polar_heart_samples(d, until, beats, POLAR_BEATS_MAX);
        for (int i = 0; i < n; i++)
            beat(t, b, beats[i].t * 1000000, beats[i].hr);
    } else {
        for (int64_t s = d->start_s; s + 600 <= until; s += 600)
            beat(t, b, s * 1000000, suunto_ten_minutes(d, s, &least, &most));
    }
}

static void workout_beats(const struct truth *t, const struct workout *w, struct beats *b)
{
    int step = t->provider == SUUNTO ? 10 : w->rate_s;
    if (!workout_has_hr(w) || !workout_seen(t, w))
        return;
    for (int s = 0; s < w->duration_ms / 1000; s += step) {
        bool lost = t->provider == POLAR && rng_mix(w->noise + 9, (uint64_t)s) % 499 == 0;
        beat(t, b, w->start_ms * 1000 + s * 1000000LL, lost ? 0 : workout_hr(w, s));
    }
}

static void night_beats(const struct truth *t, const struct night *n, struct beats *b)
{
    if (t->provider != POLAR || !n->present || n->upload_s > t->now_s)
        return;
    for (int s = 300; s < n->duration_s; s += 300)
        beat(t, b, (n->start_ms / 1000 + s) / 60 * 60 * 1000000LL, night_hr(n, s));
}

/* ---- days ---- */

static void add_day(struct truth *t, const struct day *d, int64_t until)
{
    if (!until || !inside(t, d->start_s))
        return;
    int steps = day_steps(d, d->start_s, until);
    json_array_append_new(t->days, json_pack("{s:s, s:I, s:i, s:i, s:b, s:i}", "date", civil_date(d->day).s, "start_us",
                                             (json_int_t)d->start_s * 1000000, "steps", steps, "active_kcal",
                                             day_active_kcal(d, until), "complete", until == d->end_s, "resting_hr",
                                             d->rest_hr));
}

static json_t *make(struct truth *t)
{
    struct beats dense = {0}, workouts = {0}, nights = {0};
    int last = person_day_of(t->person, t->to_s < t->now_s ? t->to_s : t->now_s) + 1;
    for (int day = person_day_of(t->person, t->from_s) - 1; day <= last; day++) {
        struct day d;
        if (day < day_first)
            continue;
        day_make(t->person, t->provider, day, &d);
        int64_t until = known_until(t, &d);
        for (int i = 0; i < d.workout_count; i++) {
            if (inside(t, d.workouts[i].start_ms / 1000) && workout_seen(t, &d.workouts[i]))
                json_array_append_new(t->workouts, workout_json(t, &d.workouts[i]));
            workout_beats(t, &d.workouts[i], &workouts);
        }
        add_night(t, &d.night);
        add_nap(t, &d.night, &d.nap);
        dense_beats(t, &d, until, &dense);
        night_beats(t, &d.night, &nights);
        add_day(t, &d, until);
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:{s:o, s:o}}", "workouts", t->workouts, "sleeps", t->sleeps, "days",
                     t->days, "heart_rate", beats_json(&dense), "heart_rate_more", "workouts", beats_json(&workouts),
                     "nights", beats_json(&nights));
}

static bool query_moment(const struct req *r, const char *name, int64_t *ret_s)
{
    int64_t us;
    const char *text = req_query(r, name);
    if (!text)
        return true;
    if (!civil_parse_us(text, &us))
        return false;
    *ret_s = us / 1000000;
    return true;
}

void control_truth(const struct req *r, const json_t *body, struct reply *a)
{
    (void)body;
    struct truth t = {.provider = provider_find(req_query(r, "provider")),
                      .person = people_find(req_query(r, "person")),
                      .now_s = clock_now_s()};
    t.to_s = t.now_s + 1;
    t.from_s = t.now_s - 30 * DAY_S;
    if (t.provider == NO_PROVIDER || !t.person) {
        control_wrong(a, "provider or person is missing or unknown");
        return;
    }
    if (!query_moment(r, "from", &t.from_s) || !query_moment(r, "to", &t.to_s)) {
        control_wrong(a, "from or to is neither an ISO text nor Unix seconds");
        return;
    }
    t.workouts = json_array();
    t.sleeps = json_array();
    t.days = json_array();
    json_t *o = make(&t);
    json_object_set_new(o, "provider", json_string(provider_name(t.provider)));
    json_object_set_new(o, "person", json_string(t.person->name));
    json_object_set_new(o, "from", json_string(civil_utc(t.from_s).s));
    json_object_set_new(o, "to", json_string(civil_utc(t.to_s).s));
    json_object_set_new(o, "now", json_string(civil_utc(t.now_s).s));
    reply_json(a, 200, o);
}
