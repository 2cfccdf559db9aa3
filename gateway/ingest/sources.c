/* Sources by value: a call's handles become places in the batch's list. */
#include "ingest/inside.h"

#define TEXTS 7

static void texts_of(const aorta_source *s, aorta_str out[TEXTS])
{
    const aorta_str all[TEXTS] = {s->app,         s->app_id,   s->device_model, s->device_name,
                                  s->device_type, s->software, s->original};

    memcpy(out, all, sizeof(all));
}

static void kept_texts(const struct gw_source *s, const char *out[TEXTS])
{
    const char *const all[TEXTS] = {s->app,         s->app_id,   s->device_model, s->device_name,
                                    s->device_type, s->software, s->original};

    memcpy(out, all, sizeof(all));
}

static uint64_t hash_text(uint64_t hash, const char *text, size_t len)
{
    return hash_bytes(hash ^ len, text, len);
}

static uint64_t hash_kept(const struct gw_batch *batch, size_t item)
{
    const char *texts[TEXTS];
    uint64_t hash = 0;

    kept_texts((const struct gw_source *)batch->sources.items + item, texts);
    for (size_t i = 0; i < TEXTS; i++)
        hash = hash_text(hash, texts[i], texts[i] ? strlen(texts[i]) : 0);
    return hash;
}

static bool same(const struct gw_batch *batch, size_t item, const void *key)
{
    const aorta_str *wanted = key;
    const char *texts[TEXTS];

    kept_texts((const struct gw_source *)batch->sources.items + item, texts);
    for (size_t i = 0; i < TEXTS; i++)
        if (!gw_str_eq(gw_str(texts[i]), (struct gw_str){wanted[i].ptr, wanted[i].len}))
            return false;
    return true;
}

static enum gw_code add(struct gw_batch *batch, const aorta_source *source, struct gw_err *err)
{
    struct gw_source *fresh = list_add(batch, &batch->sources, sizeof(*fresh), err);

    if (!fresh)
        return GW_NOMEM;
    fresh->connection_id = batch->connection;
    fresh->provider = batch->provider;
    fresh->account = batch->account;
    fresh->app = copy_text(batch, source->app);
    fresh->app_id = copy_text(batch, source->app_id);
    fresh->device_model = copy_text(batch, source->device_model);
    fresh->device_name = copy_text(batch, source->device_name);
    fresh->device_type = copy_text(batch, source->device_type);
    fresh->software = copy_text(batch, source->software);
    fresh->original = copy_text(batch, source->original);
    return GW_OK;
}

/* The provider itself, who says nothing of himself, is the first of the list and not among the slots. */
static enum gw_code find(struct gw_batch *batch, const aorta_source *source, uint32_t *ret, struct gw_err *err)
{
    aorta_str texts[TEXTS];
    uint64_t hash = 0;
    uint32_t *slot;
    enum gw_code code;

    texts_of(source, texts);
    if (same(batch, 0, texts)) {
        *ret = 0;
        return GW_OK;
    }
    for (size_t i = 0; i < TEXTS; i++)
        hash = hash_text(hash, texts[i].ptr, texts[i].len);
    slot = slots_find(batch, &batch->sources_by_text, hash, same, hash_kept, texts);
    if (!slot)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!*slot) {
        code = add(batch, source, err);
        if (code)
            return code;
        *slot = (uint32_t)batch->sources.count;
        batch->sources_by_text.used++;
    }
    *ret = *slot - 1;
    return GW_OK;
}

static enum gw_code grow_map(struct reading *reading, uint32_t index, struct gw_err *err)
{
    size_t count = 2 * (size_t)index + 16;
    uint32_t *map = gw_arena_zalloc(reading->batch->arena, count * sizeof(*map));

    if (!map)
        return gw_fail(err, GW_NOMEM, NULL);
    if (reading->map_count)
        memcpy(map, reading->map, reading->map_count * sizeof(*map));
    reading->map = map;
    reading->map_count = count;
    return GW_OK;
}

enum gw_code source_map(struct reading *reading, const aorta_source *source, uint32_t index, uint32_t *ret,
                        struct gw_err *err)
{
    enum gw_code code = index < reading->map_count ? GW_OK : grow_map(reading, index, err);

    if (code)
        return code;
    if (!reading->map[index]) {
        uint32_t place;
        code = find(reading->batch, source, &place, err);
        if (code)
            return code;
        reading->map[index] = place + 1;
    }
    *ret = reading->map[index] - 1;
    return GW_OK;
}
