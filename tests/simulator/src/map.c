/* map.c - open addressing, no removal: a simulator only ever learns. */
#include "map.h"

#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct map_slot {
    char *key;
    void *value;
};

static uint64_t hash(const char *s)
{
    uint64_t h = 1469598103934665603u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h ^ (h >> 29);
}

static struct map_slot *find(const struct map *m, const char *key)
{
    size_t i = hash(key) & (m->cap - 1);
    while (m->slots[i].key && strcmp(m->slots[i].key, key) != 0)
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

static void grow(struct map *m)
{
    struct map old = *m;
    m->cap = old.cap ? old.cap * 2 : 64;
    m->slots = calloc(m->cap, sizeof *m->slots);
    if (!m->slots)
        abort();
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key)
            *find(m, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

void *map_get(const struct map *m, const char *key)
{
    return m->cap ? find(m, key)->value : NULL;
}

void map_put(struct map *m, const char *key, void *value)
{
    if ((m->used + 1) * 2 > m->cap)
        grow(m);
    struct map_slot *slot = find(m, key);
    if (!slot->key) {
        slot->key = text_dup(key);
        m->used++;
    }
    slot->value = value;
}

void map_fini(struct map *m)
{
    for (size_t i = 0; i < m->cap; i++)
        free(m->slots[i].key);
    free(m->slots);
    memset(m, 0, sizeof *m);
}
