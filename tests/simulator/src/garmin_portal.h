/* garmin_portal.h - the portal where an application says which summary types it wants, how, and where to.
 * [thread-safe] */
#ifndef SIM_GARMIN_PORTAL_H
#define SIM_GARMIN_PORTAL_H

#include "garmin.h"

enum portal_mode { PORTAL_OFF, PORTAL_PUSH, PORTAL_PING };

void garmin_portal_url(const char *type, const char *url);         /* type NULL: all types */
bool garmin_portal_modes(const char *list, enum portal_mode mode); /* "a,b" or "all"; false: a name is unknown */
enum portal_mode garmin_portal_mode(enum garmin_type type);
char *garmin_portal_url_for(int type); /* given to you; NULL: none is set; type -1: the one for all */
void garmin_portal_keep(void);         /* what is said now is what a reset returns to */
void garmin_portal_reset(void);
json_t *garmin_portal_json(void); /* {url, urls, types} */

#endif
