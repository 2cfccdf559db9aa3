/* The user's consent, the token, and the registration that Polar wants before it gives any data. There is no
 * PKCE and no refresh in AccessLink v3: a token works until the user or we end it. */
#include "polar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MEMBER_ID_TRIES 3

/* ---- authorize ---- */

aorta_status polar_authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    const struct polar *p = self;
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "response_type", AORTA_S("code"));
    sdk_query_add(ctx, &q, "client_id", p->client_id);
    sdk_query_add(ctx, &q, "redirect_uri", req->redirect_uri);
    sdk_query_add(ctx, &q, "scope", req->scope.len ? req->scope : p->scope);
    sdk_query_add(ctx, &q, "state", req->state);
    aorta_authorize_result result = {.struct_size = sizeof(result), .url = sdk_url(ctx, p->authorize_url, "", &q)};
    if (!result.url.ptr)
        return AORTA_ERR_NOMEM;
    return ctx->host->authorize_done(ctx, &result);
}

/* ---- callback: what the browser brought ---- */

static const struct {
    const char *error;
    aorta_status status;
    const char *code, *message;
} refusals[] = {
    {"access_denied", AORTA_ERR_DENIED, "polar.denied", "the user did not give consent at Polar"},
    {"invalid_scope", AORTA_ERR_CONFIG, "polar.scope_refused", "Polar does not know the scope that was asked for"},
    {"unauthorized_client", AORTA_ERR_CONFIG, "polar.client_refused", "Polar refuses this client"},
    {"invalid_client", AORTA_ERR_CONFIG, "polar.client_refused", "Polar refuses this client"},
    {"server_error", AORTA_ERR_UPSTREAM, "polar.consent_failed", "Polar's consent page failed"},
    {"temporarily_unavailable", AORTA_ERR_UPSTREAM, "polar.consent_failed", "Polar's consent page failed"},
};

static aorta_status refused(aorta_ctx *ctx, aorta_str error)
{
    for (uint32_t i = 0; i < AORTA_COUNT(refusals); i++)
        if (sdk_str_eq(error, refusals[i].error))
            return sdk_fail(ctx, refusals[i].status, refusals[i].code, "%s", refusals[i].message);
    return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "polar.consent_failed", "Polar ended the consent with an error");
}

/* ---- callback: the code becomes a token ---- */

struct grant {
    aorta_str access_token, token_type, user_id;
};

static aorta_status token_refused(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    if (resp->status == 401)
        return sdk_fail(ctx, AORTA_ERR_CONFIG, "polar.client_refused",
                        "Polar does not accept the client id and secret");
    if (resp->status == 400)
        return sdk_fail(ctx, AORTA_ERR_STATE, "polar.code_refused",
                        "Polar does not accept the code: it is old, used already, or of another redirect address");
    return sdk_http_failure(ctx, resp, "polar.token", "the exchange of the code");
}

static aorta_status read_grant(aorta_ctx *ctx, const aorta_http_resp *resp, struct grant *ret)
{
    sdk_json doc;
    if (sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &doc) != AORTA_OK)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM, "polar.token", "Polar's token answer cannot be read");
    int64_t user = sdk_json_int(sdk_json_get(doc, "x_user_id"), 0);
    *ret = (struct grant){.access_token = sdk_json_str(sdk_json_get(doc, "access_token")),
                          .token_type = sdk_json_str(sdk_json_get(doc, "token_type"))};
    if (user <= 0 || ret->access_token.len == 0)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "polar.token",
                        "Polar's token answer has no token or no user id");
    ret->user_id = sdk_format(ctx, "%" PRId64, user);
    return ret->user_id.ptr ? AORTA_OK : AORTA_ERR_NOMEM;
}

static aorta_status exchange(const struct polar *p, aorta_ctx *ctx, const aorta_callback_req *req, aorta_str code,
                             struct grant *ret)
{
    sdk_query form = {0};
    sdk_query_add(ctx, &form, "grant_type", AORTA_S("authorization_code"));
    sdk_query_add(ctx, &form, "code", code);
    sdk_query_add(ctx, &form, "redirect_uri", req->redirect_uri);
    const aorta_pair headers[] = {
        {AORTA_S("authorization"), sdk_basic_auth(ctx, p->client_id, p->client_secret)},
        {AORTA_S("content-type"), AORTA_S("application/x-www-form-urlencoded")},
        {AORTA_S("accept"), AORTA_S("application/json;charset=UTF-8")},
    };
    const aorta_http_req post = {
        .struct_size = sizeof(post),
        .flags = AORTA_HTTP_NO_RETRY, /* a code works once */
        .method = "POST",
        .url = p->token_url,
        .headers = headers,
        .headers_count = AORTA_COUNT(headers),
        .body = sdk_form(&form),
    };
    if (!headers[0].value.ptr || !post.body.ptr)
        return AORTA_ERR_NOMEM;
    const aorta_http_resp *resp;
    aorta_status st = ctx->host->http(ctx, &post, &resp);
    if (st != AORTA_OK)
        return st;
    return resp->status == 200 ? read_grant(ctx, resp, ret) : token_refused(ctx, resp);
}

/* ---- calls in the user's name: callback and revoke hold the token themselves ---- */

