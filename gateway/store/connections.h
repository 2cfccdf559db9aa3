/* store/connections.h - links of users to providers, their sealed tokens, their small state. [any thread]
 *
 * One row for (user, provider, provider_user_id); a reconnect reuses it. account_owners is written with it.
 */
#ifndef GW_STORE_CONNECTIONS_H
#define GW_STORE_CONNECTIONS_H

#include "store/db.h"
#include "store/model.h"

/* A state value of the plugin's: connection scope when connection is not nil, else provider scope. */
struct gw_state_put {
    struct gw_str key, value; /* value sealed by the caller; empty = delete */
    int64_t expires_us;       /* GW_NO_TIME = never */
};

/* Inserts or reactivates; status active, reason cleared; states are bound in the same transaction; writes outbox. */
enum gw_code gw_store_connection_put(struct gw_db *db, struct gw_arena *arena, const struct gw_connection *connection,
                                     const struct gw_state_put *states, size_t states_count, struct gw_connection *ret,
                                     bool *ret_created, struct gw_err *err) GW_MUST_USE;
/* All of a user, any status, newest first; provider NULL = all. */
enum gw_code gw_store_connection_list(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                      const char *provider, struct gw_connection **ret, size_t *ret_count,
                                      struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_connection_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                     struct gw_connection *ret, struct gw_err *err) GW_MUST_USE;
/* Connections, active or not, of a provider's account (by account_owners). 0 is not an error. */
enum gw_code gw_store_connection_by_account(struct gw_db *db, struct gw_arena *arena, const char *provider,
                                            const char *provider_user_id, struct gw_connection **ret, size_t *ret_count,
                                            struct gw_err *err) GW_MUST_USE;
/* status active|revoked|reauthorize with a reason; revoked wipes the tokens, and does not become reauthorize; writes
 * outbox when it changed. A user's own end of a connection: forget.h. */
enum gw_code gw_store_connection_status(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, const char *status,
                                        const char *reason, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_connection_scope(struct gw_db *db, struct gw_uuid user, struct gw_uuid id, const char *scope,
                                       struct gw_err *err) GW_MUST_USE;

/* The token lock: a transaction that holds the connection's token row over every process, while `work` calls the
 * provider (seconds). work sees the row as it is under the lock; when it sets *changed, tokens, token_expires_us,
 * scope and (if not NULL) provider_username of *connection are stored with token_version + 1 before the lock goes.
 * Waits at most wait_ms for the lock (GW_BUSY). The lock is a row of its own (token_locks), so that data
 * transactions never wait for a provider, and its connection is not one of the pool's number. A reconnect in the
 * meantime wins: the tokens of the old grant are then dropped. */
typedef enum gw_code gw_token_work_fn(void *self, struct gw_connection *connection, bool *changed, struct gw_err *err);
enum gw_code gw_store_connection_token_lock(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                            struct gw_uuid id, int wait_ms, gw_token_work_fn *work, void *self,
                                            struct gw_err *err) GW_MUST_USE;

/* Plugin state. connection nil: provider scope. get: GW_NOT_FOUND also when expired. */
enum gw_code gw_store_state_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                struct gw_uuid connection, const char *provider, struct gw_str key, struct gw_str *ret,
                                struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_state_put(struct gw_db *db, struct gw_uuid user, struct gw_uuid connection, const char *provider,
                                const struct gw_state_put *put, struct gw_err *err) GW_MUST_USE;

/* ---- OAuth flows: from authorize to callback; the state text carries the user ---- */

struct gw_flow {
    struct gw_uuid user_id;
    uint8_t state_digest[32];
    const char *provider, *redirect_uri; /* redirect_uri NULL = the gateway's own page */
    struct gw_str plugin_state;          /* sealed; key/value pairs of the plugin's FLOW scope */
    int64_t expires_us;
};

enum gw_code gw_store_flow_put(struct gw_db *db, const struct gw_flow *flow, struct gw_err *err) GW_MUST_USE;
/* Reads and deletes in one statement: a flow is used once. GW_STATE when unknown or expired. */
enum gw_code gw_store_flow_take(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                                const uint8_t state_digest[32], struct gw_flow *ret, struct gw_err *err) GW_MUST_USE;

#endif
