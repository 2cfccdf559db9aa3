/* ingest/batch.h - gathers payloads, records and series of one user and connection for one gw_commit.
 *
 * What normalize emits is copied into the batch's arena. A record that breaks a rule is counted as rejected and named
 * in the warnings; the rest goes on. Samples of one metric, source, offset and version become one run, however many
 * calls brought them. [one thread at a time]
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
/* Goes on where another batch of the same job ended: what that one warned of is not said again. */
void gw_batch_follow(struct gw_batch *batch, const struct gw_batch *before);

/* Copies a raw payload in; returns its place. default_offset_s: for payloads without one (the user's zone),
 * or GW_NO_OFFSET. */
enum gw_code gw_batch_payload(struct gw_batch *batch, const aorta_payload *payload, int32_t default_offset_s,
                              size_t *ret_index, struct gw_err *err) GW_MUST_USE;
/* Runs the plugin's normalize over payload `index`, gathering what it emits. A plugin that cannot read it is
 * not a failure of this function: the payload is kept with its error and counted. GW_CANCELLED, GW_DEADLINE,
 * GW_NOMEM. */
enum gw_code gw_batch_normalize(struct gw_batch *batch, const struct gw_call *call, size_t index,
                                struct gw_err *err) GW_MUST_USE;

/* For one payload that is too much for one batch. */
struct gw_batch_flow {
    void *self;
    /* The bytes of a payload whose data.ptr is NULL, in order; none = the end. */
    enum gw_code (*read)(void *self, void *buf, size_t cap, size_t *ret_len, struct gw_err *err);
    /* Asked before each record and run: is this batch to go? */
    bool (*full)(void *self, const struct gw_batch *batch);
    /* Takes the batch and puts an empty one of the same job in its place. A failure ends the call. */
    enum gw_code (*next)(void *self, struct gw_batch **batch, struct gw_err *err);
};

/* The same over a payload that is stored already: its bytes are not kept again, only how reading it went. *batch is the
 * last one in the end. ret_why: why the plugin could not read it, code GW_OK when it could; what it emitted before
 * stands. Besides the codes above those of the flow. */
enum gw_code gw_batch_normalize_stored(struct gw_batch **batch, const struct gw_call *call,
                                       const struct gw_payload *payload, const struct gw_batch_flow *flow,
                                       struct gw_err *ret_why, struct gw_err *err) GW_MUST_USE;

void gw_batch_warning(struct gw_batch *batch, struct gw_str text); /* the same text once; at most 50 */
enum gw_code gw_batch_state(struct gw_batch *batch, const struct gw_state_put *put, struct gw_err *err) GW_MUST_USE;
size_t gw_batch_size(const struct gw_batch *batch);    /* bytes held: a reason for an early checkpoint */
size_t gw_batch_samples(const struct gw_batch *batch); /* held */
size_t gw_batch_rows(const struct gw_batch *batch);    /* that a commit writes, about: records, days of samples */
bool gw_batch_empty(const struct gw_batch *batch);
bool gw_batch_has_data(const struct gw_batch *batch); /* records or samples */
bool gw_batch_has_state(const struct gw_batch *batch);
bool gw_batch_warned(const struct gw_batch *batch); /* of anything, since the first batch of the job */
/* Fills the data part of a commit; pointers live until reset or free. */
enum gw_code gw_batch_fill(struct gw_batch *batch, struct gw_commit *commit, struct gw_err *err) GW_MUST_USE;

#endif
