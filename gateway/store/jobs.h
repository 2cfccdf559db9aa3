/* store/jobs.h - the queue: what is to be done, who does it, what came of it.
 *
 * jobs holds live work only; finishing deletes the row and writes runs in the same transaction as the data
 * (commit.h). A claim gives a lease with a random token made by the worker; every write of the job carries it, so a
 * worker that lost its lease writes nothing (GW_LEASE_LOST). Jobs of kinds sync, fetch and history run one at a time
 * for a connection: a unique index says so. Statements and their reasons: docs/decisions/. [any thread]
 */
#ifndef GW_STORE_JOBS_H
#define GW_STORE_JOBS_H

#include "store/db.h"
#include "store/model.h"

enum gw_job_kind {
    GW_JOB_SYNC = 1,    /* somebody asked; one per connection and parameters at a time */
    GW_JOB_PAYLOAD = 2, /* a stored payload to normalise: a push, a reprocess */
    GW_JOB_WEBHOOK = 3, /* an inbox row to route */
    GW_JOB_FETCH = 4,   /* a webhook said: fetch this */
    GW_JOB_HISTORY = 5, /* as far back as the provider allows */
};

enum gw_job_priority { GW_PRIORITY_INTERACTIVE = 0, GW_PRIORITY_EVENT = 1, GW_PRIORITY_HISTORY = 2 };

struct gw_job {
    struct gw_uuid id;                     /* made by the client; also the run's id */
    struct gw_uuid user_id, connection_id; /* nil for a webhook */
    const char *provider;
    int kind, priority;
    int64_t run_at_us, created_us, started_us;
    int attempts, crashes; /* attempts includes the running one; a wait, a yield or a release takes it back to 0 */
    struct gw_uuid lease;
    const char *args; /* JSON object: parameters, hint; of those this layer makes {"payload_id":…} (PAYLOAD) and
                         {"inbox_id":…} (WEBHOOK) */
    uint8_t args_digest[16];
    struct gw_str cursor;
    bool waiting;        /* PENDING: for an event or for run_at */
    const char *arrived; /* names of events that came while waiting, separated by commas */
    struct gw_counts counts;
    const char *warnings; /* JSON array */
    bool wanted;          /* somebody waits for the answer */
    bool yield;           /* somebody wants the connection: stop at the next checkpoint */
    int64_t retry_at_us;  /* of a job between attempts, GW_NO_TIME otherwise */
    const char *last_error_code, *last_error;
};

/* status: queued running waiting success partial failed cancelled */
struct gw_run {
    struct gw_uuid id, user_id, connection_id;
    const char *provider, *status, *source; /* source: pull webhook push history */
    int kind;
    struct gw_counts counts;
    const char *params, *warnings;  /* JSON */
    const char *error_code, *error; /* NULL = none */
    int error_status;               /* gw_code_http of the error; 0 = none */
    int64_t created_us, started_us, ended_us, retry_at_us;
    double progress; /* of one that runs: 0 to 1, NaN = not known */
};

/* Inserts the job. kind sync: when an equal one (user, connection, args_digest) is live, *ret_id is its id, *ret_joined
 * is true and nothing is inserted (wanted is set on it). A sync asks a running history job of the connection to
 * yield. */
enum gw_code gw_store_job_submit(struct gw_db *db, const struct gw_job *job, struct gw_uuid *ret_id, bool *ret_joined,
                                 struct gw_err *err) GW_MUST_USE;

/* Claims at most `most` ready jobs; lease and worker are the caller's; lease_s long. Reaps leases that ran out first
 * (their crashes + 1). A job with 2 crashes is ended as failed with code job.quarantined. */
enum gw_code gw_store_job_claim(struct gw_db *db, struct gw_arena *arena, struct gw_uuid lease, const char *worker,
                                int lease_s, int most, struct gw_job **ret, size_t *ret_count,
                                struct gw_err *err) GW_MUST_USE;
/* Renews all jobs of a lease token list; ret_lost[i] when job i is not ours any more. Also reads `yield`. */
enum gw_code gw_store_job_heartbeat(struct gw_db *db, const struct gw_uuid *ids, const struct gw_uuid *leases,
                                    size_t count, int lease_s, bool *ret_lost, bool *ret_yield,
                                    struct gw_err *err) GW_MUST_USE;
/* Gives a job back untouched (drain, or the master's word that its process died): no attempt is counted. */
enum gw_code gw_store_job_release(struct gw_db *db, struct gw_uuid id, struct gw_uuid lease,
                                  struct gw_err *err) GW_MUST_USE;
/* Leases of a worker (by name) that died: released at once, crashes + 1. */
enum gw_code gw_store_job_release_worker(struct gw_db *db, const char *worker, int *ret_count,
                                         struct gw_err *err) GW_MUST_USE;
/* Ends the attempt without data: try again at run_at_us with the error noted, or end the run as failed. */
enum gw_code gw_store_job_retry(struct gw_db *db, struct gw_uuid id, struct gw_uuid lease, int64_t run_at_us,
                                const struct gw_err *why, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_job_fail(struct gw_db *db, struct gw_uuid id, struct gw_uuid lease, const char *status,
                               const struct gw_err *why, struct gw_err *err) GW_MUST_USE;
struct gw_job_count {
    int64_t running, waiting, queued;
};
enum gw_code gw_store_job_count(struct gw_db *db, struct gw_job_count *ret, struct gw_err *err) GW_MUST_USE;
/* When the next job becomes ready, GW_NO_TIME = none. */
enum gw_code gw_store_job_next_at(struct gw_db *db, int64_t *ret_us, struct gw_err *err) GW_MUST_USE;

/* One run, live or ended, as the API shows it. user nil = any (by id only). GW_NOT_FOUND. */
enum gw_code gw_store_run_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                              struct gw_run *ret, struct gw_err *err) GW_MUST_USE;
/* Newest first; user nil = all; provider, status NULL = any. */
enum gw_code gw_store_run_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, const char *provider,
                               const char *status, int64_t limit, struct gw_run **ret, size_t *ret_count,
                               struct gw_err *err) GW_MUST_USE;

/* ---- inbox: webhook bodies, stored before they are answered ---- */

struct gw_inbox {
    struct gw_uuid id;
    const char *provider;
    const char *method, *headers, *query; /* JSON arrays of [name, value] */
    struct gw_str body;
    int64_t received_us;
};

/* The row and its job in one transaction. */
enum gw_code gw_store_inbox_put(struct gw_db *db, const struct gw_inbox *inbox, struct gw_uuid *ret_job,
                                struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_inbox_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_inbox *ret,
                                struct gw_err *err) GW_MUST_USE;
/* The webhook is done: row and job go, a run stays. */
enum gw_code gw_store_inbox_done(struct gw_db *db, struct gw_uuid id, struct gw_uuid job, struct gw_uuid lease,
                                 const struct gw_counts *counts, const char *warnings_json,
                                 struct gw_err *err) GW_MUST_USE;

#endif
