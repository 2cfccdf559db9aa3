/* Workouts: the list, with streams and summaries in it, since quotas make a call for each workout a luxury. A
 * page is cut into workouts and each becomes a payload of its own, so that meeting one again changes nothing.
 */
#include "sync.h"

#define PATH "/v3/workouts/"
/* A workout with its streams is one to four megabytes, so a page of 50 may be far too large: then fewer are
 * asked for. */
#define PAGE_MAX   (64u * 1024 * 1024)
#define REPEAT_MAX 3 /* the same page again and again: this list has no end */
#define KEY_MAX    64

#define SUMMARIES "SummaryExtension,FitnessExtension,IntensityExtension,ManualLapStreamExtension"
/* Steps and energy streams are left out on purpose: the 24/7 samples count the same steps. */
#define STREAMS                                                                                                        \
    "HeartrateStreamExtension,SpeedStreamExtension,AltitudeStreamExtension,CadenceStreamExtension,"                    \
    "PowerStreamExtension,LocationStreamExtension,TemperatureStreamExtension,DistanceDeltaStreamExtension"

static void add_extensions(aorta_ctx *ctx, sdk_query *q, int bare)
{
    sdk_query_add(ctx, q, "extensions", bare ? AORTA_S(SUMMARIES) : AORTA_S(SUMMARIES "," STREAMS));
}

/* ---- a page into payloads ---- */

struct page {
    int64_t count;
    int64_t total;   /* of the list, as far as told: 0 = not */
    uint64_t digest; /* of its first workout; 0 = empty page */
};

/* FNV-1a over the beginning: enough to recognise a page that comes again. */
static uint64_t digest_of(aorta_str item)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < item.len && i < 4096; i++)
        h = (h ^ (unsigned char)item.ptr[i]) * UINT64_C(1099511628211);
    return h & INT64_MAX;
}

/* workoutId is 0 in live data: the key is the only name a workout has. */
static aorta_str key_of(aorta_str workout)
{
    aorta_str key;
    if (sdk_outline_member(workout, "workoutKey", &key) != 0 || key.len < 3 || key.len > KEY_MAX + 2 ||
        key.ptr[0] != '"')
        return (aorta_str){NULL, 0};
    for (size_t i = 1; i + 1 < key.len; i++)
        if (key.ptr[i] == '\\')
            return (aorta_str){NULL, 0};
    return (aorta_str){key.ptr + 1, key.len - 2};
}

static aorta_status emit_workout(aorta_ctx *ctx, aorta_str workout, aorta_str origin, struct page *page)
{
    if (page->count++ == 0)
        page->digest = digest_of(workout);
    return sync_emit(ctx, KIND_WORKOUTS, key_of(workout), origin, workout);
}

static aorta_status emit_list(aorta_ctx *ctx, aorta_str list, aorta_str origin, struct page *page)
{
    sdk_outline o;
    aorta_str key, workout;
    int more;
    for (sdk_outline_begin(list, &o); (more = sdk_outline_next(&o, &key, &workout)) == 1;) {
        aorta_status st = emit_workout(ctx, workout, origin, page);
        if (st != AORTA_OK)
            return st;
    }
    return more < 0 ? sync_malformed(ctx) : AORTA_OK;
}

/* metadata.workoutcount, a number or one in quotes. */
static int64_t total_of(aorta_str body)
{
    aorta_str metadata, count;
    int64_t total = 0;
    if (sdk_outline_member(body, "metadata", &metadata) != 0 ||
        sdk_outline_member(metadata, "workoutcount", &count) != 0)
        return 0;
    for (size_t i = 0; i < count.len && total < INT64_C(1000000000); i++)
        if (count.ptr[i] >= '0' && count.ptr[i] <= '9')
            total = total * 10 + (count.ptr[i] - '0');
    return total;
}

/* {"payload": [workouts] or one workout}, or a bare list; an empty answer and a null payload are nothing. */
static aorta_status emit_answer(aorta_ctx *ctx, aorta_str body, aorta_str origin, struct page *page)
{
    aorta_str whole, rest, payload = body;
    *page = (struct page){.count = 0};
    if (!body.len)
        return AORTA_OK;
    if (sdk_outline_value(body, &whole, &rest) != 0 || rest.len)
        return sync_malformed(ctx);
    if (body.ptr[0] == '{' && sdk_outline_member(body, "payload", &payload) != 0)
        return sync_malformed(ctx);
    page->total = total_of(body);
    if (payload.ptr[0] == '[')
        return emit_list(ctx, payload, origin, page);
    if (payload.ptr[0] == '{')
        return emit_workout(ctx, payload, origin, page);
    return sdk_str_eq(payload, "null") ? AORTA_OK : sync_malformed(ctx);
}

