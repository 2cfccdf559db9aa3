/* Groups of days, and pages over them. */
#include "read/rollup.h"

#include "base/time.h"

#define COUNT_MOST                                                                                                     \
    (2 * GW_PLAN_SAMPLES) /* a range of no more samples is gathered whole, so that its rows are counted */

static bool by_days(const struct gw_rollup *r)
{
    return r->resolution == GW_1DAY;
}

/* Where the samples of these days are. */
static void range_of(const struct gw_rollup *r, int64_t first, int64_t last, int64_t *from, int64_t *to)
{
    *from = first * GW_US_PER_DAY;
    *to = (last + 1) * GW_US_PER_DAY;
    if (by_days(r)) {
        *from -= GW_DAY_SHIFT_MOST;
        *to += GW_DAY_SHIFT_MOST;
        return;
    }
    *from = *from > r->from_us ? *from : r->from_us;
    *to = *to < r->to_us ? *to : r->to_us;
}

enum gw_code gw_rollup_open(struct gw_rollup *r, struct gw_db *db, struct gw_arena *arena,
                            const struct gw_series_query *query, struct gw_err *err)
{
    struct gw_series_query q = *query;

    if (!by_days(r)) {
        r->from_us = q.from_us;
        r->to_us = q.to_us;
        r->days = (struct gw_days){0, -1};
        if (q.from_us < q.to_us)
            r->days =
                (struct gw_days){gw_floor_div(q.from_us, GW_US_PER_DAY), gw_floor_div(q.to_us - 1, GW_US_PER_DAY)};
    }
    q.from_us = q.to_us = 0;
    if (r->days.first <= r->days.last)
        range_of(r, r->days.first, r->days.last, &q.from_us, &q.to_us);
    return gw_plan_make(&r->plan, db, arena, &q, err);
}

static enum gw_code gather_portion(const struct gw_rollup *r, struct gw_gathering *gathering, int64_t from, int64_t to,
                                   struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_streams streams;
    enum gw_code code = arena ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (code == GW_OK)
        code = gw_plan_load(&r->plan, arena, from, to, &streams, err);
    if (code == GW_OK)
        code = gw_gather(gathering, &streams, err);
    gw_arena_free(&arena);
    return code;
}

static enum gw_code gather_days(const struct gw_rollup *r, struct gw_arena *arena, int64_t first, int64_t last,
                                struct gw_gathering *gathering, struct gw_bucket **ret, size_t *ret_count,
                                struct gw_err *err)
{
    int64_t at, end, from, to;
    enum gw_code code = GW_OK;

    *gathering = (struct gw_gathering){.arena = arena,
                                       .resolution = r->resolution,
                                       .format = r->format,
                                       .zone = r->zone,
                                       .first_key = by_days(r) ? first : INT64_MIN,
                                       .last_key = by_days(r) ? last : INT64_MAX};
    range_of(r, first, last, &at, &end);
    for (; code == GW_OK && gw_plan_next(&r->plan, at, end, &from, &to); at = to)
        code = gather_portion(r, gathering, from, to, err);
    return code == GW_OK ? gw_gathered_rows(gathering, ret, ret_count, err) : code;
}

enum gw_code gw_rollup_group(const struct gw_rollup *r, struct gw_arena *arena, int64_t day, int64_t *ret_next,
                             struct gw_gathering *gathering, struct gw_bucket **ret, size_t *ret_count,
                             struct gw_err *err)
{
    int64_t last = gw_plan_days(&r->plan, day, r->days.last);

    *ret_next = last + 1;
    return gather_days(r, arena, day, last, gathering, ret, ret_count, err);
}

/* ---- pages ---- */

static bool before(const struct gw_bucket *row, const struct gw_cursor *at)
{
    if (row->key != at->t_us)
        return row->key < at->t_us;
    if (gw_bucket_metric(row) != at->metric)
        return gw_bucket_metric(row) < at->metric;
    return gw_bucket_source(row) < at->source_id;
}

