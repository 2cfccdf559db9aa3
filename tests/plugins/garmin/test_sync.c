/* The walk of a sync: pull tokens first, then history asked for and waited for; pings; the walk back through history.
 */
#include "garmin_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE                                                                                                           \
    {                                                                                                                  \
        NULL, 0, NULL, 0                                                                                               \
    }
#define BACKFILL        "https://apis.garmin.com/wellness-api/rest/backfill/"
#define ALL_PERMISSIONS "ACTIVITY_EXPORT HEALTH_EXPORT HISTORICAL_DATA_EXPORT"
#define HOUR            INT64_C(3600)
#define DAY             (24 * HOUR)

static const int64_t from = NOW_S - DAY, to = NOW_S;

/* A gateway that wants three types, and a user who permits everything. */
static void begin(struct garmin_host *h, const struct row *rows)
{
    garmin_host_init(h, AORTA_OP_SYNC, "summary_types", "activities, dailies,sleeps", NULL);
    garmin_host_scope(h, ALL_PERMISSIONS);
    h->rows = rows;
}

static aorta_status sync_day(struct garmin_host *h)
{
    return garmin_host_range(h, from, to, AORTA_DATA_WORKOUTS | AORTA_DATA_247);
}

static aorta_status resume(struct garmin_host *h, const char *events)
{
    return garmin_host_sync(h, AORTA_SYNC_RESUMED, 1, events);
}

/* ---- a range, by backfill ---- */

