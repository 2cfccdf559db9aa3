/* Threads that wait for a run: a list under one lock, a condition for each. The hint may come before the wait
 * begins, so a waiter is in the list before its job is in the database. */
#include "sync/waiters.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"

struct gw_waiters {
    pthread_mutex_t lock;
    struct gw_waiter *first;
    size_t count;
};

enum gw_code gw_waiters_new(struct gw_waiters **ret, struct gw_err *err)
{
    struct gw_waiters *w = calloc(1, sizeof(*w));

    if (!w)
        return gw_fail(err, GW_NOMEM, NULL);
    pthread_mutex_init(&w->lock, NULL);
    *ret = w;
    return GW_OK;
}

void gw_waiters_free(struct gw_waiters **address)
{
    if (!*address)
        return;
    pthread_mutex_destroy(&(*address)->lock);
    free(*address);
    *address = NULL;
}

void gw_waiter_begin(struct gw_waiters *all, struct gw_waiter *waiter, struct gw_uuid run)
{
    pthread_condattr_t attr;

    waiter->run = run;
    waiter->signalled = false;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&waiter->cond, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_lock(&all->lock);
    waiter->next = all->first;
    waiter->back = &all->first;
    if (all->first)
        all->first->back = &waiter->next;
    all->first = waiter;
    all->count++;
    pthread_mutex_unlock(&all->lock);
}

void gw_waiter_retarget(struct gw_waiters *all, struct gw_waiter *waiter, struct gw_uuid run)
{
    pthread_mutex_lock(&all->lock);
    waiter->run = run;
    pthread_mutex_unlock(&all->lock);
}

bool gw_waiter_sleep(struct gw_waiters *all, struct gw_waiter *waiter, int64_t until_mono_us)
{
    struct timespec until = {until_mono_us / GW_US_PER_S, (until_mono_us % GW_US_PER_S) * 1000};
    bool signalled;

    pthread_mutex_lock(&all->lock);
    while (!waiter->signalled && pthread_cond_timedwait(&waiter->cond, &all->lock, &until) != ETIMEDOUT)
        ;
    signalled = waiter->signalled;
    waiter->signalled = false;
    pthread_mutex_unlock(&all->lock);
    return signalled;
}

void gw_waiter_end(struct gw_waiters *all, struct gw_waiter *waiter)
{
    pthread_mutex_lock(&all->lock);
    *waiter->back = waiter->next;
    if (waiter->next)
        waiter->next->back = waiter->back;
    all->count--;
    pthread_mutex_unlock(&all->lock);
    pthread_cond_destroy(&waiter->cond);
}

static void signal_waiter(struct gw_waiter *waiter)
{
    waiter->signalled = true;
    pthread_cond_signal(&waiter->cond);
}

void gw_waiters_done(void *waiters, struct gw_uuid run)
{
    struct gw_waiters *all = waiters;

    pthread_mutex_lock(&all->lock);
    for (struct gw_waiter *w = all->first; w; w = w->next)
        if (gw_uuid_eq(w->run, run))
            signal_waiter(w);
    pthread_mutex_unlock(&all->lock);
}

void gw_waiters_all(void *waiters)
{
    struct gw_waiters *all = waiters;

    pthread_mutex_lock(&all->lock);
    for (struct gw_waiter *w = all->first; w; w = w->next)
        signal_waiter(w);
    pthread_mutex_unlock(&all->lock);
}

size_t gw_waiters_count(struct gw_waiters *all)
{
    size_t count;

    pthread_mutex_lock(&all->lock);
    count = all->count;
    pthread_mutex_unlock(&all->lock);
    return count;
}
