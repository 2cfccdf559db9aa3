/* read/source.h - the `source` object of a row: through whom data came, who wrote it, on what. [any thread]
 */
#ifndef GW_READ_SOURCE_H
#define GW_READ_SOURCE_H

#include "base/buf.h"
#include "store/device.h"

/* {"provider","source","device","device_type","device_name"}; source NULL = nothing is known. */
void gw_source_json(const struct gw_source *source, struct gw_buf *out);

#endif
