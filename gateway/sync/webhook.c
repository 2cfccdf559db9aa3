/* A provider's webhook: the durable half that runs while the provider waits, and the routing that runs after.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "sync/args.h"
#include "sync/request.h"
#include "sync/task.h"

#define ROUTE_MS       (2 * 60 * 1000)
#define NORMALIZE_MS   (5 * 60 * 1000)
#define OWNER_WAIT_US  (60 * GW_US_PER_S) /* an account may be unknown because its callback is still being stored */
#define OWNER_AGAIN_US (1 * GW_US_PER_S)

static const struct gw_str body_bound = {"inbox", 5}, hint_bound = {"hint", 4};

/* ---- accepting ---- */

static const char *pairs_json(const aorta_pair *pairs, uint32_t count, struct gw_arena *arena)
{
    gw_own_buf struct gw_buf b = {0};

    gw_buf_char(&b, '[');
    for (uint32_t i = 0; i < count; i++) {
        gw_buf_str(&b, i ? ",[" : "[");
        gw_buf_json(&b, (struct gw_str){pairs[i].name.ptr, pairs[i].name.len});
        gw_buf_char(&b, ',');
        gw_buf_json(&b, (struct gw_str){pairs[i].value.ptr, pairs[i].value.len});
        gw_buf_char(&b, ']');
    }
    gw_buf_char(&b, ']');
    return b.failed ? NULL : gw_arena_strndup(arena, b.data, b.len);
}

/* The body may hold pull tokens, so it lies sealed until it has been routed. */
static enum gw_code store_inbox(struct gw_sync_engine *engine, const char *provider, const aorta_webhook_req *req,
                                struct gw_arena *arena, struct gw_err *err)
{
    gw_own_buf struct gw_buf sealed = {0};
    struct gw_inbox inbox = {
        .id = gw_uuid_v7(),
        .provider = provider,
        .method = req->method,
        .headers = pairs_json(req->headers, req->headers_count, arena),
        .query = pairs_json(req->query, req->query_count, arena),
        .received_us = req->received_at_us,
    };
    struct gw_uuid job;
    enum gw_code code = gw_seal(engine->link->ring, (struct gw_str){(const char *)req->body.ptr, req->body.len},
                                body_bound, &sealed, err);

    if (!code && (!inbox.headers || !inbox.query))
        code = gw_fail(err, GW_NOMEM, NULL);
    if (code)
        return code;
    inbox.body = (struct gw_str){sealed.data, sealed.len};
    return gw_store_inbox_put(engine->db, &inbox, &job, err);
}

enum gw_code gw_sync_webhook(struct gw_sync_engine *engine, const struct gw_provider *provider,
                             const aorta_webhook_req *req, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code = arena ? store_inbox(engine, provider->id, req, arena, err) : gw_fail(err, GW_NOMEM, NULL);

    gw_arena_free(&arena);
    if (!code)
        gw_notify_work(engine->notify);
    return code;
}

/* ---- routing ---- */

struct routing {
    struct gw_task *task;
    const struct gw_provider *provider;
    struct gw_counts total;
    int64_t unknown;     /* items of accounts that no connection has */
    struct gw_err first; /* failure that ends the attempt */
};

static const char *item_text(struct routing *r, aorta_str text)
{
    return text.len ? gw_arena_strndup(r->task->arena, text.ptr, text.len) : NULL;
}

static enum gw_code item_data(struct routing *r, const struct gw_connection *c, const aorta_webhook_item *item,
                              struct gw_err *err)
{
    struct gw_call call = {.provider = r->provider, .timeout_ms = NORMALIZE_MS, .cancel = &r->task->cancel};
    struct gw_batch *batch = NULL;
    struct gw_commit commit = {0};
    size_t index = 0;
    enum gw_code code = gw_batch_new(c->user_id, c->id, r->provider->id, c->provider_user_id, &batch, err);

