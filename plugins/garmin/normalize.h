/* Reading payloads: what the readers of the summary types share. A reader turns the items of one type into
 * records and series; an item it cannot use is skipped with a log line, and the rest goes on.
 */
#ifndef GARMIN_NORMALIZE_H
#define GARMIN_NORMALIZE_H

#include "garmin.h"

/* The payload in hand. */
struct garmin_batch {
    aorta_ctx *ctx;
    const aorta_payload *payload;
    int type;
    sdk_json list; /* of items; or the one item itself */
    uint32_t skipped;
};

typedef aorta_status (*garmin_reader_fn)(struct garmin_batch *b);
typedef aorta_status (*garmin_item_fn)(struct garmin_batch *b, sdk_json item);

/* Runs `one` over the items. Its AORTA_ERR_DATA skips the item; any other failure ends the batch. */
aorta_status garmin_each(struct garmin_batch *b, garmin_item_fn one);
/* The items, when a reader needs all of them at hand. */
sdk_json garmin_first(const struct garmin_batch *b);
sdk_json garmin_next(const struct garmin_batch *b, sdk_json item);

/* What nearly every item begins with. */
struct garmin_item {
    sdk_json json;
    aorta_str id; /* summaryId; may be empty */
    int64_t start_us;
    double duration_s; /* NaN = not said */
    int32_t offset_s;
    int has_offset; /* Garmin lets users set any offset; what is no offset of this world is none */
};

/* Fills it from start or measurement time, under each of the names Garmin uses. DATA without a time of this
 * century. */
aorta_status garmin_item_read(sdk_json json, struct garmin_item *ret);
/* Seconds (fractions allowed, also as text) to microseconds; -1 outside of this century. */
int garmin_instant(sdk_json v, int64_t *ret_us);
int garmin_offset(sdk_json v, int32_t *ret_s);
/* A calendar date as days since 1970; -1 outside of this century. */
int garmin_date(sdk_json v, int64_t *ret_days);
/* Start plus duration: how far a growing summary has come. Garmin replaces a summary by one that covers as
 * much or more, so this is its version. 0 when there is no duration. */
int64_t garmin_covered_us(const struct garmin_item *it);
double garmin_number(sdk_json object, const char *key); /* NaN = absent */

/* ---- samples ---- */

struct garmin_run {
    const char *metric;
    double low, high; /* values outside mean "nothing measured" */
    double factor;    /* 0 = 1 */
    uint32_t flags;   /* AORTA_SERIES_* beyond HAS_OFFSET */
    int64_t version_us;
};

/* A map of seconds from the start to values. */
aorta_status garmin_emit_map(struct garmin_batch *b, const struct garmin_item *it, sdk_json map,
                             const struct garmin_run *run);
/* One value at the item's start; nothing when it is NaN or outside. */
aorta_status garmin_emit_value(struct garmin_batch *b, const struct garmin_item *it, double value,
                               const struct garmin_run *run);
/* Starts samples of a run with the item's offset. */
void garmin_samples_begin(struct garmin_batch *b, const struct garmin_item *it, sdk_samples *s,
                          const struct garmin_run *run);

/* ---- records ---- */

aorta_record garmin_record(const struct garmin_item *it, const char *kind);
/* "<id>-<what>", for a record that comes with another and has no id of its own; empty stays empty. NOMEM. */
aorta_status garmin_id_with(struct garmin_batch *b, aorta_str id, const char *what, aorta_str *ret);
/* The handle of a device by Garmin's name for it; 0 when there is none ("unknown" stands in manual entries).
 */
uint32_t garmin_source(struct garmin_batch *b, aorta_str device_name);

/* Numbers that go into fields as they are: the key in the record, the key at Garmin, factor, least value. */
struct garmin_field {
    const char *key, *from;
    double factor, min;
    int whole; /* an integer of the catalogue */
};
void garmin_add_fields(sdk_fields *f, sdk_json object, const struct garmin_field *table, size_t count);

/* The workout type of Garmin's name for a sport; "other" when it has none (sport.c). */
const char *garmin_sport(aorta_str name);
/* "watch", "band", "scale", "other", or NULL, by the name of a device (device.c). */
const char *garmin_device_type(aorta_str name);

/* ---- the readers ---- */

aorta_status garmin_read_activities(struct garmin_batch *b);
aorta_status garmin_read_activity_details(struct garmin_batch *b);
aorta_status garmin_read_move_iq(struct garmin_batch *b);
aorta_status garmin_read_sleeps(struct garmin_batch *b);
aorta_status garmin_read_dailies(struct garmin_batch *b);
aorta_status garmin_read_epochs(struct garmin_batch *b);
aorta_status garmin_read_stress(struct garmin_batch *b);
aorta_status garmin_read_hrv(struct garmin_batch *b);
aorta_status garmin_read_pulse_ox(struct garmin_batch *b);
aorta_status garmin_read_respiration(struct garmin_batch *b);
aorta_status garmin_read_body_comps(struct garmin_batch *b);
aorta_status garmin_read_user_metrics(struct garmin_batch *b);
aorta_status garmin_read_health_snapshot(struct garmin_batch *b);
aorta_status garmin_read_blood_pressures(struct garmin_batch *b);
aorta_status garmin_read_skin_temp(struct garmin_batch *b);
aorta_status garmin_read_cycle(struct garmin_batch *b);

/* The fields of one activity and its source, for workouts of both kinds (normalize_activities.c). */
struct garmin_activity {
    struct garmin_item item;
    aorta_str id, parent;
    uint32_t source;
    int64_t end_us;
};
/* `item` holds the ids when they are not in `summary`. DATA when it is not a whole activity. */
aorta_status garmin_activity_read(struct garmin_batch *b, sdk_json item, sdk_json summary, struct garmin_activity *ret);
void garmin_activity_fields(sdk_json summary, sdk_fields *f);
aorta_status garmin_activity_emit(struct garmin_batch *b, const struct garmin_activity *a, const sdk_fields *f);

#endif
