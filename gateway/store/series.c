/* Series in a commit: samples are cut into days, merged into the blocks that stand, and written where they differ.
 *
 * A day is one block until it has more than SPLIT_AT samples; then it is a block an hour, and the row of its first
 * hour, empty or not, says so. Timestamps never leave a block (a deleted one stays as a tombstone), so whether a day
 * is split depends on what came, not on the order. Small changes of a big block go to its tail.
 */
#include "base/own.h"
#include "base/time.h"
#include "store/commit_tx.h"

#define SPLIT_AT     4096
#define TAIL_MOST    1000 /* coded bytes */
#define INLINE_MOST  1500 /* below it data is in the row itself and PostgreSQL logs only what differs of it */
#define LOOKUPS_MOST 48   /* buckets looked up one by one; more neighbouring days are read as a range */

/* Samples of one series that fall on one day, ascending. */
struct piece {
    const struct gw_series_in *series;
    uint32_t source; /* index into tx->sources, the one all equals speak through */
    int32_t day;     /* its first hour since 1970 */
    size_t from, count;
};

/* A row as it stands. */
struct stored_block {
    int32_t bucket;
    int16_t span;
    struct gw_str data, tail;
};

/* Pieces of one metric, source and sort: one look-up. */
struct group {
    const struct piece *pieces;
    size_t count;
    int32_t *buckets;
    size_t buckets_count;
    bool range;
    struct stored_block *stored; /* by bucket */
    size_t stored_count;
};

enum write_kind { WRITE_INSERT, WRITE_UPDATE, WRITE_TAIL };

struct block_write {
    enum write_kind kind;
    uint16_t metric;
    bool daily_total;
    int32_t bucket, source_id;
    int16_t span;
    uint32_t n;
    int64_t first_us, last_us;
    struct gw_str bytes; /* data or tail */
};

struct series_work {
    struct piece *pieces;
    size_t pieces_count, pieces_cap;
    struct group *groups;
    size_t groups_count;
    struct block_write *writes;
    size_t writes_count, writes_cap;
};

/* ---- cutting ---- */

static int32_t hour_of(int64_t t_us)
{
    return (int32_t)gw_floor_div(t_us, GW_US_PER_HOUR);
}

static int32_t day_of(int64_t t_us)
{
    return (int32_t)(gw_floor_div(t_us, GW_US_PER_DAY) * 24);
}

static int64_t hour_us(int32_t hour)
{
    return (int64_t)hour * GW_US_PER_HOUR;
}

/* An array in the arena, twice as long. */
static void *grow(struct gw_arena *arena, const void *old, size_t count, size_t *cap, size_t size)
{
    size_t more = *cap ? 2 * *cap : 32;
    void *to = gw_arena_alloc(arena, more * size);

    if (to && count)
        memcpy(to, old, count * size);
    *cap = more;
    return to;
}

static bool add_piece(struct commit_tx *tx, const struct piece *piece)
{
    struct series_work *w = tx->series;

    if (w->pieces_count == w->pieces_cap)
        w->pieces = grow(tx->arena, w->pieces, w->pieces_count, &w->pieces_cap, sizeof(*w->pieces));
    if (!w->pieces)
        return false;
    w->pieces[w->pieces_count++] = *piece;
    return true;
}

/* A new piece begins with a new day, and where times do not ascend. */
static enum gw_code cut(struct commit_tx *tx, const struct gw_series_in *s, struct gw_err *err)
{
    uint32_t source = tx->sources[s->source].same_as;

    if (s->count > 0)
        tx->sources[s->source].used = tx->sources[source].used = true;
    for (size_t i = 0; i < s->count;) {
        struct piece piece = {s, source, day_of(s->t_us[i]), i, 1};
        int64_t end_us = hour_us(piece.day + 24);
        while (i + piece.count < s->count && s->t_us[i + piece.count] < end_us &&
               s->t_us[i + piece.count] > s->t_us[i + piece.count - 1])
            piece.count++;
        if (!add_piece(tx, &piece))
            return gw_fail(err, GW_NOMEM, NULL);
        i += piece.count;
    }
    return GW_OK;
}

static enum gw_code check(const struct commit_tx *tx, const struct gw_series_in *s, struct gw_err *err)
{
    if (s->source >= tx->in->sources_count)
        return gw_fail(err, GW_INTERNAL, "A series names no source.");
    if (s->metric == 0 || s->metric > INT16_MAX)
        return gw_fail(err, GW_INTERNAL, "A series names no metric.");
    for (size_t i = 0; !s->deleted && i < s->count; i++)
        if (!(s->v[i] - s->v[i] == 0))
            return gw_fail(err, GW_INTERNAL, "A sample's value is not finite.");
    return GW_OK;
}

