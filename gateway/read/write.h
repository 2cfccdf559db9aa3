/* read/write.h - small JSON writers that every row uses: a key and a value. [any thread]
 *
 * A key is given with its quotes and colon ready, `"\"name\":"`, so that writing one is a copy.
 */
#ifndef GW_READ_WRITE_H
#define GW_READ_WRITE_H

#include "base/buf.h"
#include "store/model.h"

void gw_write_text(struct gw_buf *out, const char *key, const char *text);   /* NULL = null */
void gw_write_time(struct gw_buf *out, const char *key, int64_t us);         /* GW_NO_TIME = null */
void gw_write_offset(struct gw_buf *out, const char *key, int32_t offset_s); /* GW_NO_OFFSET = null */
void gw_write_uuid(struct gw_buf *out, const char *key, struct gw_uuid id);  /* nil = null */
void gw_write_float(struct gw_buf *out, const char *key, double v);          /* NaN = null */
void gw_write_int(struct gw_buf *out, const char *key, double v);            /* rounded; NaN = null */
void gw_write_bool(struct gw_buf *out, const char *key, int v);              /* -1 = null */

/* The two closing members of every page: `,"pagination":{…},"metadata":{…}}`. next, previous: NULL = none */
struct gw_page_end {
    const char *next, *previous;
    int64_t total, rows; /* total < 0: not counted, null */
    bool more;           /* there are more although there is no cursor to them */
    const char *resolution;
    const char *from_text, *to_text;
};
void gw_write_page_end(struct gw_buf *out, const struct gw_page_end *end);

#endif
