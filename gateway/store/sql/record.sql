-- Records. By their provider's id, and those without one by source and start; the program picks the exact ones.

-- name: workout_by_external
SELECT r.id, NULL::text, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted,
       r.duration_s, r.digest, r.payload_id
FROM workouts r
WHERE r.user_id = $1::uuid AND r.provider = $2::text AND r.account = $3::text AND r.external_id = ANY ($4::text[])

-- name: workout_by_start
SELECT r.id, NULL::text, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted,
       r.duration_s, r.digest, r.payload_id
FROM sources s JOIN workouts r ON r.user_id = s.user_id AND r.source_id = s.source_id
WHERE s.user_id = $1::uuid AND r.user_id = $1 AND s.digest = ANY ($2::bytea[])
  AND r.start_at = ANY ($3::timestamptz[]) AND r.external_id IS NULL

-- name: workout_put
INSERT INTO workouts (user_id, id, source_id, provider, account, external_id, start_at, end_at, offset_s,
                      version_us, tentative, deleted, payload_id, digest, extra, type, type_original, name,
                      duration_s, moving_time_s, energy_kcal, distance_m, hr_avg, hr_max, hr_min,
                      elevation_gain_m, elevation_loss_m, elevation_max_m, elevation_min_m, speed_avg_mps,
                      speed_max_mps, cadence_avg_rpm, cadence_max_rpm, power_avg_w, power_max_w, steps, is_manual,
                      laps, zones, route)
VALUES ($1::uuid, $2::uuid, $3::integer, $4::text, $5::text, $6::text, $7::timestamptz, $8::timestamptz,
        $9::integer, $10::bigint, $11::boolean, $12::boolean, $13::uuid, $14::bytea, $15::json, $16::text,
        $17::text, $18::text, $19::float8, $20::float8, $21::float8, $22::float8, $23::float8, $24::float8,
        $25::float8, $26::float8, $27::float8, $28::float8, $29::float8, $30::float8, $31::float8, $32::float8,
        $33::float8, $34::float8, $35::float8, $36::float8, $37::boolean, $38::json, $39::json, $40::json)
ON CONFLICT (user_id, id) DO UPDATE
SET source_id = excluded.source_id, provider = excluded.provider, account = excluded.account,
    external_id = excluded.external_id, start_at = excluded.start_at, end_at = excluded.end_at,
    offset_s = excluded.offset_s, version_us = excluded.version_us, tentative = excluded.tentative,
    deleted = excluded.deleted, payload_id = excluded.payload_id, digest = excluded.digest, extra = excluded.extra,
    type = excluded.type, type_original = excluded.type_original, name = excluded.name,
    duration_s = excluded.duration_s, moving_time_s = excluded.moving_time_s, energy_kcal = excluded.energy_kcal,
    distance_m = excluded.distance_m, hr_avg = excluded.hr_avg, hr_max = excluded.hr_max, hr_min = excluded.hr_min,
    elevation_gain_m = excluded.elevation_gain_m, elevation_loss_m = excluded.elevation_loss_m,
    elevation_max_m = excluded.elevation_max_m, elevation_min_m = excluded.elevation_min_m,
    speed_avg_mps = excluded.speed_avg_mps, speed_max_mps = excluded.speed_max_mps,
    cadence_avg_rpm = excluded.cadence_avg_rpm, cadence_max_rpm = excluded.cadence_max_rpm,
    power_avg_w = excluded.power_avg_w, power_max_w = excluded.power_max_w, steps = excluded.steps,
    is_manual = excluded.is_manual, laps = excluded.laps, zones = excluded.zones, route = excluded.route,
    duplicate_of = CASE WHEN NOT excluded.deleted THEN workouts.duplicate_of END

-- name: workout_touch
UPDATE workouts SET version_us = $3::bigint, tentative = $4::boolean, payload_id = $5::uuid
WHERE user_id = $1::uuid AND id = $2::uuid

-- name: sleep_by_external
SELECT r.id, NULL::text, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted,
       r.duration_s, r.digest, r.payload_id
FROM sleep_sessions r
WHERE r.user_id = $1::uuid AND r.provider = $2::text AND r.account = $3::text AND r.external_id = ANY ($4::text[])

