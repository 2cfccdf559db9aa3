/* One payload on its way to records and series: what the normalisers of the kinds share. */
#ifndef POLAR_NORMALIZE_H
#define POLAR_NORMALIZE_H

#include "polar.h"

/* The payload at hand. `offset_s` is what sync borrowed for data in local time without an offset of its own.
 */
struct polar_job {
    aorta_ctx *ctx;
    int has_offset;
    int32_t offset_s;
    uint32_t item; /* number of the item at hand, for the log */
};

/* ---- item.c: reading ---- */

/* A member by name. Polar writes start-time in one place and start_time in another: `-` and `_` are the same.
 */
sdk_json polar_get(sdk_json object, const char *key);
double polar_number(sdk_json object, const char *key, double otherwise);
aorta_str polar_string(sdk_json object, const char *key);
/* The number at `key` times factor as a field; absent, or below min: left out. */
void polar_add(sdk_fields *f, const char *field, sdk_json object, const char *key, double factor, double min);
/* {"name": number, …} of those keys that hold a number of at least min; {NULL,0} when there is none. */
struct polar_component {
    const char *name, *key;
    double min;
};
aorta_str polar_components(struct polar_job *job, sdk_json object, const struct polar_component *list, uint32_t n);

/* A local time and what is known of its offset: its own, else `minutes` (NAN = not given), else the
 * payload's. */
struct polar_when {
    int64_t us;
    int32_t offset_s;
    int has_offset;
};
int polar_when(const struct polar_job *job, aorta_str text, double minutes, struct polar_when *ret);
/* Local midnight of "2026-11-20". */
int polar_midnight(const struct polar_job *job, aorta_str date, struct polar_when *ret);

/* ---- item.c: writing ---- */

uint32_t polar_source(struct polar_job *job, aorta_str device, aorta_str device_id);
/* A record or series is refused by the host with DATA: that one is lost and counted, the rest goes on. */
aorta_status polar_emit(struct polar_job *job, const char *kind, aorta_str id, uint32_t source,
                        const struct polar_when *start, int64_t end_us, int64_t version_us, const sdk_fields *fields);
void polar_series(struct polar_job *job, sdk_samples *s, const char *metric, uint32_t source,
                  const struct polar_when *when, int64_t version_us);
/* An item that cannot be read: one log line, and the next. Always AORTA_OK. */
aorta_status polar_skip(struct polar_job *job, const char *what, const char *why);

/* ---- night.c: maps from "HH:MM" to a value ---- */

struct polar_night {
    int64_t start_us, end_us; /* nothing lies outside, give or take a minute */
    int32_t start_offset_s, end_offset_s;
};
struct polar_mark {
    int64_t us;
    int32_t offset_s;
    sdk_json value;
};
/* The entries of `map` as instants, in their order; those without a readable clock are left out. */
aorta_status polar_marks(struct polar_job *job, sdk_json map, const struct polar_night *night, struct polar_mark **ret,
                         uint32_t *ret_n);

/* ---- the kinds: one item each; OK also for an item that had to be skipped ---- */

aorta_status polar_exercise(struct polar_job *job, sdk_json item);
aorta_status polar_sleep(struct polar_job *job, sdk_json item);
aorta_status polar_recharge(struct polar_job *job, sdk_json item);
aorta_status polar_heart_rate(struct polar_job *job, sdk_json item);
aorta_status polar_activity(struct polar_job *job, sdk_json item);
aorta_status polar_cardio(struct polar_job *job, sdk_json item);

#endif
