/* auth/auth.h - API keys: made, checked, forgotten. [any thread]
 */
#ifndef GW_AUTH_AUTH_H
#define GW_AUTH_AUTH_H

#include "store/keys.h"

#define GW_KEY_TEXT 47 /* "sk-" + 43 + NUL */

struct gw_auth; /* cache of digests */
enum gw_code gw_auth_new(struct gw_db *db, struct gw_auth **ret, struct gw_err *err) GW_MUST_USE;
void gw_auth_free(struct gw_auth **auth);
void gw_auth_forget(void *auth); /* gw_notify_handlers.on_keys, on_reconnect: the cache is empty afterwards */

struct gw_caller {
    struct gw_uuid key_id;
    uint32_t scopes; /* GW_SCOPE_* */
};

/* Checks the text of a key. Every failure costs the same time and says the same: GW_UNAUTHENTICATED. Entries
 * live at most a second unless the listener is connected. */
enum gw_code gw_auth_key(struct gw_auth *auth, struct gw_str key, struct gw_caller *ret,
                         struct gw_err *err) GW_MUST_USE;
/* A new key: its text is in ret_text, once. scopes: GW_SCOPE_* */
enum gw_code gw_auth_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, uint32_t scopes,
                                char ret_text[GW_KEY_TEXT], struct gw_api_key *ret, struct gw_err *err) GW_MUST_USE;

#endif
