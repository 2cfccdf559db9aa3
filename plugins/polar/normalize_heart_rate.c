/* Heart rate through the day: local clock times under a date, in the offset that came with the payload. */
#include "normalize.h"

aorta_status polar_heart_rate(struct polar_job *job, sdk_json item)
{
    struct polar_when day;
    sdk_samples s;
    if (polar_midnight(job, polar_string(item, "date"), &day) != 0)
        return polar_skip(job, "heart rate", "no date");
    uint32_t source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    polar_series(job, &s, "heart_rate", source, &day, 0);
    sdk_json list = polar_get(item, "heart_rate_samples");
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        int64_t clock;
        double bpm = polar_number(m, "heart_rate", 0);
        if (bpm >= 1 && sdk_clock_parse(polar_string(m, "sample_time"), &clock) == 0) /* 0 = no signal */
            sdk_samples_add(&s, day.us + clock * POLAR_US_PER_S, bpm);
    }
    return sdk_samples_flush(&s);
}
