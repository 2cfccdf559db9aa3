/* The table of summary types, and sets of them. What the types hold is the readers' business (normalize.h).
 */
#include "garmin.h"

#include <string.h>

const struct garmin_type garmin_types[GARMIN_TYPES] = {
#define TYPE(key, pull, backfill, data, permission) {#key, "garmin." #key, pull, backfill, data, permission},
#include "types.def"
#undef TYPE
};

const char *const garmin_kinds[] = {
#define TYPE(key, pull, backfill, data, permission) "garmin." #key,
#include "types.def"
#undef TYPE
    GARMIN_KIND_UNKNOWN,
    NULL,
};

int garmin_type_find(aorta_str key)
{
    for (int i = 0; i < GARMIN_TYPES; i++)
        if (sdk_str_eq(key, garmin_types[i].key))
            return i;
    return -1;
}

uint32_t garmin_types_parse(aorta_str list, aorta_str *bad)
{
    aorta_str part;
    uint32_t mask = 0;
    *bad = (aorta_str){NULL, 0};
    while (sdk_split(&list, ',', &part)) {
        aorta_str name = sdk_trim(part);
        int type = garmin_type_find(name);
        if (type >= 0)
            mask |= UINT32_C(1) << type;
        else if (name.len && !bad->len)
            *bad = name;
    }
    return mask;
}

void garmin_types_write(sdk_text *t, uint32_t mask)
{
    int any = 0;
    for (int i = 0; i < GARMIN_TYPES; i++)
        if (mask & UINT32_C(1) << i)
            sdk_text_addf(t, "%s%s", any++ ? "," : "", garmin_types[i].key);
}

uint32_t garmin_types_of(uint32_t data)
{
    uint32_t mask = 0;
    for (int i = 0; i < GARMIN_TYPES; i++)
        if (data == 0 || (garmin_types[i].data & data))
            mask |= UINT32_C(1) << i;
    return mask;
}

int garmin_scope_has(aorta_str scope, const char *permission)
{
    size_t len = strlen(permission);
    for (size_t at = 0; at + len <= scope.len; at++) {
        if (memcmp(scope.ptr + at, permission, len) != 0)
            continue;
        int starts = at == 0 || scope.ptr[at - 1] == ' ';
        int ends = at + len == scope.len || scope.ptr[at + len] == ' ';
        if (starts && ends)
            return 1;
    }
    return 0;
}

uint32_t garmin_types_permitted(aorta_str scope)
{
    uint32_t mask = 0;
    for (int i = 0; i < GARMIN_TYPES; i++)
        if (!scope.len || garmin_scope_has(scope, garmin_types[i].permission))
            mask |= UINT32_C(1) << i;
    return mask;
}
