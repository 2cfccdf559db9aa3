/* The door in front of password hashing: each takes 19 MiB and tens of milliseconds of a core, and strangers may ask.
 */
#include <errno.h>

#include "auth/inside.h"
#include "base/time.h"
#include "crypt/crypt.h"

#define INSIDE_MOST  2
#define WAITING_MOST 16
#define WAIT_US      (5 * GW_US_PER_S)

void turnstile_init(struct turnstile *t)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->left, &attr);
    pthread_condattr_destroy(&attr);
}

void turnstile_fini(struct turnstile *t)
{
    pthread_cond_destroy(&t->left);
    pthread_mutex_destroy(&t->lock);
}

static bool enter(struct turnstile *t)
{
    int64_t until_us = gw_mono_us() + WAIT_US;
    struct timespec until = {until_us / GW_US_PER_S, until_us % GW_US_PER_S * 1000};
    int waited = 0;
    bool in;

    pthread_mutex_lock(&t->lock);
    if (t->inside == INSIDE_MOST && t->waiting == WAITING_MOST) {
        pthread_mutex_unlock(&t->lock);
        return false;
    }
    t->waiting++;
    while (t->inside == INSIDE_MOST && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&t->left, &t->lock, &until);
    t->waiting--;
    in = t->inside < INSIDE_MOST;
    t->inside += in;
    pthread_mutex_unlock(&t->lock);
    return in;
}

static void leave(struct turnstile *t)
{
    pthread_mutex_lock(&t->lock);
    t->inside--;
    pthread_mutex_unlock(&t->lock);
    pthread_cond_signal(&t->left);
}

static enum gw_code crowded(struct gw_err *err)
{
    enum gw_code code = gw_fail_wire(err, GW_BUSY, "auth.busy", "Too many are logging in at once; try again shortly.");

    if (err)
        err->retry_after_ms = 2000;
    return code;
}

enum gw_code password_check(struct gw_auth *auth, struct gw_str password, const char *stored, bool *ret,
                            struct gw_err *err)
{
    bool good;

    if (!enter(&auth->passwords))
        return crowded(err);
    good = gw_password_verify(password, stored ? stored : auth->nobodys);
    leave(&auth->passwords);
    *ret = stored && good;
    return GW_OK;
}

enum gw_code password_hash(struct gw_auth *auth, struct gw_str password, char ret[128], struct gw_err *err)
{
    enum gw_code code;

    if (!enter(&auth->passwords))
        return crowded(err);
    code = gw_password_hash(password, ret, err);
    leave(&auth->passwords);
    return code;
}
