/* record.h - what was asked of the simulator: every request, secrets included. It is a test tool. */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include "wire.h"

#include <jansson.h>
#include <stdint.h>

struct record_filter {
    int64_t since;                                 /* only ids above */
    const char *provider, *person, *method, *path; /* path: prefix of the path with its provider */
    int status;                                    /* 0: any */
    long limit;
    bool bodies;
};

/* from_ms: the monotonic moment the request came in. */
void record_add(const struct req *r, const struct reply *a, const char *person, const char *fault, int64_t at_us,
                int64_t took_ms);
json_t *record_json(const struct record_filter *f); /* {requests: […], last_id, dropped} */
json_t *record_counters(void);                      /* per provider: requests and answers by status */
void record_clear(void);                            /* ids go on counting */

#endif
