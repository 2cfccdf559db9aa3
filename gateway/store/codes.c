/* Codes. */
#include "store/codes.h"

#include "base/time.h"
#include "store/audit.h"
#include "store/pool.h"

enum gw_code gw_store_code_create(struct gw_db *db, const struct gw_code_row *row, const uint8_t digest[32],
                                  struct gw_err *err)
{
    struct pg_params user = {0}, p = {0};
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    pg_put_uuid(&user, row->user_id);
    pg_put_uuid(&p, row->user_id);
    pg_put_uuid(&p, row->id);
    pg_put_bytes(&p, digest, 32);
    pg_put_uuid(&p, row->created_by);
    pg_put_time(&p, row->expires_us);
    pg_put_time(&p, row->created_us);
    while (pg_turn(&turn, &code, err)) {
        pg_queue_plain(turn.c, SQL_BEGIN);
        pg_queue(turn.c, SQL_CODE_REPLACE, &user);
        pg_queue(turn.c, SQL_CODE_INSERT, &p);
        audit_queue(turn.c, "code.created", row->id, row->user_id, row->created_by);
        pg_queue_plain(turn.c, SQL_COMMIT);
        code = pg_run(turn.c, err);
    }
    return code;
}

enum gw_code gw_store_code_take(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_user,
                                struct gw_uuid *ret_by, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_bytes(&p, digest, 32);
    pg_put_time(&p, gw_now_us());
    code = pg_one(db, SQL_CODE_TAKE, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such code.");
    struct pg_row row = {.result = result};
    *ret_user = pg_get_uuid(&row);
    *ret_by = pg_get_uuid(&row);
    return pg_row_check(&row, err);
}
