/* The token endpoint. A refresh token works once, so nothing here is ever sent twice by itself; and a grant
 * is called gone only when Suunto says so in so many words, since its outages also look like refusals. */
#include "token.h"

/* ---- refusals ---- */

static aorta_status refused(aorta_ctx *ctx, enum token_grant grant, const aorta_http_resp *resp, aorta_str error)
{
    if (sdk_str_eq(error, "invalid_grant") && grant == GRANT_REFRESH)
        return sdk_fail_answer(ctx, AORTA_ERR_AUTH_REVOKED, "suunto.grant_gone", resp,
                               "Suunto no longer accepts this user's grant");
    if (sdk_str_eq(error, "invalid_grant"))
        return sdk_fail_answer(ctx, AORTA_ERR_STATE, "suunto.code_refused", resp,
                               "Suunto does not accept this authorization code; connect once more");
    if (sdk_str_eq(error, "invalid_client") || sdk_str_eq(error, "unauthorized_client"))
        return sdk_fail_answer(ctx, AORTA_ERR_CONFIG, "suunto.client_refused", resp,
                               "Suunto does not accept client_id and client_secret");
    /* Anything else that speaks of authority may be one of the outages in which every token fails for a
     * while. */
    if (resp->status == 401 || resp->status == 403 || resp->status == 404)
        return sdk_fail_answer(ctx, AORTA_ERR_UPSTREAM, "suunto.token_refused", resp,
                               "Suunto refused a token request without saying that the grant is gone");
    if (resp->status >= 200 && resp->status < 300)
        return sdk_fail_answer(ctx, AORTA_ERR_UPSTREAM, "suunto.token_answer", resp,
                               "Suunto's token answer holds no access token");
    return sdk_http_failure(ctx, resp, "suunto.token", "a token request");
}

/* ---- who the user is ---- */

/* The claims of a JWT, read without verifying: it came from Suunto itself over TLS, and nothing but the
 * user's name is taken from it. Absent when the token is not a JWT. */
static sdk_json jwt_claims(aorta_ctx *ctx, aorta_str jwt)
{
    const sdk_json none = {NULL};
    size_t dot = 0, end;
    while (dot < jwt.len && jwt.ptr[dot] != '.')
        dot++;
    for (end = dot + 1; end < jwt.len && jwt.ptr[end] != '.';)
        end++;
    if (end >= jwt.len)
        return none;
    size_t len = end - dot - 1;
    while (len && jwt.ptr[dot + len] == '=') /* some issuers pad although the form is without */
        len--;
    aorta_bytes text;
    sdk_json claims;
    if (ctx->host->decode(ctx, AORTA_CODEC_B64URL, jwt.ptr + dot + 1, len, &text) != AORTA_OK ||
        sdk_json_parse(ctx, text.ptr, text.len, &claims) != AORTA_OK)
        return none;
    return claims;
}

/* Claim `user`, else what the answer says beside the tokens, else `sub`. Never the e-mail address: it
 * changes, and webhooks do not know it. */
static aorta_str user_of(sdk_json answer, sdk_json claims)
{
    aorta_str user = sdk_json_str(sdk_json_get(claims, "user"));
    if (!user.len)
        user = sdk_json_str(sdk_json_get(answer, "user"));
    if (!user.len)
        user = sdk_json_str(sdk_json_get(claims, "sub"));
    return user;
}

/* Seconds the access token lives: as told, else until the JWT's exp, else a day, which is what Suunto gives.
 */
static int64_t lifetime(aorta_ctx *ctx, sdk_json answer, sdk_json claims)
{
    int64_t told = sdk_json_int(sdk_json_get(answer, "expires_in"), 0);
    if (told > 0)
        return told;
    int64_t exp = sdk_json_int(sdk_json_get(claims, "exp"), 0);
    int64_t left = exp > 0 && exp < INT64_C(1) << 40 ? exp - ctx->host->now_us(ctx) / US_PER_S : 0;
    return left > 0 ? left : 86400;
}

/* ---- the exchange ---- */

aorta_status token_request(const struct suunto *self, aorta_ctx *ctx, enum token_grant grant, const sdk_query *form,
                           struct token *ret)
{
    const aorta_http_resp *resp;
    aorta_str basic = sdk_basic_auth(ctx, self->client_id, self->client_secret);
    aorta_str url = sdk_url(ctx, self->oauth_url, "/oauth/token", NULL);
    aorta_status st = sdk_token_post(ctx, url, &basic, form, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status != 200)
        return refused(ctx, grant, resp, sdk_oauth_error(ctx, resp));
    sdk_json answer;
    if (sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &answer) != AORTA_OK)
        return refused(ctx, grant, resp, (aorta_str){NULL, 0});
    aorta_str access = sdk_json_str(sdk_json_get(answer, "access_token"));
    if (!access.len)
        return refused(ctx, grant, resp, sdk_json_str(sdk_json_get(answer, "error")));
    sdk_json claims = jwt_claims(ctx, access);
    *ret = (struct token){.access = access,
                          .refresh = sdk_json_str(sdk_json_get(answer, "refresh_token")),
                          .type = sdk_json_str(sdk_json_get(answer, "token_type")),
                          .scope = sdk_json_str(sdk_json_get(answer, "scope")),
                          .user = user_of(answer, claims),
                          .expires_in_s = lifetime(ctx, answer, claims)};
    return AORTA_OK;
}
