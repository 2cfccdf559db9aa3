/* upload/look.h - what can be said of JSON while it comes: that it is one well-formed object, and whose it says it is.
 * Its memory is bounded whatever comes. [one thread]
 */
#ifndef GW_UPLOAD_LOOK_H
#define GW_UPLOAD_LOOK_H

#include "base/err.h"
#include "base/str.h"

#define GW_LOOK_NAME_MOST 32

struct gw_look;

enum gw_code gw_look_new(struct gw_look **ret, struct gw_err *err) GW_MUST_USE;
/* GW_MALFORMED: no JSON; nested more than 64 deep; a text or number of more than a megabyte.
 * GW_INVALID: JSON, but no object. */
enum gw_code gw_look_take(struct gw_look *look, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All has come. GW_MALFORMED: it broke off. GW_INVALID: there was nothing. */
enum gw_code gw_look_end(struct gw_look *look, struct gw_err *err) GW_MUST_USE;
/* The outermost "provider", the last where there are several, ASCII in lower case: NULL when there is none or null; ""
 * when it is no text, or too long for a name. */
const char *gw_look_provider(const struct gw_look *look);
void gw_look_free(struct gw_look **look);

#endif
