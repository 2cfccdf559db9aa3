/* suunto_247.c - sleep, activity and recovery samples, and the daily sums. */
#include "civil.h"
#include "clock.h"
#include "rng.h"
#include "settings.h"
#include "suunto.h"

#include <stdlib.h>
#include <string.h>

enum { RANGE_DAYS = 28 };

static struct stamp iso(const struct person *p, int64_t s)
{
    return civil_iso_ms(s * 1000, person_offset_min(p, s));
}

/* ---- sleep ---- */

bool suunto_night_seen(const struct night *n)
{
    return n->present && n->upload_s <= clock_now_s();
}

bool suunto_nap_seen(const struct nap *n)
{
    return n->present && n->upload_s <= clock_now_s();
}

static json_t *night_entry(const struct person *p, const struct night *n)
{
    int64_t from = n->start_ms / 1000;
    json_t *e = json_pack("{s:I}", "SleepId", (json_int_t)from);
    if (n->day % 6 == 0) { /* bedtimes may be missing */
        json_object_set_new(e, "DateTime", json_string(iso(p, from).s));
    } else {
        json_object_set_new(e, "BedtimeStart", json_string(iso(p, from).s));
        json_object_set_new(e, "BedtimeEnd", json_string(iso(p, from + n->duration_s).s));
    }
    int after = n->stage_s[AWAKE] - n->onset_s - n->tail_s;
    json_object_set_new(e, "Duration", json_real(n->duration_s));
    json_object_set_new(e, "DeepSleepDuration", json_real(n->stage_s[DEEP]));
    json_object_set_new(e, "LightSleepDuration", json_real(n->stage_s[LIGHT]));
    json_object_set_new(e, "REMSleepDuration", json_real(n->stage_s[REM]));
    json_object_set_new(e, "SleepOnsetLatencyDuration", json_real(n->onset_s));
    json_object_set_new(e, "WakeAfterSleepOnsetDuration", json_real(after));
    json_object_set_new(e, "WakeBeforeOffBedDuration", json_real(n->tail_s));
    json_object_set_new(e, "HRAvg", json_real(n->avg_hr));
    json_object_set_new(e, "HRMin", json_real(n->min_hr));
    json_object_set_new(e, "AvgHRV", json_integer(n->hrv_ms));
    json_object_set_new(e, "AvgHRVSampleCount", json_integer(n->duration_s / 270));
    json_object_set_new(e, "MaxSpo2", json_real(round_to(n->spo2 / 100, 2)));
    json_object_set_new(e, "SleepQualityScore", json_integer(n->score));
    json_object_set_new(e, "IsNap", json_false());
    return e;
}

static void add_row(json_t *list, const struct person *p, int64_t at_s, json_t *entry)
{
    json_array_append_new(list, json_pack("{s:s, s:o}", "timestamp", iso(p, at_s).s, "entryData", entry));
}

/* Some nights come as a placeholder first: same SleepId, taken for a nap, nothing measured yet. */
static void add_placeholder(json_t *list, const struct person *p, const struct night *n)
{
    int64_t from = n->start_ms / 1000;
    if (n->day % 9 != 4 || !setting(SET_SUUNTO_NAP_PLACEHOLDER))
        return;
    add_row(list, p, from,
            json_pack("{s:I, s:s, s:f, s:b}", "SleepId", (json_int_t)from, "DateTime", iso(p, from).s, "Duration",
                      (double)n->duration_s, "IsNap", 1));
}

json_t *suunto_sleep_rows(const struct person *p, int day)
{
    json_t *list = json_array();
    struct night n;
    struct nap nap;
    night_make(p, SUUNTO, day, &n);
    nap_make(p, SUUNTO, day, &nap);
    if (suunto_night_seen(&n)) {
        add_placeholder(list, p, &n);
        add_row(list, p, n.start_ms / 1000, night_entry(p, &n));
    }
    if (suunto_nap_seen(&nap))
        add_row(list, p, nap.start_s,
                json_pack("{s:I, s:s, s:f, s:f, s:b}", "SleepId", (json_int_t)nap.start_s, "DateTime",
                          iso(p, nap.start_s).s, "Duration", (double)nap.duration_s, "LightSleepDuration",
                          (double)nap.duration_s, "IsNap", 1));
    return list;
}

