/* read/source.h - the `source` object of a row: through whom data came, who wrote it, on what. [any thread]
 */
#ifndef GW_READ_SOURCE_H
#define GW_READ_SOURCE_H

#include "base/buf.h"
#include "store/device.h"

struct gw_source_view {
    const char *provider, *source, *device, *device_type, *device_name; /* NULL = null; provider never is */
};
/* The members of the object; source NULL = nothing is known. Texts are the source's own. */
struct gw_source_view gw_source_view(const struct gw_source *source);
/* {"provider","source","device","device_type","device_name"}; source NULL = nothing is known. */
void gw_source_json(const struct gw_source *source, struct gw_buf *out);

#endif
