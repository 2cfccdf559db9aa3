/* stream.h - a JSON document of any size, read once from front to end, one item in memory at a time.
 *
 * The handler is asked at every container that begins whether to walk into it, to take it whole (it comes back as one
 * value, on a tape that the next one overwrites), or to pass it over. Memory does not grow with the document: what it
 * holds is one item and one slice of bytes.
 */
#ifndef PHONE_STREAM_H
#define PHONE_STREAM_H

#include "tape.h"

enum phone_step { PHONE_SKIP, PHONE_WALK, PHONE_TAKE };

/* depth counts the containers that are open: the document's own is 1. key is of the member, or PHONE_NO_KEY. A status
 * that is not OK ends the reading and is what phone_stream returns. */
struct phone_handler {
    aorta_status (*enter)(void *self, unsigned depth, int type, enum phone_key key, enum phone_step *step);
    aorta_status (*scalar)(void *self, unsigned depth, int type, enum phone_key key, aorta_str text);
    aorta_status (*item)(void *self, unsigned depth, phone_value item); /* absent: it was too large */
    aorta_status (*leave)(void *self, unsigned depth);                  /* of what was walked */
};

/* Where a document broke off, and why. */
struct phone_break {
    const char *why; /* NULL: the handler said so */
    uint64_t at;     /* byte, give or take a slice */
};

/* DATA with *broken filled when the bytes are not one JSON document; what came before the fault has been handed out by
 * then. */
aorta_status phone_stream(aorta_ctx *ctx, const aorta_payload *payload, const struct phone_handler *handler, void *self,
                          struct phone_break *broken);

#endif
