-- People. external_users is a look-up of its own, so that one external id is one user however many ask at once.

-- name: user_external_claim
INSERT INTO external_users (external_user_id, user_id) VALUES ($1::text, $2::uuid)
ON CONFLICT (external_user_id) DO NOTHING

-- name: user_external_find
SELECT user_id FROM external_users WHERE external_user_id = $1::text

-- name: user_external_release
DELETE FROM external_users WHERE external_user_id = $1::text AND user_id = $2::uuid

-- name: user_insert
INSERT INTO users (id, created_at, updated_at, email, external_user_id, first_name, last_name, time_zone, birth_date,
                   sex)
VALUES ($1::uuid, $2::timestamptz, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text,
        $8::text::date, $9::text)

-- name: user_get
SELECT id, created_at, updated_at, email, external_user_id, first_name, last_name, time_zone, birth_date::text, sex
FROM users WHERE id = $1::uuid

-- name: user_get_locked
SELECT id, created_at, updated_at, email, external_user_id, first_name, last_name, time_zone, birth_date::text, sex
FROM users WHERE id = $1::uuid FOR NO KEY UPDATE

-- name: user_update
UPDATE users
SET updated_at = $2::timestamptz, email = coalesce($3::text, email),
    external_user_id = coalesce($4::text, external_user_id), first_name = coalesce($5::text, first_name),
    last_name = coalesce($6::text, last_name), time_zone = coalesce($7::text, time_zone),
    birth_date = coalesce($8::text::date, birth_date), sex = coalesce($9::text, sex)
WHERE id = $1::uuid

-- Every user matching the filter; NULL = any. search is a pattern for ILIKE.
-- name: user_count
SELECT count(*) FROM users u
WHERE ($1::text IS NULL OR u.email ILIKE $1 OR u.first_name ILIKE $1 OR u.last_name ILIKE $1
       OR u.first_name || ' ' || u.last_name ILIKE $1 OR u.external_user_id ILIKE $1)
  AND ($2::text IS NULL OR lower(u.email) = lower($2))
  AND ($3::text IS NULL OR u.external_user_id = $3)

-- The order nobody has to ask for, by the index on it.
-- name: user_list_newest
SELECT u.id, u.created_at, u.updated_at, u.email, u.external_user_id, u.first_name, u.last_name, u.time_zone,
       u.birth_date::text, u.sex, s.last_synced_at, s.provider, s.active
FROM (SELECT * FROM users u
      WHERE ($1::text IS NULL OR u.email ILIKE $1 OR u.first_name ILIKE $1 OR u.last_name ILIKE $1
             OR u.first_name || ' ' || u.last_name ILIKE $1 OR u.external_user_id ILIKE $1)
        AND ($2::text IS NULL OR lower(u.email) = lower($2))
        AND ($3::text IS NULL OR u.external_user_id = $3)
      ORDER BY u.created_at DESC, u.id DESC LIMIT $4::bigint OFFSET $5::bigint) u
CROSS JOIN LATERAL (
    SELECT max(c.last_synced_at) AS last_synced_at,
           (array_agg(c.provider ORDER BY c.last_synced_at DESC) FILTER (WHERE c.last_synced_at IS NOT NULL))[1]
               AS provider,
           coalesce(bool_or(c.status = 'active'), false) AS active
    FROM connections c WHERE c.user_id = u.id) s
ORDER BY u.created_at DESC, u.id DESC

-- name: user_list_sorted
SELECT u.id, u.created_at, u.updated_at, u.email, u.external_user_id, u.first_name, u.last_name, u.time_zone,
       u.birth_date::text, u.sex, s.last_synced_at, s.provider, s.active
FROM users u
CROSS JOIN LATERAL (
    SELECT max(c.last_synced_at) AS last_synced_at,
           (array_agg(c.provider ORDER BY c.last_synced_at DESC) FILTER (WHERE c.last_synced_at IS NOT NULL))[1]
               AS provider,
           coalesce(bool_or(c.status = 'active'), false) AS active
    FROM connections c WHERE c.user_id = u.id) s
WHERE ($1::text IS NULL OR u.email ILIKE $1 OR u.first_name ILIKE $1 OR u.last_name ILIKE $1
       OR u.first_name || ' ' || u.last_name ILIKE $1 OR u.external_user_id ILIKE $1)
  AND ($2::text IS NULL OR lower(u.email) = lower($2))
  AND ($3::text IS NULL OR u.external_user_id = $3)
ORDER BY CASE WHEN $7::boolean AND $6::text = 'created_at' THEN u.created_at
              WHEN $7 AND $6 = 'last_synced_at' THEN s.last_synced_at END ASC NULLS LAST,
         CASE WHEN NOT $7 AND $6 = 'created_at' THEN u.created_at
              WHEN NOT $7 AND $6 = 'last_synced_at' THEN s.last_synced_at END DESC NULLS LAST,
         CASE WHEN $7 THEN CASE $6 WHEN 'email' THEN u.email WHEN 'first_name' THEN u.first_name
                                   WHEN 'last_name' THEN u.last_name END END ASC NULLS LAST,
         CASE WHEN NOT $7 THEN CASE $6 WHEN 'email' THEN u.email WHEN 'first_name' THEN u.first_name
                                       WHEN 'last_name' THEN u.last_name END END DESC NULLS LAST,
         u.id
LIMIT $4::bigint OFFSET $5::bigint