static int by_group(const struct piece *a, const struct piece *b)
{
    if (a->series->metric != b->series->metric)
        return a->series->metric < b->series->metric ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (int)a->series->daily_total - (int)b->series->daily_total;
}

static int by_day(const void *x, const void *y)
{
    const struct piece *a = x, *b = y;
    int order = by_group(a, b);

    if (order == 0 && a->day != b->day)
        order = a->day < b->day ? -1 : 1;
    return order;
}

/* Days, and the hours of them that are touched, ascending and once each. */
static enum gw_code list_buckets(struct commit_tx *tx, struct group *g, struct gw_err *err)
{
    int32_t first = g->pieces[0].day, last = g->pieces[g->count - 1].day;
    size_t days = 0, n = 0, cap = 0;

    for (size_t i = 0; i < g->count; i++)
        days += i == 0 || g->pieces[i].day != g->pieces[i - 1].day;
    if (days > LOOKUPS_MOST / 24 && (size_t)(last - first) / 24 + 1 <= 2 * days) {
        g->range = true;
        return GW_OK;
    }
    for (size_t i = 0; i < g->count;) {
        int32_t day = g->pieces[i].day;
        bool touched[24] = {true};
        for (; i < g->count && g->pieces[i].day == day; i++) {
            const struct piece *p = &g->pieces[i];
            for (size_t k = p->from; k < p->from + p->count; k++)
                touched[hour_of(p->series->t_us[k]) - day] = true;
        }
        for (int32_t h = 0; h < 24; h++) {
            if (!touched[h])
                continue;
            if (n == cap)
                g->buckets = grow(tx->arena, g->buckets, n, &cap, sizeof(*g->buckets));
            if (!g->buckets)
                return gw_fail(err, GW_NOMEM, NULL);
            g->buckets[n++] = day + h;
        }
    }
    g->buckets_count = n;
    return GW_OK;
}

enum gw_code series_prepare(struct commit_tx *tx, struct gw_err *err)
{
    struct series_work *w = tx->series = gw_arena_zalloc(tx->arena, sizeof(*w));
    enum gw_code code = w ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; !code && i < tx->in->series_count; i++) {
        code = check(tx, &tx->in->series[i], err);
        if (!code)
            code = cut(tx, &tx->in->series[i], err);
    }
    if (code || w->pieces_count == 0)
        return code;
    qsort(w->pieces, w->pieces_count, sizeof(*w->pieces), by_day);
    w->groups = gw_arena_zalloc(tx->arena, w->pieces_count * sizeof(*w->groups));
    if (!w->groups)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < w->pieces_count;) {
        struct group *g = &w->groups[w->groups_count++];
        g->pieces = &w->pieces[i];
        while (i < w->pieces_count && by_group(g->pieces, &w->pieces[i]) == 0)
            i++, g->count++;
        code = list_buckets(tx, g, err);
    }
    return code;
}

/* ---- reading ---- */

void series_queue_reads(struct commit_tx *tx)
{
    for (size_t i = 0; i < tx->series->groups_count; i++) {
        const struct group *g = &tx->series->groups[i];
        const struct commit_source *source = &tx->sources[g->pieces->source];
        struct pg_params p = {.arena = tx->arena};
        pg_put_uuid(&p, tx->in->user_id);
        pg_put_i16(&p, (int16_t)g->pieces->series->metric);
        pg_put_bytes(&p, source->digest, sizeof(source->digest));
        if (g->range)
            pg_put_i32(&p, g->pieces[0].day);
        else
            pg_put_i32_array(&p, g->buckets, g->buckets_count);
        pg_put_bool(&p, g->pieces->series->daily_total);
        if (g->range)
            pg_put_i32(&p, g->pieces[g->count - 1].day + 24);
        pg_queue(tx->c, g->range ? SQL_BLOCK_FIND_RANGE : SQL_BLOCK_FIND, &p);
    }
}

