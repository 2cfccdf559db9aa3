-- Housekeeping: over all users, a bounded piece at a time, by indexes.

-- name: clean_flows
DELETE FROM oauth_flows WHERE expires_at < $1::timestamptz

-- name: clean_connection_state
DELETE FROM connection_state WHERE expires_at < $1::timestamptz

-- name: clean_provider_state
DELETE FROM provider_state WHERE expires_at < $1::timestamptz

-- A payload that a live job still has to read is kept.
-- name: clean_payloads
DELETE FROM payloads
WHERE (user_id, id) IN (SELECT user_id, id FROM payloads p WHERE received_at < $1::timestamptz
                        AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 2 AND j.user_id = p.user_id
                                        AND j.args ->> 'payload_id' = p.id::text)
                        ORDER BY received_at LIMIT 500)

-- name: clean_inbox
DELETE FROM inbox
WHERE id IN (SELECT id FROM inbox i WHERE received_at < $1::timestamptz
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 3 AND j.args ->> 'inbox_id' = i.id::text)
             LIMIT 500)

-- name: clean_runs
DELETE FROM runs
WHERE (user_id, id) IN (SELECT user_id, id FROM runs WHERE ended_at < $1::timestamptz ORDER BY ended_at LIMIT 2000)

-- name: clean_webhook_runs
DELETE FROM webhook_runs
WHERE id IN (SELECT id FROM webhook_runs WHERE ended_at < $1::timestamptz ORDER BY ended_at LIMIT 2000)

-- ---- metrics of plugins ----

-- name: metric_find
SELECT number, unit, aggregation FROM metrics WHERE name = $1::text

-- name: metric_lock
LOCK TABLE metrics IN SHARE ROW EXCLUSIVE MODE

-- name: metric_insert
INSERT INTO metrics (number, name, unit, aggregation)
SELECT greatest(coalesce(max(number), 0) + 1, 10000), $1::text, $2::text, $3::smallint FROM metrics
RETURNING number
