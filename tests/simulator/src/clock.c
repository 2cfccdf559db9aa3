/* clock.c - the providers' clock: real time unless set. Set, it ticks on or stands still. */
#include "clock.h"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t shift_us; /* ticking: real time + shift */
static int64_t frozen_us;
static bool is_set, is_frozen;

int64_t clock_real_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t now_locked(void)
{
    return is_frozen ? frozen_us : clock_real_us() + shift_us;
}

int64_t clock_now_us(void)
{
    pthread_mutex_lock(&lock);
    int64_t us = now_locked();
    pthread_mutex_unlock(&lock);
    return us;
}

int64_t clock_now_s(void)
{
    return clock_now_us() / 1000000;
}

static void set_locked(int64_t us, bool frozen)
{
    is_set = true;
    is_frozen = frozen;
    frozen_us = us;
    shift_us = us - clock_real_us();
}

void clock_set_us(int64_t us, bool frozen)
{
    pthread_mutex_lock(&lock);
    set_locked(us, frozen);
    pthread_mutex_unlock(&lock);
}

void clock_advance_us(int64_t us)
{
    pthread_mutex_lock(&lock);
    set_locked(now_locked() + us, is_frozen);
    pthread_mutex_unlock(&lock);
}

void clock_use_real(void)
{
    pthread_mutex_lock(&lock);
    is_set = is_frozen = false;
    shift_us = 0;
    pthread_mutex_unlock(&lock);
}

const char *clock_mode(void)
{
    pthread_mutex_lock(&lock);
    const char *mode = !is_set ? "real" : is_frozen ? "frozen" : "ticking";
    pthread_mutex_unlock(&lock);
    return mode;
}
