/* limits.h - sliding counts of calls, for the providers' rate limits. [thread-safe] */
#ifndef SIM_LIMITS_H
#define SIM_LIMITS_H

enum limit { LIMIT_POLAR_SHORT, LIMIT_POLAR_LONG, LIMIT_SUUNTO_MINUTE, LIMIT_SUUNTO_WEEK, LIMIT_GARMIN_DAYS, LIMITS };

/* Adds `n` to the window the clock is in; returns the sum. */
long limits_count(enum limit which, long window_s, long n);
long limits_reset_in(enum limit which, long window_s); /* seconds until the window ends */
void limits_reset(void);

#endif