START_TEST(asks_and_waits)
{
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities sleeps dailies");
    ck_assert_int_eq(h.wake_at_us, NOW_US + 300 * US_PER_S);
    ck_assert_uint_eq(garmin_host_requests(&h), 3);
    ck_assert(garmin_host_asked(&h, "GET " BACKFILL "dailies?summaryStartTimeInSeconds=1795176000"
                                    "&summaryEndTimeInSeconds=1795262400 +auth\n"));
    ck_assert_uint_eq(h.fake.payloads, 0);
    /* one came: a little while for the others */
    h.fake.now_us += 10 * US_PER_S;
    ck_assert_int_eq(resume(&h, "dailies,dailies,hrv"), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities sleeps");
    ck_assert_int_eq(h.wake_at_us, h.fake.now_us + 5 * US_PER_S);
    /* a second does not put the end off */
    h.fake.now_us += 2 * US_PER_S;
    ck_assert_int_eq(resume(&h, "activities"), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "sleeps");
    ck_assert_int_eq(h.wake_at_us, h.fake.now_us + 3 * US_PER_S);
    ck_assert_int_eq(resume(&h, "sleeps"), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 0);
    ck_assert_uint_eq(garmin_host_requests(&h), 3);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(the_rest_may_have_no_data)
{
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_int_eq(resume(&h, "sleeps"), AORTA_PENDING);
    h.fake.now_us += 5 * US_PER_S;
    ck_assert_int_eq(resume(&h, ""), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 0);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(nothing_comes)
{
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    h.fake.now_us += 299 * US_PER_S;
    ck_assert_int_eq(resume(&h, NULL), AORTA_PENDING);
    ck_assert_int_eq(h.wake_at_us, NOW_US + 300 * US_PER_S);
    h.fake.now_us += US_PER_S;
    ck_assert_int_eq(resume(&h, NULL), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 1);
    ck_assert_ptr_nonnull(strstr(h.warning, "300 s"));
    garmin_host_fini(&h);
}
END_TEST

START_TEST(only_what_is_wanted)
{
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(garmin_host_range(&h, from, to, AORTA_DATA_WORKOUTS), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities");
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(garmin_host_range(&h, from, to, AORTA_DATA_247), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "sleeps dailies");
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    garmin_host_scope(&h, "HEALTH_EXPORT HISTORICAL_DATA_EXPORT");
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "sleeps dailies");
    ck_assert_int_eq(garmin_host_range(&h, from, to, AORTA_DATA_WORKOUTS), AORTA_ERR_SCOPE);
    ck_assert_str_eq(h.fake.fail_code, "garmin.permission_missing");
    garmin_host_fini(&h);
}
END_TEST

START_TEST(ranges_and_the_clock)
{
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(garmin_host_range(&h, NOW_S - HOUR, NOW_S + 3 * HOUR, AORTA_DATA_WORKOUTS), AORTA_PENDING);
    ck_assert(garmin_host_asked(&h, "summaryEndTimeInSeconds=1795262400 "));
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(garmin_host_range(&h, NOW_S + 60, NOW_S + HOUR, 0), AORTA_OK); /* clocks differ a little */
    ck_assert_int_eq(garmin_host_range(&h, NOW_S + HOUR, NOW_S + 2 * HOUR, 0), AORTA_ERR_INVALID_PARAM);
    ck_assert_str_eq(h.fake.fail_code, "garmin.time_range.future");
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_MANUAL, 0, NULL), AORTA_ERR_INVALID_PARAM);
    ck_assert_str_eq(h.fake.fail_message, "Missing time range parameters");
    ck_assert_str_eq(h.fake.fail_code, "garmin.time_range.missing");
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    garmin_host_fini(&h);
}
END_TEST

static void no_history(struct garmin_host *h)
{
    ck_assert_str_eq(h->fake.fail_code, "garmin.historical_data_missing");
    ck_assert_int_eq(strncmp(h->fake.fail_message, "InvalidPullTokenException", 25), 0);
}

START_TEST(history_is_not_permitted)
{
    static const struct row denied[] = {
        {"backfill", 412, "{\"errorMessage\":\"Access denied for consumer required HISTORICAL_DATA_EXPORT\"}", 0},
        NONE};
    static const struct row forbidden[] = {{"backfill", 403, "", 0}, NONE};
    static const struct row gone[] = {{"backfill", 403, "{\"errorMessage\":\"User has withdrawn the consent\"}", 0},
                                      NONE};
    struct garmin_host h;
    begin(&h, NULL);
    garmin_host_scope(&h, "ACTIVITY_EXPORT HEALTH_EXPORT");
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_SCOPE);
    no_history(&h);
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    garmin_host_scope(&h, ""); /* not known: Garmin says */
    h.rows = denied;
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_SCOPE);
    no_history(&h);
    ck_assert_uint_eq(garmin_host_requests(&h), 1);
    h.rows = forbidden;
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_SCOPE);
    no_history(&h);
    h.rows = gone;
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_AUTH_REVOKED);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(types_that_are_off)
{
    static const struct row some[] = {
        {"backfill/activities", 412, "{\"errorMessage\":\"Access denied for consumer required ACTIVITY_EXPORT\"}", 0},
        {"backfill/sleeps", 400, "{\"errorMessage\":\"Endpoint not enabled for summary type: SLEEPS\"}", 0},
        NONE};
    static const struct row all[] = {{"backfill", 400, "{\"errorMessage\":\"Endpoint not enabled for …\"}", 0}, NONE};
    static const struct row odd[] = {{"backfill", 400, "{\"errorMessage\":\"something else\"}", 0}, NONE};
    struct garmin_host h;
    begin(&h, some);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "dailies");
    garmin_host_next(&h, AORTA_OP_SYNC, all);
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_SCOPE);
    ck_assert_str_eq(h.fake.fail_code, "garmin.permission_missing");
    garmin_host_next(&h, AORTA_OP_SYNC, odd);
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_UPSTREAM_REJECTED);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(before_the_history)
{
    static const struct row inside[] = {
        {"summaryStartTimeInSeconds=1795176000", 400,
         "{\"errorMessage\":\"start 2026-11-20T12:00:00Z before min start time of 2026-11-21T00:00:00Z\"}", 0},
        NONE};
    static const struct row after[] = {
        {"backfill", 400, "{\"errorMessage\":\"start X before min start time of 2026-11-21T11:59:30Z\"}", 0}, NONE};
    struct garmin_host h;
    begin(&h, inside);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities sleeps dailies");
    ck_assert(garmin_host_asked(&h, "sleeps?summaryStartTimeInSeconds=1795219260&summaryEndTimeInSeconds=1795262400"));
    ck_assert_uint_eq(h.warnings, 1);
    garmin_host_next(&h, AORTA_OP_SYNC, after);
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_INVALID_PARAM);
    ck_assert_str_eq(h.fake.fail_code, "garmin.history_limit");
    garmin_host_fini(&h);
}
END_TEST

