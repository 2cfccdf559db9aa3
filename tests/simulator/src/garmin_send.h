/* garmin_send.h - Garmin's pushes, pings and events. Bodies are made when they are sent. [thread-safe] */
#ifndef SIM_GARMIN_SEND_H
#define SIM_GARMIN_SEND_H

#include "garmin.h"

struct send_part {
    enum garmin_type type;
    struct garmin_ask ask;
    bool ping;
};

/* One body for everything given (or a few, when it is much). False: no webhook URL is set. */
bool garmin_send(const struct send_part *parts, int n, long delay_ms);
bool garmin_send_event(const char *key, json_t *take_item);
bool garmin_send_raw(const char *type, const char *body);

#endif
