/* Cutting a range by what its days hold. */
#include "read/plan.h"

#include "base/time.h"

enum gw_code gw_plan_make(struct gw_plan *plan, struct gw_db *db, struct gw_arena *arena,
                          const struct gw_series_query *query, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    *plan = (struct gw_plan){.db = db, .query = *query};
    if (query->from_us < query->to_us)
        code = gw_store_series_days(db, arena, query, &plan->days, &plan->days_count, err);
    for (size_t i = 0; code == GW_OK && i < plan->days_count; i++)
        plan->samples += plan->days[i].n;
    return code;
}

/* Index of the first day at or behind one. */
static size_t find(const struct gw_plan *p, int64_t day)
{
    size_t low = 0, high = p->days_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->days[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The end of the piece of a heavy day that `from` lies in. */
static int64_t piece_end(const struct gw_series_day *day, int64_t from)
{
    int64_t pieces = (day->n + GW_PLAN_SAMPLES - 1) / GW_PLAN_SAMPLES, hours, first = day->day * GW_US_PER_DAY;

    hours = (24 + pieces - 1) / pieces;
    return first + ((from - first) / (hours * GW_US_PER_HOUR) + 1) * hours * GW_US_PER_HOUR;
}

bool gw_plan_next(const struct gw_plan *p, int64_t at, int64_t end, int64_t *ret_from, int64_t *ret_to)
{
    size_t i = find(p, gw_floor_div(at, GW_US_PER_DAY));
    int64_t from, to, n = 0;

    if (i == p->days_count || p->days[i].day * GW_US_PER_DAY >= end || at >= end)
        return false;
    from = p->days[i].day * GW_US_PER_DAY;
    if (from < at)
        from = at;
    to = (p->days[i].day + 1) * GW_US_PER_DAY;
    if (p->days[i].n > GW_PLAN_SAMPLES) {
        int64_t cut = piece_end(&p->days[i], from);
        to = cut < to ? cut : to;
    } else {
        for (; i < p->days_count && n + p->days[i].n <= GW_PLAN_SAMPLES; i++) {
            n += p->days[i].n;
            to = (p->days[i].day + 1) * GW_US_PER_DAY;
        }
    }
    *ret_from = from;
    *ret_to = to < end ? to : end;
    return true;
}

enum gw_code gw_plan_load(const struct gw_plan *plan, struct gw_arena *arena, int64_t from_us, int64_t to_us,
                          struct gw_streams *ret, struct gw_err *err)
{
    struct gw_series_query query = plan->query;
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    enum gw_code code;

    query.from_us = from_us;
    query.to_us = to_us;
    query.with_data = true;
    code = gw_store_series_blocks(plan->db, arena, &query, &rows, &count, &sources, &sources_count, err);
    if (code != GW_OK)
        return code;
    return gw_streams_load(ret, arena, rows, count, sources, sources_count, from_us, to_us, err);
}

int64_t gw_plan_days(const struct gw_plan *p, int64_t first, int64_t last)
{
    int64_t n = 0;

    for (size_t i = find(p, first); i < p->days_count && p->days[i].day <= last; i++) {
        n += p->days[i].n;
        if (n > GW_PLAN_SAMPLES)
            return p->days[i].day > first ? p->days[i].day - 1 : first;
    }
    return last;
}

int64_t gw_plan_days_back(const struct gw_plan *p, int64_t first, int64_t last)
{
    int64_t n = 0;

    for (size_t i = find(p, last + 1); i-- > 0 && p->days[i].day >= first;) {
        n += p->days[i].n;
        if (n > GW_PLAN_SAMPLES)
            return p->days[i].day < last ? p->days[i].day + 1 : last;
    }
    return first;
}
