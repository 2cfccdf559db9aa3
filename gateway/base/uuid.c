/* RFC 9562 identifiers from getrandom(2). */
#include "base/uuid.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/time.h"

void gw_random(void *out, size_t len)
{
    char *p = out;

    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            abort();
        p += n;
        len -= (size_t)n;
    }
}

static void mark(struct gw_uuid *id, uint8_t version)
{
    id->b[6] = (uint8_t)((id->b[6] & 0x0f) | (version << 4));
    id->b[8] = (uint8_t)((id->b[8] & 0x3f) | 0x80);
}

struct gw_uuid gw_uuid_v4(void)
{
    struct gw_uuid id;

    gw_random(id.b, sizeof(id.b));
    mark(&id, 4);
    return id;
}

struct gw_uuid gw_uuid_v7(void)
{
    struct gw_uuid id;
    uint64_t ms = (uint64_t)gw_now_us() / 1000;

    gw_random(id.b, sizeof(id.b));
    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    mark(&id, 7);
    return id;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool gw_uuid_parse(struct gw_str text, struct gw_uuid *ret)
{
    struct gw_uuid id;
    size_t n = 0;

    if (text.len != 36 && text.len != 32)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.len == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (text.ptr[i] != '-')
                return false;
            continue;
        }
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0)
            return false;
        id.b[n / 2] = (uint8_t)(n % 2 ? (id.b[n / 2] | digit) : (digit << 4));
        n++;
    }
    *ret = id;
    return true;
}

const char *gw_uuid_text(struct gw_uuid id, char out[GW_UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    char *p = out;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[id.b[i] >> 4];
        *p++ = hex[id.b[i] & 15];
    }
    *p = '\0';
    return out;
}

bool gw_uuid_is_nil(struct gw_uuid id)
{
    for (int i = 0; i < 16; i++)
        if (id.b[i])
            return false;
    return true;
}
