/* base/time.h - instants in microseconds UTC, their text, and the clock that tests may set.
 *
 * Years 0001 to 9999. Local time is an offset in seconds beside the instant, never a shifted instant. [any
 * thread]
 */
#ifndef GW_BASE_TIME_H
#define GW_BASE_TIME_H

#include "base/str.h"

#define GW_US_PER_S    INT64_C(1000000)
#define GW_US_PER_MIN  (60 * GW_US_PER_S)
#define GW_US_PER_HOUR (3600 * GW_US_PER_S)
#define GW_US_PER_DAY  (86400 * GW_US_PER_S)

int64_t gw_now_us(void);          /* wall clock */
int64_t gw_mono_us(void);         /* monotonic */
void gw_clock_offset(int64_t us); /* tests: shifts gw_now_us; 0 takes it back */

/* What a text said about its time zone. */
struct gw_time_text {
    int64_t us; /* as UTC when has_offset is false */
    int32_t offset_s;
    bool has_offset;
    bool date_only;
};

/* ISO 8601: date, or date and time with T or space, seconds and fraction optional, Z or +hh:mm or +hhmm or
 * none. */
bool gw_time_parse_iso(struct gw_str text, struct gw_time_text *ret);
/* What people put into a URL: Unix seconds (also with a fraction), or ISO 8601 in any form that Python reads too: as
 * above, weeks (2025-W03-3), without separators (20250115T0730; digits alone are seconds), hours alone, an offset whose
 * plus became a space, spaces around it. */
bool gw_time_parse(struct gw_str text, struct gw_time_text *ret);
/* "2026-11-20T18:05:07Z", with six digits of fraction only when it is not zero. out >= 32 bytes. Returns
 * length. */
size_t gw_time_format(int64_t us, char *out);
/* "+01:00"; out >= 8 bytes. */
size_t gw_offset_format(int32_t offset_s, char *out);

int64_t gw_days_from_civil(int64_t year, unsigned month, unsigned day);
void gw_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
int64_t gw_floor_div(int64_t a, int64_t b); /* b > 0 */

#endif
