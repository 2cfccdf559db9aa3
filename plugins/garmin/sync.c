/* One sync: what pull tokens open is pulled; for the rest Garmin is asked to send history, which comes by
 * webhook while nobody waits on a thread (backfill.c). Garmin has no other way to be asked. */
#include "garmin.h"

#include <stdio.h>

#define SKEW_S        300       /* a range may begin this far in our future: clocks differ */
#define LATE_UPLOAD_S S_PER_DAY /* a watch is seldom synced later than a day after it measured */
#define WINDOW_S      S_PER_DAY /* the longest window of upload time in one pull */
#define POLL_REACH_S  (7 * S_PER_DAY)
#define DETAILS_MAX   (100u << 20) /* activity details: bodies up to 100 MB are documented */
#define POLLED_KEY    "polled"

enum pulled { PULLED, TOKEN_REFUSED, NOT_TO_BE_HAD };

static uint64_t response_limit(int type)
{
    return type == GARMIN_activityDetails ? DETAILS_MAX : 0;
}

/* Gets one URL and emits what it holds. */
static aorta_status pull_url(const struct garmin *g, aorta_ctx *ctx, int type, aorta_str raw_key, aorta_str url,
                             enum pulled *ret)
{
    const aorta_http_resp *resp;
    struct garmin_call call = {.url = url, .max_response = response_limit(type)};
    aorta_status st = garmin_request(g, ctx, &call, &resp);
    if (st != AORTA_OK)
        return st;
    *ret = PULLED;
    if (resp->status == 200)
        st = garmin_emit_answer(ctx, type, raw_key, url, resp->body);
    else if (resp->status == 400 && garmin_says(resp, "InvalidPullToken"))
        *ret = TOKEN_REFUSED;
    else if (resp->status == 412 || resp->status == 404 || resp->status == 410 ||
             (resp->status == 400 && garmin_says(resp, "not enabled")))
        *ret = NOT_TO_BE_HAD;
    else if (resp->status != 204)
        st = garmin_refused(ctx, resp, "garmin.pull", "a pull");
    ctx->host->http_release(ctx, resp);
    return st;
}

static aorta_status pull_window(const struct garmin *g, aorta_ctx *ctx, int type, const struct garmin_pull *pull,
                                enum pulled *ret)
{
    char path[64];
    sdk_query q = {0};
    sdk_query_add_int(ctx, &q, "uploadStartTimeInSeconds", pull->from);
    sdk_query_add_int(ctx, &q, "uploadEndTimeInSeconds", pull->to);
    sdk_query_add(ctx, &q, "token", pull->token);
    snprintf(path, sizeof(path), GARMIN_REST "/%s", garmin_types[type].pull);
    return pull_url(g, ctx, type, (aorta_str){NULL, 0}, sdk_url(ctx, g->api_url, path, &q), ret);
}

/* ---- with the tokens at hand ---- */

/* By a token that a ping brought. TOKEN_REFUSED also when there is none. */
static aorta_status pull_remembered(const struct garmin *g, aorta_ctx *ctx, const struct garmin_walk *w, int type,
                                    enum pulled *ret)
{
    struct garmin_pull pull;
    *ret = TOKEN_REFUSED;
    for (;;) {
        aorta_status st = garmin_pull_find(ctx, type, w->from, w->to, &pull);
        if (st != AORTA_OK)
            return st == AORTA_ERR_NOT_FOUND ? AORTA_OK : st;
        st = pull_window(g, ctx, type, &pull, ret);
        if (st != AORTA_OK || *ret != TOKEN_REFUSED)
            return st;
        sdk_log(ctx, AORTA_LOG_INFO, "a pull token for %s has ended", garmin_types[type].key);
        st = garmin_pull_forget(ctx, type, pull.token);
        if (st != AORTA_OK)
            return st;
    }
}

