/* read/day.h - local days: which one a sample lies in, and which ones a range speaks of. [any thread]
 *
 * A day is numbered from 1970-01-01 (base/zone.h writes it as text). A sample's own offset says its day; where none is
 * known the user's time zone does, else UTC.
 */
#ifndef GW_READ_DAY_H
#define GW_READ_DAY_H

#include "base/time.h"
#include "base/zone.h"
#include "store/model.h"

/* zone: gw_zone_find of the user's time_zone, NULL = UTC. */
static inline int64_t gw_day_of(int64_t us, int32_t offset_s, const struct gw_zone *zone)
{
    return offset_s == GW_NO_OFFSET ? gw_zone_day(zone, us) : gw_offset_day(offset_s, us);
}

/* All instants of these days, whatever the offset, lie in [first * day - most, (last + 1) * day + most). */
#define GW_DAY_SHIFT_MOST (26 * GW_US_PER_HOUR)

struct gw_days {
    int64_t first, last; /* both included; last < first = none */
};

/* The days on the wall clock that the range was written with. A date alone as the end is included; a time is literal,
 * so that midnight of a day leaves that day out. */
struct gw_days gw_days_of_range(const struct gw_time_text *from, const struct gw_time_text *to);

#endif
