/* Developers: made, found, changed, gone. */
#include "base/time.h"
#include "store/audit.h"
#include "store/developer_row.h"
#include "store/pool.h"

enum gw_code developer_read(const PGresult *result, int number, struct gw_arena *arena, struct gw_developer *ret,
                            struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};

    ret->id = pg_get_uuid(&row);
    ret->email = pg_get_text(&row);
    ret->first_name = pg_get_text(&row);
    ret->last_name = pg_get_text(&row);
    ret->created_us = pg_get_time(&row);
    ret->updated_us = pg_get_time(&row);
    ret->password = pg_get_text(&row);
    return pg_row_check(&row, err);
}

void developer_put(struct pg_params *p, const struct gw_developer *developer, int64_t now_us)
{
    pg_put_uuid(p, developer->id);
    pg_put_text(p, developer->email);
    pg_put_text(p, developer->first_name);
    pg_put_text(p, developer->last_name);
    pg_put_text(p, developer->password);
    pg_put_time(p, now_us);
}

static enum gw_code unknown(struct gw_err *err)
{
    return gw_fail_wire(err, GW_NOT_FOUND, "developer.unknown", "There is no such developer.");
}

static enum gw_code taken(struct gw_err *err)
{
    return gw_fail_wire(err, GW_CONFLICT, "developer.email_taken", "A developer with this email already exists");
}

static enum gw_code one(struct gw_db *db, enum sql_id id, const struct pg_params *p, struct gw_arena *arena,
                        struct gw_developer *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, id, p, &result, err);

    if (!code && PQntuples(result) == 0)
        code = unknown(err);
    return code ? code : developer_read(result, 0, arena, ret, err);
}

enum gw_code gw_store_developer_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id,
                                    struct gw_developer *ret, struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, id);
    return one(db, SQL_DEVELOPER_GET, &p, arena, ret, err);
}

enum gw_code gw_store_developer_find(struct gw_db *db, struct gw_arena *arena, const char *email,
                                     struct gw_developer *ret, struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_text(&p, email);
    return one(db, SQL_DEVELOPER_FIND, &p, arena, ret, err);
}

enum gw_code gw_store_developer_list(struct gw_db *db, struct gw_arena *arena, struct gw_developer **ret,
                                     size_t *ret_count, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_DEVELOPER_LIST, NULL, &result, err);
    size_t n = code ? 0 : (size_t)PQntuples(result);
    struct gw_developer *list = gw_arena_alloc(arena, n * sizeof(*list));

    if (!code && !list)
        code = gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = developer_read(result, (int)i, arena, &list[i], err);
    if (code)
        return code;
    *ret = list;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_developer_count(struct gw_db *db, int64_t *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_DEVELOPER_COUNT, NULL, &result, err);

    if (code)
        return code;
    struct pg_row row = {.result = result};
    *ret = pg_get_i64(&row);
    return pg_row_check(&row, err);
}

/* ---- changes: each a transaction with its line in the audit log ---- */

struct change {
    struct gw_arena *arena;
    const struct gw_developer *developer;
    struct gw_uuid by;
    struct gw_developer *ret;
};
typedef enum gw_code change_fn(struct pg_conn *c, const struct change *change, struct gw_err *err);

static enum gw_code in_turn(struct gw_db *db, const struct change *change, change_fn *fn, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = fn(turn.c, change, err);
    return code;
}

static enum gw_code create(struct pg_conn *c, const struct change *change, struct gw_err *err)
{
    const struct gw_developer *d = change->developer;
    struct pg_params p = {0}, get = {0};
    gw_own_result *result = NULL;
    int64_t rows = 0;
    enum gw_code code;

    developer_put(&p, d, gw_now_us());
    pg_put_uuid(&get, d->id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_DEVELOPER_INSERT, &p);
    audit_queue(c, "developer.created", d->id, (struct gw_uuid){{0}}, change->by);
    pg_queue(c, SQL_DEVELOPER_GET, &get);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows == 0)
        code = taken(err);
    if (!code)
        code = developer_read(result, 0, change->arena, change->ret, err);
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_developer_create(struct gw_db *db, struct gw_arena *arena, const struct gw_developer *developer,
                                       struct gw_uuid by, struct gw_developer *ret, struct gw_err *err)
{
    return in_turn(db, &(struct change){arena, developer, by, ret}, create, err);
}

/* The row comes back; then what hangs on it goes, in the same transaction. */
static enum gw_code first_row(struct pg_conn *c, const struct change *change, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_send(c, 0, err);

    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(result) == 0)
        code = unknown(err);
    return code ? code : developer_read(result, 0, change->arena, change->ret, err);
}

static enum gw_code update(struct pg_conn *c, const struct change *change, struct gw_err *err)
{
    const struct gw_developer *d = change->developer;
    struct pg_params p = {0}, id = {0};
    enum gw_code code;

    developer_put(&p, d, gw_now_us());
    pg_put_uuid(&id, d->id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_DEVELOPER_UPDATE, &p);
    code = first_row(c, change, err);
    if (code == GW_CONFLICT)
        return taken(err);
    if (code)
        return code;
    if (d->password)
        pg_queue(c, SQL_DEVELOPER_SESSION_END_ALL, &id);
    audit_queue(c, d->password ? "developer.password_changed" : "developer.changed", d->id, (struct gw_uuid){{0}},
                change->by);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_developer_update(struct gw_db *db, struct gw_arena *arena, const struct gw_developer *changes,
                                       struct gw_uuid by, struct gw_developer *ret, struct gw_err *err)
{
    enum gw_code code = in_turn(db, &(struct change){arena, changes, by, ret}, update, err);

    if (!code && changes->password)
        audit_hint(db);
    return code;
}

static enum gw_code delete (struct pg_conn *c, const struct change *change, struct gw_err *err) {
    struct pg_params id = {0}; enum gw_code code;

    pg_put_uuid(&id, change->developer->id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_DEVELOPER_DELETE, &id);
    code = first_row(c, change, err);
    if (code) return code;
    pg_queue(c, SQL_DEVELOPER_SESSION_END_ALL, &id);
    pg_queue(c, SQL_DEVELOPER_LEAVE, &id);
    audit_queue(c, "developer.deleted", change->developer->id, (struct gw_uuid){{0}}, change->by);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_developer_delete(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid by,
                                       struct gw_developer *ret, struct gw_err *err)
{
    struct gw_developer developer = {.id = id};
    enum gw_code code = in_turn(db, &(struct change){arena, &developer, by, ret}, delete, err);

    if (!code)
        audit_hint(db);
    return code;
}
