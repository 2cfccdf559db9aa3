/* OAuth 2 with PKCE: consent page, code exchange, refresh. Garmin takes the client's credentials in the form
 * only. */
#include "garmin.h"

/* Tokens end early for us: Garmin asks to stay ten minutes away from the end. */
#define EARLY_S 600

aorta_status garmin_oauth2_authorize(const struct garmin *g, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    aorta_str verifier, challenge;
    aorta_status st = sdk_pkce(ctx, &verifier, &challenge);
    if (st == AORTA_OK)
        st = ctx->host->state_put(ctx, AORTA_STATE_FLOW, "verifier", 8, verifier.ptr, verifier.len, 0);
    if (st != AORTA_OK)
        return st;
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "response_type", AORTA_S("code"));
    sdk_query_add(ctx, &q, "client_id", g->client_id);
    sdk_query_add(ctx, &q, "code_challenge", challenge);
    sdk_query_add(ctx, &q, "code_challenge_method", AORTA_S("S256"));
    sdk_query_add(ctx, &q, "redirect_uri", req->redirect_uri);
    sdk_query_add(ctx, &q, "state", req->state);
    aorta_authorize_result result = {.struct_size = sizeof(result), .url = sdk_url(ctx, g->authorize_url, NULL, &q)};
    if (!result.url.ptr)
        return AORTA_ERR_NOMEM;
    return ctx->host->authorize_done(ctx, &result);
}

/* ---- the token endpoint ---- */

static aorta_status post_form(const struct garmin *g, aorta_ctx *ctx, sdk_query *q, const aorta_http_resp **ret)
{
    aorta_pair headers[] = {{AORTA_S("Accept"), AORTA_S("application/json")},
                            {AORTA_S("Content-Type"), AORTA_S("application/x-www-form-urlencoded")}};
    sdk_query_add(ctx, q, "client_id", g->client_id);
    sdk_query_add(ctx, q, "client_secret", g->client_secret);
    aorta_http_req req = {
        .struct_size = sizeof(req),
        .flags = AORTA_HTTP_NO_RETRY, /* codes and refresh tokens are good for one use */
        .method = "POST",
        .url = g->token_url,
        .headers = headers,
        .headers_count = AORTA_COUNT(headers),
        .body = sdk_form(q),
    };
    return q->failed ? AORTA_ERR_NOMEM : ctx->host->http(ctx, &req, ret);
}

/* The `error` of an OAuth error answer, or empty. */
static aorta_str oauth_error(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    sdk_json answer;
    if (sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &answer) != AORTA_OK)
        return (aorta_str){NULL, 0};
    return sdk_json_str(sdk_json_get(answer, "error"));
}

/* What a refusal of the token endpoint means; `gone` is what invalid_grant means here. */
static aorta_status token_refused(aorta_ctx *ctx, const aorta_http_resp *resp, const aorta_error *gone)
{
    if (resp->status == 400 || resp->status == 401) {
        aorta_str error = oauth_error(ctx, resp);
        if (sdk_str_eq(error, "invalid_grant"))
            return ctx->host->fail(ctx, gone);
        if (sdk_str_eq(error, "invalid_client") || sdk_str_eq(error, "unauthorized_client"))
            return sdk_fail(ctx, AORTA_ERR_CONFIG, "garmin.client_refused",
                            "Garmin does not accept this deployment's client id and secret");
        return ctx->host->fail(ctx, &(aorta_error){.struct_size = sizeof(aorta_error),
                                                   .status = AORTA_ERR_UPSTREAM_REJECTED,
                                                   .code = "garmin.token",
                                                   .message = AORTA_S("Garmin refused the token request"),
                                                   .upstream_status = resp->status});
    }
    return sdk_http_failure(ctx, resp, "garmin.token", "the token request");
}

aorta_status garmin_oauth2_tokens(aorta_ctx *ctx, const aorta_http_resp *resp, aorta_credentials *ret)
{
    sdk_json answer;
    *ret = (aorta_credentials){.struct_size = sizeof(*ret)};
    if (sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &answer) == AORTA_OK)
        ret->access_token = sdk_json_str(sdk_json_get(answer, "access_token"));
    if (!ret->access_token.len)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM, "garmin.token", "Garmin's token answer holds no access token");
    ret->refresh_token = sdk_json_str(sdk_json_get(answer, "refresh_token"));
    ret->token_type = AORTA_S("bearer");
    int64_t life = sdk_json_int(sdk_json_get(answer, "expires_in"), 0);
    if (life > 2 * EARLY_S)
        ret->expires_in_s = life - EARLY_S;
    else if (life > 0)
        ret->expires_in_s = life / 2 + 1;
    return AORTA_OK;
}

/* ---- callback ---- */

