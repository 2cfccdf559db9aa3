/* See gather.h. */
#include "gather.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_MAX  1024u /* a body of a thousand sources in one go is flushed more often, that is all */
#define SLOTS     4096u
#define FIRST_CAP 64u

aorta_status phone_gather_init(struct phone_gather *g, aorta_ctx *ctx)
{
    *g = (struct phone_gather){.ctx = ctx};
    g->slot = calloc(SLOTS, sizeof(*g->slot));
    g->columns = malloc(sizeof(*g->columns));
    return g->slot && g->columns ? AORTA_OK : AORTA_ERR_NOMEM;
}

static void forget_runs(struct phone_gather *g)
{
    for (size_t i = 0; i < g->runs; i++)
        free(g->run[i].sample);
    g->runs = 0;
    g->held = 0;
}

void phone_gather_free(struct phone_gather *g)
{
    forget_runs(g);
    free(g->run);
    free(g->slot);
    free(g->columns);
    *g = (struct phone_gather){0};
}

/* ---- adding ---- */

static int same(const struct phone_run_key *a, const struct phone_run_key *b)
{
    return a->metric == b->metric && a->source == b->source && a->flags == b->flags && a->offset_s == b->offset_s;
}

static uint32_t hash(const struct phone_run_key *key)
{
    uint32_t h = key->metric * 0x9e3779b1u;
    h = (h ^ h >> 15 ^ key->source) * 0x85ebca6bu;
    h = (h ^ h >> 13 ^ key->flags) * 0xc2b2ae35u;
    h = (h ^ h >> 16 ^ (uint32_t)key->offset_s) * 0x9e3779b1u;
    return h ^ h >> 15;
}

static size_t place(const struct phone_gather *g, const struct phone_run_key *key)
{
    size_t at = hash(key) & (SLOTS - 1);
    while (g->slot[at] && !same(&g->run[g->slot[at] - 1].key, key))
        at = (at + 1) & (SLOTS - 1);
    return at;
}

static aorta_status new_run(struct phone_gather *g, const struct phone_run_key *key, size_t slot)
{
    if (g->runs == g->runs_cap) {
        size_t cap = g->runs_cap ? g->runs_cap * 2 : 32;
        struct phone_run *grown = realloc(g->run, cap * sizeof(*grown));
        if (!grown)
            return AORTA_ERR_NOMEM;
        g->run = grown;
        g->runs_cap = cap;
    }
    g->run[g->runs++] = (struct phone_run){.key = *key, .ascends = 1, .descends = 1};
    g->slot[slot] = (uint16_t)g->runs;
    return AORTA_OK;
}

static aorta_status run_of(struct phone_gather *g, const struct phone_run_key *key, struct phone_run **ret)
{
    aorta_status st = AORTA_OK;
    if (g->last >= g->runs || !same(&g->run[g->last].key, key)) {
        size_t slot = place(g, key);
        if (!g->slot[slot])
            st = new_run(g, key, slot);
        if (st == AORTA_OK)
            g->last = g->slot[slot] - 1u;
    }
    if (st == AORTA_OK)
        *ret = &g->run[g->last];
    return st;
}

static aorta_status grow(struct phone_run *run)
{
    size_t cap = run->cap ? run->cap * 2 : FIRST_CAP;
    struct phone_sample *grown = realloc(run->sample, cap * sizeof(*grown));
    if (!grown)
        return AORTA_ERR_NOMEM;
    run->sample = grown;
    run->cap = cap;
    return AORTA_OK;
}

aorta_status phone_gather_add(struct phone_gather *g, const struct phone_run_key *key,
                              const struct phone_sample *sample)
{
    struct phone_run *run = NULL;
    aorta_status st = run_of(g, key, &run);
    if (st == AORTA_OK && run->count == run->cap)
        st = grow(run);
    if (st != AORTA_OK)
        return st;
    if (run->count) {
        int64_t before = run->sample[run->count - 1].us;
        run->ascends &= before < sample->us;
        run->descends &= before > sample->us;
    }
    run->sample[run->count++] = *sample;
    g->held++;
    return AORTA_OK;
}

int phone_gather_crowded(const struct phone_gather *g)
{
    return g->runs >= RUNS_MAX;
}

/* ---- handing over ---- */

/* By time; of equal times the longer and then the larger comes last, and is the one that stays. */
static int order(const void *left, const void *right)
{
    const struct phone_sample *a = left, *b = right;
    if (a->us != b->us)
        return a->us < b->us ? -1 : 1;
    if (a->dur_us != b->dur_us)
        return a->dur_us < b->dur_us ? -1 : 1;
    return (a->v > b->v) - (a->v < b->v);
}

static void reverse(struct phone_run *run)
{
    for (size_t i = 0, k = run->count - 1; i < k; i++, k--) {
        struct phone_sample kept = run->sample[i];
        run->sample[i] = run->sample[k];
        run->sample[k] = kept;
    }
}

static void sort(struct phone_run *run)
{
    if (run->ascends)
        return;
    if (run->descends)
        reverse(run);
    else
        qsort(run->sample, run->count, sizeof(*run->sample), order);
}

/* Up to PHONE_RUN_MAX samples from *at on, as columns without repeated times. */
static uint32_t fill(struct phone_columns *c, const struct phone_run *run, size_t *at, int *lasting)
{
    uint32_t n = 0;
    *lasting = 0;
    for (; *at < run->count && n < PHONE_RUN_MAX; (*at)++) {
        const struct phone_sample *s = &run->sample[*at];
        if (*at + 1 < run->count && s[1].us == s->us)
            continue;
        c->us[n] = s->us;
        c->dur_us[n] = s->dur_us;
        c->v[n++] = s->v;
        *lasting |= s->dur_us != 0;
    }
    return n;
}

static aorta_status hand_over(struct phone_gather *g, struct phone_run *run, int64_t version_us)
{
    sort(run);
    for (size_t at = 0; at < run->count;) {
        int lasting;
        uint32_t n = fill(g->columns, run, &at, &lasting);
        const aorta_series series = {.struct_size = sizeof(series),
                                     .flags = run->key.flags,
                                     .metric = run->key.metric,
                                     .count = n,
                                     .source = run->key.source,
                                     .tz_offset_s = run->key.offset_s,
                                     .version_us = version_us,
                                     .t_us = g->columns->us,
                                     .dur_us = lasting ? g->columns->dur_us : NULL,
                                     .v = g->columns->v};
        aorta_status st = n ? g->ctx->host->emit_series(g->ctx, &series) : AORTA_OK;
        if (st != AORTA_OK && st != AORTA_ERR_DATA) /* DATA: refused and counted there, the rest goes on */
            return st;
    }
    return AORTA_OK;
}

aorta_status phone_gather_flush(struct phone_gather *g, int64_t version_us)
{
    aorta_status st = AORTA_OK;
    for (size_t i = 0; i < g->runs && st == AORTA_OK; i++)
        st = hand_over(g, &g->run[i], version_us);
    forget_runs(g);
    memset(g->slot, 0, SLOTS * sizeof(*g->slot));
    return st;
}
