/* Sync against a small Suunto: which requests go out, what is emitted, and that no interruption loses or
 * repeats anything. */
#include "suunto_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S    INT64_C(86400)
#define SINCE_S  (NOW_S - 10 * DAY_S)
#define BOTH     (AORTA_DATA_WORKOUTS | AORTA_DATA_247)
#define EXT_LONG "HeartrateStreamExtension"

/* ---- the small Suunto ---- */

struct world {
    int workouts;         /* how many there are */
    int fits;             /* more than this in a page are too large; 0 = any number fits */
    int only_bare;        /* workouts with streams are always too large */
    int page_max;         /* a larger limit is cut to it, and the list's length is told; 0 = neither */
    int stuck;            /* offset is ignored */
    int64_t data_from_ms; /* the first 24/7 sample */
    const char *gone;     /* paths that hold this are 404 */
    const char *path;     /* for requests that hold this: */
    int32_t status;       /* ... this answer */
    const char *body;
    aorta_pair header;
    char text[65536];
};

static int64_t query_int(const char *url, const char *name)
{
    char key[64];
    snprintf(key, sizeof(key), "%s=", name);
    const char *p = strstr(url, key);
    return p ? strtoll(p + strlen(key), NULL, 10) : -1;
}

static void list_workouts(struct world *w, const char *url, struct fake_reply *reply)
{
    int64_t offset = w->stuck ? 0 : query_int(url, "offset"), limit = query_int(url, "limit");
    if ((w->fits && limit > w->fits) || (w->only_bare && strstr(url, EXT_LONG))) {
        reply->failure = AORTA_ERR_UPSTREAM_REJECTED;
        return;
    }
    if (w->page_max && limit > w->page_max)
        limit = w->page_max;
    int n = snprintf(w->text, sizeof(w->text), "{\"error\":null,\"payload\":[");
    for (int64_t i = offset; i < offset + limit && (w->stuck || i < w->workouts); i++)
        n += snprintf(w->text + n, sizeof(w->text) - (size_t)n,
                      "%s{\"workoutKey\":\"k%lld\",\"startTime\":1795000000000}", i > offset ? "," : "", (long long)i);
    n += snprintf(w->text + n, sizeof(w->text) - (size_t)n, "],\"metadata\":{\"ts\":\"1\"");
    if (w->page_max)
        n += snprintf(w->text + n, sizeof(w->text) - (size_t)n, ",\"workoutcount\":\"%d\"", w->workouts);
    snprintf(w->text + n, sizeof(w->text) - (size_t)n, "}}");
    reply->body = w->text;
}

static void list_samples(struct world *w, const char *url, struct fake_reply *reply)
{
    int64_t from = query_int(url, "from"), to = query_int(url, "to");
    ck_assert_int_lt(from, to);
    ck_assert_int_lt(to - from, 28 * DAY_S * 1000); /* both ends are inclusive */
    snprintf(w->text, sizeof(w->text), "[{\"timestamp\":%lld}]", (long long)from);
    reply->body = to >= w->data_from_ms ? w->text : "[]";
}

static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    struct world *w = f->script;
    char url[2048];
    snprintf(url, sizeof(url), "%.*s", (int)req->url.len, req->url.ptr);
    ck_assert_str_eq(req->method, "GET");
    ck_assert_uint_eq(req->flags, AORTA_HTTP_AUTH);
    reply->status = 200;
    if (w->path && strstr(url, w->path)) {
        reply->status = w->status;
        reply->body = w->body;
        reply->headers[0] = w->header;
        reply->headers_count = w->header.name.len ? 1 : 0;
    } else if (w->gone && strstr(url, w->gone)) {
        reply->status = 404;
        reply->body = "{\"statusCode\":404,\"message\":\"Resource not found\"}";
    } else if (strstr(url, "/v3/workouts/?")) {
        list_workouts(w, url, reply);
    } else if (strstr(url, "/v3/workouts/")) {
        reply->body = "{\"error\":null,\"payload\":{\"workoutKey\":\"one\",\"startTime\":1795000000000}}";
    } else if (strstr(url, "daily-activity-statistics")) {
        reply->body = "[{\"Name\":\"stepcount\",\"Aggregation\":\"sum\",\"Sources\":[]}]";
    } else {
        list_samples(w, url, reply);
    }
}

