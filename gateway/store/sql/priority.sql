-- Priorities of providers and of types of devices: directory tables.

-- name: priority_list
SELECT kind, name, priority, id, created_at, updated_at FROM priorities ORDER BY kind, priority, name

-- name: priority_version
SELECT version FROM priority_version

-- Also what keeps two changes apart.
-- name: priority_raise_version
UPDATE priority_version SET version = version + 1

-- name: priority_put
INSERT INTO priorities (kind, name, priority, id, created_at, updated_at)
VALUES ($1::smallint, $2::text, $3::smallint, $4::uuid, $5::timestamptz, $5::timestamptz)
ON CONFLICT (kind, name) DO UPDATE SET priority = excluded.priority, updated_at = excluded.updated_at
