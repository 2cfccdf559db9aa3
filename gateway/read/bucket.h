/* read/bucket.h - samples gathered into intervals: one row for each (interval, metric, source).
 *
 * Intervals shorter than a day are aligned to UTC. A day is the sample's local day (day.h); there a daily total that
 * the source itself gave wins over its samples and is never added to them, and in shorter intervals it does not count.
 * What is fed comes in the order of time, so that a row is the same from whatever page it is read. [one thread at a
 * time]
 */
#ifndef GW_READ_BUCKET_H
#define GW_READ_BUCKET_H

#include "read/day.h"
#include "read/form.h"
#include "read/stream.h"

enum gw_resolution { GW_RAW, GW_1MIN, GW_5MIN, GW_15MIN, GW_1HOUR, GW_1DAY };

int64_t gw_resolution_us(enum gw_resolution resolution); /* 0 = raw */
const char *gw_resolution_name(enum gw_resolution resolution);

/* Samples of one metric and source. */
struct gw_gathered;

struct gw_bucket {
    int64_t key; /* where it begins, us; of a day: its number */
    struct gw_gathered *of;
    int64_t t_us; /* as it is shown */
    double value, min, max;
    uint32_t count;
    int32_t offset_s; /* of its first sample, or what the user's zone says of it */
    bool total;
};

struct gw_gathering {
    struct gw_arena *arena;
    enum gw_resolution resolution;
    enum gw_format format;
    const struct gw_zone *zone;
    int64_t first_key, last_key; /* others do not count */
    struct gw_gathered **item;
    size_t count, cap;
};

/* Everything in the streams, from the oldest on. GW_NOMEM */
enum gw_code gw_gather(struct gw_gathering *gathering, const struct gw_streams *streams,
                       struct gw_err *err) GW_MUST_USE;
/* The rows, by (key, metric, source), in the arena. */
enum gw_code gw_gathered_rows(struct gw_gathering *gathering, struct gw_bucket **ret, size_t *ret_count,
                              struct gw_err *err) GW_MUST_USE;

uint16_t gw_bucket_metric(const struct gw_bucket *bucket);
int32_t gw_bucket_source(const struct gw_bucket *bucket);
/* The constant parts of its row; NULL = no memory. */
const struct gw_sample_form *gw_bucket_form(const struct gw_gathering *gathering, const struct gw_bucket *bucket);
/* Bytes that gw_bucket_put needs at most. */
size_t gw_bucket_room(const struct gw_sample_form *form);
char *gw_bucket_put(char *p, const struct gw_gathering *gathering, const struct gw_bucket *bucket,
                    const struct gw_sample_form *form, struct gw_sample_day *day);

#endif