static void begin(struct suunto_host *h, struct world *w)
{
    suunto_host_init(h, AORTA_OP_SYNC);
    h->fake.answer = answer;
    h->fake.script = w;
}

/* ---- one sync ---- */

struct wish {
    uint32_t mode, data;
    int64_t since_s, limit, offset;
    const char *hint;
};

static aorta_status sync_once(struct suunto_host *h, const struct wish *wish, int go_on)
{
    const aorta_value none = {.type = AORTA_TYPE_NONE};
    aorta_value params[PARAM_COUNT] = {none, none, none, none};
    if (wish->mode == AORTA_SYNC_MANUAL) {
        params[PARAM_SINCE] = (aorta_value){.type = AORTA_TYPE_TIME, .u.i = wish->since_s * 1000000};
        params[PARAM_LIMIT] = (aorta_value){.type = AORTA_TYPE_INT, .u.i = wish->limit ? wish->limit : 50};
        params[PARAM_OFFSET] = (aorta_value){.type = AORTA_TYPE_INT, .u.i = wish->offset};
        params[PARAM_BY_MODIFICATION] = (aorta_value){.type = AORTA_TYPE_BOOL, .u.i = 1};
    }
    char *cursor = go_on && h->fake.cursor ? strdup(h->fake.cursor) : NULL;
    const aorta_sync_req req = {.struct_size = sizeof(req),
                                .mode = wish->mode,
                                .params = params,
                                .params_count = PARAM_COUNT,
                                .data = wish->data,
                                .cursor = {(const uint8_t *)cursor, cursor ? strlen(cursor) : 0},
                                .hint = sdk_str(wish->hint)};
    aorta_status st = h->plugin->ops->sync(h->self, &h->fake.ctx, &req);
    free(cursor);
    return st;
}

static const struct wish manual = {AORTA_SYNC_MANUAL, BOTH, SINCE_S, 2, 0, NULL};

/* All committed payloads, one a line. */
static char *harvest(const struct suunto_host *h)
{
    size_t cap = 1, len = 0;
    char *text = calloc(1, 1);
    for (unsigned i = 0; i < h->fake.payloads_committed; i++) {
        const struct fake_payload *p = &h->fake.payload[i];
        size_t need = strlen(p->kind) + strlen(p->external_id) + p->len + 4;
        text = realloc(text, cap += need);
        ck_assert_ptr_nonnull(text);
        len += (size_t)snprintf(text + len, cap - len, "%s %s %s\n", p->kind, p->external_id, p->data);
    }
    return text;
}

