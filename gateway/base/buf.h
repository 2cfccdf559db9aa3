/* base/buf.h - a growing byte buffer, and the JSON writing that goes into it.
 *
 * A failed allocation or a passed cap sets `failed` and makes every later call do nothing: write a whole
 * answer, then look once. Zero-initialise before use: `struct gw_buf b = {0};`. [one thread at a time]
 */
#ifndef GW_BASE_BUF_H
#define GW_BASE_BUF_H

#include "base/own.h"
#include "base/str.h"

struct gw_buf {
    char *data; /* not NUL-terminated unless gw_buf_cstr was called */
    size_t len, cap;
    size_t most; /* 0 = no limit */
    bool failed;
};

void gw_buf_free(struct gw_buf *b);
void gw_buf_wipe_free(struct gw_buf *b); /* for secrets */
#define gw_own_buf GW_CLEANUP(gw_buf_free)

bool gw_buf_reserve(struct gw_buf *b, size_t more); /* room for more bytes behind len */
void gw_buf_add(struct gw_buf *b, const void *data, size_t len);
void gw_buf_str(struct gw_buf *b, const char *text);
void gw_buf_char(struct gw_buf *b, char c);
void gw_buf_printf(struct gw_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *gw_buf_cstr(struct gw_buf *b);            /* NUL behind the data; NULL when failed */
char *gw_buf_take(struct gw_buf *b, size_t *ret_len); /* yours to free, NUL-terminated; NULL when failed */

void gw_buf_i64(struct gw_buf *b, int64_t v);
void gw_buf_f64(struct gw_buf *b, double v);               /* shortest that reads back; "null" when not finite */
void gw_buf_json(struct gw_buf *b, struct gw_str text);    /* quoted and escaped; invalid UTF-8 becomes U+FFFD */
void gw_buf_json_cstr(struct gw_buf *b, const char *text); /* NULL gives null */

#endif
