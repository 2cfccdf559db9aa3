/* gather.h - samples on their way to the host: sorted into runs of one metric, source and offset.
 *
 * It holds a bounded number of them and hands over all runs when that is reached, so memory does not grow with the
 * body; how often that happens changes nothing in the data, as the host merges by time.
 */
#ifndef PHONE_GATHER_H
#define PHONE_GATHER_H

#include "aorta/sdk.h"

#define PHONE_RUN_MAX 65536u

struct phone_sample {
    int64_t us, dur_us;
    double v;
};

struct phone_run_key {
    uint32_t metric, source, flags;
    int32_t offset_s;
};

struct phone_run {
    struct phone_run_key key;
    struct phone_sample *sample;
    size_t count, cap;
    int ascends, descends; /* strictly, so far */
};

struct phone_columns {
    int64_t us[PHONE_RUN_MAX], dur_us[PHONE_RUN_MAX];
    double v[PHONE_RUN_MAX];
};

struct phone_gather {
    aorta_ctx *ctx;
    struct phone_run *run;
    size_t runs, runs_cap;
    uint16_t *slot; /* run + 1 */
    size_t last;    /* the run of the last sample */
    size_t held;    /* samples in all runs */
    struct phone_columns *columns;
};

aorta_status phone_gather_init(struct phone_gather *g, aorta_ctx *ctx);
void phone_gather_free(struct phone_gather *g);
/* NOMEM. The caller looks at `held` and flushes. */
aorta_status phone_gather_add(struct phone_gather *g, const struct phone_run_key *key,
                              const struct phone_sample *sample);
int phone_gather_crowded(const struct phone_gather *g); /* no room for another run */
aorta_status phone_gather_flush(struct phone_gather *g, int64_t version_us);

#endif
