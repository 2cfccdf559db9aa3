/* civil.h - days, dates and ISO 8601 texts. Days count from 1970-01-01; instants are UTC seconds. */
#ifndef SIM_CIVIL_H
#define SIM_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_S 86400

struct civil {
    int year, month, day, hour, minute, second;
};

int civil_days(int year, int month, int day);
struct civil civil_from_s(int64_t wall_s);
int civil_day_of(int64_t wall_s); /* floor division, also right before 1970 */

bool civil_parse_date(const char *text, int *ret_day);
/* "2026-11-20", "2026-11-20T07:30[:00[.5]][Z|+01:00]" (no zone means UTC) or plain Unix seconds. */
bool civil_parse_us(const char *text, int64_t *ret_us);

struct stamp {
    char s[48];
};
struct stamp civil_date(int day);                       /* 2026-11-20 */
struct stamp civil_utc(int64_t s);                      /* 2026-11-20T07:30:00Z */
struct stamp civil_wall(int64_t s, int offset_min);     /* 2026-11-20T08:30:00 */
struct stamp civil_iso_ms(int64_t ms, int offset_min);  /* 2026-11-20T08:30:00.000+01:00 */
struct stamp civil_hh_mm(int64_t s, int offset_min);    /* 08:30 */
struct stamp civil_hh_mm_ss(int64_t s, int offset_min); /* 08:30:00 */

#endif
