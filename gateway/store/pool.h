/* store/pool.h - taking a connection for one function, and the one repeat a broken connection is worth.
 *
 *     struct pg_turn turn = {.db = db};
 *     while (pg_turn(&turn, &code, err))
 *         code = body(turn.c, …, err);
 *     return code;
 *
 * body runs again, on a new connection, when the first broke before a COMMIT was sent; so body starts from its
 * arguments each time. A single statement that writes must bear being done twice. This layer only. [any thread]
 */
#ifndef GW_STORE_POOL_H
#define GW_STORE_POOL_H

#include "store/conn.h"
#include "store/db.h"

struct pg_turn {
    struct gw_db *db;
    struct pg_conn *c;
    bool lasting; /* held while something slow goes on: from connections beside the pool's own number */
    int tries;
};

bool pg_turn(struct pg_turn *turn, enum gw_code *code, struct gw_err *err);

/* One statement, one result. */
enum gw_code pg_one(struct gw_db *db, enum sql_id id, const struct pg_params *params, PGresult **ret,
                    struct gw_err *err) GW_MUST_USE;
/* The same when only the number of rows matters; ret_rows may be NULL. */
enum gw_code pg_exec(struct gw_db *db, enum sql_id id, const struct pg_params *params, int64_t *ret_rows,
                     struct gw_err *err) GW_MUST_USE;

#endif
