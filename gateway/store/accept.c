/* A push: the payload, its connection and the job that will read it, in one transaction. */
#include "store/accept.h"

#include "base/buf.h"
#include "base/time.h"
#include "crypt/crypt.h"
#include "store/commit.h"
#include "store/job_row.h"
#include "store/outbox.h"
#include "store/payload_row.h"
#include "store/pool.h"

struct accepting {
    struct pg_conn *c;
    struct gw_arena *arena;
    const struct gw_accept *in;
    struct gw_payload payload; /* with its id and connection */
    struct gw_uuid job_id;
    bool known;    /* equal bytes are stored already, under payload.id */
    bool connects; /* the connection was made, or was not active */
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- reading, under the user's lock ---- */

static void queue_connection(struct accepting *a)
{
    struct pg_params put = {0}, find = {0};

    if (!gw_uuid_is_nil(a->in->payload.connection_id))
        return;
    pg_put_uuid(&put, a->payload.user_id);
    pg_put_uuid(&put, gw_uuid_v7());
    pg_put_text(&put, a->payload.provider);
    pg_put_text(&put, or_empty(a->payload.account));
    pg_put_time(&put, gw_now_us());
    pg_queue(a->c, SQL_CONNECTION_PUSH, &put);
    pg_put_uuid(&find, a->payload.user_id);
    pg_put_text(&find, a->payload.provider);
    pg_put_text(&find, or_empty(a->payload.account));
    pg_queue(a->c, SQL_CONNECTION_PUSHED, &find);
}

static enum gw_code take_connection(struct accepting *a, struct gw_err *err)
{
    gw_own_result *put = NULL, *found = NULL;
    enum gw_code code;

    if (!gw_uuid_is_nil(a->in->payload.connection_id))
        return GW_OK;
    code = pg_next(a->c, &put, err);
    if (!code)
        code = pg_next(a->c, &found, err);
    if (code)
        return code;
    a->connects = PQntuples(put) > 0;
    struct pg_row row = {.result = found};
    a->payload.connection_id = pg_get_uuid(&row);
    return pg_row_check(&row, err);
}

/* Equal bytes of the same kind, by who sent them and under which name. */
static enum gw_code take_equal(struct accepting *a, struct gw_err *err)
{
    const struct gw_payload *p = &a->payload;
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(a->c, &result, err);

    for (int r = 0; !code && r < PQntuples(result); r++) {
        struct pg_row row = {.result = result, .number = r, .arena = a->arena};
        struct gw_uuid id = pg_get_uuid(&row);
        const char *provider = pg_get_text(&row), *account = pg_get_text(&row), *kind = pg_get_text(&row);
        const char *external_id = pg_get_text(&row);
        code = pg_row_check(&row, err);
        if (code || strcmp(provider, p->provider) != 0 || strcmp(account, or_empty(p->account)) != 0 ||
            strcmp(kind, p->kind) != 0 || strcmp(external_id, or_empty(p->external_id)) != 0)
            continue;
        a->payload.id = id;
        a->known = true;
    }
    return code;
}

static enum gw_code look(struct accepting *a, struct gw_err *err)
{
    const struct gw_str digests[] = {{(const char *)a->in->digest, 32}};
    struct pg_params lock = {0}, find = {.arena = a->arena};
    int64_t users = 0;
    enum gw_code code;

    pg_put_uuid(&lock, a->payload.user_id);
    pg_put_uuid(&find, a->payload.user_id);
    pg_put_bytes_array(&find, digests, 1);
    pg_queue_plain(a->c, SQL_BEGIN);
    pg_queue(a->c, SQL_USER_LOCK, &lock);
    pg_queue(a->c, SQL_PAYLOAD_FIND, &find);
    queue_connection(a);
    code = pg_send(a->c, 0, err);
    if (!code)
        code = pg_next_done(a->c, NULL, err);
    if (!code)
        code = pg_next_done(a->c, &users, err);
    if (!code && users == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such user.");
    if (!code)
        code = take_equal(a, err);
    if (!code)
        code = take_connection(a, err);
    return code ? code : pg_finish(a->c, err);
}

/* ---- writing ---- */

static enum gw_code queue_payload(struct accepting *a, struct gw_err *err)
{
    const struct gw_chunks *chunks = &a->in->chunks;
    enum gw_code code = GW_OK;

