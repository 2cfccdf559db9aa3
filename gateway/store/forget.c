/* Taking away, step by step, under the user's lock. */
#include "store/forget.h"

#include "base/buf.h"
#include "base/time.h"
#include "store/duplicates_tx.h"
#include "store/job_row.h"
#include "store/outbox.h"
#include "store/pool.h"

#define BLOCKS_A_PIECE   4000
#define PAYLOADS_A_PIECE 200 /* each brings its chunks of 1 MiB */
#define RECORDS_A_PIECE  4000

/* BEGIN and the user's lock: GW_NOT_FOUND. */
static enum gw_code begin(struct pg_conn *c, struct gw_uuid user, struct gw_err *err)
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
    return !code && rows == 0 ? gw_fail(err, GW_NOT_FOUND, "There is no such user.") : code;
}

/* Work that makes no sense any more: the rows of jobs go, so that who runs them finds the lease lost. */
static enum gw_code cancel_jobs(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user,
                                struct gw_uuid connection, const char *provider, bool pushes, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *rows = NULL;
    struct gw_err why = {0};
    enum gw_code code;

    gw_fail(&why, GW_CANCELLED, "The connection was ended.");
    pg_put_uuid(&p, user);
    pg_put_uuid_or_null(&p, connection);
    pg_put_bool(&p, pushes);
    pg_put_text(&p, provider);
    pg_queue(c, SQL_JOB_LOCK_OF_USER, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    for (int i = 0; !code && i < PQntuples(rows); i++) {
        struct job_row *row = gw_arena_zalloc(arena, sizeof(*row));
        code = row ? job_read(rows, i, arena, row, err) : gw_fail(err, GW_NOMEM, NULL);
        if (!code)
            job_queue_end(c, arena, &row->job, "cancelled", &row->job.counts, row->job.warnings, &why);
    }
    return code;
}

/* ---- a connection ---- */

static void queue_ended(struct pg_conn *c, struct gw_uuid user, struct gw_uuid id, const char *provider,
                        const char *reason)
{
    gw_own_buf struct gw_buf json = {0};
    char text[GW_UUID_TEXT];

    gw_buf_printf(&json, "{\"connection_id\":\"%s\",\"provider\":", gw_uuid_text(id, text));
    gw_buf_json_cstr(&json, provider);
    gw_buf_str(&json, ",\"status\":\"revoked\",\"reason\":");
    gw_buf_json_cstr(&json, reason);
    gw_buf_char(&json, '}');
    const char *data = gw_buf_cstr(&json);
    outbox_queue(c, user, "connection.changed", data ? data : "{}");
}

static enum gw_code retire(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                           const char *reason, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *rows = NULL;
    enum gw_code code = begin(c, user, err);

    if (code)
        return code;
    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    pg_put_text(&p, reason);
    pg_put_time(&p, gw_now_us());
    pg_queue(c, SQL_CONNECTION_RETIRE, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = cancel_jobs(c, arena, user, id, NULL, false, err);
    if (code)
        return code;
    if (PQntuples(rows) == 1) {
        struct pg_row row = {.result = rows, .arena = arena};
        queue_ended(c, user, id, pg_get_text(&row), reason);
    }
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_connection_retire(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, const char *reason,
                                        struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = retire(turn.c, arena, user, id, reason, err);
    gw_arena_free(&arena);
    return code;
}

enum gw_code gw_store_connection_wipe(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct pg_params p = {0};
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    while (pg_turn(&turn, &code, err)) {
        pg_queue_plain(turn.c, SQL_BEGIN);
        pg_queue(turn.c, SQL_CONNECTION_WIPE, &p);
        pg_queue(turn.c, SQL_CONNECTION_STATE_WIPE, &p);
        pg_queue_plain(turn.c, SQL_COMMIT);
        code = pg_run(turn.c, err);
    }
    return code;
}

/* ---- data ---- */

/* Large tables first: what is left of a source is found by it. */
static const struct {
    enum sql_id id;
    int64_t most;
} pieces[] = {
    {SQL_FORGET_BLOCKS, BLOCKS_A_PIECE},    {SQL_FORGET_PAYLOADS, PAYLOADS_A_PIECE},
    {SQL_FORGET_WORKOUTS, RECORDS_A_PIECE}, {SQL_FORGET_SLEEP, RECORDS_A_PIECE},
    {SQL_FORGET_STAGES, RECORDS_A_PIECE},   {SQL_FORGET_EVENTS, RECORDS_A_PIECE},
};
#define PIECES (sizeof(pieces) / sizeof(*pieces))

static enum gw_code delete_pieces(struct pg_conn *c, struct gw_uuid user, const char *provider, bool *ret_last,
                                  struct gw_err *err)
{
    enum gw_code code;

    for (size_t i = 0; i < PIECES; i++) {
        struct pg_params p = {0};
        pg_put_uuid(&p, user);
        pg_put_text(&p, provider);
        pg_put_i64(&p, pieces[i].most);
        pg_queue(c, pieces[i].id, &p);
    }
    *ret_last = true;
    code = pg_send(c, 0, err);
    for (size_t i = 0; !code && i < PIECES; i++) {
        int64_t rows = 0;
        code = pg_next_done(c, &rows, err);
        *ret_last &= rows < pieces[i].most;
    }
    return code ? code : pg_finish(c, err);
}

static void queue_last(struct pg_conn *c, struct gw_uuid user, const char *provider)
{
    gw_own_buf struct gw_buf json = {0};
    struct pg_params sources = {0}, unsynced = {0};
    const char *data;

    pg_put_uuid(&sources, user);
    pg_put_text(&sources, provider);
    pg_queue(c, SQL_FORGET_SOURCES, &sources);
    if (!provider)
        return;
    pg_put_uuid(&unsynced, user);
    pg_put_text(&unsynced, provider);
    pg_queue(c, SQL_CONNECTION_UNSYNCED, &unsynced);
    gw_buf_str(&json, "{\"provider\":");
    gw_buf_json_cstr(&json, provider);
    gw_buf_char(&json, '}');
    data = gw_buf_cstr(&json);
    outbox_queue(c, user, "data.deleted", data ? data : "{}");
}

static enum gw_code delete_data(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, const char *provider,
                                bool *ret_done, struct gw_err *err)
{
    static const struct gw_uuid any;
    bool last = false;
    enum gw_code code = begin(c, user, err);

    if (!code)
        code = cancel_jobs(c, arena, user, any, provider, true, err);
    if (!code)
        code = delete_pieces(c, user, provider, &last, err);
    if (!code && last && provider) /* a workout whose better twin is gone stands for itself */
        code = duplicates_settle_all(c, arena, user, err);
    if (code)
        return code;
    if (last)
        queue_last(c, user, provider);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_run(c, err);
    if (!code)
        *ret_done = last;
    return code;
}

enum gw_code gw_store_data_delete(struct gw_db *db, struct gw_uuid user, const char *provider, bool *ret_done,
                                  struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = delete_data(turn.c, arena, user, provider, ret_done, err);
    gw_arena_free(&arena);
    return code;
}

/* ---- an event ---- */

static const struct {
    enum sql_id remove;
    const char *name; /* in the notice */
} tables[] = {
    [GW_EVENT_WORKOUT] = {SQL_WORKOUT_REMOVE, "workouts"},
    [GW_EVENT_SLEEP] = {SQL_SLEEP_REMOVE, "sleep"},
    [GW_EVENT_OTHER] = {SQL_EVENT_REMOVE, "events"},
};

static void queue_removed(struct pg_conn *c, struct gw_uuid user, const char *provider, const char *table,
                          struct gw_uuid id)
{
    gw_own_buf struct gw_buf json = {0};
    char text[GW_UUID_TEXT];
    const char *data;

    gw_buf_str(&json, "{\"provider\":");
    gw_buf_json_cstr(&json, provider);
    gw_buf_printf(&json, ",\"%s\":{\"deleted\":[\"%s\"]}}", table, gw_uuid_text(id, text));
    data = gw_buf_cstr(&json);
    outbox_queue(c, user, "data.changed", data ? data : "{}");
}

static enum gw_code remove_event(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user,
                                 enum gw_event_table table, const char *kind, struct gw_uuid id, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *rows = NULL;
    enum gw_code code = begin(c, user, err);

    if (code)
        return code;
    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    if (table == GW_EVENT_OTHER)
        pg_put_text(&p, kind);
    pg_queue(c, tables[table].remove, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(rows) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such event.");
    if (!code && table == GW_EVENT_WORKOUT)
        code = duplicates_settle_all(c, arena, user, err);
    if (code)
        return code;
    struct pg_row row = {.result = rows, .arena = arena};
    queue_removed(c, user, pg_get_text(&row), tables[table].name, id);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_event_delete(struct gw_db *db, struct gw_uuid user, enum gw_event_table table, const char *kind,
                                   struct gw_uuid id, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = remove_event(turn.c, arena, user, table, kind, id, err);
    gw_arena_free(&arena);
    return code;
}

/* ---- a person ---- */

/* In this order: the user as a whole, so that nobody begins to refer to them, but behind the jobs, for who ends one
 * holds its row and then looks at the user; and outbox before changes, for a relay may be moving rows from one to the
 * other. */
static const enum sql_id person[] = {SQL_USER_LOCK_WHOLE, SQL_FORGET_OWNERS,  SQL_FORGET_EXTERNAL, SQL_FORGET_CODES,
                                     SQL_FORGET_OUTBOX,   SQL_FORGET_CHANGES, SQL_FORGET_AUDIT,    SQL_USER_DELETE};

static enum gw_code delete_user(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, struct gw_err *err)
{
    static const struct gw_uuid any;
    enum gw_code code = begin(c, user, err);

    if (!code)
        code = cancel_jobs(c, arena, user, any, NULL, true, err);
    if (code)
        return code;
    for (size_t i = 0; i < sizeof(person) / sizeof(*person); i++) {
        struct pg_params p = {0};
        pg_put_uuid(&p, user);
        pg_queue(c, person[i], &p);
    }
    outbox_queue(c, user, "user.deleted", "{}");
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_user_delete(struct gw_db *db, struct gw_uuid user, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = delete_user(turn.c, arena, user, err);
    gw_arena_free(&arena);
    return code;
}
