/* Any bytes as a series block. What is accepted comes out of the codec again as it went in, and merging it with
 * itself changes nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "store/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static const struct gw_block_run *run_at(const struct gw_block *b, uint32_t i)
{
    uint32_t r = b->runs_count - 1;

    while (b->runs[r].first > i)
        r--;
    return &b->runs[r];
}

static void must_equal(const struct gw_block *a, const struct gw_block *b)
{
    must(a->count == b->count);
    for (uint32_t i = 0; i < a->count && i < 100000; i++) {
        must(a->t_us[i] == b->t_us[i] && (i == 0 || a->t_us[i] > a->t_us[i - 1]));
        must(a->v[i] == b->v[i] || (a->v[i] != a->v[i] && b->v[i] != b->v[i]));
        must((a->dur_us ? a->dur_us[i] : 0) == (b->dur_us ? b->dur_us[i] : 0));
    }
    for (uint32_t i = 0; i < a->count; i += 1 + a->count / 50)
        must(run_at(a, i)->version_us == run_at(b, i)->version_us && run_at(a, i)->offset_s == run_at(b, i)->offset_s &&
             gw_uuid_eq(run_at(a, i)->payload_id, run_at(b, i)->payload_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_arena *arena = gw_arena_new(256u << 20);
    gw_own_buf struct gw_buf bytes = {0};
    struct gw_block block, again, merged;
    struct gw_block_merge counts;
    struct gw_err err;

    must(arena != NULL);
    if (gw_block_decode((struct gw_str){(const char *)data, size}, arena, &block, &err) == GW_OK &&
        block.count < 1u << 18) {
        must(gw_block_encode(&block, &bytes, &err) == GW_OK);
        must(gw_block_decode((struct gw_str){bytes.data, bytes.len}, arena, &again, &err) == GW_OK);
        must_equal(&block, &again);
        must(gw_block_merge(&block, &again, arena, &merged, &counts, &err) == GW_OK);
        must(counts.written == 0 && counts.unchanged == block.count);
        must_equal(&block, &merged);
    }
    gw_arena_free(&arena);
    return 0;
}
