/* read/cursor.h - the place where a page ended, as text that clients carry and do not read.
 *
 * URL-safe base64 of a version, the kind of page, the direction, the key of a row and a check sum. It names a
 * row by its key and not by its number, so rows that arrive meanwhile move nothing. It holds nothing secret
 * and grants nothing: a forged one only starts a page elsewhere in the same user's data. [any thread]
 */
#ifndef GW_READ_CURSOR_H
#define GW_READ_CURSOR_H

#include "base/err.h"
#include "base/uuid.h"

#define GW_CURSOR_TEXT 64 /* with the NUL */

enum gw_cursor_kind {
    GW_CURSOR_WORKOUT = 'w',
    GW_CURSOR_SLEEP = 's',
    GW_CURSOR_CYCLE = 'c',
    GW_CURSOR_SERIES = 't',
    /* of days: t_us is the UTC midnight that its date names */
    GW_CURSOR_ACTIVITY = 'a',
    GW_CURSOR_NIGHT = 'n',
    GW_CURSOR_RECOVERY = 'r',
};

struct gw_cursor {
    enum gw_cursor_kind kind;
    bool backwards; /* the page before the row, not behind it */
    int64_t t_us;
    struct gw_uuid id; /* of an event */
    uint16_t metric;   /* of a sample, with source and daily_total */
    int32_t source_id;
    bool daily_total;
    uint8_t resolution; /* of a series: enum gw_resolution; t_us is then the key of an interval */
};

void gw_cursor_write(const struct gw_cursor *cursor, char out[GW_CURSOR_TEXT]);
/* GW_INVALID when the text is not a cursor of this kind that we wrote. */
enum gw_code gw_cursor_read(struct gw_str text, enum gw_cursor_kind kind, struct gw_cursor *ret,
                            struct gw_err *err) GW_MUST_USE;
/* Of a series, and of a page in this resolution. */
enum gw_code gw_cursor_read_series(struct gw_str text, uint8_t resolution, struct gw_cursor *ret,
                                   struct gw_err *err) GW_MUST_USE;

#endif
