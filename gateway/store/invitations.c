/* Invitations: made, renewed, revoked, accepted. */
#include "store/invitations.h"

#include "base/time.h"
#include "store/audit.h"
#include "store/developer_row.h"
#include "store/pool.h"

static const struct gw_uuid nobody;

static enum gw_code unknown(struct gw_err *err)
{
    return gw_fail_wire(err, GW_NOT_FOUND, "invitation.unknown", "Invitation not found");
}

static enum gw_code read_invitation(const PGresult *result, int number, struct gw_arena *arena,
                                    struct gw_invitation *ret, struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};

    ret->id = pg_get_uuid(&row);
    ret->email = pg_get_text(&row);
    ret->status = pg_get_text(&row);
    ret->expires_us = pg_get_time(&row);
    ret->created_us = pg_get_time(&row);
    ret->invited_by = pg_get_uuid(&row);
    if (ret->status && strcmp(ret->status, "pending") == 0 && ret->expires_us <= gw_now_us())
        ret->status = "expired";
    return pg_row_check(&row, err);
}

static enum gw_code one(const PGresult *result, struct gw_arena *arena, struct gw_invitation *ret, struct gw_err *err)
{
    return PQntuples(result) ? read_invitation(result, 0, arena, ret, err) : unknown(err);
}

/* ---- create ---- */

static enum gw_code create(struct pg_conn *c, const struct gw_invitation *invitation, const uint8_t digest[32],
                           struct gw_err *err)
{
    struct pg_params room = {0}, find = {0}, p = {0};
    gw_own_result *developer = NULL;
    enum gw_code code;

    pg_put_text(&room, invitation->email);
    pg_put_time(&room, gw_now_us());
    pg_put_text(&find, invitation->email);
    pg_put_uuid(&p, invitation->id);
    pg_put_text(&p, invitation->email);
    pg_put_bytes(&p, digest, 32);
    pg_put_time(&p, invitation->expires_us);
    pg_put_time(&p, invitation->created_us);
    pg_put_uuid_or_null(&p, invitation->invited_by);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_INVITATION_MAKE_ROOM, &room);
    pg_queue(c, SQL_DEVELOPER_FIND, &find);
    pg_queue(c, SQL_INVITATION_INSERT, &p);
    audit_queue(c, "invitation.created", invitation->id, nobody, invitation->invited_by);
    code = pg_send(c, 0, err);
    for (int i = 0; !code && i < 2; i++)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &developer, err);
    if (!code && PQntuples(developer))
        return gw_fail_wire(err, GW_CONFLICT, "developer.email_taken", "A developer with this email already exists");
    if (!code)
        code = pg_finish(c, err);
    if (code == GW_CONFLICT)
        return gw_fail_wire(err, code, "invitation.pending", "A pending invitation already exists for this email");
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_invitation_create(struct gw_db *db, const struct gw_invitation *invitation,
                                        const uint8_t digest[32], struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = create(turn.c, invitation, digest, err);
    return code;
}

enum gw_code gw_store_invitation_list(struct gw_db *db, struct gw_arena *arena, struct gw_invitation **ret,
                                      size_t *ret_count, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_INVITATION_LIST, NULL, &result, err);
    size_t n = code ? 0 : (size_t)PQntuples(result);
    struct gw_invitation *list = gw_arena_alloc(arena, n * sizeof(*list));

    if (!code && !list)
        code = gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = read_invitation(result, (int)i, arena, &list[i], err);
    if (code)
        return code;
    *ret = list;
    *ret_count = n;
    return GW_OK;
}

/* ---- revoke, renew ---- */

struct change {
    struct gw_arena *arena;
    struct gw_uuid id, by;
    const uint8_t *digest; /* NULL: revoke */
    int64_t expires_us;
    struct gw_invitation *ret;
};

/* The first result behind BEGIN is the invitation, under its lock. */
static enum gw_code lock(struct pg_conn *c, enum sql_id statement, const struct pg_params *p, struct gw_arena *arena,
                         struct gw_invitation *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, statement, p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    return code ? code : one(result, arena, ret, err);
}

static void queue_change(struct pg_conn *c, const struct change *change)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, change->id);
    if (change->digest) {
        pg_put_bytes(&p, change->digest, 32);
        pg_put_time(&p, change->expires_us);
        pg_queue(c, SQL_INVITATION_RENEW, &p);
    } else {
        pg_put_text(&p, "revoked");
        pg_queue(c, SQL_INVITATION_STATUS, &p);
    }
    audit_queue(c, change->digest ? "invitation.renewed" : "invitation.revoked", change->id, nobody, change->by);
}

static enum gw_code make_change(struct pg_conn *c, const struct change *change, struct gw_err *err)
{
    struct gw_invitation *row = change->ret;
    struct pg_params key = {0};
    enum gw_code code;

