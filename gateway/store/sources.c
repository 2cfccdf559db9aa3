/* Sources: what makes one the same, and its small number. */
#include "store/source_row.h"

#include "base/buf.h"
#include "crypt/crypt.h"
#include "store/commit_tx.h"
#include "store/pool.h"
#include "store/reads.h"

enum gw_code source_read_all(const PGresult *result, struct gw_arena *arena, struct gw_source **ret,
                             struct gw_str **ret_digests, size_t *ret_count, struct gw_err *err)
{
    size_t n = (size_t)PQntuples(result);
    struct gw_source *sources = gw_arena_alloc(arena, n * sizeof(*sources));
    struct gw_str *digests = gw_arena_alloc(arena, n * sizeof(*digests));
    enum gw_code code = sources && digests ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        struct gw_source *s = &sources[i];
        s->id = pg_get_i32(&row);
        digests[i] = pg_get_bytes(&row);
        s->connection_id = pg_get_uuid(&row);
        s->provider = pg_get_text(&row);
        s->account = pg_get_text(&row);
        s->app = pg_get_text(&row);
        s->app_id = pg_get_text(&row);
        s->device_model = pg_get_text(&row);
        s->device_name = pg_get_text(&row);
        s->device_type = pg_get_text(&row);
        s->software = pg_get_text(&row);
        s->original = pg_get_text(&row);
        code = pg_row_check(&row, err);
    }
    if (code)
        return code;
    *ret = sources;
    if (ret_digests)
        *ret_digests = digests;
    *ret_count = n;
    return GW_OK;
}

/* Everything but software, which goes up on the same device. */
static enum gw_code digest_of(const struct gw_source *s, const char *account, uint8_t to[16], struct gw_err *err)
{
    const char *const parts[] = {s->provider,     account,        s->app,         s->app_id,
                                 s->device_model, s->device_name, s->device_type, s->original};
    gw_own_buf struct gw_buf text = {0};
    uint8_t sum[32];

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        gw_buf_str(&text, parts[i] ? parts[i] : "");
        gw_buf_char(&text, '\0');
    }
    if (text.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_sha256((struct gw_str){text.data, text.len}, sum);
    memcpy(to, sum, 16);
    return GW_OK;
}

enum gw_code sources_prepare(struct commit_tx *tx, struct gw_err *err)
{
    size_t n = tx->in->sources_count;
    enum gw_code code = GW_OK;

    tx->sources = gw_arena_zalloc(tx->arena, n * sizeof(*tx->sources));
    if (!tx->sources)
        return gw_fail(err, GW_NOMEM, NULL);
    for (uint32_t i = 0; !code && i < n; i++) {
        const struct gw_source *s = &tx->in->sources[i];
        struct commit_source *to = &tx->sources[i];
        if (!s->provider)
            return gw_fail(err, GW_INTERNAL, "A source has no provider.");
        code = digest_of(s, s->account ? s->account : tx->account, to->digest, err);
        to->same_as = i;
        for (uint32_t k = 0; k < i; k++)
            if (memcmp(tx->sources[k].digest, to->digest, sizeof(to->digest)) == 0) {
                to->same_as = k;
                break;
            }
    }
    return code;
}

void sources_queue_reads(struct commit_tx *tx)
{
    struct pg_params p = {0};

    if (tx->in->sources_count == 0)
        return;
    pg_put_uuid(&p, tx->in->user_id);
    pg_queue(tx->c, SQL_SOURCE_LIST, &p);
}

enum gw_code sources_take_reads(struct commit_tx *tx, struct gw_err *err)
{
    gw_own_result *result = NULL;
    struct gw_source *stored;
    struct gw_str *digests;
    size_t count;
    enum gw_code code;

    if (tx->in->sources_count == 0)
        return GW_OK;
    code = pg_next(tx->c, &result, err);
    if (!code)
        code = source_read_all(result, tx->arena, &stored, &digests, &count, err);
    if (code)
        return code;
    tx->stored_sources = stored;
    tx->stored_sources_count = count;
    for (size_t k = 0; k < count; k++) {
        if (stored[k].id > tx->last_source_id)
            tx->last_source_id = stored[k].id;
        for (size_t i = 0; i < tx->in->sources_count; i++) {
            struct commit_source *to = &tx->sources[i];
            if (!gw_str_eq(digests[k], (struct gw_str){(const char *)to->digest, sizeof(to->digest)}))
                continue;
            to->id = stored[k].id;
            to->stored = true;
            to->stored_software = stored[k].software;
            to->stored_connection = stored[k].connection_id;
        }
    }
    return GW_OK;
}

