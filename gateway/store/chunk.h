/* store/chunk.h - the form in which a payload's bytes are stored: chunks of 1 MiB, each packed by itself, so that they
 * can be made while bytes come and read a portion at a time. [any thread]
 */
#ifndef GW_STORE_CHUNK_H
#define GW_STORE_CHUNK_H

#include "base/err.h"
#include "base/str.h"

#define GW_CHUNK (1u << 20) /* bytes of a payload in each chunk but the last */

enum gw_chunk_codec { GW_CHUNK_PLAIN = 0, GW_CHUNK_ZSTD = 1 };

struct gw_chunk {
    enum gw_chunk_codec codec;
    struct gw_str data;
};

/* A payload's chunks, from wherever they lie. */
struct gw_chunks {
    /* what it gives is valid until the next call */
    enum gw_code (*get)(void *self, int32_t number, struct gw_chunk *ret, struct gw_err *err);
    void *self;
    int32_t count;
};

/* How much room packing so many bytes (at most GW_CHUNK) needs. */
size_t gw_chunk_room(size_t len);
/* Packs into room, or gives plain itself where that is no smaller. */
struct gw_chunk gw_chunk_pack(struct gw_str plain, void *room, size_t room_len);

#endif
