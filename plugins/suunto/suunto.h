/* suunto.h - what the files of this plugin share: one configured instance, its operations, the API door.
 *
 * Nothing here is ABI. Who does what:
 *   suunto.c            entry, descriptor, settings
 *   oauth.c, token.c    consent, callback, refresh, revoke; the token endpoint and who the user is
 *   api.c               one GET with both keys, and what its refusals mean
 *   sync*.c, cursor.c   what to fetch, page by page
 *   normalize*.c        payloads to records and series; sport.c: workout types
 *   webhook.c           what Suunto posts to us
 */
#ifndef SUUNTO_H
#define SUUNTO_H

#include "aorta/plugin.h"
#include "aorta/refresh.h"
#include "aorta/sdk.h"
#include "aorta/webhook.h"

#define US_PER_S  INT64_C(1000000)
#define US_PER_MS INT64_C(1000)
#define DAY_MS    INT64_C(86400000)

#define KIND_WORKOUTS "suunto.workouts"
#define KIND_SLEEP    "suunto.sleep"
#define KIND_ACTIVITY "suunto.activity"
#define KIND_RECOVERY "suunto.recovery"
#define KIND_DAILY    "suunto.daily_statistics"

/* One configured instance. Its texts are its own; read-only after init. */
struct suunto {
    aorta_str client_id, client_secret, subscription_key;
    aorta_str oauth_url, api_url;
    aorta_str scope, webhook_secret;
    int pkce;
    int developer; /* the subscription is the developer product, with its weekly quota */
};

/* descriptor.sync_params, in their order */
enum suunto_param { PARAM_SINCE, PARAM_LIMIT, PARAM_OFFSET, PARAM_BY_MODIFICATION, PARAM_COUNT };

aorta_status suunto_authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req);
aorta_status suunto_callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req);
aorta_status suunto_refresh(void *self, aorta_ctx *ctx);
aorta_status suunto_revoke(void *self, aorta_ctx *ctx);
aorta_status suunto_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req);
aorta_status suunto_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload);
aorta_status suunto_webhook_verify(void *self, aorta_ctx *ctx, const aorta_webhook_req *req);
aorta_status suunto_webhook_route(void *self, aorta_ctx *ctx, const aorta_webhook_req *req);

#endif
