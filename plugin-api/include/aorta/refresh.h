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
    /* The user leaves: ends the grant at the provider, and the registration where there is one. Called once, when the
     * user disconnects, deletes the provider's data, or is deleted; not when another user has the same account, whose
     * grant would end too. Both tokens are in ctx->conn. The host has renewed an access token that had run out, if
     * it could; it holds the token lock. Already gone = OK. A failure is logged and keeps nobody: what the gateway
     * has is deleted all the same, and there is no second call. Deadline 20 s, less when a user leaves several
     * providers at once. [api process, any thread] */
    aorta_status (*revoke)(void *self, aorta_ctx *ctx);
} aorta_revoke_ext;

#ifdef __cplusplus
}
#endif

#endif
