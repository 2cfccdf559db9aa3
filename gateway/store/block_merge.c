/* Merging of blocks: the version rule, sample by sample. */
#include "store/block.h"

/* What a merge writes into. */
struct sink {
    struct gw_arena *arena;
    struct gw_block block;
    uint32_t runs_cap;
    const struct gw_block_run *last; /* the run the last sample came from */
    bool failed;
};

/* A place in a block that is being read. */
struct cursor {
    const struct gw_block *block;
    uint32_t i, run, run_end;
};

static bool sink_open(struct sink *sink, struct gw_arena *arena, uint32_t most, bool durations)
{
    *sink = (struct sink){.arena = arena, .runs_cap = 16};
    sink->block.t_us = gw_arena_alloc(arena, (size_t)most * sizeof(*sink->block.t_us));
    sink->block.v = gw_arena_alloc(arena, (size_t)most * sizeof(*sink->block.v));
    if (durations)
        sink->block.dur_us = gw_arena_alloc(arena, (size_t)most * sizeof(*sink->block.dur_us));
    sink->block.runs = gw_arena_alloc(arena, sink->runs_cap * sizeof(*sink->block.runs));
    return sink->block.t_us && sink->block.v && sink->block.runs && (!durations || sink->block.dur_us);
}

static bool same_run(const struct gw_block_run *a, const struct gw_block_run *b)
{
    return a->offset_s == b->offset_s && a->version_us == b->version_us && a->tentative == b->tentative &&
           gw_uuid_eq(a->payload_id, b->payload_id);
}

static void sink_run(struct sink *sink, const struct gw_block_run *run)
{
    struct gw_block *block = &sink->block;

    sink->last = run;
    if (block->runs_count && same_run(&block->runs[block->runs_count - 1], run))
        return;
    if (block->runs_count == sink->runs_cap) {
        struct gw_block_run *more = gw_arena_alloc(sink->arena, 2 * sink->runs_cap * sizeof(*more));
        if (!more) {
            sink->failed = true;
            return;
        }
        memcpy(more, block->runs, block->runs_count * sizeof(*more));
        block->runs = more;
        sink->runs_cap *= 2;
    }
    block->runs[block->runs_count] = *run;
    block->runs[block->runs_count++].first = block->count;
}

/* `count` samples of one run, from the cursor's place on. */
static void sink_add(struct sink *sink, const struct cursor *from, uint32_t count)
{
    const struct gw_block *source = from->block;
    const struct gw_block_run *run = &source->runs[from->run];
    struct gw_block *to = &sink->block;

    if (run != sink->last)
        sink_run(sink, run);
    memcpy(to->t_us + to->count, source->t_us + from->i, count * sizeof(*to->t_us));
    memcpy(to->v + to->count, source->v + from->i, count * sizeof(*to->v));
    if (to->dur_us && source->dur_us)
        memcpy(to->dur_us + to->count, source->dur_us + from->i, count * sizeof(*to->dur_us));
    else if (to->dur_us)
        memset(to->dur_us + to->count, 0, count * sizeof(*to->dur_us));
    to->count += count;
}

static uint32_t run_end(const struct gw_block *block, uint32_t run)
{
    return run + 1 < block->runs_count ? block->runs[run + 1].first : block->count;
}

static void cursor_settle(struct cursor *c)
{
    while (c->i < c->block->count && c->i >= c->run_end)
        c->run_end = run_end(c->block, ++c->run);
}

static struct cursor cursor_open(const struct gw_block *block)
{
    struct cursor c = {block, 0, 0, block->count ? run_end(block, 0) : 0};

    cursor_settle(&c);
    return c;
}

static void cursor_move(struct cursor *c, uint32_t count)
{
    c->i += count;
    cursor_settle(c);
}

static bool cursor_ended(const struct cursor *c)
{
    return c->i >= c->block->count;
}

/* Samples from here on, within one run, that lie before `until`. */
static uint32_t stretch(const struct cursor *c, int64_t until)
{
    uint32_t n = 1;

    while (c->i + n < c->run_end && c->block->t_us[c->i + n] < until)
        n++;
    return n;
}

/* ---- the rule ---- */

#define ORDER(a, b)                                                                                                    \
    do {                                                                                                               \
        if ((a) != (b))                                                                                                \
            return (a) < (b) ? -1 : 1;                                                                                 \
    } while (0)

struct sample {
    double v;
    int64_t dur_us;
    const struct gw_block_run *run;
    bool dead;
};

static struct sample sample_at(const struct cursor *c)
{
    double v = c->block->v[c->i];

    return (struct sample){v, c->block->dur_us ? c->block->dur_us[c->i] : 0, &c->block->runs[c->run], v != v};
}

