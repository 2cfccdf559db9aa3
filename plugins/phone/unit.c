/* See unit.h. The table is units.def. */
#include "unit.h"

#include <math.h>

#define MOST          1e9  /* of anything: bodies are not that large */
#define GLUCOSE_LEAST 18.0 /* mg/dL: below and above, a value was converted twice or never, and nobody knows which */
#define GLUCOSE_MOST  720.8

static const struct unit {
    enum phone_dimension dimension;
    const char *text;
    double factor, shift;
} units[] = {
#define UNIT(dimension, text, factor, shift) {PHONE_##dimension, text, factor, shift},
#include "units.def"
#undef UNIT
};

static const struct unit *find(enum phone_dimension dimension, aorta_str text)
{
    const struct unit *similar = NULL;
    for (uint32_t i = 0; i < AORTA_COUNT(units); i++) {
        if (units[i].dimension != dimension)
            continue;
        if (sdk_str_eq(text, units[i].text))
            return &units[i];
        if (!similar && sdk_str_ieq(text, units[i].text))
            similar = &units[i];
    }
    return similar;
}

/* "mmol<180.1558800000541>/L" says which molecule: every mmol is one of glucose here. */
static const struct unit *find_any(enum phone_dimension dimension, aorta_str text)
{
    static const aorta_str mmol = AORTA_S("mmol");
    if (dimension == PHONE_GLUCOSE && text.len >= mmol.len && sdk_str_ieq((aorta_str){text.ptr, mmol.len}, "mmol"))
        return find(dimension, AORTA_S("mmol/L"));
    return find(dimension, text);
}

/* What multiplying leaves behind the sixth decimal is noise; glucose is told to the third. */
static double clean(enum phone_dimension dimension, double v)
{
    double unit = dimension == PHONE_GLUCOSE ? 1e3 : 1e6;
    return fabs(v) < MOST ? round(v * unit) / unit : v;
}

/* Alcohol in "%" is a fraction of the blood where HealthKit keeps it, and a percentage with most people. */
#define ALCOHOL_FRACTION_MOST 0.01 /* nobody survives one percent */

static void convert(const struct phone_quantity *q, aorta_str text, double *v)
{
    const struct unit *unit = text.len ? find_any(q->dimension, text) : NULL;
    if (!unit)
        unit = find(q->dimension, sdk_str(q->unit));
    double factor = (unit ? unit->factor : 1) * q->scale, shift = unit ? unit->shift : 0;
    if (q->dimension == PHONE_ALCOHOL && factor != 1 && *v <= ALCOHOL_FRACTION_MOST)
        factor *= 100;
    if (factor != 1 || shift != 0)
        *v = clean(q->dimension, (*v + shift) * factor);
}

int phone_convert(const struct phone_quantity *quantity, aorta_str unit, double *value)
{
    double v = *value;
    if (quantity->dimension != PHONE_PLAIN)
        convert(quantity, unit, &v);
    if (quantity->rules & PHONE_FRACTION)
        v = v <= 1 ? clean(PHONE_PLAIN, v * 100) : v;
    if (!(fabs(v) < MOST) || (v < 0 && !(quantity->rules & PHONE_SIGNED)) ||
        (v <= 0 && quantity->rules & PHONE_POSITIVE))
        return -1;
    if (quantity->rules & PHONE_FRACTION && v > 100)
        return -1;
    if (quantity->dimension == PHONE_GLUCOSE && (v < GLUCOSE_LEAST || v > GLUCOSE_MOST))
        return -1;
    *value = v;
    return 0;
}
