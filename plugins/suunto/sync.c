/* What a sync covers, and its loop: workouts page by page, then 24/7 data window by window, a checkpoint
 * after each request, so that a yield or a crash costs at most one request. What a request looks like is in
 * sync_workouts.c and sync_days.c. */
#include "sync.h"

#define OVERLAP_WORKOUTS_MS (3600 * INT64_C(1000)) /* clocks differ, and Suunto stores a workout in steps */
#define OVERLAP_DAYS_MS     (3 * DAY_MS)           /* nights are corrected for some days */
#define BACKFILL_MS         (3650 * DAY_MS)
#define BACKFILL_SMALL_MS   (4 * WINDOW_MS) /* the developer product: four windows are 16 of its 200 calls a week */
#define KEY_WORKOUTS        "workouts_until_ms"
#define KEY_DAYS            "days_until_ms"

aorta_status sync_malformed(aorta_ctx *ctx)
{
    return sdk_fail(ctx, AORTA_ERR_UPSTREAM, "suunto.malformed", "Suunto's answer is not whole JSON");
}

aorta_status sync_emit(aorta_ctx *ctx, const char *kind, aorta_str external_id, aorta_str origin, aorta_str data)
{
    const aorta_payload payload = {.struct_size = sizeof(payload),
                                   .kind = sdk_str(kind),
                                   .content_type = AORTA_S("application/json"),
                                   .external_id = external_id,
                                   .origin = origin,
                                   .data = (const uint8_t *)data.ptr,
                                   .size = data.len,
                                   .received_at_us = ctx->host->now_us(ctx)};
    return ctx->host->emit_payload(ctx, &payload);
}

/* ---- what the last scheduled sync reached ---- */

static aorta_status remembered(aorta_ctx *ctx, const char *key, int64_t otherwise, int64_t *ret)
{
    aorta_str text;
    aorta_status st = sdk_state_get(ctx, AORTA_STATE_CONNECTION, key, &text);
    if (st != AORTA_OK || sdk_int_parse(text, ret) != 0)
        *ret = otherwise;
    return st;
}

/* Committed by the next checkpoint. */
static aorta_status remember(aorta_ctx *ctx, const char *key, int64_t ms)
{
    aorta_str text = sdk_format(ctx, "%lld", (long long)ms);
    return text.ptr ? sdk_state_put(ctx, AORTA_STATE_CONNECTION, key, text, 0) : AORTA_ERR_NOMEM;
}

/* ---- plans ---- */

static int64_t param(const aorta_sync_req *req, enum suunto_param which, int64_t otherwise)
{
    return (uint32_t)which < req->params_count && req->params[which].type != AORTA_TYPE_NONE ? req->params[which].u.i
                                                                                             : otherwise;
}

static void plan_manual(aorta_ctx *ctx, const aorta_sync_req *req, struct cursor *c)
{
    c->since_ms = param(req, PARAM_SINCE, 0) / US_PER_MS;
    c->limit = param(req, PARAM_LIMIT, 50);
    c->offset = param(req, PARAM_OFFSET, 0);
    c->by_modification = param(req, PARAM_BY_MODIFICATION, 1);
    c->from_ms = c->since_ms;
    c->to_ms = c->since_ms + WINDOW_MS;
    if (c->to_ms >= c->began_ms) {
        c->to_ms = c->began_ms;
    } else if (req->data & AORTA_DATA_247) {
        aorta_str until = sdk_time_format(ctx, c->to_ms * US_PER_MS);
        sdk_warn(ctx,
                 "24/7 data was fetched up to %.*s only: Suunto gives 28 days from since; "
                 "sync again from there for more",
                 (int)until.len, until.len ? until.ptr : "");
    }
}

static aorta_status plan_scheduled(aorta_ctx *ctx, struct cursor *c)
{
    int64_t first = c->began_ms - WINDOW_MS;
    aorta_status st = remembered(ctx, KEY_WORKOUTS, first, &c->since_ms);
    if (st == AORTA_OK)
        st = remembered(ctx, KEY_DAYS, first, &c->from_ms);
    c->since_ms -= OVERLAP_WORKOUTS_MS;
    c->from_ms -= OVERLAP_DAYS_MS;
    c->to_ms = c->began_ms;
    c->by_modification = 1;
    c->keep = 1;
    return st;
}

