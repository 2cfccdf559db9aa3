/* A table of API keys with two rows. */
#include "crypt/crypt.h"
#include "store/keys.h"
#include "tests.h"

static bool is_digest_of(const uint8_t digest[32], const char *key)
{
    uint8_t mine[32];

    gw_sha256(gw_str(key), mine);
    return memcmp(mine, digest, sizeof(mine)) == 0;
}

enum gw_code gw_store_key_find(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_id, uint32_t *ret_scopes,
                               struct gw_err *err)
{
    (void)db;
    *ret_id = (struct gw_uuid){{1}};
    if (is_digest_of(digest, KEY_ALL))
        *ret_scopes = GW_SCOPE_READ | GW_SCOPE_WRITE | GW_SCOPE_ADMIN;
    else if (is_digest_of(digest, KEY_READ))
        *ret_scopes = GW_SCOPE_READ;
    else
        return gw_fail(err, GW_UNAUTHENTICATED, NULL);
    return GW_OK;
}

enum gw_code gw_store_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, const char *prefix,
                                 const uint8_t digest[32], uint32_t scopes, struct gw_uuid by, struct gw_api_key *ret,
                                 struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)name;
    (void)prefix;
    (void)digest;
    (void)scopes;
    (void)by;
    (void)ret;
    return gw_fail(err, GW_DB, "the fake makes no keys");
}
