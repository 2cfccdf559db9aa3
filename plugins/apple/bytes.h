/* bytes.h - the bytes of a payload from front to end, whether it lies in memory or is read. */
#ifndef APPLE_BYTES_H
#define APPLE_BYTES_H

#include "aorta/sdk.h"

#define APPLE_SLICE ((size_t)64 << 10)

struct apple_bytes {
    aorta_ctx *ctx;
    const aorta_payload *payload;
    uint8_t *slice;    /* of a payload that is read */
    uint64_t at, said; /* bytes handed out; bytes when progress was last told */
    const uint8_t *held;
    size_t held_len; /* looked at, and not handed out yet */
};

aorta_status apple_bytes_begin(struct apple_bytes *b, aorta_ctx *ctx, const aorta_payload *payload);
/* The next slice, good until the next call; *len 0 at the end. Asks the host whether to go on. */
aorta_status apple_bytes_next(struct apple_bytes *b, const uint8_t **bytes, size_t *len);
/* The first byte, which stays there; -1 when there is none. */
aorta_status apple_bytes_first(struct apple_bytes *b, int *byte);

#endif
