/* store/keys.h - API keys, known by their SHA-256 digest alone. [any thread] */
#ifndef GW_STORE_KEYS_H
#define GW_STORE_KEYS_H

#include "store/db.h"
#include "store/model.h"

#define GW_SCOPE_READ  0x1u
#define GW_SCOPE_WRITE 0x2u
#define GW_SCOPE_ADMIN 0x4u

struct gw_api_key {
    struct gw_uuid id;
    const char *name, *prefix; /* "sk-" and the first characters, for people */
    uint32_t scopes;
    int64_t created_us, last_used_us, revoked_us; /* GW_NO_TIME */
    struct gw_uuid created_by;                    /* a developer; nil = the command line */
};

enum gw_code gw_store_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, const char *prefix,
                                 const uint8_t digest[32], uint32_t scopes, struct gw_uuid by, struct gw_api_key *ret,
                                 struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_key_list(struct gw_db *db, struct gw_arena *arena, struct gw_api_key **ret, size_t *ret_count,
                               struct gw_err *err) GW_MUST_USE;
/* GW_NOT_FOUND */
enum gw_code gw_store_key_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_api_key *ret,
                              struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_key_rename(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, const char *name,
                                 struct gw_api_key *ret, struct gw_err *err) GW_MUST_USE;
/* GW_NOT_FOUND; already revoked is fine. Sends a hint to every process (notify.h). by: as created_by. */
enum gw_code gw_store_key_revoke(struct gw_db *db, struct gw_uuid id, struct gw_uuid by,
                                 struct gw_err *err) GW_MUST_USE;
/* key, complete, in the place of `old`, which is revoked. GW_NOT_FOUND: old is not there, or revoked already. */
enum gw_code gw_store_key_rotate(struct gw_db *db, struct gw_uuid old, const struct gw_api_key *key,
                                 const uint8_t digest[32], struct gw_err *err) GW_MUST_USE;
/* A key that is not revoked; GW_UNAUTHENTICATED. */
enum gw_code gw_store_key_find(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_id, uint32_t *ret_scopes,
                               struct gw_err *err) GW_MUST_USE;

#endif