static int by_bucket(const void *x, const void *y)
{
    const struct stored_block *a = x, *b = y;

    return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

static enum gw_code take_group(struct commit_tx *tx, struct group *g, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(tx->c, &result, err);

    if (code)
        return code;
    g->stored_count = (size_t)PQntuples(result);
    g->stored = gw_arena_alloc(tx->arena, g->stored_count * sizeof(*g->stored));
    if (!g->stored)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < g->stored_count; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = tx->arena};
        g->stored[i].bucket = pg_get_i32(&row);
        g->stored[i].span = pg_get_i16(&row);
        g->stored[i].data = pg_get_bytes(&row);
        g->stored[i].tail = pg_get_bytes(&row);
        code = pg_row_check(&row, err);
    }
    if (!code)
        qsort(g->stored, g->stored_count, sizeof(*g->stored), by_bucket);
    return code;
}

enum gw_code series_take_reads(struct commit_tx *tx, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (size_t i = 0; !code && i < tx->series->groups_count; i++)
        code = take_group(tx, &tx->series->groups[i], err);
    return code;
}

static const struct stored_block *find_stored(const struct group *g, int32_t bucket)
{
    const struct stored_block key = {.bucket = bucket};

    return g->stored_count ? bsearch(&key, g->stored, g->stored_count, sizeof(key), by_bucket) : NULL;
}

/* ---- what comes in, as one block ---- */

static enum gw_code block_of(struct commit_tx *tx, const struct piece *p, struct gw_block *ret, struct gw_err *err)
{
    const struct gw_series_in *s = p->series;
    struct gw_block_run *run = gw_arena_alloc(tx->arena, sizeof(*run));
    double *dead = NULL;

    if (s->deleted)
        dead = gw_arena_alloc(tx->arena, p->count * sizeof(*dead));
    if (!run || (s->deleted && !dead))
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; dead && i < p->count; i++)
        dead[i] = __builtin_nan("");
    *run = (struct gw_block_run){.first = 0,
                                 .offset_s = s->offset_s,
                                 .version_us = s->version_us,
                                 .tentative = s->tentative,
                                 .payload_id = payload_kept(tx, s->payload_id)};
    /* the columns are only read; a block's are not const because decode fills them */
    *ret = (struct gw_block){
        .count = (uint32_t)p->count,
        .runs_count = 1,
        .t_us = (int64_t *)(uintptr_t)(s->t_us + p->from),
        .v = dead ? dead : (double *)(uintptr_t)(s->v + p->from),
        .dur_us = s->dur_us && !s->deleted ? (int64_t *)(uintptr_t)(s->dur_us + p->from) : NULL,
        .runs = run,
    };
    return GW_OK;
}

/* Many pieces in as many steps as their number has bits. Samples that lost against each other count as unchanged. */
static enum gw_code gather(struct commit_tx *tx, const struct piece *pieces, size_t count, struct gw_block *ret,
                           uint64_t *lost, struct gw_err *err)
{
    struct gw_block left, right;
    enum gw_code code;

    if (count == 1)
        return block_of(tx, pieces, ret, err);
    code = gather(tx, pieces, count / 2, &left, lost, err);
    if (!code)
        code = gather(tx, pieces + count / 2, count - count / 2, &right, lost, err);
    if (!code)
        code = gw_block_merge(&left, &right, tx->arena, ret, NULL, err);
    if (!code)
        *lost += (uint64_t)left.count + right.count - ret->count;
    return code;
}

/* ---- merging and writing ---- */

/* Where a block belongs. */
struct place {
    const struct group *group;
    int32_t bucket;
    int16_t span;
};

static enum gw_code add_write(struct commit_tx *tx, const struct place *at, enum write_kind kind,
                              const struct gw_block *whole, struct gw_str bytes, struct gw_err *err)
{
    struct series_work *w = tx->series;
    const struct piece *piece = at->group->pieces;
    struct block_write write = {.kind = kind,
                                .metric = piece->series->metric,
                                .daily_total = piece->series->daily_total,
                                .bucket = at->bucket,
                                .source_id = source_number(tx, piece->source),
                                .span = at->span,
                                .bytes = bytes};

    write.n = gw_block_live(whole, &write.first_us, &write.last_us);
    if (w->writes_count == w->writes_cap)
        w->writes = grow(tx->arena, w->writes, w->writes_count, &w->writes_cap, sizeof(*w->writes));
    if (!w->writes)
        return gw_fail(err, GW_NOMEM, NULL);
    w->writes[w->writes_count++] = write;
    return GW_OK;
}

static enum gw_code encode(struct commit_tx *tx, const struct gw_block *block, struct gw_str *ret, struct gw_err *err)
{
    gw_own_buf struct gw_buf bytes = {0};
    enum gw_code code = gw_block_encode(block, &bytes, err);

