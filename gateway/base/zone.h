/* base/zone.h - local time in a named zone: the offset at an instant, the local day, where a local day begins.
 *
 * Zones are read from the system's tables (TZDIR, else /usr/share/zoneinfo) once and kept until the process ends; a
 * newer table counts after a restart. Days are numbered from 1970-01-01; a zone of NULL is UTC. The C library's own
 * tables are not used because they serve one zone a process. [any thread]
 */
#ifndef GW_BASE_ZONE_H
#define GW_BASE_ZONE_H

#include "base/str.h"

struct gw_zone;

/* "Europe/Berlin"; NULL when there is no such zone (or no tables, or no memory): then it is UTC. */
const struct gw_zone *gw_zone_find(struct gw_str name);

/* Seconds east of UTC at an instant. ret_until_us (may be NULL): the offset holds before it; INT64_MAX = for ever. */
int32_t gw_zone_offset(const struct gw_zone *zone, int64_t us, int64_t *ret_until_us);
/* The local day an instant lies in. */
int64_t gw_zone_day(const struct gw_zone *zone, int64_t us);
/* The first instant of a local day; where clocks jump over it (also over its midnight), the first one behind. So the
 * length of day d is start(d + 1) - start(d): 23, 24 or 25 hours, mostly. */
int64_t gw_zone_day_start(const struct gw_zone *zone, int64_t day);

/* The day of an instant whose own offset is known. */
int64_t gw_offset_day(int32_t offset_s, int64_t us);

/* "2026-11-20"; out >= 11 bytes. The year is cut to 0000-9999. */
void gw_day_format(int64_t day, char *out);

/* Bytes of such a table (RFC 8536) as a zone; NULL: they are none, or no memory. For tests; free it. */
struct gw_zone *gw_zone_read(struct gw_str bytes);
void gw_zone_free(struct gw_zone **zone);

#endif
