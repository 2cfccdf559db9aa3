/* garmin.c - the table of Garmin's paths and the checks before them. */
#include "garmin.h"

#include "errors.h"
#include "garmin_send.h"
#include "garmin_watch.h"
#include "oauth.h"
#include "oauth1.h"
#include "settings.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* ---- who is asking: a Bearer token or an OAuth 1.0a signature ---- */

static enum token_result check_bearer(const struct req *r, struct reply *a, struct auth *ret)
{
    char *token = req_bearer(r);
    enum token_result result = token ? tokens_check(GARMIN, token, ret) : TOKEN_UNKNOWN;
    if (!token)
        error_no_token(a, GARMIN);
    else if (result == TOKEN_EXPIRED)
        error_expired_token(a, GARMIN, token);
    else if (result == TOKEN_REVOKED)
        error_garmin(a, 403, "User has withdrawn the consent");
    else if (result != TOKEN_OK)
        error_garmin(a, 401, "Unable to read oAuth header");
    free(token);
    return result;
}

static bool authorized(const struct req *r, struct reply *a, struct auth *ret)
{
    bool ok = oauth1_present(r) ? oauth1_check(r, a, ret) : check_bearer(r, a, ret) == TOKEN_OK;
    if (ret->person)
        a->person = ret->person;
    return ok;
}

/* ---- the user ---- */

static void user_id(const struct req *r, struct reply *a, const struct auth *who)
{
    (void)r;
    garmin_watch_seen(who->person);
    reply_json(a, 200, json_pack("{s:s}", "userId", garmin_user_id(who->person).s));
}

static json_t *permissions_object(const struct auth *who)
{
    return json_pack("{s:s, s:s, s:o, s:I}", "userId", garmin_user_id(who->person).s, "summaryId", "permissions",
                     "permissions", perm_list(who->perms), "changeTimeInSeconds",
                     (json_int_t)tokens_first_connected_s(GARMIN, who->person));
}

static void permissions(const struct req *r, struct reply *a, const struct auth *who)
{
    garmin_watch_seen(who->person);
    if (text_starts(r->rest, "/partner-gateway") || setting(SET_GARMIN_ID_SHAPE))
        reply_json(a, 200, permissions_object(who));
    else
        reply_json(a, 200, perm_list(who->perms));
}

static void deregister(const struct req *r, struct reply *a, const struct auth *who)
{
    (void)r;
    tokens_revoke(GARMIN, who->person->name);
    garmin_watch_forget(who->person);
    garmin_send_event("deregistrations", json_pack("{s:s}", "userId", garmin_user_id(who->person).s));
    reply_empty(a, 204);
}

static void file(const struct req *r, struct reply *a, const struct auth *who)
{
    garmin_pull_file(r, a, who);
}

/* An application that goes over to OAuth 2.0 signs this with the old token and gets new ones. */
static void exchange(const struct req *r, struct reply *a, const struct auth *who)
{
    struct issued t = {0};
    if (!oauth1_present(r))
        error_garmin(a, 401, "Unable to read oAuth header");
    else if (tokens_migrate(who->grant, &t))
        oauth_send_tokens(r, a, &t);
    issued_fini(&t);
}

typedef void call_fn(const struct req *r, struct reply *a, const struct auth *who);

static const struct {
    const char *method, *path;
    call_fn *run;
} calls[] = {
    {"GET", "/wellness-api/rest/user/id", user_id},
    {"GET", "/partner-gateway/rest/user/id", user_id},
    {"GET", "/wellness-api/rest/user/permissions", permissions},
    {"GET", "/partner-gateway/rest/user/permissions", permissions},
    {"DELETE", "/wellness-api/rest/user/registration", deregister},
    {"DELETE", "/partner-gateway/rest/user/registration", deregister},
    {"POST", "/partner-gateway/rest/user/token-exchange", exchange},
    {"GET", "/wellness-api/rest/activityFile", file},
};

static bool named_call(const struct req *r, struct reply *a, const struct auth *who)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(calls[i].path, r->rest) != 0)
            continue;
        if (req_is(r, calls[i].method))
            calls[i].run(r, a, who);
        else
            reply_empty(a, 405);
        return true;
    }
    return false;
}

static void summary_call(const struct req *r, struct reply *a, const struct auth *who, const char *name)
{
    bool backfill = text_starts(name, "backfill/");
    name += backfill ? strlen("backfill/") : 0;
    for (int t = 0; t < G_TYPES; t++) {
        const char *path = backfill ? garmin_rows[t].backfill : garmin_rows[t].path;
        if (!path || strcmp(path, name) != 0)
            continue;
        if (!req_is(r, "GET"))
            reply_empty(a, 405);
        else if (backfill)
            garmin_backfill(r, a, who, (enum garmin_type)t);
        else
            garmin_pull_get(r, a, who, (enum garmin_type)t);
        return;
    }
    error_garmin(a, 404, "Not found");
}

static void api_call(const struct req *r, struct reply *a)
{
    struct auth who = {0};
    if (!authorized(r, a, &who) || named_call(r, a, &who))
        return;
    if (text_starts(r->rest, "/wellness-api/rest/"))
        summary_call(r, a, &who, r->rest + strlen("/wellness-api/rest/"));
    else
        error_garmin(a, 404, "Not found");
}

void garmin_handle(const struct req *r, struct reply *a)
{
    if (strcmp(r->rest, "/oauth2Confirm") == 0 || strcmp(r->rest, "/partner/oauth2Confirm") == 0)
        oauth_authorize(r, a);
    else if (strcmp(r->rest, "/di-oauth2-service/oauth/token") == 0)
        oauth_token(r, a);
    else if (strcmp(r->rest, "/oauth-service/oauth/request_token") == 0)
        oauth1_request_token(r, a);
    else if (strcmp(r->rest, "/oauthConfirm") == 0)
        oauth1_confirm(r, a);
    else if (strcmp(r->rest, "/oauth-service/oauth/access_token") == 0)
        oauth1_access_token(r, a);
    else
        api_call(r, a);
}
