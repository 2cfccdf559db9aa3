/* The database: it asks for the chunks, twice as a broken connection makes it, and checks digest and size. */
#include <stdlib.h>
#include <zstd.h>

#include "crypt/crypt.h"
#include "store/accept.h"
#include "tests.h"

struct gw_buf stored;
char stored_kind[64], stored_type[64];

static enum gw_code put_together(const struct gw_accept *in, struct gw_err *err)
{
    static char plain[GW_CHUNK];
    enum gw_code code = GW_OK;

    gw_buf_free(&stored);
    stored = (struct gw_buf){0};
    for (int32_t i = 0; !code && i < in->chunks.count; i++) {
        struct gw_chunk chunk;
        code = in->chunks.get(in->chunks.self, i, &chunk, err);
        if (code)
            break;
        if (chunk.codec == GW_CHUNK_PLAIN) {
            ck_assert_uint_le(chunk.data.len, GW_CHUNK);
            gw_buf_add(&stored, chunk.data.ptr, chunk.data.len);
        } else {
            size_t len = ZSTD_decompress(plain, sizeof(plain), chunk.data.ptr, chunk.data.len);
            ck_assert(!ZSTD_isError(len));
            ck_assert(i == in->chunks.count - 1 || len == GW_CHUNK);
            gw_buf_add(&stored, plain, len);
        }
    }
    return code;
}

enum gw_code gw_store_accept(struct gw_db *db, const struct gw_accept *in, struct gw_accepted *ret, struct gw_err *err)
{
    uint8_t digest[32];
    enum gw_code code = put_together(in, err);

    (void)db;
    if (!code)
        code = put_together(in, err);
    if (code)
        return code;
    gw_sha256((struct gw_str){stored.data, stored.len}, digest);
    ck_assert_mem_eq(digest, in->digest, 32);
    ck_assert_uint_eq(in->payload.data.len, stored.len);
    ck_assert_str_eq(in->payload.account, "");
    snprintf(stored_kind, sizeof(stored_kind), "%s", in->payload.kind);
    snprintf(stored_type, sizeof(stored_type), "%s", in->payload.content_type);
    *ret = (struct gw_accepted){.job_id = gw_uuid_v7()};
    return GW_OK;
}
