/* One operation from begin to end: what the plugin may see, the call itself, what its answer means. */
#include "host/call.h"

#include <stdio.h>

#include "base/log.h"
#include "host/frame.h"

#define TIMEOUT_DEFAULT_MS 60000

/* Which of the connection's secrets an operation may see. */
enum { SEE_ID = 1, SEE_EXTRA = 2, SEE_ACCESS = 4, SEE_REFRESH = 8 };

static unsigned visible(const struct gw_provider *provider, uint32_t op)
{
    switch (op) {
    case AORTA_OP_REFRESH:
    case AORTA_OP_REVOKE:
        return SEE_ID | SEE_EXTRA | SEE_ACCESS | SEE_REFRESH;
    case AORTA_OP_SYNC:
        return SEE_ID | SEE_EXTRA | (provider->plugin->desc->flags & AORTA_DESC_SIGNS_REQUESTS ? SEE_ACCESS : 0u);
    case AORTA_OP_AUTHORIZE:
    case AORTA_OP_CALLBACK:
        return SEE_ID | SEE_EXTRA;
    default: /* normalize is pure, webhooks belong to no connection yet */
        return 0;
    }
}

static void show_connection(struct gw_frame *frame, const aorta_connection *conn)
{
    unsigned may = visible(frame->provider, frame->ctx.op);

    if (!conn || !(may & SEE_ID))
        return;
    frame->conn = *conn;
    frame->conn.struct_size = sizeof(frame->conn);
    if (!(may & SEE_ACCESS))
        frame->conn.access_token = (aorta_str){0};
    if (!(may & SEE_REFRESH))
        frame->conn.refresh_token = (aorta_str){0};
    if (!(may & SEE_EXTRA)) {
        frame->conn.extra = NULL;
        frame->conn.extra_count = 0;
    }
}

static enum gw_code begin(const struct gw_call *call, uint32_t op, struct gw_frame **ret, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    int64_t timeout_ms = call->timeout_ms > 0 ? call->timeout_ms : TIMEOUT_DEFAULT_MS;
    struct gw_frame *frame;

    if (!p->ready)
        return gw_fail(err, GW_CONFIG, "The provider %s is not available.", p->id);
    frame = gw_frame_begin(p, call->sink, op, timeout_ms, call->cancel);
    if (!frame)
        return gw_fail(err, GW_NOMEM, NULL);
    show_connection(frame, call->connection);
    *ret = frame;
    return GW_OK;
}

/* ---- what the answer means ---- */

static void generic_reason(struct gw_frame *frame, aorta_status status)
{
    const char *op = gw_op_name(frame->ctx.op);
    char number[16];

    snprintf(number, sizeof(number), "%d", (int)status);
    gw_log(GW_LOG_WARN, "plugin failed without a reason", "plugin", frame->provider->id, "op", op, "status", number,
           NULL);
    gw_frame_fail(frame, status, "%s", "");
}

static void other_reason(const struct gw_frame *frame, aorta_status status)
{
    char number[16], recorded[16];

    snprintf(number, sizeof(number), "%d", (int)status);
    snprintf(recorded, sizeof(recorded), "%d", (int)frame->failed);
    gw_log(GW_LOG_WARN, "plugin returned another status than it gave a reason for", "plugin", frame->provider->id, "op",
           gw_op_name(frame->ctx.op), "status", number, "recorded", recorded, NULL);
}

/* Sets frame->err for a failing status. An operation that was told to end ends for that reason. */
static void settle(struct gw_frame *frame, aorta_status status)
{
    if (frame->ended && status != frame->ended)
        gw_frame_fail(frame, frame->ended,
                      frame->ended == AORTA_ERR_CANCELLED ? "The operation was cancelled."
                                                          : "The operation took too long.");
    else if (!frame->failed)
        generic_reason(frame, status);
    else if (frame->failed != status) {
        other_reason(frame, status);
        if (frame->failed / 100 != status / 100) /* a reason of another kind would mislead */
            frame->err = (struct gw_err){0};
        frame->err.code = gw_code_of_status(status);
    }
}

