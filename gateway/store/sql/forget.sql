-- Taking away: what a connection brought, one event, a person.

-- ---- a connection's end ----

-- The tokens stay for as long as the provider has to be told.
-- name: connection_retire
UPDATE connections SET status = 'revoked', reason = $3::text, updated_at = $4::timestamptz
WHERE user_id = $1::uuid AND id = $2::uuid AND status <> 'revoked'
RETURNING provider

-- A reconnect in the meantime keeps what it brought.
-- name: connection_wipe
UPDATE connections SET tokens = NULL, token_expires_at = NULL, token_version = token_version + 1
WHERE user_id = $1::uuid AND id = $2::uuid AND status = 'revoked' AND tokens IS NOT NULL

-- name: connection_state_wipe
DELETE FROM connection_state s USING connections c
WHERE s.user_id = $1::uuid AND c.user_id = $1 AND s.connection_id = $2::uuid AND c.id = $2 AND c.status = 'revoked'

-- name: connection_unsynced
UPDATE connections SET last_synced_at = NULL WHERE user_id = $1::uuid AND provider = $2::text

-- Work that a connection's end cuts short; $3 also what was pushed for it and is still to be read. connection NULL: of
-- the provider, and both NULL: of the user.
-- name: job_lock_of_user
SELECT id, user_id, connection_id, provider, kind, priority, run_at, created_at, started_at, attempts, crashes,
       lease, args, args_digest, cursor, waiting, arrived, counts, warnings, wanted, yield, retry_at, error_code,
       error, wait_events, early, early_counts
FROM jobs
WHERE user_id = $1::uuid AND ($2::uuid IS NULL OR connection_id = $2) AND ($4::text IS NULL OR provider = $4)
  AND (kind <> 2 OR $3::boolean)
ORDER BY kind DESC, id FOR UPDATE

-- ---- data; provider NULL = all. The large tables by pieces. ----

-- name: forget_blocks
DELETE FROM series_blocks
WHERE user_id = $1::uuid AND (metric, bucket, source_id, daily_total) IN (
    SELECT b.metric, b.bucket, b.source_id, b.daily_total
    FROM series_blocks b JOIN sources s ON s.user_id = b.user_id AND s.source_id = b.source_id
    WHERE b.user_id = $1 AND s.user_id = $1 AND ($2::text IS NULL OR s.provider = $2) LIMIT $3::bigint)

-- name: forget_payloads
DELETE FROM payloads
WHERE user_id = $1::uuid AND id IN (SELECT id FROM payloads WHERE user_id = $1 AND ($2::text IS NULL OR provider = $2)
                                    LIMIT $3::bigint)

-- name: forget_workouts
DELETE FROM workouts
WHERE user_id = $1::uuid AND id IN (SELECT id FROM workouts WHERE user_id = $1 AND ($2::text IS NULL OR provider = $2)
                                    LIMIT $3::bigint)

-- name: forget_sleep
DELETE FROM sleep_sessions
WHERE user_id = $1::uuid AND id IN (SELECT id FROM sleep_sessions
                                    WHERE user_id = $1 AND ($2::text IS NULL OR provider = $2) LIMIT $3::bigint)

-- name: forget_stages
DELETE FROM sleep_stages
WHERE user_id = $1::uuid AND id IN (SELECT id FROM sleep_stages
                                    WHERE user_id = $1 AND ($2::text IS NULL OR provider = $2) LIMIT $3::bigint)

-- name: forget_events
DELETE FROM events
WHERE user_id = $1::uuid AND id IN (SELECT id FROM events WHERE user_id = $1 AND ($2::text IS NULL OR provider = $2)
                                    LIMIT $3::bigint)

-- name: forget_sources
DELETE FROM sources WHERE user_id = $1::uuid AND ($2::text IS NULL OR provider = $2)

-- ---- one event. Its identity stays, with a version that no provider can beat. ----

-- name: workout_remove
UPDATE workouts
SET deleted = true, tentative = false, version_us = 9223372036854775807, digest = '\x00', payload_id = NULL,
    end_at = start_at, offset_s = NULL, extra = NULL, type = NULL, type_original = NULL, name = NULL, duration_s = NULL,
    moving_time_s = NULL, energy_kcal = NULL, distance_m = NULL, hr_avg = NULL, hr_max = NULL, hr_min = NULL,
    elevation_gain_m = NULL, elevation_loss_m = NULL, elevation_max_m = NULL, elevation_min_m = NULL,
    speed_avg_mps = NULL, speed_max_mps = NULL, cadence_avg_rpm = NULL, cadence_max_rpm = NULL, power_avg_w = NULL,
    power_max_w = NULL, steps = NULL, is_manual = NULL, duplicate_of = NULL, laps = NULL, zones = NULL, route = NULL
WHERE user_id = $1::uuid AND id = $2::uuid AND NOT deleted
RETURNING provider

-- name: sleep_remove
UPDATE sleep_sessions
SET deleted = true, tentative = false, version_us = 9223372036854775807, digest = '\x00', payload_id = NULL,
    end_at = start_at, offset_s = NULL, extra = NULL, is_nap = NULL, duration_s = NULL, asleep_s = NULL,
    in_bed_s = NULL, awake_s = NULL, light_s = NULL, deep_s = NULL, rem_s = NULL, latency_s = NULL,
    efficiency_percent = NULL, score = NULL, stages = NULL
WHERE user_id = $1::uuid AND id = $2::uuid AND NOT deleted
RETURNING provider

-- name: event_remove
UPDATE events
SET deleted = true, tentative = false, version_us = 9223372036854775807, digest = '\x00', payload_id = NULL,
    end_at = start_at, offset_s = NULL, extra = NULL
WHERE user_id = $1::uuid AND id = $2::uuid AND NOT deleted
  AND (kind = $3::text OR right(kind, length($3) + 1) = '.' || $3)
RETURNING provider

-- ---- a person: what does not go with the row of users by itself ----

-- name: user_lock_whole
SELECT 1 FROM users WHERE id = $1::uuid FOR UPDATE

-- name: forget_owners
DELETE FROM account_owners o USING connections c
WHERE c.user_id = $1::uuid AND o.provider_user_id = c.provider_user_id AND o.provider = c.provider AND o.user_id = $1

-- name: forget_external
DELETE FROM external_users WHERE user_id = $1::uuid

-- name: forget_codes
DELETE FROM invitation_codes WHERE user_id = $1::uuid

-- name: forget_outbox
DELETE FROM outbox WHERE user_id = $1::uuid

-- Behind forget_outbox, which waits for a relay that is moving rows.
-- name: forget_changes
DELETE FROM changes WHERE user_id = $1::uuid

-- name: forget_audit
UPDATE audit_log SET user_id = NULL, detail = NULL WHERE user_id = $1::uuid

-- name: user_delete
DELETE FROM users WHERE id = $1::uuid
