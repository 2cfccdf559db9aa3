/* host/retry.h - what a Retry-After header says. Private to this folder. */
#ifndef GW_HOST_RETRY_H
#define GW_HOST_RETRY_H

#include "base/str.h"

/* Milliseconds from now (0 = at once or past); -1 = not readable. Seconds, or the date form of RFC 9110. */
int64_t gw_retry_after_ms(struct gw_str value, int64_t now_us);

#endif
