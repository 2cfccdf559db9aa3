/* export.h - the bodies of Health Auto Export, an app that posts what HealthKit shows: metrics of many points each, and
 * workouts in its own words.
 */
#ifndef PHONE_EXPORT_H
#define PHONE_EXPORT_H

#include "job.h"

struct phone_parked;

/* A point of a metric that adds up, as it stands in the body. */
struct phone_point {
    struct phone_span span;
    const char *metric;
    uint32_t source;
    double value;
    int at_midnight;
};

/* The metric at hand. Its points may come before its name and unit; they are parked until both are known. */
struct phone_export {
    char name[64], unit[32];
    size_t name_len, unit_len;
    struct phone_parked *first, **last;
    size_t parked;            /* bytes */
    struct phone_point early; /* the first point, until the second tells whether each is the total of a day */
    int has_early, decided, daily;
};

void phone_exports_init(struct phone_names *names);
void phone_export_begin(struct phone_export *e);
void phone_export_free(struct phone_export *e);
/* A member of the metric beside its points: its name or unit. */
void phone_export_member(struct phone_export *e, enum phone_key key, aorta_str text);
aorta_status phone_export_point(struct phone_job *job, struct phone_export *e, phone_value item);
aorta_status phone_export_end(struct phone_job *job, struct phone_export *e);

/* 0, or -1 with the fault tallied: the start of a point or workout, under any of its names. */
int phone_export_span(struct phone_job *job, enum phone_list list, phone_value item, struct phone_span *ret);
uint32_t phone_export_source(struct phone_job *job, phone_value item);

/* export_night.c */
aorta_status phone_export_night(struct phone_job *job, phone_value item, aorta_str unit);
/* export_workout.c: in the app's form, which says start where phones say startDate */
int phone_export_is_workout(phone_value item);
aorta_status phone_export_workout(struct phone_job *job, phone_value item);

#endif
