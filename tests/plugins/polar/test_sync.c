/* Fetching from a Polar that is a table of answers: what is asked for, what is stored, and that pauses,
 * crashes and refusals lose nothing. The clock stands at 2026-11-21T12:00:00Z. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S(text) ((aorta_str){text, sizeof(text) - 1})

static struct fake_host host;
static void *self;

/* ---- Polar ---- */

struct page {
    const char *path; /* with its query, behind the API's URL */
    struct fake_reply reply;
};

#define JSON(text)                                                                                                     \
    {                                                                                                                  \
        .status = 200, .body = text                                                                                    \
    }

#define RUN                                                                                                            \
    "{\"id\":\"aaa1\",\"start_time\":\"2026-11-20T18:05:07\",\"start_time_utc_offset\":60,\"duration\":"               \
    "\"PT10S\"}"
#define WALK                                                                                                           \
    "{\"id\":\"bbb2\",\"start_time\":\"2026-11-10T08:00:00\",\"start_time_utc_offset\":-180,\"duration\":"             \
    "\"PT9S\"}"
#define NIGHT                                                                                                          \
    "{\"date\":\"2026-11-19\",\"sleep_start_time\":\"2026-11-18T23:00:00+01:00\",\"sleep_end_time\":\"2026-"           \
    "11-19T07:"                                                                                                        \
    "00:00+01:00\"}"
#define DETAIL "?samples=true&zones=true"

static const struct page world[] = {
    {"/v3/users/sleep", JSON("{\"nights\":[" NIGHT "]}")},
    {"/v3/exercises", JSON("[" RUN "," WALK "]")},
    {"/v3/exercises/aaa1" DETAIL, JSON("{\"id\":\"aaa1\",\"samples\":[1]}")},
    {"/v3/exercises/bbb2" DETAIL, JSON("{\"id\":\"bbb2\",\"samples\":[2]}")},
    {"/v3/exercises/aaa1" DETAIL "&route=true", JSON("{\"id\":\"aaa1\",\"route\":[1]}")},
    {"/v3/exercises/bbb2" DETAIL "&route=true", JSON("{\"id\":\"bbb2\",\"route\":[2]}")},
    {"/v3/users/nightly-recharge", JSON("{\"recharges\":[{\"date\":\"2026-11-19\"},{\"date\":\"2026-11-09\"}]}")},
    {"/v3/users/continuous-heart-rate?from=2026-10-25&to=2026-11-21",
     JSON("{\"heart_rates\":[{\"date\":\"2026-11-10\",\"heart_rate_samples\":[{\"heart_rate\":60,\"sample_"
          "time\":\"08:00:00\"}]},"
          "{\"date\":\"2026-11-11\",\"heart_rate_samples\":[]},"
          "{\"date\":\"2026-11-20\",\"heart_rate_samples\":[{\"heart_rate\":61,\"sample_time\":\"08:00:00\"}]"
          "}]}")},
    {"/v3/users/activities/?from=2026-10-25&to=2026-11-21",
     JSON("[{\"start_time\":\"2026-11-20T00:00\",\"steps\":5}]")},
    {"/v3/users/cardio-load/", JSON("[{\"date\":\"2026-11-19\",\"cardio_load_status\":\"MAINTAINING\",\"strain\":2.5},"
                                    "{\"date\":\"2026-11-20\",\"cardio_load_status\":\"LOAD_STATUS_NOT_AVAILABLE\"}]")},
    {NULL, {.status = 0}},
};

static const char base[] = "https://polar.test/api";

/* The script is a table of pages; what it does not have is 404. */
static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    for (const struct page *p = f->script; p->path; p++)
        if (req->url.len == strlen(base) + strlen(p->path) &&
            memcmp(req->url.ptr + strlen(base), p->path, strlen(p->path)) == 0)
            *reply = p->reply;
}

/* `world` with one page changed or, where it has none of that path, added. */
static struct page *changed(const char *path, struct fake_reply reply)
{
    static struct page pages[32];
    int n = 0;
    for (; world[n].path; n++) {
        pages[n] = world[n];
        if (strcmp(path, world[n].path) == 0)
            break;
    }
    pages[n] = (struct page){path, reply};
    for (; world[n].path && world[n + 1].path; n++)
        pages[n + 1] = world[n + 1];
    pages[n + 1] = (struct page){NULL, {.status = 0}};
    return pages;
}

