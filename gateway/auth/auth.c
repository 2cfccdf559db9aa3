/* The cache of digests: what was looked up is believed for a moment, so that a key costs a query a second,
 * not one a request. It is never the truth: an entry lives less than a second, and gw_auth_forget empties it
 * sooner.
 */
#include "auth/auth.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"
#include "crypt/crypt.h"

#define SLOTS    512
#define FRESH_US (500 * INT64_C(1000)) /* after it one caller looks again while the others go on */
#define GOOD_US  (900 * INT64_C(1000)) /* after it nobody believes the entry: a revoked key is out within a second */

struct slot {
    uint8_t digest[32];
    struct gw_caller caller;
    int64_t looked_up_us;
    bool used, refreshing;
};

struct gw_auth {
    struct gw_db *db;
    pthread_mutex_t lock;
    uint64_t generation; /* raised by forget: a lookup that began before it is not kept */
    struct slot slots[SLOTS];
};

enum gw_code gw_auth_new(struct gw_db *db, struct gw_auth **ret, struct gw_err *err)
{
    struct gw_auth *auth = calloc(1, sizeof(*auth));

    if (!auth)
        return gw_fail(err, GW_NOMEM, NULL);
    auth->db = db;
    pthread_mutex_init(&auth->lock, NULL);
    *ret = auth;
    return GW_OK;
}

void gw_auth_free(struct gw_auth **address)
{
    struct gw_auth *auth = *address;

    if (!auth)
        return;
    pthread_mutex_destroy(&auth->lock);
    free(auth);
    *address = NULL;
}

void gw_auth_forget(void *self)
{
    struct gw_auth *auth = self;

    pthread_mutex_lock(&auth->lock);
    auth->generation++;
    for (int i = 0; i < SLOTS; i++)
        auth->slots[i].used = false;
    pthread_mutex_unlock(&auth->lock);
}

static struct slot *slot_of(struct gw_auth *auth, const uint8_t digest[32])
{
    return &auth->slots[(digest[0] | digest[1] << 8) % SLOTS];
}

static bool slot_is(const struct slot *slot, const uint8_t digest[32])
{
    return slot->used && memcmp(slot->digest, digest, sizeof(slot->digest)) == 0;
}

/* True when the cache answers. The first caller that finds an ageing entry is sent to look again. */
static bool remembered(struct gw_auth *auth, const uint8_t digest[32], int64_t now, struct gw_caller *ret,
                       uint64_t *ret_generation)
{
    struct slot *slot = slot_of(auth, digest);
    bool answer = false;

    pthread_mutex_lock(&auth->lock);
    *ret_generation = auth->generation;
    if (slot_is(slot, digest) && now - slot->looked_up_us < GOOD_US) {
        answer = now - slot->looked_up_us < FRESH_US || slot->refreshing;
        if (!answer)
            slot->refreshing = true;
        *ret = slot->caller;
    }
    pthread_mutex_unlock(&auth->lock);
    return answer;
}

static void remember(struct gw_auth *auth, const uint8_t digest[32], int64_t looked_up_us, uint64_t generation,
                     const struct gw_caller *caller)
{
    struct slot *slot = slot_of(auth, digest);

    pthread_mutex_lock(&auth->lock);
    if (generation == auth->generation) {
        memcpy(slot->digest, digest, sizeof(slot->digest));
        slot->caller = *caller;
        slot->looked_up_us = looked_up_us;
        slot->refreshing = false;
        slot->used = true;
    }
    pthread_mutex_unlock(&auth->lock);
}

static void drop(struct gw_auth *auth, const uint8_t digest[32], bool gone)
{
    struct slot *slot = slot_of(auth, digest);

    pthread_mutex_lock(&auth->lock);
    if (slot_is(slot, digest)) {
        slot->used = !gone;
        slot->refreshing = false;
    }
    pthread_mutex_unlock(&auth->lock);
}

enum gw_code gw_auth_key(struct gw_auth *auth, struct gw_str key, struct gw_caller *ret, struct gw_err *err)
{
    struct gw_caller caller;
    uint8_t digest[32];
    uint64_t generation;
    int64_t now = gw_mono_us(); /* before the lookup: the entry's age counts from when it was true */
    enum gw_code code;

    gw_sha256(key, digest);
    if (remembered(auth, digest, now, &caller, &generation)) {
        *ret = caller;
        return GW_OK;
    }
    code = gw_store_key_find(auth->db, digest, &caller.key_id, &caller.scopes, err);
    if (code == GW_OK) {
        remember(auth, digest, now, generation, &caller);
        *ret = caller;
        return GW_OK;
    }
    drop(auth, digest, code == GW_UNAUTHENTICATED);
    if (code == GW_UNAUTHENTICATED)
        return gw_fail_wire(err, code, "auth.key_invalid", "The API key is not valid.");
    return code;
}

enum gw_code gw_auth_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, uint32_t scopes,
                                char ret_text[GW_KEY_TEXT], struct gw_api_key *ret, struct gw_err *err)
{
    char text[GW_KEY_TEXT] = "sk-", prefix[10];
    uint8_t digest[32];
    enum gw_code code;

    gw_random_text(32, text + 3);
    memcpy(prefix, text, sizeof(prefix) - 1);
    prefix[sizeof(prefix) - 1] = '\0';
    gw_sha256(gw_str(text), digest);
    code = gw_store_key_create(db, arena, name, prefix, digest, scopes, ret, err);
    if (code == GW_OK)
        memcpy(ret_text, text, sizeof(text));
    explicit_bzero(text, sizeof(text));
    return code;
}
