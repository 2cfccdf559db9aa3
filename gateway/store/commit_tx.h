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
    struct records_work *records; /* records.c */
    struct series_work *series;   /* series.c */
    struct gw_counts counts;      /* of this commit, out */
    struct gw_buf notice;         /* members of the outbox row; empty = nothing a reader could see */
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

enum gw_code series_prepare(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
void series_queue_reads(struct commit_tx *tx);
enum gw_code series_take_reads(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;
enum gw_code series_queue_writes(struct commit_tx *tx, struct gw_err *err) GW_MUST_USE;

/* A member of the notice; the caller writes its value behind it. */
void notice_member(struct commit_tx *tx, const char *name);

#endif
