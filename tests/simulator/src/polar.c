/* polar.c - the table of AccessLink's paths, the checks before them, and the pages by date. */
#include "polar.h"

#include "civil.h"
#include "clock.h"
#include "errors.h"
#include "limits.h"
#include "oauth.h"
#include "settings.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_S = 900, LONG_S = 86400, RANGE_DAYS = 28, BACK_DAYS = 365 };

/* ---- rate limit: counted always, enforced when the setting says so ---- */

static void limit_header(struct reply *a, const char *name, long x, long y)
{
    char text[48];
    snprintf(text, sizeof text, "%ld, %ld", x, y);
    reply_header(a, name, text);
}

static bool over_limit(struct reply *a)
{
    long users = polar_registered_count();
    long short_max = setting(SET_POLAR_RATE_SHORT) ? setting(SET_POLAR_RATE_SHORT) : 500 + 20 * users;
    long long_max = setting(SET_POLAR_RATE_LONG) ? setting(SET_POLAR_RATE_LONG) : 5000 + 100 * users;
    long used_short = limits_count(LIMIT_POLAR_SHORT, SHORT_S, 1),
         used_long = limits_count(LIMIT_POLAR_LONG, LONG_S, 1);
    limit_header(a, "RateLimit-Usage", used_short, used_long);
    limit_header(a, "RateLimit-Limit", short_max, long_max);
    limit_header(a, "RateLimit-Reset", limits_reset_in(LIMIT_POLAR_SHORT, SHORT_S),
                 limits_reset_in(LIMIT_POLAR_LONG, LONG_S));
    bool over = used_short > short_max || used_long > long_max;
    if (!over || !setting(SET_POLAR_RATE))
        return false;
    error_status(a, POLAR, 429,
                 limits_reset_in(used_short > short_max ? LIMIT_POLAR_SHORT : LIMIT_POLAR_LONG,
                                 used_short > short_max ? SHORT_S : LONG_S));
    return true;
}

/* ---- records by date ---- */

typedef json_t *record_fn(const struct person *p, int day);

/* How one family of records is asked for. The path parts stand behind /v3/users. */
struct family {
    const char *path;
    record_fn *record;
    const char *list_key;  /* wraps the list; NULL: a plain array */
    int none_status;       /* of one date without data: 404 or 204 */
    bool empty_204;        /* an empty list is 204 */
    bool range_under_date; /* ranges are asked at …/date?from=&to= */
};

static const struct family families[] = {
    {"/continuous-heart-rate", polar_heart_json, "heart_rates", 404, false, false},
    {"/sleep", polar_sleep_json, "nights", 404, false, false},
    {"/nightly-recharge", polar_recharge_json, "recharges", 404, false, false},
    {"/cardio-load", polar_load_json, NULL, 404, false, true},
    {"/sleepwise/alertness", polar_alertness_json, NULL, 204, true, true},
    {"/sleepwise/circadian-bedtime", polar_bedtime_json, NULL, 204, true, true},
    {"/biosensing/skintemperature", polar_skin_json, NULL, 204, true, false},
    {"/biosensing/bodytemperature", polar_body_json, NULL, 204, true, false},
    {"/biosensing/spo2", polar_spo2_json, NULL, 204, true, false},
};

static int today_of(const struct person *p)
{
    return person_day_of(p, clock_now_s());
}

static void bad_dates(struct reply *a, const char *why)
{
    error_polar(a, 400, "bad_request", why);
}

/* from= and to= of the query; without them the last 28 days. False: a 400 is written. */
static bool read_range(const struct req *r, struct reply *a, const struct person *p, int *ret_from, int *ret_to)
{
    const char *from = req_query(r, "from"), *to = req_query(r, "to");
    int today = today_of(p);
    *ret_to = today;
    *ret_from = today - RANGE_DAYS + 1;
    if (from && !civil_parse_date(from, ret_from))
        bad_dates(a, "from is not a date");
    else if (to && !civil_parse_date(to, ret_to))
        bad_dates(a, "to is not a date");
    else if (to && !from)
        bad_dates(a, "from is missing");
    else if (*ret_from > *ret_to)
        bad_dates(a, "from is after to");
    else if (*ret_to - *ret_from > RANGE_DAYS)
        bad_dates(a, "the range is longer than 28 days");
    else if (*ret_from < today - BACK_DAYS)
        bad_dates(a, "from is more than 365 days back");
    else
        return true;
    return false;
}

