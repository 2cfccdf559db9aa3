/* Fetching: six kinds of data, one after the other, a checkpoint after each page.
 *
 * Nights come first and workouts second, because they tell the offsets that the rest lacks. Lists are cut
 * into their items before they are stored, so that each night and day has a payload of its own that changes
 * only when Polar changes it; the bytes of an item are Polar's own. */
#include "sync.h"
#include "normalize.h"

#include <math.h>
#include <string.h>

#define WINDOW_DAYS 28 /* the longest range Polar answers */

/* ---- days ---- */

#define NOON_S (12 * 3600)

static int64_t local_of(int64_t us, int32_t offset_s)
{
    int64_t s = us / POLAR_US_PER_S - (us % POLAR_US_PER_S < 0);
    return s + offset_s;
}

static int64_t today(const struct polar_walk *w)
{
    int64_t now_s = local_of(w->ctx->host->now_us(w->ctx), 0);
    int32_t offset = 0;
    (void)polar_offsets_find(&w->offsets, now_s, &offset);
    return (now_s + offset) / POLAR_DAY_S;
}

static void learn(struct polar_walk *w, aorta_str time, double minutes)
{
    const struct polar_job nothing = {.ctx = w->ctx};
    struct polar_when when;
    if (polar_when(&nothing, time, minutes, &when) == 0 && when.has_offset)
        polar_offsets_learn(&w->offsets, local_of(when.us, when.offset_s), when.offset_s);
}

/* ---- items ---- */

/* A list, or the list that an object wraps. */
static sdk_json list_of(sdk_json doc, const char *wrapper)
{
    sdk_json list = sdk_json_type(doc) == SDK_JSON_OBJECT ? polar_get(doc, wrapper) : doc;
    return sdk_json_type(list) == SDK_JSON_ARRAY ? list : (sdk_json){NULL};
}

/* What names the payload of a day: its date, or nothing when it has none. */
static aorta_str date_id(aorta_str date)
{
    int64_t day;
    return sdk_date_parse(date, &day) == 0 ? date : (aorta_str){NULL, 0};
}

static aorta_status emit(struct polar_walk *w, const char *kind, aorta_str id, const char *path, sdk_json item,
                         const int32_t *offset_s)
{
    aorta_str bytes = sdk_json_text(item);
    const aorta_payload payload = {
        .struct_size = sizeof(payload),
        .flags = offset_s ? AORTA_PAYLOAD_HAS_OFFSET : 0,
        .kind = sdk_str(kind),
        .content_type = AORTA_S("application/json"),
        .external_id = id,
        .origin = sdk_str(path),
        .data = (const uint8_t *)bytes.ptr,
        .size = bytes.len,
        .received_at_us = w->ctx->host->now_us(w->ctx),
        .tz_offset_s = offset_s ? *offset_s : 0,
    };
    if (sdk_json_type(item) != SDK_JSON_OBJECT)
        return AORTA_OK; /* whatever it is, there is nothing in it */
    return w->ctx->host->emit_payload(w->ctx, &payload);
}

/* A day's item, in local time: with the offset that held at second `at_s` of that day. */
static aorta_status emit_day(struct polar_walk *w, const char *kind, const char *path, sdk_json item, aorta_str date,
                             int64_t at_s)
{
    int64_t day;
    int32_t offset;
    if (sdk_date_parse(date, &day) != 0)
        return emit(w, kind, (aorta_str){NULL, 0}, path, item, NULL);
    int known = polar_offsets_find(&w->offsets, day * POLAR_DAY_S + at_s, &offset) == 0;
    return emit(w, kind, date, path, item, known ? &offset : NULL);
}

/* ---- nights ---- */

static aorta_status sync_sleep(struct polar_walk *w)
{
    static const char path[] = "/v3/users/sleep";
    const aorta_http_resp *resp;
    sdk_json doc;
    aorta_status st = polar_fetch(w, path, NULL, "the list of nights", &resp, &doc);
    sdk_json list = list_of(doc, "nights");
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m)) {
        learn(w, polar_string(m, "sleep_start_time"), NAN);
        learn(w, polar_string(m, "sleep_end_time"), NAN);
        st = emit(w, POLAR_SLEEP, date_id(polar_string(m, "date")), path, m, NULL);
    }
    polar_release(w, resp);
    return st;
}

/* ---- workouts ---- */

/* Ids go into paths, cursors and state as they are. */
static int is_plain(aorta_str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return 0;
    }
    return id.len > 0 && id.len <= 64;
}

static aorta_str quoted(struct polar_walk *w, aorta_str id)
{
    return sdk_format(w->ctx, "\"%.*s\"", (int)id.len, id.ptr);
}