START_TEST(asked_before)
{
    static const struct row again[] = {{"backfill", 409, "{\"errorMessage\":\"already requested\"}", 0}, NONE};
    struct garmin_host h;
    begin(&h, again);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING); /* by somebody, some time: what came of it is not known */
    ck_assert_str_eq(h.waits.ptr, "activities sleeps dailies");
    ck_assert_int_eq(resume(&h, "activities,dailies,sleeps"), AORTA_OK);
    garmin_host_next(&h, AORTA_OP_SYNC, again);
    ck_assert_int_eq(sync_day(&h), AORTA_OK); /* now it is: nothing will come again, and that is said */
    ck_assert_uint_eq(garmin_host_requests(&h), 3);
    ck_assert_uint_eq(h.warnings, 1);
    ck_assert_ptr_nonnull(strstr(h.warning, "unchanged"));
    garmin_host_next(&h, AORTA_OP_SYNC, again);
    ck_assert_int_eq(garmin_host_range(&h, from + HOUR, to - HOUR, 0), AORTA_OK); /* a part of it */
    ck_assert_uint_eq(h.warnings, 1);
    garmin_host_next(&h, AORTA_OP_SYNC, again);
    ck_assert_int_eq(garmin_host_range(&h, from - HOUR, to - HOUR, 0), AORTA_PENDING); /* more than it */
    ck_assert_uint_eq(h.warnings, 0);
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING); /* granted anew, after a new consent say: it comes again */
    ck_assert_uint_eq(h.warnings, 0);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(tried_again_from_where_it_was)
{
    static const struct row busy[] = {{"backfill/sleeps", 429, "", 0}, NONE};
    static const struct row down[] = {{"backfill/dailies", 0, NULL, AORTA_ERR_UPSTREAM_TIMEOUT}, NONE};
    struct garmin_host h;
    begin(&h, busy);
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_RATE_LIMITED);
    ck_assert_uint_eq(garmin_host_requests(&h), 2);
    garmin_host_next(&h, AORTA_OP_SYNC, down);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_MANUAL, 1, NULL), AORTA_ERR_UPSTREAM_TIMEOUT);
    ck_assert(!garmin_host_asked(&h, "activities"));
    ck_assert_uint_eq(garmin_host_requests(&h), 2);
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_MANUAL, 1, NULL), AORTA_PENDING);
    ck_assert_uint_eq(garmin_host_requests(&h), 1);
    ck_assert_str_eq(h.waits.ptr, "activities sleeps dailies");
    garmin_host_fini(&h);
}
END_TEST

/* ---- pull tokens ---- */

#define PING(type, start, end, token)                                                                                  \
    "{\"type\":\"" type "\",\"url\":\"https://apis.garmin.com/wellness-api/rest/" type                                 \
    "?uploadStartTimeInSeconds=" start "&uploadEndTimeInSeconds=" end "&token=" token "\"}"

static aorta_status notified(struct garmin_host *h, int go_on, const char *hint)
{
    return garmin_host_sync(h, AORTA_SYNC_NOTIFIED, go_on, hint);
}

START_TEST(a_ping_is_fetched)
{
    static const struct row rows[] = {
        {"rest/dailies", 200, "[{\"userId\":\"u\"}]", 0}, {"rest/sleeps", 200, " [ ] ", 0}, NONE};
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(notified(&h, 0,
                              PING("dailies", "1795260000", "1795260060", "p%2F1") "\n" PING("sleeps", "1795260000",
                                                                                             "1795260060", "p2")),
                     AORTA_OK);
    ck_assert(garmin_host_asked(
        &h, "dailies?uploadStartTimeInSeconds=1795260000&uploadEndTimeInSeconds=1795260060&token=p%2F1 +auth\n"));
    ck_assert_uint_eq(h.fake.payloads_committed, 1); /* the other was empty */
    ck_assert_str_eq(h.fake.payload[0].kind, "garmin.dailies");
    ck_assert_str_eq(h.fake.payload[0].data, "[{\"userId\":\"u\"}]");
    ck_assert_uint_eq(h.fake.checkpoints, 2);
    ck_assert_str_eq(h.fake.cursor, "{\"lines\":2}");
    ck_assert_ptr_null(strstr(h.fake.log.ptr, "p%2F1"));
    garmin_host_fini(&h);
}
END_TEST

