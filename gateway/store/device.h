/* store/device.h - what kind of device a source is. [any thread] */
#ifndef GW_STORE_DEVICE_H
#define GW_STORE_DEVICE_H

#include "store/model.h"

/* watch band phone scale ring other; NULL = unknown. original: the writer's name as it came, or NULL */
const char *gw_device_type(const char *model, const char *original);
/* What the source says of itself, else what its model or writer tells; NULL = unknown. */
const char *gw_source_device_type(const struct gw_source *source);

#endif
