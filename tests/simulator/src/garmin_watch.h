/* garmin_watch.h - the watches that upload, and who among Garmin's users is connected. [thread-safe] */
#ifndef SIM_GARMIN_WATCH_H
#define SIM_GARMIN_WATCH_H

#include "garmin.h"

void garmin_watch_start(void);
void garmin_watch_stop(void);
void garmin_watch_reset(void); /* also pull tokens, backfills and the portal */

void garmin_watch_connected(const struct person *p); /* a token was issued */
void garmin_watch_seen(const struct person *p);      /* it asked who the user is: the first upload waits for it */
void garmin_watch_forget(const struct person *p);    /* deregistered */
void garmin_watch_poke(const struct person *p);      /* look at once whether there is something new */

json_t *garmin_watch_json(void); /* list of the connected */
json_t *garmin_watch_save(void);
void garmin_watch_load(const json_t *saved);

#endif
