/* tally.h - what was left out and why: counted while reading, said once at the end, without any value of it. */
#ifndef PHONE_TALLY_H
#define PHONE_TALLY_H

#include "aorta/sdk.h"

enum phone_list {
    PHONE_LIST_RECORDS,
    PHONE_LIST_SLEEP,
    PHONE_LIST_WORKOUTS,
    PHONE_LIST_METRICS,
    PHONE_LIST_DAYS,
    PHONE_LISTS
};

enum phone_fault {
    PHONE_FAULT_SHAPE,  /* not an object */
    PHONE_FAULT_SIZE,   /* larger than any of its kind */
    PHONE_FAULT_TIME,   /* no start that can be read */
    PHONE_FAULT_END,    /* no end, or one before the start */
    PHONE_FAULT_VALUE,  /* no number */
    PHONE_FAULT_RANGE,  /* a number that cannot be */
    PHONE_FAULT_STAGE,  /* no stage of sleep */
    PHONE_FAULT_OFFSET, /* an offset that is none: the item is kept without it */
    PHONE_FAULTS
};

#define PHONE_NAMED 5 /* items that a message names by their place */

struct phone_tally {
    uint32_t seen[PHONE_LISTS];    /* items; the one at hand is the last */
    uint32_t unknown[PHONE_LISTS]; /* of types that are not kept */
    uint32_t count[PHONE_LISTS][PHONE_FAULTS];
    uint32_t place[PHONE_LISTS][PHONE_FAULTS][PHONE_NAMED];
};

/* The item at hand of that list has the fault. Always OK. */
aorta_status phone_fault(struct phone_tally *tally, enum phone_list list, enum phone_fault fault);
void phone_tally_say(const struct phone_tally *tally, aorta_ctx *ctx);

#endif
