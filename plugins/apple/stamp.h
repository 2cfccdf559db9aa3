/* stamp.h - the times of an export: "2024-01-15 08:00:00 +0100", millions of them, two or three of a day in a row.
 *
 * The offset is that of the phone's zone when the export was made, on that day; it is also kept by day, for what brings
 * only a date.
 */
#ifndef APPLE_STAMP_H
#define APPLE_STAMP_H

#include "when.h"

#define APPLE_DAYS 84007 /* 1970 to 2199 */

struct apple_stamps {
    struct phone_clock clock; /* of times in other forms */
    char day[10], zone[5];    /* as they were written last */
    int64_t day_us;
    int32_t offset_s;
    uint8_t seen[APPLE_DAYS]; /* by local day: the offset in quarters of an hour + 100; 0 = none */
    uint8_t hour[APPLE_DAYS]; /* in which it was seen */
};

/* 0, or -1 when there is no such time. */
int apple_stamp(struct apple_stamps *s, const char *text, struct phone_when *ret);
/* day: 1 to APPLE_DAYS - 1. The offset at its beginning, by the times around it, or the last one there was: 1, or 0
 * without any. */
int apple_offset_on(const struct apple_stamps *s, int64_t day, int32_t *offset_s);

#endif
