/* Payloads: kept as received, compressed in chunks, equal ones once. */
#include "base/own.h"
#include "base/time.h"
#include "crypt/crypt.h"
#include "store/commit_tx.h"
#include "store/payload_row.h"
#include "store/pool.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- putting away ---- */

void payload_queue_row(struct pg_conn *c, struct gw_uuid id, const struct gw_payload *payload, const char *provider,
                       const char *account, const uint8_t digest[32])
{
    struct pg_params p = {0};

    pg_put_uuid(&p, payload->user_id);
    pg_put_uuid(&p, id);
    pg_put_uuid_or_null(&p, payload->connection_id);
    pg_put_text(&p, provider);
    pg_put_text(&p, account);
    pg_put_text(&p, payload->kind);
    pg_put_text(&p, or_empty(payload->external_id));
    pg_put_bytes(&p, digest, 32);
    pg_put_text(&p, payload->content_type);
    pg_put_text(&p, payload->origin);
    pg_put_i64(&p, (int64_t)payload->data.len);
    pg_put_offset(&p, payload->offset_s);
    pg_put_time(&p, payload->received_us > 0 ? payload->received_us : gw_now_us());
    pg_put_i32(&p, (int32_t)payload->normalize_revision);
    pg_put_text(&p, payload->error);
    pg_queue(c, SQL_PAYLOAD_INSERT, &p);
}

void payload_queue_chunk(struct pg_conn *c, struct gw_uuid user, struct gw_uuid id, int32_t number,
                         const struct gw_chunk *chunk)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    pg_put_i32(&p, number);
    pg_put_i16(&p, (int16_t)chunk->codec);
    pg_put_bytes(&p, chunk->data.ptr, chunk->data.len);
    pg_queue(c, SQL_PAYLOAD_CHUNK_INSERT, &p);
}

/* The row and the chunks of a payload that lies in memory. */
static enum gw_code queue_insert(struct pg_conn *c, struct gw_uuid id, const struct gw_payload *payload,
                                 const char *provider, const char *account, const uint8_t digest[32],
                                 struct gw_err *err)
{
    size_t room_len = gw_chunk_room(payload->data.len < GW_CHUNK ? payload->data.len : GW_CHUNK);
    gw_own_free void *room = malloc(room_len);

    if (!room)
        return gw_fail(err, GW_NOMEM, NULL);
    payload_queue_row(c, id, payload, provider, account, digest);
    for (size_t at = 0; at < payload->data.len; at += GW_CHUNK) {
        size_t len = payload->data.len - at < GW_CHUNK ? payload->data.len - at : GW_CHUNK;
        struct gw_chunk chunk = gw_chunk_pack((struct gw_str){payload->data.ptr + at, len}, room, room_len);
        payload_queue_chunk(c, payload->user_id, id, (int32_t)(at / GW_CHUNK), &chunk);
    }
    return GW_OK;
}

/* ---- in a commit ---- */

static const char *provider_of(const struct commit_tx *tx, const struct gw_payload *p)
{
    return p->provider ? p->provider : tx->in->provider;
}

static const char *account_of(const struct commit_tx *tx, const struct gw_payload *p)
{
    return p->account ? p->account : tx->account;
}

enum gw_code payloads_prepare(struct commit_tx *tx, struct gw_err *err)
{
    size_t n = tx->in->payloads_count;

    tx->payloads = gw_arena_zalloc(tx->arena, n * sizeof(*tx->payloads));
    if (!tx->payloads)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < n; i++) {
        struct gw_payload *p = &tx->in->payloads[i];
        p->user_id = tx->in->user_id;
        if (gw_uuid_is_nil(p->id))
            p->id = gw_uuid_v7();
        tx->payloads[i].kept_id = p->id;
        if (p->data.ptr)
            gw_sha256(p->data, tx->payloads[i].digest);
    }
    tx->counts.payloads = (int64_t)n;
    return GW_OK;
}

static bool any_by_id(const struct commit_tx *tx)
{
    for (size_t i = 0; i < tx->in->payloads_count; i++)
        if (!tx->in->payloads[i].data.ptr)
            return true;
    return false;
}

void payloads_queue_reads(struct commit_tx *tx)
{
    size_t n = tx->in->payloads_count, digests_count = 0, ids_count = 0;
    struct pg_params find = {.arena = tx->arena}, ids = {.arena = tx->arena};

    if (n == 0)
        return;
    struct gw_str *digests = gw_arena_alloc(tx->arena, n * sizeof(*digests));
    struct gw_uuid *by_id = gw_arena_alloc(tx->arena, n * sizeof(*by_id));
    for (size_t i = 0; digests && by_id && i < n; i++) {
        if (tx->in->payloads[i].data.ptr)
            digests[digests_count++] = (struct gw_str){(const char *)tx->payloads[i].digest, 32};
        else
            by_id[ids_count++] = tx->in->payloads[i].id;
    }
    find.failed = !digests || !by_id;
    pg_put_uuid(&find, tx->in->user_id);
    pg_put_bytes_array(&find, digests, digests_count);
    pg_queue(tx->c, SQL_PAYLOAD_FIND, &find);
    if (any_by_id(tx)) {
        pg_put_uuid(&ids, tx->in->user_id);
        pg_put_uuid_array(&ids, by_id, ids_count);
        pg_queue(tx->c, SQL_PAYLOAD_FIND_IDS, &ids);
    }
}

