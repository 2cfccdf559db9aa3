/* crypt.c - digests, MACs, base64 and random strings, all through GnuTLS. */
#include "crypt.h"

#include "text.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *to_hex(const unsigned char *bytes, size_t n)
{
    struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%02x", bytes[i]);
    return buf_take(&b);
}

char *crypt_hex(size_t bytes)
{
    unsigned char raw[64];
    if (bytes > sizeof raw || gnutls_rnd(GNUTLS_RND_NONCE, raw, bytes) != 0)
        abort();
    return to_hex(raw, bytes);
}

char *crypt_uuid(void)
{
    char *h = crypt_hex(16);
    h[12] = '4';
    h[16] = "89ab"[h[16] % 4];
    char *uuid = text_printf("%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
    free(h);
    return uuid;
}

char *crypt_base64(const void *bytes, size_t n)
{
    gnutls_datum_t in = {(unsigned char *)(size_t)bytes, (unsigned)n}, out;
    if (gnutls_base64_encode2(&in, &out) != 0)
        abort();
    char *text = text_printf("%.*s", (int)out.size, (char *)out.data);
    gnutls_free(out.data);
    return text;
}

char *crypt_base64url(const void *bytes, size_t n)
{
    char *text = crypt_base64(bytes, n);
    for (char *c = text; *c; c++) {
        if (*c == '+')
            *c = '-';
        else if (*c == '/')
            *c = '_';
        else if (*c == '=')
            *c = '\0';
    }
    return text;
}

char *crypt_unbase64(const char *text)
{
    gnutls_datum_t in = {(unsigned char *)(size_t)text, (unsigned)strlen(text)}, out;
    if (in.size == 0 || gnutls_base64_decode2(&in, &out) != 0)
        return NULL;
    char *plain = text_printf("%.*s", (int)out.size, (char *)out.data);
    gnutls_free(out.data);
    return plain;
}

char *crypt_s256(const char *verifier)
{
    unsigned char digest[32];
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, verifier, strlen(verifier), digest) != 0)
        abort();
    return crypt_base64url(digest, sizeof digest);
}

char *crypt_hmac_sha1_base64(const char *key, const char *text)
{
    unsigned char mac[20];
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA1, key, strlen(key), text, strlen(text), mac) != 0)
        abort();
    return crypt_base64(mac, sizeof mac);
}

char *crypt_hmac_sha256_hex(const char *key, const char *bytes, size_t n)
{
    unsigned char mac[32];
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, strlen(key), bytes, n, mac) != 0)
        abort();
    return to_hex(mac, sizeof mac);
}

char *crypt_jwt(const char *claims_json, const char *key)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    unsigned char mac[32];
    char *head = crypt_base64url(header, strlen(header));
    char *body = crypt_base64url(claims_json, strlen(claims_json));
    char *input = text_printf("%s.%s", head, body);
    if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, strlen(key), input, strlen(input), mac) != 0)
        abort();
    char *sign = crypt_base64url(mac, sizeof mac);
    char *jwt = text_printf("%s.%s", input, sign);
    free(head);
    free(body);
    free(input);
    free(sign);
    return jwt;
}
