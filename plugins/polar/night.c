/* Clocks of a night to instants.
 *
 * Polar gives sleep stages and the samples of a night as maps from the local wall clock, "23:58", to a value,
 * in the order of the night and without a date. So the map is walked: when the clock goes back, a day has
 * passed. In the two nights of the year when the clocks change that is not so: in autumn an hour comes twice,
 * in spring one is missing. The offsets of the night's start and end tell that it happened, but not when; it
 * is tried at the hours at which clocks are changed in the world, and the try that fits the map best is
 * taken. */
#include "normalize.h"

#define HOUR   3600
#define SLACK  90 /* the map's clocks are cut to the minute, so one may lie a little before the start */
#define NEVER  INT64_MAX
#define CHOICE 4

struct walk {
    const int64_t *clock; /* seconds of the day */
    uint32_t n;
    int64_t start, end; /* seconds */
    int32_t offset, end_offset;
};

/* The day on which the first clock is nearest to the start. */
static int64_t first_day(const struct walk *w)
{
    int64_t local = w->start + w->offset;
    int64_t day = local / POLAR_DAY_S - (local % POLAR_DAY_S < 0);
    int64_t ahead = day * POLAR_DAY_S + w->clock[0] - local;
    return ahead > POLAR_DAY_S / 2 ? day - 1 : ahead < -POLAR_DAY_S / 2 ? day + 1 : day;
}

/* Places every clock, the offsets changing at the instant `change`. Returns how many do not fit. */
static uint32_t place(const struct walk *w, int64_t change, struct polar_mark *mark)
{
    int32_t offset = w->offset, shift = w->end_offset - w->offset;
    int64_t day = first_day(w), before = INT64_MIN;
    uint32_t misfits = 0;
    int changed = shift == 0, repeated = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        int64_t back = i ? w->clock[i - 1] - w->clock[i] : 0;
        if (back > 0 && !changed && back <= -shift) {
            changed = 1; /* the repeated hour begins again */
            offset = w->end_offset;
        } else if (back > 0 && back <= HOUR && !repeated &&
                   (day + 1) * POLAR_DAY_S + w->clock[i] - offset > w->end + SLACK) {
            repeated = 1; /* the same, where both ends bear the offset of the evening: a new day would be too late */
            offset -= HOUR;
        } else if (back > 0) {
            day++;
        }
        int64_t at = day * POLAR_DAY_S + w->clock[i] - offset;
        if (!changed && at >= change) {
            changed = 1;
            offset = w->end_offset;
            at = day * POLAR_DAY_S + w->clock[i] - offset;
            misfits += at < change; /* a clock inside the missing hour */
        }
        misfits += at < before || at < w->start - SLACK || at > w->end + SLACK;
        before = at;
        mark[i].us = at * POLAR_US_PER_S;
        mark[i].offset_s = offset;
    }
    return misfits;
}

/* The first instant from the night's start on at which the clock of `offset` shows `hour`. */
static int64_t next_hour(const struct walk *w, int32_t offset, int hour)
{
    int64_t local = w->start + offset;
    int64_t day = local / POLAR_DAY_S - (local % POLAR_DAY_S < 0);
    int64_t at = day * POLAR_DAY_S + hour * HOUR;
    return (at < local ? at + POLAR_DAY_S : at) - offset;
}

static void place_best(const struct walk *w, struct polar_mark *mark)
{
    /* Europe at 01:00 UTC; North America at 2 by the old clock; the south back at 3; some at midnight */
    const int64_t change[CHOICE] = {next_hour(w, 0, 1), next_hour(w, w->offset, 2), next_hour(w, w->offset, 3),
                                    next_hour(w, w->offset, 24)};
    if (w->offset == w->end_offset) {
        place(w, NEVER, mark);
        return;
    }
    int best = 0;
    uint32_t least = UINT32_MAX;
    for (int i = 0; i < CHOICE; i++) {
        uint32_t misfits = place(w, change[i], mark);
        if (misfits < least) {
            least = misfits;
            best = i;
        }
    }
    place(w, change[best], mark);
}

aorta_status polar_marks(struct polar_job *job, sdk_json map, const struct polar_night *night, struct polar_mark **ret,
                         uint32_t *ret_n)
{
    uint32_t count = sdk_json_type(map) == SDK_JSON_OBJECT ? sdk_json_count(map) : 0, n = 0;
    *ret = NULL;
    *ret_n = 0;
    if (count == 0)
        return AORTA_OK;
    struct polar_mark *mark = job->ctx->host->alloc(job->ctx, count * sizeof(*mark));
    int64_t *clock = job->ctx->host->alloc(job->ctx, count * sizeof(*clock));
    if (!mark || !clock)
        return AORTA_ERR_NOMEM;
    for (sdk_json m = sdk_json_first(map); m.node; m = sdk_json_next(m))
        if (sdk_clock_parse(sdk_json_key(m), &clock[n]) == 0)
            mark[n++].value = m;
    const struct walk walk = {.clock = clock,
                              .n = n,
                              .start = night->start_us / POLAR_US_PER_S,
                              .end = night->end_us / POLAR_US_PER_S,
                              .offset = night->start_offset_s,
                              .end_offset = night->end_offset_s};
    if (n)
        place_best(&walk, mark);
    *ret = mark;
    *ret_n = n;
    return AORTA_OK;
}
