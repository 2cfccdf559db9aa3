/* read/put.h - writers of rows that know how much room they need: each returns the end. [one thread at a time]
 *
 * For rows there are thousands of: the caller reserves once for a row. What a value needs at most stands behind it.
 */
#ifndef GW_READ_PUT_H
#define GW_READ_PUT_H

#include <math.h>

#include "base/time.h"
#include "base/uuid.h"
#include "read/sample.h"
#include "store/model.h"

/* A literal. */
#define GW_PUT(p, literal) ((char *)memcpy((p), literal, sizeof(literal) - 1) + (sizeof(literal) - 1))

static inline char *gw_put_str(char *p, struct gw_str text)
{
    return (char *)memcpy(p, text.ptr, text.len) + text.len;
}

static inline char *gw_put_uuid(char *p, struct gw_uuid id) /* 38, with quotes; nil = null */
{
    char text[GW_UUID_TEXT];

    if (gw_uuid_is_nil(id))
        return GW_PUT(p, "null");
    *p++ = '"';
    memcpy(p, gw_uuid_text(id, text), GW_UUID_TEXT - 1);
    p[GW_UUID_TEXT - 1] = '"';
    return p + GW_UUID_TEXT;
}

static inline char *gw_put_time(char *p, struct gw_sample_day *day, int64_t us) /* 29; GW_NO_TIME = null */
{
    if (us == GW_NO_TIME)
        return GW_PUT(p, "null");
    *p++ = '"';
    p = gw_sample_time_put(p, day, us);
    *p++ = '"';
    return p;
}

static inline char *gw_put_offset(char *p, int32_t offset_s) /* 8; GW_NO_OFFSET = null */
{
    char text[16];

    if (offset_s == GW_NO_OFFSET)
        return GW_PUT(p, "null");
    gw_offset_format(offset_s, text);
    *p++ = '"';
    memcpy(p, text, 6);
    p[6] = '"';
    return p + 7;
}

static inline char *gw_put_float(char *p, double v) /* GW_NUMBER_MOST; what is not finite = null */
{
    return isfinite(v) ? gw_number_put(p, v) : GW_PUT(p, "null");
}

static inline char *gw_put_int(char *p, double v) /* 21; rounded */
{
    if (!isfinite(v) || fabs(v) >= 9.2e18)
        return GW_PUT(p, "null");
    v = round(v);
    if (v < 0)
        *p++ = '-';
    return gw_whole_put(p, (uint64_t)fabs(v));
}

#endif