struct stored {
    struct gw_uuid id;
    const char *provider, *account, *kind, *external_id, *error;
    struct gw_str digest;
    uint32_t revision;
};

static bool is_stored(const struct commit_tx *tx, size_t i, const struct stored *s)
{
    const struct gw_payload *p = &tx->in->payloads[i];

    if (!p->data.ptr)
        return gw_uuid_eq(p->id, s->id);
    return gw_str_eq(s->digest, (struct gw_str){(const char *)tx->payloads[i].digest, 32}) &&
           strcmp(s->provider, provider_of(tx, p)) == 0 && strcmp(s->account, account_of(tx, p)) == 0 &&
           strcmp(s->kind, or_empty(p->kind)) == 0 && strcmp(s->external_id, or_empty(p->external_id)) == 0;
}

static enum gw_code take_found(struct commit_tx *tx, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(tx->c, &result, err);

    for (int r = 0; !code && r < PQntuples(result); r++) {
        struct pg_row row = {.result = result, .number = r, .arena = tx->arena};
        struct stored s;
        s.id = pg_get_uuid(&row);
        s.provider = pg_get_text(&row);
        s.account = pg_get_text(&row);
        s.kind = pg_get_text(&row);
        s.external_id = pg_get_text(&row);
        s.digest = pg_get_bytes(&row);
        s.revision = (uint32_t)pg_get_i32(&row);
        s.error = pg_get_text(&row);
        code = pg_row_check(&row, err);
        for (size_t i = 0; !code && i < tx->in->payloads_count; i++) {
            struct commit_payload *to = &tx->payloads[i];
            if (to->stored || !is_stored(tx, i, &s))
                continue;
            to->stored = true;
            to->kept_id = s.id;
            to->stored_revision = s.revision;
            to->stored_error = s.error;
        }
    }
    return code;
}

/* Equal payloads of this very commit are one, too: the first is kept. */
static void fold_twins(struct commit_tx *tx)
{
    const struct gw_payload *in = tx->in->payloads;

    for (size_t i = 0; i < tx->in->payloads_count; i++) {
        struct commit_payload *to = &tx->payloads[i];
        if (!in[i].data.ptr && !to->stored)
            to->missing = true;
        for (size_t k = 0; !to->stored && in[i].data.ptr && k < i; k++) {
            struct gw_str digest = {(const char *)tx->payloads[k].digest, 32};
            const struct stored twin = {tx->payloads[k].kept_id,
                                        provider_of(tx, &in[k]),
                                        account_of(tx, &in[k]),
                                        or_empty(in[k].kind),
                                        or_empty(in[k].external_id),
                                        in[k].error,
                                        digest,
                                        in[k].normalize_revision};
            if (!in[k].data.ptr || !is_stored(tx, i, &twin))
                continue;
            to->stored = true;
            to->kept_id = twin.id;
            to->stored_revision = in[i].normalize_revision; /* what the first says is what is written */
            to->stored_error = in[i].error;
        }
    }
}

enum gw_code payloads_take_reads(struct commit_tx *tx, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    if (tx->in->payloads_count == 0)
        return GW_OK;
    code = take_found(tx, err);
    if (!code && any_by_id(tx))
        code = take_found(tx, err);
    if (!code)
        fold_twins(tx);
    return code;
}

struct gw_uuid payload_kept(const struct commit_tx *tx, struct gw_uuid id)
{
    for (size_t i = 0; i < tx->in->payloads_count; i++)
        if (gw_uuid_eq(tx->in->payloads[i].id, id))
            return tx->payloads[i].kept_id;
    return id;
}

static bool same_reading(const struct gw_payload *in, const struct commit_payload *stored)
{
    return in->normalize_revision == stored->stored_revision &&
           strcmp(or_empty(in->error), or_empty(stored->stored_error)) == 0;
}

enum gw_code payloads_queue_writes(struct commit_tx *tx, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (size_t i = 0; !code && i < tx->in->payloads_count; i++) {
        const struct gw_payload *in = &tx->in->payloads[i];
        const struct commit_payload *to = &tx->payloads[i];
        if (to->missing || (to->stored && same_reading(in, to)))
            continue;
        if (!to->stored) {
            code = queue_insert(tx->c, to->kept_id, in, provider_of(tx, in), account_of(tx, in), to->digest, err);
            continue;
        }
        struct pg_params p = {0};
        pg_put_uuid(&p, in->user_id);
        pg_put_uuid(&p, to->kept_id);
        pg_put_i32(&p, (int32_t)in->normalize_revision);
        pg_put_text(&p, in->error);
        pg_queue(tx->c, SQL_PAYLOAD_READ_BY, &p);
    }
    return code;
}
