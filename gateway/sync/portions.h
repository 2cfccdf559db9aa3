/* sync/portions.h - what one long normalize emits, committed portion by portion while it goes on. Internal to sync.
 *
 * The normalizing thread fills one batch while another thread commits the one before, so parsing and the database work
 * at the same time and no more than two portions are in memory. A payload that fits one portion costs no thread: its
 * batch is the last one, which the caller commits with the end of the job. Every portion is fenced by the job's lease;
 * a job that begins again sends the same again, which changes nothing. [the normalizing thread]
 */
#ifndef GW_SYNC_PORTIONS_H
#define GW_SYNC_PORTIONS_H

#include "sync/task.h"

struct gw_portions;

enum gw_code gw_portions_new(struct gw_task *task, const struct gw_payload *payload, struct gw_portions **ret,
                             struct gw_err *err) GW_MUST_USE;
void gw_portions_free(struct gw_portions **portions);

/* A flow's full and next; self is the portions. */
bool gw_portions_full(void *self, const struct gw_batch *batch);
enum gw_code gw_portions_next(void *self, struct gw_batch **batch, struct gw_err *err) GW_MUST_USE;
/* How much of the payload has been read, 0 to 1: what the next portion says of the job. */
void gw_portions_progress(struct gw_portions *portions, double done);
/* Waits until all that was taken is committed. ret_count: how many portions were. */
enum gw_code gw_portions_end(struct gw_portions *portions, size_t *ret_count, struct gw_err *err) GW_MUST_USE;
/* The same for one who gives up: how many portions stand. */
size_t gw_portions_committed(struct gw_portions *portions);

#endif
