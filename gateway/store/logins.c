/* Logins of developers and phones: two tables, one set of steps. */
#include "store/logins.h"

#include "base/time.h"
#include "store/audit.h"
#include "store/pool.h"

#define LOST_RACE_US (10 * GW_US_PER_S) /* two uses of one token at once are a client's haste, not a thief */

static const struct {
    enum sql_id insert, get, lock, rotate, end;
} sql[GW_LOGIN_KINDS] = {
    [GW_LOGIN_DEVELOPER] = {SQL_DEVELOPER_SESSION_INSERT, SQL_DEVELOPER_SESSION_GET, SQL_DEVELOPER_SESSION_LOCK,
                            SQL_DEVELOPER_SESSION_ROTATE, SQL_DEVELOPER_SESSION_END},
    [GW_LOGIN_SDK] = {SQL_SDK_SESSION_INSERT, SQL_SDK_SESSION_GET, SQL_SDK_SESSION_LOCK, SQL_SDK_SESSION_ROTATE,
                      SQL_SDK_SESSION_END},
};

static enum gw_code ended(struct gw_err *err)
{
    return gw_fail_wire(err, GW_UNAUTHENTICATED, "auth.token_invalid", "The token is not valid any more.");
}

static void put_login(struct pg_params *p, const struct gw_login *login)
{
    pg_put_uuid(p, login->owner);
    pg_put_uuid(p, login->id);
}

enum gw_code gw_store_login_create(struct gw_db *db, const struct gw_login *login, const uint8_t digest[32],
                                   const char *proof, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    put_login(&p, login);
    pg_put_bytes(&p, digest, 32);
    pg_put_time(&p, gw_now_us());
    pg_put_text(&p, proof);
    code = pg_exec(db, sql[login->kind].insert, &p, &rows, err);
    if (code == GW_NOT_FOUND)
        return gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    return !code && rows == 0 ? ended(err) : code;
}

enum gw_code gw_store_login_find(struct gw_db *db, struct gw_arena *arena, const struct gw_login *login,
                                 const char **ret_issuer, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    put_login(&p, login);
    code = pg_one(db, sql[login->kind].get, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return ended(err);
    struct pg_row row = {.result = result, .arena = arena};
    *ret_issuer = pg_get_text(&row);
    return pg_row_check(&row, err);
}

/* ---- renewing ---- */

/* Under the row's lock, held by the transaction. */
struct locked {
    bool found, current, lately; /* the token is the login's; was so until a moment ago */
    const char *issuer;
};

static bool is_digest(struct gw_str stored, const uint8_t digest[32])
{
    return stored.len == 32 && memcmp(stored.ptr, digest, 32) == 0; /* of a digest: where it differs tells nothing */
}

static enum gw_code lock(struct pg_conn *c, struct gw_arena *arena, const struct gw_login *login,
                         const uint8_t digest[32], struct locked *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    put_login(&p, login);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, sql[login->kind].lock, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (code || PQntuples(result) == 0)
        return code;
    struct pg_row row = {.result = result, .arena = arena};
    struct gw_str now = pg_get_bytes_view(&row), before = pg_get_bytes_view(&row);
    ret->found = true;
    ret->current = is_digest(now, digest);
    ret->lately = is_digest(before, digest) && gw_now_us() - pg_get_time(&row) < LOST_RACE_US;
    row.column = 3;
    ret->issuer = pg_get_text(&row);
    return pg_row_check(&row, err);
}

static enum gw_code rotate(struct pg_conn *c, struct gw_arena *arena, const struct gw_login *login,
                           const uint8_t digest[32], const uint8_t next[32], struct locked *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    enum gw_code code;

    *ret = (struct locked){0};
    code = lock(c, arena, login, digest, ret, err);
    if (code)
        return code;
    put_login(&p, login);
    if (ret->current) {
        pg_put_bytes(&p, next, 32);
        pg_put_time(&p, gw_now_us());
        pg_queue(c, sql[login->kind].rotate, &p);
    } else if (ret->found && !ret->lately) {
        pg_queue(c, sql[login->kind].end, &p);
    }
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_login_rotate(struct gw_db *db, struct gw_arena *arena, const struct gw_login *login,
                                   const uint8_t digest[32], const uint8_t next[32], const char **ret_issuer,
                                   struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct locked locked = {0};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = rotate(turn.c, arena, login, digest, next, &locked, err);
    if (code)
        return code;
    if (!locked.current) {
        if (locked.found && !locked.lately)
            audit_hint(db);
        return ended(err);
    }
    *ret_issuer = locked.issuer;
    return GW_OK;
}

/* ---- the end ---- */

static enum gw_code end(struct pg_conn *c, struct gw_arena *arena, const struct gw_login *login, const uint8_t *digest,
                        bool *ret_ended, struct gw_err *err)
{
    struct locked locked = {0};
    struct pg_params p = {0};
    enum gw_code code = lock(c, arena, login, digest, &locked, err);

    if (code)
        return code;
    *ret_ended = locked.current;
    put_login(&p, login);
    if (locked.current)
        pg_queue(c, sql[login->kind].end, &p);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

/* With the right token alone. */
static enum gw_code end_by_token(struct gw_db *db, const struct gw_login *login, const uint8_t *digest, bool *ret_ended,
                                 struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = end(turn.c, arena, login, digest, ret_ended, err);
    gw_arena_free(&arena);
    return code;
}

enum gw_code gw_store_login_end(struct gw_db *db, const struct gw_login *login, const uint8_t *digest,
                                struct gw_err *err)
{
    struct pg_params p = {0};
    bool gone = false;
    int64_t rows = 0;
    enum gw_code code;

    put_login(&p, login);
    code = digest ? end_by_token(db, login, digest, &gone, err) : pg_exec(db, sql[login->kind].end, &p, &rows, err);
    if (code)
        return code;
    if (!gone && rows == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such token.");
    audit_hint(db);
    return GW_OK;
}

/* ---- who issued it ---- */

enum gw_code gw_store_issuer_find(struct gw_db *db, const char *issuer, struct gw_err *err)
{
    static const char admin[] = "admin:";
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    bool by_developer = strncmp(issuer, admin, sizeof(admin) - 1) == 0;
    enum gw_code code;

    if (!by_developer && strncmp(issuer, "app_", 4) != 0)
        return GW_OK;
    pg_put_text(&p, by_developer ? issuer + sizeof(admin) - 1 : issuer);
    code = pg_one(db, by_developer ? SQL_ISSUER_DEVELOPER : SQL_ISSUER_APPLICATION, &p, &result, err);
    return !code && PQntuples(result) == 0 ? ended(err) : code;
}
