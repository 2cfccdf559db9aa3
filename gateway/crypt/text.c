/* Bytes as text: base64 in both alphabets, random text. */
#include <sodium.h>

#include "base/uuid.h"
#include "crypt/crypt.h"

static size_t encode(const void *data, size_t len, char *out, int variant)
{
    sodium_bin2base64(out, sodium_base64_encoded_len(len, variant), data, len, variant);
    return strlen(out);
}

static bool decode(struct gw_str text, uint8_t *out, size_t *ret_len, int variant)
{
    size_t len = 0;

    if (text.len > 0 && sodium_base642bin(out, text.len, text.ptr, text.len, NULL, &len, NULL, variant) != 0)
        return false;
    *ret_len = len;
    return true;
}

size_t gw_b64url_encode(const void *data, size_t len, char *out)
{
    return encode(data, len, out, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

size_t gw_b64_encode(const void *data, size_t len, char *out)
{
    return encode(data, len, out, sodium_base64_VARIANT_ORIGINAL);
}

bool gw_b64url_decode(struct gw_str text, uint8_t *out, size_t *ret_len)
{
    return decode(text, out, ret_len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool gw_b64_decode(struct gw_str text, uint8_t *out, size_t *ret_len)
{
    return decode(text, out, ret_len, sodium_base64_VARIANT_ORIGINAL);
}

void gw_random_text(size_t bytes, char *out)
{
    uint8_t block[48]; /* a multiple of three: the pieces join without padding */
    size_t take;

    out[0] = '\0';
    while (bytes > 0) {
        take = bytes < sizeof(block) ? bytes : sizeof(block);
        gw_random(block, take);
        out += gw_b64url_encode(block, take, out);
        bytes -= take;
    }
    sodium_memzero(block, sizeof(block));
}
