/* Who is calling, and whether they may: decided by headers alone, before a byte of the body is read.
 *
 * A route asks for a key's scope, for a developer, or for the phone of the user in its path; route.h says which flag is
 * which. A developer's token stands for a key of every scope. Where a token is of no use, a key beside it still is.
 */
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "http/check.h"
#include "http/inside.h"

#define KEY_HEADER "X-Open-Wearables-API-Key"

static const struct scope_name {
    uint32_t scope;
    const char *name;
} scope_names[] = {{GW_SCOPE_READ, "read"}, {GW_SCOPE_WRITE, "write"}, {GW_SCOPE_ADMIN, "admin"}};

static const char *scope_name(uint32_t scope)
{
    for (size_t i = 0; i < sizeof(scope_names) / sizeof(scope_names[0]); i++)
        if (scope_names[i].scope == scope)
            return scope_names[i].name;
    return "?";
}

struct gw_str gw_bearer_of(const char *authorization)
{
    struct gw_str text = {NULL, 0};

    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
        return text;
    text = gw_str(authorization + 7 + strspn(authorization + 7, " "));
    while (text.len > 0 && text.ptr[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* ---- what was shown ---- */

struct shown {
    struct gw_str bearer; /* "" = none */
    const char *key;      /* NULL = none */
    struct gw_caller token_of;
    struct gw_err why; /* the token is of no use */
};

static enum gw_code look_at(const struct gw_http_request *request, struct shown *ret, struct gw_err *err)
{
    const char *key = gw_request_header(request, KEY_HEADER);
    enum gw_code code = GW_OK;

    ret->key = key && key[0] ? key : NULL;
    ret->bearer = gw_bearer_of(gw_request_header(request, "Authorization"));
    if (ret->bearer.len)
        code = gw_auth_bearer(request->http->options.auth, ret->bearer, &ret->token_of, &ret->why);
    if (code == GW_OK || code == GW_UNAUTHENTICATED)
        return GW_OK;
    *err = ret->why;
    return code;
}

/* Why a token of no use is of no use. */
static enum gw_code refuse(const struct shown *shown, const char *needed, struct gw_err *err)
{
    if (shown->bearer.len > 3 && memcmp(shown->bearer.ptr, "sk-", 3) == 0)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.wrong_header",
                            "An API key is not a Bearer token: send it in the header " KEY_HEADER ".");
    if (shown->token_of.kind == GW_CALLER_SDK)
        return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.sdk_token", "SDK tokens cannot access this endpoint");
    if (strcmp(shown->why.wire, "auth.token_expired") == 0) {
        *err = shown->why;
        return GW_UNAUTHENTICATED;
    }
    return gw_fail(err, GW_UNAUTHENTICATED, "%s", needed);
}

/* ---- the rules ---- */

static enum gw_code by_key(struct gw_http_request *request, const char *key, struct gw_err *err)
{
    uint32_t scope = request->match.route->scope;
    enum gw_code code = gw_auth_key(request->http->options.auth, gw_str(key), &request->caller, err);

    if (code != GW_OK)
        return code;
    if ((request->caller.scopes & scope) != scope)
        return gw_fail(err, GW_FORBIDDEN, "This API key does not have the scope %s.", scope_name(scope));
    return GW_OK;
}

static enum gw_code key_or_developer(struct gw_http_request *request, const struct shown *shown, struct gw_err *err)
{
    if (shown->token_of.kind == GW_CALLER_DEVELOPER) {
        request->caller = shown->token_of;
        return GW_OK;
    }
    if (shown->key)
        return by_key(request, shown->key, err);
    return refuse(shown, "Authentication required: provide JWT token or API key (header " KEY_HEADER ").", err);
}

static enum gw_code developer(struct gw_http_request *request, const struct shown *shown, struct gw_err *err)
{
    if (shown->token_of.kind != GW_CALLER_DEVELOPER)
        return refuse(shown, "Could not validate credentials", err);
    request->caller = shown->token_of;
    return GW_OK;
}

static bool is_own_path(const struct gw_http_request *request, struct gw_uuid user)
{
    struct gw_uuid named;

    for (size_t i = 0; i < request->match.params_count; i++)
        if (gw_str_is(request->match.names[i], "user_id"))
            return gw_check_uuid(request->match.values[i], &named) && gw_uuid_eq(named, user);
    return false;
}

static enum gw_code phone_or_key(struct gw_http_request *request, const struct shown *shown, struct gw_err *err)
{
    if (shown->token_of.kind == GW_CALLER_SDK) {
        if (!is_own_path(request, shown->token_of.id))
            return gw_fail_wire(err, GW_FORBIDDEN, "auth.other_user", "Token does not match user_id");
        request->caller = shown->token_of;
        return GW_OK;
    }
    if (shown->key)
        return by_key(request, shown->key, err);
    return refuse(shown, "Authentication required: provide SDK token or API key", err);
}

/* ---- the step ---- */

_Static_assert(sizeof("developer:") + GW_UUID_TEXT <= sizeof(((struct gw_http_request *)NULL)->caller_text),
               "every caller's text fits");

static void note_caller(struct gw_http_request *request)
{
    char *end = stpcpy(request->caller_text, gw_caller_kind_name(request->caller.kind));

    *end = ':';
    gw_uuid_text(request->caller.id, end + 1);
    gw_log_context("caller", request->caller_text);
}

enum gw_code gw_step_auth(struct gw_http_request *request, struct gw_err *err)
{
    const struct gw_route *route = request->match.route;
    struct shown shown = {0};
    enum gw_code code;

    if (gw_route_is_public(route))
        return GW_OK;
    code = look_at(request, &shown, err);
    if (code != GW_OK)
        return code;
    if (route->flags & GW_ROUTE_DEVELOPER)
        code = developer(request, &shown, err);
    else if (route->flags & GW_ROUTE_SDK)
        code = phone_or_key(request, &shown, err);
    else
        code = key_or_developer(request, &shown, err);
    if (code == GW_OK)
        note_caller(request);
    else if (code == GW_UNAUTHENTICATED)
        gw_reply_header(request, "WWW-Authenticate",
                        route->flags & GW_ROUTE_DEVELOPER ? "Bearer"
                                                          : "ApiKey realm=\"aorta\", header=\"" KEY_HEADER "\"");
    return code;
}

enum gw_code gw_request_developer(struct gw_http_request *request, struct gw_err *err)
{
    struct shown shown = {0};
    enum gw_code code = look_at(request, &shown, err);

    if (code == GW_OK)
        code = developer(request, &shown, err);
    if (code == GW_OK)
        note_caller(request);
    else if (code == GW_UNAUTHENTICATED)
        gw_reply_header(request, "WWW-Authenticate", "Bearer");
    return code;
}
