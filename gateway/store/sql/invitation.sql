-- Invitations to become a developer, and codes that users type. Both are known by the digest of their text.

-- name: invitation_insert
INSERT INTO invitations (id, email, digest, status, expires_at, created_at, invited_by)
VALUES ($1::uuid, $2::text, $3::bytea, 'pending', $4::timestamptz, $5::timestamptz, $6::uuid)

-- What nobody took in time makes room for another.
-- name: invitation_make_room
DELETE FROM invitations
WHERE status = 'pending' AND lower(coalesce(email, '')) = lower(coalesce($1::text, '')) AND expires_at <= $2::timestamptz

-- name: invitation_list
SELECT id, email, status, expires_at, created_at, invited_by FROM invitations
WHERE status = 'pending' AND email IS NOT NULL ORDER BY created_at DESC, id DESC

-- name: invitation_get_locked
SELECT id, email, status, expires_at, created_at, invited_by FROM invitations
WHERE id = $1::uuid AND email IS NOT NULL FOR NO KEY UPDATE

-- name: invitation_find
SELECT id, email, status, expires_at, created_at, invited_by FROM invitations WHERE digest = $1::bytea

-- name: invitation_find_locked
SELECT id, email, status, expires_at, created_at, invited_by FROM invitations WHERE digest = $1::bytea
FOR NO KEY UPDATE

-- name: invitation_status
UPDATE invitations SET status = $2::text WHERE id = $1::uuid

-- name: invitation_renew
UPDATE invitations SET digest = $2::bytea, expires_at = $3::timestamptz WHERE id = $1::uuid

-- name: invitation_setup_pending
SELECT 1 FROM invitations WHERE status = 'pending' AND email IS NULL AND expires_at > $1::timestamptz

-- ---- codes ----

-- name: code_replace
DELETE FROM invitation_codes WHERE user_id = $1::uuid

-- name: code_insert
INSERT INTO invitation_codes (user_id, id, digest, created_by, expires_at, created_at)
VALUES ($1::uuid, $2::uuid, $3::bytea, $4::uuid, $5::timestamptz, $6::timestamptz)

-- name: code_take
DELETE FROM invitation_codes WHERE digest = $1::bytea AND expires_at > $2::timestamptz RETURNING user_id, created_by

-- ---- housekeeping ----

-- name: clean_codes
DELETE FROM invitation_codes WHERE expires_at < $1::timestamptz

-- name: clean_developer_sessions
DELETE FROM developer_sessions WHERE rotated_at < $1::timestamptz

-- name: clean_sdk_sessions
DELETE FROM sdk_sessions
WHERE (user_id, id) IN (SELECT user_id, id FROM sdk_sessions WHERE rotated_at < $1::timestamptz LIMIT 2000)