/* ---- a sync ---- */

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_SYNC);
    host.answer = answer;
    host.script = (void *)(uintptr_t)world;
    self = polar_new(NULL);
}

static void teardown(void)
{
    polar()->shutdown(self);
    fake_host_fini(&host);
}

static aorta_status sync_from(const char *cursor, size_t len, uint32_t mode, uint32_t data, int route)
{
    const aorta_value params[] = {{.type = AORTA_TYPE_BOOL, .u.i = 0},
                                  {.type = AORTA_TYPE_BOOL, .u.i = 0},
                                  {.type = AORTA_TYPE_BOOL, .u.i = route}};
    const aorta_sync_req req = {.struct_size = sizeof(req),
                                .mode = mode,
                                .params = params,
                                .params_count = 3,
                                .data = data,
                                .cursor = {(const uint8_t *)cursor, len}};
    char *kept = len ? memcpy(malloc(len), cursor, len) : NULL; /* what a checkpoint replaces is the host's */
    aorta_sync_req own = req;
    own.cursor.ptr = (const uint8_t *)kept;
    aorta_status st = polar()->ops->sync(self, &host.ctx, &own);
    free(kept);
    return st;
}

static aorta_status fresh(uint32_t mode, uint32_t data)
{
    return sync_from(NULL, 0, mode, data, 0);
}

#define BOTH (AORTA_DATA_WORKOUTS | AORTA_DATA_247)

/* What is stored, one line a payload, in the order of its arrival. */
static char *stored(void)
{
    static char text[20000];
    size_t len = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < host.payloads_committed; i++) {
        const struct fake_payload *p = &host.payload[i];
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s %u %d %s\n", p->kind, p->external_id,
                                (unsigned)p->flags, (int)p->offset_s, p->data);
    }
    return text;
}

static const char everything[] =
    "polar.sleep 2026-11-19 0 0 " NIGHT "\n"
    "polar.exercises aaa1 0 0 {\"id\":\"aaa1\",\"samples\":[1]}\n"
    "polar.exercises bbb2 0 0 {\"id\":\"bbb2\",\"samples\":[2]}\n"
    "polar.nightly-recharge 2026-11-19 1 3600 {\"date\":\"2026-11-19\"}\n"
    "polar.nightly-recharge 2026-11-09 1 -10800 {\"date\":\"2026-11-09\"}\n"
    "polar.continuous-heart-rate 2026-11-10 1 -10800 "
    "{\"date\":\"2026-11-10\",\"heart_rate_samples\":[{\"heart_rate\":60,\"sample_time\":\"08:00:00\"}]}\n"
    "polar.continuous-heart-rate 2026-11-20 1 3600 "
    "{\"date\":\"2026-11-20\",\"heart_rate_samples\":[{\"heart_rate\":61,\"sample_time\":\"08:00:00\"}]}\n"
    "polar.activities 2026-11-20 1 3600 {\"start_time\":\"2026-11-20T00:00\",\"steps\":5}\n"
    "polar.cardio-load 2026-11-19 1 3600 "
    "{\"date\":\"2026-11-19\",\"cardio_load_status\":\"MAINTAINING\",\"strain\":2.5}\n";

static unsigned asked(const char *what)
{
    unsigned n = 0;
    for (const char *p = host.requests.ptr; (p = strstr(p, what)); p++)
        n++;
    return n;
}

/* ---- tests ---- */

START_TEST(everything_is_stored_with_the_offset_of_its_day)
{
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
    ck_assert_str_eq(stored(), everything);
    ck_assert_uint_eq(host.payloads, host.payloads_committed);
    ck_assert_uint_eq(asked("+auth"), asked("GET "));
    ck_assert_uint_eq(asked("GET https://polar.test/api/v3/exercises +auth"), 1);
}
END_TEST

START_TEST(a_pause_at_each_checkpoint_changes_nothing)
{
    for (unsigned k = 1;; k++) {
        teardown();
        setup();
        host.yield_at = k;
        aorta_status st = fresh(AORTA_SYNC_MANUAL, BOTH);
        if (st == AORTA_OK) {
            ck_assert_uint_gt(k, 7);
            ck_assert_uint_eq(host.yields, 0);
            break;
        }
        ck_assert_int_eq(st, AORTA_YIELD);
        fake_host_next(&host, AORTA_OP_SYNC);
        ck_assert_int_eq(sync_from(host.cursor, host.cursor_len, AORTA_SYNC_MANUAL, BOTH, 0), AORTA_OK);
        ck_assert_str_eq(stored(), everything);
    }
}
END_TEST

