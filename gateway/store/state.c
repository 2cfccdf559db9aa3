/* Small state: values of plugins, OAuth flows. */
#include "base/time.h"
#include "store/connection_row.h"
#include "store/pool.h"

/* The key of a value: (user, connection, key) or (provider, key). Returns whether it is of a connection. */
static bool put_key(struct pg_params *p, struct gw_uuid user, struct gw_uuid connection, const char *provider,
                    struct gw_str key)
{
    bool of_connection = !gw_uuid_is_nil(connection);

    if (of_connection) {
        pg_put_uuid(p, user);
        pg_put_uuid(p, connection);
    } else {
        pg_put_text(p, provider);
    }
    pg_put_bytes(p, key.ptr, key.len);
    return of_connection;
}

static enum sql_id fill_put(struct pg_params *p, struct gw_uuid user, struct gw_uuid connection, const char *provider,
                            const struct gw_state_put *put)
{
    bool of_connection = put_key(p, user, connection, provider, put->key);

    if (put->value.len == 0)
        return of_connection ? SQL_CONNECTION_STATE_DELETE : SQL_PROVIDER_STATE_DELETE;
    pg_put_str(p, put->value);
    pg_put_time(p, put->expires_us);
    return of_connection ? SQL_CONNECTION_STATE_PUT : SQL_PROVIDER_STATE_PUT;
}

void state_queue(struct pg_conn *c, struct gw_uuid user, struct gw_uuid connection, const char *provider,
                 const struct gw_state_put *put)
{
    struct pg_params p = {0};
    enum sql_id id = fill_put(&p, user, connection, provider, put);

    pg_queue(c, id, &p);
}

enum gw_code gw_store_state_put(struct gw_db *db, struct gw_uuid user, struct gw_uuid connection, const char *provider,
                                const struct gw_state_put *put, struct gw_err *err)
{
    struct pg_params p = {0};
    enum sql_id id = fill_put(&p, user, connection, provider, put);

    return pg_exec(db, id, &p, NULL, err);
}

enum gw_code gw_store_state_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                struct gw_uuid connection, const char *provider, struct gw_str key, struct gw_str *ret,
                                struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    bool of_connection = put_key(&p, user, connection, provider, key);
    enum gw_code code;

    pg_put_time(&p, gw_now_us());
    code = pg_one(db, of_connection ? SQL_CONNECTION_STATE_GET : SQL_PROVIDER_STATE_GET, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such state.");
    struct pg_row row = {.result = result, .arena = arena};
    struct gw_str value = pg_get_bytes(&row);
    code = pg_row_check(&row, err);
    if (!code)
        *ret = value;
    return code;
}

enum gw_code gw_store_flow_put(struct gw_db *db, const struct gw_flow *flow, struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, flow->user_id);
    pg_put_bytes(&p, flow->state_digest, sizeof(flow->state_digest));
    pg_put_text(&p, flow->provider);
    pg_put_text(&p, flow->redirect_uri);
    pg_put_str(&p, flow->plugin_state);
    pg_put_time(&p, flow->expires_us);
    return pg_exec(db, SQL_FLOW_PUT, &p, NULL, err);
}

enum gw_code gw_store_flow_take(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                const uint8_t state_digest[32], struct gw_flow *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    struct gw_flow flow = {.user_id = user};
    enum gw_code code;

    memcpy(flow.state_digest, state_digest, sizeof(flow.state_digest));
    pg_put_uuid(&p, user);
    pg_put_bytes(&p, state_digest, 32);
    code = pg_one(db, SQL_FLOW_TAKE, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return gw_fail(err, GW_STATE, NULL);
    struct pg_row row = {.result = result, .arena = arena};
    flow.provider = pg_get_text(&row);
    flow.redirect_uri = pg_get_text(&row);
    flow.plugin_state = pg_get_bytes(&row);
    flow.expires_us = pg_get_time(&row);
    code = pg_row_check(&row, err);
    if (!code && flow.expires_us <= gw_now_us())
        code = gw_fail(err, GW_STATE, NULL);
    if (!code)
        *ret = flow;
    return code;
}
