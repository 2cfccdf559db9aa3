/* Heart rate through the day: local clock times under a date, in the offset that came with the payload, which is that
 * of its noon. On the day on which the clocks go back the small hours were in the offset before: there the clock jumps
 * back within the list. (On the day on which they go forward nothing tells; those two hours lie an hour early.) */
#include "normalize.h"

#define HOUR_S 3600

struct beat {
    int64_t clock;
    double bpm;
};

/* The samples that say something, in their order. */
static uint32_t read_beats(sdk_json list, struct beat *out)
{
    uint32_t n = 0;
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        out[n].bpm = polar_number(m, "heart_rate", 0);
        if (out[n].bpm >= 1 && sdk_clock_parse(polar_string(m, "sample_time"), &out[n].clock) == 0) /* 0 = no signal */
            n++;
    }
    return n;
}

/* Where the repeated hour begins again; 0 = nowhere. The samples are minutes apart, so the clock jumps back by a little
 * less than the hour, and that in the small hours. */
static uint32_t clock_change(const struct beat *beat, uint32_t n)
{
    for (uint32_t i = 1; i < n && beat[i].clock < 5 * HOUR_S; i++) {
        int64_t back = beat[i - 1].clock - beat[i].clock;
        if (back >= HOUR_S / 2 && back <= HOUR_S)
            return i;
    }
    return 0;
}

static void add_beats(sdk_samples *s, const struct polar_when *day, const struct beat *beat, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sdk_samples_add(s, day->us + beat[i].clock * POLAR_US_PER_S, beat[i].bpm);
}

aorta_status polar_heart_rate(struct polar_job *job, sdk_json item)
{
    struct polar_when day;
    sdk_samples s;
    if (polar_midnight(job, polar_string(item, "date"), &day) != 0)
        return polar_skip(job, "heart rate", "no date");
    sdk_json list = polar_get(item, "heart_rate_samples");
    struct beat *beat = job->ctx->host->alloc(job->ctx, (sdk_json_count(list) + 1) * sizeof(*beat));
    if (!beat)
        return AORTA_ERR_NOMEM;
    uint32_t n = read_beats(list, beat), change = day.has_offset ? clock_change(beat, n) : 0;
    uint32_t source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    struct polar_when before = {day.us - HOUR_S * POLAR_US_PER_S, day.offset_s + HOUR_S, 1};
    polar_series(job, &s, "heart_rate", source, &before, 0);
    add_beats(&s, &before, beat, change);
    aorta_status st = sdk_samples_flush(&s);
    if (st != AORTA_OK)
        return st;
    polar_series(job, &s, "heart_rate", source, &day, 0);
    add_beats(&s, &day, beat + change, n - change);
    return sdk_samples_flush(&s);
}