/* ---- activity: ten minutes a row ---- */

int suunto_ten_minutes(const struct day *d, int64_t t, int *ret_min, int *ret_max)
{
    int sum = 0, n = 0;
    *ret_min = 255;
    *ret_max = 0;
    for (int s = 0; s < 600; s += 30) {
        int hr = day_hr(d, t + s);
        if (!hr)
            continue;
        sum += hr;
        n++;
        *ret_min = hr < *ret_min ? hr : *ret_min;
        *ret_max = hr > *ret_max ? hr : *ret_max;
    }
    return n ? (sum + n / 2) / n : 0;
}

static json_t *activity_entry(const struct day *d, int64_t t)
{
    int least, most, hr = suunto_ten_minutes(d, t, &least, &most), steps = day_steps(d, t, t + 600);
    if (!hr && !steps)
        return NULL;
    json_t *e = json_object();
    if (hr) {
        json_object_set_new(e, "HR", json_integer(hr));
        json_object_set_new(e, "HRExt", json_pack("{s:i, s:i}", "Min", least, "Max", most));
    }
    json_object_set_new(e, "StepCount", json_integer(steps));
    double kcal = d->bmr_kcal / 144.0 + steps / 25.0;
    json_object_set_new(e, "EnergyConsumption", json_real(round_to(kcal * 4184, 0)));
    int second = (int)(t - d->night.start_ms / 1000);
    if (d->night.present && second >= 0 && second < d->night.duration_s) {
        json_object_set_new(e, "HRV", json_integer(night_hrv(&d->night, second)));
        json_object_set_new(e, "SpO2", json_real(night_spo2(&d->night, second) / 100.0));
    }
    json_object_set_new(e, "Altitude", json_real(110));
    return e;
}

/* Rows whose ten minutes are over and synced. */
json_t *suunto_activity_rows(const struct person *p, int day, int64_t from_s, int64_t to_s)
{
    json_t *list = json_array();
    struct day d;
    day_make(p, SUUNTO, day, &d);
    int64_t until = day < day_first ? 0 : day_synced_until(&d, clock_now_s());
    for (int64_t t = d.start_s; t + 600 <= until; t += 600) {
        json_t *e = t >= from_s && t < to_s ? activity_entry(&d, t) : NULL;
        if (e)
            add_row(list, p, t, e);
    }
    return list;
}

/* ---- recovery: half an hour a row ---- */

json_t *suunto_recovery_rows(const struct person *p, int day, int64_t from_s, int64_t to_s)
{
    json_t *list = json_array();
    struct day d;
    day_make(p, SUUNTO, day, &d);
    int64_t until = day < day_first ? 0 : day_synced_until(&d, clock_now_s());
    for (int64_t t = d.start_s; t + 1800 <= until; t += 1800) {
        if (t < from_s || t >= to_s)
            continue;
        int hour = (int)((t - d.start_s) / 3600);
        double balance = day_asleep(&d, t) ? 0.35 + hour * 0.07 : 0.95 - hour * 0.03;
        int state = !day_hr(&d, t)                     ? 0
                    : day_asleep(&d, t)                ? 1
                    : day_steps(&d, t, t + 1800) > 500 ? 2
                                                       : 3 + (t / 1800 % 7 == 0);
        balance += rng_wave(d.noise + 8, t, 7200, 5) / 100.0;
        add_row(list, p, t,
                json_pack("{s:f, s:i}", "Balance",
                          round_to(balance > 1      ? 1
                                   : balance < 0.05 ? 0.05
                                                    : balance,
                                   2),
                          "StressState", state));
    }
    return list;
}

/* ---- the calls ---- */

static void invalid(struct reply *a)
{
    reply_text(a, 400, "text/plain", "Invalid arguments");
}

