/* Priorities: read and changed. */
#include "store/priorities.h"

#include "base/time.h"
#include "store/pool.h"
#include "store/priority_row.h"

/* ---- read ---- */

/* The version first: what changes behind it is at worst looked at once more. */
void priorities_queue(struct pg_conn *c)
{
    pg_queue_plain(c, SQL_PRIORITY_VERSION);
    pg_queue_plain(c, SQL_PRIORITY_LIST);
}

/* Rows come by kind. */
static enum gw_code read_list(const PGresult *result, struct gw_arena *arena, struct gw_priorities *ret,
                              struct gw_err *err)
{
    size_t n = (size_t)PQntuples(result);
    struct gw_priority *items = gw_arena_alloc(arena, n * sizeof(*items));
    enum gw_code code = items ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        int kind = pg_get_i16(&row);
        items[i].name = pg_get_text(&row);
        items[i].priority = pg_get_i16(&row);
        items[i].id = pg_get_uuid(&row);
        items[i].created_us = pg_get_time(&row);
        items[i].updated_us = pg_get_time(&row);
        code = pg_row_check(&row, err);
        if (code || kind < 0 || kind >= GW_PRIORITY_KINDS)
            continue;
        if (ret->count[kind]++ == 0)
            ret->items[kind] = &items[i];
    }
    return code;
}

enum gw_code priorities_take(struct pg_conn *c, struct gw_arena *arena, struct gw_priorities *ret, struct gw_err *err)
{
    gw_own_result *version = NULL, *list = NULL;
    struct gw_priorities priorities = {0};
    enum gw_code code = pg_next(c, &version, err);

    if (!code)
        code = pg_next(c, &list, err);
    if (!code)
        code = read_list(list, arena, &priorities, err);
    if (code)
        return code;
    struct pg_row row = {.result = version};
    priorities.version = PQntuples(version) ? pg_get_i64(&row) : 0;
    *ret = priorities;
    return GW_OK;
}

enum gw_code gw_store_priorities_get(struct gw_db *db, struct gw_arena *arena, struct gw_priorities *ret,
                                     struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err)) {
        priorities_queue(turn.c);
        code = pg_send(turn.c, 0, err);
        if (!code)
            code = priorities_take(turn.c, arena, ret, err);
    }
    return code;
}

/* ---- change ---- */

static enum gw_code put(struct pg_conn *c, enum gw_priority_kind kind, const struct gw_priority *items, size_t count,
                        struct gw_err *err)
{
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue_plain(c, SQL_PRIORITY_RAISE_VERSION);
    for (size_t i = 0; i < count; i++) {
        struct pg_params p = {0};
        pg_put_i16(&p, (int16_t)kind);
        pg_put_text(&p, items[i].name);
        pg_put_i16(&p, items[i].priority);
        pg_put_uuid(&p, gw_uuid_v7());
        pg_put_time(&p, gw_now_us());
        pg_queue(c, SQL_PRIORITY_PUT, &p);
    }
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_priorities_put(struct gw_db *db, enum gw_priority_kind kind, const struct gw_priority *items,
                                     size_t count, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = put(turn.c, kind, items, count, err);
    return code;
}
