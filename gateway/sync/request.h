/* sync/request.h - the sync engine as the HTTP layer sees it: submit, wait, look up. [any thread]
 */
#ifndef GW_SYNC_REQUEST_H
#define GW_SYNC_REQUEST_H

#include "host/params.h"
#include "link/link.h"
#include "store/jobs.h"
#include "store/notify.h"

struct gw_waiters; /* who waits for which run in this process */

enum gw_code gw_waiters_new(struct gw_waiters **ret, struct gw_err *err) GW_MUST_USE;
void gw_waiters_free(struct gw_waiters **waiters);
void gw_waiters_done(void *waiters, struct gw_uuid run); /* gw_notify_handlers.on_done */
void gw_waiters_all(void *waiters);                      /* on_reconnect: everybody looks again */
size_t gw_waiters_count(struct gw_waiters *waiters);

struct gw_sync_engine {
    struct gw_db *db;
    const struct gw_registry *registry;
    struct gw_link *link;
    struct gw_notify *notify;
    struct gw_waiters *waiters;
    int wait_s;       /* 50 */
    int most_waiting; /* threads of this process that may wait at once; beyond it a call is answered as async
                       */
};

struct gw_sync_ask {
    const struct gw_provider *provider;
    struct gw_uuid user;
    const struct gw_param_text *params; /* the query, decoded; async and data_type are taken out by the engine */
    size_t params_count;
    bool async;
};

struct gw_sync_answer {
    bool accepted;     /* 202: not ended yet */
    struct gw_run run; /* as it stands */
    const struct gw_str *ignored;
    size_t ignored_count;
    struct gw_violations violations; /* with GW_INVALID */
};

/* Validates (GW_INVALID with violations), finds the active connections (GW_NOT_CONNECTED, text "User not
 * connected to garmin"; GW_REAUTHORIZE), GW_UNSUPPORTED for data the provider has none of, submits one job
 * for each connection (one in practice; the answer speaks of the first), waits unless async. A run that ended
 * as failed: the code of its error, with ret->run filled. The user must exist (GW_NOT_FOUND). */
enum gw_code gw_sync_request(struct gw_sync_engine *engine, struct gw_arena *arena, const struct gw_sync_ask *ask,
                             struct gw_sync_answer *ret, struct gw_err *err) GW_MUST_USE;
/* A run as the contract's body: {"success", "run_id", …}. */
void gw_run_to_json(const struct gw_run *run, bool async, const struct gw_str *ignored, size_t ignored_count,
                    struct gw_buf *out);

/* The webhook's durable half: called by http after verify said OK. */
enum gw_code gw_sync_webhook(struct gw_sync_engine *engine, const struct gw_provider *provider,
                             const aorta_webhook_req *req, struct gw_err *err) GW_MUST_USE;

#endif
