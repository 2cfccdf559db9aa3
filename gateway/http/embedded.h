/* http/embedded.h - files of this folder that are part of the program: schemas/ and docs/. [any thread]
 */
#ifndef GW_HTTP_EMBEDDED_H
#define GW_HTTP_EMBEDDED_H

#include "base/str.h"

struct gw_embedded {
    const char *name;
    const unsigned char *data;
    size_t len;
};

/* schemas/<name>.json, in the order of their names; NULL behind the last. */
const struct gw_embedded *gw_schema_at(size_t i);
/* NULL: there is none of this name. */
const struct gw_embedded *gw_schema_find(const char *name);
/* docs/<name>; NULL: there is none. */
const struct gw_embedded *gw_docs_find(struct gw_str name);

#endif
