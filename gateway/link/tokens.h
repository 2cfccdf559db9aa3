/* link/tokens.h - what is sealed in connections.tokens and oauth_flows.plugin_state. Internal to link. */
#ifndef GW_LINK_TOKENS_H
#define GW_LINK_TOKENS_H

#include "base/json.h"
#include "crypt/crypt.h"
#include "link/link.h"

struct gw_str tokens_bound(struct gw_arena *arena, const char *what, struct gw_uuid user, const char *provider,
                           const char *account);
/* {"access","refresh","type","extra":{…}} of credentials; an empty text keeps what `old` has (old may be
 * NULL). */
enum gw_code tokens_seal(const struct gw_keyring *ring, struct gw_arena *arena, struct gw_str bound,
                         const aorta_credentials *credentials, const json_t *old, struct gw_str *ret,
                         struct gw_err *err) GW_MUST_USE;
/* The opened object; yours to decref. */
enum gw_code tokens_open(const struct gw_keyring *ring, struct gw_str bound, struct gw_str sealed, json_t **ret,
                         struct gw_err *err) GW_MUST_USE;
/* Any sealed JSON object. */
enum gw_code json_seal(const struct gw_keyring *ring, struct gw_arena *arena, struct gw_str bound, const json_t *json,
                       struct gw_str *ret, struct gw_err *err) GW_MUST_USE;

/* Sealed bytes into the arena. */
enum gw_code seal_into(const struct gw_keyring *ring, struct gw_arena *arena, struct gw_str plain, struct gw_str bound,
                       struct gw_str *ret, struct gw_err *err) GW_MUST_USE;

/* The callback URL that this deployment registered with the provider. */
const char *callback_url(const struct gw_link *link, struct gw_arena *arena, const char *provider);

#define CONNECT_PATH "/api/v1/connect/"

bool redirect_allowed(const char *const *allowed, const char *uri);
/* The same for a link, whose own connect pages are allowed too; GW_INVALID, oauth.redirect_not_allowed. */
enum gw_code redirect_check(const struct gw_link *link, const char *uri, struct gw_err *err) GW_MUST_USE;

/* Ends the grant at the provider with the session's tokens, renewed first when they have run out; nothing is stored.
 * Under the token lock: row is what is stored. */
enum gw_code session_revoke(struct gw_session *session, const struct gw_connection *row, int64_t timeout_ms,
                            struct gw_err *err) GW_MUST_USE;

int64_t expiry_us(int64_t expires_in_s); /* GW_NO_TIME for 0 */

#endif
