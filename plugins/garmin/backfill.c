/* History from Garmin: asked for in data time, answered 202, delivered by webhook. Between the asking and the
 * last delivery the walk lives in its cursor; no thread waits.
 *
 *   ASK   one request for each type; each time frame is granted once, a 409 means that it was asked for
 * before WAIT  until all types came, or for a while after the first, or until the deadline
 */
#include "garmin.h"

#include <stdio.h>
#include <string.h>

#define RATE "backfill"

enum answer {
    ASKED,
    REPEATED,   /* 409: this was asked for before */
    TOO_EARLY,  /* before the history that Garmin gives */
    OFF,        /* the type is switched off, in the portal or by the user */
    NO_HISTORY, /* the user has not permitted history at all */
};

/* ---- one request ---- */

/* "start X before min start time of Y": Y in seconds, or 0. */
static int64_t first_allowed(const aorta_http_resp *resp)
{
    static const char before[] = "min start time of ";
    const char *body = (const char *)resp->body.ptr;
    const char *at = resp->body.len ? memmem(body, resp->body.len, before, sizeof(before) - 1) : NULL;
    int64_t us;
    int32_t offset;
    int has_offset;
    if (!at)
        return 0;
    at += sizeof(before) - 1;
    size_t left = resp->body.len - (size_t)(at - body), len = 0;
    while (len < left && at[len] != '"' && at[len] != ' ' && at[len] != ',')
        len++;
    return sdk_time_parse((aorta_str){at, len}, &us, &offset, &has_offset) == 0 ? us / US_PER_S : 0;
}

/* 412 and 403 name the permission that is missing; a type's own one says nothing about history. */
static enum answer not_permitted(const aorta_http_resp *resp)
{
    if (garmin_says(resp, "HISTORICAL_DATA_EXPORT"))
        return NO_HISTORY;
    return garmin_says(resp, "_EXPORT") ? OFF : NO_HISTORY;
}

static aorta_status ask(const struct garmin *g, aorta_ctx *ctx, int type, int64_t from, int64_t to, enum answer *ret,
                        int64_t *ret_first)
{
    char path[64];
    const aorta_http_resp *resp;
    sdk_query q = {0};
    sdk_query_add_int(ctx, &q, "summaryStartTimeInSeconds", from);
    sdk_query_add_int(ctx, &q, "summaryEndTimeInSeconds", to);
    snprintf(path, sizeof(path), GARMIN_REST "/backfill/%s", garmin_types[type].backfill);
    struct garmin_call call = {.url = sdk_url(ctx, g->api_url, path, &q), .rate_key = RATE};
    aorta_status st = garmin_request(g, ctx, &call, &resp);
    if (st != AORTA_OK)
        return st;
    switch (resp->status) {
    case 200:
    case 202:
    case 204:
        *ret = ASKED;
        return AORTA_OK;
    case 409:
        *ret = REPEATED;
        return AORTA_OK;
    case 403:
        if (garmin_withdrawn(resp))
            return garmin_refused(ctx, resp, "garmin.backfill", "a request for history");
        *ret = not_permitted(resp);
        return AORTA_OK;
    case 412:
        *ret = not_permitted(resp);
        return AORTA_OK;
    case 400:
        *ret_first = first_allowed(resp);
        *ret = garmin_says(resp, "not enabled") ? OFF : TOO_EARLY;
        if (*ret == OFF || *ret_first > 0)
            return AORTA_OK;
        return garmin_refused(ctx, resp, "garmin.backfill", "a request for history");
    default:
        return garmin_refused(ctx, resp, "garmin.backfill", "a request for history");
    }
}