-- name: sleep_by_start
SELECT r.id, NULL::text, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted,
       r.duration_s, r.digest, r.payload_id
FROM sources s JOIN sleep_sessions r ON r.user_id = s.user_id AND r.source_id = s.source_id
WHERE s.user_id = $1::uuid AND r.user_id = $1 AND s.digest = ANY ($2::bytea[])
  AND r.start_at = ANY ($3::timestamptz[]) AND r.external_id IS NULL

-- name: sleep_put
INSERT INTO sleep_sessions (user_id, id, source_id, provider, account, external_id, start_at, end_at, offset_s,
                            version_us, tentative, deleted, payload_id, digest, extra, is_nap, duration_s,
                            asleep_s, in_bed_s, awake_s, light_s, deep_s, rem_s, latency_s, efficiency_percent,
                            score, stages)
VALUES ($1::uuid, $2::uuid, $3::integer, $4::text, $5::text, $6::text, $7::timestamptz, $8::timestamptz,
        $9::integer, $10::bigint, $11::boolean, $12::boolean, $13::uuid, $14::bytea, $15::json, $16::boolean,
        $17::float8, $18::float8, $19::float8, $20::float8, $21::float8, $22::float8, $23::float8, $24::float8,
        $25::float8, $26::float8, $27::json)
ON CONFLICT (user_id, id) DO UPDATE
SET source_id = excluded.source_id, provider = excluded.provider, account = excluded.account,
    external_id = excluded.external_id, start_at = excluded.start_at, end_at = excluded.end_at,
    offset_s = excluded.offset_s, version_us = excluded.version_us, tentative = excluded.tentative,
    deleted = excluded.deleted, payload_id = excluded.payload_id, digest = excluded.digest, extra = excluded.extra,
    is_nap = excluded.is_nap, duration_s = excluded.duration_s, asleep_s = excluded.asleep_s,
    in_bed_s = excluded.in_bed_s, awake_s = excluded.awake_s, light_s = excluded.light_s, deep_s = excluded.deep_s,
    rem_s = excluded.rem_s, latency_s = excluded.latency_s, efficiency_percent = excluded.efficiency_percent,
    score = excluded.score, stages = excluded.stages

-- name: sleep_touch
UPDATE sleep_sessions SET version_us = $3::bigint, tentative = $4::boolean, payload_id = $5::uuid
WHERE user_id = $1::uuid AND id = $2::uuid

-- name: event_by_external
SELECT r.id, r.kind, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted, NULL::float8, r.digest, r.payload_id
FROM events r
WHERE r.user_id = $1::uuid AND r.provider = $2::text AND r.account = $3::text AND r.external_id = ANY ($4::text[])

-- name: event_by_start
SELECT r.id, r.kind, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted, NULL::float8, r.digest, r.payload_id
FROM sources s JOIN events r ON r.user_id = s.user_id AND r.source_id = s.source_id
WHERE s.user_id = $1::uuid AND r.user_id = $1 AND s.digest = ANY ($2::bytea[])
  AND r.start_at = ANY ($3::timestamptz[]) AND r.external_id IS NULL

-- name: event_put
INSERT INTO events (user_id, id, kind, source_id, provider, account, external_id, start_at, end_at, offset_s,
                    version_us, tentative, deleted, payload_id, digest, extra)
VALUES ($1::uuid, $2::uuid, $3::text, $4::integer, $5::text, $6::text, $7::text, $8::timestamptz,
        $9::timestamptz, $10::integer, $11::bigint, $12::boolean, $13::boolean, $14::uuid, $15::bytea, $16::json)
ON CONFLICT (user_id, id) DO UPDATE
SET kind = excluded.kind, source_id = excluded.source_id, provider = excluded.provider, account = excluded.account,
    external_id = excluded.external_id, start_at = excluded.start_at, end_at = excluded.end_at,
    offset_s = excluded.offset_s, version_us = excluded.version_us, tentative = excluded.tentative,
    deleted = excluded.deleted, payload_id = excluded.payload_id, digest = excluded.digest, extra = excluded.extra

-- name: event_touch
UPDATE events SET version_us = $3::bigint, tentative = $4::boolean, payload_id = $5::uuid
WHERE user_id = $1::uuid AND id = $2::uuid


-- ---- stages of sleep, of which sessions are made ----

