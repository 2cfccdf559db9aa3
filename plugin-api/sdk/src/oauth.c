/* The two pieces of OAuth that every provider shares: PKCE (RFC 7636) and Basic client authentication. */
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