START_TEST(pings_go_on_after_a_failure)
{
    static const struct row rows[] = {{"rest/sleeps", 503, "", 0}, {"rest/", 200, "[{}]", 0}, NONE};
    static const struct row healthy[] = {{"rest/", 200, "[{}]", 0}, NONE};
    static const char *const hint = PING("dailies", "1", "2", "a") "\n" PING("sleeps", "1", "2", "b") "\n";
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(notified(&h, 0, hint), AORTA_ERR_UPSTREAM);
    garmin_host_next(&h, AORTA_OP_SYNC, healthy);
    ck_assert_int_eq(notified(&h, 1, hint), AORTA_OK);
    ck_assert_uint_eq(garmin_host_requests(&h), 1);
    ck_assert_uint_eq(h.fake.payloads_committed, 2);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(a_ping_to_elsewhere)
{
    static const char *const hints[] = {
        "{\"type\":\"dailies\",\"url\":\"https://apis.garmin.com.evil.test/rest/dailies?token=x\"}",
        "{\"type\":\"dailies\",\"url\":\"http://apis.garmin.com/rest/dailies?token=x\"}",
        "{\"type\":\"dailies\",\"url\":\"https://apis.garmin.com:8443/rest/dailies?token=x\"}",
        "{\"type\":\"dailies\",\"url\":\"https://apis.garmin.com@evil.test/\"}",
        "{\"type\":\"dailies\",\"url\":\"https://u:p@apis.garmin.com/\"}",
        "{\"type\":\"dailies\",\"url\":\"//apis.garmin.com/\"}",
        "{\"type\":\"dailies\"}",
        "{\"url\":\"https://apis.garmin.com/\"}",
        "nonsense",
    };
    struct garmin_host h;
    begin(&h, NULL);
    for (size_t i = 0; i < AORTA_COUNT(hints); i++) {
        garmin_host_next(&h, AORTA_OP_SYNC, NULL);
        ck_assert_int_eq(notified(&h, 0, hints[i]), AORTA_OK);
        ck_assert_uint_eq(garmin_host_requests(&h), 0);
    }
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(notified(&h, 0, "{\"type\":\"dailies\",\"url\":\"HTTPS://APIS.garmin.com:443/rest/dailies\"}"),
                     AORTA_ERR_UPSTREAM_REJECTED);
    ck_assert_uint_eq(garmin_host_requests(&h), 1);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(a_ping_that_came_too_late)
{
    static const struct row rows[] = {{"rest/", 400, "{\"errorMessage\":\"InvalidPullTokenException failure\"}", 0},
                                      NONE};
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(notified(&h, 0, PING("dailies", "1", "2", "a")), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 1);
    ck_assert_uint_eq(h.fake.payloads, 0);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(a_ping_of_a_new_type)
{
    static const struct row rows[] = {{"rest/novelty", 200, "[{\"userId\":\"u\",\"userAccessToken\":\"t\"}]", 0}, NONE};
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(notified(&h, 0, PING("novelty", "1", "2", "a")), AORTA_OK);
    ck_assert_str_eq(h.fake.payload[0].kind, "garmin.unknown");
    ck_assert_str_eq(h.fake.payload[0].data, "{\"novelty\":[{\"userId\":\"u\"}]}");
    garmin_host_fini(&h);
}
END_TEST

START_TEST(a_big_answer_comes_in_pieces)
{
    enum { ITEMS = 30, LEN = 400000 };
    char *body = malloc(ITEMS * (LEN + 16) + 8), *p = body;
    ck_assert_ptr_nonnull(body);
    for (int i = 0; i < ITEMS; i++) {
        p += sprintf(p, "%s{\"n\":%2d,\"s\":\"", i ? "," : "[", i);
        memset(p, 'x', LEN);
        p += LEN;
        p += sprintf(p, "\"}");
    }
    strcpy(p, "]");
    const struct row rows[] = {{"rest/", 200, body, 0}, NONE};
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(notified(&h, 0, PING("activityDetails", "1", "2", "a")), AORTA_OK);
    ck_assert_uint_eq(h.fake.payloads, 3); /* ten items and a bit fit into 4 MiB */
    ck_assert_str_eq(h.fake.payload[1].kind, "garmin.activityDetails");
    ck_assert_int_eq(strncmp(h.fake.payload[1].data, "{\"activityDetails\":[{\"n\":10,", 28), 0);
    garmin_host_next(&h, AORTA_OP_SYNC, rows);
    ck_assert_int_eq(notified(&h, 0, PING("epochs", "1", "2", "a")), AORTA_OK);
    ck_assert_uint_eq(h.fake.payloads, 4); /* the entries of a slot must meet */
    garmin_host_fini(&h);
    free(body);
}
END_TEST

START_TEST(a_token_at_hand)
{
    static const struct row rows[] = {{"rest/dailies", 200, "[{}]", 0}, {"rest/activities", 200, "[{}]", 0}, NONE};
    static const struct row ended[] = {{"token=", 400, "{\"errorMessage\":\"InvalidPullTokenException failure\"}", 0},
                                       NONE};
    struct garmin_host h;
    begin(&h, rows);
    /* the first covers the range, the second does not */
    ck_assert_int_eq(notified(&h, 0,
                              PING("dailies", "1795176000", "1795262400", "big") "\n" PING("activities", "1795176001",
                                                                                           "1795262400", "small")),
                     AORTA_OK);
    garmin_host_next(&h, AORTA_OP_SYNC, rows);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert(garmin_host_asked(
        &h, "rest/dailies?uploadStartTimeInSeconds=1795176000&uploadEndTimeInSeconds=1795262400&token=big +auth"));
    ck_assert_str_eq(h.waits.ptr, "activities sleeps");
    ck_assert(!garmin_host_asked(&h, "token=small"));
    ck_assert(!garmin_host_asked(&h, "backfill/dailies"));
    /* it has ended: forgotten, and history is asked for */
    garmin_host_next(&h, AORTA_OP_SYNC, ended);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities sleeps dailies");
    garmin_host_next(&h, AORTA_OP_SYNC, ended);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert(!garmin_host_asked(&h, "token="));
    garmin_host_fini(&h);
}
END_TEST

START_TEST(only_tokens_and_no_history)
{
    static const struct row rows[] = {{"rest/dailies", 200, "[{}]", 0}, NONE};
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(notified(&h, 0, PING("dailies", "1795176000", "1795262400", "big")), AORTA_OK);
    garmin_host_scope(&h, "ACTIVITY_EXPORT HEALTH_EXPORT");
    garmin_host_next(&h, AORTA_OP_SYNC, rows);
    ck_assert_int_eq(sync_day(&h), AORTA_OK); /* something came: a warning is enough */
    ck_assert_uint_eq(h.warnings, 1);
    ck_assert_ptr_nonnull(strstr(h.warning, "Historical Data"));
    garmin_host_fini(&h);
}
END_TEST

START_TEST(tokens_are_remembered_newest_first)
{
    struct garmin_host h;
    struct garmin_pull found;
    begin(&h, NULL);
    for (int i = 0; i < 20; i++) {
        char token[16];
        snprintf(token, sizeof(token), "t%d", i);
        const struct garmin_pull pull = {sdk_str(token), 1000 + i, 2000 + i};
        ck_assert_int_eq(garmin_pull_remember(&h.fake.ctx, GARMIN_dailies, &pull), AORTA_OK);
    }
    ck_assert_int_eq(garmin_pull_find(&h.fake.ctx, GARMIN_dailies, 1500, 1600, &found), AORTA_OK);
    ck_assert(sdk_str_eq(found.token, "t19"));
    ck_assert_int_eq(garmin_pull_find(&h.fake.ctx, GARMIN_dailies, 1012, 1600, &found), AORTA_OK);
    ck_assert(sdk_str_eq(found.token, "t12"));
    ck_assert_int_eq(garmin_pull_find(&h.fake.ctx, GARMIN_dailies, 1011, 1600, &found),
                     AORTA_ERR_NOT_FOUND); /* eight are kept */
    ck_assert_int_eq(garmin_pull_find(&h.fake.ctx, GARMIN_sleeps, 1500, 1600, &found), AORTA_ERR_NOT_FOUND);
    ck_assert_int_eq(garmin_pull_forget(&h.fake.ctx, GARMIN_dailies, AORTA_S("t19")), AORTA_OK);
    ck_assert_int_eq(garmin_pull_find(&h.fake.ctx, GARMIN_dailies, 1500, 1600, &found), AORTA_OK);
    ck_assert(sdk_str_eq(found.token, "t18"));
    garmin_host_fini(&h);
}
END_TEST

/* ---- the portal's token ---- */

static void begin_portal(struct garmin_host *h, const struct row *rows)
{
    garmin_host_init(h, AORTA_OP_SYNC, "summary_types", "activities,manuallyUpdatedActivities,dailies", "pull_token",
                     "portal/1", NULL);
    garmin_host_scope(h, ALL_PERMISSIONS);
    h->rows = rows;
}

START_TEST(the_portals_token)
{
    static const struct row rows[] = {{"token=portal%2F1", 200, "[{}]", 0}, NONE};
    struct garmin_host h;
    begin_portal(&h, rows);
    ck_assert_int_eq(sync_day(&h), AORTA_OK);
    ck_assert_uint_eq(garmin_host_requests(&h), 3);
    ck_assert_uint_eq(h.fake.payloads_committed, 3);
    ck_assert(garmin_host_asked(&h, "rest/"
                                    "manuallyUpdatedActivities?uploadStartTimeInSeconds=1795176000&"
                                    "uploadEndTimeInSeconds=1795262400&token=portal%2F1"));
    /* an older range: what was measured then was uploaded within a day after it */
    garmin_host_next(&h, AORTA_OP_SYNC, rows);
    ck_assert_int_eq(garmin_host_range(&h, NOW_S - 5 * DAY, NOW_S - 4 * DAY, AORTA_DATA_247), AORTA_OK);
    ck_assert_uint_eq(garmin_host_requests(&h), 2);
    ck_assert(garmin_host_asked(&h, "uploadStartTimeInSeconds=1794916800&uploadEndTimeInSeconds=1795003200"));
    ck_assert(garmin_host_asked(&h, "uploadStartTimeInSeconds=1794830400&uploadEndTimeInSeconds=1794916800"));
    garmin_host_fini(&h);
}
END_TEST

START_TEST(the_portals_token_has_ended)
{
    static const struct row rows[] = {{"token=", 400, "{\"errorMessage\":\"InvalidPullTokenException failure\"}", 0},
                                      NONE};
    struct garmin_host h;
    begin_portal(&h, rows);
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities dailies"); /* edits have no history */
    ck_assert_uint_eq(garmin_host_requests(&h), 3);      /* the token was tried once */
    ck_assert_uint_eq(h.warnings, 1);
    garmin_host_next(&h, AORTA_OP_SYNC, rows);
    garmin_host_scope(&h, "ACTIVITY_EXPORT HEALTH_EXPORT");
    ck_assert_int_eq(sync_day(&h), AORTA_ERR_SCOPE);
    no_history(&h);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(by_the_clock)
{
    static const struct row rows[] = {{"rest/dailies", 412, "", 0}, {"token=portal%2F1", 200, "[{}]", 0}, NONE};
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_SCHEDULED, 0, NULL), AORTA_OK); /* no token: nothing to ask */
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    garmin_host_fini(&h);
    begin_portal(&h, rows);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_SCHEDULED, 0, NULL), AORTA_OK);
    ck_assert_uint_eq(garmin_host_requests(&h), 3);
    ck_assert_uint_eq(h.fake.payloads_committed, 2);
    garmin_host_next(&h, AORTA_OP_SYNC, rows);
    h.fake.now_us += 2 * HOUR * US_PER_S;
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_SCHEDULED, 0, NULL), AORTA_OK);
    ck_assert(garmin_host_asked(&h, "uploadStartTimeInSeconds=1795262400&uploadEndTimeInSeconds=1795269600"));
    garmin_host_fini(&h);
}
END_TEST