static aorta_status user_call(const struct polar *p, aorta_ctx *ctx, const char *method, const char *path,
                              aorta_str token, aorta_str body, const aorta_http_resp **ret)
{
    const aorta_pair headers[] = {
        {AORTA_S("authorization"), sdk_bearer_auth(ctx, token)},
        {AORTA_S("accept"), AORTA_S("application/json")},
        {AORTA_S("content-type"), AORTA_S("application/json")},
    };
    const aorta_http_req req = {
        .struct_size = sizeof(req),
        .flags = AORTA_HTTP_IDEMPOTENT, /* a registration that comes twice is answered 409, which is understood */
        .method = method,
        .url = sdk_url(ctx, p->api_url, path, NULL),
        .headers = headers,
        .headers_count = body.len ? 3 : 2,
        .body = {(const uint8_t *)body.ptr, body.len},
    };
    if (!headers[0].value.ptr || !req.url.ptr)
        return AORTA_ERR_NOMEM;
    return ctx->host->http(ctx, &req, ret);
}

static aorta_status user_path(aorta_ctx *ctx, aorta_str user_id, const char **ret)
{
    *ret = sdk_format(ctx, "/v3/users/%.*s", (int)user_id.len, user_id.ptr).ptr;
    return *ret ? AORTA_OK : AORTA_ERR_NOMEM;
}

/* ---- callback: registration ---- */

/* Random, and new for each connection: Polar refuses a member-id that it has seen with another of its users,
 * and our own user's id would be seen twice when somebody connects two accounts one after the other. */
static aorta_status member_body(aorta_ctx *ctx, aorta_str *ret)
{
    uint8_t random[16];
    aorta_str id;
    aorta_status st = ctx->host->random(ctx, random, sizeof(random));
    if (st == AORTA_OK)
        st = ctx->host->encode(ctx, AORTA_CODEC_HEX, random, sizeof(random), &id);
    if (st != AORTA_OK)
        return st;
    *ret = sdk_format(ctx, "{\"member-id\":\"aorta-%.*s\"}", (int)id.len, id.ptr);
    return ret->ptr ? AORTA_OK : AORTA_ERR_NOMEM;
}

static aorta_status registration_refused(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    if (resp->status == 403)
        return sdk_fail(ctx, AORTA_ERR_SCOPE, "polar.consents_missing",
                        "the user has not accepted all consents that Polar requires: they do so in their Polar account "
                        "settings and connect again");
    if (resp->status == 204)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "polar.registration", "Polar does not know this user");
    return sdk_http_failure(ctx, resp, "polar.registration", "the registration of the user");
}

/* 409 says either "this user is yours already" or "this member-id is another user's"; only asking tells. */
static aorta_status is_registered(const struct polar *p, aorta_ctx *ctx, const struct grant *g, int *ret)
{
    const aorta_http_resp *resp;
    const char *path;
    aorta_status st = user_path(ctx, g->user_id, &path);
    if (st == AORTA_OK)
        st = user_call(p, ctx, "GET", path, g->access_token, (aorta_str){NULL, 0}, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status >= 500 || resp->status == 429 || resp->status == 403)
        return registration_refused(ctx, resp);
    *ret = resp->status == 200;
    return AORTA_OK;
}

static aorta_status register_user(const struct polar *p, aorta_ctx *ctx, const struct grant *g)
{
    for (int i = 0; i < MEMBER_ID_TRIES; i++) {
        const aorta_http_resp *resp;
        aorta_str body;
        aorta_status st = member_body(ctx, &body);
        if (st == AORTA_OK)
            st = user_call(p, ctx, "POST", "/v3/users", g->access_token, body, &resp);
        if (st != AORTA_OK)
            return st;
        if (resp->status == 200 || resp->status == 201)
            return AORTA_OK;
        if (resp->status != 409)
            return registration_refused(ctx, resp);
        int registered = 0;
        st = is_registered(p, ctx, g, &registered);
        if (st != AORTA_OK || registered)
            return st;
    }
    return sdk_fail(ctx, AORTA_ERR_CONFLICT, "polar.registration", "Polar refuses to register this user");
}

aorta_status polar_callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    const struct polar *p = self;
    struct grant g;
    aorta_str error = sdk_pair(req->query, req->query_count, "error");
    aorta_str code = sdk_pair(req->query, req->query_count, "code");
    if (error.len)
        return refused(ctx, error);
    if (code.len == 0)
        return sdk_fail_field(ctx, AORTA_ERR_INVALID_PARAM, "polar.no_code", "code",
                              "Polar sent the user back without a code");
    aorta_status st = exchange(p, ctx, req, code, &g);
    if (st == AORTA_OK)
        st = register_user(p, ctx, &g);
    if (st != AORTA_OK)
        return st;
    /* expires_in is left at 0: Polar names a year, but the token goes on working and nothing could renew it
     */
    const aorta_credentials credentials = {.struct_size = sizeof(credentials),
                                           .provider_user_id = g.user_id,
                                           .access_token = g.access_token,
                                           .token_type = g.token_type,
                                           .scope = p->scope};
    return ctx->host->callback_done(ctx, &credentials);
}

/* ---- revoke: deregistration ends the token too ---- */

aorta_status polar_revoke(void *self, aorta_ctx *ctx)
{
    const struct polar *p = self;
    const aorta_http_resp *resp;
    const char *path;
    aorta_status st = user_path(ctx, ctx->conn->provider_user_id, &path);
    if (st == AORTA_OK)
        st = user_call(p, ctx, "DELETE", path, ctx->conn->access_token, (aorta_str){NULL, 0}, &resp);
    if (st != AORTA_OK)
        return st;
    switch (resp->status) {
    case 200:
    case 204:
    case 401: /* the token is dead: the user was here before us */
    case 404:
        return AORTA_OK;
    default:
        return sdk_http_failure(ctx, resp, "polar.deregistration", "the deregistration of the user");
    }
}
