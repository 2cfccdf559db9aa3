/* Reading of binary results. */
#include "store/row.h"

#include <math.h>

#include "store/binary.h"

#define ARRAY_HEAD 20

/* The next column's bytes when it has exactly len; NULL for SQL NULL, whose length is 0. */
static const char *next(struct pg_row *row, int len)
{
    int column = row->column++, have = PQgetlength(row->result, row->number, column);

    if (have == 0 && PQgetisnull(row->result, row->number, column))
        return NULL;
    if (len >= 0 && have != len) {
        row->failed = true;
        return NULL;
    }
    return PQgetvalue(row->result, row->number, column);
}

bool pg_get_null(struct pg_row *row)
{
    return PQgetisnull(row->result, row->number, row->column);
}

void pg_skip(struct pg_row *row)
{
    row->column++;
}

bool pg_get_bool(struct pg_row *row)
{
    return pg_get_tribool(row) > 0;
}

int pg_get_tribool(struct pg_row *row)
{
    const char *v = next(row, 1);
    return v ? *v != 0 : -1;
}

int16_t pg_get_i16(struct pg_row *row)
{
    const char *v = next(row, 2);
    return v ? (int16_t)be16_get(v) : 0;
}

int32_t pg_get_i32(struct pg_row *row)
{
    const char *v = next(row, 4);
    return v ? (int32_t)be32_get(v) : 0;
}

int64_t pg_get_i64(struct pg_row *row)
{
    const char *v = next(row, 8);
    return v ? (int64_t)be64_get(v) : 0;
}

double pg_get_f64(struct pg_row *row)
{
    const char *v = next(row, 8);
    double d = NAN;

    if (v) {
        uint64_t bits = be64_get(v);
        memcpy(&d, &bits, sizeof(d));
    }
    return d;
}

int32_t pg_get_offset(struct pg_row *row)
{
    const char *v = next(row, 4);
    return v ? (int32_t)be32_get(v) : GW_NO_OFFSET;
}

int64_t pg_get_time(struct pg_row *row)
{
    const char *v = next(row, 8);
    return v ? (int64_t)be64_get(v) + PG_EPOCH_US : GW_NO_TIME;
}

struct gw_uuid pg_get_uuid(struct pg_row *row)
{
    const char *v = next(row, 16);
    struct gw_uuid id = {{0}};

    if (v)
        memcpy(id.b, v, 16);
    return id;
}

struct gw_str pg_get_bytes_view(struct pg_row *row)
{
    int column = row->column;
    const char *v = next(row, -1);

    if (!v)
        return (struct gw_str){NULL, 0};
    return (struct gw_str){v, (size_t)PQgetlength(row->result, row->number, column)};
}

struct gw_str pg_get_bytes(struct pg_row *row)
{
    struct gw_str v = pg_get_bytes_view(row);

    if (v.ptr) {
        v.ptr = gw_arena_strndup(row->arena, v.ptr, v.len);
        if (!v.ptr) {
            row->failed = true;
            v.len = 0;
        }
    }
    return v;
}

const char *pg_get_text_view(struct pg_row *row)
{
    return next(row, -1);
}

const char *pg_get_text(struct pg_row *row)
{
    return pg_get_bytes(row).ptr;
}

void pg_get_i64_array(struct pg_row *row, int64_t *to, size_t count)
{
    struct gw_str v = pg_get_bytes_view(row);
    size_t have = 0;

    memset(to, 0, count * sizeof(*to));
    if (v.ptr && v.len >= ARRAY_HEAD && be32_get(v.ptr) == 1)
        have = be32_get(v.ptr + 12);
    if (have > count)
        have = count;
    for (size_t i = 0; i < have; i++) {
        size_t at = ARRAY_HEAD + 12 * i;
        if (at + 12 > v.len || be32_get(v.ptr + at) != 8) {
            row->failed = true;
            return;
        }
        to[i] = (int64_t)be64_get(v.ptr + at + 4);
    }
}

enum gw_code pg_row_check(const struct pg_row *row, struct gw_err *err)
{
    if (!row->failed)
        return GW_OK;
    return gw_fail(err, GW_INTERNAL, "A row of the database could not be read (column %d).", row->column);
}
