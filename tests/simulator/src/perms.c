/* perms.c - Garmin's consent toggles as bits. */
#include "perms.h"

#include <string.h>

static const char *const names[] = {"ACTIVITY_EXPORT", "HEALTH_EXPORT", "WORKOUT_IMPORT",
                                    "COURSE_IMPORT",   "MCT_EXPORT",    "HISTORICAL_DATA_EXPORT"};

const char *perm_name(unsigned bit)
{
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bit == 1u << i)
            return names[i];
    return NULL;
}

unsigned perm_find(const char *name)
{
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return 1u << i;
    return 0;
}

json_t *perm_list(unsigned perms)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (perms & 1u << i)
            json_array_append_new(list, json_string(names[i]));
    return list;
}
