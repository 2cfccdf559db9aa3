/* http/check.h - small rules on texts that people type: e-mail addresses, dates, lengths. [any thread] */
#ifndef GW_HTTP_CHECK_H
#define GW_HTTP_CHECK_H

#include "base/arena.h"
#include "base/uuid.h"

size_t gw_check_length(struct gw_str text); /* characters, not bytes; text is UTF-8 */
/* One @, a local part, a domain with a dot. *ret: the domain in lower case. NULL *ret: no memory */
bool gw_check_email(struct gw_str text, struct gw_arena *arena, struct gw_str *ret);
bool gw_check_date(struct gw_str text);      /* YYYY-MM-DD, 1900 to today */
bool gw_check_time_zone(struct gw_str text); /* Area/City of the system's zone tables, or UTC */
/* As gw_uuid_parse, also in braces or behind urn:uuid: */
bool gw_check_uuid(struct gw_str text, struct gw_uuid *ret);

#endif
