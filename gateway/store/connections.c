/* Connections: made, listed, found by account, ended. */
#include "store/connections.h"

#include "base/buf.h"
#include "base/time.h"
#include "store/connection_row.h"
#include "store/outbox.h"
#include "store/pool.h"

enum gw_code connection_read(const PGresult *result, int number, struct gw_arena *arena, struct gw_connection *ret,
                             struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};

    ret->id = pg_get_uuid(&row);
    ret->user_id = pg_get_uuid(&row);
    ret->provider = pg_get_text(&row);
    ret->provider_user_id = pg_get_text(&row);
    ret->provider_username = pg_get_text(&row);
    ret->status = pg_get_text(&row);
    ret->scope = pg_get_text(&row);
    ret->reason = pg_get_text(&row);
    ret->tokens = pg_get_bytes(&row);
    ret->token_expires_us = pg_get_time(&row);
    ret->token_version = pg_get_i64(&row);
    ret->created_us = pg_get_time(&row);
    ret->updated_us = pg_get_time(&row);
    ret->last_synced_us = pg_get_time(&row);
    ret->shared = pg_get_bool(&row);
    return pg_row_check(&row, err);
}

static enum gw_code read_all(const PGresult *result, struct gw_arena *arena, struct gw_connection **ret,
                             size_t *ret_count, struct gw_err *err)
{
    size_t n = (size_t)PQntuples(result);
    struct gw_connection *rows = gw_arena_alloc(arena, n * sizeof(*rows));
    enum gw_code code = rows ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < n; i++)
        code = connection_read(result, (int)i, arena, &rows[i], err);
    if (code)
        return code;
    *ret = rows;
    *ret_count = n;
    return GW_OK;
}

/* {"connection_id":…,"provider":…,"status":…} */
static void queue_notice(struct pg_conn *c, struct gw_uuid user, struct gw_uuid id, const char *provider,
                         const char *status)
{
    gw_own_buf struct gw_buf json = {0};
    char text[GW_UUID_TEXT];

    gw_buf_printf(&json, "{\"connection_id\":\"%s\",\"provider\":", gw_uuid_text(id, text));
    gw_buf_json_cstr(&json, provider);
    gw_buf_str(&json, ",\"status\":");
    gw_buf_json_cstr(&json, status);
    gw_buf_char(&json, '}');
    const char *data = gw_buf_cstr(&json);
    outbox_queue(c, user, "connection.changed", data ? data : "{}");
}

/* ---- put ---- */

/* BEGIN and the user's lock. GW_NOT_FOUND */
static enum gw_code begin_user(struct pg_conn *c, struct gw_uuid user, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_USER_LOCK, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    return code;
}

static enum gw_code upsert(struct pg_conn *c, struct gw_arena *arena, const struct gw_connection *connection,
                           struct gw_uuid id, struct gw_connection *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, connection->user_id);
    pg_put_uuid(&p, id);
    pg_put_text(&p, connection->provider);
    pg_put_text(&p, connection->provider_user_id ? connection->provider_user_id : "");
    pg_put_text(&p, connection->provider_username);
    pg_put_text(&p, connection->scope);
    pg_put_str(&p, connection->tokens);
    pg_put_time(&p, connection->token_expires_us);
    pg_put_time(&p, gw_now_us());
    pg_queue(c, SQL_CONNECTION_PUT, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = connection_read(result, 0, arena, ret, err);
    return code;
}

/* When other users own the account too, all its connections are told: a list then knows whom to look up. After the
 * commit, so that of two who connect it at once the later sees the other.
 */
static enum gw_code tell_sharers(struct pg_conn *c, const struct gw_connection *row, bool *ret_shared,
                                 struct gw_err *err)
{
    struct pg_params find = {0};
    gw_own_result *owners = NULL;
    bool shared = false;
    enum gw_code code;

    pg_put_text(&find, row->provider_user_id);
    pg_put_text(&find, row->provider);
    pg_queue(c, SQL_OWNER_FIND, &find);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &owners, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    int n = PQntuples(owners);
    for (int i = 0; i < n; i++) {
        struct pg_row owner = {.result = owners, .number = i};
        shared |= !gw_uuid_eq(pg_get_uuid(&owner), row->user_id);
    }
    for (int i = 0; shared && i < n; i++) {
        struct pg_row owner = {.result = owners, .number = i};
        struct pg_params p = {0};
        pg_put_uuid(&p, pg_get_uuid(&owner));
        pg_put_uuid(&p, pg_get_uuid(&owner));
        pg_queue(c, SQL_CONNECTION_SHARED, &p);
    }
    *ret_shared = shared;
    return shared ? pg_run(c, err) : GW_OK;
}

