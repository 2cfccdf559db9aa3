/* workout.h - a workout as it is gathered from an item, of a phone or of an export, and on its way out. */
#ifndef PHONE_WORKOUT_H
#define PHONE_WORKOUT_H

#include "job.h"

enum phone_measure {
#define MEASURE(name, field, metric, most) PHONE_M_##name,
#include "measures.def"
#undef MEASURE
    PHONE_MEASURES
};

struct phone_workout {
    struct phone_span span;
    uint32_t source;
    aorta_str id, parent, type, title;
    int manual;                   /* 1, 0, or -1 */
    double value[PHONE_MEASURES]; /* NaN = not known */
    uint8_t firm[PHONE_MEASURES]; /* not to be replaced by a total */
    aorta_str laps, route;        /* JSON, or empty */
    int has_series;               /* the samples behind its numbers come by themselves */
};

void phone_workout_begin(struct phone_workout *w);
/* A number, a numeric text, or true and false; in a unit, or the quantity's own. What cannot be is left out. */
void phone_workout_set(struct phone_workout *w, enum phone_measure measure, const struct phone_quantity *quantity,
                       phone_value value, aorta_str unit, int firm);
void phone_workout_set_number(struct phone_workout *w, enum phone_measure measure,
                              const struct phone_quantity *quantity, double value, aorta_str unit, int firm);
/* The record, and the samples it brings. An end that is missing is made of the duration. */
aorta_status phone_workout_out(struct phone_job *job, struct phone_workout *w);

void phone_workout_names_init(struct phone_names *sports, struct phone_names *values);
/* Of the catalogue; NULL when nothing is said, "other" when it is not known. */
const char *phone_workout_type(const struct phone_names *sports, aorta_str text);

/* route.c: laps one at a time, as JSON in job->text; the text of _end is good until the next. */
void phone_laps_begin(struct phone_job *job);
aorta_status phone_laps_add(struct phone_job *job, int64_t start_us, int64_t end_us);
aorta_status phone_laps_end(struct phone_job *job, aorta_str *ret);
/* The same of lists, and the route: sets laps and route, as JSON in job->text, good until the next call; empty when
 * there is nothing in them. */
aorta_status phone_ways(struct phone_job *job, const struct phone_clock *clock, phone_value laps, phone_value route,
                        struct phone_workout *w);

#endif
