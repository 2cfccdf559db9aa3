/* read/detail.h - stored JSON of one record (laps, zones, route, stages) as the API shows it. [any thread]
 *
 * In the store times are microseconds (start_us, end_us); outside they are text (start_time, end_time).
 */
#ifndef GW_READ_DETAIL_H
#define GW_READ_DETAIL_H

#include "base/buf.h"

/* An array of flat objects: members that end in _us become …_time, the rest stays. NULL or unreadable: null
 */
void gw_detail_timed(struct gw_buf *out, const char *json);
/* [[t_us, latitude, longitude], …] as [{"timestamp","latitude","longitude"}, …] */
void gw_detail_route(struct gw_buf *out, const char *json);

#endif