static enum gw_code finish(struct gw_frame *frame, aorta_status status, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    if (status > 0)
        status = gw_frame_broke(frame, "The plugin returned %d from %s, which means nothing there.", (int)status,
                                gw_op_name(frame->ctx.op));
    else if (status < 0)
        settle(frame, status);
    if (status != AORTA_OK) {
        code = frame->err.code;
        if (err)
            *err = frame->err;
    }
    gw_frame_end(frame);
    return code;
}

/* OK without the result that the operation is for is a broken promise. */
static aorta_status with_result(struct gw_frame *frame, aorta_status status, const char *what)
{
    if (status != AORTA_OK || frame->done)
        return status;
    return gw_frame_broke(frame, "The plugin said that %s is done, but gave no %s.", gw_op_name(frame->ctx.op), what);
}

/* ---- the operations ---- */

enum gw_code gw_call_authorize(const struct gw_call *call, const aorta_authorize_req *req, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    struct gw_frame *frame;
    enum gw_code code = begin(call, AORTA_OP_AUTHORIZE, &frame, err);
    aorta_status status;

    if (code != GW_OK)
        return code;
    status = p->plugin->ops->authorize(p->self, &frame->ctx, req);
    return finish(frame, with_result(frame, status, "consent page"), err);
}

enum gw_code gw_call_callback(const struct gw_call *call, const aorta_callback_req *req, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    struct gw_frame *frame;
    enum gw_code code = begin(call, AORTA_OP_CALLBACK, &frame, err);
    aorta_status status;

    if (code != GW_OK)
        return code;
    status = p->plugin->ops->callback(p->self, &frame->ctx, req);
    return finish(frame, with_result(frame, status, "credentials"), err);
}

/* The extension's struct when the descriptor lists it. */
static const void *extension(const struct gw_provider *p, const char *id)
{
    const char *const *list = p->plugin ? p->plugin->desc->extensions : NULL;

    for (; list && *list; list++)
        if (strcmp(*list, id) == 0)
            return p->ready ? p->plugin->get_extension(p->self, id) : NULL;
    return NULL;
}

enum gw_code gw_call_refresh(const struct gw_call *call, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    const aorta_refresh_ext *ext = extension(p, AORTA_EXT_REFRESH);
    struct gw_frame *frame;
    enum gw_code code;
    aorta_status status;

    if (p->ready && !ext)
        return gw_fail(err, GW_UNSUPPORTED, "The provider %s cannot renew an access token.", p->id);
    code = begin(call, AORTA_OP_REFRESH, &frame, err);
    if (code != GW_OK)
        return code;
    status = ext->refresh(p->self, &frame->ctx);
    return finish(frame, with_result(frame, status, "credentials"), err);
}

enum gw_code gw_call_revoke(const struct gw_call *call, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    const aorta_revoke_ext *ext = extension(p, AORTA_EXT_REVOKE);
    struct gw_frame *frame;
    enum gw_code code;

    if (p->ready && !ext)
        return gw_fail(err, GW_UNSUPPORTED, "The provider %s cannot end a grant.", p->id);
    code = begin(call, AORTA_OP_REVOKE, &frame, err);
    if (code != GW_OK)
        return code;
    return finish(frame, ext->revoke(p->self, &frame->ctx), err);
}

/* YIELD and PENDING are answers of sync alone, and only after what they stand for has happened. */
static aorta_status sync_outcome(struct gw_frame *frame, aorta_status status, enum gw_sync_outcome *ret)
{
    if (status == AORTA_YIELD && frame->checkpointed)
        *ret = GW_SYNC_YIELD;
    else if (status == AORTA_PENDING && frame->waiting)
        *ret = GW_SYNC_PENDING;
    else if (status == AORTA_YIELD)
        return gw_frame_broke(frame, "The plugin yielded without a checkpoint to go on from.");
    else if (status == AORTA_PENDING)
        return gw_frame_broke(frame, "The plugin said that it waits, but not for what.");
    else if (status == AORTA_OK)
        *ret = GW_SYNC_DONE;
    else
        return status;
    return AORTA_OK;
}

