/* http/fields.h - texts out of a body, a JSON object's or a form's, by a table. [one thread: the request's]
 *
 * What is wrong is noted on the request (422 with all of it). Unknown members are ignored; null is as good as absent.
 */
#ifndef GW_HTTP_FIELDS_H
#define GW_HTTP_FIELDS_H

#include "http/request.h"

#define GW_FIELD_REQUIRED 0x1u
#define GW_FIELD_EMAIL    0x2u

struct gw_field {
    const char *name;
    size_t place;       /* of a `const char *` in what is filled; stays as it was when the field is absent */
    size_t least, most; /* characters */
    unsigned flags;
};

#define GW_FIELD(type, member, least, most, flags)                                                                     \
    {                                                                                                                  \
#member, offsetof(struct type, member), least, most, flags                                                     \
    }

enum gw_code gw_fields_json(struct gw_http_request *request, const struct gw_field *fields, size_t count, void *to,
                            struct gw_err *err) GW_MUST_USE;
enum gw_code gw_fields_form(struct gw_http_request *request, const struct gw_field *fields, size_t count, void *to,
                            struct gw_err *err) GW_MUST_USE;

#endif
