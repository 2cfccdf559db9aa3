/* aorta/refresh.h - extensions "aorta.refresh/1" and "aorta.revoke/1": a grant's life after the callback.
 *
 * The host decides when: before the access token ends, or when an answer was 401. It holds the connection's token
 * lock over every process while refresh runs, so a plugin never meets two at once, and stores the new tokens before
 * anybody uses them.
 */
#ifndef AORTA_REFRESH_H
#define AORTA_REFRESH_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AORTA_EXT_REFRESH "aorta.refresh/1"
#define AORTA_EXT_REVOKE  "aorta.revoke/1"

typedef struct aorta_refresh_ext {
    uint32_t struct_size;
    uint32_t reserved0;
    /* Exchanges ctx->conn->refresh_token and calls host->callback_done. AUTH_REVOKED only when the provider said
     * that the grant itself is gone (400 invalid_grant); trouble that may pass is -3xx. Deadline 20 s. */
    aorta_status (*refresh)(void *self, aorta_ctx *ctx);
} aorta_refresh_ext;

typedef struct aorta_revoke_ext {
    uint32_t struct_size;
    uint32_t reserved0;
    /* Ends the grant at the provider. Already gone = OK. Deadline 20 s. */
    aorta_status (*revoke)(void *self, aorta_ctx *ctx);
} aorta_revoke_ext;

#ifdef __cplusplus
}
#endif

#endif
