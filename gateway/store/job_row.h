/* store/job_row.h - what the files about jobs share: a row, and the end of one. This layer only. */
#ifndef GW_STORE_JOB_ROW_H
#define GW_STORE_JOB_ROW_H

#include "store/conn.h"
#include "store/jobs.h"

/* A job with what only this layer looks at. */
struct job_row {
    struct gw_job job;
    const char *wait_events, *early;
    struct gw_counts early_counts;
};

enum gw_code job_read(const PGresult *result, int number, struct gw_arena *arena, struct job_row *ret,
                      struct gw_err *err) GW_MUST_USE;
/* Queues a new job's row; a nil id gets one. joins: an equal sync is taken instead. */
void job_queue_insert(struct pg_conn *c, struct gw_arena *arena, const struct gw_job *job, bool joins);
/* Queues the end of a job: its row goes, its run stays. counts and warnings are the whole run's. */
void job_queue_end(struct pg_conn *c, struct gw_arena *arena, const struct gw_job *job, const char *status,
                   const struct gw_counts *counts, const char *warnings, const struct gw_err *why);
/* BEGIN and the job's row under its lock. GW_LEASE_LOST */
enum gw_code job_begin(struct pg_conn *c, struct gw_uuid id, struct gw_uuid lease, struct gw_arena *arena,
                       struct job_row *ret, struct gw_err *err) GW_MUST_USE;

#endif
