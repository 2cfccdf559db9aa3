/* One sync of one connection, from claim to commit: the plugin emits raw payloads, each is normalised into
 * the batch, a checkpoint commits the batch with the cursor. Serves jobs of kinds sync, fetch and history. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "sync/args.h"
#include "sync/task.h"

#define SYNC_MS      (10 * 60 * 1000) /* one slice; the plugin is asked to yield long before */
#define WAIT_MOST_US (24 * GW_US_PER_HOUR)
#define BATCH_MOST   ((size_t)32 << 20) /* bytes gathered before a checkpoint comes */

/* State that was put in this run and not committed yet: reads must see it. */
struct put {
    struct put *next;
    struct gw_str key, value;
};

struct run {
    struct gw_task *task;
    const struct gw_provider *provider;
    struct gw_session session;
    struct gw_batch *batch;
    struct gw_call call;
    struct gw_counts total; /* of the run, earlier slices included */
    struct put *puts;
    const char *event; /* fetch: what pending syncs of the connection may be waiting for */
    bool waits;
    int64_t wake_at_us;
    struct gw_buf wait_events;
};

/* ---- what the plugin may ask for ---- */

static enum gw_code on_token(void *self, bool refused, struct gw_secret *ret, struct gw_err *err)
{
    return gw_session_token(&((struct run *)self)->session, refused, ret, err);
}

static enum gw_code on_state_get(void *self, uint32_t scope, struct gw_str key, struct gw_arena *arena,
                                 struct gw_str *ret, struct gw_err *err)
{
    struct run *run = self;

    (void)arena;
    if (scope == AORTA_STATE_FLOW)
        return gw_fail(err, GW_FORBIDDEN_CALL, "a sync has no flow");
    for (struct put *p = run->puts; p && scope == AORTA_STATE_CONNECTION; p = p->next) {
        if (gw_str_eq(p->key, key)) {
            *ret = p->value;
            return p->value.len ? GW_OK : gw_fail(err, GW_NOT_FOUND, "no such state");
        }
    }
    return gw_session_state_get(&run->session, scope, key, ret, err);
}

static struct gw_str copy(struct gw_arena *arena, struct gw_str s)
{
    return (struct gw_str){gw_arena_strndup(arena, s.ptr, s.len), s.len};
}

static enum gw_code remember_put(struct run *run, struct gw_str key, struct gw_str value, struct gw_err *err)
{
    struct put *p = gw_arena_zalloc(run->task->arena, sizeof(*p));

    if (!p)
        return gw_fail(err, GW_NOMEM, NULL);
    p->key = copy(run->task->arena, key);
    p->value = copy(run->task->arena, value);
    if (!p->key.ptr || !p->value.ptr)
        return gw_fail(err, GW_NOMEM, NULL);
    p->next = run->puts;
    run->puts = p;
    return GW_OK;
}

static enum gw_code on_state_put(void *self, uint32_t scope, struct gw_str key, struct gw_str value, int64_t ttl_s,
                                 struct gw_err *err)
{
    static const struct gw_uuid none;
    struct run *run = self;
    struct gw_state_put put;
    enum gw_code code;

    if (scope == AORTA_STATE_FLOW)
        return gw_fail(err, GW_FORBIDDEN_CALL, "a sync has no flow");
    code = gw_session_state_seal(&run->session, scope, key, value, ttl_s, &put, err);
    if (code)
        return code;
    if (scope == AORTA_STATE_PROVIDER)
        return gw_store_state_put(run->task->work->options.db, none, none, run->provider->id, &put, err);
    code = gw_batch_state(run->batch, &put, err);
    return code ? code : remember_put(run, key, value, err);
}

/* ---- commits ---- */

static enum gw_code begin_commit(struct run *run, enum gw_commit_end end, struct gw_str cursor, struct gw_commit *ret,
                                 struct gw_err *err)
{
    struct gw_commit commit = {0};
    enum gw_code code = gw_batch_fill(run->batch, &commit, err);

    if (code)
        return code;
    commit.job_id = run->task->job.id;
    commit.lease = run->task->job.lease;
    commit.end = end;
    commit.cursor = cursor;
    commit.wake_at_us = gw_now_us();
    commit.wake_event = run->event;
    *ret = commit;
    return GW_OK;
}

static enum gw_code commit(struct run *run, struct gw_commit *c, bool *ret_yield, struct gw_err *err)
{
    struct gw_counts total;
    enum gw_code code = gw_store_commit(run->task->work->options.db, c, ret_yield, &total, err);

    if (code == GW_LEASE_LOST)
        atomic_store(&run->task->lost, true);
    if (code)
        return code;
    run->total = total;
    atomic_store(&run->task->work->changed, true);
    if (c->woke)
        gw_notify_work(run->task->work->notify);
    return gw_batch_reset(run->batch, err);
}

/* A plugin that emits much between its checkpoints: what came is stored without moving the cursor, so after a crash it
 * comes again, which changes nothing. State waits for its checkpoint, for it may speak of the cursor. */
