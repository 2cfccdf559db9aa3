/* People: create once by external id, get, list, change. */
#include "store/users.h"

#include "base/time.h"
#include "store/outbox.h"
#include "store/pool.h"

static enum gw_code read_user(const PGresult *result, int number, bool listed, struct gw_arena *arena,
                              struct gw_user *ret, struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};
    struct gw_user u = {.last_synced_us = GW_NO_TIME};

    u.id = pg_get_uuid(&row);
    u.created_us = pg_get_time(&row);
    u.updated_us = pg_get_time(&row);
    u.email = pg_get_text(&row);
    u.external_user_id = pg_get_text(&row);
    u.first_name = pg_get_text(&row);
    u.last_name = pg_get_text(&row);
    u.time_zone = pg_get_text(&row);
    u.birth_date = pg_get_text(&row);
    u.sex = pg_get_text(&row);
    if (listed) {
        u.last_synced_us = pg_get_time(&row);
        u.last_synced_provider = pg_get_text(&row);
        u.has_active_connection = pg_get_bool(&row);
    }
    *ret = u;
    return pg_row_check(&row, err);
}

static void put_user(struct pg_params *p, struct gw_uuid id, const struct gw_user *user)
{
    pg_put_uuid(p, id);
    pg_put_time(p, gw_now_us());
    pg_put_text(p, user->email);
    pg_put_text(p, user->external_user_id);
    pg_put_text(p, user->first_name);
    pg_put_text(p, user->last_name);
    pg_put_text(p, user->time_zone);
    pg_put_text(p, user->birth_date);
    pg_put_text(p, user->sex);
}

/* ---- create ---- */

/* Claims the external id; *ret_taken when somebody has it. Waits for whoever is claiming it at this moment. */
static enum gw_code claim_external(struct pg_conn *c, const char *external_id, struct gw_uuid id, bool *ret_taken,
                                   struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_text(&p, external_id);
    pg_put_uuid(&p, id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_USER_EXTERNAL_CLAIM, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        *ret_taken = rows == 0;
    return code;
}

static enum gw_code insert_user(struct pg_conn *c, struct gw_uuid id, const struct gw_user *user,
                                struct gw_arena *arena, struct gw_user *ret, struct gw_err *err)
{
    struct pg_params p = {0}, get = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    put_user(&p, id, user);
    pg_put_uuid(&get, id);
    if (!user->external_user_id)
        pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_USER_INSERT, &p);
    outbox_queue(c, id, "user.created", "{}");
    pg_queue_plain(c, SQL_COMMIT);
    pg_queue(c, SQL_USER_GET, &get);
    code = pg_send(c, 0, err);
    for (int i = 0; !code && i < 3 + !user->external_user_id; i++)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = PQntuples(result) == 1 ? read_user(result, 0, false, arena, ret, err)
                                      : gw_fail(err, GW_INTERNAL, "A new user is not there.");
    return code;
}

/* The owner of an external id. GW_NOT_FOUND when there is none (any more). */
static enum gw_code find_external(struct pg_conn *c, const char *external_id, struct gw_arena *arena,
                                  struct gw_user *ret, struct gw_err *err)
{
    struct pg_params p = {0}, get = {0};
    gw_own_result *found = NULL, *result = NULL;
    enum gw_code code;

    pg_put_text(&p, external_id);
    pg_queue(c, SQL_USER_EXTERNAL_FIND, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &found, err);
    if (!code)
        code = pg_finish(c, err);
    if (code)
        return code;
    if (PQntuples(found) == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    struct pg_row row = {.result = found};
    pg_put_uuid(&get, pg_get_uuid(&row));
    pg_queue(c, SQL_USER_GET, &get);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    if (!code)
        code = read_user(result, 0, false, arena, ret, err);
    return code;
}

static enum gw_code create(struct pg_conn *c, struct gw_arena *arena, const struct gw_user *user, struct gw_user *ret,
                           bool *ret_created, struct gw_err *err)
{
    struct gw_uuid id = gw_uuid_is_nil(user->id) ? gw_uuid_v7() : user->id;
    bool taken = false;
    enum gw_code code = GW_OK;

    if (user->external_user_id)
        code = claim_external(c, user->external_user_id, id, &taken, err);
    if (!code && taken) {
        pg_queue_plain(c, SQL_ROLLBACK);
        code = pg_run(c, err);
        if (!code)
            code = find_external(c, user->external_user_id, arena, ret, err);
    } else if (!code) {
        code = insert_user(c, id, user, arena, ret, err);
    }
    if (!code)
        *ret_created = !taken;
    return code;
}

enum gw_code gw_store_user_create(struct gw_db *db, struct gw_arena *arena, const struct gw_user *user,
                                  struct gw_user *ret, bool *ret_created, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = create(turn.c, arena, user, ret, ret_created, err);
    return code;
}

/* ---- read ---- */

enum gw_code gw_store_user_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_user *ret,
                               struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, id);
    code = pg_one(db, SQL_USER_GET, &p, &result, err);
    if (code)
        return code;
    if (PQntuples(result) == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    return read_user(result, 0, false, arena, ret, err);
}

