/* sync/task.h - one claimed job at work on one thread. Internal to sync. */
#ifndef GW_SYNC_TASK_H
#define GW_SYNC_TASK_H

#include <stdatomic.h>

#include "ingest/batch.h"
#include "sync/worker.h"

/* What every job of this process shares. */
struct gw_work {
    struct gw_worker_options options;
    struct gw_notify *notify;
    atomic_bool stopping;
    atomic_bool changed; /* something was committed: the outbox may hold something */
};

struct gw_task {
    struct gw_task *next, **back; /* in the worker's list, for the heartbeat */
    struct gw_work *work;
    struct gw_job job;
    struct gw_arena *arena;
    atomic_bool cancel; /* stop now: lease lost, or the process ends */
    atomic_bool lost;   /* the lease is another's: write nothing */
    atomic_bool yield;  /* stop at the next checkpoint */
    int64_t started_us; /* gw_mono_us */
};

/* Each runs the job to an end of this attempt, whatever it is, and leaves nothing of it in memory. */
void gw_task_run(struct gw_task *task);
void gw_task_sync(struct gw_task *task);    /* sync, fetch, history: run.c */
void gw_task_payload(struct gw_task *task); /* push.c */
void gw_task_webhook(struct gw_task *task); /* webhook.c */

/* The provider of the job, ready; else the job is ended and NULL returned. */
const struct gw_provider *gw_task_provider(struct gw_task *task);
/* After a failure: again later, or the run ends. committed: something of the run is stored. */
void gw_task_failed(struct gw_task *task, const struct gw_err *why, bool committed);
/* Tells the log and, where somebody waits (commit.wanted), the one who does. status: of the run now. */
void gw_task_ended(struct gw_task *task, const char *status, const struct gw_counts *counts, bool wanted);
bool gw_counts_any(const struct gw_counts *counts); /* created, updated, unchanged or deleted */
void gw_counts_add(struct gw_counts *to, const struct gw_counts *more);

#endif
