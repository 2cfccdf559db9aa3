/* See bytes.h. */
#include "bytes.h"

#define SAY_EVERY ((uint64_t)4 << 20)

aorta_status apple_bytes_begin(struct apple_bytes *b, aorta_ctx *ctx, const aorta_payload *payload)
{
    *b = (struct apple_bytes){.ctx = ctx, .payload = payload};
    if (payload->data || payload->size == 0)
        return AORTA_OK;
    b->slice = ctx->host->alloc(ctx, APPLE_SLICE);
    return b->slice ? AORTA_OK : AORTA_ERR_NOMEM;
}

static aorta_status read_slice(struct apple_bytes *b)
{
    uint64_t left = b->payload->size - b->at;
    aorta_status st = b->ctx->host->alive(b->ctx);
    if (st != AORTA_OK)
        return st;
    if (!b->slice) {
        b->held = b->payload->data ? b->payload->data + b->at : NULL;
        b->held_len = left < APPLE_SLICE ? (size_t)left : APPLE_SLICE;
        return AORTA_OK;
    }
    int64_t n = b->ctx->host->payload_read(b->ctx, b->slice, APPLE_SLICE);
    b->held = b->slice;
    b->held_len = n > 0 ? (size_t)n : 0;
    return n < 0 ? (aorta_status)n : AORTA_OK;
}

static aorta_status say_progress(struct apple_bytes *b)
{
    if (b->at - b->said < SAY_EVERY)
        return AORTA_OK;
    b->said = b->at;
    return b->ctx->host->progress(b->ctx, b->at, b->payload->size, "bytes", 5);
}

aorta_status apple_bytes_next(struct apple_bytes *b, const uint8_t **bytes, size_t *len)
{
    aorta_status st = b->held_len ? AORTA_OK : read_slice(b);
    if (st != AORTA_OK)
        return st;
    *bytes = b->held;
    *len = b->held_len;
    b->at += b->held_len;
    b->held_len = 0;
    return say_progress(b);
}

aorta_status apple_bytes_first(struct apple_bytes *b, int *byte)
{
    aorta_status st = b->held_len ? AORTA_OK : read_slice(b);
    if (st == AORTA_OK)
        *byte = b->held_len ? b->held[0] : -1;
    return st;
}