/* The consent page came back with something else than a code. */
static aorta_status no_code(aorta_ctx *ctx, aorta_str error)
{
    if (sdk_str_eq(error, "access_denied"))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "garmin.denied", "the user did not agree at Garmin");
    if (error.len)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "garmin.consent", "Garmin ended the consent with an error");
    return sdk_fail(ctx, AORTA_ERR_INVALID_PARAM, "garmin.code_missing", "the callback carries no code");
}

static aorta_status exchange(const struct garmin *g, aorta_ctx *ctx, const aorta_callback_req *req, aorta_str code,
                             aorta_credentials *ret)
{
    aorta_bytes verifier;
    const aorta_http_resp *resp;
    if (ctx->host->state_get(ctx, AORTA_STATE_FLOW, "verifier", 8, &verifier) != AORTA_OK)
        return sdk_fail(ctx, AORTA_ERR_STATE, "garmin.flow_unknown",
                        "this consent was not begun here, or too long ago");
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "grant_type", AORTA_S("authorization_code"));
    sdk_query_add(ctx, &q, "code", code);
    sdk_query_add(ctx, &q, "code_verifier", (aorta_str){(const char *)verifier.ptr, verifier.len});
    sdk_query_add(ctx, &q, "redirect_uri", req->redirect_uri);
    aorta_status st = post_form(g, ctx, &q, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status != 200) {
        const aorta_error gone = {.struct_size = sizeof(gone),
                                  .status = AORTA_ERR_STATE,
                                  .code = "garmin.code_refused",
                                  .message = AORTA_S("Garmin does not accept the code; begin the consent again"),
                                  .upstream_status = resp->status};
        return token_refused(ctx, resp, &gone);
    }
    return garmin_oauth2_tokens(ctx, resp, ret);
}

aorta_status garmin_oauth2_callback(const struct garmin *g, aorta_ctx *ctx, const aorta_callback_req *req)
{
    aorta_str code = sdk_pair(req->query, req->query_count, "code");
    aorta_credentials got;
    if (!code.len)
        return no_code(ctx, sdk_pair(req->query, req->query_count, "error"));
    aorta_status st = exchange(g, ctx, req, code, &got);
    if (st != AORTA_OK)
        return st;
    struct garmin_grant grant = {got.access_token, {NULL, 0}};
    st = garmin_identify(g, ctx, &grant, &got.provider_user_id, &got.scope);
    return st == AORTA_OK ? ctx->host->callback_done(ctx, &got) : st;
}

/* ---- refresh ---- */

/* An OAuth 1 connection, after the deployment went over to OAuth 2: Garmin exchanges the old token for new
 * ones. */
static aorta_status migrate(const struct garmin *g, aorta_ctx *ctx, const struct garmin_grant *grant)
{
    if (g->oauth_version != 2)
        return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, "garmin.oauth1_refresh", "an OAuth 1 token has no end to put off");
    const aorta_http_resp *resp;
    struct garmin_call call = {.method = "POST",
                               .url = sdk_url(ctx, g->api_url, "/partner-gateway/rest/user/token-exchange", NULL),
                               .grant = grant};
    aorta_status st = garmin_request(g, ctx, &call, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status != 200)
        return garmin_refused(ctx, resp, "garmin.token_exchange", "the exchange of an OAuth 1 token");
    aorta_credentials got;
    st = garmin_oauth2_tokens(ctx, resp, &got);
    if (st != AORTA_OK)
        return st;
    /* takes the place of the token secret */
    aorta_field extra = {AORTA_S("migrated_from"), {.type = AORTA_TYPE_STRING, .u.s = AORTA_S("oauth1")}};
    got.extra = &extra;
    got.extra_count = 1;
    return ctx->host->callback_done(ctx, &got);
}

static aorta_status refresh(void *self, aorta_ctx *ctx)
{
    const struct garmin *g = self;
    const aorta_http_resp *resp;
    struct garmin_grant grant;
    if (garmin_grant_of(ctx->conn, &grant))
        return migrate(g, ctx, &grant);
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "grant_type", AORTA_S("refresh_token"));
    sdk_query_add(ctx, &q, "refresh_token", ctx->conn->refresh_token);
    aorta_status st = post_form(g, ctx, &q, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status != 200) {
        const aorta_error gone = {.struct_size = sizeof(gone),
                                  .status = AORTA_ERR_AUTH_REVOKED,
                                  .code = "garmin.grant_revoked",
                                  .message = AORTA_S("the user's grant at Garmin has ended"),
                                  .upstream_status = resp->status};
        return token_refused(ctx, resp, &gone);
    }
    aorta_credentials got;
    st = garmin_oauth2_tokens(ctx, resp, &got);
    return st == AORTA_OK ? ctx->host->callback_done(ctx, &got) : st;
}

const aorta_refresh_ext garmin_refresh = {.struct_size = sizeof(aorta_refresh_ext), .refresh = refresh};
