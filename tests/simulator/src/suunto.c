/* suunto.c - the table of Suunto's paths and the checks before them: subscription key, token, rate. */
#include "suunto.h"

#include "civil.h"
#include "errors.h"
#include "limits.h"
#include "oauth.h"
#include "settings.h"
#include "text.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>

static void apim(struct reply *a, int status, const char *message)
{
    reply_json(a, status, json_pack("{s:i, s:s}", "statusCode", status, "message", message));
}

static bool authorized(const struct req *r, struct reply *a, struct auth *ret)
{
    char *token = req_bearer(r);
    enum token_result result = token ? tokens_check(SUUNTO, token, ret) : TOKEN_UNKNOWN;
    if (!token)
        error_no_token(a, SUUNTO);
    else if (result == TOKEN_EXPIRED)
        error_expired_token(a, SUUNTO, token);
    else if (result != TOKEN_OK)
        error_bad_token(a, SUUNTO, token);
    free(token);
    return result == TOKEN_OK;
}

static bool has_key(const struct req *r, struct reply *a)
{
    const char *key = req_header(r, "Ocp-Apim-Subscription-Key");
    if (!key)
        key = req_query(r, "subscription-key");
    if (!key)
        apim(a, 401,
             "Access denied due to missing subscription key. Make sure to include subscription key when making "
             "requests to an API.");
    else if (strcmp(key, provider_suunto_key) != 0)
        apim(a, 401,
             "Access denied due to invalid subscription key. Make sure to provide a valid key for an active "
             "subscription.");
    else
        return true;
    return false;
}

static bool over_limit(struct reply *a)
{
    enum { WEEK_S = 7 * DAY_S };
    long minute = setting(SET_SUUNTO_RATE_MIN), week = setting(SET_SUUNTO_RATE_WEEK);
    long used_minute = limits_count(LIMIT_SUUNTO_MINUTE, 60, 1), used_week = limits_count(LIMIT_SUUNTO_WEEK, WEEK_S, 1);
    if (week && used_week > week) {
        error_status(a, SUUNTO, 403, limits_reset_in(LIMIT_SUUNTO_WEEK, WEEK_S));
        return true;
    }
    if (!minute || used_minute <= minute)
        return false;
    error_status(a, SUUNTO, 429, limits_reset_in(LIMIT_SUUNTO_MINUTE, 60));
    return true;
}

static void deauthorize(const struct req *r, struct reply *a)
{
    struct auth auth = {0};
    if (!authorized(r, a, &auth))
        return;
    a->person = auth.person;
    if (!text_same(req_query(r, "client_id"), provider_client[SUUNTO].id)) {
        error_oauth(a, 400, "invalid_client", "client_id is missing or unknown");
        return;
    }
    tokens_revoke_grant(auth.grant);
    reply_empty(a, 200);
}

static void data_call(const struct req *r, struct reply *a, const struct person *p)
{
    const char *path = r->rest;
    if (strcmp(path, "/v3/workouts/") == 0 || strcmp(path, "/v3/workouts") == 0 || strcmp(path, "/v2/workouts") == 0)
        suunto_workouts(r, a, p);
    else if (text_starts(path, "/v3/workouts/") && !strchr(path + 13, '/'))
        suunto_workout(r, a, p, path + 13);
    else if (text_starts(path, "/v2/workouts/") && !strchr(path + 13, '/'))
        suunto_workout(r, a, p, path + 13);
    else if (strcmp(path, "/247samples/daily-activity-statistics") == 0 ||
             strcmp(path, "/247/daily-activity-statistics") == 0)
        suunto_statistics(r, a, p);
    else if (text_starts(path, "/247samples/"))
        suunto_samples(r, a, p, path + strlen("/247samples/"));
}

static void api_call(const struct req *r, struct reply *a)
{
    struct auth auth = {0};
    apim(a, 401, "Access denied"); /* what an operation outside the product answers */
    if (!has_key(r, a) || !authorized(r, a, &auth))
        return;
    a->person = auth.person;
    if (over_limit(a))
        return;
    if (req_is(r, "GET"))
        data_call(r, a, auth.person);
}

void suunto_handle(const struct req *r, struct reply *a)
{
    if (strcmp(r->rest, "/oauth/authorize") == 0)
        oauth_authorize(r, a);
    else if (strcmp(r->rest, "/oauth/token") == 0)
        oauth_token(r, a);
    else if (strcmp(r->rest, "/oauth/deauthorize") == 0)
        deauthorize(r, a);
    else
        api_call(r, a);
}
