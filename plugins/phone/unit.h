/* unit.h - values from the unit they came in to the one the catalogue keeps. */
#ifndef PHONE_UNIT_H
#define PHONE_UNIT_H

#include "aorta/sdk.h"

enum phone_dimension {
    PHONE_PLAIN, /* kept as it comes */
    PHONE_LENGTH,
    PHONE_TIME,
    PHONE_MASS,
    PHONE_ENERGY,
    PHONE_FREQUENCY,
    PHONE_SPEED,
    PHONE_TEMPERATURE,
    PHONE_PRESSURE,
    PHONE_VOLUME,
    PHONE_FLOW,
    PHONE_GLUCOSE,
    PHONE_ALCOHOL,
    PHONE_POWER
};

/* What a value means and may be. */
#define PHONE_FRACTION 0x1u /* percent, but 0..1 is a fraction of it; beyond 100 cannot be */
#define PHONE_POSITIVE 0x2u /* 0 and less say that nothing was measured */
#define PHONE_SIGNED   0x4u /* below 0 can be */
#define PHONE_PER_DAY  0x8u /* a rate for a day, not an amount: the total of its day */

struct phone_quantity {
    enum phone_dimension dimension;
    const char *unit; /* what it comes in when it does not say, or says one of another dimension; "" = the base unit */
    double scale;     /* from the dimension's base unit to the catalogue's */
    uint32_t rules;
};

/* *value in the catalogue's unit. 0, or -1 when such a value cannot be. */
int phone_convert(const struct phone_quantity *quantity, aorta_str unit, double *value);

#endif
