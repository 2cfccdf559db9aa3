-- Series blocks as the writer sees them, under the user's lock.

-- $4 buckets: of a day that was split the hours concerned, and its first, which tells that it was.
-- name: block_find
SELECT b.bucket, b.span, b.data, b.tail FROM series_blocks b
WHERE b.user_id = $1::uuid AND b.metric = $2::smallint AND b.bucket = ANY ($4::integer[])
  AND b.source_id = (SELECT s.source_id FROM sources s WHERE s.user_id = $1 AND s.digest = $3::bytea)
  AND b.daily_total = $5::boolean

-- Many days in a row: one range instead of many look-ups.
-- name: block_find_range
SELECT b.bucket, b.span, b.data, b.tail FROM series_blocks b
WHERE b.user_id = $1::uuid AND b.metric = $2::smallint AND b.bucket >= $4::integer AND b.bucket < $6::integer
  AND b.source_id = (SELECT s.source_id FROM sources s WHERE s.user_id = $1 AND s.digest = $3::bytea)
  AND b.daily_total = $5::boolean

-- name: block_insert
INSERT INTO series_blocks (user_id, metric, bucket, source_id, daily_total, span, n, first_us, last_us, data, tail)
VALUES ($1::uuid, $2::smallint, $3::integer, $4::integer, $5::boolean, $6::smallint, $7::integer, $8::bigint,
        $9::bigint, $10::bytea, ''::bytea)

-- name: block_update
UPDATE series_blocks
SET span = $6::smallint, n = $7::integer, first_us = $8::bigint, last_us = $9::bigint, data = $10::bytea,
    tail = ''::bytea
WHERE user_id = $1::uuid AND metric = $2::smallint AND bucket = $3::integer AND source_id = $4::integer
  AND daily_total = $5::boolean

-- Touches neither data nor what is behind it.
-- name: block_tail
UPDATE series_blocks SET n = $6::integer, first_us = $7::bigint, last_us = $8::bigint, tail = $9::bytea
WHERE user_id = $1::uuid AND metric = $2::smallint AND bucket = $3::integer AND source_id = $4::integer
  AND daily_total = $5::boolean
