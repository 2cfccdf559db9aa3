/* API keys. */
#include "store/keys.h"

#include "base/time.h"
#include "store/pool.h"

#define USED_EVERY_US (60 * GW_US_PER_S) /* last_used_at is no finer than this: reading must not write */

/* Who made and revoked which key stays known. */
static void queue_audit(struct pg_conn *c, const char *action, struct gw_uuid subject)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, gw_uuid_v7());
    pg_put_time(&p, gw_now_us());
    pg_put_text(&p, action);
    pg_put_uuid(&p, subject);
    pg_put_null(&p);
    pg_put_null(&p);
    pg_queue(c, SQL_AUDIT_INSERT, &p);
}

static enum gw_code create(struct pg_conn *c, const struct gw_api_key *key, const uint8_t digest[32],
                           struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, key->id);
    pg_put_text(&p, key->name);
    pg_put_text(&p, key->prefix);
    pg_put_bytes(&p, digest, 32);
    pg_put_i32(&p, (int32_t)key->scopes);
    pg_put_time(&p, key->created_us);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_KEY_INSERT, &p);
    queue_audit(c, "key.created", key->id);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, const char *prefix,
                                 const uint8_t digest[32], uint32_t scopes, struct gw_api_key *ret, struct gw_err *err)
{
    struct gw_api_key key = {.id = gw_uuid_v7(),
                             .name = gw_arena_strdup(arena, name),
                             .prefix = gw_arena_strdup(arena, prefix),
                             .scopes = scopes,
                             .created_us = gw_now_us(),
                             .last_used_us = GW_NO_TIME,
                             .revoked_us = GW_NO_TIME};
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    if (!key.name || !key.prefix)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = create(turn.c, &key, digest, err);
    if (!code)
        *ret = key;
    return code;
}

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

static enum gw_code revoke_key(struct pg_conn *c, struct gw_uuid id, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_put_time(&p, gw_now_us());
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_KEY_REVOKE, &p);
    queue_audit(c, "key.revoked", id);
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

enum gw_code gw_store_key_revoke(struct gw_db *db, struct gw_uuid id, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct pg_params hint = {0};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = revoke_key(turn.c, id, err);
    if (code)
        return code;
    /* lost hints are made good by the look every process takes once a second */
    pg_put_text(&hint, "k");
    (void)!pg_exec(db, SQL_NOTIFY, &hint, NULL, NULL);
    return GW_OK;
}

enum gw_code gw_store_key_find(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_id, uint32_t *ret_scopes,
                               struct gw_err *err)
{
    struct pg_params p = {0}, used = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_bytes(&p, digest, 32);
    code = pg_one(db, SQL_KEY_FIND, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return gw_fail(err, GW_UNAUTHENTICATED, "The API key is not valid.");
    struct pg_row row = {.result = result};
    struct gw_uuid id = pg_get_uuid(&row);
    uint32_t scopes = (uint32_t)pg_get_i32(&row);
    int64_t last_us = pg_get_time(&row), now_us = gw_now_us();
    code = pg_row_check(&row, err);
    if (code)
        return code;
    if (last_us == GW_NO_TIME || now_us - last_us > USED_EVERY_US) {
        pg_put_uuid(&used, id);
        pg_put_time(&used, now_us);
        code = pg_exec(db, SQL_KEY_USED, &used, NULL, err);
    }
    if (code)
        return code;
    *ret_id = id;
    *ret_scopes = scopes;
    return GW_OK;
}