/* ---- history ---- */

/* Rounds until the walk ends; each type that was asked for comes at once. */
static unsigned walk_back(struct garmin_host *h, aorta_status *ret)
{
    unsigned rounds = 1;
    *ret = garmin_host_sync(h, AORTA_SYNC_BACKFILL, 0, NULL);
    while (*ret == AORTA_PENDING) {
        char events[512];
        ck_assert_uint_le(rounds++, 100);
        snprintf(events, sizeof(events), "%s", h->waits.ptr);
        for (char *p = events; *p; p++)
            if (*p == ' ')
                *p = ',';
        fake_host_next(&h->fake, AORTA_OP_SYNC);
        *ret = resume(h, events);
    }
    return rounds;
}

START_TEST(back_to_the_beginning)
{
    struct garmin_host h;
    aorta_status st;
    garmin_host_init(&h, AORTA_OP_SYNC, "summary_types", "activities,dailies,sleeps", "history_days", "100", NULL);
    garmin_host_scope(&h, ALL_PERMISSIONS);
    /* activities: 30 + 30 + 30 + 10 days; the others: 90 + 10; the last call finds nothing left */
    ck_assert_uint_eq(walk_back(&h, &st), 7);
    ck_assert_int_eq(st, AORTA_OK);
    ck_assert_uint_eq(garmin_host_requests(&h), 4 + 2 * 2);
    ck_assert(
        garmin_host_asked(&h, "activities?summaryStartTimeInSeconds=1792670400&summaryEndTimeInSeconds=1795262400"));
    ck_assert(
        garmin_host_asked(&h, "activities?summaryStartTimeInSeconds=1786622400&summaryEndTimeInSeconds=1787486400"));
    ck_assert(garmin_host_asked(&h, "dailies?summaryStartTimeInSeconds=1787486400&summaryEndTimeInSeconds=1795262400"));
    ck_assert(garmin_host_asked(&h, "sleeps?summaryStartTimeInSeconds=1786622400&summaryEndTimeInSeconds=1787486400"));
    /* and a sync of a day in it needs no waiting */
    static const struct row again[] = {{"backfill", 409, "", 0}, NONE};
    garmin_host_next(&h, AORTA_OP_SYNC, again);
    ck_assert_int_eq(garmin_host_range(&h, NOW_S - 50 * DAY, NOW_S - 49 * DAY, 0), AORTA_OK);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(until_garmins_history_begins)
{
    static const struct row rows[] = {
        {"summaryStartTimeInSeconds=1792713600", 202, "", 0}, /* 2026-10-23: a month */
        {"summaryStartTimeInSeconds=1792713660", 202, "", 0},
        {"backfill", 400, "{\"errorMessage\":\"start X before min start time of 2026-10-23T00:00:00Z\"}", 0},
        NONE};
    struct garmin_host h;
    aorta_status st;
    begin(&h, rows);
    ck_assert_uint_eq(walk_back(&h, &st), 3);
    ck_assert_int_eq(st, AORTA_OK);
    ck_assert_uint_eq(garmin_host_requests(&h), 6); /* each type refused once, then from the beginning */
    ck_assert_uint_eq(h.warnings, 0);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(history_that_may_not_be_had)
{
    static const struct row denied[] = {
        {"backfill", 412, "{\"errorMessage\":\"Access denied for consumer required HISTORICAL_DATA_EXPORT\"}", 0},
        NONE};
    struct garmin_host h;
    begin(&h, denied);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_BACKFILL, 0, NULL),
                     AORTA_OK); /* the switch is off for most users */
    ck_assert_uint_eq(h.warnings, 1);
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    garmin_host_scope(&h, "HEALTH_EXPORT");
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_BACKFILL, 0, NULL), AORTA_OK);
    ck_assert_uint_eq(h.warnings, 1);
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(a_window_without_data)
{
    struct garmin_host h;
    begin(&h, NULL);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_BACKFILL, 0, NULL), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "activities");
    h.fake.now_us += 300 * US_PER_S;
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(resume(&h, NULL), AORTA_PENDING);
    ck_assert_str_eq(h.waits.ptr, "sleeps dailies");
    ck_assert_uint_eq(h.warnings, 0);
    ck_assert_uint_eq(garmin_host_requests(&h), 2);
    garmin_host_fini(&h);
}
END_TEST

