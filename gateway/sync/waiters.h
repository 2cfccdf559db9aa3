/* sync/waiters.h - one thread's wait for one run. Internal to sync; the list itself is made through
 * request.h. */
#ifndef GW_SYNC_WAITERS_H
#define GW_SYNC_WAITERS_H

#include <pthread.h>

#include "sync/request.h"

struct gw_waiter {
    struct gw_waiter *next, **back;
    struct gw_uuid run;
    pthread_cond_t cond;
    bool signalled;
};

void gw_waiter_begin(struct gw_waiters *all, struct gw_waiter *waiter, struct gw_uuid run);
void gw_waiter_retarget(struct gw_waiters *all, struct gw_waiter *waiter, struct gw_uuid run);
/* True when a hint came, false at the time given (on gw_mono_us). */
bool gw_waiter_sleep(struct gw_waiters *all, struct gw_waiter *waiter, int64_t until_mono_us);
void gw_waiter_end(struct gw_waiters *all, struct gw_waiter *waiter);

#endif
