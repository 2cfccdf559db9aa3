-- Raw payloads and their chunks.

-- Equal bytes; who, what and by which id is compared by the caller.
-- name: payload_find
SELECT id, provider, account, kind, external_id, digest, normalize_revision, error FROM payloads
WHERE user_id = $1::uuid AND digest = ANY ($2::bytea[])

-- name: payload_find_ids
SELECT id, provider, account, kind, external_id, digest, normalize_revision, error FROM payloads
WHERE user_id = $1::uuid AND id = ANY ($2::uuid[])

-- name: payload_insert
INSERT INTO payloads (user_id, id, connection_id, provider, account, kind, external_id, digest, content_type, origin,
                      size, offset_s, received_at, normalize_revision, error)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::text, $7::text, $8::bytea, $9::text, $10::text,
        $11::bigint, $12::integer, $13::timestamptz, $14::integer, $15::text)

-- name: payload_chunk_insert
INSERT INTO payload_chunks (user_id, payload_id, number, codec, data)
VALUES ($1::uuid, $2::uuid, $3::integer, $4::smallint, $5::bytea)

-- name: payload_read_by
UPDATE payloads SET normalize_revision = $3::integer, error = $4::text WHERE user_id = $1::uuid AND id = $2::uuid

-- name: payload_get
SELECT id, user_id, connection_id, provider, account, kind, content_type, external_id, origin, offset_s, received_at,
       normalize_revision, error, size
FROM payloads WHERE user_id = $1::uuid AND id = $2::uuid

-- Some at a time: of a large one not all are wanted at once.
-- name: payload_chunks
SELECT number, codec, data FROM payload_chunks
WHERE user_id = $1::uuid AND payload_id = $2::uuid AND number >= $3::integer AND number < $4::integer ORDER BY number
