/* base/json.h - jansson's values and base/own.h: `own_json json_t *body = NULL;` is given back at the end of its scope.
 * For those who link jansson; this folder does not. */
#ifndef GW_BASE_JSON_H
#define GW_BASE_JSON_H

#include <jansson.h>

#include "base/own.h"

static inline void gw_json_cleanup(json_t **json)
{
    json_decref(*json);
}
#define own_json GW_CLEANUP(gw_json_cleanup)

#endif
