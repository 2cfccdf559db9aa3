/* read/source.h - the `source` object of a row: through whom data came, who wrote it, on what. [any thread]
 */
#ifndef GW_READ_SOURCE_H
#define GW_READ_SOURCE_H

#include "base/buf.h"
#include "store/model.h"

/* {"provider","source","device","device_type","device_name"}; source NULL = nothing is known. */
void gw_source_json(const struct gw_source *source, struct gw_buf *out);
/* watch band phone scale ring other; NULL = unknown. original: the writer's name as it came, or NULL */
const char *gw_device_type(const char *model, const char *original);

#endif
