/* events.h - webhooks of Polar and Suunto: signed POSTs when a watch has uploaded something. [thread-safe] */
#ifndef SIM_EVENTS_H
#define SIM_EVENTS_H

#include "day.h"
#include "wire.h"

#include <jansson.h>

struct event_hook {
    char *id, *url, *secret;
    unsigned events; /* Polar: bits of event names */
    bool active;
};

/* Polar: the one webhook of the client. False: there is none (get) or there is one already (add). */
bool events_polar_get(json_t **ret);
bool events_polar_add(const char *url, unsigned events, char **ret_id, char **ret_secret);
bool events_polar_change(const char *id, const char *url, unsigned events); /* NULL, 0: leave */
bool events_polar_remove(const char *id);
bool events_polar_activate(bool active);
unsigned events_polar_bit(const char *name); /* 0: unknown */
json_t *events_polar_names(unsigned events);

void events_suunto_set(const char *url, const char *secret); /* NULL url: off */

/* Sends one now. day and index say which record; false: no hook, or nothing there. */
bool events_polar_send(const struct person *p, const char *event, int day);
bool events_suunto_send(const struct person *p, const char *type, int day);

void events_connected(enum provider prov, const struct person *p); /* from now on */
void events_tick(void); /* from the watch thread: what was uploaded since the last tick */
void events_reset(void);

#endif