START_TEST(a_failure_of_each_call_is_returned_and_loses_nothing)
{
    const aorta_status failures[] = {AORTA_ERR_UPSTREAM, AORTA_ERR_CANCELLED, AORTA_ERR_DEADLINE};
    for (int i = 0; i < 3; i++) {
        for (unsigned k = 1;; k++) {
            teardown();
            setup();
            host.call_fail_at = k;
            host.call_fail_with = failures[i];
            aorta_status st = fresh(AORTA_SYNC_MANUAL, BOTH);
            if (st == AORTA_OK) {
                ck_assert_uint_gt(k, 30);
                break;
            }
            ck_assert_int_eq(st, failures[i]);
            ck_assert_uint_eq(host.calls, k); /* nothing more is done */
            host.call_fail_at = 0;
            fake_host_next(&host, AORTA_OP_SYNC);
            ck_assert_int_eq(sync_from(host.cursor, host.cursor_len, AORTA_SYNC_MANUAL, BOTH, 0), AORTA_OK);
            ck_assert_str_eq(stored(), everything);
        }
    }
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    for (unsigned k = 1;; k++) {
        teardown();
        setup();
        host.alloc_fail_at = k;
        aorta_status st = fresh(AORTA_SYNC_MANUAL, BOTH);
        if (st == AORTA_OK) {
            ck_assert_uint_gt(k, 50);
            break;
        }
        ck_assert_int_eq(st, AORTA_ERR_NOMEM);
    }
}
END_TEST

START_TEST(the_kind_of_data_decides_what_is_asked)
{
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/users/"), 0);
    ck_assert_uint_eq(host.payloads_committed, 2);
    teardown();
    setup();
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_247), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises"), 0); /* the nights tell the offset */
    ck_assert_uint_eq(host.payloads_committed, 7);
}
END_TEST

START_TEST(without_nights_the_workouts_are_asked_for_their_offsets)
{
    host.script = changed("/v3/users/sleep", (struct fake_reply){.status = 204});
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_247), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises +auth"), 1);
    ck_assert_uint_eq(asked("/v3/exercises/"), 0);
    ck_assert_ptr_nonnull(strstr(stored(), "polar.continuous-heart-rate 2026-11-10 1 -10800"));
    ck_assert_ptr_null(strstr(stored(), "polar.exercises"));
}
END_TEST

START_TEST(on_the_day_of_a_clock_change_midnight_and_noon_differ)
{
    struct page pages[] = {
        {"/v3/users/sleep",
         JSON("{\"nights\":[{\"date\":\"2026-10-25\",\"sleep_start_time\":\"2026-10-24T23:00:00+02:00\","
              "\"sleep_end_time\":\"2026-10-25T07:00:00+01:00\"}]}")},
        {"/v3/users/continuous-heart-rate?from=2026-10-25&to=2026-11-21",
         JSON("{\"heart_rates\":[{\"date\":\"2026-10-25\",\"heart_rate_samples\":[1]}]}")},
        {"/v3/users/activities/?from=2026-10-25&to=2026-11-21", JSON("[{\"start_time\":\"2026-10-25T00:00\"}]")},
        {NULL, {.status = 0}}};
    host.script = pages;
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_247), AORTA_OK);
    ck_assert_uint_eq(host.payloads_committed, 3);
    ck_assert_int_eq(host.payload[1].offset_s, 3600);
    ck_assert_int_eq(host.payload[2].offset_s, 7200);
}
END_TEST

START_TEST(an_offset_is_remembered_from_sync_to_sync)
{
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
    fake_host_next(&host, AORTA_OP_SYNC);
    struct page *pages = changed("/v3/users/sleep", (struct fake_reply){.status = 204});
    pages[1].reply = (struct fake_reply){.status = 200, .body = "[]"};
    host.script = pages;
    unsigned before = host.payloads;
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
    ck_assert_uint_gt(host.payloads, before);
    for (unsigned i = before; i < host.payloads; i++) {
        ck_assert_uint_eq(host.payload[i].flags, AORTA_PAYLOAD_HAS_OFFSET);
        ck_assert_int_eq(host.payload[i].offset_s, 3600);
    }
}
END_TEST

