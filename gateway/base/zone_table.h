/* base/zone_table.h - a zone as zone.c and zone_read.c see it; nobody else does. */
#ifndef GW_BASE_ZONE_TABLE_H
#define GW_BASE_ZONE_TABLE_H

#include "base/zone.h"

/* A day of the year on which clocks change, and when, as POSIX's TZ says it. */
struct zone_when {
    enum { ZONE_WEEKDAY, ZONE_JULIAN, ZONE_DAY } form; /* Mm.w.d; Jn, which never counts 29 February; n, from 0 */
    int32_t month, week, day;
    int32_t second; /* of that day's local time; may lie days off */
};

/* What goes on behind the last change of the table. */
struct zone_rule {
    bool known, changes; /* changes: daylight saving every year */
    int32_t standard_s, daylight_s;
    struct zone_when begins, ends; /* daylight saving */
};

struct gw_zone {
    int32_t first_s; /* before the first change */
    size_t count;
    struct zone_change {
        int64_t at; /* seconds since 1970 */
        int32_t offset_s;
    } * changes; /* ascending */
    struct zone_rule rule;
};

#endif
