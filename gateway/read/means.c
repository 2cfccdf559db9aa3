/* Averages, one block after the other. */
#include "read/means.h"

#include <math.h>

#include "read/activity.h"
#include "read/stream.h"

struct mean {
    double sum;
    int64_t count;
};

struct sums {
    struct mean all[GW_MEANS_MOST], group[GW_MEANS_MOST];
};

static void add_block(const struct gw_means_query *q, const struct gw_block *block, struct mean *to)
{
    struct gw_day_finder finder = {.zone = q->zone};

    for (uint32_t r = 0; r < block->runs_count; r++) {
        uint32_t end = r + 1 < block->runs_count ? block->runs[r + 1].first : block->count;
        for (uint32_t i = block->runs[r].first; i < end; i++) {
            int64_t t = block->t_us[i];
            if (isnan(block->v[i]) || t < q->from_us || t >= q->to_us ||
                (q->by_day && gw_day_find(&finder, t, block->runs[r].offset_s) != q->day))
                continue;
            to->sum += block->v[i];
            to->count++;
        }
    }
}

static bool of_group(const struct gw_means_query *q, int32_t source_id)
{
    size_t place = q->group == GW_NO_RANK ? GW_NO_RANK : gw_rank_of(q->ranks, source_id);

    return place != GW_NO_RANK && q->ranks->items[place].group == q->group;
}

static enum gw_code add_row(const struct gw_means_query *q, const struct gw_block_row *row, struct sums *sums,
                            struct gw_err *err)
{
    gw_own_arena struct gw_arena *arena = gw_arena_new(0);
    struct gw_block block;
    size_t metric = 0;
    enum gw_code code = arena ? gw_row_decode(arena, row, &block, err) : gw_fail(err, GW_NOMEM, NULL);

    while (metric < q->count && q->metrics[metric] != row->metric)
        metric++;
    if (code != GW_OK || metric == q->count)
        return code;
    add_block(q, &block, of_group(q, row->source_id) ? &sums->group[metric] : &sums->all[metric]);
    return GW_OK;
}

enum gw_code gw_means(struct gw_db *db, const struct gw_means_query *q, double ret[GW_MEANS_MOST], struct gw_err *err)
{
    gw_own_arena struct gw_arena *arena = gw_arena_new(0);
    const struct gw_series_query query = {.user = q->user,
                                          .metrics = q->metrics,
                                          .metrics_count = q->count,
                                          .from_us = q->from_us,
                                          .to_us = q->to_us,
                                          .with_data = true};
    struct gw_block_row *rows = NULL;
    struct gw_source *sources;
    struct sums sums = {0};
    size_t rows_count = 0, sources_count;
    enum gw_code code = GW_OK;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    if (q->from_us < q->to_us)
        code = gw_store_series_blocks(db, arena, &query, &rows, &rows_count, &sources, &sources_count, err);
    for (size_t i = 0; i < rows_count && code == GW_OK; i++)
        code = add_row(q, &rows[i], &sums, err);
    if (code != GW_OK)
        return code;
    for (size_t i = 0; i < q->count; i++) {
        const struct mean *mean = sums.group[i].count ? &sums.group[i] : &sums.all[i];
        ret[i] = mean->count ? mean->sum / (double)mean->count : (double)NAN;
    }
    return GW_OK;
}