START_TEST(without_any_offset_none_is_claimed)
{
    struct page *pages = changed("/v3/users/sleep", (struct fake_reply){.status = 200, .body = "{\"nights\":[]}"});
    pages[1].reply = (struct fake_reply){.status = 200, .body = "[]"};
    host.script = pages;
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
    ck_assert_uint_eq(host.payloads_committed, 6);
    for (unsigned i = 0; i < host.payloads; i++)
        ck_assert_uint_eq(host.payload[i].flags, 0);
}
END_TEST

START_TEST(by_the_clock_only_what_changed_is_fetched)
{
    ck_assert_int_eq(fresh(AORTA_SYNC_SCHEDULED, BOTH), AORTA_OK);
    ck_assert_str_eq(stored(), everything);
    ck_assert_uint_eq(asked("/v3/exercises/"), 2);
    fake_host_next(&host, AORTA_OP_SYNC);
    ck_assert_int_eq(fresh(AORTA_SYNC_SCHEDULED, BOTH), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises/"), 2);
    ck_assert_uint_eq(asked("continuous-heart-rate?from=2026-11-18&to=2026-11-21"), 1);
    /* an edit shows in the list */
    fake_host_next(&host, AORTA_OP_SYNC);
    host.script =
        changed("/v3/exercises", (struct fake_reply)JSON("[" RUN ",{\"id\":\"bbb2\",\"duration\":\"PT8S\"}]"));
    ck_assert_int_eq(fresh(AORTA_SYNC_SCHEDULED, BOTH), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises/aaa1"), 1);
    ck_assert_uint_eq(asked("/v3/exercises/bbb2"), 2);
    /* who asks is told everything anew */
    fake_host_next(&host, AORTA_OP_SYNC);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises/aaa1"), 2);
}
END_TEST

START_TEST(a_route_once_fetched_is_fetched_again)
{
    ck_assert_int_eq(sync_from(NULL, 0, AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS, 1), AORTA_OK);
    ck_assert_uint_eq(asked("&route=true"), 2);
    fake_host_next(&host, AORTA_OP_SYNC);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS), AORTA_OK);
    ck_assert_uint_eq(asked("&route=true"), 4);
    ck_assert_str_eq(host.payload[3].data, "{\"id\":\"bbb2\",\"route\":[2]}");
}
END_TEST

START_TEST(without_wishes_the_list_is_enough)
{
    static const char *const set[] = {"workout_samples", "false", "workout_zones", "false", NULL};
    polar()->shutdown(self);
    self = polar_new(set);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises/"), 0);
    ck_assert_str_eq(stored(), "polar.exercises aaa1 0 0 " RUN "\npolar.exercises bbb2 0 0 " WALK "\n");
}
END_TEST

START_TEST(an_exercise_that_vanished_keeps_its_entry)
{
    host.script = changed("/v3/exercises/aaa1" DETAIL, (struct fake_reply){.status = 404});
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS), AORTA_OK);
    ck_assert_ptr_nonnull(strstr(stored(), "polar.exercises aaa1 0 0 " RUN "\n"));
}
END_TEST

START_TEST(strange_ids_do_not_reach_a_path)
{
    host.script = changed("/v3/exercises", (struct fake_reply)JSON("[{\"id\":\"../users?x\"},{\"x\":1},7]"));
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_WORKOUTS), AORTA_OK);
    ck_assert_uint_eq(asked("/v3/exercises/"), 0);
    ck_assert_uint_eq(host.payloads_committed, 2);
    ck_assert_str_eq(host.payload[0].external_id, "");
}
END_TEST

