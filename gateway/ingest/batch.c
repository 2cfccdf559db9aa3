/* A batch's life, its lists, its warnings, and what the commit gets of it. */
#include "ingest/batch.h"

#include <stdlib.h>

#include "base/buf.h"
#include "ingest/inside.h"
#include "ingest/nights.h"

#define BATCH_CAP ((size_t)1 << 30)

/* ---- lists and look-ups ---- */

void *list_add(struct gw_batch *batch, struct list *list, size_t size, struct gw_err *err)
{
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 16;
        void *items = gw_arena_alloc(batch->arena, cap * size);
        if (!items) {
            gw_fail(err, GW_NOMEM, NULL);
            return NULL;
        }
        if (list->count)
            memcpy(items, list->items, list->count * size);
        list->items = items;
        list->cap = cap;
    }
    void *item = (char *)list->items + list->count * size;
    memset(item, 0, size);
    list->count++;
    return item;
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return (hash ^ (hash >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
}

static bool slots_grow(struct gw_batch *batch, struct slots *slots, hash_fn *hash_of)
{
    size_t size = slots->size ? slots->size * 2 : 64;
    uint32_t *slot = gw_arena_zalloc(batch->arena, size * sizeof(*slot));

    if (!slot)
        return false;
    for (size_t i = 0; i < slots->size; i++) {
        if (!slots->slot[i])
            continue;
        size_t at = (size_t)hash_of(batch, slots->slot[i] - 1) & (size - 1);
        while (slot[at])
            at = (at + 1) & (size - 1);
        slot[at] = slots->slot[i];
    }
    slots->slot = slot;
    slots->size = size;
    return true;
}

uint32_t *slots_find(struct gw_batch *batch, struct slots *slots, uint64_t hash, same_fn *same, hash_fn *hash_of,
                     const void *key)
{
    size_t at;

    if (2 * slots->used >= slots->size && !slots_grow(batch, slots, hash_of))
        return NULL;
    for (at = (size_t)hash & (slots->size - 1); slots->slot[at]; at = (at + 1) & (slots->size - 1))
        if (same(batch, slots->slot[at] - 1, key))
            break;
    return &slots->slot[at];
}

char *copy_text(struct gw_batch *batch, aorta_str text)
{
    if (text.len == 0 || !gw_utf8_valid(text.ptr, text.len))
        return NULL;
    return gw_arena_strndup(batch->arena, text.ptr, text.len < 1000 ? text.len : 1000);
}

/* ---- life ---- */

static enum gw_code add_own_source(struct gw_batch *batch, struct gw_err *err)
{
    struct gw_source *own = list_add(batch, &batch->sources, sizeof(*own), err);

    if (!own)
        return GW_NOMEM;
    own->connection_id = batch->connection;
    own->provider = batch->provider;
    own->account = batch->account;
    return GW_OK;
}

enum gw_code gw_batch_reset(struct gw_batch *batch, struct gw_err *err)
{
    struct list empty = {0};

    gw_arena_free(&batch->arena);
    batch->sources = batch->payloads = batch->workouts = batch->sleeps = batch->events = empty;
    batch->stages = batch->runs = batch->states = batch->warnings = empty;
    batch->sources_by_text = batch->runs_by_key = (struct slots){0};
    batch->samples = batch->days = 0;
    memset(&batch->counts, 0, sizeof(batch->counts));
    batch->arena = gw_arena_new(BATCH_CAP);
    if (!batch->arena)
        return gw_fail(err, GW_NOMEM, NULL);
    return add_own_source(batch, err);
}

enum gw_code gw_batch_new(struct gw_uuid user, struct gw_uuid connection, const char *provider, const char *account,
                          struct gw_batch **ret, struct gw_err *err)
{
    struct gw_batch *batch = calloc(1, sizeof(*batch));
    enum gw_code code;

    if (!batch)
        return gw_fail(err, GW_NOMEM, NULL);
    batch->user = user;
    batch->connection = connection;
    batch->provider = strdup(provider);
    batch->account = strdup(account ? account : "");
    code = batch->provider && batch->account ? gw_batch_reset(batch, err) : gw_fail(err, GW_NOMEM, NULL);
    if (code) {
        gw_batch_free(&batch);
        return code;
    }
    *ret = batch;
    return GW_OK;
}

void gw_batch_free(struct gw_batch **address)
{
    struct gw_batch *batch = *address;

    if (!batch)
        return;
    gw_arena_free(&batch->arena);
    free(batch->provider);
    free(batch->account);
    free(batch);
    *address = NULL;
}

void gw_batch_follow(struct gw_batch *batch, const struct gw_batch *before)
{
    memcpy(batch->warned, before->warned, sizeof(batch->warned));
    batch->warned_count = before->warned_count;
}

/* ---- what else goes into it ---- */

void gw_batch_warning(struct gw_batch *batch, struct gw_str text)
{
    uint64_t hash = hash_bytes(0, text.ptr, text.len);
    struct gw_str *kept;
    char *copy;

    if (batch->warned_count == WARNINGS_MOST)
        return;
    for (size_t i = 0; i < batch->warned_count; i++)
        if (batch->warned[i] == hash)
            return;
    copy = gw_arena_strndup(batch->arena, text.ptr, text.len);
    kept = copy ? list_add(batch, &batch->warnings, sizeof(*kept), NULL) : NULL;
    if (!kept)
        return;
    *kept = (struct gw_str){copy, text.len};
    batch->warned[batch->warned_count++] = hash;
}

static struct gw_str copy_bytes(struct gw_arena *arena, struct gw_str bytes)
{
    return (struct gw_str){gw_arena_strndup(arena, bytes.ptr, bytes.len), bytes.len};
}

enum gw_code gw_batch_state(struct gw_batch *batch, const struct gw_state_put *put, struct gw_err *err)
{
    struct gw_state_put *kept = list_add(batch, &batch->states, sizeof(*kept), err);

    if (!kept)
        return GW_NOMEM;
    kept->key = copy_bytes(batch->arena, put->key);
    kept->value = copy_bytes(batch->arena, put->value);
    kept->expires_us = put->expires_us;
    return kept->key.ptr && kept->value.ptr ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

/* ---- what is in it ---- */

size_t gw_batch_size(const struct gw_batch *batch)
{
    return gw_arena_used(batch->arena);
}

size_t gw_batch_samples(const struct gw_batch *batch)
{
    return batch->samples;
}

size_t gw_batch_rows(const struct gw_batch *batch)
{
    return batch->workouts.count + batch->sleeps.count + batch->events.count + batch->stages.count + batch->days;
}

bool gw_batch_has_data(const struct gw_batch *batch)
{
    return gw_batch_rows(batch) > 0;
}

bool gw_batch_empty(const struct gw_batch *batch)
{
    return !gw_batch_has_data(batch) && batch->payloads.count + batch->states.count + batch->warnings.count == 0;
}

bool gw_batch_has_state(const struct gw_batch *batch)
{
    return batch->states.count > 0;
}

bool gw_batch_warned(const struct gw_batch *batch)
{
    return batch->warned_count > 0;
}

static const char *warnings_json(struct gw_batch *batch, bool *failed)
{
    const struct gw_str *all = batch->warnings.items;
    gw_own_buf struct gw_buf b = {0};
    const char *json = NULL;

    if (batch->warnings.count == 0)
        return NULL;
    for (size_t i = 0; i < batch->warnings.count; i++) {
        gw_buf_char(&b, i ? ',' : '[');
        gw_buf_json(&b, all[i]);
    }
    gw_buf_char(&b, ']');
    if (!b.failed)
        json = gw_arena_strndup(batch->arena, b.data, b.len);
    *failed = !json;
    return json;
}

enum gw_code gw_batch_fill(struct gw_batch *batch, struct gw_commit *commit, struct gw_err *err)
{
    bool failed = false;

    commit->series = samples_out(batch);
    commit->series_count = batch->runs.count;
    commit->warnings = warnings_json(batch, &failed);
    if (failed || !commit->series)
        return gw_fail(err, GW_NOMEM, NULL);
    commit->user_id = batch->user;
    commit->connection_id = batch->connection;
    commit->provider = batch->provider;
    commit->account = batch->account;
    commit->sources = batch->sources.items;
    commit->sources_count = batch->sources.count;
    commit->payloads = batch->payloads.items;
    commit->payloads_count = batch->payloads.count;
    commit->workouts = batch->workouts.items;
    commit->workouts_count = batch->workouts.count;
    commit->sleeps = batch->sleeps.items;
    commit->sleeps_count = batch->sleeps.count;
    commit->events = batch->events.items;
    commit->events_count = batch->events.count;
    commit->stages = batch->stages.items;
    commit->stages_count = batch->stages.count;
    commit->nights = gw_ingest_nights;
    commit->states = batch->states.items;
    commit->states_count = batch->states.count;
    commit->counts = batch->counts;
    return GW_OK;
}