/* By the token from Garmin's portal, window by window of upload time. */
static aorta_status pull_portal(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w, int type,
                                enum pulled *ret)
{
    int64_t now = ctx->host->now_us(ctx) / US_PER_S;
    int64_t end = w->kind == GARMIN_WALK_RANGE ? w->to + LATE_UPLOAD_S : w->to;
    if (end > now)
        end = now;
    *ret = TOKEN_REFUSED;
    if (!g->pull_token.len || w->portal_dead)
        return AORTA_OK;
    for (int64_t from = w->from; from < end; from += WINDOW_S) {
        struct garmin_pull pull = {g->pull_token, from, from + WINDOW_S < end ? from + WINDOW_S : end};
        aorta_status st = pull_window(g, ctx, type, &pull, ret);
        if (st != AORTA_OK || *ret == NOT_TO_BE_HAD)
            return st;
        if (*ret == TOKEN_REFUSED) {
            w->portal_dead = 1;
            sdk_warn(ctx, "Garmin does not accept the configured pull_token any more; get a new one from its portal");
            return AORTA_OK;
        }
    }
    return AORTA_OK;
}

/* Stage PULL: each type by the first token that opens it, with a checkpoint after each. */
static aorta_status pull_all(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w)
{
    for (int type = 0; type < GARMIN_TYPES; type++) {
        uint32_t bit = UINT32_C(1) << type;
        enum pulled how = TOKEN_REFUSED;
        aorta_status st = AORTA_OK;
        if (!(w->round & bit) || (w->pulled & bit))
            continue;
        if (w->kind == GARMIN_WALK_RANGE)
            st = pull_remembered(g, ctx, w, type, &how);
        if (st == AORTA_OK && how == TOKEN_REFUSED)
            st = pull_portal(g, ctx, w, type, &how);
        if (st != AORTA_OK)
            return st;
        if (how == NOT_TO_BE_HAD)
            sdk_log(ctx, AORTA_LOG_INFO, "%s is not to be had for this user", garmin_types[type].key);
        if (how == TOKEN_REFUSED)
            continue;
        w->pulled |= bit;
        st = garmin_cursor_save(ctx, w);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

/* ---- how each kind of sync begins; round = 0 means there is nothing to do ---- */

static aorta_status begin_range(aorta_ctx *ctx, const aorta_sync_req *req, struct garmin_walk *w)
{
    int64_t now = ctx->host->now_us(ctx) / US_PER_S;
    if (req->params_count < 2 || req->params[0].type != AORTA_TYPE_TIME || req->params[1].type != AORTA_TYPE_TIME)
        return sdk_fail(ctx, AORTA_ERR_INVALID_PARAM, "garmin.time_range.missing", "Missing time range parameters");
    w->kind = GARMIN_WALK_RANGE;
    w->from = req->params[0].u.i / US_PER_S;
    w->to = (req->params[1].u.i + US_PER_S - 1) / US_PER_S;
    if (w->from > now + SKEW_S)
        return sdk_fail_field(ctx, AORTA_ERR_INVALID_PARAM, "garmin.time_range.future", "summary_start_time",
                              "summary_start_time lies in the future");
    if (w->to > now)
        w->to = now;
    w->round = w->from < w->to ? w->want : 0;
    return AORTA_OK;
}

static aorta_status begin_poll(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w)
{
    aorta_str polled;
    if (!g->pull_token.len)
        return AORTA_OK; /* nothing may be asked for: data comes by webhook */
    aorta_status st = sdk_state_get(ctx, AORTA_STATE_CONNECTION, POLLED_KEY, &polled);
    if (st != AORTA_OK)
        return st;
    w->kind = GARMIN_WALK_POLL;
    w->to = ctx->host->now_us(ctx) / US_PER_S;
    if (sdk_int_parse(polled, &w->from) != 0)
        w->from = w->to - WINDOW_S;
    if (w->from < w->to - POLL_REACH_S)
        w->from = w->to - POLL_REACH_S;
    w->round = w->from < w->to ? w->want : 0;
    return AORTA_OK;
}

static void begin_history(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w)
{
    int64_t now = ctx->host->now_us(ctx) / US_PER_S;
    w->kind = GARMIN_WALK_HISTORY;
    w->stage = GARMIN_ASK;
    w->oldest = now - g->history_days * S_PER_DAY;
    w->health_to = w->activity_to = now;
    if (!garmin_history_next(w))
        w->round = 0;
}

static aorta_status begin(const struct garmin *g, aorta_ctx *ctx, const aorta_sync_req *req, struct garmin_walk *w)
{
    uint32_t asked_for = g->wanted & garmin_types_of(req->data);
    *w = (struct garmin_walk){.stage = GARMIN_PULL, .want = asked_for & garmin_types_permitted(ctx->conn->scope)};
    if (asked_for && !w->want && req->mode == AORTA_SYNC_MANUAL)
        return sdk_fail(ctx, AORTA_ERR_SCOPE, "garmin.permission_missing",
                        "the user does not share this data with this app in Garmin Connect");
    switch (req->mode) {
    case AORTA_SYNC_MANUAL:
        return begin_range(ctx, req, w);
    case AORTA_SYNC_SCHEDULED:
        return begin_poll(g, ctx, w);
    case AORTA_SYNC_BACKFILL:
        begin_history(g, ctx, w);
        return AORTA_OK;
    default:
        return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, "garmin.mode", "this kind of sync is not known to the plugin");
    }
}

static aorta_status end_poll(aorta_ctx *ctx, const struct garmin_walk *w)
{
    if (w->portal_dead)
        return AORTA_OK; /* the next poll begins where this one began */
    aorta_str text = sdk_format(ctx, "%lld", (long long)w->to);
    if (!text.ptr)
        return AORTA_ERR_NOMEM;
    aorta_status st = sdk_state_put(ctx, AORTA_STATE_CONNECTION, POLLED_KEY, text, 0);
    return st == AORTA_OK ? garmin_cursor_save(ctx, w) : st;
}

/* ---- a ping: fetch what it points to ---- */

static aorta_status fetch_ping(const struct garmin *g, aorta_ctx *ctx, aorta_str line)
{
    sdk_json hint;
    struct garmin_pull pull;
    enum pulled how;
    aorta_status st = sdk_json_parse(ctx, line.ptr, line.len, &hint);
    if (st == AORTA_ERR_NOMEM)
        return st;
    sdk_json name = sdk_json_get(hint, "type");
    aorta_str url = sdk_json_str(sdk_json_get(hint, "url"));
    int type = garmin_type_find(sdk_json_str(name));
    if (st != AORTA_OK || sdk_json_type(name) != SDK_JSON_STRING || !garmin_same_origin(url, g->api_url)) {
        sdk_log(ctx, AORTA_LOG_WARN, "a ping was skipped: it does not point to Garmin's API");
        return AORTA_OK;
    }
    st = pull_url(g, ctx, type, sdk_json_text(name), url, &how);
    if (st != AORTA_OK)
        return st;
    if (how != PULLED) {
        sdk_warn(ctx, "a notification of Garmin came too late: its link had ended");
        return AORTA_OK;
    }
    return type >= 0 && garmin_pull_of_url(ctx, url, &pull) == 0 ? garmin_pull_remember(ctx, type, &pull) : AORTA_OK;
}

/* The hint is one ping a line; the cursor counts the lines that are done. */
static aorta_status notified(const struct garmin *g, aorta_ctx *ctx, const aorta_sync_req *req)
{
    aorta_str rest = req->hint, line;
    int64_t done = 0, line_no = 0;
    sdk_json cursor;
    if (req->cursor.len && sdk_json_parse(ctx, req->cursor.ptr, req->cursor.len, &cursor) == AORTA_OK)
        done = sdk_json_int(sdk_json_get(cursor, "lines"), 0);
    while (sdk_split(&rest, '\n', &line)) {
        if (line_no++ < done || line.len == 0)
            continue;
        aorta_status st = fetch_ping(g, ctx, line);
        if (st != AORTA_OK)
            return st;
        char text[48];
        int n = snprintf(text, sizeof(text), "{\"lines\":%lld}", (long long)line_no);
        st = ctx->host->checkpoint(ctx, text, (size_t)n);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

aorta_status garmin_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    const struct garmin *g = self;
    struct garmin_walk w;
    if (req->mode == AORTA_SYNC_NOTIFIED)
        return notified(g, ctx, req);
    aorta_status st = req->cursor.len ? garmin_cursor_read(ctx, req->cursor, &w) : begin(g, ctx, req, &w);
    if (st != AORTA_OK || w.round == 0)
        return st;
    if (w.stage == GARMIN_PULL) {
        st = pull_all(g, ctx, &w);
        if (st != AORTA_OK)
            return st;
        if (w.kind == GARMIN_WALK_POLL)
            return end_poll(ctx, &w);
        w.stage = GARMIN_ASK;
    }
    return garmin_backfill_run(g, ctx, &w, req->mode == AORTA_SYNC_RESUMED ? req->hint : (aorta_str){NULL, 0});
}
