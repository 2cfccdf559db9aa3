/* host/sources.h - the sources a plugin names while it normalises one payload, each once. Private to this folder.
 * [one thread at a time] */
#ifndef GW_HOST_SOURCES_H
#define GW_HOST_SOURCES_H

#include <aorta/host.h>

#include "base/arena.h"

#define GW_SOURCE_TEXT_MOST 256
#define GW_SOURCES_MOST     4096

struct gw_sources {
    const aorta_source **items; /* item 0 is the provider itself */
    uint32_t count, cap;
    uint32_t *slots; /* open addressing: index + 1, 0 = free */
    uint32_t slots_count;
};

/* The index of an equal source, or of a copy of this one; 0 when it says nothing, or memory or the limit is spent. */
uint32_t gw_sources_add(struct gw_sources *sources, struct gw_arena *arena, const aorta_source *source);
const aorta_source *gw_sources_at(const struct gw_sources *sources, uint32_t index); /* NULL = never given out */
void gw_sources_free(struct gw_sources *sources);

#endif