/* Whether x or y is to stand: > 0 x, < 0 y, 0 the same. The payload that came first in time keeps the credit. */
static int compare(const struct sample *x, const struct sample *y)
{
    ORDER(x->run->version_us, y->run->version_us);
    ORDER(y->run->tentative, x->run->tentative);
    ORDER(x->dead, y->dead);
    if (!x->dead)
        ORDER(x->v, y->v);
    ORDER(x->dur_us, y->dur_us);
    ORDER(x->run->offset_s, y->run->offset_s);
    return -memcmp(x->run->payload_id.b, y->run->payload_id.b, 16);
}

static void note(struct gw_block_merge *counts, uint32_t *of, int64_t t_us, uint32_t samples, int64_t last_us)
{
    if (counts->created + counts->updated + counts->deleted == 0)
        counts->from_us = t_us;
    *of += samples;
    counts->to_us = last_us;
}

/* What a reader sees of b's victory over a. */
static void count_won(struct gw_block_merge *counts, const struct sample *a, const struct sample *b, int64_t t_us)
{
    counts->written++;
    if (a->dead && b->dead)
        counts->unchanged++;
    else if (a->dead)
        note(counts, &counts->created, t_us, 1, t_us);
    else if (b->dead)
        note(counts, &counts->deleted, t_us, 1, t_us);
    else if (a->v != b->v || a->dur_us != b->dur_us || a->run->offset_s != b->run->offset_s)
        note(counts, &counts->updated, t_us, 1, t_us);
    else
        counts->unchanged++;
}

/* b's samples where a has none. */
static void count_new(struct gw_block_merge *counts, const struct cursor *b, uint32_t count)
{
    const double *v = b->block->v + b->i;
    const int64_t *t_us = b->block->t_us + b->i;

    counts->written += count;
    for (uint32_t i = 0; i < count; i++) {
        if (v[i] != v[i])
            counts->unchanged++;
        else
            note(counts, &counts->created, t_us[i], 1, t_us[i]);
    }
}

/* ---- the walk ---- */

static void take_new(struct cursor *b, uint32_t count, struct sink *all, struct sink *won,
                     struct gw_block_merge *counts)
{
    count_new(counts, b, count);
    sink_add(all, b, count);
    if (won)
        sink_add(won, b, count);
    cursor_move(b, count);
}

static void take_both(struct cursor *a, struct cursor *b, struct sink *all, struct sink *won,
                      struct gw_block_merge *counts)
{
    struct sample x = sample_at(a), y = sample_at(b);

    if (compare(&x, &y) < 0) {
        count_won(counts, &x, &y, b->block->t_us[b->i]);
        sink_add(all, b, 1);
        if (won)
            sink_add(won, b, 1);
    } else {
        counts->unchanged++;
        sink_add(all, a, 1);
    }
    cursor_move(a, 1);
    cursor_move(b, 1);
}

static void walk(const struct gw_block *left, const struct gw_block *right, struct sink *all, struct sink *won,
                 struct gw_block_merge *counts)
{
    struct cursor a = cursor_open(left), b = cursor_open(right);

    while (!cursor_ended(&a) || !cursor_ended(&b)) {
        int64_t at = cursor_ended(&a) ? INT64_MAX : left->t_us[a.i];
        int64_t bt = cursor_ended(&b) ? INT64_MAX : right->t_us[b.i];
        if (cursor_ended(&b) || at < bt) {
            uint32_t n = stretch(&a, cursor_ended(&b) ? INT64_MAX : bt);
            sink_add(all, &a, n);
            cursor_move(&a, n);
        } else if (cursor_ended(&a) || bt < at) {
            take_new(&b, stretch(&b, cursor_ended(&a) ? INT64_MAX : at), all, won, counts);
        } else {
            take_both(&a, &b, all, won, counts);
        }
    }
}

enum gw_code gw_block_merge_won(const struct gw_block *a, const struct gw_block *b, struct gw_arena *arena,
                                struct gw_block *ret, struct gw_block *ret_won, struct gw_block_merge *ret_counts,
                                struct gw_err *err)
{
    struct gw_block_merge counts = {0};
    struct sink all, won;

    if (a->count > GW_BLOCK_MOST || b->count > GW_BLOCK_MOST)
        return gw_fail(err, GW_TOO_LARGE, "A block has more than %u samples.", GW_BLOCK_MOST);
    if (!sink_open(&all, arena, a->count + b->count, a->dur_us || b->dur_us) ||
        (ret_won && !sink_open(&won, arena, b->count, b->dur_us != NULL)))
        return gw_fail(err, GW_NOMEM, NULL);
    walk(a, b, &all, ret_won ? &won : NULL, &counts);
    if (all.failed || (ret_won && won.failed))
        return gw_fail(err, GW_NOMEM, NULL);
    *ret = all.block;
    if (ret_won)
        *ret_won = won.block;
    if (ret_counts)
        *ret_counts = counts;
    return GW_OK;
}

enum gw_code gw_block_merge(const struct gw_block *a, const struct gw_block *b, struct gw_arena *arena,
                            struct gw_block *ret, struct gw_block_merge *ret_counts, struct gw_err *err)
{
    return gw_block_merge_won(a, b, arena, ret, NULL, ret_counts, err);
}