static enum gw_code make_room(struct run *run, struct gw_err *err)
{
    struct gw_commit c;
    enum gw_code code;

    if (gw_batch_size(run->batch) < BATCH_MOST || gw_batch_has_state(run->batch))
        return GW_OK;
    code = begin_commit(run, GW_COMMIT_CONTINUE, (struct gw_str){0}, &c, err);
    return code ? code : commit(run, &c, NULL, err);
}

static enum gw_code on_payload(void *self, const aorta_payload *payload, struct gw_err *err)
{
    struct run *run = self;
    size_t index;
    enum gw_code code = make_room(run, err);

    if (!code)
        code = gw_batch_payload(run->batch, payload, GW_NO_OFFSET, &index, err);
    return code ? code : gw_batch_normalize(run->batch, &run->call, index, err);
}

/* History gives way after a slice; a sync that somebody asked for goes on until it is done. */
static bool slice_over(const struct run *run)
{
    return run->task->job.kind == GW_JOB_HISTORY &&
           gw_mono_us() - run->task->started_us > run->task->work->options.slice_s * GW_US_PER_S;
}

static enum gw_code on_checkpoint(void *self, struct gw_str cursor, bool *ret_yield, struct gw_err *err)
{
    struct run *run = self;
    struct gw_commit c;
    bool wanted = false;
    enum gw_code code = begin_commit(run, GW_COMMIT_CONTINUE, cursor, &c, err);

    if (!code)
        code = commit(run, &c, &wanted, err);
    if (code == GW_LEASE_LOST)
        return gw_fail(err, GW_CANCELLED, "the job is another worker's now");
    if (code)
        return code;
    *ret_yield = wanted || atomic_load(&run->task->yield) || atomic_load(&run->task->work->stopping) || slice_over(run);
    return GW_OK;
}

static enum gw_code on_wait(void *self, struct gw_str event, int64_t wake_at_us, struct gw_err *err)
{
    struct run *run = self;
    int64_t latest = gw_now_us() + WAIT_MOST_US;

    if (event.len > 64 || (event.len && memchr(event.ptr, ',', event.len)))
        return gw_fail(err, GW_CONTRACT, "the name of an event is too long or has a comma");
    if (wake_at_us > latest)
        wake_at_us = latest;
    if (!run->waits || wake_at_us < run->wake_at_us)
        run->wake_at_us = wake_at_us;
    if (run->waits && run->wait_events.len)
        gw_buf_char(&run->wait_events, ',');
    gw_buf_add(&run->wait_events, event.ptr, event.len);
    run->waits = true;
    return run->wait_events.failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

static void on_warning(void *self, struct gw_str text)
{
    gw_batch_warning(((struct run *)self)->batch, text);
}

/* ---- ends ---- */

static const char *final_status(const struct run *run, const struct gw_counts *last)
{
    struct gw_counts all = run->total;

    gw_counts_add(&all, last);
    if (all.payloads_failed + all.workouts.rejected + all.sleep.rejected + all.events.rejected > 0)
        return "partial";
    return "success";
}

static enum gw_code end_done(struct run *run, struct gw_err *err)
{
    struct gw_commit c;
    enum gw_code code = begin_commit(run, GW_COMMIT_FINISH, (struct gw_str){0}, &c, err);

    if (code)
        return code;
    c.status = final_status(run, &c.counts);
    c.synced = run->task->job.kind != GW_JOB_HISTORY;
    code = commit(run, &c, NULL, err);
    if (!code)
        gw_task_ended(run->task, c.status, &run->total, c.wanted);
    return code;
}

static enum gw_code end_yield(struct run *run, struct gw_err *err)
{
    struct gw_commit c;
    enum gw_code code = begin_commit(run, GW_COMMIT_REQUEUE, (struct gw_str){0}, &c, err);

    if (!code)
        code = commit(run, &c, NULL, err);
    if (!code)
        gw_notify_work(run->task->work->notify);
    return code;
}

static enum gw_code end_pending(struct run *run, struct gw_err *err)
{
    struct gw_commit c;
    const char *events = gw_buf_cstr(&run->wait_events);
    enum gw_code code;