    if (code)
        return code;
    ret->ptr = gw_arena_strndup(tx->arena, bytes.data, bytes.len);
    ret->len = bytes.len;
    return ret->ptr ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

static enum gw_code write_whole(struct commit_tx *tx, const struct place *at, bool exists, const struct gw_block *whole,
                                struct gw_err *err)
{
    struct gw_str bytes;
    enum gw_code code = encode(tx, whole, &bytes, err);

    return code ? code : add_write(tx, at, exists ? WRITE_UPDATE : WRITE_INSERT, whole, bytes, err);
}

/* The tail with what won, if it is short enough; otherwise the block is folded into one. */
static enum gw_code write_tail(struct commit_tx *tx, const struct place *at, const struct gw_block *tail,
                               const struct gw_block *won, const struct gw_block *whole, struct gw_err *err)
{
    struct gw_block longer;
    struct gw_str bytes;
    enum gw_code code = gw_block_merge(tail, won, tx->arena, &longer, NULL, err);

    if (!code)
        code = encode(tx, &longer, &bytes, err);
    if (code)
        return code;
    if (bytes.len > TAIL_MOST)
        return write_whole(tx, at, true, whole, err);
    return add_write(tx, at, WRITE_TAIL, whole, bytes, err);
}

/* What stands: data and tail together, and the tail alone. */
static enum gw_code decode_stored(struct commit_tx *tx, const struct stored_block *stored, struct gw_block *ret,
                                  struct gw_block *ret_tail, struct gw_err *err)
{
    struct gw_block data;
    enum gw_code code = gw_block_decode(stored->data, tx->arena, &data, err);

    if (!code)
        code = gw_block_decode(stored->tail, tx->arena, ret_tail, err);
    if (!code && ret_tail->count > 0)
        return gw_block_merge(&data, ret_tail, tx->arena, ret, NULL, err);
    if (!code)
        *ret = data;
    return code;
}

static void add_counts(struct gw_block_merge *to, const struct gw_block_merge *more)
{
    bool seen = to->created + to->updated + to->deleted > 0;
    bool sees = more->created + more->updated + more->deleted > 0;

    if (sees && (!seen || more->from_us < to->from_us))
        to->from_us = more->from_us;
    if (sees && (!seen || more->to_us > to->to_us))
        to->to_us = more->to_us;
    to->created += more->created;
    to->updated += more->updated;
    to->unchanged += more->unchanged;
    to->deleted += more->deleted;
}

/* Every hour of a day that has grown too long, and the first one anyway. `exists`: the day's row becomes its. */
static enum gw_code split_day(struct commit_tx *tx, const struct place *day, bool exists, const struct gw_block *whole,
                              struct gw_err *err)
{
    enum gw_code code = GW_OK;
    uint32_t from = 0;

    for (int32_t h = 0; !code && h < 24; h++) {
        const struct place hour = {day->group, day->bucket + h, 1};
        struct gw_block part;
        uint32_t to = from;
        while (to < whole->count && whole->t_us[to] < hour_us(hour.bucket + 1))
            to++;
        code = gw_block_slice(whole, from, to - from, tx->arena, &part, err);
        if (!code && (h == 0 || to > from))
            code = write_whole(tx, &hour, exists && h == 0, &part, err);
        from = to;
    }
    return code;
}

/* One block: what stands in its place, merged with what came. A day that grows too long is split. */
static enum gw_code merge_block(struct commit_tx *tx, const struct place *at, const struct stored_block *stored,
                                const struct gw_block *incoming, struct gw_block_merge *sum, struct gw_err *err)
{
    struct gw_block old = {0}, tail = {0}, whole, won;
    struct gw_block_merge counts;
    enum gw_code code = GW_OK;

    if (stored)
        code = decode_stored(tx, stored, &old, &tail, err);
    if (!code)
        code = gw_block_merge_won(&old, incoming, tx->arena, &whole, &won, &counts, err);
    if (code)
        return code;
    add_counts(sum, &counts);
    if (counts.written == 0)
        return GW_OK;
    if (at->span == 24 && whole.count > SPLIT_AT)
        return split_day(tx, at, stored != NULL, &whole, err);
    if (!stored || stored->data.len < INLINE_MOST)
        return write_whole(tx, at, stored != NULL, &whole, err);
    return write_tail(tx, at, &tail, &won, &whole, err);
}

/* A day that is split already: hour by hour. */
static enum gw_code merge_hours(struct commit_tx *tx, const struct group *g, const struct gw_block *incoming,
                                struct gw_block_merge *sum, struct gw_err *err)
{
    enum gw_code code = GW_OK;
    uint32_t from = 0;

