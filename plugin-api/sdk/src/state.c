/* Small values that outlive the operation, as text. */
#include "aorta/sdk.h"

#include <string.h>

aorta_status sdk_state_get(aorta_ctx *ctx, uint32_t scope, const char *key, aorta_str *ret)
{
    aorta_bytes value;
    aorta_status st = ctx->host->state_get(ctx, scope, key, strlen(key), &value);
    if (st == AORTA_OK && value.len) {
        /* a copy: the host does not say how long its own bytes last */
        char *copy = sdk_cstr(ctx, (aorta_str){(const char *)value.ptr, value.len});
        *ret = (aorta_str){copy, copy ? value.len : 0};
        return copy ? AORTA_OK : AORTA_ERR_NOMEM;
    }
    *ret = (aorta_str){NULL, 0};
    return st == AORTA_ERR_NOT_FOUND ? AORTA_OK : st;
}

aorta_status sdk_state_put(aorta_ctx *ctx, uint32_t scope, const char *key, aorta_str value, int64_t ttl_s)
{
    return ctx->host->state_put(ctx, scope, key, strlen(key), value.ptr, value.len, ttl_s);
}
