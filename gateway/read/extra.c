/* A record's further fields. */
#include "read/extra.h"

#include <math.h>

json_t *gw_extra_open(const char *json)
{
    json_t *extra = json ? json_loads(json, 0, NULL) : NULL;

    if (extra && !json_is_object(extra)) {
        json_decref(extra);
        return NULL;
    }
    return extra;
}

double gw_extra_number(const json_t *extra, const char *key)
{
    const json_t *value = json_object_get(extra, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *gw_extra_text(const json_t *extra, const char *key)
{
    return json_string_value(json_object_get(extra, key));
}