/* Emits the exercise with its details; *ret_detail becomes 0 when there are none to be had. */
static aorta_status emit_detailed(struct polar_walk *w, aorta_str id, sdk_json entry, uint32_t *ret_detail)
{
    static const struct {
        uint32_t detail;
        const char *name;
    } wishes[] = {{POLAR_DETAIL_SAMPLES, "samples"}, {POLAR_DETAIL_ZONES, "zones"}, {POLAR_DETAIL_ROUTE, "route"}};
    aorta_str path = sdk_format(w->ctx, "/v3/exercises/%.*s", (int)id.len, id.ptr);
    const aorta_http_resp *resp = NULL;
    sdk_query q = {0};
    sdk_json doc = {NULL};
    if (!path.ptr)
        return AORTA_ERR_NOMEM;
    for (uint32_t i = 0; i < AORTA_COUNT(wishes); i++)
        if (*ret_detail & wishes[i].detail)
            sdk_query_add(w->ctx, &q, wishes[i].name, AORTA_S("true"));
    aorta_status st = AORTA_OK;
    if (*ret_detail)
        st = polar_fetch(w, path.ptr, &q, "an exercise", &resp, &doc);
    if (st == AORTA_OK && sdk_json_type(doc) != SDK_JSON_OBJECT) {
        *ret_detail = 0;
        doc = entry;
    }
    if (st == AORTA_OK)
        st = emit(w, POLAR_EXERCISES, id, path.ptr, doc, NULL);
    polar_release(w, resp);
    return st;
}

/* One entry of the list: fetched unless this sync has done so, or nothing about it can be new. */
static aorta_status sync_exercise(struct polar_walk *w, sdk_json entry)
{
    aorta_str id = polar_string(entry, "id"), bytes = sdk_json_text(entry);
    uint32_t had;
    int same;
    if (!is_plain(id))
        return emit(w, POLAR_EXERCISES, (aorta_str){NULL, 0}, "/v3/exercises", entry, NULL);
    aorta_str name = quoted(w, id);
    if (!name.ptr)
        return AORTA_ERR_NOMEM;
    aorta_status st = polar_known_find(&w->known, w->ctx, id, bytes, &had, &same);
    if (st != AORTA_OK)
        return st;
    if (same && w->done.len && memmem(w->done.ptr, w->done.len, name.ptr, name.len))
        return polar_known_add(&w->known, w->ctx, id, bytes, had);
    if (w->plan == POLAR_PLAN_CHANGES && same && (had & w->detail) == w->detail)
        return polar_known_add(&w->known, w->ctx, id, bytes, had);
    uint32_t detail = w->detail | had;
    st = emit_detailed(w, id, entry, &detail);
    if (st == AORTA_OK)
        st = polar_known_add(&w->known, w->ctx, id, bytes, detail);
    if (st == AORTA_OK)
        st = polar_known_save(&w->known, w->ctx, 0);
    if (st != AORTA_OK)
        return st;
    sdk_text_addf(&w->done, "%s", w->done.len ? "," : "");
    sdk_text_add(&w->done, name);
    return polar_checkpoint(w);
}

static aorta_status sync_exercises(struct polar_walk *w)
{
    const aorta_http_resp *resp;
    sdk_json doc;
    int wanted = (w->data & AORTA_DATA_WORKOUTS) != 0;
    if (!wanted && w->offsets.count) /* the list would only be read for its offsets */
        return AORTA_OK;
    aorta_status st = polar_fetch(w, "/v3/exercises", NULL, "the list of exercises", &resp, &doc);
    sdk_json list = list_of(doc, "exercises");
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m))
        learn(w, polar_string(m, "start_time"), polar_number(m, "start_time_utc_offset", NAN));
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK && wanted; m = sdk_json_next(m))
        st = sync_exercise(w, m);
    if (st == AORTA_OK && wanted && doc.node)
        st = polar_known_save(&w->known, w->ctx, 1);
    polar_release(w, resp);
    w->done.len = 0;
    return st;
}

/* ---- lists of days in one answer ---- */

static aorta_status sync_recharge(struct polar_walk *w)
{
    static const char path[] = "/v3/users/nightly-recharge";
    const aorta_http_resp *resp;
    sdk_json doc;
    aorta_status st = polar_fetch(w, path, NULL, "the nightly recharges", &resp, &doc);
    sdk_json list = list_of(doc, "recharges");
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m))
        st = emit_day(w, POLAR_RECHARGE, path, m, polar_string(m, "date"), 0);
    polar_release(w, resp);
    return st;
}

/* A day of which Polar knows nothing is listed all the same. */
static int says_nothing(aorta_str status)
{
    static const char suffix[] = "NOT_AVAILABLE";
    size_t len = sizeof(suffix) - 1;
    return status.len >= len && memcmp(status.ptr + status.len - len, suffix, len) == 0;
}