/* ---- the list ---- */

static aorta_status get_page(const struct suunto *self, aorta_ctx *ctx, const struct cursor *c,
                             struct api_answer *answer)
{
    sdk_query q = {0};
    sdk_query_add_int(ctx, &q, "since", c->since_ms);
    sdk_query_add_int(ctx, &q, "limit", c->limit);
    sdk_query_add_int(ctx, &q, "offset", c->offset);
    sdk_query_add(ctx, &q, "filter-by-modification-time", c->by_modification ? AORTA_S("true") : AORTA_S("false"));
    add_extensions(ctx, &q, (int)c->bare);
    return api_get(self, ctx, PATH, &q, PAGE_MAX, answer);
}

/* Asks for less: half the workouts, at last a single one without its streams. 0 when there is no less. */
static int shrink(struct cursor *c)
{
    if (c->limit > 1)
        c->limit /= 2;
    else if (!c->bare)
        c->bare = 1;
    else
        return 0;
    return 1;
}

static aorta_status page_that_fits(const struct suunto *self, aorta_ctx *ctx, struct cursor *c,
                                   struct api_answer *answer)
{
    aorta_status st;
    do
        st = get_page(self, ctx, c, answer);
    while (st != AORTA_OK && answer->too_large && shrink(c));
    return st;
}

static aorta_status advance(aorta_ctx *ctx, struct cursor *c, const struct page *page, int *more)
{
    int full = page->count >= c->limit;
    c->repeat = page->digest && (int64_t)page->digest == c->page ? c->repeat + 1 : 0;
    c->page = (int64_t)page->digest;
    c->offset += page->count;
    /* a short page is the last one, unless Suunto cut the limit: then the list is longer than what we have */
    *more = page->count > 0 && (full || c->offset < page->total);
    c->bare = 0;
    if (c->repeat >= REPEAT_MAX)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "suunto.paging",
                        "Suunto gives the same page of workouts at every offset");
    return ctx->host->progress(ctx, (uint64_t)c->offset, 0, "workouts", 8);
}

aorta_status sync_workouts_page(const struct suunto *self, aorta_ctx *ctx, struct cursor *c, int *more)
{
    struct api_answer answer;
    struct page page;
    aorta_status st = page_that_fits(self, ctx, c, &answer);
    if (st != AORTA_OK)
        return st;
    aorta_str origin = sdk_format(ctx, PATH "?since=%lld&offset=%lld&limit=%lld", (long long)c->since_ms,
                                  (long long)c->offset, (long long)c->limit);
    st = emit_answer(ctx, answer.body, origin, &page);
    ctx->host->http_release(ctx, answer.resp);
    return st == AORTA_OK ? advance(ctx, c, &page, more) : st;
}

/* ---- one workout ---- */

/* The key becomes part of a path: nothing but what a key is made of may go there. */
static int plain_key(aorta_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return 0;
    }
    return key.len >= 1 && key.len <= KEY_MAX;
}

static aorta_status get_workout(const struct suunto *self, aorta_ctx *ctx, const char *path, int bare,
                                struct api_answer *answer)
{
    sdk_query q = {0};
    add_extensions(ctx, &q, bare);
    return api_get(self, ctx, path, &q, PAGE_MAX, answer);
}

aorta_status sync_workout(const struct suunto *self, aorta_ctx *ctx, aorta_str key)
{
    if (!plain_key(key))
        return sdk_fail(ctx, AORTA_ERR_DATA, "suunto.hint", "the notification's workout key is not one");
    aorta_str path = sdk_format(ctx, PATH "%.*s", (int)key.len, key.ptr);
    if (!path.len)
        return AORTA_ERR_NOMEM;
    struct api_answer answer;
    struct page page;
    aorta_status st = get_workout(self, ctx, path.ptr, 0, &answer);
    if (st != AORTA_OK && answer.too_large)
        st = get_workout(self, ctx, path.ptr, 1, &answer);
    if (st == AORTA_ERR_NOT_FOUND)
        return AORTA_OK;
    if (st != AORTA_OK)
        return st;
    st = emit_answer(ctx, answer.body, path, &page);
    ctx->host->http_release(ctx, answer.resp);
    return st;
}