enum gw_code gw_call_sync(const struct gw_call *call, const aorta_sync_req *req, enum gw_sync_outcome *ret,
                          struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    struct gw_frame *frame;
    enum gw_code code = begin(call, AORTA_OP_SYNC, &frame, err);
    aorta_status status;

    if (code != GW_OK)
        return code;
    status = p->plugin->ops->sync(p->self, &frame->ctx, req);
    return finish(frame, sync_outcome(frame, status, ret), err);
}

static enum gw_code unknown_kind(const struct gw_provider *p, aorta_str kind, struct gw_err *err)
{
    char kinds[256] = "";
    size_t n = 0;

    for (const char *const *k = p->plugin->desc->payload_kinds; k && *k && n < sizeof(kinds); k++)
        n += (size_t)snprintf(kinds + n, sizeof(kinds) - n, " %s", *k);
    return gw_fail(err, GW_UNSUPPORTED, "The provider %s has no payloads of the kind %.*s; it has:%s", p->id,
                   (int)(kind.len < 64 ? kind.len : 64), kind.len ? kind.ptr : "", kinds);
}

static enum gw_code check_kind(const struct gw_provider *p, const aorta_payload *payload, struct gw_err *err)
{
    const char *const *list = p->plugin->desc->payload_kinds;

    for (; list && *list; list++)
        if (gw_str_is(gw_str_of(payload->kind), *list))
            return GW_OK;
    return unknown_kind(p, payload->kind, err);
}

enum gw_code gw_call_normalize(const struct gw_call *call, const aorta_payload *payload, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;
    struct gw_frame *frame;
    enum gw_code code = begin(call, AORTA_OP_NORMALIZE, &frame, err);

    if (code != GW_OK)
        return code;
    code = check_kind(p, payload, err);
    if (code != GW_OK) {
        gw_frame_end(frame);
        return code;
    }
    frame->payload = payload;
    return finish(frame, p->plugin->ops->normalize(p->self, &frame->ctx, payload), err);
}

/* ---- webhooks ---- */

#define WEBHOOK_BODY_DEFAULT ((size_t)10 << 20)

static enum gw_code begin_webhook(const struct gw_call *call, uint32_t op, const aorta_webhook_ext **ret_ext,
                                  struct gw_frame **ret, struct gw_err *err)
{
    const struct gw_provider *p = call->provider;

    *ret_ext = extension(p, AORTA_EXT_WEBHOOK);
    if (p->ready && !*ret_ext)
        return gw_fail(err, GW_UNSUPPORTED, "The provider %s takes no webhooks.", p->id);
    return begin(call, op, ret, err);
}

enum gw_code gw_call_verify(const struct gw_call *call, const aorta_webhook_req *req, struct gw_err *err)
{
    const aorta_webhook_ext *ext;
    struct gw_frame *frame;
    enum gw_code code = begin_webhook(call, AORTA_OP_WEBHOOK_VERIFY, &ext, &frame, err);

    if (code != GW_OK)
        return code;
    return finish(frame, ext->verify(call->provider->self, &frame->ctx, req), err);
}

enum gw_code gw_call_route(const struct gw_call *call, const aorta_webhook_req *req, struct gw_err *err)
{
    const aorta_webhook_ext *ext;
    struct gw_frame *frame;
    enum gw_code code = begin_webhook(call, AORTA_OP_WEBHOOK_ROUTE, &ext, &frame, err);

    if (code != GW_OK)
        return code;
    return finish(frame, ext->route(call->provider->self, &frame->ctx, req), err);
}

size_t gw_call_webhook_max_body(const struct gw_provider *provider)
{
    const aorta_webhook_ext *ext = extension(provider, AORTA_EXT_WEBHOOK);

    if (!ext)
        return 0;
    return ext->max_body ? ext->max_body : WEBHOOK_BODY_DEFAULT;
}
