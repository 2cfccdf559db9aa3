/* auth/cache.h - what was found out about a caller, believed for a moment: never the truth. Private to this folder.
 *
 * Keyed by the digest of what the caller showed. An entry is believed for less than a second, and cache_forget empties
 * it all sooner. [any thread]
 */
#ifndef GW_AUTH_CACHE_H
#define GW_AUTH_CACHE_H

#include "auth/auth.h"

struct cache;
struct cache *cache_new(void); /* NULL: no memory */
void cache_free(struct cache **cache);
void cache_forget(struct cache *cache);

/* Finds out what is behind the digest; what: as given to cache_ask. */
typedef enum gw_code cache_look_fn(void *self, const void *what, struct gw_caller *ret, struct gw_err *err);

/* What is remembered, or what look finds; GW_UNAUTHENTICATED is not remembered. */
enum gw_code cache_ask(struct cache *cache, const uint8_t digest[32], cache_look_fn *look, void *self, const void *what,
                       struct gw_caller *ret, struct gw_err *err) GW_MUST_USE;

#endif
