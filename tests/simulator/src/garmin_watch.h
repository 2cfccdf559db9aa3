/* garmin_watch.h - the watches that upload, and Garmin's pushes and pings about it. [thread-safe] */
#ifndef SIM_GARMIN_WATCH_H
#define SIM_GARMIN_WATCH_H

#include "garmin.h"

enum watch_mode { WATCH_OFF, WATCH_PUSH, WATCH_PING };

void garmin_watch_start(void);
void garmin_watch_stop(void);
void garmin_watch_reset(void);
void garmin_watch_keep(void); /* what is configured now is what a reset returns to */

void garmin_watch_url(const char *type, const char *url);        /* type NULL: all types */
bool garmin_watch_modes(const char *list, enum watch_mode mode); /* "a,b" or "all" */
enum watch_mode garmin_watch_mode(enum garmin_type type);
json_t *garmin_watch_json(void);

void garmin_watch_connected(const struct person *p); /* a token was issued */
void garmin_watch_seen(const struct person *p);      /* it asked who the user is: the upload may wait for it */
void garmin_watch_forget(const struct person *p);    /* deregistered */
void garmin_watch_poke(const struct person *p);      /* look at once whether there is something new */

/* Sends now. One body for everything given; false: no webhook URL. */
struct watch_part {
    enum garmin_type type;
    struct garmin_ask ask;
    bool ping;
};
bool garmin_watch_send(const struct watch_part *parts, int n, long delay_ms);
bool garmin_watch_event(const char *key, json_t *take_item);
bool garmin_watch_raw(const char *type, const char *body);

json_t *garmin_watch_save(void);
void garmin_watch_load(const json_t *saved);

#endif
