/* base/uuid.h - identifiers: random (version 4), or random and ordered by time (version 7). [any thread] */
#ifndef GW_BASE_UUID_H
#define GW_BASE_UUID_H

#include "base/str.h"

#define GW_UUID_TEXT 37 /* with the NUL */

struct gw_uuid {
    uint8_t b[16];
};

struct gw_uuid gw_uuid_v4(void); /* for what must not be guessed, such as lease tokens */
struct gw_uuid gw_uuid_v7(void); /* for keys: near in time, near in the index */
/* 8-4-4-4-12 hexadecimal digits of either case, or 32 digits; nothing else. */
bool gw_uuid_parse(struct gw_str text, struct gw_uuid *ret);
const char *gw_uuid_text(struct gw_uuid id, char out[GW_UUID_TEXT]); /* lower case; returns out */
bool gw_uuid_is_nil(struct gw_uuid id);

static inline bool gw_uuid_eq(struct gw_uuid a, struct gw_uuid b)
{
    return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

void gw_random(void *out, size_t len); /* from the kernel; aborts when it has none */

#endif