START_TEST(everything_from_since)
{
    static struct world w;
    struct suunto_host h;
    w = (struct world){.workouts = 5};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &manual, 0), AORTA_OK);
    ck_assert_uint_eq(suunto_host_requests(&h), 7); /* three pages, four kinds of 24/7 data */
    ck_assert(suunto_host_asked(&h, "GET https://api.test/suunto/v3/workouts/?since=1794398400000&limit=2&offset=0"
                                    "&filter-by-modification-time=true&extensions=SummaryExtension%2C"));
    ck_assert(suunto_host_asked(&h, "offset=4&"));
    ck_assert(suunto_host_asked(&h, EXT_LONG));
    ck_assert(suunto_host_asked(&h, "  ocp-apim-subscription-key: sub-key\n"));
    ck_assert(suunto_host_asked(&h, "/247samples/sleep?from=1794398400000&to=1795262399999 +auth\n"));
    ck_assert(suunto_host_asked(&h, "/247samples/activity?from=1794398400000&to=1795262399999"));
    ck_assert(suunto_host_asked(&h, "/247samples/recovery?from=1794398400000&to=1795262399999"));
    ck_assert(suunto_host_asked(&h, "/247samples/daily-activity-statistics?startdate=2026-11-11T00%3A00%3A00Z"
                                    "&enddate=2026-11-21T11%3A59%3A59Z"));
    ck_assert_uint_eq(h.fake.payloads_committed, 9);
    ck_assert_uint_eq(h.fake.payloads, 9);
    ck_assert_str_eq(h.fake.payload[4].external_id, "k4");
    ck_assert_str_eq(h.fake.payload[4].data, "{\"workoutKey\":\"k4\",\"startTime\":1795000000000}");
    ck_assert_str_eq(h.fake.payload[5].kind, "suunto.sleep");
    ck_assert_str_eq(h.fake.payload[8].kind, "suunto.daily_statistics");
    ck_assert_uint_eq(h.warnings, 0);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(a_full_last_page_needs_one_more)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS, SINCE_S, 2, 1, NULL};
    w = (struct world){.workouts = 5};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(suunto_host_requests(&h), 3); /* k1 k2, k3 k4, nothing */
    ck_assert_uint_eq(h.fake.payloads_committed, 4);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(only_what_was_wanted)
{
    static struct world w;
    struct suunto_host h;
    const struct wish days = {AORTA_SYNC_MANUAL, AORTA_DATA_247, SINCE_S, 0, 0, NULL};
    w = (struct world){.workouts = 5};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &days, 0), AORTA_OK);
    ck_assert(!suunto_host_asked(&h, "/v3/workouts"));
    ck_assert_uint_eq(suunto_host_requests(&h), 4);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(an_old_since_is_cut_and_said)
{
    static struct world w;
    struct suunto_host h;
    const struct wish old = {AORTA_SYNC_MANUAL, BOTH, NOW_S - 100 * DAY_S, 0, 0, NULL};
    w = (struct world){.workouts = 1};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &old, 0), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 1);
    ck_assert_ptr_nonnull(strstr(h.warning, "2026-09-10T12:00:00Z"));
    ck_assert_uint_eq(suunto_host_requests(&h), 5); /* one window, not four */
    suunto_host_fini(&h);

    const struct wish workouts = {AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS, NOW_S - 100 * DAY_S, 0, 0, NULL};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &workouts, 0), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 0);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(a_since_of_now_has_no_days)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_MANUAL, BOTH, NOW_S + 60, 0, 0, NULL};
    w = (struct world){.workouts = 0};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(suunto_host_requests(&h), 1);
    suunto_host_fini(&h);
}
END_TEST

/* ---- interruptions ---- */

static char *undisturbed(struct world *w, unsigned *calls)
{
    struct suunto_host h;
    begin(&h, w);
    ck_assert_int_eq(sync_once(&h, &manual, 0), AORTA_OK);
    char *all = harvest(&h);
    *calls = h.fake.calls;
    suunto_host_fini(&h);
    return all;
}

START_TEST(yields_change_nothing)
{
    static struct world w;
    unsigned calls;
    w = (struct world){.workouts = 5};
    char *wanted = undisturbed(&w, &calls);
    for (unsigned n = 1; n <= 7; n++) {
        struct suunto_host h;
        begin(&h, &w);
        h.fake.yield_at = n;
        ck_assert_int_eq(sync_once(&h, &manual, 0), AORTA_YIELD);
        fake_host_next(&h.fake, AORTA_OP_SYNC);
        h.fake.now_us += 3600 * INT64_C(1000000); /* a later slice covers what the first one planned */
        ck_assert_int_eq(sync_once(&h, &manual, 1), AORTA_OK);
        char *got = harvest(&h);
        ck_assert_str_eq(got, wanted);
        free(got);
        suunto_host_fini(&h);
    }
    free(wanted);
}
END_TEST

START_TEST(a_crash_anywhere_changes_nothing)
{
    static struct world w;
    unsigned calls;
    w = (struct world){.workouts = 5};
    char *wanted = undisturbed(&w, &calls);
    ck_assert_uint_gt(calls, 20);
    for (unsigned n = 1; n <= calls; n++) {
        struct suunto_host h;
        begin(&h, &w);
        h.fake.call_fail_at = n;
        h.fake.call_fail_with = n % 2 ? AORTA_ERR_CANCELLED : AORTA_ERR_UPSTREAM;
        ck_assert_int_eq(sync_once(&h, &manual, 0), h.fake.call_fail_with);
        h.fake.call_fail_at = 0;
        fake_host_next(&h.fake, AORTA_OP_SYNC);
        ck_assert_int_eq(sync_once(&h, &manual, 1), AORTA_OK);
        char *got = harvest(&h);
        ck_assert_str_eq(got, wanted);
        free(got);
        suunto_host_fini(&h);
    }
    free(wanted);
}
END_TEST