    while (!code && from < incoming->count) {
        const struct place at = {g, hour_of(incoming->t_us[from]), 1};
        struct gw_block part;
        uint32_t to = from;
        while (to < incoming->count && incoming->t_us[to] < hour_us(at.bucket + 1))
            to++;
        code = gw_block_slice(incoming, from, to - from, tx->arena, &part, err);
        if (!code)
            code = merge_block(tx, &at, find_stored(g, at.bucket), &part, sum, err);
        from = to;
    }
    return code;
}

static enum gw_code merge_day(struct commit_tx *tx, const struct group *g, const struct piece *pieces, size_t count,
                              struct gw_block_merge *sum, struct gw_err *err)
{
    const struct place at = {g, pieces->day, 24};
    const struct stored_block *stored = find_stored(g, pieces->day);
    struct gw_block incoming;
    uint64_t lost = 0;
    enum gw_code code = gather(tx, pieces, count, &incoming, &lost, err);

    if (code)
        return code;
    sum->unchanged += (uint32_t)lost;
    if (stored && stored->span == 1)
        return merge_hours(tx, g, &incoming, sum, err);
    return merge_block(tx, &at, stored, &incoming, sum, err);
}

static void notice_group(struct commit_tx *tx, const struct group *g, const struct gw_block_merge *sum, bool *first)
{
    char from[32], to[32];

    if (sum->created + sum->updated + sum->deleted == 0)
        return;
    if (*first)
        notice_member(tx, "timeseries");
    gw_time_format(sum->from_us, from);
    gw_time_format(sum->to_us, to);
    gw_buf_printf(&tx->notice, "%s{\"metric\":%u,\"daily_total\":%s,\"from\":\"%s\",\"to\":\"%s\",\"samples\":%u}",
                  *first ? "[" : ",", (unsigned)g->pieces->series->metric,
                  g->pieces->series->daily_total ? "true" : "false", from, to,
                  sum->created + sum->updated + sum->deleted);
    *first = false;
}

static int by_key(const void *x, const void *y)
{
    const struct block_write *a = x, *b = y;

    if (a->metric != b->metric)
        return a->metric < b->metric ? -1 : 1;
    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    if (a->source_id != b->source_id)
        return a->source_id < b->source_id ? -1 : 1;
    return (int)a->daily_total - (int)b->daily_total;
}

static void queue_write(struct commit_tx *tx, const struct block_write *w)
{
    static const enum sql_id statements[] = {SQL_BLOCK_INSERT, SQL_BLOCK_UPDATE, SQL_BLOCK_TAIL};
    struct pg_params p = {0};

    pg_put_uuid(&p, tx->in->user_id);
    pg_put_i16(&p, (int16_t)w->metric);
    pg_put_i32(&p, w->bucket);
    pg_put_i32(&p, w->source_id);
    pg_put_bool(&p, w->daily_total);
    if (w->kind != WRITE_TAIL)
        pg_put_i16(&p, w->span);
    pg_put_i32(&p, (int32_t)w->n);
    pg_put_i64(&p, w->first_us);
    pg_put_i64(&p, w->last_us);
    pg_put_bytes(&p, w->bytes.ptr, w->bytes.len);
    pg_queue(tx->c, statements[w->kind], &p);
}

enum gw_code series_queue_writes(struct commit_tx *tx, struct gw_err *err)
{
    struct series_work *w = tx->series;
    struct gw_count *counts = &tx->counts.timeseries;
    bool first = true;
    enum gw_code code = GW_OK;

    for (size_t i = 0; !code && i < w->groups_count; i++) {
        const struct group *g = &w->groups[i];
        struct gw_block_merge sum = {0};
        for (size_t from = 0, to; !code && from < g->count; from = to) {
            for (to = from; to < g->count && g->pieces[to].day == g->pieces[from].day; to++)
                ;
            code = merge_day(tx, g, g->pieces + from, to - from, &sum, err);
        }
        counts->created += sum.created;
        counts->updated += sum.updated;
        counts->unchanged += sum.unchanged;
        counts->deleted += sum.deleted;
        notice_group(tx, g, &sum, &first);
    }
    if (!first)
        gw_buf_char(&tx->notice, ']');
    if (code)
        return code;
    if (w->writes_count > 1)
        qsort(w->writes, w->writes_count, sizeof(*w->writes), by_key);
    for (size_t i = 0; i < w->writes_count; i++)
        queue_write(tx, &w->writes[i]);
    return GW_OK;
}