    if (!run->waits)
        return gw_fail(err, GW_CONTRACT, "the plugin returned PENDING without host->wait");
    if (!events)
        return gw_fail(err, GW_NOMEM, NULL);
    code = begin_commit(run, GW_COMMIT_WAIT, (struct gw_str){0}, &c, err);
    if (code)
        return code;
    c.wait_events = events;
    c.wake_at_us = run->wake_at_us;
    return commit(run, &c, NULL, err);
}

static enum gw_code end(struct run *run, enum gw_sync_outcome outcome, struct gw_err *err)
{
    switch (outcome) {
    case GW_SYNC_YIELD:
        return end_yield(run, err);
    case GW_SYNC_PENDING:
        return end_pending(run, err);
    default:
        return end_done(run, err);
    }
}

static void failed(struct run *run, const struct gw_err *why)
{
    struct gw_err ignored;

    if (why->code == GW_REAUTHORIZE && !atomic_load(&run->task->lost) &&
        gw_store_connection_status(run->task->work->options.db, run->task->job.user_id, run->task->job.connection_id,
                                   "reauthorize", gw_err_text(why), &ignored))
        gw_log(GW_LOG_WARN, "connection not marked", "error", gw_err_text(&ignored), NULL);
    gw_task_failed(run->task, why, gw_counts_any(&run->total));
}

/* ---- the beginning ---- */

static uint32_t mode_of(const struct gw_job *job)
{
    if (job->waiting)
        return AORTA_SYNC_RESUMED;
    switch (job->kind) {
    case GW_JOB_FETCH:
        return AORTA_SYNC_NOTIFIED;
    case GW_JOB_HISTORY:
        return AORTA_SYNC_BACKFILL;
    default:
        return AORTA_SYNC_MANUAL;
    }
}

static enum gw_code read_fetch(struct run *run, aorta_sync_req *req, struct gw_err *err)
{
    gw_own_secret struct gw_secret hint = {0};
    struct gw_arena *arena = run->task->arena;
    struct gw_str sealed, bound = GW_STR("hint");
    char *copy_of_hint;
    enum gw_code code = gw_args_read_fetch(run->task->job.args, arena, &sealed, &run->event, err);

    if (!code)
        code = gw_unseal(run->task->work->options.link->ring, sealed, bound, &hint, err);
    if (code)
        return code;
    copy_of_hint = gw_arena_strndup(arena, hint.data, hint.len);
    if (!copy_of_hint)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!run->task->job.waiting)
        req->hint = (aorta_str){copy_of_hint, hint.len};
    req->data = AORTA_DATA_WORKOUTS | AORTA_DATA_247;
    return GW_OK;
}

static enum gw_code read_order(struct run *run, aorta_sync_req *req, struct gw_err *err)
{
    const aorta_descriptor *d = run->provider->plugin->desc;
    const struct gw_job *job = &run->task->job;
    struct gw_sync_args args = {0};
    enum gw_code code;

    req->struct_size = sizeof(*req);
    req->mode = mode_of(job);
    req->cursor = (aorta_bytes){(const uint8_t *)job->cursor.ptr, job->cursor.len};
    if (job->waiting)
        req->hint = (aorta_str){job->arrived, job->arrived ? strlen(job->arrived) : 0};
    code = gw_args_read_sync(d, job->kind == GW_JOB_FETCH ? "{\"params\":{},\"data\":3}" : job->args, run->task->arena,
                             &args, err);
    if (code)
        return code;
    req->params = args.params;
    req->params_count = d->sync_params_count;
    req->data = args.data;
    return job->kind == GW_JOB_FETCH ? read_fetch(run, req, err) : GW_OK;
}

static enum gw_code open_run(struct run *run, struct gw_err *err)
{
    const struct gw_job *job = &run->task->job;
    enum gw_code code = gw_session_open(run->task->work->options.link, run->provider, run->task->arena, job->user_id,
                                        job->connection_id, &run->session, err);

    if (!code && strcmp(run->session.row.status, "active") != 0)
        code = gw_fail(err, GW_REAUTHORIZE, "The user has to connect %s again.", run->provider->id);
    if (!code)
        code = gw_batch_new(job->user_id, job->connection_id, run->provider->id, run->session.row.provider_user_id,
                            &run->batch, err);
    return code;
}

static enum gw_code go(struct run *run, struct gw_err *err)
{
    struct gw_sink sink = {
        .self = run,
        .perform = run->task->work->options.link->perform,
        .perform_self = run->task->work->options.link->perform_self,
        .token = on_token,
        .state_get = on_state_get,
        .state_put = on_state_put,
        .payload = on_payload,
        .checkpoint = on_checkpoint,
        .wait = on_wait,
        .warning = on_warning,
    };
    enum gw_sync_outcome outcome = GW_SYNC_DONE;
    aorta_sync_req req = {0};
    enum gw_code code = open_run(run, err);

    if (!code)
        code = read_order(run, &req, err);
    if (code)
        return code;
    run->call = (struct gw_call){.provider = run->provider,
                                 .sink = &sink,
                                 .connection = &run->session.abi,
                                 .timeout_ms = SYNC_MS,
                                 .cancel = &run->task->cancel};
    code = gw_call_sync(&run->call, &req, &outcome, err);
    return code ? code : end(run, outcome, err);
}

void gw_task_sync(struct gw_task *task)
{
    struct run run = {.task = task, .total = task->job.counts};
    struct gw_err why = {0};

    run.provider = gw_task_provider(task);
    if (!run.provider)
        return;
    if (gw_settings_require(task->work->options.link->settings, run.provider->id, &why) || go(&run, &why))
        failed(&run, &why);
    gw_batch_free(&run.batch);
    gw_buf_free(&run.wait_events);
    gw_session_close(&run.session);
}
