/* read/zip.h - a zip archive that is written while it is sent: entries of unknown size, one after the other.
 * [one thread at a time]
 */
#ifndef GW_READ_ZIP_H
#define GW_READ_ZIP_H

#include "base/buf.h"
#include "base/err.h"

struct gw_zip;

/* What is ready to be sent is appended to out, which must live until the archive is freed. */
enum gw_code gw_zip_new(struct gw_buf *out, struct gw_zip **ret, struct gw_err *err) GW_MUST_USE;
void gw_zip_free(struct gw_zip **zip);
/* Ends the entry before. */
enum gw_code gw_zip_entry(struct gw_zip *zip, const char *path, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_zip_data(struct gw_zip *zip, struct gw_str data, struct gw_err *err) GW_MUST_USE;
/* The directory at the end. */
enum gw_code gw_zip_end(struct gw_zip *zip, struct gw_err *err) GW_MUST_USE;

#endif
