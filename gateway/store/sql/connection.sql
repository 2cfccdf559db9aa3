-- Links of users to providers. Every statement names its user, but for the look-up by account.

-- name: connection_put
INSERT INTO connections (user_id, id, provider, provider_user_id, provider_username, status, reason, scope, tokens,
                         token_expires_at, token_version, created_at, updated_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, 'active', NULL, $6::text, $7::bytea, $8::timestamptz, 1,
        $9::timestamptz, $9::timestamptz)
ON CONFLICT (user_id, provider, provider_user_id) DO UPDATE
SET provider_username = coalesce(excluded.provider_username, connections.provider_username), status = 'active',
    reason = NULL, scope = coalesce(excluded.scope, connections.scope), tokens = excluded.tokens,
    token_expires_at = excluded.token_expires_at, token_version = connections.token_version + 1,
    updated_at = excluded.updated_at
RETURNING id, user_id, provider, provider_user_id, provider_username, status, scope, reason, tokens,
          token_expires_at, token_version, created_at, updated_at, last_synced_at, shared

-- name: connection_list
SELECT id, user_id, provider, provider_user_id, provider_username, status, scope, reason, tokens,
       token_expires_at, token_version, created_at, updated_at, last_synced_at, shared
FROM connections WHERE user_id = $1::uuid AND ($2::text IS NULL OR provider = $2)
ORDER BY created_at DESC, id DESC

-- name: connection_get
SELECT id, user_id, provider, provider_user_id, provider_username, status, scope, reason, tokens,
       token_expires_at, token_version, created_at, updated_at, last_synced_at, shared
FROM connections WHERE user_id = $1::uuid AND id = $2::uuid

-- name: connection_live
SELECT 1 FROM connections WHERE user_id = $1::uuid AND id = $2::uuid AND status <> 'revoked'

-- name: connection_status
UPDATE connections
SET status = $3::text, reason = $4::text, updated_at = $5::timestamptz,
    tokens = CASE WHEN $3 = 'revoked' THEN NULL ELSE tokens END,
    token_expires_at = CASE WHEN $3 = 'revoked' THEN NULL ELSE token_expires_at END,
    token_version = CASE WHEN $3 = 'revoked' THEN token_version + 1 ELSE token_version END
WHERE user_id = $1::uuid AND id = $2::uuid

-- name: connection_scope
UPDATE connections SET scope = $3::text, updated_at = $4::timestamptz
WHERE user_id = $1::uuid AND id = $2::uuid AND scope IS DISTINCT FROM $3

-- name: connection_synced
UPDATE connections SET last_synced_at = $3::timestamptz WHERE user_id = $1::uuid AND id = $2::uuid

-- Of who pushes: there is no account and no token. A row comes back when something changed.
-- name: connection_push
INSERT INTO connections (user_id, id, provider, provider_user_id, status, created_at, updated_at)
VALUES ($1::uuid, $2::uuid, $3::text, $4::text, 'active', $5::timestamptz, $5::timestamptz)
ON CONFLICT (user_id, provider, provider_user_id) DO UPDATE
SET status = 'active', reason = NULL, updated_at = excluded.updated_at WHERE connections.status <> 'active'
RETURNING id

-- name: connection_pushed
SELECT id FROM connections WHERE user_id = $1::uuid AND provider = $2::text AND provider_user_id = $3::text

-- name: owner_put
INSERT INTO account_owners (provider_user_id, provider, user_id, connection_id)
VALUES ($1::text, $2::text, $3::uuid, $4::uuid) ON CONFLICT DO NOTHING

-- name: connection_shared
UPDATE connections SET shared = true WHERE user_id = $1::uuid AND id = $2::uuid AND NOT shared

-- name: owner_find
SELECT user_id, connection_id FROM account_owners WHERE provider_user_id = $1::text AND provider = $2::text
ORDER BY user_id, connection_id

-- ---- the token lock ----

-- name: token_lock_put
INSERT INTO token_locks (user_id, connection_id) VALUES ($1::uuid, $2::uuid) ON CONFLICT DO NOTHING

-- name: token_lock
SELECT 1 FROM token_locks WHERE user_id = $1::uuid AND connection_id = $2::uuid FOR UPDATE

-- A reconnect in the meantime has raised token_version: its tokens are newer than these.
-- name: token_store
UPDATE connections
SET tokens = $4::bytea, token_expires_at = $5::timestamptz, token_version = token_version + 1,
    scope = coalesce($6::text, scope), provider_username = coalesce($7::text, provider_username),
    updated_at = $8::timestamptz
WHERE user_id = $1::uuid AND id = $2::uuid AND token_version = $3::bigint

-- ---- state of plugins ----

-- name: connection_state_get
SELECT value FROM connection_state
WHERE user_id = $1::uuid AND connection_id = $2::uuid AND key = $3::bytea
  AND (expires_at IS NULL OR expires_at > $4::timestamptz)

-- name: connection_state_put
INSERT INTO connection_state (user_id, connection_id, key, value, expires_at)
VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bytea, $5::timestamptz)
ON CONFLICT (user_id, connection_id, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at

-- name: connection_state_delete
DELETE FROM connection_state WHERE user_id = $1::uuid AND connection_id = $2::uuid AND key = $3::bytea

-- name: provider_state_get
SELECT value FROM provider_state
WHERE provider = $1::text AND key = $2::bytea AND (expires_at IS NULL OR expires_at > $3::timestamptz)

-- name: provider_state_put
INSERT INTO provider_state (provider, key, value, expires_at)
VALUES ($1::text, $2::bytea, $3::bytea, $4::timestamptz)
ON CONFLICT (provider, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at

-- name: provider_state_delete
DELETE FROM provider_state WHERE provider = $1::text AND key = $2::bytea

-- ---- flows ----

-- name: flow_put
INSERT INTO oauth_flows (user_id, state_digest, provider, redirect_uri, plugin_state, expires_at)
VALUES ($1::uuid, $2::bytea, $3::text, $4::text, $5::bytea, $6::timestamptz)
ON CONFLICT (user_id, state_digest) DO NOTHING

-- name: flow_take
DELETE FROM oauth_flows WHERE user_id = $1::uuid AND state_digest = $2::bytea
RETURNING provider, redirect_uri, plugin_state, expires_at
