/* Sources in order. */
#include "read/rank.h"

#include <stdlib.h>

#include "store/priorities.h"
#include "store/summaries.h"

static int by_rank(const void *a, const void *b, void *priorities)
{
    return gw_source_compare(priorities, &((const struct gw_rank *)a)->source, &((const struct gw_rank *)b)->source);
}

static int by_source_id(const void *a, const void *b, void *items)
{
    int32_t x = ((const struct gw_rank *)items)[*(const size_t *)a].source.id;
    int32_t y = ((const struct gw_rank *)items)[*(const size_t *)b].source.id;

    return (x > y) - (x < y);
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool one_writer(const struct gw_source *a, const struct gw_source *b)
{
    return a->account && a->account[0] && same_text(a->account, b->account) && same_text(a->provider, b->provider) &&
           same_text(a->app, b->app) && same_text(a->app_id, b->app_id);
}

static size_t group_of(const struct gw_ranks *ranks, size_t place)
{
    const struct gw_source *source = &ranks->items[place].source;

    for (size_t i = 0; source->account && source->account[0] && i < place; i++)
        if (one_writer(&ranks->items[i].source, source))
            return i;
    return place;
}

enum gw_code gw_ranks_load(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_ranks *ret,
                           struct gw_err *err)
{
    struct gw_priorities priorities;
    struct gw_ranks ranks = {0};
    struct gw_source *sources = NULL;
    enum gw_code code = gw_store_priorities_get(db, arena, &priorities, err);

    if (code == GW_OK)
        code = gw_store_sources(db, arena, user, &sources, &ranks.count, err);
    if (code != GW_OK)
        return code;
    ranks.items = gw_arena_alloc(arena, ranks.count * sizeof(*ranks.items));
    ranks.by_id = gw_arena_alloc(arena, ranks.count * sizeof(*ranks.by_id));
    if (!ranks.items || !ranks.by_id)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < ranks.count; i++) {
        ranks.items[i] = (struct gw_rank){.source = sources[i]};
        ranks.by_id[i] = i;
    }
    qsort_r(ranks.items, ranks.count, sizeof(*ranks.items), by_rank, &priorities);
    qsort_r(ranks.by_id, ranks.count, sizeof(*ranks.by_id), by_source_id, ranks.items);
    for (size_t i = 0; i < ranks.count; i++)
        ranks.items[i].group = group_of(&ranks, i);
    *ret = ranks;
    return GW_OK;
}

size_t gw_rank_of(const struct gw_ranks *ranks, int32_t source_id)
{
    size_t low = 0, high = ranks->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int32_t id = ranks->items[ranks->by_id[middle]].source.id;
        if (id == source_id)
            return ranks->by_id[middle];
        if (id < source_id)
            low = middle + 1;
        else
            high = middle;
    }
    return GW_NO_RANK;
}
