/* Ranges of local days. */
#include "read/day.h"

struct gw_days gw_days_of_range(const struct gw_time_text *from, const struct gw_time_text *to)
{
    int64_t end = to->us + (to->date_only ? GW_US_PER_DAY : 0);

    if (end <= from->us)
        return (struct gw_days){0, -1};
    return (struct gw_days){gw_offset_day(from->offset_s, from->us), gw_offset_day(to->offset_s, end - 1)};
}
