/* upload/unzip.h - a gzip encoding undone while it comes. [one thread] */
#ifndef GW_UPLOAD_UNZIP_H
#define GW_UPLOAD_UNZIP_H

#include <stddef.h>

#include "base/err.h"

struct gw_unzip;

/* Where bytes go. What it returns ends the work, and is returned. */
typedef enum gw_code gw_bytes_fn(void *to, const char *bytes, size_t len, struct gw_err *err);

/* most: bytes that may come out (GW_TOO_LARGE beyond): a small body can unpack to a thousand times its size. */
enum gw_code gw_unzip_new(uint64_t most, gw_bytes_fn *fn, void *to, struct gw_unzip **ret,
                          struct gw_err *err) GW_MUST_USE;
/* GW_MALFORMED: no gzip, damaged, or something else behind its end. */
enum gw_code gw_unzip_take(struct gw_unzip *unzip, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All has come. GW_MALFORMED: it broke off. */
enum gw_code gw_unzip_end(struct gw_unzip *unzip, struct gw_err *err) GW_MUST_USE;
void gw_unzip_free(struct gw_unzip **unzip);

#endif
