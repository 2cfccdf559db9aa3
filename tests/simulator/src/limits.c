/* limits.c - counts of calls in fixed windows of the simulated clock. */
#include "limits.h"

#include "clock.h"

#include <pthread.h>
#include <string.h>

static struct {
    long long window;
    long count;
} counts[LIMITS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

long limits_count(enum limit which, long window_s, long n)
{
    pthread_mutex_lock(&lock);
    long long window = clock_now_s() / window_s;
    if (counts[which].window != window) {
        counts[which].window = window;
        counts[which].count = 0;
    }
    counts[which].count += n;
    long sum = counts[which].count;
    pthread_mutex_unlock(&lock);
    return sum;
}

long limits_reset_in(enum limit which, long window_s)
{
    (void)which;
    return window_s - (long)(clock_now_s() % window_s);
}

void limits_reset(void)
{
    pthread_mutex_lock(&lock);
    memset(counts, 0, sizeof counts);
    pthread_mutex_unlock(&lock);
}
