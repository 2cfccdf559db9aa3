/* Back-off by attempts, the provider's own word first. */
#include "sync/retry.h"

#include "base/time.h"

/* Seconds before attempt n + 1: quick at first, for most trouble is a moment's; then minutes. */
static const int64_t pauses_s[GW_RETRY_MOST] = {1, 3, 8, 20, 60, 180, 600, 1800};

struct gw_retry gw_retry_decide(const struct gw_job *job, const struct gw_err *why, bool committed, int64_t now_us,
                                double jitter)
{
    int n = job->attempts > 0 ? job->attempts - 1 : 0;
    struct gw_retry decision = {.status = committed ? "partial" : "failed"};
    int64_t pause_us;

    if (!gw_code_retry(why->code) || n >= GW_RETRY_MOST)
        return decision;
    if (why->code == GW_INTERNAL && n >= 1)
        return decision; /* a defect of the plugin or ours: once more, then it is said */
    pause_us = (int64_t)((double)(pauses_s[n] * GW_US_PER_S) * (0.75 + jitter / 2));
    if (why->retry_after_ms > 0 && why->retry_after_ms * 1000 > pause_us)
        pause_us = why->retry_after_ms * 1000;
    decision.again = true;
    decision.at_us = now_us + pause_us;
    return decision;
}
