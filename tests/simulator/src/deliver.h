/* deliver.h - what the providers send by themselves: a queue of POSTs, sent by a few background threads.
 *
 * Anything but the answer 200 is sent again later, with growing waits. Waits run on the machine's clock.
 */
#ifndef SIM_DELIVER_H
#define SIM_DELIVER_H

#include "wire.h"

#include <jansson.h>

struct parcel {
    enum provider provider;
    char *label;  /* what it is, for the list: "sleeps push", "EXERCISE" … */
    char *person; /* NULL: several or none */
    char *url;
    struct pairs headers;
    char *body;                /* the bytes, or NULL: */
    char *(*build)(void *ctx); /* makes them when their time has come; NULL result: nothing to send */
    void *ctx;                 /* handed to build, freed with free_ctx */
    void (*free_ctx)(void *ctx);
    long delay_ms, retry_ms, timeout_ms;
    int tries; /* how often at most */
};

/* Takes over what the parcel points to. */
void deliver_put(struct parcel *take);
void deliver_start(void);
void deliver_stop(void);  /* gives up what is waiting */
void deliver_clear(void); /* drops what is waiting and forgets what was */
void deliver_forget(void);
long deliver_waiting(void);
json_t *deliver_json(int64_t since, bool bodies); /* {deliveries: […], waiting, last_id} */
json_t *deliver_counters(void);

#endif
