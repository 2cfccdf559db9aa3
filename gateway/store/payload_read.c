/* See payload_read.h. Chunks come some at a time, packed as they are stored, and are unpacked one by one. */
#include "store/payload_read.h"

#include <zstd.h>

#include "base/own.h"
#include "store/commit.h"
#include "store/chunk.h"
#include "store/pool.h"

#define AHEAD      4          /* chunks a trip: packed they are small, and a trip a chunk would show */
#define CHUNK_MOST (4u << 20) /* bytes of one unpacked; they are written with less */

struct gw_payload_reader {
    struct gw_db *db;
    struct gw_uuid user, id;
    uint64_t size, done;
    PGresult *chunks; /* of the last trip */
    int at;           /* the next of them */
    int32_t number;   /* of the next chunk */
    char *room;
    size_t room_len;
};

static enum gw_code broken(struct gw_err *err)
{
    return gw_fail(err, GW_DATA, "A stored payload is not complete.");
}

/* ---- fetching ---- */

static void queue_chunks(struct pg_conn *c, struct gw_uuid user, struct gw_uuid id, int32_t from)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, id);
    pg_put_i32(&p, from);
    pg_put_i32(&p, from + AHEAD);
    pg_queue(c, SQL_PAYLOAD_CHUNKS, &p);
}

static enum gw_code read_row(const PGresult *result, struct gw_arena *arena, struct gw_payload *ret, struct gw_err *err)
{
    struct pg_row row = {.result = result, .arena = arena};
    struct gw_payload payload = {0};
    enum gw_code code;

    if (PQntuples(result) == 0)
        return gw_fail(err, GW_NOT_FOUND, "There is no such payload.");
    payload.id = pg_get_uuid(&row);
    payload.user_id = pg_get_uuid(&row);
    payload.connection_id = pg_get_uuid(&row);
    payload.provider = pg_get_text(&row);
    payload.account = pg_get_text(&row);
    payload.kind = pg_get_text(&row);
    payload.content_type = pg_get_text(&row);
    payload.external_id = pg_get_text(&row);
    payload.origin = pg_get_text(&row);
    payload.offset_s = pg_get_offset(&row);
    payload.received_us = pg_get_time(&row);
    payload.normalize_revision = (uint32_t)pg_get_i32(&row);
    payload.error = pg_get_text(&row);
    payload.data.len = (size_t)pg_get_i64(&row);
    code = pg_row_check(&row, err);
    if (code)
        return code;
    if (payload.external_id && !*payload.external_id)
        payload.external_id = NULL;
    *ret = payload;
    return GW_OK;
}

