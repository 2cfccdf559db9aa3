/* aorta/plugin.h - what a plugin is: one exported function, one constant struct, four operations.
 *
 * A plugin exports exactly one symbol, aorta_plugin_entry. The gateway calls it after dlopen, reads the descriptor,
 * calls init once for each configured instance, then any of the operations from any number of threads at once, and
 * shutdown at the end. Plugins are never unloaded.
 *
 * Operations are re-entrant: the same `self`, different connections. `self` is read-only after init, or the plugin
 * locks it. A plugin starts no threads, does not fork, installs no signal handlers, opens no sockets or files, writes
 * nothing to stdout or stderr, and leaves locale, environment, umask and working directory alone. No exception or
 * panic may leave it.
 */
#ifndef AORTA_PLUGIN_H
#define AORTA_PLUGIN_H

#include "abi.h"
#include "declare.h"
#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aorta_authorize_req {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str redirect_uri; /* the gateway's callback URL; send it to the provider as it is */
    aorta_str state;        /* made and later checked by the gateway; send it along (OAuth 1: inside redirect_uri) */
    aorta_str scope;        /* asked for by the caller, or empty: the plugin's default */
    aorta_str user_ref;
} aorta_authorize_req;

typedef struct aorta_callback_req {
    uint32_t struct_size;
    uint32_t flags;
    aorta_str redirect_uri; /* the same as in authorize */
    aorta_str state;
    const aorta_pair *query; /* what the provider sent, decoded, without `state` */
    uint32_t query_count;
    uint32_t reserved0;
} aorta_callback_req;

/* aorta_sync_req.mode */
#define AORTA_SYNC_MANUAL    1u /* somebody asked; params are theirs */
#define AORTA_SYNC_SCHEDULED 2u /* by the clock; params are all absent; go on from the state the plugin keeps */
#define AORTA_SYNC_BACKFILL  3u /* as far back as the provider allows */
#define AORTA_SYNC_NOTIFIED  4u /* a webhook named something to fetch: hint */
#define AORTA_SYNC_RESUMED   5u /* after wait: hint = names of the events that came, separated by commas */

/* aorta_sync_req.data */
#define AORTA_DATA_WORKOUTS 0x1u
#define AORTA_DATA_247      0x2u

typedef struct aorta_sync_req {
    uint32_t struct_size;
    uint32_t mode;
    const aorta_value *params; /* in the order of descriptor.sync_params; type NONE = not given and no default */
    uint32_t params_count;
    uint32_t data;      /* AORTA_DATA_* wanted */
    aorta_bytes cursor; /* of the last checkpoint of this sync; empty at its beginning */
    aorta_str hint;
} aorta_sync_req;

/* The four operations. All are present; one that a provider does not have returns AORTA_ERR_UNSUPPORTED and its
 * capability bit is clear. */
typedef struct aorta_ops {
    uint32_t struct_size;
    uint32_t reserved0;
    /* Builds the URL of the provider's consent page and gives it to host->authorize_done. May call the provider
     * (OAuth 1.0a request token); deadline 3 s. [api process, any thread] */
    aorta_status (*authorize)(void *self, aorta_ctx *ctx, const aorta_authorize_req *req);
    /* The browser is back: exchanges the code, finds out who the user is, registers them where the provider wants
     * it, gives the credentials to host->callback_done. Deadline 20 s. [api process, any thread] */
    aorta_status (*callback)(void *self, aorta_ctx *ctx, const aorta_callback_req *req);
    /* Fetches and emits raw payloads, with a checkpoint after each page. One at a time for a connection.
     * [worker process, any thread] */
    aorta_status (*sync)(void *self, aorta_ctx *ctx, const aorta_sync_req *req);
    /* Turns one payload into records and series. Pure: same bytes, same output; no clock, network, random or state.
     * DATA when the payload as a whole cannot be read; a single bad item is skipped, logged, and the rest emitted.
     * [worker process, any thread; also tools without any gateway] */
    aorta_status (*normalize)(void *self, aorta_ctx *ctx, const aorta_payload *payload);
} aorta_ops;

typedef struct aorta_plugin {
    /* This preamble is the same in every major. */
    uint32_t magic;                /* AORTA_MAGIC */
    uint16_t abi_major, abi_minor; /* what the author compiled with */
    uint32_t struct_size;
    uint16_t min_host_minor; /* what the plugin needs */
    uint16_t reserved0;

    const aorta_descriptor *desc;
    const aorta_ops *ops;
    /* settings: in the order of descriptor.settings, defaults filled in, type NONE where there is none. *self is
     * the plugin's own. No network. CONFIG (with fail) when the settings make no sense. ctx->op is 0. */
    aorta_status (*init)(aorta_ctx *ctx, const aorta_value *settings, uint32_t settings_count, void **self);
    void (*shutdown)(void *self); /* accepts NULL */
    /* Optional abilities by id (refresh.h, webhook.h); NULL when unknown. Static structs. */
    const void *(*get_extension)(void *self, const char *id);
} aorta_plugin;

typedef struct aorta_host_info {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    const char *name, *version;
} aorta_host_info;

/* The one exported symbol. Pure: returns the same constant pointer every time, does nothing else. info may be NULL. */
AORTA_EXPORT const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info);

#ifdef __cplusplus
}
#endif

#endif
