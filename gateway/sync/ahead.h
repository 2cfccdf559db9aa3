/* sync/ahead.h - a large payload read a chunk ahead: another thread fetches and unpacks the next one while the plugin
 * reads this one. Internal to sync. [the reading thread; the reader is the other's until free]
 */
#ifndef GW_SYNC_AHEAD_H
#define GW_SYNC_AHEAD_H

#include "store/payload_read.h"

struct gw_ahead;

enum gw_code gw_ahead_new(struct gw_payload_reader *reader, struct gw_ahead **ret, struct gw_err *err) GW_MUST_USE;
/* As gw_store_payload_next. */
enum gw_code gw_ahead_next(struct gw_ahead *ahead, struct gw_str *ret, struct gw_err *err) GW_MUST_USE;
void gw_ahead_free(struct gw_ahead **ahead);

#endif
