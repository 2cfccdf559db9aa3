/* day.h - what a made-up person did on one local day, as one provider's watch saw it.
 *
 * Everything follows from (person, provider, day) and the corrections that tests have made. Nothing is
 * stored, so asking twice gives the same. None of it looks at the clock: whoever shows it to the outside asks
 * for upload_s ≤ now first.
 */
#ifndef SIM_DAY_H
#define SIM_DAY_H

#include "people.h"
#include "provider.h"

#include <stdbool.h>
#include <stdint.h>

enum sport { RUN, RIDE, SWIM, STRENGTH, WALK, TRAIL_RUN, INDOOR_RIDE, YOGA, SPORTS };

struct sport_names {
    const char *garmin, *polar, *polar_detailed, *title;
    int suunto;
    const char *unified[PROVIDERS];
};
extern const struct sport_names sport_names[SPORTS];

struct workout {
    const struct person *person;
    uint64_t noise;
    int day, index;
    enum sport sport;
    int64_t start_ms, duration_ms;
    int64_t pause_ms;  /* Suunto: time that duration leaves out, when the watch tells the stop time */
    int64_t upload_s;  /* when the provider learns of it */
    int revision;      /* corrections so far */
    int64_t revised_s; /* the last one; 0: none */
    double distance_m; /* 0: none */
    int kcal, avg_hr, max_hr, steps, ascent_m, descent_m, cadence;
    int hr_target, rate_s;
    bool manual; /* typed in by hand: no device, no heart rate */
    bool outdoors;
    int64_t number; /* Garmin's activity id */
    char key[28];   /* Polar: hashed id; Suunto: workout key */
};

enum { WORKOUTS_MAX = 2 };
int workouts_make(const struct person *p, enum provider prov, int day, struct workout out[WORKOUTS_MAX]);
bool workout_has_hr(const struct workout *w);
int workout_hr(const struct workout *w, int second);
int64_t workout_end_ms(const struct workout *w);
void workout_place(const struct workout *w, int second, double *ret_lat, double *ret_lon);
int workout_altitude(const struct workout *w, int second);

enum stage { AWAKE, LIGHT, DEEP, REM, STAGES };

struct segment {
    int from, to; /* seconds after the start, whole minutes */
    enum stage stage;
};

enum { SEGMENTS_MAX = 96 };

/* The sleep that ends on `day`. The segments cover it without gaps. */
struct night {
    bool present;
    uint64_t noise;
    int day, count;
    int64_t start_ms;
    int duration_s; /* first segment's start to last segment's end */
    struct segment seg[SEGMENTS_MAX];
    int stage_s[STAGES];
    int onset_s, tail_s; /* awake before falling asleep (Suunto) and before getting up; part of AWAKE */
    int rest_hr, avg_hr, min_hr, hrv_ms, cycles, score;
    double breath, spo2;
    int64_t upload_s, revised_s;
    int revision;
};

void night_make(const struct person *p, enum provider prov, int day, struct night *out);
enum stage night_stage(const struct night *n, int second);
int night_hr(const struct night *n, int second);
int night_hrv(const struct night *n, int second);
double night_breath(const struct night *n, int second);
int night_spo2(const struct night *n, int second);

struct nap {
    bool present;
    int64_t start_s, upload_s;
    int duration_s;
};

struct day {
    const struct person *person;
    enum provider provider;
    uint64_t noise;
    int day, offset_min;
    int64_t start_s, end_s; /* UTC; 23 or 25 hours apart when the clocks change */
    struct workout workouts[WORKOUTS_MAX];
    int workout_count;
    struct night night, next; /* the one that ends today, the one that starts tonight */
    struct nap nap;
    int64_t gap_from_s, gap_to_s; /* the watch was charging */
    int rest_hr, bmr_kcal;
    unsigned char steps[25 * 60]; /* a minute each */
};

void nap_make(const struct person *p, enum provider prov, int day, struct nap *out);
void day_make(const struct person *p, enum provider prov, int day, struct day *out);
int day_hr(const struct day *d, int64_t utc_s); /* 0: not worn */
bool day_asleep(const struct day *d, int64_t utc_s);
const struct workout *day_workout_at(const struct day *d, int64_t utc_s);
int day_steps(const struct day *d, int64_t from_s, int64_t to_s);
int day_active_kcal(const struct day *d, int64_t to_s);

/* The four times a day (after waking, noon, evening, before bed) at which the watch syncs. */
enum { SYNCS = 4 };
void day_syncs(const struct person *p, enum provider prov, int day, int64_t out[SYNCS]);
/* How far the day is known to the provider at `now`: at most its end; 0: not at all. */
int64_t day_synced_until(const struct day *d, int64_t now_s);
enum { DAY_LATEST_UPLOAD = 7 }; /* days after which a workout is synced at the latest */
/* The first moment after `after_s` at which the watch uploads anything. */
int64_t day_next_upload(const struct person *p, enum provider prov, int64_t after_s);

double round_to(double value, int decimals);
extern const int day_first; /* no data exists before this day */

/* ---- corrections ---- */

enum revised { REVISED_SLEEP, REVISED_WORKOUT };
struct revision {
    int count;
    int64_t at_s;
};
struct revision revision_get(const struct person *p, enum provider prov, enum revised what, int day, int index);
void revision_add(const struct person *p, enum provider prov, enum revised what, int day, int index, int64_t at_s);
bool revisions_any(void);
void revisions_reset(void);

#endif
