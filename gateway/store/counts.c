/* Counts are all int64_t: as an array they are added, stored and read without a name twice. */
#include "store/counts.h"

#define NUMBERS (sizeof(struct gw_counts) / sizeof(int64_t))
_Static_assert(NUMBERS == 26, "the array in the database has this order and length; append, never insert");

void counts_put(struct pg_params *p, const struct gw_counts *counts)
{
    int64_t numbers[NUMBERS];

    memcpy(numbers, counts, sizeof(numbers));
    pg_put_i64_array(p, numbers, NUMBERS);
}

void counts_get(struct pg_row *row, struct gw_counts *ret)
{
    int64_t numbers[NUMBERS];

    pg_get_i64_array(row, numbers, NUMBERS);
    memcpy(ret, numbers, sizeof(numbers));
}

void counts_add(struct gw_counts *to, const struct gw_counts *more)
{
    int64_t a[NUMBERS], b[NUMBERS];

    memcpy(a, to, sizeof(a));
    memcpy(b, more, sizeof(b));
    for (size_t i = 0; i < NUMBERS; i++)
        a[i] += b[i];
    memcpy(to, a, sizeof(a));
}

static struct gw_str trimmed(struct gw_str s)
{
    while (s.len && strchr(" \t\r\n", *s.ptr))
        s.ptr++, s.len--;
    while (s.len && strchr(" \t\r\n", s.ptr[s.len - 1]))
        s.len--;
    return s;
}

/* What stands between the brackets. */
static struct gw_str inside(const char *array)
{
    struct gw_str s = trimmed(gw_str(array));

    if (s.len < 2 || s.ptr[0] != '[')
        return (struct gw_str){"", 0};
    return trimmed((struct gw_str){s.ptr + 1, s.len - 2});
}

const char *warnings_join(struct gw_arena *arena, const char *a, const char *b, bool *failed)
{
    if (!a || !b)
        return a ? a : b;
    struct gw_str x = inside(a), y = inside(b);
    if (x.len == 0 || y.len == 0)
        return x.len ? a : b;
    const char *both = gw_arena_printf(arena, "[%.*s,%.*s]", (int)x.len, x.ptr, (int)y.len, y.ptr);
    if (!both)
        *failed = true;
    return both;
}