START_TEST(memory_ends_anywhere)
{
    static struct world w;
    w = (struct world){.workouts = 3};
    for (unsigned n = 1;; n++) {
        struct suunto_host h;
        begin(&h, &w);
        h.fake.alloc_fail_at = n;
        aorta_status st = sync_once(&h, &manual, 0);
        unsigned allocs = h.fake.allocs;
        ck_assert(st == AORTA_ERR_NOMEM || st == AORTA_OK);
        suunto_host_fini(&h);
        if (allocs < n)
            break;
    }
}
END_TEST

START_TEST(a_cursor_of_somebody_else)
{
    static const char *const cursors[] = {"x", "{}", "[1]", "{\"v\":2}", "{\"v\":1,\"stage\":1,\"piece\":9,\"to\":5}"};
    static struct world w;
    for (size_t i = 0; i < AORTA_COUNT(cursors); i++) {
        struct suunto_host h;
        begin(&h, &w);
        h.fake.cursor = strdup(cursors[i]);
        ck_assert_int_eq(sync_once(&h, &manual, 1), AORTA_ERR_INTERNAL);
        suunto_host_fini(&h);
    }
}
END_TEST

/* ---- pages ---- */

START_TEST(pages_shrink_until_they_fit)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS, SINCE_S, 50, 0, NULL};
    w = (struct world){.workouts = 20, .fits = 7};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(h.fake.payloads_committed, 20);
    ck_assert_uint_eq(suunto_host_requests(&h), 3 + 4); /* 50, 25, 12 too large; 6 6 6 2 */
    suunto_host_fini(&h);

    w = (struct world){.workouts = 2, .only_bare = 1};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(h.fake.payloads_committed, 2);
    suunto_host_fini(&h);

    w = (struct world){.path = "/v3/workouts", .status = 400, .body = "Invalid arguments"};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_ERR_UPSTREAM_REJECTED);
    ck_assert_uint_eq(suunto_host_requests(&h), 1); /* a refusal is not a matter of size */
    suunto_host_fini(&h);
}
END_TEST

START_TEST(a_cut_limit_loses_nothing)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS, SINCE_S, 50, 0, NULL};
    w = (struct world){.workouts = 8, .page_max = 3};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(h.fake.payloads_committed, 8);
    ck_assert_uint_eq(suunto_host_requests(&h), 3);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(a_list_without_end_is_left)
{
    static struct world w;
    struct suunto_host h;
    w = (struct world){.stuck = 1};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &manual, 0), AORTA_ERR_UPSTREAM_REJECTED);
    ck_assert_str_eq(h.fake.fail_code, "suunto.paging");
    ck_assert_uint_lt(suunto_host_requests(&h), 6);
    suunto_host_fini(&h);
}
END_TEST

/* ---- answers ---- */

#define APIM(code, text) "{ \"statusCode\": " code ", \"message\": \"" text "\" }"

