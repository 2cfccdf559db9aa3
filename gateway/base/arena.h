/* base/arena.h - memory of one request or job: allocated freely, dropped at once.
 *
 * Everything from an arena is 16-byte aligned and gone with gw_arena_free. Functions return NULL when the
 * arena's cap is spent or the system is out of memory. [one thread at a time]
 */
#ifndef GW_BASE_ARENA_H
#define GW_BASE_ARENA_H

#include <stdarg.h>

#include "base/own.h"
#include "base/str.h"

struct gw_arena;

struct gw_arena *gw_arena_new(size_t cap); /* cap in bytes, 0 = none */
void gw_arena_free(struct gw_arena **arena);
#define gw_own_arena GW_CLEANUP(gw_arena_free)
void *gw_arena_alloc(struct gw_arena *arena, size_t len);  /* not cleared; len 0 gives a unique pointer */
void *gw_arena_zalloc(struct gw_arena *arena, size_t len); /* cleared */
char *gw_arena_strdup(struct gw_arena *arena, const char *text);
char *gw_arena_strndup(struct gw_arena *arena, const char *text, size_t len); /* NUL-terminated */
char *gw_arena_printf(struct gw_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t gw_arena_used(const struct gw_arena *arena);

#endif