/* ---- conduct ---- */

START_TEST(gives_way)
{
    struct garmin_host h;
    begin(&h, NULL);
    h.fake.yield_at = 1;
    ck_assert_int_eq(sync_day(&h), AORTA_YIELD);
    ck_assert_str_eq(h.waits.ptr, "");
    garmin_host_next(&h, AORTA_OP_SYNC, NULL);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_MANUAL, 1, NULL), AORTA_PENDING);
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    ck_assert_str_eq(h.waits.ptr, "activities sleeps dailies");
    garmin_host_fini(&h);
}
END_TEST

START_TEST(oauth_1_connections_sign)
{
    struct garmin_host h;
    begin(&h, NULL);
    garmin_host_oauth1(&h, "at-1", "ats/1");
    ck_assert_int_eq(sync_day(&h), AORTA_PENDING);
    ck_assert(!garmin_host_asked(&h, "+auth"));
    ck_assert(garmin_host_asked(&h, "Authorization: OAuth oauth_consumer_key=\"gateway-1\""));
    ck_assert(garmin_host_asked(&h, "oauth_token=\"at-1\""));
    garmin_host_fini(&h);
}
END_TEST

START_TEST(a_cursor_of_nobody)
{
    struct garmin_host h;
    begin(&h, NULL);
    const aorta_sync_req req = {
        .struct_size = sizeof(req), .mode = AORTA_SYNC_RESUMED, .cursor = {(const uint8_t *)"{\"kind\":\"x\"}", 12}};
    ck_assert_int_eq(h.plugin->ops->sync(h.self, &h.fake.ctx, &req), AORTA_ERR_INTERNAL);
    ck_assert_int_eq(garmin_host_sync(&h, AORTA_SYNC_RESUMED, 0, ""), AORTA_ERR_UNSUPPORTED);
    garmin_host_fini(&h);
}
END_TEST

