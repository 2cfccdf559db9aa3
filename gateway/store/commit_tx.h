/* store/commit_tx.h - one commit under way, and the steps each kind of data takes in it. This layer only.
 *
 * First trip: queue_reads of all in one order, then take_reads in the same order. Second trip: queue_writes.
 */
#ifndef GW_STORE_COMMIT_TX_H
#define GW_STORE_COMMIT_TX_H

#include "base/buf.h"
#include "store/block.h"
#include "store/commit.h"
#include "store/conn.h"
#include "store/job_row.h"

struct commit_source {
    uint8_t digest[16];
    uint32_t same_as;  /* the first of this commit's sources with this digest: all speak through it */
    int32_t id;        /* 0 until known */
    bool stored, used; /* only those that data names are stored */
    const char *stored_software;
    struct gw_uuid stored_connection;
};

struct commit_payload {
    uint8_t digest[32];
    bool stored, missing; /* missing: named by id alone, and gone */
    struct gw_uuid kept_id;
    uint32_t stored_revision;
    const char *stored_error;
};

struct commit_tx {
    struct pg_conn *c;
    struct gw_arena *arena;
    struct gw_commit *in;
    const char *account;
    struct commit_source *sources;
    int32_t last_source_id;
    struct commit_payload *payloads;
    struct records_work *records;     /* records.c */
    struct nights_work *nights;       /* nights.c */
    struct gw_source *stored_sources; /* all of the user's, before this commit */
    size_t stored_sources_count;
    int64_t *moved; /* starts of workouts that were written, before and after */
    size_t moved_count;
    struct series_work *series; /* series.c */
    struct gw_counts counts;    /* of this commit, out */
    struct gw_buf notice;       /* members of the outbox row; empty = nothing a reader could see */
};

enum gw_code sources_prepare(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void sources_queue_reads(struct commit_tx *tx);
enum gw_code sources_take_reads(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
/* Marks it used; its number, given now when it is new. */
int32_t source_number(struct commit_tx *tx, uint32_t index);
void sources_queue_writes(struct commit_tx *tx);

enum gw_code payloads_prepare(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void payloads_queue_reads(struct commit_tx *tx);
enum gw_code payloads_take_reads(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
/* The id under which a payload of this commit is stored. */
struct gw_uuid payload_kept(const struct commit_tx *tx, struct gw_uuid id);
enum gw_code payloads_queue_writes(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;

enum gw_code records_check(const struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void records_queue_reads(struct commit_tx *tx);
enum gw_code records_take_reads(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void records_queue_writes(struct commit_tx *tx);

/* What decides between records, and what has to be known of a row that stands already. */
struct record_standing {
    struct gw_uuid id;
    int64_t version_us;
    bool tentative, deleted;
    double duration;
    uint8_t digest[16];
    struct gw_uuid payload_id;
};

/* Where a stored stage is, before this commit. */
struct stage_place {
    int32_t source_id;
    int64_t start_us, end_us;
    const char *parent;
    struct gw_uuid session_id;
};

/* A stage this commit speaks of. */
struct stage_change {
    bool stored, was_there; /* there is a row; and it is no mark of a deleted one */
    struct gw_uuid id;      /* of the row */
    struct stage_place was;
    struct gw_sleep_stage *stage; /* what is to stand, source_id known; NULL = the row stays as it is */
};

/* After records_take_reads, by number from 0; false = there are no more. Events: NULL when the row stays as it is. */
bool records_stage(const struct commit_tx *tx, size_t i, struct stage_change *ret);
bool records_event(const struct commit_tx *tx, size_t i, const struct gw_event **ret);
/* Sessions to be written with the other records, heads complete but for their source's place in the commit; old[i]: the
 * row that becomes session i, with a nil id when there is none. False = no memory. */
bool records_derive(struct commit_tx *tx, struct gw_sleep *sessions, const struct record_standing *old, size_t count);
#define RECORD_DERIVED UINT32_MAX /* head.source of those */

/* Between the two trips, when there are stages: further trips for what they touch, then records_derive. */
enum gw_code nights_settle(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void nights_queue_writes(struct commit_tx *tx);

enum gw_code series_prepare(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void series_queue_reads(struct commit_tx *tx);
enum gw_code series_take_reads(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
enum gw_code series_queue_writes(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;

/* A member of the notice; the caller writes its value behind it. */
void notice_member(struct commit_tx *tx, const char *name);

#endif