static void send_list(struct reply *a, const struct family *f, json_t *list)
{
    if (f->empty_204 && json_array_size(list) == 0) {
        json_decref(list);
        reply_empty(a, 204);
    } else if (f->list_key) {
        reply_json(a, 200, json_pack("{s:o}", f->list_key, list));
    } else {
        reply_json(a, 200, list);
    }
}

static void send_days(struct reply *a, const struct family *f, const struct person *p, int from, int to)
{
    json_t *list = json_array();
    for (int day = from; day <= to; day++) {
        json_t *o = f->record(p, day);
        if (o)
            json_array_append_new(list, o);
    }
    send_list(a, f, list);
}

static void send_one(struct reply *a, const struct family *f, const struct person *p, const char *date)
{
    int day;
    if (!civil_parse_date(date, &day)) {
        bad_dates(a, "not a date");
        return;
    }
    json_t *o = f->record(p, day);
    if (o)
        reply_json(a, 200, o);
    else
        reply_empty(a, f->none_status);
}

static void send_available(struct reply *a, const struct person *p)
{
    json_t *list = json_array();
    for (int day = today_of(p) - RANGE_DAYS + 1; day <= today_of(p); day++) {
        struct night n;
        if (!polar_night(p, day, &n))
            continue;
        int64_t end_ms = n.start_ms + (int64_t)n.duration_s * 1000;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "date", civil_date(day).s, "start_time",
                                              civil_iso_ms(n.start_ms, person_offset_min(p, n.start_ms / 1000)).s,
                                              "end_time", civil_iso_ms(end_ms, person_offset_min(p, end_ms / 1000)).s));
    }
    reply_json(a, 200, json_pack("{s:o}", "available", list));
}

/* cardio-load/period/days/7 and …/months/2 */
static void send_period(struct reply *a, const struct family *f, const struct person *p, const char *period)
{
    int n = 0, today = today_of(p);
    if (sscanf(period, "days/%d", &n) == 1 && n >= 1 && n <= 180)
        send_days(a, f, p, today - n + 1, today);
    else if (sscanf(period, "months/%d", &n) == 1 && n >= 1 && n <= 6)
        send_days(a, f, p, today - 30 * n + 1, today);
    else
        bad_dates(a, "period is out of bounds");
}

static void send_family(const struct req *r, struct reply *a, const struct family *f, const struct person *p,
                        const char *rest)
{
    int from, to;
    if (text_starts(rest, "/"))
        rest++;
    if (strcmp(f->path, "/sleep") == 0 && strcmp(rest, "available") == 0)
        send_available(a, p);
    else if (f->record == polar_load_json && text_starts(rest, "period/"))
        send_period(a, f, p, rest + strlen("period/"));
    else if (*rest && !(f->range_under_date && strcmp(rest, "date") == 0))
        send_one(a, f, p, rest);
    else if (read_range(r, a, p, &from, &to))
        send_days(a, f, p, from, to);
}

/* ---- activities: dates, lists and samples in one place ---- */

static void activity_list(const struct req *r, struct reply *a, const struct person *p)
{
    struct polar_wish wish = polar_wish(r);
    json_t *list = json_array();
    int from, to;
    if (read_range(r, a, p, &from, &to)) {
        for (int day = from; day <= to; day++) {
            json_t *o = polar_activity_json(p, day, &wish);
            if (o)
                json_array_append_new(list, o);
        }
        reply_json(a, 200, json_incref(list));
    }
    json_decref(list);
}

static json_t *day_samples(const struct person *p, int day)
{
    struct polar_wish all = {.steps = true, .activity_zones = true, .inactivity = true};
    json_t *whole = polar_activity_json(p, day, &all);
    json_t *samples = json_incref(json_object_get(whole, "samples"));
    json_decref(whole);
    return samples;
}

static void activity_samples(const struct req *r, struct reply *a, const struct person *p, const char *rest)
{
    const struct family f = {"", day_samples, NULL, 204, true, false};
    int from, to;
    if (*rest == '/')
        rest++;
    if (*rest)
        send_one(a, &f, p, rest);
    else if (read_range(r, a, p, &from, &to))
        send_days(a, &f, p, from, to);
}

