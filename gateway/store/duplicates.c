/* Marks of duplicates: read, decided, moved. */
#include "store/duplicates.h"

#include <stdlib.h>

#include "base/time.h"
#include "store/duplicates_tx.h"
#include "store/pool.h"
#include "store/priority_row.h"
#include "store/reads.h"
#include "store/source_row.h"
#include "store/twins.h"

#define AROUND_US  (GW_US_PER_HOUR)
#define TRIES_MOST 4    /* how often a window whose chain leaves it grows eightfold */
#define PIECE      4096 /* rows of a piece of everything */

/* What the rows of a result are read with. */
struct reader {
    struct gw_arena *arena;
    const struct gw_source *sources;
    size_t sources_count;
};

static enum gw_code read_rows(const PGresult *result, const struct reader *reader, struct gw_twin **ret,
                              size_t *ret_count, struct gw_err *err)
{
    size_t n = (size_t)PQntuples(result), kept = 0;
    struct gw_twin *rows = gw_arena_zalloc(reader->arena, n * sizeof(*rows));
    enum gw_code code = rows ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = reader->arena};
        struct gw_twin *twin = &rows[kept];
        twin->id = pg_get_uuid(&row);
        twin->source = gw_store_source_find(reader->sources, reader->sources_count, pg_get_i32(&row));
        twin->start_us = pg_get_time(&row);
        twin->end_us = pg_get_time(&row);
        twin->type = pg_get_text(&row);
        twin->external_id = pg_get_text(&row);
        twin->digest = pg_get_bytes(&row);
        twin->stands = pg_get_uuid(&row);
        twin->filled = pg_get_i32(&row);
        kept += twin->source != NULL;
        code = pg_row_check(&row, err);
    }
    if (code)
        return code;
    *ret = rows;
    *ret_count = kept;
    return GW_OK;
}

/* Queues the marks that are not as decided; adds their rows to ids. */
static void queue_marks(struct pg_conn *c, struct gw_uuid user, const struct gw_twin *rows, size_t count,
                        struct gw_uuid *ids, size_t *ids_count)
{
    for (size_t i = 0; i < count; i++) {
        struct pg_params p = {0};
        if (gw_uuid_eq(rows[i].stands, rows[i].decided))
            continue;
        pg_put_uuid(&p, user);
        pg_put_uuid(&p, rows[i].id);
        pg_put_uuid_or_null(&p, rows[i].decided);
        pg_queue(c, SQL_TWIN_MARK, &p);
        ids[(*ids_count)++] = rows[i].id;
    }
}

/* ---- around some starts ---- */

struct windows {
    int64_t *from_us, *to_us;
    size_t count;
};

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* starts are sorted; windows that meet are one. */
static bool make_windows(struct gw_arena *arena, const int64_t *starts, size_t count, int64_t around_us,
                         struct windows *ret)
{
    struct windows w = {gw_arena_alloc(arena, count * sizeof(*w.from_us)),
                        gw_arena_alloc(arena, count * sizeof(*w.to_us)), 0};

    if (!w.from_us || !w.to_us)
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t from = starts[i] - around_us, to = starts[i] + around_us;
        if (w.count > 0 && from <= w.to_us[w.count - 1]) {
            w.to_us[w.count - 1] = to;
            continue;
        }
        w.from_us[w.count] = from;
        w.to_us[w.count++] = to;
    }
    *ret = w;
    return true;
}

static void queue_windows(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, const struct windows *w)
{
    struct pg_params p = {.arena = arena};

    pg_put_uuid(&p, user);
    pg_put_time_array(&p, w->from_us, w->count);
    pg_put_time_array(&p, w->to_us, w->count);
    pg_queue(c, SQL_TWIN_WINDOWS, &p);
}

