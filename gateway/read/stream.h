/* read/stream.h - the samples of a query as streams, one for each (metric, source, kind of value), walked in
 * time.
 *
 * Blocks are decoded once; a walk merges the streams oldest first (or newest first for the page before) in
 * the order (time, metric, source, kind). Everything lives in the arena. [one thread at a time]
 */
#ifndef GW_READ_STREAM_H
#define GW_READ_STREAM_H

#include "read/cursor.h"
#include "read/sample.h"
#include "store/block.h"
#include "store/reads.h"

/* A decoded block; samples [i, end) are still to be walked. */
struct gw_part {
    struct gw_block block;
    uint32_t i, end;
    uint32_t run; /* of the block's runs: that of the sample shown last */
};

struct gw_stream {
    uint16_t metric;
    bool daily_total;
    int32_t source_id;
    const struct gw_source *source;
    struct gw_part *parts;
    size_t parts_count, parts_cap, first, last; /* parts [first, last) still hold something */
    size_t rank;
    int64_t t_us; /* of the sample the walk shows next */
    int32_t offset_s;
    struct gw_str source_text;  /* as rows have it; ptr NULL = not made yet */
    struct gw_sample_form form; /* for offset_s; middle.ptr NULL = not made yet */
};

struct gw_streams {
    struct gw_arena *arena;
    struct gw_stream **item; /* sorted; index = rank */
    size_t count, cap;
    struct gw_stream **heap;
    size_t heap_count;
    bool backwards;
};

/* Decodes rows (in the order of the store) into streams, clipped to [from, to). GW_INTERNAL: one cannot be read */
enum gw_code gw_streams_load(struct gw_streams *streams, struct gw_arena *arena, const struct gw_block_row *rows,
                             size_t rows_count, const struct gw_source *sources, size_t sources_count, int64_t from_us,
                             int64_t to_us, struct gw_err *err) GW_MUST_USE;
/* Samples still to be walked. */
int64_t gw_streams_count(const struct gw_streams *streams);
/* data and tail of a row as one block. Its columns are in the arena. */
enum gw_code gw_row_decode(struct gw_arena *arena, const struct gw_block_row *row, struct gw_block *ret,
                           struct gw_err *err) GW_MUST_USE;
/* Room for one more item behind `count`, doubled in the arena when there is none. False: no memory. */
bool gw_grow(struct gw_arena *arena, void **items, size_t *cap, size_t count, size_t size);
/* One row decoded: how many of its samples are in [from, to). */
enum gw_code gw_row_count(struct gw_arena *arena, const struct gw_block_row *row, int64_t from_us, int64_t to_us,
                          int64_t *ret, struct gw_err *err) GW_MUST_USE;

/* Begins a walk: behind `after` (or before it, newest first, when it says so); NULL = from the oldest. */
enum gw_code gw_streams_begin(struct gw_streams *streams, const struct gw_cursor *after,
                              struct gw_err *err) GW_MUST_USE;

/* Samples [i, end) of a part, none of them deleted. */
struct gw_sample_run {
    struct gw_stream *stream;
    struct gw_part *part;
    uint32_t i, end;
    int32_t offset_s;
};
/* At most `most` samples that follow each other in one part and have one offset; backwards one at a time. False at
 * the end. */
bool gw_streams_next(struct gw_streams *streams, uint32_t most, struct gw_sample_run *ret);
static inline bool gw_streams_more(const struct gw_streams *streams)
{
    return streams->heap_count > 0;
}

#endif
