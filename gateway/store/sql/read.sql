-- Pages of records, and series blocks of a range. The place a page begins at is (start, id); infinity where there is none.

-- What a list shows of workouts. $4 is a part of the type in any case, where % and _ stand for anything.
-- name: workout_list
SELECT listed, type, name
FROM workouts
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND ($4::text IS NULL OR coalesce(type, 'unknown') ILIKE '%' || replace($4, '\', '\\') || '%')
  AND ($5::text IS NULL OR provider = $5) AND (start_at, id) < ($6::timestamptz, $7::uuid)
  AND ($9::boolean OR duplicate_of IS NULL)
ORDER BY start_at DESC, id DESC LIMIT $8::bigint

-- name: workout_list_back
SELECT listed, type, name
FROM workouts
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND ($4::text IS NULL OR coalesce(type, 'unknown') ILIKE '%' || replace($4, '\', '\\') || '%')
  AND ($5::text IS NULL OR provider = $5) AND (start_at, id) > ($6::timestamptz, $7::uuid)
  AND ($9::boolean OR duplicate_of IS NULL)
ORDER BY start_at, id LIMIT $8::bigint

-- name: workout_count
SELECT count(*) FROM workouts
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND ($4::text IS NULL OR coalesce(type, 'unknown') ILIKE '%' || replace($4, '\', '\\') || '%')
  AND ($5::text IS NULL OR provider = $5)
  AND ($6::boolean OR duplicate_of IS NULL)

-- name: workout_get
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, type, type_original, name, duration_s, moving_time_s, energy_kcal, distance_m, hr_avg, hr_max,
       hr_min, elevation_gain_m, elevation_loss_m, elevation_max_m, elevation_min_m, speed_avg_mps, speed_max_mps,
       cadence_avg_rpm, cadence_max_rpm, power_avg_w, power_max_w, steps, is_manual, duplicate_of, laps, zones,
       route
FROM workouts WHERE user_id = $1::uuid AND id = $2::uuid AND NOT deleted

-- name: sleep_page
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, is_nap, duration_s, asleep_s, in_bed_s, awake_s, light_s, deep_s, rem_s, latency_s,
       efficiency_percent, score, stages
FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND ($4::text IS NULL OR provider = $4) AND (start_at, id) < ($5::timestamptz, $6::uuid)
ORDER BY start_at DESC, id DESC LIMIT $7::bigint

-- name: sleep_page_back
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, is_nap, duration_s, asleep_s, in_bed_s, awake_s, light_s, deep_s, rem_s, latency_s,
       efficiency_percent, score, stages
FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND ($4::text IS NULL OR provider = $4) AND (start_at, id) > ($5::timestamptz, $6::uuid)
ORDER BY start_at, id LIMIT $7::bigint

-- name: sleep_count
SELECT count(*) FROM sleep_sessions
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND ($4::text IS NULL OR provider = $4)

-- name: event_page
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, kind
FROM events
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND (kind = $4::text OR right(kind, length($4) + 1) = '.' || $4) AND ($5::text IS NULL OR provider = $5)
  AND (start_at, id) < ($6::timestamptz, $7::uuid)
ORDER BY start_at DESC, id DESC LIMIT $8::bigint

-- name: event_page_back
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, kind
FROM events
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND (kind = $4::text OR right(kind, length($4) + 1) = '.' || $4) AND ($5::text IS NULL OR provider = $5)
  AND (start_at, id) > ($6::timestamptz, $7::uuid)
ORDER BY start_at, id LIMIT $8::bigint

-- name: event_count
SELECT count(*) FROM events
WHERE user_id = $1::uuid AND NOT deleted AND start_at >= $2::timestamptz AND start_at < $3::timestamptz
  AND (kind = $4::text OR right(kind, length($4) + 1) = '.' || $4) AND ($5::text IS NULL OR provider = $5)

-- Bounds first: a block that has nothing in the range is not unpacked.
-- name: series_blocks
SELECT metric, daily_total, source_id, bucket, span, n, first_us, last_us, data, tail FROM series_blocks
WHERE user_id = $1::uuid AND metric = ANY ($2::smallint[]) AND bucket >= $3::integer AND bucket < $4::integer
  AND n > 0 AND first_us < $6::bigint AND last_us >= $5::bigint
ORDER BY bucket, metric, source_id, daily_total

-- All of a range's blocks, but bytes only of days that touch $7 to $8 and of hours that touch $9 to $10, and of those
-- that the range cuts.
-- name: series_part
SELECT metric, daily_total, source_id, bucket, span, n, first_us, last_us,
       CASE WHEN (span = 24 AND last_us >= $7::bigint AND first_us <= $8::bigint)
              OR (span = 1 AND last_us >= $9::bigint AND first_us <= $10::bigint)
              OR first_us < $5::bigint OR last_us >= $6::bigint THEN data END, tail
FROM series_blocks
WHERE user_id = $1::uuid AND metric = ANY ($2::smallint[]) AND bucket >= $3::integer AND bucket < $4::integer
  AND n > 0 AND first_us < $6 AND last_us >= $5
ORDER BY bucket, metric, source_id, daily_total

-- name: series_bounds
SELECT metric, daily_total, source_id, bucket, span, n, first_us, last_us FROM series_blocks
WHERE user_id = $1::uuid AND metric = ANY ($2::smallint[]) AND bucket >= $3::integer AND bucket < $4::integer
  AND n > 0 AND first_us < $6::bigint AND last_us >= $5::bigint
ORDER BY bucket, metric, source_id, daily_total

-- UTC days that have something, and how much.
-- name: series_days
SELECT day, sum(n)::bigint
FROM (SELECT (bucket - ((bucket % 24) + 24) % 24) / 24 AS day, n FROM series_blocks
      WHERE user_id = $1::uuid AND metric = ANY ($2::smallint[]) AND bucket >= $3::integer AND bucket < $4::integer
        AND n > 0 AND first_us < $6::bigint AND last_us >= $5::bigint) AS b
GROUP BY day ORDER BY day
