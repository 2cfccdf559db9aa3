/* The token lock: one refresh of a connection at a time, over all processes. */
#include "base/buf.h"
#include "base/time.h"
#include "store/connection_row.h"
#include "store/pool.h"

#define HOLD_MS 180000 /* the longest a provider may take; beyond it the server ends the transaction */

/* BEGIN, the lock, and the row as it is once the lock is ours. */
static enum gw_code lock(struct pg_conn *c, struct gw_uuid user, struct gw_uuid id, int wait_ms, struct gw_arena *arena,
                         struct gw_connection *ret, struct gw_err *err)
{
    struct pg_params limits = {0}, key = {0};
    gw_own_result *result = NULL;
    char lock_ms[16], statement_ms[16], hold_ms[16];
    int wait = wait_ms > 0 ? wait_ms : 1;
    enum gw_code code;

    snprintf(lock_ms, sizeof(lock_ms), "%d", wait);
    snprintf(statement_ms, sizeof(statement_ms), "%d", wait + 5000);
    snprintf(hold_ms, sizeof(hold_ms), "%d", HOLD_MS);
    pg_put_text(&limits, lock_ms);
    pg_put_text(&limits, statement_ms);
    pg_put_text(&limits, hold_ms);
    pg_put_uuid(&key, user);
    pg_put_uuid(&key, id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_LIMITS, &limits);
    pg_queue(c, SQL_TOKEN_LOCK, &key);
    pg_queue(c, SQL_CONNECTION_GET, &key);
    code = pg_send(c, wait + 6000, err);
    for (int i = 0; !code && i < 3; i++)
        code = pg_next_done(c, NULL, err);
    if (code && strcmp(pg_sqlstate(c), "55P03") == 0)
        return gw_fail(err, GW_BUSY, "Another process is renewing this connection's token.");
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such connection.");
    return code ? code : connection_read(result, 0, arena, ret, err);
}

static void put_tokens(struct pg_params *p, const struct gw_connection *row, int64_t version)
{
    pg_put_uuid(p, row->user_id);
    pg_put_uuid(p, row->id);
    pg_put_i64(p, version);
    pg_put_str(p, row->tokens);
    pg_put_time(p, row->token_expires_us);
    pg_put_text(p, row->scope);
    pg_put_text(p, row->provider_username);
    pg_put_time(p, gw_now_us());
}

/* What the provider gave may not be given twice, so a lost connection is not the end of it: the version keeps a
 * second attempt, made without the lock, from doing harm. */
static enum gw_code store(struct gw_db *db, struct pg_conn *c, const struct gw_connection *row, int64_t version,
                          struct gw_err *err)
{
    struct pg_params p = {0};
    enum gw_code code;

    put_tokens(&p, row, version);
    pg_queue(c, SQL_TOKEN_STORE, &p);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_run(c, err);
    return code == GW_DB ? pg_exec(db, SQL_TOKEN_STORE, &p, NULL, err) : code;
}

enum gw_code gw_store_connection_token_lock(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                            struct gw_uuid id, int wait_ms, gw_token_work_fn *work, void *self,
                                            struct gw_err *err)
{
    struct pg_turn turn = {.db = db, .lasting = true};
    struct gw_connection row = {0};
    bool worked = false;
    enum gw_code code;

    while (pg_turn(&turn, &code, err)) {
        bool changed = false;
        code = lock(turn.c, user, id, wait_ms, arena, &row, err);
        if (code)
            continue;
        int64_t version = row.token_version;
        /* the provider is asked once: what follows is not repeated with another answer */
        code =
            worked ? gw_fail(err, GW_DB, "The connection to the database was lost.") : work(self, &row, &changed, err);
        worked = true;
        if (changed) {
            struct gw_err trouble = {0};
            enum gw_code stored = store(db, turn.c, &row, version, &trouble);
            if (!code && stored) {
                code = stored;
                if (err)
                    *err = trouble;
            }
        }
    }
    return code;
}
