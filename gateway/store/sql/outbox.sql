-- Notices of what changed, and their numbering.

-- name: outbox_insert
INSERT INTO outbox (user_id, id, at, type, data)
VALUES ($1::uuid, $2::uuid, $3::timestamptz, $4::text, $5::json)

-- One relay at a time; the transaction holds it.
-- name: relay_lock
SELECT pg_try_advisory_xact_lock(7306652)

-- Over all users: the one reader of outbox. In the order of commits of each user.
-- name: relay_read
SELECT user_id, id, at, type, data FROM outbox ORDER BY at, id LIMIT 500

-- name: relay_last
SELECT coalesce(max(number), 0) FROM changes

-- name: change_insert
INSERT INTO changes (number, user_id, at, type, data)
VALUES ($1::bigint, $2::uuid, $3::timestamptz, $4::text, $5::json)

-- name: outbox_delete
DELETE FROM outbox WHERE user_id = $1::uuid AND id = $2::uuid
