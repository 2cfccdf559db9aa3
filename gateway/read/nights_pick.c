/* One writer for each day of waking. */
#include <math.h>
#include <stdlib.h>

#include "read/nights.h"

static int64_t span_us(const struct gw_night *night)
{
    return night->end_us - night->start_us;
}

static int by_day(const void *a, const void *b)
{
    const struct gw_night_pick *x = a, *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->night.start_us != y->night.start_us)
        return x->night.start_us < y->night.start_us ? -1 : 1;
    return memcmp(x->night.id.b, y->night.id.b, sizeof(x->night.id.b));
}

/* The writer of a day: the best place that has a night, else the best that has anything. */
static size_t best_of(const struct gw_night_pick *picks, size_t count)
{
    size_t night = GW_NO_RANK, any = GW_NO_RANK;

    for (size_t i = 0; i < count; i++) {
        any = picks[i].place < any ? picks[i].place : any;
        if (picks[i].night.is_nap <= 0 && picks[i].place < night)
            night = picks[i].place;
    }
    return night == GW_NO_RANK ? any : night;
}

/* The same hours from two devices of one account: the better device tells them. */
static bool told_better(const struct gw_night_pick *picks, size_t count, size_t group, const struct gw_ranks *ranks,
                        const struct gw_night_pick *one)
{
    for (size_t i = 0; i < count; i++) {
        const struct gw_night *a = &picks[i].night, *b = &one->night;
        int64_t from = a->start_us > b->start_us ? a->start_us : b->start_us;
        int64_t to = a->end_us < b->end_us ? a->end_us : b->end_us;
        if (picks[i].place < one->place && ranks->items[picks[i].place].group == group &&
            (to - from) * 2 > span_us(a) && (to - from) * 2 > span_us(b))
            return true;
    }
    return false;
}

static void pick_day(struct gw_night_pick *picks, size_t count, const struct gw_ranks *ranks)
{
    size_t best = best_of(picks, count);
    size_t group = best == GW_NO_RANK ? GW_NO_RANK : ranks->items[best].group;

    for (size_t i = 0; i < count; i++)
        picks[i].kept = picks[i].place != GW_NO_RANK && ranks->items[picks[i].place].group == group &&
                        !told_better(picks, count, group, ranks, &picks[i]);
}

/* Keeps what ends on one of the days. */
static size_t gather(const struct gw_night *nights, size_t count, struct gw_days days, const struct gw_person *person,
                     const struct gw_ranks *ranks, struct gw_night_pick *to)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t day = gw_day_of(nights[i].end_us, nights[i].offset_s, person->zone);
        if (day < days.first || day > days.last || span_us(&nights[i]) > GW_NIGHT_MOST)
            continue;
        to[n++] =
            (struct gw_night_pick){.night = nights[i], .day = day, .place = gw_rank_of(ranks, nights[i].source_id)};
    }
    return n;
}

enum gw_code gw_nights_pick(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_days days,
                            const struct gw_person *person, const struct gw_ranks *ranks, struct gw_night_pick **ret,
                            size_t *ret_count, struct gw_err *err)
{
    const struct gw_summary_range range = {user, days.first * GW_US_PER_DAY - GW_DAY_SHIFT_MOST - GW_NIGHT_MOST,
                                           (days.last + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST};
    struct gw_night *nights;
    struct gw_night_pick *picks;
    size_t count = 0, n;
    enum gw_code code = gw_store_night_range(db, arena, &range, &nights, &count, err);

    if (code != GW_OK)
        return code;
    picks = gw_arena_alloc(arena, count * sizeof(*picks));
    if (!picks)
        return gw_fail(err, GW_NOMEM, NULL);
    n = gather(nights, count, days, person, ranks, picks);
    if (n > 1)
        qsort(picks, n, sizeof(*picks), by_day);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && picks[to].day == picks[from].day; to++)
            ;
        pick_day(picks + from, to - from, ranks);
    }
    *ret = picks;
    *ret_count = n;
    return GW_OK;
}

/* ---- pages of sessions ---- */

