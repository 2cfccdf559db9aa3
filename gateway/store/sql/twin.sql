-- Workouts that several sources have: read around the starts that a commit touched, marked where the mark moved.

-- name: twin_windows
SELECT r.id, r.source_id, r.start_at, r.end_at, r.type, r.external_id, r.digest, r.duplicate_of, r.filled
FROM unnest($2::timestamptz[], $3::timestamptz[]) w (from_at, to_at), LATERAL (
    SELECT id, source_id, start_at, end_at, type, external_id, digest, duplicate_of,
           num_nonnulls(name, moving_time_s, energy_kcal, distance_m, hr_avg, hr_max, hr_min, elevation_gain_m,
                        elevation_loss_m, elevation_max_m, elevation_min_m, speed_avg_mps, speed_max_mps,
                        cadence_avg_rpm, cadence_max_rpm, power_avg_w, power_max_w, steps, laps, zones, route) AS filled
    FROM workouts
    WHERE user_id = $1::uuid AND NOT deleted AND start_at >= w.from_at AND start_at < w.to_at) r
ORDER BY r.start_at, r.id

-- name: twin_page
SELECT id, source_id, start_at, end_at, type, external_id, digest, duplicate_of,
       num_nonnulls(name, moving_time_s, energy_kcal, distance_m, hr_avg, hr_max, hr_min, elevation_gain_m,
                    elevation_loss_m, elevation_max_m, elevation_min_m, speed_avg_mps, speed_max_mps,
                    cadence_avg_rpm, cadence_max_rpm, power_avg_w, power_max_w, steps, laps, zones, route)
FROM workouts
WHERE user_id = $1::uuid AND NOT deleted AND (start_at, id) >= ($2::timestamptz, $3::uuid)
ORDER BY start_at, id LIMIT $4::bigint

-- name: twin_mark
UPDATE workouts SET duplicate_of = $3::uuid WHERE user_id = $1::uuid AND id = $2::uuid

-- Whether the marks of a user were made by other priorities than those that count now.
-- name: twin_stale
SELECT duplicates_version <> (SELECT version FROM priority_version) FROM users WHERE id = $1::uuid

-- name: twin_settled
UPDATE users SET duplicates_version = $2::bigint WHERE id = $1::uuid