static bool read_ms(const struct req *r, const char *name, int64_t *ret_s)
{
    const char *text = req_query(r, name);
    char *end;
    if (!text || !*text)
        return false;
    int64_t ms = strtoll(text, &end, 10);
    *ret_s = ms / 1000;
    return *end == '\0' && ms >= 100000000000; /* seconds given for milliseconds are refused */
}

typedef json_t *rows_fn(const struct person *p, int day, int64_t from_s, int64_t to_s);

static json_t *sleep_within(const struct person *p, int day, int64_t from_s, int64_t to_s)
{
    json_t *rows = suunto_sleep_rows(p, day), *kept = json_array(), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        int64_t at = json_integer_value(json_object_get(json_object_get(row, "entryData"), "SleepId"));
        if (at >= from_s && at < to_s)
            json_array_append(kept, row);
    }
    json_decref(rows);
    return kept;
}

static const struct {
    const char *name;
    rows_fn *rows;
} kinds[] = {
    {"sleep", sleep_within},
    {"activity", suunto_activity_rows},
    {"recovery", suunto_recovery_rows},
};

static void send_rows(struct reply *a, const struct person *p, rows_fn *rows, int64_t from_s, int64_t to_s)
{
    json_t *list = json_array();
    int64_t now = clock_now_s();
    int last = person_day_of(p, to_s < now ? to_s : now) + 1;
    for (int day = person_day_of(p, from_s); day <= last; day++) {
        json_t *part = rows(p, day, from_s, to_s);
        json_array_extend(list, part);
        json_decref(part);
    }
    reply_json(a, 200, list);
}

void suunto_samples(const struct req *r, struct reply *a, const struct person *p, const char *what)
{
    int64_t from_s, to_s;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, what) != 0)
            continue;
        if (!read_ms(r, "from", &from_s) || !read_ms(r, "to", &to_s) || from_s > to_s ||
            to_s - from_s > RANGE_DAYS * DAY_S)
            invalid(a);
        else
            send_rows(a, p, kinds[i].rows, from_s, to_s);
        return;
    }
}

/* ---- daily sums ---- */

static json_t *day_sum(const struct person *p, int day, bool steps)
{
    struct day d;
    day_make(p, SUUNTO, day, &d);
    int64_t until = day < day_first ? 0 : day_synced_until(&d, clock_now_s());
    if (!until)
        return json_null();
    if (steps)
        return json_integer(day_steps(&d, d.start_s, until));
    double part = (double)(until - d.start_s) / (double)(d.end_s - d.start_s);
    return json_real(round_to((day_active_kcal(&d, until) + d.bmr_kcal * part) * 4184, 0));
}

static json_t *series(const struct person *p, int from, int to, bool steps)
{
    json_t *samples = json_array();
    for (int day = from; day <= to; day++) {
        struct stamp at = iso(p, person_day_start(p, day));
        memmove(at.s + 19, at.s + 23, strlen(at.s + 23) + 1); /* without milliseconds */
        json_array_append_new(samples, json_pack("{s:s, s:o}", "TimeISO8601", at.s, "Value", day_sum(p, day, steps)));
    }
    return json_pack("{s:s, s:s, s:[{s:s, s:o}]}", "Name", steps ? "stepcount" : "energyconsumption", "Aggregation",
                     "sum", "Sources", "Name", "Suunto Simulated", "Samples", samples);
}

void suunto_statistics(const struct req *r, struct reply *a, const struct person *p)
{
    int64_t from_us, to_us;
    if (!civil_parse_us(req_query(r, "startdate"), &from_us) || !civil_parse_us(req_query(r, "enddate"), &to_us) ||
        from_us > to_us || to_us - from_us > RANGE_DAYS * DAY_S * 1000000LL) {
        invalid(a);
        return;
    }
    int from = person_day_of(p, from_us / 1000000), to = person_day_of(p, to_us / 1000000);
    reply_json(a, 200, json_pack("[o, o]", series(p, from, to, true), series(p, from, to, false)));
}
