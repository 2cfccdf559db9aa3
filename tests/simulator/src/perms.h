/* perms.h - Garmin's consent toggles as bits. */
#ifndef SIM_PERMS_H
#define SIM_PERMS_H

#include <jansson.h>

enum {
    PERM_ACTIVITY = 1 << 0,
    PERM_HEALTH = 1 << 1,
    PERM_WORKOUT_IMPORT = 1 << 2,
    PERM_COURSE_IMPORT = 1 << 3,
    PERM_MCT = 1 << 4,
    PERM_HISTORY = 1 << 5,
    PERM_ALL = (1 << 6) - 1
};

const char *perm_name(unsigned bit);
unsigned perm_find(const char *name); /* 0 when unknown */
json_t *perm_list(unsigned perms);

#endif
