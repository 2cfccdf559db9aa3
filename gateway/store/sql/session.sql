-- Sessions: what a refresh token stands for. One row a login; the token in it changes at each use.

-- Waits for who is changing the password, and then finds it changed.
-- name: developer_session_insert
INSERT INTO developer_sessions (developer_id, id, digest, rotated_at, created_at)
SELECT d.id, $2::uuid, $3::bytea, $4::timestamptz, $4::timestamptz FROM developers d
WHERE d.id = $1::uuid AND d.password = $5::text FOR SHARE
ON CONFLICT (developer_id, id) DO UPDATE SET digest = excluded.digest

-- name: developer_session_get
SELECT NULL::text FROM developer_sessions s JOIN developers d ON d.id = s.developer_id
WHERE s.developer_id = $1::uuid AND s.id = $2::uuid

-- name: developer_session_lock
SELECT digest, previous_digest, rotated_at, NULL::text FROM developer_sessions
WHERE developer_id = $1::uuid AND id = $2::uuid FOR NO KEY UPDATE

-- name: developer_session_rotate
UPDATE developer_sessions SET previous_digest = digest, digest = $3::bytea, rotated_at = $4::timestamptz
WHERE developer_id = $1::uuid AND id = $2::uuid

-- name: developer_session_end
DELETE FROM developer_sessions WHERE developer_id = $1::uuid AND id = $2::uuid

-- name: developer_session_end_all
DELETE FROM developer_sessions WHERE developer_id = $1::uuid

-- name: sdk_session_insert
INSERT INTO sdk_sessions (user_id, id, digest, rotated_at, created_at, issuer)
VALUES ($1::uuid, $2::uuid, $3::bytea, $4::timestamptz, $4::timestamptz, $5::text)
ON CONFLICT (user_id, id) DO UPDATE SET digest = excluded.digest

-- name: sdk_session_get
SELECT issuer FROM sdk_sessions WHERE user_id = $1::uuid AND id = $2::uuid

-- name: sdk_session_lock
SELECT digest, previous_digest, rotated_at, issuer FROM sdk_sessions
WHERE user_id = $1::uuid AND id = $2::uuid FOR NO KEY UPDATE

-- name: sdk_session_rotate
UPDATE sdk_sessions SET previous_digest = digest, digest = $3::bytea, rotated_at = $4::timestamptz
WHERE user_id = $1::uuid AND id = $2::uuid

-- name: sdk_session_end
DELETE FROM sdk_sessions WHERE user_id = $1::uuid AND id = $2::uuid

-- Is whoever issued a phone's token still here? app_… and admin:<developer>
-- name: issuer_application
SELECT 1 FROM applications WHERE app_id = $1::text

-- name: issuer_developer
SELECT 1 FROM developers WHERE id::text = $1::text
