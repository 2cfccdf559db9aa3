/* A stored payload on its way from normalize down: a phone's push, an import, a reprocess. Its bytes are read where
 * they are stored, and what comes of them is committed in portions; a job that ends in the middle begins from the
 * start. */
#include "base/log.h"
#include "sync/ahead.h"
#include "sync/args.h"
#include "sync/portions.h"

#define WHOLE_MOST   ((size_t)8 << 20) /* handed over in one piece; larger ones are read piece by piece */
#define NORMALIZE_MS INT64_C(300000)
#define BYTES_A_MS   256 /* more time for larger ones, at a pace that a small machine keeps */

struct push {
    struct gw_task *task;
    const struct gw_provider *provider;
    struct gw_payload payload;
    struct gw_payload_reader *reader;
    struct gw_ahead *ahead; /* of one that is not handed over whole */
    struct gw_str chunk;    /* what is left of the one being read */
    uint64_t read;
    struct gw_portions *portions;
    struct gw_batch *batch;
    struct gw_err why; /* why the plugin could not read it */
};

/* ---- the bytes ---- */

static enum gw_code next_chunk(struct push *push, struct gw_err *err)
{
    enum gw_code code = push->ahead ? gw_ahead_next(push->ahead, &push->chunk, err)
                                    : gw_store_payload_next(push->reader, &push->chunk, err);

    if (!code && push->payload.data.len)
        gw_portions_progress(push->portions, (double)push->read / (double)push->payload.data.len);
    return code;
}

static enum gw_code on_read(void *self, void *buf, size_t cap, size_t *ret_len, struct gw_err *err)
{
    struct push *push = self;
    enum gw_code code = push->chunk.len ? GW_OK : next_chunk(push, err);

    if (code)
        return code;
    *ret_len = push->chunk.len < cap ? push->chunk.len : cap;
    memcpy(buf, push->chunk.ptr, *ret_len);
    push->chunk.ptr += *ret_len;
    push->chunk.len -= *ret_len;
    push->read += *ret_len;
    return GW_OK;
}

static enum gw_code open_payload(struct push *push, struct gw_err *err)
{
    struct gw_task *task = push->task;
    struct gw_uuid id;
    enum gw_code code = gw_args_read_id(task->job.args, "payload_id", &id, err);

    return code ? code
                : gw_store_payload_open(task->work->options.db, task->arena, task->job.user_id, id, &push->payload,
                                        &push->reader, err);
}

/* The whole of a small one, which most are. */
static enum gw_code load(struct push *push, struct gw_err *err)
{
    size_t size = push->payload.data.len, at = 0, len = 1;
    enum gw_code code = GW_OK;
    char *to;

    if (size > WHOLE_MOST)
        return gw_ahead_new(push->reader, &push->ahead, err);
    to = gw_arena_alloc(push->task->arena, size + 1);
    if (!to)
        return gw_fail(err, GW_NOMEM, NULL);
    for (; !code && at < size && len; at += len)
        code = on_read(push, to + at, size - at, &len, err);
    to[size] = '\0';
    push->payload.data.ptr = to;
    gw_portions_progress(push->portions, 0); /* loaded is not read */
    return code;
}

/* ---- what comes of them ---- */

static bool on_full(void *self, const struct gw_batch *batch)
{
    return gw_portions_full(((struct push *)self)->portions, batch);
}

static enum gw_code on_next(void *self, struct gw_batch **batch, struct gw_err *err)
{
    return gw_portions_next(((struct push *)self)->portions, batch, err);
}

static enum gw_code normalize(struct push *push, struct gw_err *err)
{
    const struct gw_payload *p = &push->payload;
    const struct gw_batch_flow flow = {.self = push, .read = on_read, .full = on_full, .next = on_next};
    struct gw_call call = {.provider = push->provider,
                           .timeout_ms = NORMALIZE_MS + (int64_t)(p->data.len / BYTES_A_MS),
                           .cancel = &push->task->cancel};
    enum gw_code code = gw_batch_new(p->user_id, p->connection_id, p->provider, p->account, &push->batch, err);

    if (!code)
        code = gw_portions_new(push->task, p, &push->portions, err);
    if (!code)
        code = load(push, err);
    return code ? code : gw_batch_normalize_stored(&push->batch, &call, p, &flow, &push->why, err);
}

/* The last portion, with the end of the job. */
static enum gw_code finish(struct push *push, struct gw_err *err)
{
    struct gw_task *task = push->task;
    struct gw_commit c = {0};
    struct gw_counts total;
    size_t before = 0;
    enum gw_code code = gw_portions_end(push->portions, &before, err);

    if (!code)
        code = gw_batch_fill(push->batch, &c, err);
    if (code)
        return code;
    c.job_id = task->job.id;
    c.lease = task->job.lease;
    c.end = GW_COMMIT_FINISH;
    c.afresh = before == 0;
    c.lazily =
        true; /* the payload is durable: what a crash of the server forgets is the end of a job that begins again */
    c.why = push->why.code ? &push->why : NULL;
    c.status = push->why.code && before == 0 && !gw_batch_has_data(push->batch) ? "failed"
               : gw_batch_warned(push->batch)                                   ? "partial"
                                                                                : "success";
    c.synced = c.status[0] != 'f';
    code = gw_store_commit(task->work->options.db, &c, NULL, &total, err);
    if (code)
        return code;
    atomic_store(&task->work->changed, true);
    gw_task_ended(task, c.status, &total, c.wanted);
    return GW_OK;
}

static enum gw_code go(struct push *push, struct gw_err *err)
{
    enum gw_code code = open_payload(push, err);

    if (!code)
        code = normalize(push, err);
    return code ? code : finish(push, err);
}

void gw_task_payload(struct gw_task *task)
{
    struct push push = {.task = task, .provider = gw_task_provider(task)};
    struct gw_err why = {0};

    if (!push.provider)
        return;
    if (go(&push, &why))
        gw_task_failed(task, &why, push.portions && gw_portions_committed(push.portions) > 0);
    gw_portions_free(&push.portions);
    gw_batch_free(&push.batch);
    gw_ahead_free(&push.ahead);
    gw_store_payload_close(&push.reader);
}
