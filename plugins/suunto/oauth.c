/* The life of a grant: consent page, callback, refresh, revocation. OAuth 2.0 code flow; the client
 * authenticates with HTTP Basic; PKCE only where the setting wants it, since Suunto does not document it. */
#include "token.h"

aorta_status suunto_authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    const struct suunto *s = self;
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "response_type", AORTA_S("code"));
    sdk_query_add(ctx, &q, "client_id", s->client_id);
    sdk_query_add(ctx, &q, "redirect_uri", req->redirect_uri);
    aorta_str scope = req->scope.len ? req->scope : s->scope;
    if (scope.len)
        sdk_query_add(ctx, &q, "scope", scope);
    sdk_query_add(ctx, &q, "state", req->state);
    if (s->pkce) {
        aorta_status st = sdk_pkce_ask(ctx, &q);
        if (st != AORTA_OK)
            return st;
    }
    const aorta_authorize_result result = {.struct_size = sizeof(result),
                                           .url = sdk_url(ctx, s->oauth_url, "/oauth/authorize", &q)};
    return result.url.len ? ctx->host->authorize_done(ctx, &result) : AORTA_ERR_NOMEM;
}

/* ---- callback ---- */

static aorta_status consent_refused(aorta_ctx *ctx, aorta_str error)
{
    if (sdk_str_eq(error, "access_denied"))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "suunto.denied", "the user did not allow access at Suunto");
    return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "suunto.consent", "Suunto's consent page answered with an error");
}

static aorta_status hand_over(aorta_ctx *ctx, const struct token *token)
{
    const aorta_credentials credentials = {.struct_size = sizeof(credentials),
                                           .provider_user_id = token->user,
                                           .provider_username = token->user,
                                           .access_token = token->access,
                                           .refresh_token = token->refresh,
                                           .token_type = token->type,
                                           .scope = token->scope,
                                           .expires_in_s = token->expires_in_s};
    return ctx->host->callback_done(ctx, &credentials);
}

aorta_status suunto_callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    const struct suunto *s = self;
    aorta_str error = sdk_pair(req->query, req->query_count, "error");
    if (error.len)
        return consent_refused(ctx, error);
    aorta_str code = sdk_pair(req->query, req->query_count, "code");
    if (!code.len)
        return sdk_fail(ctx, AORTA_ERR_DATA, "suunto.no_code", "Suunto's answer holds no authorization code");
    sdk_query form = {0};
    sdk_query_add(ctx, &form, "grant_type", AORTA_S("authorization_code"));
    sdk_query_add(ctx, &form, "code", code);
    sdk_query_add(ctx, &form, "redirect_uri", req->redirect_uri);
    aorta_status st = s->pkce ? sdk_pkce_answer(ctx, &form) : AORTA_OK;
    if (st == AORTA_ERR_NOT_FOUND)
        return sdk_fail(ctx, AORTA_ERR_STATE, "suunto.flow_gone", "this connect has expired; start it once more");
    struct token token;
    if (st == AORTA_OK)
        st = token_request(s, ctx, GRANT_CODE, &form, &token);
    if (st != AORTA_OK)
        return st;
    if (!token.user.len)
        return sdk_fail(ctx, AORTA_ERR_DATA, "suunto.no_user", "Suunto's token does not say whose it is");
    return hand_over(ctx, &token);
}

/* ---- afterwards ---- */

aorta_status suunto_refresh(void *self, aorta_ctx *ctx)
{
    if (!ctx->conn->refresh_token.len)
        return sdk_fail(ctx, AORTA_ERR_AUTH_REVOKED, "suunto.no_refresh_token",
                        "there is no refresh token for this user");
    sdk_query form = {0};
    sdk_query_add(ctx, &form, "grant_type", AORTA_S("refresh_token"));
    sdk_query_add(ctx, &form, "refresh_token", ctx->conn->refresh_token);
    struct token token;
    aorta_status st = token_request(self, ctx, GRANT_REFRESH, &form, &token);
    if (st != AORTA_OK)
        return st;
    /* Who the connection belongs to was settled by the callback; an empty name keeps it. */
    token.user = (aorta_str){NULL, 0};
    return hand_over(ctx, &token);
}

/* 401 with a token that should still work means that the grant is gone already, which is what was wanted. */
static int already_gone(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    int64_t expires = ctx->conn->expires_at_us;
    return resp->status == 404 || resp->status == 410 ||
           (resp->status == 401 && (expires == 0 || ctx->host->now_us(ctx) < expires));
}

aorta_status suunto_revoke(void *self, aorta_ctx *ctx)
{
    const struct suunto *s = self;
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "client_id", s->client_id);
    aorta_str url = sdk_url(ctx, s->oauth_url, "/oauth/deauthorize", &q);
    aorta_str bearer = sdk_bearer_auth(ctx, ctx->conn->access_token);
    if (!url.len || !bearer.len)
        return AORTA_ERR_NOMEM;
    const aorta_pair headers[] = {{AORTA_S("authorization"), bearer}};
    const aorta_http_req req = {.struct_size = sizeof(req),
                                .method = "GET",
                                .url = url,
                                .headers = headers,
                                .headers_count = AORTA_COUNT(headers),
                                .max_response = 64 * 1024};
    const aorta_http_resp *resp;
    aorta_status st = ctx->host->http(ctx, &req, &resp);
    if (st != AORTA_OK)
        return st;
    if ((resp->status >= 200 && resp->status < 300) || already_gone(ctx, resp))
        return AORTA_OK;
    return sdk_http_failure(ctx, resp, "suunto.revoke", "a revocation");
}
