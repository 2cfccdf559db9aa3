/* store/row.h - one row of a binary result, read column after column. This layer only.
 *
 * `struct pg_row row = {result, i, arena};` and then one pg_get_* for each column in order. A column of another size
 * than its reader expects, or memory that is spent, sets `failed`; look at it once behind the last column.
 * [one thread]
 */
#ifndef GW_STORE_ROW_H
#define GW_STORE_ROW_H

#include <libpq-fe.h>

#include "base/own.h"
#include "store/model.h"

static inline void pg_result_clear(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}
#define gw_own_result GW_CLEANUP(pg_result_clear) PGresult

struct pg_row {
    const PGresult *result;
    int number;
    struct gw_arena *arena;
    int column;
    bool failed;
};

bool pg_get_null(struct pg_row *row); /* looks without moving on */
void pg_skip(struct pg_row *row);
bool pg_get_bool(struct pg_row *row);
int pg_get_tribool(struct pg_row *row); /* NULL = -1 */
int16_t pg_get_i16(struct pg_row *row);
int32_t pg_get_i32(struct pg_row *row);
int64_t pg_get_i64(struct pg_row *row);
double pg_get_f64(struct pg_row *row);               /* NULL = NaN */
int32_t pg_get_offset(struct pg_row *row);           /* NULL = GW_NO_OFFSET */
int64_t pg_get_time(struct pg_row *row);             /* NULL = GW_NO_TIME */
struct gw_uuid pg_get_uuid(struct pg_row *row);      /* NULL = nil */
const char *pg_get_text(struct pg_row *row);         /* copied into the arena; NULL = NULL */
const char *pg_get_text_view(struct pg_row *row);    /* borrowed from the result, which puts a NUL behind it */
struct gw_str pg_get_bytes(struct pg_row *row);      /* copied; NULL = ptr NULL */
struct gw_str pg_get_bytes_view(struct pg_row *row); /* borrowed from the result */
/* A bigint array: the first `count` of its numbers, what it lacks is 0; NULL = zeros. */
void pg_get_i64_array(struct pg_row *row, int64_t *to, size_t count);

enum gw_code pg_row_check(const struct pg_row *row, struct gw_err *err) GW_MUST_USE;

#endif
