/* workout.h - one workout while it is normalised: the record's file and the streams' file share it. */
#ifndef SUUNTO_WORKOUT_H
#define SUUNTO_WORKOUT_H

#include "normalize.h"

struct workout {
    struct input *in;
    sdk_json json, extensions;
    const char *type; /* of the catalogue */
    int64_t start_us, end_us, version_us;
    int32_t offset_s;
    int has_offset;
    uint32_t source;
    double steps_per_turn; /* what cadence is multiplied with; NaN = decide by the stream */
};

/* The extension of this name, or absent. */
sdk_json workout_extension(const struct workout *w, const char *name);

/* Suunto counts the turns of one foot; the catalogue wants steps for runs and walks. `average` is per minute.
 */
double workout_steps_per_turn(const char *type, double average);

/* JSON texts for record fields, empty where there is nothing. OK or NOMEM. */
aorta_status workout_laps(const struct workout *w, aorta_str *ret);
aorta_status workout_zones(const struct workout *w, aorta_str *ret);
aorta_status workout_route(const struct workout *w, aorta_str *ret);

/* ---- streams ---- */

sdk_json workout_points(sdk_json extension);

struct workout_clock {
    int64_t base_us; /* 0: times are absolute */
    double unit_us;
};
struct workout_clock workout_clock(const struct workout *w, sdk_json points);
int64_t workout_point_time(const struct workout_clock *clock, sdk_json point); /* 0: it has none */

/* The lowest heart rate of its stream, or NaN. */
double workout_lowest_heart_rate(const struct workout *w);
/* Emits every stream and the VO2max. */
aorta_status workout_streams(const struct workout *w);

#endif