/* Whether a row may be chained to one of the starts. */
static bool touched(const struct gw_twin *rows, size_t count, const int64_t *starts, size_t starts_count)
{
    int64_t from = rows[0].start_us - GW_TWIN_START, to = rows[count - 1].start_us + GW_TWIN_START;
    size_t low = 0, high = starts_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (starts[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < starts_count && starts[low] <= to;
}

/* Whether a chain may go on beyond the window it lies in. */
static bool leaves(const struct gw_twin *rows, size_t count, const struct windows *w)
{
    size_t at = 0;

    while (at + 1 < w->count && w->from_us[at + 1] <= rows[0].start_us)
        at++;
    return count <= GW_TWIN_CHAIN_MOST && (rows[0].start_us - GW_TWIN_START < w->from_us[at] ||
                                           rows[count - 1].start_us + GW_TWIN_START >= w->to_us[at]);
}

/* Chains that have a touched start are moved to the front; the others are none of this commit's business. */
static size_t keep_touched(struct gw_twin *rows, size_t count, const int64_t *starts, size_t starts_count,
                           const struct windows *w, bool *ret_whole)
{
    size_t kept = 0;

    *ret_whole = true;
    for (size_t from = 0, to; from < count; from = to) {
        to = gw_twins_chain(rows, count, from);
        if (!touched(rows + from, to - from, starts, starts_count))
            continue;
        *ret_whole &= !leaves(rows + from, to - from, w);
        memmove(rows + kept, rows + from, (to - from) * sizeof(*rows));
        kept += to - from;
    }
    return kept;
}

/* One look: the rows of the touched chains, and whether those chains are whole. */
static enum gw_code look(struct pg_conn *c, const struct reader *reader, struct gw_uuid user, const int64_t *starts,
                         size_t count, int64_t around_us, struct gw_priorities *priorities, struct gw_twin **ret,
                         size_t *ret_count, bool *ret_whole, struct gw_err *err)
{
    gw_own_result *result = NULL;
    struct windows windows;
    enum gw_code code;

    if (!make_windows(reader->arena, starts, count, around_us, &windows))
        return gw_fail(err, GW_NOMEM, NULL);
    queue_windows(c, reader->arena, user, &windows);
    priorities_queue(c);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_skip_to(c, SQL_TWIN_WINDOWS, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = priorities_take(c, reader->arena, priorities, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = read_rows(result, reader, ret, ret_count, err);
    if (!code)
        *ret_count = keep_touched(*ret, *ret_count, starts, count, &windows, ret_whole);
    return code;
}

enum gw_code duplicates_settle(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, int64_t *starts,
                               size_t count, const struct gw_source *sources, size_t sources_count,
                               struct gw_uuid **ret_ids, size_t *ret_count, struct gw_err *err)
{
    const struct reader reader = {arena, sources, sources_count};
    struct gw_priorities priorities;
    struct gw_twin *rows = NULL;
    struct gw_uuid *ids;
    size_t n = 0, ids_count = 0;
    int64_t around_us = AROUND_US;
    bool whole = false;
    enum gw_code code = GW_OK;

    qsort(starts, count, sizeof(*starts), by_time);
    for (int i = 0; !code && !whole && i < TRIES_MOST; i++, around_us *= 8)
        code = look(c, &reader, user, starts, count, around_us, &priorities, &rows, &n, &whole, err);
    if (!code)
        code = gw_twins_decide(&priorities, rows, n, arena, err);
    ids = code ? NULL : gw_arena_alloc(arena, n * sizeof(*ids));
    if (!ids)
        return code ? code : gw_fail(err, GW_NOMEM, NULL);
    queue_marks(c, user, rows, n, ids, &ids_count);
    *ret_ids = ids;
    *ret_count = ids_count;
    return GW_OK;
}

/* ---- everything ---- */

struct place {
    int64_t start_us;
    struct gw_uuid id;
};

/* Where a piece has to end: before its last chain, which may go on in the next; one that fills the piece is cut. */
static size_t whole_chains(const struct gw_twin *rows, size_t count)
{
    size_t from = 0;

    for (size_t to = 0; to < count;) {
        to = gw_twins_chain(rows, count, from);
        if (to < count)
            from = to;
    }
    return from ? from : count;
}

static struct place behind(const struct gw_twin *row)
{
    struct place place = {row->start_us, row->id};

    for (size_t i = sizeof(place.id.b); i-- > 0 && ++place.id.b[i] == 0;)
        ;
    return place;
}

static enum gw_code settle_piece(struct pg_conn *c, const struct reader *reader, struct gw_uuid user,
                                 const struct gw_priorities *priorities, struct place *place, bool *ret_last,
                                 struct gw_err *err)
{
    gw_own_result *result = NULL;
    struct pg_params p = {0};
    struct gw_twin *rows = NULL;
    struct gw_uuid *ids;
    size_t n = 0, ids_count = 0;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_put_time(&p, place->start_us);
    pg_put_uuid(&p, place->id);
    pg_put_i64(&p, PIECE);
    pg_queue(c, SQL_TWIN_PAGE, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = read_rows(result, reader, &rows, &n, err);
    if (code)
        return code;
    *ret_last = PQntuples(result) < PIECE || n == 0;
    size_t whole = *ret_last ? n : whole_chains(rows, n);
    code = gw_twins_decide(priorities, rows, whole, reader->arena, err);
    ids = code ? NULL : gw_arena_alloc(reader->arena, n * sizeof(*ids));
    if (!ids)
        return code ? code : gw_fail(err, GW_NOMEM, NULL);
    queue_marks(c, user, rows, whole, ids, &ids_count);
    if (!*ret_last && whole < n)
        *place = (struct place){rows[whole].start_us, rows[whole].id};
    else if (!*ret_last)
        *place = behind(&rows[n - 1]);
    return pg_run(c, err);
}

enum gw_code duplicates_settle_all(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, struct gw_err *err)
{
    struct reader reader = {.arena = arena};
    struct gw_priorities priorities;
    struct gw_source *sources = NULL;
    gw_own_result *result = NULL;
    struct pg_params p = {0}, settled = {0};
    struct place place = {gw_days_from_civil(1, 1, 1) * GW_US_PER_DAY, {{0}}};
    bool last = false;
    enum gw_code code;

    pg_put_uuid(&p, user);
    priorities_queue(c);
    pg_queue(c, SQL_SOURCE_LIST, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = priorities_take(c, arena, &priorities, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        code = source_read_all(result, arena, &sources, NULL, &reader.sources_count, err);
    reader.sources = sources;
    while (!code && !last) {
        gw_own_arena struct gw_arena *piece = gw_arena_new(0);
        reader.arena = piece;
        code = piece ? settle_piece(c, &reader, user, &priorities, &place, &last, err) : gw_fail(err, GW_NOMEM, NULL);
    }
    if (code)
        return code;
    pg_put_uuid(&settled, user);
    pg_put_i64(&settled, priorities.version);
    pg_queue(c, SQL_TWIN_SETTLED, &settled);
    return GW_OK;
}

static enum gw_code refresh(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid user, struct gw_err *err)
{
    struct pg_params p = {0};
    int64_t rows = 0;
    enum gw_code code;

    pg_put_uuid(&p, user);
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_USER_LOCK, &p);
    code = pg_send(c, 0, err);
    if (!code)
        code = pg_next_done(c, NULL, err);
    if (!code)
        code = pg_next_done(c, &rows, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code && rows > 0)
        code = duplicates_settle_all(c, arena, user, err);
    if (code)
        return code;
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_duplicates_refresh(struct gw_db *db, struct gw_uuid user, struct gw_err *err)
{
    gw_own_arena struct gw_arena *arena = gw_arena_new(0);
    gw_own_result *result = NULL;
    struct pg_params p = {0};
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    pg_put_uuid(&p, user);
    code = pg_one(db, SQL_TWIN_STALE, &p, &result, err);
    if (code || PQntuples(result) == 0)
        return code;
    struct pg_row row = {.result = result};
    if (!pg_get_bool(&row))
        return GW_OK;
    while (pg_turn(&turn, &code, err))
        code = refresh(turn.c, arena, user, err);
    return code;
}