/* Each effect fails once: sync returns what the host said and does nothing more. */
static void fails_at(unsigned n, aorta_status with, int *done)
{
    static const struct row rows[] = {{"token=portal%2F1", 200, "[{}]", 0}, NONE};
    struct garmin_host h;
    begin_portal(&h, rows);
    h.fake.call_fail_at = n;
    h.fake.call_fail_with = with;
    aorta_status st = sync_day(&h);
    *done = h.fake.calls < n;
    ck_assert_int_eq(st, *done ? AORTA_OK : with);
    if (!*done)
        ck_assert_uint_eq(h.fake.calls, n);
    garmin_host_fini(&h);
}

START_TEST(each_effect_fails_once)
{
    static const aorta_status all[] = {AORTA_ERR_CANCELLED, AORTA_ERR_DEADLINE, AORTA_ERR_BUSY};
    for (size_t i = 0; i < AORTA_COUNT(all); i++) {
        int done = 0;
        for (unsigned n = 1; !done; n++) {
            ck_assert_uint_lt(n, 60);
            fails_at(n, all[i], &done);
        }
    }
}
END_TEST

START_TEST(memory_runs_out)
{
    int done = 0;
    for (unsigned n = 1; !done; n++) {
        static const struct row rows[] = {{"token=portal%2F1", 200, "[{\"userAccessToken\":\"x\"}]", 0}, NONE};
        struct garmin_host h;
        begin_portal(&h, rows);
        h.fake.alloc_fail_at = n;
        aorta_status st = sync_day(&h);
        done = h.fake.allocs < n;
        ck_assert_int_eq(st, done ? AORTA_OK : AORTA_ERR_NOMEM);
        ck_assert_uint_lt(n, 500);
        garmin_host_fini(&h);
    }
}
END_TEST