static enum gw_code open_once(struct pg_conn *c, struct gw_arena *arena, struct gw_payload_reader *reader,
                              struct gw_payload *ret, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL, *chunks = NULL;
    enum gw_code code;

    pg_put_uuid(&p, reader->user);
    pg_put_uuid(&p, reader->id);
    pg_queue(c, SQL_PAYLOAD_GET, &p);
    queue_chunks(c, reader->user, reader->id, 0);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_next(c, &chunks, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = read_row(result, arena, ret, err);
    if (!code)
        reader->chunks = gw_take(chunks);
    return code;
}

enum gw_code gw_store_payload_open(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                   struct gw_payload *ret, struct gw_payload_reader **ret_reader, struct gw_err *err)
{
    struct gw_payload_reader *reader = calloc(1, sizeof(*reader));
    struct pg_turn turn = {.db = db};
    struct gw_payload payload;
    enum gw_code code;

    if (!reader)
        return gw_fail(err, GW_NOMEM, NULL);
    reader->db = db;
    reader->user = user;
    reader->id = id;
    while (pg_turn(&turn, &code, err))
        code = open_once(turn.c, arena, reader, &payload, err);
    if (code) {
        gw_store_payload_close(&reader);
        return code;
    }
    reader->size = payload.data.len;
    *ret = payload;
    *ret_reader = reader;
    return GW_OK;
}

static enum gw_code fetch_once(struct pg_conn *c, struct gw_payload_reader *reader, struct gw_err *err)
{
    gw_own_result *chunks = NULL;
    enum gw_code code;

    queue_chunks(c, reader->user, reader->id, reader->number);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &chunks, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        reader->chunks = gw_take(chunks);
    return code;
}

static enum gw_code fetch(struct gw_payload_reader *reader, struct gw_err *err)
{
    struct pg_turn turn = {.db = reader->db};
    enum gw_code code;

    PQclear(gw_take(reader->chunks));
    reader->at = 0;
    while (pg_turn(&turn, &code, err))
        code = fetch_once(turn.c, reader, err);
    return code;
}

/* ---- unpacking ---- */

static enum gw_code unpack(struct gw_payload_reader *reader, struct gw_str packed, struct gw_str *ret,
                           struct gw_err *err)
{
    unsigned long long len = ZSTD_getFrameContentSize(packed.ptr, packed.len);
    size_t got;

    if (len == ZSTD_CONTENTSIZE_UNKNOWN)
        len = CHUNK_MOST;
    if (len == ZSTD_CONTENTSIZE_ERROR || len > CHUNK_MOST)
        return broken(err);
    if (len > reader->room_len) {
        char *room = realloc(reader->room, (size_t)len);
        if (!room)
            return gw_fail(err, GW_NOMEM, NULL);
        reader->room = room;
        reader->room_len = (size_t)len;
    }
    got = ZSTD_decompress(reader->room, reader->room_len, packed.ptr, packed.len);
    if (ZSTD_isError(got))
        return gw_fail(err, GW_DATA, "A stored payload cannot be unpacked.");
    *ret = (struct gw_str){reader->room, got};
    return GW_OK;
}

enum gw_code gw_store_payload_next(struct gw_payload_reader *reader, struct gw_str *ret, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    if (reader->done == reader->size) {
        *ret = (struct gw_str){"", 0};
        return GW_OK;
    }
    if (!reader->chunks || reader->at == PQntuples(reader->chunks))
        code = fetch(reader, err);
    if (!code && PQntuples(reader->chunks) == 0)
        code = broken(err);
    if (code)
        return code;
    struct pg_row row = {.result = reader->chunks, .number = reader->at};
    int32_t number = pg_get_i32(&row);
    int16_t codec = pg_get_i16(&row);
    struct gw_str bytes = pg_get_bytes_view(&row);
    code = pg_row_check(&row, err);
    if (!code && codec == GW_CHUNK_ZSTD)
        code = unpack(reader, bytes, &bytes, err);
    if (!code && (number != reader->number || bytes.len == 0 || bytes.len > reader->size - reader->done))
        code = broken(err);
    if (code)
        return code;
    reader->at++;
    reader->number++;
    reader->done += bytes.len;
    *ret = bytes;
    return GW_OK;
}

void gw_store_payload_close(struct gw_payload_reader **address)
{
    struct gw_payload_reader *reader = *address;

    if (!reader)
        return;
    PQclear(reader->chunks);
    free(reader->room);
    free(reader);
    *address = NULL;
}

/* ---- all of it ---- */

static enum gw_code read_all(struct gw_payload_reader *reader, struct gw_arena *arena, struct gw_str *data,
                             struct gw_err *err)
{
    char *to = gw_arena_alloc(arena, data->len + 1);
    size_t at = 0;
    struct gw_str bytes;
    enum gw_code code;

    if (!to)
        return gw_fail(err, GW_NOMEM, NULL);
    while (!(code = gw_store_payload_next(reader, &bytes, err)) && bytes.len) {
        memcpy(to + at, bytes.ptr, bytes.len);
        at += bytes.len;
    }
    to[at] = '\0';
    data->ptr = to;
    return code;
}

enum gw_code gw_store_payload_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                  struct gw_payload *ret, struct gw_err *err)
{
    struct gw_payload_reader *reader = NULL;
    struct gw_payload payload;
    enum gw_code code = gw_store_payload_open(db, arena, user, id, &payload, &reader, err);

    if (!code)
        code = read_all(reader, arena, &payload.data, err);
    gw_store_payload_close(&reader);
    if (!code)
        *ret = payload;
    return code;
}