static void plan_backfill(const struct suunto *self, struct cursor *c)
{
    c->since_ms = 0;
    c->to_ms = c->began_ms;
    c->from_ms = c->began_ms - (self->developer ? BACKFILL_SMALL_MS : BACKFILL_MS);
    c->back = 1;
}

static aorta_status plan(const struct suunto *self, aorta_ctx *ctx, const aorta_sync_req *req, struct cursor *c)
{
    *c = (struct cursor){.stage = STAGE_WORKOUTS, .began_ms = ctx->host->now_us(ctx) / US_PER_MS, .limit = 50};
    if (req->mode == AORTA_SYNC_BACKFILL) {
        plan_backfill(self, c);
        return AORTA_OK;
    }
    if (req->mode == AORTA_SYNC_MANUAL) {
        plan_manual(ctx, req, c);
        return AORTA_OK;
    }
    return plan_scheduled(ctx, c);
}

/* ---- the loop ---- */

static aorta_status workouts_step(const struct suunto *self, aorta_ctx *ctx, struct cursor *c)
{
    int more;
    aorta_status st = sync_workouts_page(self, ctx, c, &more);
    if (st == AORTA_OK && !more) {
        c->stage = STAGE_DAYS;
        if (c->keep)
            st = remember(ctx, KEY_WORKOUTS, c->began_ms);
    }
    return st;
}

static aorta_status days_step(const struct suunto *self, aorta_ctx *ctx, struct cursor *c)
{
    int more;
    aorta_status st = sync_days_piece(self, ctx, c, &more);
    if (st == AORTA_OK && !more) {
        c->stage = STAGE_DONE;
        if (c->keep)
            st = remember(ctx, KEY_DAYS, c->began_ms);
    }
    return st;
}

/* Passes over what is not wanted, or has nothing in it. */
static void skip_stages(const aorta_sync_req *req, struct cursor *c)
{
    if (c->stage == STAGE_WORKOUTS && !(req->data & AORTA_DATA_WORKOUTS))
        c->stage = STAGE_DAYS;
    if (c->stage == STAGE_DAYS && (!(req->data & AORTA_DATA_247) || c->from_ms >= c->to_ms))
        c->stage = STAGE_DONE;
}

static aorta_status run(const struct suunto *self, aorta_ctx *ctx, const aorta_sync_req *req, struct cursor *c)
{
    for (skip_stages(req, c); c->stage != STAGE_DONE;) {
        aorta_status st = c->stage == STAGE_WORKOUTS ? workouts_step(self, ctx, c) : days_step(self, ctx, c);
        if (st != AORTA_OK)
            return st;
        skip_stages(req, c);
        st = cursor_checkpoint(ctx, c);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

/* The hint is our own, from route: {"workoutKey": "…"}. */
static aorta_status fetch_notified(const struct suunto *self, aorta_ctx *ctx, aorta_str hint)
{
    aorta_str key;
    if (sdk_outline_member(hint, "workoutKey", &key) != 0 || key.len < 3 || key.ptr[0] != '"')
        return sdk_fail(ctx, AORTA_ERR_DATA, "suunto.hint", "the notification names no workout");
    aorta_status st = sync_workout(self, ctx, (aorta_str){key.ptr + 1, key.len - 2});
    const struct cursor done = {.stage = STAGE_DONE};
    return st == AORTA_OK ? cursor_checkpoint(ctx, &done) : st;
}

aorta_status suunto_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    struct cursor c;
    aorta_status st;
    if (req->cursor.len)
        st = cursor_read(ctx, req->cursor, &c);
    else if (req->mode == AORTA_SYNC_NOTIFIED)
        return fetch_notified(self, ctx, req->hint);
    else
        st = plan(self, ctx, req, &c);
    return st == AORTA_OK ? run(self, ctx, req, &c) : st;
}
