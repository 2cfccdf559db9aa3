/* aorta/webhook.h - extension "aorta.webhook/1": what a provider posts to us.
 *
 * verify runs while the provider waits, in the api process: no network, no state, constant time, well under 50 ms.
 * When it says OK the host stores the body durably and answers 200. route runs afterwards, in a worker, and splits
 * the body into items for accounts, which it hands to the host extension "aorta.host.webhook/1".
 */
#ifndef AORTA_WEBHOOK_H
#define AORTA_WEBHOOK_H

#include "plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AORTA_EXT_WEBHOOK      "aorta.webhook/1"
#define AORTA_HOST_EXT_WEBHOOK "aorta.host.webhook/1"

typedef struct aorta_webhook_req {
    uint32_t struct_size;
    uint32_t flags;
    const char *method; /* "POST" */
    const aorta_pair *query;
    uint32_t query_count;
    uint32_t headers_count;
    const aorta_pair *headers; /* names in lower case */
    aorta_bytes body;          /* raw, as received */
    int64_t received_at_us;
} aorta_webhook_req;

/* aorta_webhook_item.type */
#define AORTA_WEBHOOK_DATA        1u /* payload is data of this account: store and normalise it */
#define AORTA_WEBHOOK_FETCH       2u /* hint tells sync (mode NOTIFIED) what to fetch for this account */
#define AORTA_WEBHOOK_DEREGISTER  3u /* the user left: the grant is gone */
#define AORTA_WEBHOOK_PERMISSIONS 4u /* scope is the new list of permissions, separated by spaces */

typedef struct aorta_webhook_item {
    uint32_t struct_size;
    uint32_t type;
    aorta_str provider_user_id;
    aorta_str event;              /* what host->wait of a pending sync may be waiting for; or empty */
    const aorta_payload *payload; /* DATA */
    aorta_str hint;               /* FETCH; at most 64 KiB; may hold a secret, is sealed at rest */
    aorta_str scope;              /* PERMISSIONS */
} aorta_webhook_item;

/* The host's side, from host->get_extension(AORTA_HOST_EXT_WEBHOOK). [route only] */
typedef struct aorta_host_webhook {
    uint32_t struct_size;
    uint32_t reserved0;
    /* Copies the item. NOT_FOUND when no connection has this account (counted; not an error of the plugin). */
    aorta_status (*item)(aorta_ctx *ctx, const aorta_webhook_item *item);
} aorta_host_webhook;

typedef struct aorta_webhook_ext {
    uint32_t struct_size;
    uint32_t max_body; /* bytes the provider may send; 0 = 10 MiB */
    /* OK = authentic as far as this provider lets one tell; DENIED = answered 401, nothing stored. */
    aorta_status (*verify)(void *self, aorta_ctx *ctx, const aorta_webhook_req *req);
    /* A bad item is logged and skipped; DATA only when the body as a whole cannot be read. */
    aorta_status (*route)(void *self, aorta_ctx *ctx, const aorta_webhook_req *req);
} aorta_webhook_ext;

#ifdef __cplusplus
}
#endif

#endif
