/* gzip: one member or several in a row. */
#include "upload/unzip.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_ALONE 16 /* added to the size of the window: no bare zlib stream */
#define ROOM       (32 * 1024)

struct gw_unzip {
    z_stream z;
    uint64_t most, out;
    gw_bytes_fn *fn;
    void *to;
    bool ended; /* between two members */
    unsigned char room[ROOM];
};

enum gw_code gw_unzip_new(uint64_t most, gw_bytes_fn *fn, void *to, struct gw_unzip **ret, struct gw_err *err)
{
    struct gw_unzip *u = calloc(1, sizeof(*u));

    if (!u || inflateInit2(&u->z, MAX_WBITS + GZIP_ALONE) != Z_OK) {
        free(u);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    u->most = most;
    u->fn = fn;
    u->to = to;
    *ret = u;
    return GW_OK;
}

void gw_unzip_free(struct gw_unzip **unzip)
{
    if (*unzip) {
        inflateEnd(&(*unzip)->z);
        free(*unzip);
        *unzip = NULL;
    }
}

static enum gw_code hand_on(struct gw_unzip *u, struct gw_err *err)
{
    size_t len = ROOM - u->z.avail_out;

    u->out += len;
    if (u->out > u->most)
        return gw_fail(err, GW_TOO_LARGE, "The body unpacks to more than %llu bytes.", (unsigned long long)u->most);
    return len ? u->fn(u->to, (const char *)u->room, len, err) : GW_OK;
}

/* One round of inflate: as much as there is room for. */
static enum gw_code some(struct gw_unzip *u, struct gw_err *err)
{
    int status;

    if (u->ended) {
        inflateReset(&u->z);
        u->ended = false;
    }
    u->z.next_out = u->room;
    u->z.avail_out = ROOM;
    status = inflate(&u->z, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR)
        return gw_fail(err, GW_NOMEM, NULL);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return gw_fail(err, GW_MALFORMED, "The body is not the gzip that Content-Encoding says it is.");
    u->ended = status == Z_STREAM_END;
    return hand_on(u, err);
}

enum gw_code gw_unzip_take(struct gw_unzip *u, const char *bytes, size_t len, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    while (!code && len > 0) {
        uInt piece = len < INT_MAX ? (uInt)len : INT_MAX;
        u->z.next_in = (z_const Bytef *)bytes;
        u->z.avail_in = piece;
        /* a full room may mean that more of it waits inside, also when all of the input is taken */
        do
            code = some(u, err);
        while (!code && (u->z.avail_in > 0 || (u->z.avail_out == 0 && !u->ended)));
        bytes += piece;
        len -= piece;
    }
    return code;
}

enum gw_code gw_unzip_end(struct gw_unzip *u, struct gw_err *err)
{
    return u->ended ? GW_OK : gw_fail(err, GW_MALFORMED, "The body broke off within its gzip encoding.");
}