static const struct {
    const char *path;
    int32_t status;
    const char *body, *retry_after;
    aorta_status wanted;
    int64_t retry_ms;
} answers[] = {
    {"/v3/", 401, APIM("401", "Access denied due to invalid subscription key."), NULL, AORTA_ERR_CONFIG, 0},
    {"/v3/", 401, APIM("401", "Access denied"), NULL, AORTA_ERR_CONFIG, 0},
    {"/247", 401, APIM("401", "OperationNotFound"), NULL, AORTA_ERR_CONFIG, 0},
    {"/v3/", 403, APIM("403", "The product is not subscribed"), NULL, AORTA_ERR_CONFIG, 0},
    {"/v3/", 401, APIM("401", "Invalid JWT."), NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 401, "", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 401, "{\"error\":\"invalid_token\"}", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 403, "Forbidden", NULL, AORTA_ERR_CONFIG, 0},
    {"/v3/", 403, "Forbidden", "60", AORTA_ERR_RATE_LIMITED, 60000},
    {"/v3/", 403, APIM("403", "Out of call volume quota."), "1800", AORTA_ERR_RATE_LIMITED, 1800000},
    {"/v3/", 403, APIM("403", "Out of call volume quota."), NULL, AORTA_ERR_RATE_LIMITED, 3600000},
    {"/v3/", 429, APIM("429", "Rate limit is exceeded."), "41", AORTA_ERR_RATE_LIMITED, 41000},
    {"/v3/", 500, "oops", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 400, "Invalid arguments", NULL, AORTA_ERR_UPSTREAM_REJECTED, 0},
    {"/v3/", 200, "{\"error\":{\"code\":\"1\",\"description\":\"no\"}}", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 200, "{\"code\":500,\"message\":\"no\"}", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 200, "{\"error\":null,\"payload\":[{\"workoutKey\":\"k1\"},{\"work", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 200, "<html>", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 200, "{\"something\":1}", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/247samples/sleep", 200, "[{\"timestamp\":1},{", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/247samples/sleep", 200, "[] []", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/247samples/sleep", 200, "{\"error\":\"x\"}", NULL, AORTA_ERR_UPSTREAM, 0},
    {"/v3/", 200, "", NULL, AORTA_OK, 0},
    {"/v3/", 204, "", NULL, AORTA_OK, 0},
    {"/v3/", 200, "{\"error\":null,\"payload\":null}", NULL, AORTA_OK, 0},
    {"/v3/", 200, "{\"error\":null,\"payload\":[]}", NULL, AORTA_OK, 0},
    {"/247samples", 200, "", NULL, AORTA_OK, 0},
    {"/247samples", 200, " [ ] ", NULL, AORTA_OK, 0},
};

START_TEST(answers_mean)
{
    static struct world w;
    struct suunto_host h;
    w = (struct world){.path = answers[_i].path, .status = answers[_i].status, .body = answers[_i].body};
    if (answers[_i].retry_after)
        w.header = (aorta_pair){AORTA_S("retry-after"), sdk_str(answers[_i].retry_after)};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &manual, 0), answers[_i].wanted);
    if (answers[_i].wanted != AORTA_OK) {
        ck_assert_int_eq(h.fake.failed, answers[_i].wanted);
        ck_assert_uint_eq(h.fake.payloads_committed, 0);
        ck_assert_int_eq(h.fake.retry_after_ms, answers[_i].retry_ms);
    }
    suunto_host_fini(&h);
}
END_TEST

START_TEST(statistics_have_an_older_path)
{
    static struct world w;
    struct suunto_host h;
    w = (struct world){.gone = "/247samples/daily"};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &manual, 0), AORTA_OK);
    ck_assert(suunto_host_asked(&h, "/suunto/247/daily-activity-statistics?startdate="));
    ck_assert_uint_eq(h.warnings, 0);
    ck_assert_uint_eq(h.fake.payloads_committed, 4);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(what_the_product_lacks_is_said)
{
    static struct world w;
    struct suunto_host h;
    w = (struct world){.workouts = 1, .gone = "/247"};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &manual, 0), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 4);
    ck_assert_ptr_nonnull(strstr(h.warning, "/247samples/daily-activity-statistics"));
    ck_assert_uint_eq(h.fake.payloads_committed, 1);
    suunto_host_fini(&h);
}
END_TEST

/* ---- the other modes ---- */

START_TEST(the_clock_goes_on_where_it_was)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_SCHEDULED, BOTH, 0, 0, 0, NULL};
    w = (struct world){.workouts = 1};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert(suunto_host_asked(&h, "?since=1792839600000&limit=50&offset=0&filter-by-modification-time=true"));

    fake_host_next(&h.fake, AORTA_OP_SYNC);
    h.fake.requests.len = 0;
    h.fake.requests.ptr[0] = '\0';
    h.fake.now_us += 6 * 3600 * INT64_C(1000000);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    /* an hour back for workouts, three days for nights */
    ck_assert(suunto_host_asked(&h, "?since=1795258800000&"));
    ck_assert(suunto_host_asked(&h, "/247samples/sleep?from=1795003200000&to=1795283999999"));
    ck_assert_uint_eq(h.warnings, 0);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(a_long_pause_is_caught_up)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_SCHEDULED, AORTA_DATA_247, 0, 0, 0, NULL};
    w = (struct world){.workouts = 0};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    unsigned before = suunto_host_requests(&h);
    fake_host_next(&h.fake, AORTA_OP_SYNC);
    h.fake.now_us += 60 * DAY_S * 1000000;
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(suunto_host_requests(&h) - before, 3 * 4); /* 63 days */
    ck_assert(suunto_host_asked(&h, "/247samples/sleep?from=1797422400000&to=1799841599999"));
    suunto_host_fini(&h);
}
END_TEST

