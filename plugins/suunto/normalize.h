/* normalize.h - what the normalisers of the five kinds share: items of a payload in any of its shapes, times,
 * units.
 *
 * Everything here is pure: same bytes, same output. */
#ifndef SUUNTO_NORMALIZE_H
#define SUUNTO_NORMALIZE_H

#include "suunto.h"

/* One payload while it is read. */
struct input {
    aorta_ctx *ctx;
    const aorta_payload *payload; /* for its time offset */
    aorta_str text;
    uint32_t items, skipped;
};

aorta_status normalize_workouts(struct input *in);
aorta_status normalize_sleep(struct input *in);
aorta_status normalize_activity(struct input *in);
aorta_status normalize_recovery(struct input *in);
aorta_status normalize_daily(struct input *in);

/* ---- items ---- */

/* Not OK ends the walk and is returned. `envelope` is the object the item lay in, or absent. */
typedef aorta_status item_fn(struct input *in, sdk_json item, sdk_json envelope, void *data);

/* Calls fn for every object in the payload: a list, {"payload": …}, a webhook's {"samples": […]} or
 * {"workout": …}, one object alone, JSON lines. DATA when nothing of it can be read; a broken line among
 * others is counted. */
aorta_status input_each(struct input *in, item_fn *fn, void *data);
/* This item gave nothing; `why` goes to the log once for the payload, without values. */
void input_skip(struct input *in, const char *why);

/* The measurements of a 24/7 item: its entryData, or the item itself where it is flat. */
sdk_json entry_of(sdk_json item);
/* Member by name whatever its case: the app's API spells sleepId what the Cloud API spells SleepId. Null =
 * absent. */
sdk_json entry_get(sdk_json entry, const char *name);

/* ---- times ---- */

struct instant {
    int64_t us;
    int32_t offset_s;
    int has_offset;
};

/* ISO 8601, or epoch milliseconds (seconds where they are too few); a clock time without an offset takes the
 * payload's. 0, or -1 for what is no time between 2000 and 2100. */
int instant_of(const struct input *in, sdk_json value, struct instant *ret);
/* Epoch milliseconds, or seconds: told apart by size. 0 when it is neither. */
int64_t epoch_us(double number);

/* ---- units; NaN = not known ---- */

double number_of(sdk_json value);        /* NaN where there is none */
double heart_rate_bpm(double value);     /* 0 = no sensor; below 15 it is Hz */
double per_minute(double value, int hz); /* hz: counted by the second */
double percent_of(double value);         /* up to 1 it is a fraction; 0 and over 100 are no measurement */
double saturation_percent(double value); /* of blood oxygen: percent_of within what a living person has */
double celsius_of(double value);         /* kelvin where it can be nothing else */

/* ---- who measured ---- */

/* Handle for a `gear` object; 0 when it names nothing. */
uint32_t gear_source(aorta_ctx *ctx, sdk_json gear);
/* Handle for a watch of which only the name is known. */
uint32_t watch_source(aorta_ctx *ctx, aorta_str name);

#endif
