/* Chained chunks; a large piece gets a chunk of its own behind the current one. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define CHUNK_FIRST 4096
#define CHUNK_MOST  (256 * 1024)
#define ALIGN       16

struct chunk {
    struct chunk *next;
    size_t size, used;
    _Alignas(ALIGN) char data[];
};

struct gw_arena {
    struct chunk *head;
    size_t cap, used, next_size;
};

struct gw_arena *gw_arena_new(size_t cap)
{
    struct gw_arena *arena = calloc(1, sizeof(*arena));

    if (!arena)
        return NULL;
    arena->cap = cap;
    arena->next_size = CHUNK_FIRST;
    return arena;
}

void gw_arena_free(struct gw_arena **address)
{
    struct gw_arena *arena = *address;

    if (!arena)
        return;
    for (struct chunk *c = arena->head; c;) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
    free(arena);
    *address = NULL;
}

static struct chunk *chunk_new(struct gw_arena *arena, size_t size)
{
    struct chunk *c;

    if (arena->cap && size > arena->cap - arena->used)
        return NULL;
    c = malloc(sizeof(*c) + size);
    if (!c)
        return NULL;
    c->size = size;
    c->used = 0;
    arena->used += size;
    return c;
}

void *gw_arena_alloc(struct gw_arena *arena, size_t len)
{
    struct chunk *c = arena->head;

    if (len > SIZE_MAX / 2)
        return NULL;
    len = len ? (len + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    if (c && len <= c->size - c->used) {
        void *p = c->data + c->used;
        c->used += len;
        return p;
    }
    if (c && len > CHUNK_MOST / 4) {
        struct chunk *big = chunk_new(arena, len);
        if (!big)
            return NULL;
        big->used = len;
        big->next = c->next;
        c->next = big;
        return big->data;
    }
    while (arena->next_size < len)
        arena->next_size *= 2;
    c = chunk_new(arena, arena->next_size);
    if (!c)
        c = chunk_new(arena, len);
    if (!c)
        return NULL;
    if (arena->next_size < CHUNK_MOST)
        arena->next_size *= 2;
    else
        arena->next_size = CHUNK_MOST;
    c->next = arena->head;
    c->used = len;
    arena->head = c;
    return c->data;
}

void *gw_arena_zalloc(struct gw_arena *arena, size_t len)
{
    void *p = gw_arena_alloc(arena, len);

    if (p)
        memset(p, 0, len);
    return p;
}

char *gw_arena_strndup(struct gw_arena *arena, const char *text, size_t len)
{
    char *p = gw_arena_alloc(arena, len + 1);

    if (!p)
        return NULL;
    if (len)
        memcpy(p, text, len);
    p[len] = '\0';
    return p;
}

char *gw_arena_strdup(struct gw_arena *arena, const char *text)
{
    return gw_arena_strndup(arena, text, strlen(text));
}

char *gw_arena_printf(struct gw_arena *arena, const char *fmt, ...)
{
    va_list args, again;
    char *p = NULL;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0)
        p = gw_arena_alloc(arena, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

size_t gw_arena_used(const struct gw_arena *arena)
{
    return arena->used;
}
