/* sync/retry.h - what happens after an attempt that failed. Pure decisions: time comes in. [any thread] */
#ifndef GW_SYNC_RETRY_H
#define GW_SYNC_RETRY_H

#include "base/err.h"
#include "store/jobs.h"

#define GW_RETRY_MOST 8

struct gw_retry {
    bool again;
    int64_t at_us;      /* when again */
    const char *status; /* when not: failed or partial */
};

/* committed: something of this run is stored already. jitter: 0..1, from the caller, so that tests can fix
 * it. */
struct gw_retry gw_retry_decide(const struct gw_job *job, const struct gw_err *why, bool committed, int64_t now_us,
                                double jitter);

#endif