static int newest_first(const void *a, const void *b)
{
    const struct gw_night_pick *x = a, *y = b;

    if (x->night.start_us != y->night.start_us)
        return x->night.start_us > y->night.start_us ? -1 : 1;
    return -memcmp(x->night.id.b, y->night.id.b, sizeof(x->night.id.b));
}

/* Where the page lies among those that are shown, newest first. */
static void place_page(const struct gw_night_pick *shown, size_t count, const struct gw_event_query *q,
                       size_t *ret_first, size_t *ret_count, bool *ret_more)
{
    const struct gw_night_pick at = {.night = {.id = q->after_id, .start_us = q->after_start_us}};
    size_t limit = (size_t)q->limit, first = 0, end = 0;

    if (q->has_after && q->backwards) {
        while (end < count && newest_first(&shown[end], &at) < 0)
            end++;
        first = end > limit ? end - limit : 0;
        *ret_more = first > 0;
    } else {
        while (q->has_after && first < count && newest_first(&shown[first], &at) <= 0)
            first++;
        end = count - first > limit ? first + limit : count;
        *ret_more = end < count;
    }
    *ret_first = first;
    *ret_count = end - first;
}

/* The range speaks of starts, the choice of days of waking: all sessions that may share a day with one of the range. */
static enum gw_code pick_around(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *q,
                                const struct gw_ranks *ranks, struct gw_night_pick **ret, size_t *ret_count,
                                struct gw_err *err)
{
    struct gw_days days = {gw_floor_div(q->from_us - GW_DAY_SHIFT_MOST, GW_US_PER_DAY),
                           gw_floor_div(q->to_us + GW_NIGHT_MOST + GW_DAY_SHIFT_MOST, GW_US_PER_DAY)};
    struct gw_person person;
    size_t all = 0, n = 0;
    enum gw_code code = gw_person_get(db, arena, q->user, &person, err);

    if (code == GW_OK)
        code = gw_nights_pick(db, arena, q->user, days, &person, ranks, ret, &all, err);
    for (size_t i = 0; i < all && code == GW_OK; i++) {
        const struct gw_night_pick *pick = &(*ret)[i];
        if (pick->kept && pick->night.start_us >= q->from_us && pick->night.start_us < q->to_us &&
            (!q->provider || strcmp(ranks->items[pick->place].source.provider, q->provider) == 0))
            (*ret)[n++] = *pick;
    }
    if (n > 1)
        qsort(*ret, n, sizeof(**ret), newest_first);
    if (code == GW_OK)
        *ret_count = n;
    return code;
}

static enum gw_code load_page(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                              const struct gw_night_pick *picks, size_t count, struct gw_event_page *ret,
                              struct gw_err *err)
{
    struct gw_uuid *ids = gw_arena_alloc(arena, count * sizeof(*ids));
    struct gw_sleep *rows = NULL;
    size_t n = 0;
    enum gw_code code = ids ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; ids && i < count; i++)
        ids[i] = picks[i].night.id;
    if (code == GW_OK && count > 0)
        code = gw_store_sleep_some(db, arena, user, ids, count, true, &rows, &n, err);
    if (code == GW_OK)
        code = gw_store_sources(db, arena, user, &ret->sources, &ret->sources_count, err);
    if (code != GW_OK)
        return code;
    for (size_t i = 0; i < n / 2; i++) { /* they come oldest first */
        struct gw_sleep row = rows[i];
        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = row;
    }
    ret->sleeps = rows;
    ret->count = n;
    return GW_OK;
}

enum gw_code gw_nights_page(struct gw_db *db, struct gw_arena *arena, const struct gw_event_query *query,
                            struct gw_event_page *ret, struct gw_err *err)
{
    struct gw_ranks ranks;
    struct gw_night_pick *picks = NULL;
    struct gw_event_page page = {0};
    size_t shown = 0, first, count;
    enum gw_code code = gw_ranks_load(db, arena, query->user, &ranks, err);

    if (code == GW_OK)
        code = pick_around(db, arena, query, &ranks, &picks, &shown, err);
    if (code != GW_OK)
        return code;
    place_page(picks, shown, query, &first, &count, &page.more);
    code = load_page(db, arena, query->user, picks + first, count, &page, err);
    if (code != GW_OK)
        return code;
    page.total = (int64_t)shown;
    *ret = page;
    return GW_OK;
}
