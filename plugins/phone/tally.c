/* See tally.h. */
#include "tally.h"

#include <stdio.h>

static const char *const lists[PHONE_LISTS] = {"records", "sleep", "workouts", "metrics", "days"};

static const char *const faults[PHONE_FAULTS] = {
    [PHONE_FAULT_SHAPE] = "skipped: not an object",
    [PHONE_FAULT_SIZE] = "skipped: too large",
    [PHONE_FAULT_TIME] = "skipped: no start that can be read",
    [PHONE_FAULT_END] = "skipped: no end, or one before the start",
    [PHONE_FAULT_VALUE] = "skipped: the value is not a number",
    [PHONE_FAULT_RANGE] = "skipped: the value cannot be, in the unit it is said to have",
    [PHONE_FAULT_STAGE] = "skipped: not a stage of sleep",
    [PHONE_FAULT_OFFSET] = "kept without their zoneOffset: it is none",
};

aorta_status phone_fault(struct phone_tally *tally, enum phone_list list, enum phone_fault fault)
{
    uint32_t n = tally->count[list][fault]++;
    if (n < PHONE_NAMED)
        tally->place[list][fault][n] = tally->seen[list] ? tally->seen[list] - 1 : 0;
    return AORTA_OK;
}

static void say(const struct phone_tally *tally, aorta_ctx *ctx, enum phone_list list, enum phone_fault fault)
{
    char places[PHONE_NAMED * 12 + 8];
    uint32_t n = tally->count[list][fault];
    int len = 0;
    for (uint32_t i = 0; i < n && i < PHONE_NAMED; i++)
        len += snprintf(places + len, sizeof(places) - (size_t)len, "%s%u", i ? ", " : "",
                        (unsigned)tally->place[list][fault][i]);
    sdk_warn(ctx, "%u of %u items of %s %s (at %s%s)", (unsigned)n, (unsigned)tally->seen[list], lists[list],
             faults[fault], places, n > PHONE_NAMED ? ", …" : "");
}

void phone_tally_say(const struct phone_tally *tally, aorta_ctx *ctx)
{
    for (enum phone_list list = 0; list < PHONE_LISTS; list++) {
        for (enum phone_fault fault = 0; fault < PHONE_FAULTS; fault++)
            if (tally->count[list][fault])
                say(tally, ctx, list, fault);
        if (tally->unknown[list])
            sdk_log(ctx, AORTA_LOG_INFO, "%u of %u items of %s are of types that are not kept",
                    (unsigned)tally->unknown[list], (unsigned)tally->seen[list], lists[list]);
    }
}
