-- Developers: those who may log in.

-- name: developer_insert
INSERT INTO developers (id, email, first_name, last_name, password, created_at, updated_at)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::timestamptz, $6::timestamptz)
ON CONFLICT (lower(email)) DO NOTHING

-- Two people with the link of the first start: one of them is first.
-- name: developer_lock
LOCK TABLE developers IN SHARE ROW EXCLUSIVE MODE

-- name: developer_count
SELECT count(*) FROM developers

-- name: developer_get
SELECT id, email, first_name, last_name, created_at, updated_at, password FROM developers WHERE id = $1::uuid

-- name: developer_find
SELECT id, email, first_name, last_name, created_at, updated_at, password FROM developers
WHERE lower(email) = lower($1::text)

-- name: developer_list
SELECT id, email, first_name, last_name, created_at, updated_at, NULL::text FROM developers ORDER BY created_at, id

-- NULL leaves a field as it is.
-- name: developer_update
UPDATE developers SET email = coalesce($2::text, email), first_name = coalesce($3::text, first_name),
    last_name = coalesce($4::text, last_name), password = coalesce($5::text, password), updated_at = $6::timestamptz
WHERE id = $1::uuid
RETURNING id, email, first_name, last_name, created_at, updated_at, NULL::text

-- name: developer_delete
DELETE FROM developers WHERE id = $1::uuid
RETURNING id, email, first_name, last_name, created_at, updated_at, NULL::text

-- What was theirs stays, and is everybody's.
-- name: developer_leave
UPDATE applications SET developer_id = NULL WHERE developer_id = $1::uuid

-- ---- applications ----

-- name: application_insert
INSERT INTO applications (id, app_id, name, digest, developer_id, created_at)
VALUES ($1::uuid, $2::text, $3::text, $4::bytea, $5::uuid, $6::timestamptz)

-- name: application_list
SELECT id, app_id, name, created_at FROM applications
WHERE developer_id = $1::uuid OR developer_id IS NULL ORDER BY created_at DESC, id DESC

-- name: application_find
SELECT digest FROM applications WHERE app_id = $1::text

-- name: application_delete
DELETE FROM applications WHERE app_id = $1::text AND (developer_id = $2::uuid OR developer_id IS NULL) RETURNING id

-- name: application_rotate
UPDATE applications SET digest = $3::bytea
WHERE app_id = $1::text AND (developer_id = $2::uuid OR developer_id IS NULL)
RETURNING id, app_id, name, created_at
