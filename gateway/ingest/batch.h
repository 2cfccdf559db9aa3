/* ingest/batch.h - gathers payloads, records and series of one user and connection for one gw_commit.
 *
 * gw_batch_record and gw_batch_series are the record and series functions of a normalize call's sink.
 * Everything is copied into the batch's arena. A record that breaks a rule is counted as rejected and named
 * in the warnings; the rest goes on. [one thread at a time]
 */
#ifndef GW_INGEST_BATCH_H
#define GW_INGEST_BATCH_H

#include "host/call.h"
#include "store/commit.h"

struct gw_batch;

enum gw_code gw_batch_new(struct gw_uuid user, struct gw_uuid connection, const char *provider, const char *account,
                          struct gw_batch **ret, struct gw_err *err) GW_MUST_USE;
void gw_batch_free(struct gw_batch **batch);
/* Empties it for the next checkpoint; memory is given back. */
enum gw_code gw_batch_reset(struct gw_batch *batch, struct gw_err *err) GW_MUST_USE;

/* Copies a raw payload in; returns its place. default_offset_s: for payloads without one (the user's zone),
 * or GW_NO_OFFSET. */
enum gw_code gw_batch_payload(struct gw_batch *batch, const aorta_payload *payload, int32_t default_offset_s,
                              size_t *ret_index, struct gw_err *err) GW_MUST_USE;
/* Runs the plugin's normalize over payload `index`, gathering what it emits. A plugin that cannot read it is
 * not a failure of this function: the payload is kept with its error and counted. GW_CANCELLED, GW_DEADLINE,
 * GW_NOMEM. */
enum gw_code gw_batch_normalize(struct gw_batch *batch, const struct gw_call *call, size_t index,
                                struct gw_err *err) GW_MUST_USE;
void gw_batch_warning(struct gw_batch *batch, struct gw_str text); /* the same text once; at most 50 */
enum gw_code gw_batch_state(struct gw_batch *batch, const struct gw_state_put *put, struct gw_err *err) GW_MUST_USE;
size_t gw_batch_size(const struct gw_batch *batch); /* bytes held: a reason for an early checkpoint */
bool gw_batch_empty(const struct gw_batch *batch);
/* Fills the data part of a commit; pointers live until reset or free. */
void gw_batch_fill(struct gw_batch *batch, struct gw_commit *commit);

#endif