static aorta_status sync_cardio(struct polar_walk *w)
{
    const char *path =
        w->plan == POLAR_PLAN_HISTORY ? "/v3/users/cardio-load/period/days/180" : "/v3/users/cardio-load/";
    const aorta_http_resp *resp;
    sdk_json doc;
    aorta_status st = polar_fetch(w, path, NULL, "the cardio load", &resp, &doc);
    sdk_json list = list_of(doc, "cardio_loads");
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m))
        if (!says_nothing(polar_string(m, "cardio_load_status")))
            st = emit_day(w, POLAR_CARDIO, path, m, polar_string(m, "date"), 0);
    polar_release(w, resp);
    return st;
}

/* ---- ranges of days, from today backwards ---- */

struct range {
    const char *path, *what;
    /* *ret_oldest: the first day wanted, given today */
    aorta_status (*oldest)(struct polar_walk *w, int64_t today, int64_t *ret_oldest);
    aorta_status (*page)(struct polar_walk *w, sdk_json doc);
    int activity; /* takes the wishes for samples */
};

static aorta_status add_range(struct polar_walk *w, const struct range *r, sdk_query *q, int64_t from, int64_t to)
{
    aorta_str first = sdk_date_format(w->ctx, from), last = sdk_date_format(w->ctx, to);
    if (!first.ptr || !last.ptr)
        return AORTA_ERR_NOMEM;
    sdk_query_add(w->ctx, q, "from", first);
    sdk_query_add(w->ctx, q, "to", last);
    if (r->activity && w->polar->activity_samples) {
        sdk_query_add(w->ctx, q, "steps", AORTA_S("true"));
        sdk_query_add(w->ctx, q, "activity_zones", AORTA_S("true"));
    }
    return AORTA_OK;
}

static aorta_status sync_window(struct polar_walk *w, const struct range *r, int64_t from, int64_t to)
{
    const aorta_http_resp *resp = NULL;
    sdk_query q = {0};
    sdk_json doc = {NULL};
    aorta_status st = add_range(w, r, &q, from, to);
    if (st == AORTA_OK)
        st = polar_fetch(w, r->path, &q, r->what, &resp, &doc);
    if (st == AORTA_OK && doc.node)
        st = r->page(w, doc);
    polar_release(w, resp);
    return st;
}

static aorta_status sync_range(struct polar_walk *w, const struct range *r)
{
    int64_t now = today(w), oldest, to = w->next_day ? w->next_day : now;
    aorta_status st = r->oldest(w, now, &oldest);
    while (st == AORTA_OK && to >= oldest) {
        int64_t from = to - WINDOW_DAYS + 1 > oldest ? to - WINDOW_DAYS + 1 : oldest;
        st = sync_window(w, r, from, to);
        to = from - 1;
        w->next_day = to;
        if (st == AORTA_OK && to >= oldest)
            st = polar_checkpoint(w);
    }
    return st;
}

static aorta_status oldest_activity(struct polar_walk *w, int64_t now, int64_t *ret_oldest)
{
    *ret_oldest = now - (w->plan == POLAR_PLAN_HISTORY ? w->polar->history_days : WINDOW_DAYS) + 1;
    return AORTA_OK;
}

static aorta_status page_activities(struct polar_walk *w, sdk_json doc)
{
    sdk_json list = list_of(doc, "activities");
    aorta_status st = AORTA_OK;
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m)) {
        aorta_str start = polar_string(m, "start_time");
        aorta_str date = {start.ptr, start.len < 10 ? start.len : 10};
        st = emit_day(w, POLAR_ACTIVITIES, "/v3/users/activities", m, date, 0);
    }
    return st;
}

static aorta_status sync_activities(struct polar_walk *w)
{
    static const struct range range = {"/v3/users/activities/", "the daily activities", oldest_activity,
                                       page_activities, 1};
    return sync_range(w, &range);
}

/* The newest day that had heart rate: by the clock it goes on from there, since a watch may come late but
 * brings its days in their order. */
static const char heart_rate_key[] = "heart_rate_day";

#define HEART_RATE_AGAIN_DAYS 2

static aorta_status newest_heart_rate(struct polar_walk *w, int64_t *ret)
{
    aorta_str value;
    aorta_status st = sdk_state_get(w->ctx, AORTA_STATE_CONNECTION, heart_rate_key, &value);
    if (st != AORTA_OK || sdk_date_parse(value, ret) != 0)
        *ret = 0; /* 1970: none yet */
    return st;
}

static aorta_status oldest_heart_rate(struct polar_walk *w, int64_t now, int64_t *ret_oldest)
{
    int64_t newest;
    aorta_status st = oldest_activity(w, now, ret_oldest);
    if (st != AORTA_OK || w->plan != POLAR_PLAN_CHANGES)
        return st;
    st = newest_heart_rate(w, &newest);
    if (newest <= now && newest - HEART_RATE_AGAIN_DAYS > *ret_oldest)
        *ret_oldest = newest - HEART_RATE_AGAIN_DAYS;
    return st;
}

