/* The cache of digests: what was looked up is believed for a moment, so that a key costs a query a second, not one a
 * request.
 */
#include "auth/cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"

#define SLOTS    512
#define FRESH_US (500 * INT64_C(1000)) /* after it one caller looks again while the others go on */
#define GOOD_US  (900 * INT64_C(1000)) /* after it nobody believes the entry: the revoked are out in a second */

struct slot {
    uint8_t digest[32];
    struct gw_caller caller;
    int64_t looked_up_us;
    bool used, refreshing;
};

struct cache {
    pthread_mutex_t lock;
    uint64_t generation; /* raised by forget: a lookup that began before it is not kept */
    struct slot slots[SLOTS];
};

struct cache *cache_new(void)
{
    struct cache *cache = calloc(1, sizeof(*cache));

    if (cache)
        pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

void cache_free(struct cache **address)
{
    if (!*address)
        return;
    pthread_mutex_destroy(&(*address)->lock);
    free(*address);
    *address = NULL;
}

void cache_forget(struct cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    cache->generation++;
    for (int i = 0; i < SLOTS; i++)
        cache->slots[i].used = false;
    pthread_mutex_unlock(&cache->lock);
}

static struct slot *slot_of(struct cache *cache, const uint8_t digest[32])
{
    return &cache->slots[(digest[0] | digest[1] << 8) % SLOTS];
}

static bool slot_is(const struct slot *slot, const uint8_t digest[32])
{
    return slot->used && memcmp(slot->digest, digest, sizeof(slot->digest)) == 0;
}

/* A token that has expired is looked at again, to be told so. */
static bool over(const struct gw_caller *caller)
{
    return caller->until_us && caller->until_us <= gw_now_us();
}

/* True when the cache answers. The first caller that finds an ageing entry is sent to look again. */
static bool remembered(struct cache *cache, const uint8_t digest[32], int64_t now, struct gw_caller *ret,
                       uint64_t *ret_generation)
{
    struct slot *slot = slot_of(cache, digest);
    bool answer = false;

    pthread_mutex_lock(&cache->lock);
    *ret_generation = cache->generation;
    if (slot_is(slot, digest) && now - slot->looked_up_us < GOOD_US && !over(&slot->caller)) {
        answer = now - slot->looked_up_us < FRESH_US || slot->refreshing;
        if (!answer)
            slot->refreshing = true;
        *ret = slot->caller;
    }
    pthread_mutex_unlock(&cache->lock);
    return answer;
}

static void remember(struct cache *cache, const uint8_t digest[32], int64_t looked_up_us, uint64_t generation,
                     const struct gw_caller *caller)
{
    struct slot *slot = slot_of(cache, digest);

    pthread_mutex_lock(&cache->lock);
    if (generation == cache->generation) {
        memcpy(slot->digest, digest, sizeof(slot->digest));
        slot->caller = *caller;
        slot->looked_up_us = looked_up_us;
        slot->refreshing = false;
        slot->used = true;
    }
    pthread_mutex_unlock(&cache->lock);
}

static void drop(struct cache *cache, const uint8_t digest[32], bool gone)
{
    struct slot *slot = slot_of(cache, digest);

    pthread_mutex_lock(&cache->lock);
    if (slot_is(slot, digest)) {
        slot->used = !gone;
        slot->refreshing = false;
    }
    pthread_mutex_unlock(&cache->lock);
}

enum gw_code cache_ask(struct cache *cache, const uint8_t digest[32], cache_look_fn *look, void *self, const void *what,
                       struct gw_caller *ret, struct gw_err *err)
{
    struct gw_caller caller = {0};
    uint64_t generation;
    int64_t now = gw_mono_us(); /* before the lookup: the entry's age counts from when it was true */
    enum gw_code code;

    if (remembered(cache, digest, now, &caller, &generation)) {
        *ret = caller;
        return GW_OK;
    }
    caller = (struct gw_caller){0};
    code = look(self, what, &caller, err);
    if (code == GW_OK) {
        remember(cache, digest, now, generation, &caller);
        *ret = caller;
        return GW_OK;
    }
    drop(cache, digest, code == GW_UNAUTHENTICATED);
    return code;
}
