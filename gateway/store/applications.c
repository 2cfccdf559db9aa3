/* Applications: made, listed, given another secret, gone. */
#include "store/applications.h"

#include "base/time.h"
#include "store/audit.h"
#include "store/pool.h"

static const struct gw_uuid nobody;

static enum gw_code unknown(struct gw_err *err)
{
    return gw_fail_wire(err, GW_NOT_FOUND, "application.unknown", "Application not found");
}

static enum gw_code read_application(const PGresult *result, int number, struct gw_arena *arena,
                                     struct gw_application *ret, struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};

    ret->id = pg_get_uuid(&row);
    ret->app_id = pg_get_text(&row);
    ret->name = pg_get_text(&row);
    ret->created_us = pg_get_time(&row);
    return pg_row_check(&row, err);
}

enum gw_code gw_store_application_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid developer,
                                       struct gw_application **ret, size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, developer);
    code = pg_one(db, SQL_APPLICATION_LIST, &p, &result, err);
    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    struct gw_application *list = gw_arena_alloc(arena, n * sizeof(*list));
    if (!list)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = read_application(result, (int)i, arena, &list[i], err);
    if (code)
        return code;
    *ret = list;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_application_create(struct gw_db *db, const struct gw_application *application,
                                         const uint8_t digest[32], struct gw_uuid developer, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct pg_params p = {0};
    enum gw_code code;

    pg_put_uuid(&p, application->id);
    pg_put_text(&p, application->app_id);
    pg_put_text(&p, application->name);
    pg_put_bytes(&p, digest, 32);
    pg_put_uuid(&p, developer);
    pg_put_time(&p, application->created_us);
    while (pg_turn(&turn, &code, err)) {
        pg_queue_plain(turn.c, SQL_BEGIN);
        pg_queue(turn.c, SQL_APPLICATION_INSERT, &p);
        audit_queue(turn.c, "application.created", application->id, nobody, developer);
        pg_queue_plain(turn.c, SQL_COMMIT);
        code = pg_run(turn.c, err);
    }
    return code;
}

/* What the statement returns is read; then the line of the audit log, in the same transaction. */
struct change {
    enum sql_id statement;
    const struct pg_params *params;
    const char *action;
    struct gw_uuid developer;
    struct gw_arena *arena;
    struct gw_application *ret; /* NULL: the id alone is returned */
};

static enum gw_code read_changed(const struct change *change, const PGresult *result, struct gw_uuid *ret_id,
                                 struct gw_err *err)
{
    struct pg_row row = {.result = result};
    enum gw_code code = GW_OK;

    if (PQntuples(result) == 0)
        return unknown(err);
    if (change->ret)
        code = read_application(result, 0, change->arena, change->ret, err);
    *ret_id = pg_get_uuid(&row);
    return code ? code : pg_row_check(&row, err);
}

static enum gw_code make_change(struct pg_conn *c, const struct change *change, struct gw_err *err)
{
    gw_own_result *result = NULL;
    struct gw_uuid id;
    enum gw_code code;

    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, change->statement, change->params);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = read_changed(change, result, &id, err);
    if (code)
        return code;
    audit_queue(c, change->action, id, nobody, change->developer);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

static enum gw_code in_turn(struct gw_db *db, const struct change *change, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = make_change(turn.c, change, err);
    return code;
}

enum gw_code gw_store_application_rotate(struct gw_db *db, struct gw_arena *arena, const char *app_id,
                                         const uint8_t digest[32], struct gw_uuid developer, struct gw_application *ret,
                                         struct gw_err *err)
{
    struct pg_params p = {0};
    struct change change = {SQL_APPLICATION_ROTATE, &p, "application.secret_rotated", developer, arena, ret};

    pg_put_text(&p, app_id);
    pg_put_uuid(&p, developer);
    pg_put_bytes(&p, digest, 32);
    return in_turn(db, &change, err);
}

enum gw_code gw_store_application_delete(struct gw_db *db, const char *app_id, struct gw_uuid developer,
                                         struct gw_err *err)
{
    struct pg_params p = {0};
    struct change change = {SQL_APPLICATION_DELETE, &p, "application.deleted", developer, NULL, NULL};
    enum gw_code code;

    pg_put_text(&p, app_id);
    pg_put_uuid(&p, developer);
    code = in_turn(db, &change, err);
    if (!code)
        audit_hint(db);
    return code;
}

enum gw_code gw_store_application_digest(struct gw_db *db, const char *app_id, uint8_t ret[32], struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_text(&p, app_id);
    code = pg_one(db, SQL_APPLICATION_FIND, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return unknown(err);
    struct pg_row row = {.result = result};
    struct gw_str digest = pg_get_bytes_view(&row);
    if (digest.len != 32)
        return gw_fail(err, GW_INTERNAL, "An application's digest has another length.");
    memcpy(ret, digest.ptr, 32);
    return GW_OK;
}