    pg_put_uuid(&key, change->id);
    code = lock(c, SQL_INVITATION_GET_LOCKED, &key, change->arena, row, err);
    if (!code && strcmp(row->status, "pending") != 0 && strcmp(row->status, "expired") != 0)
        code = gw_fail_wire(err, GW_CONFLICT, "invitation.over", "Cannot %s invitation with status: %s",
                            change->digest ? "resend" : "revoke", row->status);
    if (code)
        return code;
    queue_change(c, change);
    pg_queue_plain(c, SQL_COMMIT);
    code = pg_run(c, err);
    row->status = change->digest ? "pending" : "revoked";
    row->expires_us = change->digest ? change->expires_us : row->expires_us;
    return code;
}

static enum gw_code in_turn(struct gw_db *db, const struct change *change, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = make_change(turn.c, change, err);
    return code;
}

enum gw_code gw_store_invitation_revoke(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid by,
                                        struct gw_invitation *ret, struct gw_err *err)
{
    return in_turn(db, &(struct change){arena, id, by, NULL, 0, ret}, err);
}

enum gw_code gw_store_invitation_renew(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id,
                                       const uint8_t digest[32], int64_t expires_us, struct gw_uuid by,
                                       struct gw_invitation *ret, struct gw_err *err)
{
    return in_turn(db, &(struct change){arena, id, by, digest, expires_us, ret}, err);
}

/* ---- accept ---- */

static enum gw_code open_to(const struct gw_invitation *invitation, bool first, struct gw_err *err)
{
    if (first != (invitation->email == NULL))
        return unknown(err);
    if (strcmp(invitation->status, "expired") == 0)
        return gw_fail_wire(err, GW_CONFLICT, "invitation.expired", "Invitation has expired");
    if (strcmp(invitation->status, "pending") != 0)
        return gw_fail_wire(err, GW_CONFLICT, "invitation.over", "Invitation is %s", invitation->status);
    return GW_OK;
}

enum gw_code gw_store_invitation_find(struct gw_db *db, const uint8_t digest[32], bool first, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_invitation invitation;
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code = arena ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    pg_put_bytes(&p, digest, 32);
    if (!code)
        code = pg_one(db, SQL_INVITATION_FIND, &p, &result, err);
    if (!code)
        code = one(result, arena, &invitation, err);
    if (!code)
        code = open_to(&invitation, first, err);
    gw_arena_free(&arena);
    return code;
}

/* Nobody else becomes the first while we look. */
static enum gw_code check_first(struct pg_conn *c, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_queue_plain(c, SQL_DEVELOPER_LOCK);
    pg_queue_plain(c, SQL_DEVELOPER_COUNT);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    struct pg_row row = {.result = result};
    if (pg_get_i64(&row) > 0)
        return gw_fail_wire(err, GW_CONFLICT, "setup.done", "There is a developer already.");
    return pg_row_check(&row, err);
}

static enum gw_code insert(struct pg_conn *c, const struct gw_invitation *invitation,
                           const struct gw_developer *developer, struct gw_arena *arena, struct gw_developer *ret,
                           struct gw_err *err)
{
    struct pg_params p = {0}, status = {0}, get = {0};
    gw_own_result *result = NULL;
    int64_t rows = 0;
    enum gw_code code;

    developer_put(&p, developer, gw_now_us());
    pg_put_uuid(&status, invitation->id);
    pg_put_text(&status, "accepted");
    pg_put_uuid(&get, developer->id);
    pg_queue(c, SQL_DEVELOPER_INSERT, &p);
    pg_queue(c, SQL_INVITATION_STATUS, &status);
    audit_queue(c, "developer.created", developer->id, nobody, developer->id);
    pg_queue(c, SQL_DEVELOPER_GET, &get);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    for (int i = 0; !code && i < 2; i++)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows == 0)
        return gw_fail_wire(err, GW_CONFLICT, "developer.email_taken", "A developer with this email already exists");
    return code ? code : developer_read(result, 0, arena, ret, err);
}

static enum gw_code accept(struct pg_conn *c, struct gw_arena *arena, const uint8_t digest[32], bool first,
                           const struct gw_developer *developer, struct gw_developer *ret, struct gw_err *err)
{
    struct gw_developer made = *developer;
    struct gw_invitation invitation;
    struct pg_params key = {0};
    enum gw_code code;

    pg_put_bytes(&key, digest, 32);
    code = lock(c, SQL_INVITATION_FIND_LOCKED, &key, arena, &invitation, err);
    if (!code)
        code = open_to(&invitation, first, err);
    if (!code && first)
        code = check_first(c, err);
    if (!first && !code)
        made.email = invitation.email;
    if (!code)
        code = insert(c, &invitation, &made, arena, ret, err);
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_invitation_accept(struct gw_db *db, struct gw_arena *arena, const uint8_t digest[32], bool first,
                                        const struct gw_developer *developer, struct gw_developer *ret,
                                        struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = accept(turn.c, arena, digest, first, developer, ret, err);
    return code;
}

enum gw_code gw_store_invitation_first_pending(struct gw_db *db, bool *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_time(&p, gw_now_us());
    code = pg_one(db, SQL_INVITATION_SETUP_PENDING, &p, &result, err);
    if (!code)
        *ret = PQntuples(result) > 0;
    return code;
}
