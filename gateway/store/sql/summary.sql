-- What summaries are made of. Blocks are read by reads.c; here is the rest.

-- The first and the last sample of several metrics between two buckets: one step into the index for each of them.
-- name: series_first
SELECT min(b.first_us) FROM unnest($2::smallint[]) m (metric), LATERAL (
    SELECT s.first_us FROM series_blocks s
    WHERE s.user_id = $1::uuid AND s.metric = m.metric AND s.bucket >= $3::integer AND s.bucket < $4::integer
      AND s.n > 0 AND s.last_us >= $5::bigint
    ORDER BY s.bucket LIMIT 1) b

-- name: series_last
SELECT max(b.last_us) FROM unnest($2::smallint[]) m (metric), LATERAL (
    SELECT s.last_us FROM series_blocks s
    WHERE s.user_id = $1::uuid AND s.metric = m.metric AND s.bucket >= $3::integer AND s.bucket < $4::integer
      AND s.n > 0 AND s.first_us < $5::bigint
    ORDER BY s.bucket DESC LIMIT 1) b

-- name: event_first
SELECT min(start_at) FROM events
WHERE user_id = $1::uuid AND kind = $2::text AND NOT deleted AND start_at >= $3::timestamptz
  AND start_at < $4::timestamptz AND ($5::text IS NULL OR extra ->> 'category' = $5)

-- name: event_last
SELECT max(start_at) FROM events
WHERE user_id = $1::uuid AND kind = $2::text AND NOT deleted AND start_at >= $3::timestamptz
  AND start_at < $4::timestamptz AND ($5::text IS NULL OR extra ->> 'category' = $5)

-- name: sleep_first
SELECT min(start_at) FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz

-- name: sleep_last
SELECT max(start_at) FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz

-- name: event_range
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, kind
FROM events
WHERE user_id = $1::uuid AND kind = $2::text AND NOT deleted AND start_at >= $3::timestamptz
  AND start_at < $4::timestamptz AND ($6::text IS NULL OR extra ->> 'category' = $6)
ORDER BY start_at, id LIMIT $5::bigint

-- Metres climbed. What one provider has twice counts once.
-- name: climb_range
SELECT r.start_at, r.offset_s, r.provider, r.elevation_gain_m
FROM workouts r
WHERE r.user_id = $1::uuid AND NOT r.deleted AND r.start_at >= $2::timestamptz AND r.start_at < $3::timestamptz
  AND r.elevation_gain_m > 0
  AND NOT EXISTS (SELECT 1 FROM workouts w WHERE w.user_id = $1 AND w.id = r.duplicate_of AND w.provider = r.provider)
ORDER BY r.start_at, r.id LIMIT $4::bigint

-- name: night_range
SELECT id, source_id, start_at, end_at, offset_s, is_nap, duration_s FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
ORDER BY start_at, id LIMIT $4::bigint

-- name: sleep_some
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, is_nap, duration_s, asleep_s, in_bed_s, awake_s, light_s, deep_s, rem_s, latency_s,
       efficiency_percent, score, CASE WHEN $3::boolean THEN stages END
FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND id = ANY ($2::uuid[])
ORDER BY start_at, id

-- The blocks with the newest samples of each metric, of every source that has one in that bucket's day.
-- name: series_newest
SELECT s.metric, s.daily_total, s.source_id, s.bucket, s.span, s.n, s.first_us, s.last_us, s.data, s.tail
FROM unnest($2::smallint[]) m (metric), LATERAL (
    SELECT x.bucket FROM series_blocks x
    WHERE x.user_id = $1::uuid AND x.metric = m.metric AND x.n > 0 AND x.first_us < $3::bigint
    ORDER BY x.bucket DESC LIMIT 1) b, series_blocks s
WHERE s.user_id = $1 AND s.metric = m.metric AND s.bucket > b.bucket - 24 AND s.bucket <= b.bucket AND s.n > 0
ORDER BY s.bucket, s.metric, s.source_id, s.daily_total

-- ---- scores ----

-- name: score_page
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, kind
FROM events
WHERE user_id = $1::uuid AND kind = 'score' AND NOT deleted AND start_at >= $2::timestamptz
  AND start_at < $3::timestamptz AND ($4::text IS NULL OR provider = $4)
  AND ($5::text IS NULL OR extra ->> 'category' = $5)
ORDER BY start_at DESC, id DESC LIMIT $6::bigint OFFSET $7::bigint

-- name: score_count
SELECT count(*) FROM events
WHERE user_id = $1::uuid AND kind = 'score' AND NOT deleted AND start_at >= $2::timestamptz
  AND start_at < $3::timestamptz AND ($4::text IS NULL OR provider = $4)
  AND ($5::text IS NULL OR extra ->> 'category' = $5)

-- ---- counts of everything ----

-- name: tally_samples
SELECT source_id, metric, sum(n) FROM series_blocks
WHERE user_id = $1::uuid AND bucket >= $2::integer AND bucket < $3::integer AND n > 0
  AND first_us >= $4::bigint AND last_us < $5::bigint
GROUP BY source_id, metric

-- Blocks that an end of the range cuts.
-- name: tally_cut
SELECT metric, daily_total, source_id, bucket, span, n, first_us, last_us, data, tail FROM series_blocks
WHERE user_id = $1::uuid AND bucket >= $2::integer AND bucket < $3::integer AND n > 0
  AND first_us < $5::bigint AND last_us >= $4::bigint AND NOT (first_us >= $4 AND last_us < $5)
ORDER BY bucket, metric, source_id, daily_total

-- name: tally_workouts
SELECT provider, coalesce(type, 'unknown'), count(*) FROM workouts
WHERE user_id = $1::uuid AND NOT deleted AND duplicate_of IS NULL AND start_at >= $2::timestamptz
  AND start_at < $3::timestamptz
GROUP BY provider, type

-- name: tally_sleep
SELECT provider, count(*) FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
GROUP BY provider

-- name: tally_cycles
SELECT EXISTS (SELECT 1 FROM events WHERE user_id = $1::uuid AND kind LIKE '%menstrual_cycle' AND NOT deleted
                 AND start_at >= $2::timestamptz AND start_at < $3::timestamptz)
