/* Interning of sources: a plugin may ask for one with every sample, so looking up must be cheap. */
#include "host/sources.h"

#include <stdlib.h>

static const aorta_source the_provider = {.struct_size = sizeof(aorta_source)};

static const char *const device_types[] = {"watch", "band", "phone", "scale", "ring", "other"};

#define TEXTS 7

static void texts_of(const aorta_source *s, aorta_str out[TEXTS])
{
    out[0] = s->app;
    out[1] = s->app_id;
    out[2] = s->device_model;
    out[3] = s->device_name;
    out[4] = s->device_type;
    out[5] = s->software;
    out[6] = s->original;
}

static uint32_t hash_of(const aorta_str texts[TEXTS])
{
    uint32_t h = 2166136261u;

    for (int i = 0; i < TEXTS; i++) {
        for (size_t k = 0; k < texts[i].len; k++)
            h = (h ^ (uint8_t)texts[i].ptr[k]) * 16777619u;
        h = (h ^ 0xffu) * 16777619u;
    }
    return h;
}

static bool equal(const aorta_source *source, const aorta_str texts[TEXTS])
{
    aorta_str own[TEXTS];

    texts_of(source, own);
    for (int i = 0; i < TEXTS; i++)
        if (!gw_str_eq((struct gw_str){own[i].ptr, own[i].len}, (struct gw_str){texts[i].ptr, texts[i].len}))
            return false;
    return true;
}

/* Too long is cut between characters; what is not UTF-8 is as if not said. */
static aorta_str clean(aorta_str text)
{
    if (!text.ptr || text.len == 0)
        return (aorta_str){NULL, 0};
    if (text.len > GW_SOURCE_TEXT_MOST) {
        text.len = GW_SOURCE_TEXT_MOST;
        while (text.len > 0 && ((uint8_t)text.ptr[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    return gw_utf8_valid(text.ptr, text.len) ? text : (aorta_str){NULL, 0};
}

static aorta_str known_type(aorta_str type)
{
    if (type.len == 0)
        return type;
    for (size_t i = 0; i < sizeof(device_types) / sizeof(device_types[0]); i++)
        if (gw_str_is((struct gw_str){type.ptr, type.len}, device_types[i]))
            return type;
    return (aorta_str){"other", 5};
}

static bool grow_items(struct gw_sources *s)
{
    uint32_t cap = s->cap ? s->cap * 2 : 16;
    const aorta_source **items = realloc(s->items, cap * sizeof(const aorta_source *));

    if (!items)
        return false;
    s->items = items;
    s->cap = cap;
    if (s->count == 0)
        s->items[s->count++] = &the_provider;
    return true;
}

static void place(struct gw_sources *s, uint32_t hash, uint32_t index)
{
    uint32_t at = hash & (s->slots_count - 1);

    while (s->slots[at])
        at = (at + 1) & (s->slots_count - 1);
    s->slots[at] = index + 1;
}

static bool grow_slots(struct gw_sources *s)
{
    uint32_t count = s->slots_count ? s->slots_count * 2 : 64;
    uint32_t *slots = calloc(count, sizeof(*slots));

    if (!slots)
        return false;
    free(s->slots);
    s->slots = slots;
    s->slots_count = count;
    for (uint32_t i = 1; i < s->count; i++) {
        aorta_str texts[TEXTS];
        texts_of(s->items[i], texts);
        place(s, hash_of(texts), i);
    }
    return true;
}

static uint32_t find(const struct gw_sources *s, uint32_t hash, const aorta_str texts[TEXTS])
{
    if (!s->slots)
        return 0;
    for (uint32_t at = hash & (s->slots_count - 1); s->slots[at]; at = (at + 1) & (s->slots_count - 1))
        if (equal(s->items[s->slots[at] - 1], texts))
            return s->slots[at] - 1;
    return 0;
}

static bool copy_texts(struct gw_arena *arena, aorta_str texts[TEXTS])
{
    for (int i = 0; i < TEXTS; i++) {
        if (texts[i].len == 0)
            continue;
        texts[i].ptr = gw_arena_strndup(arena, texts[i].ptr, texts[i].len);
        if (!texts[i].ptr)
            return false;
    }
    return true;
}

uint32_t gw_sources_add(struct gw_sources *s, struct gw_arena *arena, const aorta_source *source)
{
    aorta_str texts[TEXTS];
    aorta_source *copy;
    uint32_t hash, found;
    size_t said = 0;

    texts_of(source, texts);
    for (int i = 0; i < TEXTS; i++) {
        texts[i] = clean(texts[i]);
        said += texts[i].len;
    }
    texts[4] = known_type(texts[4]);
    if (said == 0)
        return 0;
    hash = hash_of(texts);
    found = find(s, hash, texts);
    if (found)
        return found;
    if (s->count >= GW_SOURCES_MOST || (s->count == s->cap && !grow_items(s)))
        return 0;
    if (s->count * 2 >= s->slots_count && !grow_slots(s))
        return 0;
    copy = gw_arena_zalloc(arena, sizeof(*copy));
    if (!copy || !copy_texts(arena, texts))
        return 0;
    *copy = (aorta_source){.struct_size = sizeof(*copy),
                           .app = texts[0],
                           .app_id = texts[1],
                           .device_model = texts[2],
                           .device_name = texts[3],
                           .device_type = texts[4],
                           .software = texts[5],
                           .original = texts[6]};
    s->items[s->count] = copy;
    place(s, hash, s->count);
    return s->count++;
}

const aorta_source *gw_sources_at(const struct gw_sources *s, uint32_t index)
{
    if (index == 0)
        return &the_provider;
    return index < s->count ? s->items[index] : NULL;
}

void gw_sources_free(struct gw_sources *s)
{
    free(s->items);
    free(s->slots);
    *s = (struct gw_sources){0};
}
