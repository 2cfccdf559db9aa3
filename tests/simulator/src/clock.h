/* clock.h - the providers' clock: real time unless set. Set, it ticks on or stands still.
 *
 * Only what a provider would look at its calendar for uses it (expiry, days, uploads). Delays of the network
 * (faults, delivery and retry waits) run on the machine's own clock.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now_us(void);
int64_t clock_now_s(void);
void clock_set_us(int64_t us, bool frozen);
void clock_advance_us(int64_t us); /* may be negative */
void clock_use_real(void);
const char *clock_mode(void); /* "real", "ticking", "frozen" */

int64_t clock_real_us(void);
int64_t clock_mono_ms(void);

#endif