int32_t source_number(struct commit_tx *tx, uint32_t index)
{
    struct commit_source *s = &tx->sources[tx->sources[index].same_as];

    tx->sources[index].used = s->used = true;
    if (s->id == 0)
        s->id = ++tx->last_source_id;
    return s->id;
}

/* The newest software of all who speak through source i, and of what is stored: "9.10" is newer than "9.9". */
static const char *newest_software(const struct commit_tx *tx, uint32_t i)
{
    const char *newest = tx->sources[i].stored_software;

    for (uint32_t k = i; k < tx->in->sources_count; k++) {
        const char *software = tx->in->sources[k].software;
        if (tx->sources[k].same_as == i && tx->sources[k].used && software && *software &&
            (!newest || strverscmp(software, newest) > 0))
            newest = software;
    }
    return newest;
}

static void queue_insert(struct commit_tx *tx, uint32_t i)
{
    const struct gw_source *s = &tx->in->sources[i];
    struct pg_params p = {0};

    pg_put_uuid(&p, tx->in->user_id);
    pg_put_i32(&p, tx->sources[i].id);
    pg_put_bytes(&p, tx->sources[i].digest, sizeof(tx->sources[i].digest));
    pg_put_uuid_or_null(&p, gw_uuid_is_nil(s->connection_id) ? tx->in->connection_id : s->connection_id);
    pg_put_text(&p, s->provider);
    pg_put_text(&p, s->account ? s->account : tx->account);
    pg_put_text(&p, s->app);
    pg_put_text(&p, s->app_id);
    pg_put_text(&p, s->device_model);
    pg_put_text(&p, s->device_name);
    pg_put_text(&p, s->device_type);
    pg_put_text(&p, newest_software(tx, i));
    pg_put_text(&p, s->original);
    pg_queue(tx->c, SQL_SOURCE_INSERT, &p);
}

static void queue_update(struct commit_tx *tx, uint32_t i)
{
    const struct commit_source *s = &tx->sources[i];
    const char *software = newest_software(tx, i);
    struct gw_uuid connection = gw_uuid_is_nil(s->stored_connection) ? tx->in->connection_id : s->stored_connection;
    struct pg_params p = {0};

    if (software == s->stored_software && gw_uuid_eq(connection, s->stored_connection))
        return;
    pg_put_uuid(&p, tx->in->user_id);
    pg_put_i32(&p, s->id);
    pg_put_text(&p, software);
    pg_put_uuid_or_null(&p, connection);
    pg_queue(tx->c, SQL_SOURCE_UPDATE, &p);
}

void sources_queue_writes(struct commit_tx *tx)
{
    for (uint32_t i = 0; i < tx->in->sources_count; i++) {
        if (tx->sources[i].same_as != i || !tx->sources[i].used || tx->sources[i].id == 0)
            continue;
        if (tx->sources[i].stored)
            queue_update(tx, i);
        else
            queue_insert(tx, i);
    }
}

/* ---- the list ---- */

/* Of the user and what makes the source itself: a UUID of version 8. */
static struct gw_uuid public_id(struct gw_uuid user, struct gw_str digest)
{
    char text[16 + 32];
    uint8_t sum[32];
    struct gw_uuid id;
    size_t len = digest.len < 32 ? digest.len : 32;

    memcpy(text, user.b, 16);
    memcpy(text + 16, digest.ptr, len);
    gw_sha256((struct gw_str){text, 16 + len}, sum);
    memcpy(id.b, sum, sizeof(id.b));
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

enum gw_code gw_store_source_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_source **ret,
                                  struct gw_uuid **ret_ids, size_t *ret_count, struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    struct gw_str *digests = NULL;
    struct gw_uuid *ids = NULL;
    enum gw_code code;

    pg_put_uuid(&p, user);
    code = pg_one(db, SQL_SOURCE_LIST_NAMED, &p, &result, err);
    if (!code)
        code = source_read_all(result, arena, ret, &digests, ret_count, err);
    if (!code && !(ids = gw_arena_alloc(arena, (*ret_count + 1) * sizeof(*ids))))
        code = gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < *ret_count; i++)
        ids[i] = public_id(user, digests[i]);
    if (!code)
        *ret_ids = ids;
    return code;
}