/* "%text%" with what ILIKE takes for a wildcard escaped. */
static const char *pattern(struct gw_arena *arena, const char *search)
{
    char *out = gw_arena_alloc(arena, 2 * strlen(search) + 3), *to = out;

    if (!out)
        return NULL;
    *to++ = '%';
    for (; *search; search++) {
        if (strchr("\\%_", *search))
            *to++ = '\\';
        *to++ = *search;
    }
    *to++ = '%';
    *to = '\0';
    return out;
}

static enum gw_code list(struct pg_conn *c, struct gw_arena *arena, const struct gw_user_filter *filter,
                         struct gw_user **ret, size_t *ret_count, int64_t *ret_total, struct gw_err *err)
{
    const char *search = filter->search && *filter->search ? pattern(arena, filter->search) : NULL;
    const char *sort = filter->sort_by ? filter->sort_by : "created_at";
    bool newest = strcmp(sort, "created_at") == 0 && !filter->ascending;
    int64_t limit = filter->limit > 0 ? filter->limit : 1;
    int64_t skip = filter->page > 1 ? (filter->page - 1) * limit : 0;
    gw_own_result *total = NULL, *rows = NULL;
    struct pg_params count = {0}, page;
    enum gw_code code;

    pg_put_text(&count, search);
    pg_put_text(&count, filter->email);
    pg_put_text(&count, filter->external_user_id);
    page = count;
    pg_put_i64(&page, limit);
    pg_put_i64(&page, skip);
    if (!newest) {
        pg_put_text(&page, sort);
        pg_put_bool(&page, filter->ascending);
    }
    pg_queue(c, SQL_USER_COUNT, &count);
    pg_queue(c, newest ? SQL_USER_LIST_NEWEST : SQL_USER_LIST_SORTED, &page);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &total, err);
    if (!code)
        code = pg_next(c, &rows, err);
    if (code)
        return code;
    size_t n = (size_t)PQntuples(rows);
    struct gw_user *users = gw_arena_alloc(arena, n * sizeof(*users));
    if (!users)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++)
        code = read_user(rows, (int)i, true, arena, &users[i], err);
    if (code)
        return code;
    struct pg_row row = {.result = total};
    *ret_total = pg_get_i64(&row);
    *ret = users;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_user_list(struct gw_db *db, struct gw_arena *arena, const struct gw_user_filter *filter,
                                struct gw_user **ret, size_t *ret_count, int64_t *ret_total, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = list(turn.c, arena, filter, ret, ret_count, ret_total, err);
    return code;
}

/* ---- change ---- */

/* Reads the user under its lock, in a transaction that stays open. */
static enum gw_code lock_user(struct pg_conn *c, struct gw_uuid id, struct gw_arena *arena, struct gw_user *ret,
                              struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    enum gw_code code;

    pg_put_uuid(&p, id);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_USER_GET_LOCKED, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    return code ? code : read_user(result, 0, false, arena, ret, err);
}

/* Gives up the old external id and takes the new one. */
static enum gw_code move_external(struct pg_conn *c, const struct gw_user *old, const char *external_id,
                                  struct gw_err *err)
{
    struct pg_params take = {0}, give = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_text(&take, external_id);
    pg_put_uuid(&take, old->id);
    pg_queue(c, SQL_USER_EXTERNAL_CLAIM, &take);
    if (old->external_user_id) {
        pg_put_text(&give, old->external_user_id);
        pg_put_uuid(&give, old->id);
        pg_queue(c, SQL_USER_EXTERNAL_RELEASE, &give);
    }
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows == 0) {
        code = gw_fail(err, GW_CONFLICT, "Another user has this external_user_id.");
        if (err)
            snprintf(err->field, sizeof(err->field), "external_user_id");
    }
    return code;
}

static enum gw_code update(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid id, const struct gw_user *changes,
                           struct gw_user *ret, struct gw_err *err)
{
    struct pg_params p = {0}, get = {0};
    gw_own_result *result = NULL;
    struct gw_user old;
    enum gw_code code = lock_user(c, id, arena, &old, err);

    if (!code && changes->external_user_id &&
        (!old.external_user_id || strcmp(old.external_user_id, changes->external_user_id) != 0))
        code = move_external(c, &old, changes->external_user_id, err);
    if (code)
        return code;
    put_user(&p, id, changes);
    pg_put_uuid(&get, id);
    pg_queue(c, SQL_USER_UPDATE, &p);
    outbox_queue(c, id, "user.updated", "{}");
    pg_queue_plain(c, SQL_COMMIT);
    pg_queue(c, SQL_USER_GET, &get);
    code = pg_send(c, 0, err);
    for (int i = 0; !code && i < 3; i++)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    return code ? code : read_user(result, 0, false, arena, ret, err);
}

enum gw_code gw_store_user_update(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id,
                                  const struct gw_user *changes, struct gw_user *ret, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = update(turn.c, arena, id, changes, ret, err);
    return code;
}