Suite *sync_suite(void)
{
    Suite *s = suite_create("garmin sync");
    TCase *c = tcase_create("range");
    tcase_add_test(c, asks_and_waits);
    tcase_add_test(c, the_rest_may_have_no_data);
    tcase_add_test(c, nothing_comes);
    tcase_add_test(c, only_what_is_wanted);
    tcase_add_test(c, ranges_and_the_clock);
    tcase_add_test(c, history_is_not_permitted);
    tcase_add_test(c, types_that_are_off);
    tcase_add_test(c, before_the_history);
    tcase_add_test(c, asked_before);
    tcase_add_test(c, tried_again_from_where_it_was);
    suite_add_tcase(s, c);
    c = tcase_create("tokens");
    tcase_add_test(c, a_ping_is_fetched);
    tcase_add_test(c, pings_go_on_after_a_failure);
    tcase_add_test(c, a_ping_to_elsewhere);
    tcase_add_test(c, a_ping_that_came_too_late);
    tcase_add_test(c, a_ping_of_a_new_type);
    tcase_add_test(c, a_big_answer_comes_in_pieces);
    tcase_add_test(c, a_token_at_hand);
    tcase_add_test(c, only_tokens_and_no_history);
    tcase_add_test(c, tokens_are_remembered_newest_first);
    tcase_add_test(c, the_portals_token);
    tcase_add_test(c, the_portals_token_has_ended);
    tcase_add_test(c, by_the_clock);
    suite_add_tcase(s, c);
    c = tcase_create("history");
    tcase_add_test(c, back_to_the_beginning);
    tcase_add_test(c, until_garmins_history_begins);
    tcase_add_test(c, history_that_may_not_be_had);
    tcase_add_test(c, a_window_without_data);
    suite_add_tcase(s, c);
    c = tcase_create("conduct");
    tcase_add_test(c, gives_way);
    tcase_add_test(c, oauth_1_connections_sign);
    tcase_add_test(c, a_cursor_of_nobody);
    tcase_add_test(c, each_effect_fails_once);
    tcase_add_test(c, memory_runs_out);
    suite_add_tcase(s, c);
    return s;
}
