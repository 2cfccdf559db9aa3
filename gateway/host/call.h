/* host/call.h - runs one operation of a plugin: makes its ctx, gives it the services, maps what it returns.
 *
 * All effects go through a gw_sink that the caller fills: store, network, clock and tokens are its business, so the
 * same code serves the gateway, the command line and the conformance tests. Functions of the sink that are NULL make
 * the service answer FORBIDDEN_CALL; which services an operation may use is checked here besides. Sink functions run
 * on the thread of the call. [any thread]
 */
#ifndef GW_HOST_CALL_H
#define GW_HOST_CALL_H

#include <stdatomic.h>

#include <aorta/plugin.h>
#include <aorta/refresh.h>
#include <aorta/webhook.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "host/registry.h"
#include "net/client.h"

struct gw_sink {
    void *self;
    gw_net_perform_fn *perform; /* http; NULL = no network for this call */
    void *perform_self;

    /* Takes one request from a declared budget, before it is sent. GW_RATE_LIMITED with err->retry_after_ms when it is
     * spent: the host waits here up to 5 s, else the plugin is told. NULL = budgets are not kept. */
    enum gw_code (*budget)(void *self, const aorta_rate *rate, struct gw_err *err);
    /* AORTA_HTTP_AUTH: the bearer token now; refused = the last one was answered 401, make a new one. */
    enum gw_code (*token)(void *self, bool refused, struct gw_secret *ret, struct gw_err *err);
    /* get: GW_NOT_FOUND; the value lives in the arena of the call. */
    enum gw_code (*state_get)(void *self, uint32_t scope, struct gw_str key, struct gw_arena *arena, struct gw_str *ret,
                              struct gw_err *err);
    enum gw_code (*state_put)(void *self, uint32_t scope, struct gw_str key, struct gw_str value, int64_t ttl_s,
                              struct gw_err *err);
    enum gw_code (*authorize_done)(void *self, const aorta_authorize_result *result, struct gw_err *err);
    enum gw_code (*callback_done)(void *self, const aorta_credentials *credentials, struct gw_err *err);
    enum gw_code (*payload)(void *self, const aorta_payload *payload, struct gw_err *err);
    enum gw_code (*checkpoint)(void *self, struct gw_str cursor, bool *ret_yield, struct gw_err *err);
    enum gw_code (*wait)(void *self, struct gw_str event, int64_t wake_at_us, struct gw_err *err);
    /* normalize. source is never NULL: index 0 is the provider itself, others as the plugin declared them in this
     * call; index is small and dense. The record and its texts are borrowed. GW_DATA = refused, goes on.
     * Checked already: texts are UTF-8 without NUL, JSON parses, times lie in 1970..2200, end >= start, fields of the
     * catalogue have its type (a workout's unknown type is "other"), no key comes twice. */
    enum gw_code (*record)(void *self, const aorta_record *record, const aorta_source *source, uint32_t index,
                           struct gw_err *err);
    /* Checked already: count > 0, t_us is never NULL and strictly ascending, v is finite, or NULL with DELETED. */
    enum gw_code (*series)(void *self, const aorta_series *series, uint16_t metric, const aorta_source *source,
                           uint32_t index, struct gw_err *err);
    int64_t (*payload_read)(void *self, void *buf, size_t cap);
    enum gw_code (*webhook_item)(void *self, const aorta_webhook_item *item, struct gw_err *err);
    /* A record or run of samples that was refused, by the host's checks or by record/series: what (a kind or metric)
     * and why; no value of it. May be NULL. */
    void (*refused)(void *self, struct gw_str what, struct gw_str reason);
    /* A WARN or worse log line with a field "warning": for the run's warnings. May be NULL. */
    void (*warning)(void *self, struct gw_str text);
    void (*progress)(void *self, uint64_t done, uint64_t total, struct gw_str what); /* may be NULL */
    int64_t (*now_us)(void *self);                                                   /* NULL = gw_now_us */
};

struct gw_call {
    const struct gw_provider *provider;
    const struct gw_sink *sink;
    const aorta_connection *connection; /* NULL = an empty one */
    int64_t timeout_ms;                 /* from now; 0 = 60 s */
    const atomic_bool *cancel;          /* or NULL */
};

/* Each returns GW_OK or the code the plugin's status maps to (class by class; see codes.def), with err filled from
 * host->fail: wire code "<id>.<what>" only where the contract lets it through (-1xx and SCOPE), retry_after
 * and upstream status always. A status with no reason recorded gets a plain sentence and a log line. */
enum gw_code gw_call_authorize(const struct gw_call *call, const aorta_authorize_req *req,
                               struct gw_err *err) GW_MUST_USE;
enum gw_code gw_call_callback(const struct gw_call *call, const aorta_callback_req *req,
                              struct gw_err *err) GW_MUST_USE;
enum gw_code gw_call_refresh(const struct gw_call *call, struct gw_err *err) GW_MUST_USE; /* GW_UNSUPPORTED: no ext */
enum gw_code gw_call_revoke(const struct gw_call *call, struct gw_err *err) GW_MUST_USE;

enum gw_sync_outcome { GW_SYNC_DONE, GW_SYNC_YIELD, GW_SYNC_PENDING };
enum gw_code gw_call_sync(const struct gw_call *call, const aorta_sync_req *req, enum gw_sync_outcome *ret,
                          struct gw_err *err) GW_MUST_USE;
enum gw_code gw_call_normalize(const struct gw_call *call, const aorta_payload *payload,
                               struct gw_err *err) GW_MUST_USE;
enum gw_code gw_call_verify(const struct gw_call *call, const aorta_webhook_req *req, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_call_route(const struct gw_call *call, const aorta_webhook_req *req, struct gw_err *err) GW_MUST_USE;
/* 0 = the plugin takes no webhooks. */
size_t gw_call_webhook_max_body(const struct gw_provider *provider);

#endif