-- With what has to be known of the place a stage leaves.
-- name: stage_by_external
SELECT r.id, NULL::text, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted, NULL::float8,
       r.digest, r.payload_id, r.end_at, r.parent, r.session_id
FROM sleep_stages r
WHERE r.user_id = $1::uuid AND r.provider = $2::text AND r.account = $3::text AND r.external_id = ANY ($4::text[])

-- name: stage_by_start
SELECT r.id, r.stage, r.source_id, r.external_id, r.start_at, r.version_us, r.tentative, r.deleted, NULL::float8,
       r.digest, r.payload_id, r.end_at, r.parent, r.session_id
FROM sources s JOIN sleep_stages r ON r.user_id = s.user_id AND r.source_id = s.source_id
WHERE s.user_id = $1::uuid AND r.user_id = $1 AND s.digest = ANY ($2::bytea[])
  AND r.start_at = ANY ($3::timestamptz[]) AND r.external_id IS NULL

-- name: stage_put
INSERT INTO sleep_stages (user_id, id, source_id, provider, account, external_id, start_at, end_at, offset_s,
                          version_us, tentative, deleted, payload_id, digest, extra, stage, parent, session_id)
VALUES ($1::uuid, $2::uuid, $3::integer, $4::text, $5::text, $6::text, $7::timestamptz, $8::timestamptz,
        $9::integer, $10::bigint, $11::boolean, $12::boolean, $13::uuid, $14::bytea, $15::json, $16::text, $17::text,
        $18::uuid)
ON CONFLICT (user_id, id) DO UPDATE
SET source_id = excluded.source_id, provider = excluded.provider, account = excluded.account,
    external_id = excluded.external_id, start_at = excluded.start_at, end_at = excluded.end_at,
    offset_s = excluded.offset_s, version_us = excluded.version_us, tentative = excluded.tentative,
    deleted = excluded.deleted, payload_id = excluded.payload_id, digest = excluded.digest, extra = excluded.extra,
    stage = excluded.stage, parent = excluded.parent, session_id = excluded.session_id

-- name: stage_touch
UPDATE sleep_stages SET version_us = $3::bigint, tentative = $4::boolean, payload_id = $5::uuid
WHERE user_id = $1::uuid AND id = $2::uuid

-- Around some moments ($2 source, $3 from, $4 until), of sessions the provider names ($5), and of those of its nights
-- ($6), which it may have numbered.
-- name: stage_around
SELECT a.id, a.source_id, a.start_at, a.end_at, a.offset_s, a.version_us, a.tentative, a.payload_id, a.stage, a.parent,
       a.session_id
FROM unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) w (source_id, lo, hi)
     JOIN sleep_stages a ON a.source_id = w.source_id AND a.start_at >= w.lo AND a.start_at < w.hi
WHERE a.user_id = $1::uuid AND NOT a.deleted
UNION
SELECT b.id, b.source_id, b.start_at, b.end_at, b.offset_s, b.version_us, b.tentative, b.payload_id, b.stage, b.parent,
       b.session_id
FROM sleep_stages b
WHERE b.user_id = $1 AND NOT b.deleted AND b.parent = ANY ($5::text[])
UNION
SELECT c.id, c.source_id, c.start_at, c.end_at, c.offset_s, c.version_us, c.tentative, c.payload_id, c.stage, c.parent,
       c.session_id
FROM unnest($6::text[]) n (night)
     JOIN sleep_stages c ON c.parent >= n.night || '-s' AND c.parent < n.night || '-t'
WHERE c.user_id = $1 AND NOT c.deleted

-- name: stage_link
UPDATE sleep_stages SET session_id = $2::uuid WHERE user_id = $1::uuid AND id = ANY ($3::uuid[])

-- name: stage_sessions
SELECT id, source_id, start_at, end_at, version_us, tentative, deleted, digest, payload_id FROM sleep_sessions
WHERE user_id = $1::uuid AND id = ANY ($2::uuid[])

-- name: stage_scores
SELECT external_id, (extra ->> 'value')::float8 FROM events
WHERE user_id = $1::uuid AND provider = $2::text AND account = $3::text AND kind = 'score'
  AND external_id = ANY ($4::text[]) AND NOT deleted

-- name: user_zone
SELECT time_zone FROM users WHERE id = $1::uuid
