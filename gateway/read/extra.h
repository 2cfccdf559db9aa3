/* read/extra.h - the fields of a record that have no column: JSON that ingest wrote. [any thread] */
#ifndef GW_READ_EXTRA_H
#define GW_READ_EXTRA_H

#include <jansson.h>

#include "base/own.h"

static inline void gw_extra_close(json_t **extra)
{
    json_decref(*extra);
}
#define gw_own_extra GW_CLEANUP(gw_extra_close)

json_t *gw_extra_open(const char *json);                         /* NULL: there is none, or no object */
double gw_extra_number(const json_t *extra, const char *key);    /* NaN = not there */
const char *gw_extra_text(const json_t *extra, const char *key); /* NULL = not there */

#endif
