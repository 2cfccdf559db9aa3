/* The relay: numbers what the outbox holds. One at a time, so that number N is never seen after N + 1. */
#include "store/commit.h"
#include "store/pool.h"

static enum gw_code read_outbox(struct pg_conn *c, bool *ret_mine, PGresult **ret_rows, int64_t *ret_last,
                                struct gw_err *err)
{
    gw_own_result *lock = NULL, *rows = NULL, *last = NULL;
    enum gw_code code;

    pg_queue_plain(c, SQL_BEGIN);
    pg_queue_plain(c, SQL_RELAY_LOCK);
    pg_queue_plain(c, SQL_RELAY_READ);
    pg_queue_plain(c, SQL_RELAY_LAST);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &lock, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_next(c, &last, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    struct pg_row got = {.result = lock}, number = {.result = last};
    *ret_mine = pg_get_bool(&got);
    *ret_last = pg_get_i64(&number);
    *ret_rows = gw_take(rows);
    return GW_OK;
}

static void queue_change(struct pg_conn *c, const PGresult *rows, int i, int64_t number)
{
    struct pg_row row = {.result = rows, .number = i};
    struct pg_params change = {0}, gone = {0};
    struct gw_uuid user = pg_get_uuid(&row), id = pg_get_uuid(&row);

    pg_put_i64(&change, number);
    pg_put_uuid(&change, user);
    pg_put_time(&change, pg_get_time(&row));
    pg_put_str(&change, pg_get_bytes_view(&row));
    pg_put_str(&change, pg_get_bytes_view(&row));
    pg_queue(c, SQL_CHANGE_INSERT, &change);
    pg_put_uuid(&gone, user);
    pg_put_uuid(&gone, id);
    pg_queue(c, SQL_OUTBOX_DELETE, &gone);
}

static enum gw_code relay(struct pg_conn *c, int *ret_count, struct gw_err *err)
{
    gw_own_result *rows = NULL;
    int64_t last = 0;
    bool mine = false;
    enum gw_code code = read_outbox(c, &mine, &rows, &last, err);

    if (code)
        return code;
    int count = mine ? PQntuples(rows) : 0;
    for (int i = 0; i < count; i++)
        queue_change(c, rows, i, last + 1 + i);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_run(c, err);
    if (!code)
        *ret_count = count;
    return code;
}

enum gw_code gw_store_relay_changes(struct gw_db *db, int *ret_count, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = relay(turn.c, ret_count, err);
    return code;
}