/* The same, for what is left of the range where Garmin's history begins inside it. */
static aorta_status ask_type(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w, int type, enum answer *ret)
{
    int64_t first = 0;
    aorta_status st = ask(g, ctx, type, w->from, w->to, ret, &first);
    if (st != AORTA_OK || *ret != TOO_EARLY)
        return st;
    if (w->kind == GARMIN_WALK_RANGE && !w->over)
        sdk_warn(ctx, "Garmin's history for this user begins inside or after the range");
    w->over |= UINT32_C(1) << type;
    first += 60; /* the limit moves with the clock */
    if (first >= w->to)
        return AORTA_OK;
    return ask(g, ctx, type, first, w->to, ret, &first);
}

/* ---- stage ASK ---- */

/* The walk cannot have history. What tokens opened is kept; without any the caller must learn why. */
static aorta_status without_history(aorta_ctx *ctx, const struct garmin_walk *w)
{
    if (w->kind == GARMIN_WALK_RANGE && !w->pulled)
        return sdk_fail(ctx, AORTA_ERR_SCOPE, "garmin.historical_data_missing",
                        "InvalidPullTokenException: no pull token covers this range, and the user has not switched on "
                        "Historical Data for this app in Garmin Connect");
    sdk_warn(ctx, "the user has not switched on Historical Data for this app in Garmin Connect");
    return AORTA_OK;
}

/* Nothing could be asked for and nothing was pulled: the reason that holds for most. */
static aorta_status nothing_asked(aorta_ctx *ctx, const struct garmin_walk *w)
{
    if (w->kind == GARMIN_WALK_HISTORY || w->pulled)
        return AORTA_OK;
    if (w->early)
        return sdk_fail_field(ctx, AORTA_ERR_INVALID_PARAM, "garmin.history_limit", "summary_start_time",
                              "Garmin keeps no history for this range");
    if (w->refused)
        return sdk_fail(ctx, AORTA_ERR_SCOPE, "garmin.permission_missing",
                        "none of the summary types is both enabled in Garmin's portal and shared by the user");
    return AORTA_OK;
}

static void note(aorta_ctx *ctx, struct garmin_walk *w, int type, enum answer answer, uint32_t delivered)
{
    uint32_t bit = UINT32_C(1) << type;
    switch (answer) {
    case ASKED:
        w->asked |= bit;
        break;
    case REPEATED:
        w->asked |= bit;
        w->came |= delivered & bit;
        break;
    case TOO_EARLY:
        w->early |= bit;
        break;
    case OFF:
        sdk_log(ctx, AORTA_LOG_INFO, "%s is switched off for this user or in the portal", garmin_types[type].key);
        w->refused |= bit;
        w->over |= bit;
        break;
    case NO_HISTORY:
        break;
    }
}

/* Asks for every type of the round that is still open. *ended: the walk is over, with the status returned. */
static aorta_status ask_all(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w, int *ended)
{
    uint32_t open = w->round & ~(w->pulled | w->asked | w->early | w->refused);
    uint32_t delivered;
    aorta_status st = garmin_delivered(ctx, w, &delivered);
    *ended = st != AORTA_OK;
    if (*ended)
        return st;
    for (int type = 0; type < GARMIN_TYPES; type++) {
        enum answer answer = NO_HISTORY;
        if (!(open & UINT32_C(1) << type) || !garmin_types[type].backfill)
            continue;
        *ended = ctx->conn->scope.len && !garmin_scope_has(ctx->conn->scope, "HISTORICAL_DATA_EXPORT");
        if (*ended)
            return without_history(ctx, w);
        st = ask_type(g, ctx, w, type, &answer);
        if (st != AORTA_OK) {
            /* what was asked for is not asked for again when this is tried again */
            if (st / 100 == AORTA_ERR_UPSTREAM / 100)
                (void)garmin_cursor_save(ctx, w);
            *ended = 1;
            return st;
        }
        *ended = answer == NO_HISTORY;
        if (*ended)
            return without_history(ctx, w);
        note(ctx, w, type, answer, delivered);
    }
    *ended = w->asked == 0 && w->kind == GARMIN_WALK_RANGE;
    return w->asked == 0 ? nothing_asked(ctx, w) : AORTA_OK;
}

