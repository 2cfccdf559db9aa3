/* store/commit.h - data in: everything between two checkpoints, in one transaction, fenced by the job's lease.
 *
 * The transaction takes the user's row (FOR NO KEY UPDATE) first, then the job's row by its lease (GW_LEASE_LOST when
 * it is another's), reads what is stored under the identities and blocks it touches, merges in C by the version rule,
 * writes only what differs, appends to outbox what changed, and moves the cursor. Two round trips.
 * Sending anything twice, in any order, in any grouping, leaves the same data.
 *
 * The version rule, for records and for each sample: the higher version_us wins; on a tie final beats tentative, then
 * the longer duration (records) or larger value (samples), then the larger digest. [any thread]
 */
#ifndef GW_STORE_COMMIT_H
#define GW_STORE_COMMIT_H

#include "base/zone.h"
#include "store/connections.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/model.h"
#include "store/payload_read.h"

/* Sessions of the stages of one source, in order of start: ret_group[i] is the number of the one stage i belongs to,
 * dense from 0, and ret[group] the session, with head.deleted where there is none in it. zone: of the user, NULL = UTC.
 * The same stages give the same sessions. */
typedef enum gw_code gw_nights_fn(const struct gw_sleep_stage *stages, size_t count, const struct gw_zone *zone,
                                  struct gw_arena *arena, uint32_t *ret_group, struct gw_sleep **ret, size_t *ret_count,
                                  struct gw_err *err);
#define GW_NIGHTS_GAP_US INT64_C(7200000000)  /* stages further apart are of two sessions, unless the provider joins */
#define GW_STAGE_MOST_US INT64_C(86400000000) /* of one stage: no longer ones come in */

/* What happens to the job with this commit. */
enum gw_commit_end {
    GW_COMMIT_NONE,     /* no job: data only (fence is not looked at) */
    GW_COMMIT_CONTINUE, /* a checkpoint */
    GW_COMMIT_FINISH,   /* the run ends with `status` */
    GW_COMMIT_WAIT,     /* PENDING until wake_at_us or an event of wait_events */
    GW_COMMIT_REQUEUE,  /* YIELD, or a retry with back-off at wake_at_us */
};

struct gw_commit {
    struct gw_uuid user_id, connection_id;
    const char *provider, *account;

    struct gw_uuid job_id, lease;
    enum gw_commit_end end;
    struct gw_str cursor; /* CONTINUE, WAIT, REQUEUE: ptr NULL keeps what is stored */
    int64_t wake_at_us;
    const char *wait_events;  /* names separated by commas; "" = any */
    const char *status;       /* FINISH: success partial failed cancelled */
    const struct gw_err *why; /* FINISH with failed or partial, REQUEUE after trouble; or NULL */
    const char *warnings;     /* JSON array added to the run's, or NULL */
    bool afresh;              /* the job has begun again: the run's counts and warnings are those from here on */
    bool lazily;              /* not waiting for the disk: a crash of the server may forget it, the job's end as well */
    double progress;          /* CONTINUE: how much of the job is done, 0 to 1; 0 = not known */
    bool synced;              /* FINISH: sets connections.last_synced_at */
    bool live_only;           /* GW_NOT_CONNECTED, and nothing stored, when the connection has been revoked */

    const struct gw_source *sources; /* those of this batch; [0] is the provider itself */
    size_t sources_count;
    struct gw_payload *payloads; /* data and identity given; an equal one stored already keeps its id, and the
                                    records and series that name the new id are written under the kept one */
    size_t payloads_count;
    struct gw_workout *workouts;
    size_t workouts_count;
    struct gw_sleep *sleeps;
    size_t sleeps_count;
    struct gw_event *events;
    size_t events_count;
    struct gw_sleep_stage *stages; /* session_id is set here */
    size_t stages_count;
    gw_nights_fn *nights; /* makes sessions of what stages there are, these and stored ones; NULL = no sessions */
    const struct gw_series_in *series;
    size_t series_count;
    const struct gw_state_put *states;
    size_t states_count;

    /* A webhook's data for this connection: wakes a job of it that waits for this event, and adds the counts of this
     * commit to that job's. NULL = none. */
    const char *wake_event;
    struct gw_counts counts; /* in: fetched, rejected, payloads_failed; out: created, updated, unchanged, deleted,
                                payloads */
    bool wanted;             /* out: somebody waits for the job's answer: send the hint (notify.h) when it ended or
                                began to wait */
    bool woke;               /* out: a job was woken, or the connection of one that ended is free: send "work" */
};

/* ret_yield: the connection is wanted by somebody else (CONTINUE only). commit->counts is filled; the job's running
 * total is in ret_total (may be NULL). GW_NOT_FOUND: the user is gone. */
enum gw_code gw_store_commit(struct gw_db *db, struct gw_commit *commit, bool *ret_yield, struct gw_counts *ret_total,
                             struct gw_err *err) GW_MUST_USE;

/* A push: the raw payload and a job to normalise it, durable when this returns. */
enum gw_code gw_store_payload_accept(struct gw_db *db, const struct gw_payload *payload, struct gw_uuid *ret_job,
                                     struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_payload_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                  struct gw_payload *ret, struct gw_err *err) GW_MUST_USE;

/* Numbers what the outbox holds into changes (one relay at a time, by advisory lock). ret: how many. */
enum gw_code gw_store_relay_changes(struct gw_db *db, int *ret_count, struct gw_err *err) GW_MUST_USE;
/* Housekeeping, cheap when there is nothing: expired flows and state, payloads and webhooks beyond retention (but those
 * a job still has to read), old runs. 0 days = keep for ever. A bounded piece a call. */
enum gw_code gw_store_clean(struct gw_db *db, int payload_days, int run_days, struct gw_err *err) GW_MUST_USE;

/* The number of a plugin's own metric ("vendor.metric"), registered on first use; 10000 and up. */
enum gw_code gw_store_metric_number(struct gw_db *db, const char *name, const char *unit, int aggregation,
                                    uint16_t *ret, struct gw_err *err) GW_MUST_USE;

#endif
