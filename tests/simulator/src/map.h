/* map.h - string to pointer, with keys copied and values borrowed. Not thread safe: the owner locks. */
#ifndef SIM_MAP_H
#define SIM_MAP_H

#include <stddef.h>

struct map_slot;

struct map {
    struct map_slot *slots;
    size_t cap;
    size_t used;
};

void *map_get(const struct map *m, const char *key); /* NULL when absent */
void map_put(struct map *m, const char *key, void *value);
void map_fini(struct map *m);

#endif