START_TEST(history_ends_where_nothing_is_found)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_BACKFILL, BOTH, 0, 0, 0, NULL};
    w = (struct world){.workouts = 3, .data_from_ms = (NOW_S - 40 * DAY_S) * 1000};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert(suunto_host_asked(&h, "?since=0&limit=50&offset=0&filter-by-modification-time=false"));
    ck_assert(suunto_host_asked(&h, "/247samples/sleep?from=1792843200000&to=1795262399999"));
    ck_assert(suunto_host_asked(&h, "/247samples/sleep?from=1790424000000&to=1792843199999"));
    ck_assert_uint_eq(suunto_host_requests(&h), 1 + (2 + 6) * 4);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(the_developer_product_is_spared)
{
    static struct world w;
    struct suunto_host h;
    const struct wish wish = {AORTA_SYNC_BACKFILL, BOTH, 0, 0, 0, NULL};
    w = (struct world){.workouts = 3};
    begin(&h, &w);
    suunto_host_settings(&h, 0, "developer", NULL);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(suunto_host_requests(&h), 1 + 4 * 4);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(one_workout_that_was_named)
{
    static struct world w;
    struct suunto_host h;
    struct wish wish = {AORTA_SYNC_NOTIFIED, BOTH, 0, 0, 0, "{\"workoutKey\":\"6a09f3c4e2ab172bb4c5fc8d\"}"};
    w = (struct world){.workouts = 3};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK);
    ck_assert_uint_eq(suunto_host_requests(&h), 1);
    ck_assert(suunto_host_asked(&h, "/v3/workouts/6a09f3c4e2ab172bb4c5fc8d?extensions=SummaryExtension"));
    ck_assert_uint_eq(h.fake.payloads_committed, 1);
    ck_assert_str_eq(h.fake.payload[0].external_id, "one");
    suunto_host_fini(&h);

    w = (struct world){.gone = "/v3/workouts"};
    begin(&h, &w);
    ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_OK); /* deleted in the meantime */
    ck_assert_uint_eq(h.fake.payloads_committed, 0);
    suunto_host_fini(&h);

    static const char *const bad[] = {"",
                                      "{}",
                                      "{\"workoutKey\":7}",
                                      "{\"workoutKey\":\"\"}",
                                      "{\"workoutKey\":\"../../oauth/token\"}",
                                      "{\"workoutKey\":\"a?b\"}"};
    for (size_t i = 0; i < AORTA_COUNT(bad); i++) {
        begin(&h, &w);
        wish.hint = bad[i];
        ck_assert_int_eq(sync_once(&h, &wish, 0), AORTA_ERR_DATA);
        ck_assert_uint_eq(suunto_host_requests(&h), 0);
        suunto_host_fini(&h);
    }
}
END_TEST

Suite *sync_suite(void)
{
    Suite *s = suite_create("sync");
    TCase *t = tcase_create("sync");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, everything_from_since);
    tcase_add_test(t, a_full_last_page_needs_one_more);
    tcase_add_test(t, only_what_was_wanted);
    tcase_add_test(t, an_old_since_is_cut_and_said);
    tcase_add_test(t, a_since_of_now_has_no_days);
    tcase_add_test(t, yields_change_nothing);
    tcase_add_test(t, a_crash_anywhere_changes_nothing);
    tcase_add_test(t, memory_ends_anywhere);
    tcase_add_test(t, a_cursor_of_somebody_else);
    tcase_add_test(t, pages_shrink_until_they_fit);
    tcase_add_test(t, a_cut_limit_loses_nothing);
    tcase_add_test(t, a_list_without_end_is_left);
    tcase_add_loop_test(t, answers_mean, 0, AORTA_COUNT(answers));
    tcase_add_test(t, statistics_have_an_older_path);
    tcase_add_test(t, what_the_product_lacks_is_said);
    tcase_add_test(t, the_clock_goes_on_where_it_was);
    tcase_add_test(t, a_long_pause_is_caught_up);
    tcase_add_test(t, history_ends_where_nothing_is_found);
    tcase_add_test(t, the_developer_product_is_spared);
    tcase_add_test(t, one_workout_that_was_named);
    suite_add_tcase(s, t);
    return s;
}