static bool at_cursor(const struct gw_bucket *row, const struct gw_cursor *at)
{
    return row->key == at->t_us && gw_bucket_metric(row) == at->metric && gw_bucket_source(row) == at->source_id;
}

/* Of rows in order, [first, end) lie on the side of the cursor that is read. */
static void beyond(const struct gw_bucket *rows, size_t count, const struct gw_cursor *after, size_t *first,
                   size_t *end)
{
    size_t low = 0;

    *first = 0;
    *end = count;
    if (!after)
        return;
    for (size_t high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (before(&rows[middle], after))
            low = middle + 1;
        else
            high = middle;
    }
    if (after->backwards)
        *end = low;
    else
        *first = low + (low < count && at_cursor(&rows[low], after));
}

static enum gw_code page_of_all(const struct gw_rollup *r, struct gw_arena *arena, const struct gw_cursor *after,
                                size_t limit, struct gw_rollup_page *ret, struct gw_err *err)
{
    struct gw_bucket *rows;
    size_t count, first, end;
    enum gw_code code = gather_days(r, arena, r->days.first, r->days.last, &ret->gathering, &rows, &count, err);

    if (code != GW_OK)
        return code;
    beyond(rows, count, after, &first, &end);
    ret->total = (int64_t)count;
    ret->count = end - first < limit ? end - first : limit;
    ret->more = end - first > limit;
    ret->rows = after && after->backwards ? rows + end - ret->count : rows + first;
    return GW_OK;
}

static int64_t day_of_key(const struct gw_rollup *r, int64_t key)
{
    int64_t day = by_days(r) ? key : gw_floor_div(key, GW_US_PER_DAY);

    if (day < r->days.first)
        return r->days.first;
    return day > r->days.last ? r->days.last : day;
}

/* Rows fill an array of limit + 1, from its front or, backwards, from its end. */
static enum gw_code page_of_groups(const struct gw_rollup *r, struct gw_arena *arena, const struct gw_cursor *after,
                                   size_t limit, struct gw_rollup_page *ret, struct gw_err *err)
{
    bool back = after && after->backwards;
    int64_t first = r->days.first, last = r->days.last;
    struct gw_bucket *page = gw_arena_alloc(arena, (limit + 1) * sizeof(*page)), *rows;
    size_t have = 0, count, from, end;
    enum gw_code code = page ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (after && back)
        last = day_of_key(r, after->t_us);
    else if (after)
        first = day_of_key(r, after->t_us);
    while (code == GW_OK && have <= limit && first <= last) {
        int64_t low = back ? gw_plan_days_back(&r->plan, first, last) : first;
        int64_t high = back ? last : gw_plan_days(&r->plan, first, last);
        code = gather_days(r, arena, low, high, &ret->gathering, &rows, &count, err);
        if (code != GW_OK)
            break;
        beyond(rows, count, after, &from, &end);
        count = end - from < limit + 1 - have ? end - from : limit + 1 - have;
        memcpy(back ? page + limit + 1 - have - count : page + have, back ? rows + end - count : rows + from,
               count * sizeof(*page));
        have += count;
        if (back)
            last = low - 1;
        else
            first = high + 1;
    }
    ret->more = have > limit;
    ret->count = ret->more ? limit : have;
    ret->rows = page && back ? page + limit + 1 - ret->count : page;
    ret->total = -1;
    return code;
}

enum gw_code gw_rollup_page(const struct gw_rollup *r, struct gw_arena *arena, const struct gw_cursor *after,
                            int64_t limit, struct gw_rollup_page *ret, struct gw_err *err)
{
    *ret = (struct gw_rollup_page){0};
    if (r->days.first > r->days.last)
        return GW_OK;
    if (r->plan.samples <= COUNT_MOST)
        return page_of_all(r, arena, after, (size_t)limit, ret, err);
    return page_of_groups(r, arena, after, (size_t)limit, ret, err);
}
