/* Writing of binary parameters: big-endian, times from 2000-01-01. */
#include "store/params.h"

#include <math.h>

#include "store/binary.h"

static uint8_t *put(struct pg_params *p, const void *data, size_t len)
{
    if (p->count >= PG_PARAMS_MOST || len > INT32_MAX) {
        p->failed = true;
        return NULL;
    }
    int i = p->count++;
    p->value[i] = data;
    p->length[i] = (int)len;
    p->format[i] = 1;
    return p->scratch[i];
}

/* A value of len bytes that the caller writes. */
static uint8_t *put_scratch(struct pg_params *p, size_t len)
{
    static uint8_t spare[16];
    uint8_t *to = put(p, NULL, len);

    if (!to)
        return spare;
    p->value[p->count - 1] = (const char *)to;
    return to;
}

void pg_put_null(struct pg_params *p)
{
    put(p, NULL, 0);
}

void pg_put_bool(struct pg_params *p, bool v)
{
    *put_scratch(p, 1) = v;
}

void pg_put_i16(struct pg_params *p, int16_t v)
{
    be16_put(put_scratch(p, 2), (uint16_t)v);
}

void pg_put_i32(struct pg_params *p, int32_t v)
{
    be32_put(put_scratch(p, 4), (uint32_t)v);
}

void pg_put_i64(struct pg_params *p, int64_t v)
{
    be64_put(put_scratch(p, 8), (uint64_t)v);
}

void pg_put_f64(struct pg_params *p, double v)
{
    uint64_t bits;

    if (isnan(v)) {
        pg_put_null(p);
        return;
    }
    memcpy(&bits, &v, sizeof(bits));
    be64_put(put_scratch(p, 8), bits);
}

void pg_put_tribool(struct pg_params *p, int v)
{
    if (v < 0)
        pg_put_null(p);
    else
        pg_put_bool(p, v > 0);
}

void pg_put_offset(struct pg_params *p, int32_t offset_s)
{
    if (offset_s == GW_NO_OFFSET)
        pg_put_null(p);
    else
        pg_put_i32(p, offset_s);
}

void pg_put_time(struct pg_params *p, int64_t us)
{
    if (us == GW_NO_TIME)
        pg_put_null(p);
    else
        pg_put_i64(p, us - PG_EPOCH_US);
}

void pg_put_time_infinite(struct pg_params *p, bool late)
{
    pg_put_i64(p, late ? INT64_MAX : INT64_MIN);
}

void pg_put_uuid(struct pg_params *p, struct gw_uuid id)
{
    memcpy(put_scratch(p, 16), id.b, 16);
}

void pg_put_uuid_or_null(struct pg_params *p, struct gw_uuid id)
{
    if (gw_uuid_is_nil(id))
        pg_put_null(p);
    else
        pg_put_uuid(p, id);
}

void pg_put_bytes(struct pg_params *p, const void *data, size_t len)
{
    put(p, data ? data : "", len);
}

void pg_put_text(struct pg_params *p, const char *text)
{
    if (text)
        pg_put_bytes(p, text, strlen(text));
    else
        pg_put_null(p);
}

void pg_put_str(struct pg_params *p, struct gw_str bytes)
{
    if (bytes.ptr)
        pg_put_bytes(p, bytes.ptr, bytes.len);
    else
        pg_put_null(p);
}

/* ---- arrays: dimensions, whether there are NULLs, type of element, length and lower bound, then the elements ---- */

#define ARRAY_HEAD 20

enum {
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950
};

/* Room for an array; the elements follow at the returned place. NULL when it failed. */
static uint8_t *array_start(struct pg_params *p, uint32_t element_type, size_t count, size_t bytes)
{
    size_t len = ARRAY_HEAD + 4 * count + bytes;
    uint8_t *to = p->arena && len <= INT32_MAX ? gw_arena_alloc(p->arena, len) : NULL;

    if (!to || !put(p, to, len)) {
        p->failed = true;
        return NULL;
    }
    be32_put(to, 1);
    be32_put(to + 4, 0);
    be32_put(to + 8, element_type);
    be32_put(to + 12, (uint32_t)count);
    be32_put(to + 16, 1);
    return to + ARRAY_HEAD;
}

void pg_put_i64_array(struct pg_params *p, const int64_t *v, size_t count)
{
    uint8_t *to = array_start(p, OID_INT8, count, 8 * count);

    for (size_t i = 0; to && i < count; i++, to += 12) {
        be32_put(to, 8);
        be64_put(to + 4, (uint64_t)v[i]);
    }
}

void pg_put_i32_array(struct pg_params *p, const int32_t *v, size_t count)
{
    uint8_t *to = array_start(p, OID_INT4, count, 4 * count);

    for (size_t i = 0; to && i < count; i++, to += 8) {
        be32_put(to, 4);
        be32_put(to + 4, (uint32_t)v[i]);
    }
}

void pg_put_i16_array(struct pg_params *p, const int16_t *v, size_t count)
{
    uint8_t *to = array_start(p, OID_INT2, count, 2 * count);

    for (size_t i = 0; to && i < count; i++, to += 6) {
        be32_put(to, 2);
        be16_put(to + 4, (uint16_t)v[i]);
    }
}

void pg_put_time_array(struct pg_params *p, const int64_t *us, size_t count)
{
    uint8_t *to = array_start(p, OID_TIMESTAMPTZ, count, 8 * count);

    for (size_t i = 0; to && i < count; i++, to += 12) {
        be32_put(to, 8);
        be64_put(to + 4, (uint64_t)(us[i] - PG_EPOCH_US));
    }
}

void pg_put_uuid_array(struct pg_params *p, const struct gw_uuid *ids, size_t count)
{
    uint8_t *to = array_start(p, OID_UUID, count, 16 * count);

    for (size_t i = 0; to && i < count; i++, to += 20) {
        be32_put(to, 16);
        memcpy(to + 4, ids[i].b, 16);
    }
}

static void put_strings(struct pg_params *p, uint32_t type, const struct gw_str *items, size_t count)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += items[i].len;
    uint8_t *to = array_start(p, type, count, bytes);
    for (size_t i = 0; to && i < count; i++) {
        be32_put(to, (uint32_t)items[i].len);
        if (items[i].len)
            memcpy(to + 4, items[i].ptr, items[i].len);
        to += 4 + items[i].len;
    }
}

void pg_put_bytes_array(struct pg_params *p, const struct gw_str *items, size_t count)
{
    put_strings(p, OID_BYTEA, items, count);
}

void pg_put_text_array(struct pg_params *p, const char *const *texts, size_t count)
{
    struct gw_str *items = p->arena ? gw_arena_alloc(p->arena, count * sizeof(*items)) : NULL;

    if (!items) {
        p->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        items[i] = gw_str(texts[i]);
    put_strings(p, OID_TEXT, items, count);
}