START_TEST(nothing_there_is_normal)
{
    const struct fake_reply nothing[] = {{.status = 204},
                                         {.status = 404},
                                         {.status = 200},
                                         JSON("[]"),
                                         JSON("null"),
                                         JSON("{}"),
                                         JSON("{\"status\":{\"code\":1}}"),
                                         JSON("[null,1]")};
    for (int i = 0; i < 8; i++) {
        struct page pages[] = {{"/v3/users/sleep", nothing[i]},
                               {"/v3/exercises", nothing[i]},
                               {"/v3/users/nightly-recharge", nothing[i]},
                               {"/v3/users/continuous-heart-rate?from=2026-10-25&to=2026-11-21", nothing[i]},
                               {"/v3/users/activities/?from=2026-10-25&to=2026-11-21", nothing[i]},
                               {"/v3/users/cardio-load/", nothing[i]},
                               {NULL, {.status = 0}}};
        fake_host_next(&host, AORTA_OP_SYNC);
        host.script = pages;
        ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
        ck_assert_uint_eq(host.payloads_committed, 0);
    }
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        int32_t http;
        aorta_status status;
        const char *code;
    } map[] = {
        {401, AORTA_ERR_AUTH_REVOKED, "polar.revoked"},     {403, AORTA_ERR_SCOPE, "polar.consents_missing"},
        {500, AORTA_ERR_UPSTREAM, "polar.answer"},          {408, AORTA_ERR_UPSTREAM, "polar.answer"},
        {302, AORTA_ERR_UPSTREAM_REJECTED, "polar.answer"},
    };
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        fake_host_next(&host, AORTA_OP_SYNC);
        host.script = changed("/v3/users/nightly-recharge", (struct fake_reply){.status = map[i].http});
        ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), map[i].status);
        ck_assert_int_eq(host.failed, map[i].status);
        ck_assert_str_eq(host.fail_code, map[i].code);
    }
}
END_TEST

START_TEST(a_refusal_of_one_list_leaves_the_others)
{
    host.script = changed("/v3/users/nightly-recharge", (struct fake_reply){.status = 400});
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
    ck_assert_uint_eq(host.payloads_committed, 7);
    ck_assert_ptr_nonnull(strstr(host.log.ptr, "400"));
}
END_TEST

START_TEST(an_answer_cut_short_is_tried_again)
{
    host.script = changed("/v3/users/cardio-load/", (struct fake_reply)JSON("[{\"date\":\"2026-11-1"));
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_ERR_UPSTREAM);
    ck_assert_int_eq(host.failed, AORTA_ERR_UPSTREAM);
    fake_host_next(&host, AORTA_OP_SYNC);
    host.script = (void *)(uintptr_t)world;
    ck_assert_int_eq(sync_from(host.cursor, host.cursor_len, AORTA_SYNC_MANUAL, BOTH, 0), AORTA_OK);
    ck_assert_str_eq(stored(), everything);
}
END_TEST

START_TEST(a_spent_budget_says_when)
{
    struct fake_reply reply = {.status = 429,
                               .headers = {{S("ratelimit-usage"), S("120, 5200")},
                                           {S("ratelimit-limit"), S("520, 5100")},
                                           {S("ratelimit-reset"), S("300, 7200")}},
                               .headers_count = 3};
    host.script = changed("/v3/users/sleep", reply);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_ERR_RATE_LIMITED);
    ck_assert_int_eq(host.retry_after_ms, 7200 * 1000); /* the long window is the full one */
    reply.headers[0].value = S("521,4000");
    host.script = changed("/v3/users/sleep", reply);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_ERR_RATE_LIMITED);
    ck_assert_int_eq(host.retry_after_ms, 300 * 1000);
    reply.headers[3] = (aorta_pair){S("retry-after"), S("60")};
    reply.headers_count = 4;
    host.script = changed("/v3/users/sleep", reply);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_ERR_RATE_LIMITED);
    ck_assert_int_eq(host.retry_after_ms, 60 * 1000);
    reply.headers_count = 0;
    host.script = changed("/v3/users/sleep", reply);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_ERR_RATE_LIMITED);
    ck_assert_int_eq(host.retry_after_ms, 0);
}
END_TEST

