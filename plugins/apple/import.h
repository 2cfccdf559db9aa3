/* import.h - an export of Apple Health as one payload: export.xml, or the zip that holds it. */
#ifndef APPLE_IMPORT_H
#define APPLE_IMPORT_H

#include "device.h"
#include "stamp.h"
#include "workout.h"

#define APPLE_EXPORT "apple.export"

aorta_status apple_import(const struct phone_provider *provider, aorta_ctx *ctx, const aorta_payload *payload);

/* ---- what the readers of its elements share ---- */

struct apple_import {
    struct phone_job job;
    struct apple_stamps stamps;
    struct apple_devices devices;
    int64_t export_day; /* the local day it was made on, which is not over; 0 = not said */
    /* the type of the record before, as they come by the thousand */
    char type[96];
    const struct phone_metric *row;
    /* the workout at hand */
    int in_workout;
    struct phone_workout workout;
    double distance_m;
    char workout_type[96], workout_id[40];
};

/* An attribute by its name, or NULL. */
const char *apple_attr(const char **attrs, const char *name);
/* Times of an element. 0, or -1 without a start, which is tallied. */
int apple_span(struct apple_import *m, enum phone_list list, const char *start, const char *end,
               struct phone_span *ret);

/* import_record.c */
aorta_status apple_record(struct apple_import *m, const char **attrs);
/* import_workout.c: its element, what stands directly in it, and its end, which may come without one */
aorta_status apple_workout(struct apple_import *m, const char **attrs);
aorta_status apple_workout_part(struct apple_import *m, const char *name, const char **attrs);
aorta_status apple_workout_end(struct apple_import *m);
/* import_day.c: an ActivitySummary */
aorta_status apple_day(struct apple_import *m, const char **attrs);

#endif