static enum gw_code put(struct pg_conn *c, struct gw_arena *arena, const struct gw_connection *connection,
                        const struct gw_state_put *states, size_t states_count, struct gw_connection *ret,
                        bool *ret_created, struct gw_err *err)
{
    struct gw_uuid id = gw_uuid_is_nil(connection->id) ? gw_uuid_v7() : connection->id;
    struct gw_connection row;
    struct pg_params lock = {0}, owner = {0};
    enum gw_code code = begin_user(c, connection->user_id, err);

    if (!code)
        code = upsert(c, arena, connection, id, &row, err);
    if (code)
        return code;
    pg_put_uuid(&lock, row.user_id);
    pg_put_uuid(&lock, row.id);
    pg_queue(c, SQL_TOKEN_LOCK_PUT, &lock);
    if (*row.provider_user_id) {
        pg_put_text(&owner, row.provider_user_id);
        pg_put_text(&owner, row.provider);
        pg_put_uuid(&owner, row.user_id);
        pg_put_uuid(&owner, row.id);
        pg_queue(c, SQL_OWNER_PUT, &owner);
    }
    for (size_t i = 0; i < states_count; i++)
        state_queue(c, row.user_id, row.id, row.provider, &states[i]);
    queue_notice(c, row.user_id, row.id, row.provider, "active");
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_run(c, err);
    if (!code && *row.provider_user_id && tell_sharers(c, &row, &row.shared, NULL) != GW_OK)
        row.shared = false; /* stored it is; only the hint is missing */
    if (code)
        return code;
    *ret = row;
    *ret_created = gw_uuid_eq(row.id, id) && row.token_version == 1;
    return GW_OK;
}

enum gw_code gw_store_connection_put(struct gw_db *db, struct gw_arena *arena, const struct gw_connection *connection,
                                     const struct gw_state_put *states, size_t states_count, struct gw_connection *ret,
                                     bool *ret_created, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = put(turn.c, arena, connection, states, states_count, ret, ret_created, err);
    return code;
}

/* ---- read ---- */

enum gw_code gw_store_connection_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                      const char *provider, struct gw_connection **ret, size_t *ret_count,
                                      struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_put_text(&p, provider);
    code = pg_one(db, SQL_CONNECTION_LIST, &p, &result, err);
    return code ? code : read_all(result, arena, ret, ret_count, err);
}

enum gw_code gw_store_connection_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                     struct gw_connection *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    struct gw_connection row;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    code = pg_one(db, SQL_CONNECTION_GET, &p, &result, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such connection.");
    if (!code)
        code = connection_read(result, 0, arena, &row, err);
    if (!code)
        *ret = row;
    return code;
}

/* The look-up knows only keys; the rows are each fetched by their user. */
static enum gw_code by_account(struct pg_conn *c, struct gw_arena *arena, const char *provider,
                               const char *provider_user_id, struct gw_connection **ret, size_t *ret_count,
                               struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *owners = NULL;
    enum gw_code code;

    pg_put_text(&p, provider_user_id);
    pg_put_text(&p, provider);
    pg_queue(c, SQL_OWNER_FIND, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &owners, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    int n = PQntuples(owners);
    struct gw_connection *rows = gw_arena_alloc(arena, (size_t)n * sizeof(*rows));
    if (!rows)
        return gw_fail(err, GW_NOMEM, NULL);
    for (int i = 0; i < n; i++) {
        struct pg_row row = {.result = owners, .number = i};
        struct pg_params get = {0};
        pg_put_uuid(&get, pg_get_uuid(&row));
        pg_put_uuid(&get, pg_get_uuid(&row));
        pg_queue(c, SQL_CONNECTION_GET, &get);
    }
    size_t count = 0;
    if (n > 0)
        code = pg_send(c, 0, err);
    for (int i = 0; !code && i < n; i++) {
        gw_own_result *result = NULL;
        code = pg_next(c, &result, err);
        if (!code && PQntuples(result) == 1)
            code = connection_read(result, 0, arena, &rows[count++], err);
    }
    if (code)
        return code;
    *ret = rows;
    *ret_count = count;
    return GW_OK;
}

enum gw_code gw_store_connection_by_account(struct gw_db *db, struct gw_arena *arena, const char *provider,
                                            const char *provider_user_id, struct gw_connection **ret, size_t *ret_count,
                                            struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = by_account(turn.c, arena, provider, provider_user_id, ret, ret_count, err);
    return code;
}

/* ---- change ---- */

/* A reason of NULL is no reason. */
static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static enum gw_code status(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                           const char *to, const char *reason, struct gw_err *err)
{
    struct pg_params get = {0}, set = {0};
    gw_own_result *result = NULL;
    struct gw_connection row;
    enum gw_code code = begin_user(c, user, err);

    if (code)
        return code;
    pg_put_uuid(&get, user);
    pg_put_uuid(&get, id);
    pg_queue(c, SQL_CONNECTION_GET, &get);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such connection.");
    if (!code)
        code = connection_read(result, 0, arena, &row, err);
    if (code || (same_text(row.status, to) && same_text(row.reason, reason)))
        return code;
    if (same_text(row.status, "revoked") && same_text(to, "reauthorize"))
        return GW_OK; /* a refusal that comes late: the user has left already */
    pg_put_uuid(&set, user);
    pg_put_uuid(&set, id);
    pg_put_text(&set, to);
    pg_put_text(&set, reason);
    pg_put_time(&set, gw_now_us());
    pg_queue(c, SQL_CONNECTION_STATUS, &set);
    queue_notice(c, user, id, row.provider, to);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_connection_status(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, const char *to,
                                        const char *reason, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = status(turn.c, arena, user, id, to, reason, err);
    gw_arena_free(&arena);
    return code;
}

enum gw_code gw_store_connection_scope(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, const char *scope,
                                       struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    pg_put_text(&p, scope);
    pg_put_time(&p, gw_now_us());
    return pg_exec(db, SQL_CONNECTION_SCOPE, &p, NULL, err);
}