START_TEST(history_goes_back_a_year_in_windows)
{
    ck_assert_int_eq(fresh(AORTA_SYNC_BACKFILL, BOTH), AORTA_OK);
    ck_assert_uint_eq(asked("continuous-heart-rate?from="), 14);
    ck_assert_uint_eq(asked("activities/?from="), 14);
    ck_assert_uint_eq(asked("continuous-heart-rate?from=2026-10-25&to=2026-11-21"), 1);
    ck_assert_uint_eq(asked("continuous-heart-rate?from=2026-09-27&to=2026-10-24"), 1);
    ck_assert_uint_eq(asked("continuous-heart-rate?from=2025-11-22&to=2025-11-22"), 1);
    ck_assert_uint_eq(asked("/v3/users/cardio-load/period/days/180"), 1);
    unsigned requests = asked("GET ");
    /* a pause in the middle asks for no window twice and for none less */
    teardown();
    setup();
    host.yield_at = 9;
    ck_assert_int_eq(fresh(AORTA_SYNC_BACKFILL, BOTH), AORTA_YIELD);
    fake_host_next(&host, AORTA_OP_SYNC);
    ck_assert_int_eq(sync_from(host.cursor, host.cursor_len, AORTA_SYNC_MANUAL, BOTH, 0), AORTA_OK);
    ck_assert_uint_eq(asked("GET "), requests);
}
END_TEST

START_TEST(samples_of_the_day_are_a_setting)
{
    static const char *const set[] = {"activity_samples", "true", NULL};
    polar()->shutdown(self);
    self = polar_new(set);
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, AORTA_DATA_247), AORTA_OK);
    ck_assert_uint_eq(asked("/activities/?from=2026-10-25&to=2026-11-21&steps=true&activity_zones=true"), 1);
}
END_TEST

START_TEST(a_finished_sync_has_nothing_to_resume)
{
    ck_assert_int_eq(fresh(AORTA_SYNC_MANUAL, BOTH), AORTA_OK);
    unsigned requests = asked("GET ");
    fake_host_next(&host, AORTA_OP_SYNC);
    ck_assert_int_eq(sync_from(host.cursor, host.cursor_len, AORTA_SYNC_MANUAL, BOTH, 0), AORTA_OK);
    ck_assert_uint_eq(asked("GET "), requests);
}
END_TEST

START_TEST(a_cursor_of_another_kind_is_refused)
{
    static const char *const bad[] = {"x", "[]", "{\"step\":99,\"plan\":0}", "{\"step\":1,\"plan\":9}",
                                      "{\"step\":\"a\"}"};
    for (int i = 0; i < 5; i++) {
        fake_host_next(&host, AORTA_OP_SYNC);
        ck_assert_int_eq(sync_from(bad[i], strlen(bad[i]), AORTA_SYNC_MANUAL, BOTH, 0), AORTA_ERR_DATA);
        ck_assert_int_eq(host.failed, AORTA_ERR_DATA);
    }
    ck_assert_str_eq(host.requests.ptr, "");
}
END_TEST

Suite *suite_sync(void)
{
    Suite *s = suite_create("sync");
    TCase *t = tcase_create("sync");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, everything_is_stored_with_the_offset_of_its_day);
    tcase_add_test(t, a_pause_at_each_checkpoint_changes_nothing);
    tcase_add_test(t, a_failure_of_each_call_is_returned_and_loses_nothing);
    tcase_add_test(t, memory_may_end_anywhere);
    tcase_add_test(t, the_kind_of_data_decides_what_is_asked);
    tcase_add_test(t, without_nights_the_workouts_are_asked_for_their_offsets);
    tcase_add_test(t, on_the_day_of_a_clock_change_midnight_and_noon_differ);
    tcase_add_test(t, an_offset_is_remembered_from_sync_to_sync);
    tcase_add_test(t, without_any_offset_none_is_claimed);
    tcase_add_test(t, by_the_clock_only_what_changed_is_fetched);
    tcase_add_test(t, a_route_once_fetched_is_fetched_again);
    tcase_add_test(t, without_wishes_the_list_is_enough);
    tcase_add_test(t, an_exercise_that_vanished_keeps_its_entry);
    tcase_add_test(t, strange_ids_do_not_reach_a_path);
    tcase_add_test(t, nothing_there_is_normal);
    tcase_add_test(t, refusals);
    tcase_add_test(t, a_refusal_of_one_list_leaves_the_others);
    tcase_add_test(t, an_answer_cut_short_is_tried_again);
    tcase_add_test(t, a_spent_budget_says_when);
    tcase_add_test(t, history_goes_back_a_year_in_windows);
    tcase_add_test(t, samples_of_the_day_are_a_setting);
    tcase_add_test(t, a_finished_sync_has_nothing_to_resume);
    tcase_add_test(t, a_cursor_of_another_kind_is_refused);
    suite_add_tcase(s, t);
    return s;
}
