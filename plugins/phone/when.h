/* when.h - instants and offsets as phones send them. */
#ifndef PHONE_WHEN_H
#define PHONE_WHEN_H

#include "aorta/sdk.h"

#define PHONE_US_PER_S  INT64_C(1000000)
#define PHONE_DAY_S     INT64_C(86400)
#define PHONE_TIME_MOST INT64_C(7258118400000000) /* 2200-01-01: later, and before 1970, is no time for the host */

struct phone_when {
    int64_t us;
    int32_t offset_s;
    int has_offset;
    int is_day; /* only a date was given: local midnight */
};

/* What local times mean that bring no offset: the payload's, or UTC. */
struct phone_clock {
    int32_t offset_s;
    int has_offset;
    int zone_is_known; /* "+0000" is where the phone is, not a way to write UTC */
    int64_t epoch_s;   /* of bare numbers: 0, or 2001-01-01 for Apple's */
};

/* ISO 8601, also with spaces for T and before the offset; a bare date; a number of seconds, or of milliseconds when it
 * is too large for that. 0, or -1 when there is no such time. A "Z" says nothing of where the phone is. */
int phone_when(const struct phone_clock *clock, aorta_str text, struct phone_when *ret);
/* "+05:30", "-0330", "Z": 0 with the offset, or -1. */
int phone_offset(aorta_str text, int32_t *offset_s);

#endif
