/* auth/auth.h - who is calling: API keys and access tokens checked; keys made. [any thread]
 *
 * Logins, tokens for phones and what developers may do to each other: auth/people.h.
 */
#ifndef GW_AUTH_AUTH_H
#define GW_AUTH_AUTH_H

#include "base/uuid.h"
#include "store/keys.h"

#define GW_KEY_TEXT 47 /* "sk-" + 43 + NUL */

struct gw_keyring;

struct gw_auth; /* a cache of digests, the keys of tokens, the door in front of passwords */
/* ring: tokens are signed with keys derived from it; NULL: every token is refused. */
enum gw_code gw_auth_new(struct gw_db *db, const struct gw_keyring *ring, struct gw_auth **ret,
                         struct gw_err *err) GW_MUST_USE;
void gw_auth_free(struct gw_auth **auth);
void gw_auth_forget(void *auth); /* gw_notify_handlers.on_keys, on_reconnect: the cache is empty afterwards */

enum gw_caller_kind { GW_CALLER_NOBODY, GW_CALLER_KEY, GW_CALLER_DEVELOPER, GW_CALLER_SDK, GW_CALLER_KINDS };

struct gw_caller {
    enum gw_caller_kind kind;
    struct gw_uuid id;    /* of the key, the developer, or the user whose phone it is */
    struct gw_uuid login; /* of a token: what it was issued for */
    uint32_t scopes;      /* GW_SCOPE_*: a developer has all of them, a phone none */
    int64_t until_us;     /* of a token: when it expires; 0 = never */
};

const char *gw_caller_kind_name(enum gw_caller_kind kind); /* "nobody" "key" "developer" "sdk" */

/* Checks the text of a key. Every failure costs the same time and says the same: GW_UNAUTHENTICATED. The look-up is by
 * digest, so that how near a guess came cannot show. What was revoked is refused within a second. */
enum gw_code gw_auth_key(struct gw_auth *auth, struct gw_str key, struct gw_caller *ret,
                         struct gw_err *err) GW_MUST_USE;
/* Checks an access token, a developer's or a phone's. GW_UNAUTHENTICATED: `auth.token_expired`, or
 * `auth.token_invalid` for all else. */
enum gw_code gw_auth_bearer(struct gw_auth *auth, struct gw_str token, struct gw_caller *ret,
                            struct gw_err *err) GW_MUST_USE;
/* A new key: its text is in ret_text, once. scopes: GW_SCOPE_*; by: a developer, or nil for the command line. */
enum gw_code gw_auth_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, uint32_t scopes,
                                struct gw_uuid by, char ret_text[GW_KEY_TEXT], struct gw_api_key *ret,
                                struct gw_err *err) GW_MUST_USE;
/* The same rights under another text; the old one is revoked in the same moment. GW_NOT_FOUND: it is revoked already.
 */
enum gw_code gw_auth_key_rotate(struct gw_auth *auth, struct gw_arena *arena, const struct gw_api_key *old,
                                struct gw_uuid by, char ret_text[GW_KEY_TEXT], struct gw_api_key *ret,
                                struct gw_err *err) GW_MUST_USE;

#endif