    if (!code)
        code = gw_batch_payload(batch, item->payload, GW_NO_OFFSET, &index, err);
    if (!code)
        code = gw_batch_normalize(batch, &call, index, err);
    if (!code)
        code = gw_batch_fill(batch, &commit, err);
    if (!code) {
        commit.end = GW_COMMIT_NONE;
        commit.synced = true;
        commit.live_only = true;
        commit.wake_event = item_text(r, item->event);
        code = gw_store_commit(r->task->work->options.db, &commit, NULL, NULL, err);
    }
    if (!code) {
        gw_counts_add(&r->total, &commit.counts);
        atomic_store(&r->task->work->changed, true);
    }
    gw_batch_free(&batch);
    return code;
}

static enum gw_code item_fetch(struct routing *r, const struct gw_connection *c, const aorta_webhook_item *item,
                               struct gw_err *err)
{
    gw_own_buf struct gw_buf sealed = {0};
    struct gw_job job = {
        .id = gw_uuid_v7(),
        .user_id = c->user_id,
        .connection_id = c->id,
        .provider = r->provider->id,
        .kind = GW_JOB_FETCH,
        .priority = GW_PRIORITY_EVENT,
        .run_at_us = gw_now_us(),
    };
    struct gw_uuid id;
    bool joined;
    enum gw_code code = gw_seal(r->task->work->options.link->ring, (struct gw_str){item->hint.ptr, item->hint.len},
                                hint_bound, &sealed, err);

    if (!code)
        code = gw_args_write_fetch((struct gw_str){sealed.data, sealed.len}, item_text(r, item->event), r->task->arena,
                                   &job.args, job.args_digest, err);
    return code ? code : gw_store_job_submit(r->task->work->options.db, &job, &id, &joined, err);
}

static enum gw_code item_for(struct routing *r, const struct gw_connection *c, const aorta_webhook_item *item,
                             struct gw_err *err)
{
    struct gw_db *db = r->task->work->options.db;

    switch (item->type) {
    case AORTA_WEBHOOK_DATA: {
        enum gw_code code = strcmp(c->status, "revoked") == 0 ? GW_OK : item_data(r, c, item, err);
        return code == GW_NOT_CONNECTED ? GW_OK : code; /* who has left us is not followed */
    }
    case AORTA_WEBHOOK_FETCH:
        return strcmp(c->status, "active") == 0 ? item_fetch(r, c, item, err) : GW_OK;
    case AORTA_WEBHOOK_DEREGISTER:
        return strcmp(c->status, "revoked") == 0
                   ? GW_OK
                   : gw_store_connection_status(db, c->user_id, c->id, "revoked", "the user left at the provider", err);
    case AORTA_WEBHOOK_PERMISSIONS: {
        const char *scope = item_text(r, item->scope);
        return gw_store_connection_scope(db, c->user_id, c->id, scope ? scope : "", err);
    }
    default:
        gw_log(GW_LOG_WARN, "webhook item of a type this version does not know", NULL);
        return GW_OK;
    }
}

static enum gw_code on_item(void *self, const aorta_webhook_item *item, struct gw_err *err)
{
    struct routing *r = self;
    struct gw_connection *all = NULL;
    size_t count = 0;
    const char *account = item_text(r, item->provider_user_id);
    enum gw_code code;

    if (!account)
        return gw_fail(err, GW_DATA, "a webhook item names no account");
    code = gw_store_connection_by_account(r->task->work->options.db, r->task->arena, r->provider->id, account, &all,
                                          &count, err);
    for (size_t i = 0; i < count && !code; i++)
        code = item_for(r, &all[i], item, err);
    if (code) {
        if (!r->first.code && err)
            r->first = *err;
        return code;
    }
    if (count == 0) {
        r->unknown++;
        return gw_fail(err, GW_NOT_FOUND, "no connection has this account");
    }
    return GW_OK;
}

