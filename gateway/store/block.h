/* store/block.h - the codec of series blocks: one row for (user, metric, bucket, span, source) holds a day or an hour.
 *
 * A block is columns of times, values and, where there are any, durations, with offset, version, tentative flag and
 * payload as runs. Times are coded by a unit for the block (us, ms, s, min) with a constant step stored once; values
 * as decimals of a common exponent, or raw doubles when any does not survive. Exact: what goes in comes out (but the
 * sign of -0.0). `tail` has the same format and wins over `data`. No SQL here. [any thread]
 */
#ifndef GW_STORE_BLOCK_H
#define GW_STORE_BLOCK_H

#include "base/buf.h"
#include "base/err.h"
#include "store/model.h"

#define GW_BLOCK_MOST (1u << 20) /* samples in one block; beyond it GW_TOO_LARGE */

/* A decoded block or part of one: parallel arrays, times strictly ascending. */
struct gw_block_run {
    uint32_t first;   /* index of its first sample; it ends where the next begins */
    int32_t offset_s; /* GW_NO_OFFSET */
    int64_t version_us;
    bool tentative;
    struct gw_uuid payload_id;
};

struct gw_block {
    uint32_t count, runs_count;
    int64_t *t_us;
    double *v;       /* NaN marks a deleted sample kept as a tombstone with its version; readers skip it */
    int64_t *dur_us; /* NULL = none in this block */
    struct gw_block_run *runs;
};

/* Appends the coded block to out. */
enum gw_code gw_block_encode(const struct gw_block *block, struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
/* Decodes into the arena. GW_DATA when the bytes are not a block: every length is checked against what is there. */
enum gw_code gw_block_decode(struct gw_str bytes, struct gw_arena *arena, struct gw_block *ret,
                             struct gw_err *err) GW_MUST_USE;
/* Merge of b into a by the version rule, per timestamp; counts what b made of a. */
struct gw_block_merge {
    uint32_t created, updated, unchanged, deleted; /* as a reader sees it */
    uint32_t written;       /* samples of b that are to be stored, tombstones included; 0 = nothing to write */
    int64_t from_us, to_us; /* first and last time of what was created, updated or deleted */
};
enum gw_code gw_block_merge(const struct gw_block *a, const struct gw_block *b, struct gw_arena *arena,
                            struct gw_block *ret, struct gw_block_merge *ret_counts, struct gw_err *err) GW_MUST_USE;
/* The same; ret_won (may be NULL) is what of b won over a: what a tail would have to take. */
enum gw_code gw_block_merge_won(const struct gw_block *a, const struct gw_block *b, struct gw_arena *arena,
                                struct gw_block *ret, struct gw_block *ret_won, struct gw_block_merge *ret_counts,
                                struct gw_err *err) GW_MUST_USE;

/* Part of a block: its columns are the block's own, its runs are new. */
enum gw_code gw_block_slice(const struct gw_block *block, uint32_t first, uint32_t count, struct gw_arena *arena,
                            struct gw_block *ret, struct gw_err *err) GW_MUST_USE;
/* How many samples are no tombstones, and the times of the first and last of them (0 when there are none). */
uint32_t gw_block_live(const struct gw_block *block, int64_t *ret_first_us, int64_t *ret_last_us);

#endif