    payload_queue_row(a->c, a->payload.id, &a->payload, a->payload.provider, or_empty(a->payload.account),
                      a->in->digest);
    for (int32_t i = 0; !code && i < chunks->count; i++) {
        struct gw_chunk chunk;
        code = chunks->get(chunks->self, i, &chunk, err);
        if (code)
            break;
        payload_queue_chunk(a->c, a->payload.user_id, a->payload.id, i, &chunk);
        pg_flush(a->c);
    }
    return code;
}

static enum gw_code queue_job(struct accepting *a, struct gw_err *err)
{
    char text[GW_UUID_TEXT];
    struct gw_job job = {.id = a->job_id,
                         .user_id = a->payload.user_id,
                         .connection_id = a->payload.connection_id,
                         .provider = a->payload.provider,
                         .kind = GW_JOB_PAYLOAD,
                         .priority = GW_PRIORITY_EVENT,
                         .args =
                             gw_arena_printf(a->arena, "{\"payload_id\":\"%s\"}", gw_uuid_text(a->payload.id, text))};

    if (!job.args)
        return gw_fail(err, GW_NOMEM, NULL);
    memcpy(job.args_digest, a->in->digest, sizeof(job.args_digest));
    job_queue_insert(a->c, a->arena, &job, false);
    return GW_OK;
}

static void queue_notice(struct accepting *a)
{
    gw_own_buf struct gw_buf json = {0};
    char text[GW_UUID_TEXT];

    if (!a->connects)
        return;
    gw_buf_printf(&json, "{\"connection_id\":\"%s\",\"provider\":", gw_uuid_text(a->payload.connection_id, text));
    gw_buf_json_cstr(&json, a->payload.provider);
    gw_buf_str(&json, ",\"status\":\"active\"}");
    const char *data = gw_buf_cstr(&json);
    outbox_queue(a->c, a->payload.user_id, "connection.changed", data ? data : "{}");
}

static enum gw_code accept(struct accepting *a, struct gw_err *err)
{
    enum gw_code code = look(a, err);

    if (!code && !a->known)
        code = queue_payload(a, err);
    if (!code)
        code = queue_job(a, err);
    if (code)
        return code;
    queue_notice(a);
    pg_queue_plain(a->c, SQL_COMMIT);
    return pg_run(a->c, err);
}

static struct accepting fresh(const struct gw_accept *in, struct gw_arena *arena, struct pg_conn *c,
                              struct gw_uuid job_id)
{
    struct accepting a = {.c = c, .arena = arena, .in = in, .payload = in->payload, .job_id = job_id};

    if (gw_uuid_is_nil(a.payload.id))
        a.payload.id = gw_uuid_v7();
    return a;
}

enum gw_code gw_store_accept(struct gw_db *db, const struct gw_accept *in, struct gw_accepted *ret, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_uuid job_id = gw_uuid_v7();
    struct accepting a = {0};
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err)) {
        a = fresh(in, arena, turn.c, job_id);
        code = accept(&a, err);
    }
    gw_arena_free(&arena);
    if (!code)
        *ret = (struct gw_accepted){a.job_id, a.payload.id, a.payload.connection_id, a.known};
    return code;
}

/* ---- bytes in memory ---- */

struct whole {
    struct gw_str data;
    void *room;
    size_t room_len;
};

static enum gw_code get_part(void *self, int32_t number, struct gw_chunk *ret, struct gw_err *err)
{
    struct whole *whole = self;
    size_t at = (size_t)number * GW_CHUNK, left = whole->data.len - at;

    (void)err;
    *ret = gw_chunk_pack((struct gw_str){whole->data.ptr + at, left < GW_CHUNK ? left : GW_CHUNK}, whole->room,
                         whole->room_len);
    return GW_OK;
}

enum gw_code gw_store_payload_accept(struct gw_db *db, const struct gw_payload *payload, struct gw_uuid *ret_job,
                                     struct gw_err *err)
{
    size_t room_len = gw_chunk_room(payload->data.len < GW_CHUNK ? payload->data.len : GW_CHUNK);
    gw_own_free void *room = malloc(room_len);
    struct whole whole = {payload->data, room, room_len};
    struct gw_accept in = {.payload = *payload,
                           .chunks = {get_part, &whole, (int32_t)((payload->data.len + GW_CHUNK - 1) / GW_CHUNK)}};
    struct gw_accepted accepted;
    enum gw_code code;

    if (!room)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_sha256(payload->data, in.digest);
    code = gw_store_accept(db, &in, &accepted, err);
    if (!code && ret_job)
        *ret_job = accepted.job_id;
    return code;
}
