/* sync.h - the two halves of a sync, each one request long, and what they share. */
#ifndef SUUNTO_SYNC_H
#define SUUNTO_SYNC_H

#include "api.h"
#include "cursor.h"

#define WINDOW_MS (28 * DAY_MS) /* the most that a 24/7 request may span */

/* Fetches and emits the next page of workouts; *more = 0 when the list is at its end. The cursor has moved
 * on. */
aorta_status sync_workouts_page(const struct suunto *self, aorta_ctx *ctx, struct cursor *c, int *more);
/* One workout by key, as a webhook named it. One that is not there (any more) is nothing. */
aorta_status sync_workout(const struct suunto *self, aorta_ctx *ctx, aorta_str key);
/* The same for 24/7 data: one kind of one window. */
aorta_status sync_days_piece(const struct suunto *self, aorta_ctx *ctx, struct cursor *c, int *more);

aorta_status sync_emit(aorta_ctx *ctx, const char *kind, aorta_str external_id, aorta_str origin, aorta_str data);
aorta_status sync_malformed(aorta_ctx *ctx);

#endif
