/* Digests, comparison and text codecs. Everything cryptographic is libsodium's or GnuTLS'. */
#include <gnutls/crypto.h>
#include <sodium.h>

#include "host/frame.h"

static size_t digest_size(uint32_t alg)
{
    return alg == AORTA_DIGEST_SHA256 ? 32 : alg == AORTA_DIGEST_SHA1 ? 20 : 0;
}

static aorta_status check_args(struct gw_frame *frame, uint32_t alg, const void *data, size_t len, const void *out,
                               size_t cap)
{
    size_t need = digest_size(alg);

    if (need == 0)
        return gw_frame_broke(frame, "The plugin asked for the digest %u, which there is not.", (unsigned)alg);
    if (!out || cap < need)
        return gw_frame_broke(frame, "The plugin gave %zu bytes for a digest of %zu.", cap, need);
    if (len && !data)
        return gw_frame_broke(frame, "The plugin gave no data to digest.");
    return AORTA_OK;
}

aorta_status gw_host_digest(aorta_ctx *ctx, uint32_t alg, const void *data, size_t len, uint8_t *out, size_t cap)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_digest, &frame);

    if (status != AORTA_OK)
        return status;
    if (alg == AORTA_DIGEST_SHA1)
        return gw_frame_broke(frame, "SHA-1 is there for hmac only.");
    status = check_args(frame, alg, data, len, out, cap);
    if (status == AORTA_OK)
        crypto_hash_sha256(out, len ? data : (const void *)"", len);
    return status;
}

aorta_status gw_host_hmac(aorta_ctx *ctx, uint32_t alg, const void *key, size_t key_len, const void *data, size_t len,
                          uint8_t *out, size_t cap)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_hmac, &frame);
    gnutls_mac_algorithm_t mac = alg == AORTA_DIGEST_SHA1 ? GNUTLS_MAC_SHA1 : GNUTLS_MAC_SHA256;

    if (status != AORTA_OK)
        return status;
    if (key_len && !key)
        return gw_frame_broke(frame, "The plugin gave no key to hmac.");
    status = check_args(frame, alg, data, len, out, cap);
    if (status != AORTA_OK)
        return status;
    if (gnutls_hmac_fast(mac, key_len ? key : "", key_len, len ? data : "", len, out) != 0)
        return gw_frame_fail(frame, AORTA_ERR_INTERNAL, "The digest could not be computed.");
    return AORTA_OK;
}

int32_t gw_host_ct_equal(aorta_ctx *ctx, const void *a, size_t a_len, const void *b, size_t b_len)
{
    struct gw_frame *frame;

    if (gw_service_enter(ctx, GW_SERVICE_ct_equal, &frame) != AORTA_OK)
        return 0;
    if (a_len != b_len || (a_len && (!a || !b)))
        return 0;
    return a_len == 0 || sodium_memcmp(a, b, a_len) == 0;
}

/* ---- encode ---- */

static size_t encode_hex(const uint8_t *data, size_t len, char *out)
{
    sodium_bin2hex(out, len * 2 + 1, data, len);
    return len * 2;
}

static size_t encode_b64(const uint8_t *data, size_t len, char *out, int variant)
{
    sodium_bin2base64(out, sodium_base64_ENCODED_LEN(len, variant), data, len, variant);
    return strlen(out);
}

static size_t encode_into(uint32_t codec, const uint8_t *data, size_t len, char *out)
{
    switch (codec) {
    case AORTA_CODEC_HEX:
        return encode_hex(data, len, out);
    case AORTA_CODEC_B64:
        return encode_b64(data, len, out, sodium_base64_VARIANT_ORIGINAL);
    case AORTA_CODEC_B64URL:
        return encode_b64(data, len, out, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    default:
        return gw_percent_encode((struct gw_str){(const char *)data, len}, out);
    }
}

static bool codec_known(uint32_t codec)
{
    return codec >= AORTA_CODEC_HEX && codec <= AORTA_CODEC_PERCENT;
}

aorta_status gw_host_encode(aorta_ctx *ctx, uint32_t codec, const void *data, size_t len, aorta_str *out)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_encode, &frame);
    char *text;

    if (status != AORTA_OK)
        return status;
    if (!codec_known(codec) || !out || (len && !data))
        return gw_frame_broke(frame, "The plugin called host->encode with wrong arguments.");
    if (len > GW_FRAME_MEMORY / 3)
        return gw_frame_fail(frame, AORTA_ERR_NOMEM, "The operation's memory of 256 MiB is spent.");
    text = gw_frame_alloc(frame, len * 3 + 8); /* percent-encoding is the longest */
    if (!text)
        return AORTA_ERR_NOMEM;
    *out = (aorta_str){text, encode_into(codec, len ? data : (const uint8_t *)"", len, text)};
    return AORTA_OK;
}

/* ---- decode ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode_percent(const char *text, size_t len, uint8_t *out, size_t *ret_len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            out[n++] = (uint8_t)text[i];
            continue;
        }
        if (len - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
            return false;
        out[n++] = (uint8_t)(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
        i += 2;
    }
    *ret_len = n;
    return true;
}

static bool decode_into(uint32_t codec, const char *text, size_t len, uint8_t *out, size_t *ret_len)
{
    int variant = codec == AORTA_CODEC_B64 ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    const char *end = NULL;

    if (codec == AORTA_CODEC_PERCENT)
        return decode_percent(text, len, out, ret_len);
    if (codec == AORTA_CODEC_HEX)
        return sodium_hex2bin(out, len + 1, text, len, NULL, ret_len, &end) == 0 && end == text + len;
    if (codec == AORTA_CODEC_B64URL) /* padded or not: both are met in the wild */
        while (len > 0 && text[len - 1] == '=')
            len--;
    return sodium_base642bin(out, len + 1, text, len, NULL, ret_len, &end, variant) == 0 && end == text + len;
}

aorta_status gw_host_decode(aorta_ctx *ctx, uint32_t codec, const char *text, size_t len, aorta_bytes *out)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_decode, &frame);
    uint8_t *bytes;
    size_t n = 0;

    if (status != AORTA_OK)
        return status;
    if (!codec_known(codec) || !out || (len && !text))
        return gw_frame_broke(frame, "The plugin called host->decode with wrong arguments.");
    bytes = gw_frame_alloc(frame, len < SIZE_MAX ? len + 1 : len);
    if (!bytes)
        return AORTA_ERR_NOMEM;
    if (!decode_into(codec, len ? text : "", len, bytes, &n))
        return gw_frame_fail(frame, AORTA_ERR_DATA, "A text that should be encoded is not.");
    *out = (aorta_bytes){bytes, n};
    return AORTA_OK;
}
