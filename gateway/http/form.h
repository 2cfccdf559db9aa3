/* http/form.h - multipart/form-data on its way in: the bytes of its part "file", wherever its pieces are cut. The
 * library's own parser does the work. [one thread]
 */
#ifndef GW_HTTP_FORM_H
#define GW_HTTP_FORM_H

#include "upload/unzip.h"

struct MHD_Connection;
struct gw_form;

/* The connection's Content-Type is read, here and not later. GW_MALFORMED: no form, or it names no boundary. */
enum gw_code gw_form_new(struct MHD_Connection *connection, gw_bytes_fn *fn, void *to, struct gw_form **ret,
                         struct gw_err *err) GW_MUST_USE;
/* GW_MALFORMED; GW_INVALID: a second part of that name; what fn returned. */
enum gw_code gw_form_take(struct gw_form *form, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All has come. GW_MALFORMED: it broke off; GW_INVALID: there was no such part. */
enum gw_code gw_form_end(struct gw_form *form, struct gw_err *err) GW_MUST_USE;
void gw_form_free(struct gw_form **form);

#endif
