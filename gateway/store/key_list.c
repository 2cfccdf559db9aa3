/* API keys as people see them: listed, renamed, revoked. */
#include "base/time.h"
#include "store/audit.h"
#include "store/keys.h"
#include "store/pool.h"

static enum gw_code read_key(const PGresult *result, int number, struct gw_arena *arena, struct gw_api_key *ret,
                             struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};

    ret->id = pg_get_uuid(&row);
    ret->name = pg_get_text(&row);
    ret->prefix = pg_get_text(&row);
    ret->scopes = (uint32_t)pg_get_i32(&row);
    ret->created_us = pg_get_time(&row);
    ret->last_used_us = pg_get_time(&row);
    ret->revoked_us = pg_get_time(&row);
    ret->created_by = pg_get_uuid(&row);
    return pg_row_check(&row, err);
}

enum gw_code gw_store_key_list(struct gw_db *db, struct gw_arena *arena, struct gw_api_key **ret, size_t *ret_count,
                               struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_KEY_LIST, NULL, &result, err);

    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    struct gw_api_key *keys = gw_arena_alloc(arena, n * sizeof(*keys));
    if (!keys)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = read_key(result, (int)i, arena, &keys[i], err);
    if (code)
        return code;
    *ret = keys;
    *ret_count = n;
    return GW_OK;
}

static enum gw_code one_key(const PGresult *result, struct gw_arena *arena, struct gw_api_key *ret, struct gw_err *err)
{
    if (PQntuples(result) == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such key.");
    return read_key(result, 0, arena, ret, err);
}

enum gw_code gw_store_key_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_api_key *ret,
                              struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, id);
    code = pg_one(db, SQL_KEY_GET, &p, &result, err);
    return code ? code : one_key(result, arena, ret, err);
}

enum gw_code gw_store_key_rename(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, const char *name,
                                 struct gw_api_key *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_text(&p, name);
    code = pg_one(db, SQL_KEY_RENAME, &p, &result, err);
    return code ? code : one_key(result, arena, ret, err);
}

static enum gw_code revoke_key(struct pg_conn *c, struct gw_uuid id, struct gw_uuid by, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_time(&p, gw_now_us());
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_KEY_REVOKE, &p);
    audit_queue(c, "key.revoked", id, (struct gw_uuid){{0}}, by);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such key.");
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_key_revoke(struct gw_db *db, struct gw_uuid id, struct gw_uuid by, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = revoke_key(turn.c, id, by, err);
    if (!code)
        audit_hint(db);
    return code;
}

/* ---- rotate: another text for the same rights, and the old one revoked, at once ---- */

static enum gw_code rotate(struct pg_conn *c, struct gw_uuid old, const struct gw_api_key *key,
                           const uint8_t digest[32], struct gw_err *err)
{
    struct pg_params revoke = {0}, p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&revoke, old);
    pg_put_time(&revoke, key->created_us);
    pg_put_uuid(&p, key->id);
    pg_put_text(&p, key->name);
    pg_put_text(&p, key->prefix);
    pg_put_bytes(&p, digest, 32);
    pg_put_i32(&p, (int32_t)key->scopes);
    pg_put_time(&p, key->created_us);
    pg_put_uuid_or_null(&p, key->created_by);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_KEY_REVOKE_LIVE, &revoke);
    pg_queue(c, SQL_KEY_INSERT, &p);
    audit_queue(c, "key.revoked", old, (struct gw_uuid){{0}}, key->created_by);
    audit_queue(c, "key.created", key->id, (struct gw_uuid){{0}}, key->created_by);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such key.");
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_key_rotate(struct gw_db *db, struct gw_uuid old, const struct gw_api_key *key,
                                 const uint8_t digest[32], struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = rotate(turn.c, old, key, digest, err);
    if (!code)
        audit_hint(db);
    return code;
}