/* Nothing is left to wait for. Zeroes would look as if Garmin had nothing: say that there is something. */
static void tell_repeat(aorta_ctx *ctx, const struct garmin_walk *w)
{
    if (w->kind == GARMIN_WALK_RANGE && (w->asked & ~w->came) == 0)
        sdk_warn(ctx, "Garmin delivered this range before and sends nothing twice: what is stored of it is unchanged");
}

static void begin_wait(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w)
{
    w->stage = GARMIN_WAIT;
    w->first_us = 0;
    w->deadline_us = ctx->host->now_us(ctx) + g->backfill_wait_s * US_PER_S;
}

/* ---- stage WAIT ---- */

static aorta_status wait_for(aorta_ctx *ctx, uint32_t types, int64_t wake_at_us)
{
    for (int type = 0; type < GARMIN_TYPES; type++) {
        if (!(types & UINT32_C(1) << type))
            continue;
        aorta_wait wait = {
            .struct_size = sizeof(wait), .wake_at_us = wake_at_us, .event = sdk_str(garmin_types[type].key)};
        aorta_status st = ctx->host->wait(ctx, &wait);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_PENDING;
}

/* OK when the round is over, PENDING when it goes on later, or a failure. */
static aorta_status look(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w, aorta_str hint)
{
    aorta_str ignored;
    int64_t now = ctx->host->now_us(ctx);
    uint32_t arrived = garmin_types_parse(hint, &ignored) & w->asked & ~w->came;
    w->came |= arrived;
    if (arrived && w->first_us == 0)
        w->first_us = now;
    uint32_t missing = w->asked & ~w->came;
    int64_t until = w->deadline_us;
    /* a type without data never comes, so the others wait for it only a little */
    if (w->first_us && w->first_us + g->backfill_settle_s * US_PER_S < until)
        until = w->first_us + g->backfill_settle_s * US_PER_S;
    if (missing && now < until) {
        aorta_status st = garmin_cursor_save(ctx, w);
        return st == AORTA_OK ? wait_for(ctx, missing, until) : st;
    }
    if (missing && w->first_us == 0 && w->kind == GARMIN_WALK_RANGE)
        sdk_warn(ctx,
                 "Garmin has taken the request, but sent nothing within %lld s; what comes later is "
                 "stored as well",
                 (long long)g->backfill_wait_s);
    return AORTA_OK;
}

/* ---- both ---- */

/* Days of history done, of both groups together. */
static aorta_status tell_progress(const struct garmin *g, aorta_ctx *ctx, const struct garmin_walk *w)
{
    int64_t total = 2 * g->history_days;
    int64_t left = (w->health_to - w->oldest + w->activity_to - w->oldest) / S_PER_DAY;
    return ctx->host->progress(ctx, (uint64_t)(left < total ? total - left : 0), (uint64_t)total, "days", 4);
}

aorta_status garmin_backfill_run(const struct garmin *g, aorta_ctx *ctx, struct garmin_walk *w, aorta_str hint)
{
    for (;;) {
        aorta_status st = AORTA_OK;
        int ended;
        if (w->stage == GARMIN_ASK) {
            st = ask_all(g, ctx, w, &ended);
            if (st != AORTA_OK || ended)
                return st;
            tell_repeat(ctx, w);
            begin_wait(g, ctx, w);
        }
        st = look(g, ctx, w, hint);
        if (st != AORTA_OK)
            return st;
        if (w->first_us)
            st = garmin_delivered_add(ctx, w);
        int more = w->kind == GARMIN_WALK_HISTORY && garmin_history_next(w);
        if (st == AORTA_OK && more)
            st = tell_progress(g, ctx, w);
        if (st == AORTA_OK)
            st = garmin_cursor_save(ctx, w);
        if (st != AORTA_OK || !more)
            return st;
        hint = (aorta_str){NULL, 0};
        if (st != AORTA_OK)
            return st;
    }
}
