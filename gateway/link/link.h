/* link/link.h - flows and tokens. Runs plugin operations authorize, callback, refresh, revoke; stores what
 * comes.
 *
 * [any thread]
 */
#ifndef GW_LINK_LINK_H
#define GW_LINK_LINK_H

#include "crypt/crypt.h"
#include "host/call.h"
#include "host/registry.h"
#include "link/settings.h"
#include "store/connections.h"
#include "store/users.h"

struct gw_link {
    struct gw_db *db;
    const struct gw_registry *registry;
    const struct gw_keyring *ring;
    gw_net_perform_fn *perform;
    void *perform_self;
    const char *public_url;               /* the callback is <public_url>/api/v1/oauth/<provider>/callback */
    const char *const *allowed_redirects; /* origins; NULL-terminated */
    struct gw_settings *settings;         /* which providers are on; NULL = all */
};

/* GW_INVALID (redirect_uri not allowed), GW_NOT_FOUND (user, provider), GW_UNSUPPORTED, provider trouble. */
enum gw_code gw_link_authorize(struct gw_link *link, struct gw_arena *arena, const struct gw_provider *provider,
                               struct gw_uuid user, const char *redirect_uri, const char *scope, const char **ret_url,
                               const char **ret_state, struct gw_err *err) GW_MUST_USE;

struct gw_callback_result {
    struct gw_uuid user_id;
    const char *redirect_uri; /* where the browser goes; NULL = our page. Set also on failure once state was found */
    struct gw_connection connection;
    bool created;
};
/* query: what the browser brought, decoded. ret is filled as far as it got, also on failure. */
enum gw_code gw_link_callback(struct gw_link *link, struct gw_arena *arena, const struct gw_provider *provider,
                              const aorta_pair *query, uint32_t query_count, struct gw_callback_result *ret,
                              struct gw_err *err) GW_MUST_USE;

/* A connection whose provider was not told of its end; for the log. */
struct gw_untold {
    struct gw_untold *next;
    const char *provider;
    struct gw_uuid connection;
    bool meant; /* it was not to be told, or has no way to be: nothing to mend */
    struct gw_err why;
};
/* A user's own end of a provider: each connection is revoked, its syncs are cancelled, the provider is told (the user
 * deregistered, the grant given back), tokens and plugin state go. What the provider says to it does not matter, but is
 * added to *untold. It is not told when another user's connection to the same account lives, for it would end that
 * too. Done already: GW_OK. Takes up to half a minute when a provider does not answer. GW_NOT_CONNECTED: there was
 * never a connection; GW_NOT_FOUND: no such user. */
enum gw_code gw_link_disconnect(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user, const char *provider,
                                struct gw_untold **untold, struct gw_err *err) GW_MUST_USE;
/* The same, and then everything that the provider brought. Large amounts go in pieces, so the call may take its time.
 */
enum gw_code gw_link_delete_data(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user,
                                 const char *provider, struct gw_untold **untold, struct gw_err *err) GW_MUST_USE;
/* The user and all there is of them, all providers told as above. ret: the user as they were. GW_NOT_FOUND */
enum gw_code gw_link_delete_user(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user, struct gw_user *ret,
                                 struct gw_untold **untold, struct gw_err *err) GW_MUST_USE;

/* What a running operation needs of a connection: its identity, extra fields, and the bearer token on demand.
 */
struct gw_session {
    struct gw_link *link;
    const struct gw_provider *provider;
    struct gw_arena *arena;
    struct gw_connection row;
    aorta_connection abi; /* for gw_call; token filled only where the descriptor asks for it */
    struct gw_secret access, refresh;
    struct gw_retired *retired; /* tokens that were replaced while an operation may still look at them */
};
enum gw_code gw_session_open(struct gw_link *link, const struct gw_provider *provider, struct gw_arena *arena,
                             struct gw_uuid user, struct gw_uuid connection, struct gw_session *ret,
                             struct gw_err *err) GW_MUST_USE;
void gw_session_close(struct gw_session *session);
/* The token; refreshed first when it ends within five minutes, or when `refused`. Two that want it at once:
 * the second finds the first one's result. GW_REAUTHORIZE marks the connection; trouble that may pass does
 * not. */
enum gw_code gw_session_token(struct gw_session *session, bool refused, struct gw_secret *ret,
                              struct gw_err *err) GW_MUST_USE;
/* Plugin state of the connection or provider scope: sealed on the way in, opened on the way out. */
enum gw_code gw_session_state_get(struct gw_session *session, uint32_t scope, struct gw_str key, struct gw_str *ret,
                                  struct gw_err *err) GW_MUST_USE;
enum gw_code gw_session_state_seal(struct gw_session *session, uint32_t scope, struct gw_str key, struct gw_str value,
                                   int64_t ttl_s, struct gw_state_put *ret, struct gw_err *err) GW_MUST_USE;

#endif
