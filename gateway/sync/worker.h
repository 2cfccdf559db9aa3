/* sync/worker.h - a worker process: threads that claim jobs and run them until told to stop.
 */
#ifndef GW_SYNC_WORKER_H
#define GW_SYNC_WORKER_H

#include "link/link.h"
#include "store/notify.h"

struct gw_worker_options {
    struct gw_db *db;
    const char *conninfo; /* for the listener */
    const struct gw_registry *registry;
    struct gw_link *link;
    const char *name; /* unique for this process: "<host>:<pid>:<random>" */
    int threads;      /* jobs at once */
    int lease_s;      /* 60 */
    int slice_s;      /* a sync is asked to yield after this; 20 */
    int drain_s;      /* how long running jobs may go on after stop; 10 */
    int payload_days, run_days;
};

struct gw_worker;
enum gw_code gw_worker_start(const struct gw_worker_options *options, struct gw_worker **ret,
                             struct gw_err *err) GW_MUST_USE;
/* No new jobs; running ones are asked to yield, then cancelled after drain_s and released. Returns when all
 * threads have ended. */
void gw_worker_stop(struct gw_worker **worker);

#endif
