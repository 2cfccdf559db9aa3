/* read/means.h - averages of a few metrics over a night or a day. [any thread] */
#ifndef GW_READ_MEANS_H
#define GW_READ_MEANS_H

#include "read/person.h"
#include "read/rank.h"

#define GW_MEANS_MOST 8

struct gw_means_query {
    struct gw_uuid user;
    const uint16_t *metrics;
    size_t count;
    int64_t from_us, to_us; /* [from, to) */
    /* Only samples of this local day, when by_day. */
    bool by_day;
    int64_t day;
    const struct gw_zone *zone;
    /* Where this group has samples of a metric, only its; GW_NO_RANK: everybody's. */
    const struct gw_ranks *ranks;
    size_t group;
};

/* NaN where there is no sample. */
enum gw_code gw_means(struct gw_db *db, const struct gw_means_query *query, double ret[GW_MEANS_MOST],
                      struct gw_err *err) GW_MUST_USE;

#endif
