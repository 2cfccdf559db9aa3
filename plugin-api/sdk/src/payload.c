/* The bytes of a payload that normalize is given, in one piece. */
#include "aorta/sdk.h"

aorta_status sdk_payload_bytes(aorta_ctx *ctx, const aorta_payload *payload, aorta_bytes *ret)
{
    if (payload->data || payload->size == 0) {
        *ret = (aorta_bytes){payload->data, (size_t)payload->size};
        return AORTA_OK;
    }
    uint8_t *bytes = payload->size < SIZE_MAX ? ctx->host->alloc(ctx, (size_t)payload->size) : NULL;
    size_t len = 0;
    if (!bytes)
        return AORTA_ERR_NOMEM;
    while (len < payload->size) {
        int64_t n = ctx->host->payload_read(ctx, bytes + len, (size_t)payload->size - len);
        if (n < 0)
            return (aorta_status)n;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *ret = (aorta_bytes){bytes, len};
    return AORTA_OK;
}