static void activities(const struct req *r, struct reply *a, const struct person *p, const char *rest)
{
    struct polar_wish wish = polar_wish(r);
    int day;
    if (*rest == '/')
        rest++;
    if (*rest == '\0') {
        activity_list(r, a, p);
    } else if (text_starts(rest, "samples")) {
        activity_samples(r, a, p, rest + strlen("samples"));
    } else if (!civil_parse_date(rest, &day) || day < today_of(p) - BACK_DAYS) {
        bad_dates(a, "not a date of the last 365 days");
    } else {
        json_t *o = polar_activity_json(p, day, &wish);
        if (o)
            reply_json(a, 200, o);
        else
            reply_empty(a, 204);
    }
}

/* ---- users and dispatch ---- */

static void user_call(const struct req *r, struct reply *a, const struct person *p, const char *id)
{
    if (strtoll(id, NULL, 10) != polar_user_id(p))
        reply_empty(a, 403);
    else if (strchr(id, '/'))
        reply_empty(a, 204); /* transactions: never anything new */
    else if (req_is(r, "GET"))
        polar_users_get(a, p);
    else if (req_is(r, "DELETE"))
        polar_users_delete(a, p);
    else
        reply_empty(a, 405);
}

static void exercise_call(const struct req *r, struct reply *a, const struct person *p, const char *rest)
{
    char id[32];
    const char *slash = strchr(rest, '/');
    snprintf(id, sizeof id, "%.*s", (int)(slash ? slash - rest : (long)strlen(rest)), rest);
    if (*rest == '\0')
        polar_exercises(r, a, p);
    else
        polar_exercise(r, a, p, id, slash ? slash + 1 : "");
}

/* 403 for who has not consented and for who was never registered. */
static void data_call(const struct req *r, struct reply *a, const struct person *p, const char *path)
{
    if (!polar_consented(p) || !polar_registered_s(p)) {
        reply_empty(a, 403);
        return;
    }
    if (text_starts(path, "/exercises")) {
        path += strlen("/exercises");
        exercise_call(r, a, p, *path == '/' ? path + 1 : path);
        return;
    }
    path += strlen("/users");
    if (text_starts(path, "/activities")) {
        activities(r, a, p, path + strlen("/activities"));
        return;
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        size_t n = strlen(families[i].path);
        if (strncmp(path, families[i].path, n) == 0 && (path[n] == '\0' || path[n] == '/')) {
            send_family(r, a, &families[i], p, path + n);
            return;
        }
    }
    if (text_starts(path, "/biosensing/"))
        reply_empty(a, 204); /* ECG and skin contacts: never any */
}

static bool authorized(const struct req *r, struct reply *a, struct auth *ret)
{
    char *token = req_bearer(r);
    enum token_result result = token ? tokens_check(POLAR, token, ret) : TOKEN_UNKNOWN;
    if (!token)
        error_no_token(a, POLAR);
    else if (result == TOKEN_EXPIRED)
        error_expired_token(a, POLAR, token);
    else if (result != TOKEN_OK)
        error_bad_token(a, POLAR, token);
    free(token);
    return result == TOKEN_OK;
}

static void bearer_call(const struct req *r, struct reply *a, const char *path)
{
    struct auth auth = {0};
    if (!authorized(r, a, &auth))
        return;
    a->person = auth.person;
    if (over_limit(a))
        return;
    if (strcmp(path, "/users") == 0 && req_is(r, "POST"))
        polar_users_post(r, a, auth.person);
    else if (text_starts(path, "/users/") && path[7] >= '0' && path[7] <= '9')
        user_call(r, a, auth.person, path + 7);
    else if (!req_is(r, "GET"))
        reply_empty(a, 405);
    else if (text_starts(path, "/users/") || text_starts(path, "/exercises"))
        data_call(r, a, auth.person, path);
}

void polar_handle(const struct req *r, struct reply *a)
{
    if (strcmp(r->rest, "/oauth2/authorization") == 0)
        oauth_authorize(r, a);
    else if (strcmp(r->rest, "/v2/oauth2/token") == 0)
        oauth_token(r, a);
    else if (text_starts(r->rest, "/v3/webhooks") || strcmp(r->rest, "/v3/notifications") == 0)
        polar_webhooks(r, a, r->rest + strlen("/v3"));
    else if (text_starts(r->rest, "/v3/"))
        bearer_call(r, a, r->rest + strlen("/v3"));
}
