/* A stored payload on its way from normalize down: a phone's push, or a reprocess. */
#include "base/log.h"
#include "sync/args.h"
#include "sync/task.h"

#define NORMALIZE_MS (5 * 60 * 1000)

static aorta_str abi_text(const char *text)
{
    return (aorta_str){text, text ? strlen(text) : 0};
}

static aorta_payload as_abi(const struct gw_payload *p)
{
    return (aorta_payload){
        .struct_size = sizeof(aorta_payload),
        .flags = p->offset_s != GW_NO_OFFSET ? AORTA_PAYLOAD_HAS_OFFSET : 0,
        .kind = abi_text(p->kind),
        .content_type = abi_text(p->content_type),
        .external_id = abi_text(p->external_id),
        .origin = abi_text(p->origin),
        .data = (const uint8_t *)p->data.ptr,
        .size = p->data.len,
        .received_at_us = p->received_us,
        .tz_offset_s = p->offset_s != GW_NO_OFFSET ? p->offset_s : 0,
    };
}

static enum gw_code load(struct gw_task *task, struct gw_payload *payload, struct gw_err *err)
{
    struct gw_uuid id;
    enum gw_code code = gw_args_read_id(task->job.args, "payload_id", &id, err);

    return code ? code : gw_store_payload_get(task->work->options.db, task->arena, task->job.user_id, id, payload, err);
}

static enum gw_code finish(struct gw_task *task, struct gw_batch *batch, struct gw_err *err)
{
    struct gw_commit c = {0};
    struct gw_counts total;
    enum gw_code code;

    gw_batch_fill(batch, &c);
    c.job_id = task->job.id;
    c.lease = task->job.lease;
    c.end = GW_COMMIT_FINISH;
    c.status = c.counts.payloads_failed ? "failed" : c.warnings ? "partial" : "success";
    c.synced = true;
    code = gw_store_commit(task->work->options.db, &c, NULL, &total, err);
    if (code)
        return code;
    atomic_store(&task->work->changed, true);
    gw_task_ended(task, c.status, &total, c.wanted);
    return GW_OK;
}

static enum gw_code go(struct gw_task *task, const struct gw_provider *provider, struct gw_batch **batch,
                       struct gw_err *err)
{
    struct gw_call call = {.provider = provider, .timeout_ms = NORMALIZE_MS, .cancel = &task->cancel};
    struct gw_payload payload = {0};
    aorta_payload abi;
    size_t index = 0;
    enum gw_code code = load(task, &payload, err);

    if (!code)
        code = gw_batch_new(payload.user_id, payload.connection_id, payload.provider, payload.account, batch, err);
    if (code)
        return code;
    abi = as_abi(&payload);
    code = gw_batch_payload(*batch, &abi, payload.offset_s, &index, err);
    if (!code)
        code = gw_batch_normalize(*batch, &call, index, err);
    return code ? code : finish(task, *batch, err);
}

void gw_task_payload(struct gw_task *task)
{
    const struct gw_provider *provider = gw_task_provider(task);
    struct gw_batch *batch = NULL;
    struct gw_err why = {0};

    if (!provider)
        return;
    if (go(task, provider, &batch, &why))
        gw_task_failed(task, &why, false);
    gw_batch_free(&batch);
}
