/* Bytes of a cursor: version, kind, flags, time, key, check sum. */
#include "read/cursor.h"

#include "crypt/crypt.h"

#define VERSION    1
#define BACKWARDS  0x1u
#define DAILY      0x2u
#define RESOLUTION 2 /* where its three bits begin */
#define EVENT_LEN  (3 + 8 + 16 + 4)
#define SERIES_LEN (3 + 8 + 2 + 4 + 4)

/* Against typing errors and cut texts, not against an enemy: FNV-1a. */
static uint32_t check_sum(const uint8_t *p, size_t len)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 16777619u;
    return h;
}

static uint8_t *put(uint8_t *p, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static uint64_t get(const uint8_t **p, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | *(*p)++;
    return value;
}

void gw_cursor_write(const struct gw_cursor *cursor, char out[GW_CURSOR_TEXT])
{
    uint8_t bytes[EVENT_LEN], *p = bytes;

    *p++ = VERSION;
    *p++ = (uint8_t)cursor->kind;
    *p++ = (uint8_t)((cursor->backwards ? BACKWARDS : 0) | (cursor->daily_total ? DAILY : 0) |
                     (unsigned)cursor->resolution << RESOLUTION);
    p = put(p, (uint64_t)cursor->t_us, 8);
    if (cursor->kind == GW_CURSOR_SERIES) {
        p = put(p, cursor->metric, 2);
        p = put(p, (uint32_t)cursor->source_id, 4);
    } else {
        memcpy(p, cursor->id.b, sizeof(cursor->id.b));
        p += sizeof(cursor->id.b);
    }
    p = put(p, check_sum(bytes, (size_t)(p - bytes)), 4);
    gw_b64url_encode(bytes, (size_t)(p - bytes), out);
}

static enum gw_code not_ours(struct gw_err *err)
{
    enum gw_code code = gw_fail(err, GW_INVALID, "cursor is not one that a page of this list gave out.");

    if (err)
        memcpy(err->field, "cursor", sizeof("cursor"));
    return code;
}

enum gw_code gw_cursor_read(struct gw_str text, enum gw_cursor_kind kind, struct gw_cursor *ret, struct gw_err *err)
{
    size_t want = kind == GW_CURSOR_SERIES ? SERIES_LEN : EVENT_LEN, len = 0;
    uint8_t bytes[GW_CURSOR_TEXT];
    const uint8_t *p = bytes;
    struct gw_cursor cursor = {.kind = kind};
    uint8_t flags;

    if (text.len >= sizeof(bytes) || !gw_b64url_decode(text, bytes, &len) || len != want)
        return not_ours(err);
    if (get(&p, 1) != VERSION || get(&p, 1) != (uint64_t)kind)
        return not_ours(err);
    flags = (uint8_t)get(&p, 1);
    cursor.backwards = flags & BACKWARDS;
    cursor.daily_total = flags & DAILY;
    cursor.resolution = flags >> RESOLUTION & 7;
    cursor.t_us = (int64_t)get(&p, 8);
    if (kind == GW_CURSOR_SERIES) {
        cursor.metric = (uint16_t)get(&p, 2);
        cursor.source_id = (int32_t)get(&p, 4);
    } else {
        memcpy(cursor.id.b, p, sizeof(cursor.id.b));
        p += sizeof(cursor.id.b);
    }
    if (check_sum(bytes, (size_t)(p - bytes)) != (uint32_t)get(&p, 4) ||
        (flags & ~(kind == GW_CURSOR_SERIES ? BACKWARDS | DAILY | 7u << RESOLUTION : BACKWARDS)))
        return not_ours(err);
    *ret = cursor;
    return GW_OK;
}

enum gw_code gw_cursor_read_series(struct gw_str text, uint8_t resolution, struct gw_cursor *ret, struct gw_err *err)
{
    struct gw_cursor cursor;
    enum gw_code code = gw_cursor_read(text, GW_CURSOR_SERIES, &cursor, err);

    if (code == GW_OK && cursor.resolution != resolution)
        return not_ours(err);
    if (code == GW_OK)
        *ret = cursor;
    return code;
}
