/* What kind of thing a Garmin device is, by the beginning of its name. Names come as "Forerunner 265",
 * "forerunner935" or "fēnix 7". A device that is not in the list is of no known kind. */
#include "normalize.h"

#include <string.h>

static const struct {
    const char *prefix, *type;
} families[] = {
    {"forerunner", "watch"},
    {"fenix", "watch"},
    {"f\xc4\x93nix", "watch"},
    {"epix", "watch"},
    {"venu", "watch"},
    {"vivoactive", "watch"},
    {"v\xc3\xadvoactive", "watch"},
    {"instinct", "watch"},
    {"enduro", "watch"},
    {"marq", "watch"},
    {"tactix", "watch"},
    {"quatix", "watch"},
    {"descent", "watch"},
    {"approach s", "watch"},
    {"lily", "watch"},
    {"swim", "watch"},
    {"d2 ", "watch"},
    {"vivomove", "watch"},
    {"v\xc3\xadvomove", "watch"},
    {"vivosmart", "band"},
    {"v\xc3\xadvosmart", "band"},
    {"vivofit", "band"},
    {"v\xc3\xadvofit", "band"},
    {"index", "scale"},
    {"edge", "other"},
    {"hrm", "other"},
};

const char *garmin_device_type(aorta_str name)
{
    if (name.len > 7 && sdk_str_ieq((aorta_str){name.ptr, 7}, "garmin ")) {
        name.ptr += 7;
        name.len -= 7;
    }
    for (size_t i = 0; i < AORTA_COUNT(families); i++) {
        size_t len = strlen(families[i].prefix);
        if (name.len >= len && sdk_str_ieq((aorta_str){name.ptr, len}, families[i].prefix))
            return families[i].type;
    }
    return NULL;
}
