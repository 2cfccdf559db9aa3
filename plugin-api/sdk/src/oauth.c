/* The pieces of OAuth 2 that providers share: PKCE (RFC 7636), the headers that say who asks, the token endpoint. */
#include "aorta/sdk.h"

#include <string.h>

aorta_status sdk_pkce(aorta_ctx *ctx, aorta_str *verifier, aorta_str *challenge)
{
    const aorta_host *host = ctx->host;
    uint8_t random[32], digest[32]; /* 32 bytes are 43 characters of base64url, the least the RFC allows */
    aorta_str text, hashed;
    aorta_status st = host->random(ctx, random, sizeof(random));
    if (st == AORTA_OK)
        st = host->encode(ctx, AORTA_CODEC_B64URL, random, sizeof(random), &text);
    if (st == AORTA_OK)
        st = host->digest(ctx, AORTA_DIGEST_SHA256, text.ptr, text.len, digest, sizeof(digest));
    if (st == AORTA_OK)
        st = host->encode(ctx, AORTA_CODEC_B64URL, digest, sizeof(digest), &hashed);
    if (st != AORTA_OK)
        return st;
    *verifier = text;
    *challenge = hashed;
    return AORTA_OK;
}

#define KEY_VERIFIER "verifier"

aorta_status sdk_pkce_ask(aorta_ctx *ctx, sdk_query *page)
{
    aorta_str verifier, challenge;
    aorta_status st = sdk_pkce(ctx, &verifier, &challenge);
    if (st == AORTA_OK)
        st = sdk_state_put(ctx, AORTA_STATE_FLOW, KEY_VERIFIER, verifier, 0);
    if (st != AORTA_OK)
        return st;
    sdk_query_add(ctx, page, "code_challenge", challenge);
    sdk_query_add(ctx, page, "code_challenge_method", AORTA_S("S256"));
    return AORTA_OK;
}

aorta_status sdk_pkce_answer(aorta_ctx *ctx, sdk_query *form)
{
    aorta_str verifier;
    aorta_status st = sdk_state_get(ctx, AORTA_STATE_FLOW, KEY_VERIFIER, &verifier);
    if (st != AORTA_OK)
        return st;
    if (!verifier.len)
        return AORTA_ERR_NOT_FOUND;
    sdk_query_add(ctx, form, "code_verifier", verifier);
    return AORTA_OK;
}

aorta_str sdk_bearer_auth(aorta_ctx *ctx, aorta_str token)
{
    return sdk_format(ctx, "Bearer %.*s", (int)token.len, token.len ? token.ptr : "");
}

aorta_str sdk_basic_auth(aorta_ctx *ctx, aorta_str user, aorta_str password)
{
    const aorta_str none = {NULL, 0};
    char *plain = ctx->host->alloc(ctx, user.len + password.len + 1);
    if (!plain)
        return none;
    if (user.len)
        memcpy(plain, user.ptr, user.len);
    plain[user.len] = ':';
    if (password.len)
        memcpy(plain + user.len + 1, password.ptr, password.len);
    aorta_str coded;
    if (ctx->host->encode(ctx, AORTA_CODEC_B64, plain, user.len + password.len + 1, &coded) != AORTA_OK)
        return none;
    static const char scheme[] = "Basic ";
    char *text = ctx->host->alloc(ctx, sizeof(scheme) + coded.len);
    if (!text)
        return none;
    memcpy(text, scheme, sizeof(scheme) - 1);
    memcpy(text + sizeof(scheme) - 1, coded.ptr, coded.len);
    text[sizeof(scheme) - 1 + coded.len] = '\0';
    return (aorta_str){text, sizeof(scheme) - 1 + coded.len};
}

/* ---- the token endpoint ---- */

#define ANSWER_MAX (256 * 1024)

aorta_status sdk_token_post(aorta_ctx *ctx, aorta_str url, const aorta_str *authorization, const sdk_query *form,
                            const aorta_http_resp **resp)
{
    const aorta_pair headers[] = {
        {AORTA_S("authorization"), authorization ? *authorization : (aorta_str){NULL, 0}},
        {AORTA_S("content-type"), AORTA_S("application/x-www-form-urlencoded")},
        {AORTA_S("accept"), AORTA_S("application/json")},
    };
    const aorta_http_req req = {.struct_size = sizeof(req),
                                .flags = AORTA_HTTP_NO_RETRY,
                                .method = "POST",
                                .url = url,
                                .headers = headers + (authorization ? 0 : 1),
                                .headers_count = authorization ? 3 : 2,
                                .body = sdk_form(form),
                                .max_response = ANSWER_MAX};
    if (!url.ptr || !req.body.ptr || (authorization && !authorization->ptr))
        return AORTA_ERR_NOMEM;
    return ctx->host->http(ctx, &req, resp);
}

aorta_str sdk_oauth_error(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    sdk_json answer;
    if (!resp->body.len || sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &answer) != AORTA_OK)
        return (aorta_str){NULL, 0};
    return sdk_json_str(sdk_json_get(answer, "error"));
}