static aorta_pair *read_pairs(const char *text, struct gw_arena *arena, uint32_t *ret_count)
{
    own_json json_t *list = json_loads(text ? text : "[]", 0, NULL);
    size_t count = json_array_size(list);
    aorta_pair *pairs = gw_arena_zalloc(arena, (count + 1) * sizeof(*pairs));

    *ret_count = 0;
    for (size_t i = 0; pairs && i < count; i++) {
        const json_t *pair = json_array_get(list, i);
        const char *name = json_string_value(json_array_get(pair, 0)),
                   *value = json_string_value(json_array_get(pair, 1));
        pairs[i].name.ptr = gw_arena_strdup(arena, name ? name : "");
        pairs[i].value.ptr = gw_arena_strdup(arena, value ? value : "");
        if (!pairs[i].name.ptr || !pairs[i].value.ptr)
            return NULL;
        pairs[i].name.len = strlen(pairs[i].name.ptr);
        pairs[i].value.len = strlen(pairs[i].value.ptr);
        *ret_count = (uint32_t)i + 1;
    }
    return pairs;
}

static enum gw_code load(struct gw_task *task, struct gw_inbox *inbox, struct gw_secret *body, aorta_webhook_req *req,
                         struct gw_err *err)
{
    struct gw_uuid id;
    enum gw_code code = gw_args_read_id(task->job.args, "inbox_id", &id, err);

    if (!code)
        code = gw_store_inbox_get(task->work->options.db, task->arena, id, inbox, err);
    if (!code)
        code = gw_unseal(task->work->options.link->ring, inbox->body, body_bound, body, err);
    if (code)
        return code;
    *req = (aorta_webhook_req){
        .struct_size = sizeof(*req),
        .method = inbox->method,
        .body = {(const uint8_t *)body->data, body->len},
        .received_at_us = inbox->received_us,
    };
    req->headers = read_pairs(inbox->headers, task->arena, &req->headers_count);
    req->query = read_pairs(inbox->query, task->arena, &req->query_count);
    return req->headers && req->query ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

/* An account that nobody has yet may belong to a callback that is still being stored: look again for a while.
 * Everything done so far may be done again without harm. */
static bool again_for_owner(struct routing *r, const struct gw_inbox *inbox)
{
    struct gw_err why = {0}, err = {0};

    if (r->unknown == 0 || gw_now_us() - inbox->received_us > OWNER_WAIT_US)
        return false;
    gw_fail(&why, GW_BUSY, "the account is not known yet");
    if (gw_store_job_retry(r->task->work->options.db, r->task->job.id, r->task->job.lease, gw_now_us() + OWNER_AGAIN_US,
                           &why, &err))
        gw_log(GW_LOG_WARN, "webhook not put back; its lease will run out", "error", gw_err_text(&err), NULL);
    return true;
}

static enum gw_code go(struct routing *r, struct gw_inbox *inbox, struct gw_secret *body, struct gw_err *err)
{
    struct gw_sink sink = {.self = r, .webhook_item = on_item};
    struct gw_call call = {.provider = r->provider, .sink = &sink, .timeout_ms = ROUTE_MS, .cancel = &r->task->cancel};
    aorta_webhook_req req;
    enum gw_code code = load(r->task, inbox, body, &req, err);

    if (!code)
        code = gw_call_route(&call, &req, err);
    if (!code && r->first.code && r->first.code != GW_NOT_FOUND && r->first.code != GW_DATA) {
        *err = r->first;
        code = r->first.code;
    }
    return code;
}

void gw_task_webhook(struct gw_task *task)
{
    struct routing r = {.task = task, .provider = gw_task_provider(task)};
    gw_own_secret struct gw_secret body = {0};
    struct gw_inbox inbox = {0};
    struct gw_err why = {0};
    enum gw_code code;

    if (!r.provider)
        return;
    code = go(&r, &inbox, &body, &why);
    gw_notify_work(task->work->notify); /* items may have woken or made jobs, also when a later one failed */
    if (!code && again_for_owner(&r, &inbox))
        return;
    if (!code) {
        char text[80];
        const char *warnings = NULL;
        if (r.unknown) {
            snprintf(text, sizeof(text), "[\"%lld items of accounts that are not connected\"]", (long long)r.unknown);
            warnings = text;
        }
        code = gw_store_inbox_done(task->work->options.db, inbox.id, task->job.id, task->job.lease, &r.total, warnings,
                                   &why);
        if (!code)
            gw_task_ended(task, "success", &r.total, false);
    }
    if (code)
        gw_task_failed(task, &why, false);
}
