-- API keys, known by their digest alone.

-- name: key_insert
INSERT INTO api_keys (id, name, prefix, digest, scopes, created_at, created_by)
VALUES ($1::uuid, $2::text, $3::text, $4::bytea, $5::integer, $6::timestamptz, $7::uuid)
ON CONFLICT (id) DO NOTHING

-- name: key_list
SELECT id, name, prefix, scopes, created_at, last_used_at, revoked_at, created_by FROM api_keys
ORDER BY created_at, id

-- name: key_get
SELECT id, name, prefix, scopes, created_at, last_used_at, revoked_at, created_by FROM api_keys WHERE id = $1::uuid

-- name: key_rename
UPDATE api_keys SET name = $2::text WHERE id = $1::uuid
RETURNING id, name, prefix, scopes, created_at, last_used_at, revoked_at, created_by

-- name: key_revoke
UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2::timestamptz) WHERE id = $1::uuid

-- name: key_revoke_live
UPDATE api_keys SET revoked_at = $2::timestamptz WHERE id = $1::uuid AND revoked_at IS NULL

-- name: key_find
SELECT id, scopes, last_used_at FROM api_keys WHERE digest = $1::bytea AND revoked_at IS NULL

-- name: key_used
UPDATE api_keys SET last_used_at = $2::timestamptz
WHERE id = $1::uuid AND (last_used_at IS NULL OR last_used_at < $2::timestamptz)

-- name: audit_insert
INSERT INTO audit_log (id, at, action, subject, user_id, detail)
VALUES ($1::uuid, $2::timestamptz, $3::text, $4::uuid, $5::uuid, $6::json)

-- A hint to every process; never in a transaction that writes data.
-- name: notify
SELECT pg_notify('aorta', $1::text)
