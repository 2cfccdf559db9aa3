/* OAuth 2 with PKCE: consent page, code exchange, refresh. Garmin takes the client's credentials in the form
 * only. */
#include "garmin.h"

/* Tokens end early for us: Garmin asks to stay ten minutes away from the end. */
#define EARLY_S 600

aorta_status garmin_oauth2_authorize(const struct garmin *g, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "response_type", AORTA_S("code"));
    sdk_query_add(ctx, &q, "client_id", g->client_id);
    aorta_status st = sdk_pkce_ask(ctx, &q);
    if (st != AORTA_OK)
        return st;
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
    sdk_query_add(ctx, q, "client_id", g->client_id);
    sdk_query_add(ctx, q, "client_secret", g->client_secret);
    return sdk_token_post(ctx, g->token_url, NULL, q, ret);
}

/* The code or refresh token of the request is not good, or no longer. */
static int invalid_grant(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    return (resp->status == 400 || resp->status == 401) && sdk_str_eq(sdk_oauth_error(ctx, resp), "invalid_grant");
}

/* What any other refusal of the token endpoint means. */
static aorta_status token_refused(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    if (resp->status != 400 && resp->status != 401)
        return sdk_http_failure(ctx, resp, "garmin.token", "the token request");
    aorta_str error = sdk_oauth_error(ctx, resp);
    if (sdk_str_eq(error, "invalid_client") || sdk_str_eq(error, "unauthorized_client"))
        return sdk_fail(ctx, AORTA_ERR_CONFIG, "garmin.client_refused",
                        "Garmin does not accept this deployment's client id and secret");
    return sdk_fail_answer(ctx, AORTA_ERR_UPSTREAM_REJECTED, "garmin.token", resp, "Garmin refused the token request");
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
    const aorta_http_resp *resp;
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "grant_type", AORTA_S("authorization_code"));
    sdk_query_add(ctx, &q, "code", code);
    aorta_status st = sdk_pkce_answer(ctx, &q);
    if (st == AORTA_ERR_NOT_FOUND)
        return sdk_fail(ctx, AORTA_ERR_STATE, "garmin.flow_unknown",
                        "this consent was not begun here, or too long ago");
    sdk_query_add(ctx, &q, "redirect_uri", req->redirect_uri);
    if (st == AORTA_OK)
        st = post_form(g, ctx, &q, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status == 200)
        return garmin_oauth2_tokens(ctx, resp, ret);
    if (invalid_grant(ctx, resp))
        return sdk_fail_answer(ctx, AORTA_ERR_STATE, "garmin.code_refused", resp,
                               "Garmin does not accept the code; begin the consent again");
    return token_refused(ctx, resp);
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
    if (resp->status != 200 && invalid_grant(ctx, resp))
        return sdk_fail_answer(ctx, AORTA_ERR_AUTH_REVOKED, "garmin.grant_revoked", resp,
                               "the user's grant at Garmin has ended");
    if (resp->status != 200)
        return token_refused(ctx, resp);
    aorta_credentials got;
    st = garmin_oauth2_tokens(ctx, resp, &got);
    return st == AORTA_OK ? ctx->host->callback_done(ctx, &got) : st;
}

const aorta_refresh_ext garmin_refresh = {.struct_size = sizeof(aorta_refresh_ext), .refresh = refresh};
