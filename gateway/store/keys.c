/* API keys: made, and looked up by what a caller shows. What people do with them is in key_list.c. */
#include "store/keys.h"

#include "base/time.h"
#include "store/audit.h"
#include "store/pool.h"

#define USED_EVERY_US (60 * GW_US_PER_S) /* last_used_at is no finer than this: reading must not write */

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
    pg_put_uuid_or_null(&p, key->created_by);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_KEY_INSERT, &p);
    audit_queue(c, "key.created", key->id, (struct gw_uuid){{0}}, key->created_by);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, const char *prefix,
                                 const uint8_t digest[32], uint32_t scopes, struct gw_uuid by, struct gw_api_key *ret,
                                 struct gw_err *err)
{
    struct gw_api_key key = {.id = gw_uuid_v7(),
                             .name = gw_arena_strdup(arena, name),
                             .prefix = gw_arena_strdup(arena, prefix),
                             .scopes = scopes,
                             .created_by = by,
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