static aorta_status remember_heart_rate(struct polar_walk *w, int64_t day)
{
    int64_t newest;
    aorta_status st = newest_heart_rate(w, &newest);
    if (st != AORTA_OK || day <= newest)
        return st;
    aorta_str text = sdk_date_format(w->ctx, day);
    return text.ptr ? sdk_state_put(w->ctx, AORTA_STATE_CONNECTION, heart_rate_key, text, 0) : AORTA_ERR_NOMEM;
}

static aorta_status page_heart_rate(struct polar_walk *w, sdk_json doc)
{
    sdk_json list = list_of(doc, "heart_rates");
    int64_t newest = 0, day;
    aorta_status st = AORTA_OK;
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m)) {
        if (sdk_json_count(polar_get(m, "heart_rate_samples")) == 0)
            continue;
        aorta_str date = polar_string(m, "date");
        st = emit_day(w, POLAR_HEART_RATE, "/v3/users/continuous-heart-rate", m, date, NOON_S);
        if (sdk_date_parse(date, &day) == 0 && day > newest)
            newest = day;
    }
    return st == AORTA_OK && newest != 0 ? remember_heart_rate(w, newest) : st;
}

static aorta_status sync_heart_rate(struct polar_walk *w)
{
    static const struct range range = {"/v3/users/continuous-heart-rate", "the heart rate of the day",
                                       oldest_heart_rate, page_heart_rate, 0};
    return sync_range(w, &range);
}

/* ---- the walk ---- */

static const struct step {
    const char *name;
    uint32_t data;
    aorta_status (*run)(struct polar_walk *w);
} steps[POLAR_STEP_DONE] = {
    [POLAR_STEP_SLEEP] = {"sleep", AORTA_DATA_247, sync_sleep},
    [POLAR_STEP_EXERCISES] = {"exercises", AORTA_DATA_WORKOUTS | AORTA_DATA_247, sync_exercises},
    [POLAR_STEP_RECHARGE] = {"nightly recharge", AORTA_DATA_247, sync_recharge},
    [POLAR_STEP_HEART_RATE] = {"heart rate", AORTA_DATA_247, sync_heart_rate},
    [POLAR_STEP_ACTIVITIES] = {"activities", AORTA_DATA_247, sync_activities},
    [POLAR_STEP_CARDIO] = {"cardio load", AORTA_DATA_247, sync_cardio},
};

static aorta_status run_step(struct polar_walk *w)
{
    const struct step *step = &steps[w->step];
    aorta_status st = w->ctx->host->progress(w->ctx, w->step, POLAR_STEP_DONE, step->name, strlen(step->name));
    if (st == AORTA_OK && (w->data & step->data))
        st = step->run(w);
    if (st != AORTA_OK)
        return st;
    w->step++;
    w->next_day = 0;
    if (w->step == POLAR_STEP_DONE)
        st = polar_offsets_save(&w->offsets, w->ctx);
    return st == AORTA_OK ? polar_checkpoint(w) : st;
}

static uint32_t wanted(const aorta_sync_req *req, uint32_t param, int always, uint32_t detail)
{
    int asked = param < req->params_count && req->params[param].type == AORTA_TYPE_BOOL && req->params[param].u.i;
    return asked || always ? detail : 0;
}

static enum polar_plan plan_of(uint32_t mode)
{
    return mode == AORTA_SYNC_BACKFILL ? POLAR_PLAN_HISTORY
           : mode == AORTA_SYNC_MANUAL ? POLAR_PLAN_ALL
                                       : POLAR_PLAN_CHANGES;
}

aorta_status polar_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    const struct polar *p = self;
    struct polar_walk *w = ctx->host->alloc(ctx, sizeof(*w));
    if (!w)
        return AORTA_ERR_NOMEM;
    *w = (struct polar_walk){.polar = p,
                             .ctx = ctx,
                             .data = req->data,
                             .detail = wanted(req, POLAR_PARAM_SAMPLES, p->workout_samples, POLAR_DETAIL_SAMPLES) |
                                       wanted(req, POLAR_PARAM_ZONES, p->workout_zones, POLAR_DETAIL_ZONES) |
                                       wanted(req, POLAR_PARAM_ROUTE, p->workout_route, POLAR_DETAIL_ROUTE),
                             .plan = plan_of(req->mode),
                             .done = {.ctx = ctx}};
    aorta_status st = polar_cursor_read(w, req->cursor);
    if (st == AORTA_OK)
        st = polar_offsets_load(&w->offsets, ctx);
    if (st == AORTA_OK)
        st = polar_known_load(&w->known, ctx);
    while (st == AORTA_OK && w->step < POLAR_STEP_DONE)
        st = run_step(w);
    return st;
}
