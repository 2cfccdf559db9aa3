/* cursor.h - how far a sync has come: all that it needs to go on in another process, as a small JSON text. */
#ifndef SUUNTO_CURSOR_H
#define SUUNTO_CURSOR_H

#include "suunto.h"

enum stage { STAGE_WORKOUTS, STAGE_DAYS, STAGE_DONE };

struct cursor {
    int64_t stage;    /* enum stage */
    int64_t began_ms; /* when this sync began; what it covers ends here */
    int64_t keep;     /* remember began_ms for the next scheduled sync */

    /* workouts: the next page */
    int64_t since_ms, offset, limit;
    int64_t by_modification;
    int64_t bare;   /* this one without streams: with them it was too large */
    int64_t page;   /* digest of the last page's first workout */
    int64_t repeat; /* how often that has come again */

    /* 24/7: what is left is [from_ms, to_ms), taken in windows of 28 days from its beginning, or back from
     * its end */
    int64_t from_ms, to_ms, back;
    int64_t piece; /* the next request of the window */
    int64_t found; /* items this window gave so far */
    int64_t empty; /* windows without any, in a row */
};

/* NOMEM, or what host->checkpoint says. */
aorta_status cursor_checkpoint(aorta_ctx *ctx, const struct cursor *c);
aorta_status cursor_read(aorta_ctx *ctx, aorta_bytes text, struct cursor *ret);

#endif
