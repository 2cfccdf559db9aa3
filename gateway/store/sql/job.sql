-- The queue: a directory table. Leases end by the database's clock; run_at is the program's.

-- name: job_insert
INSERT INTO jobs (id, user_id, connection_id, provider, kind, priority, run_at, created_at, args, args_digest, cursor,
                  counts, wanted)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::smallint, $6::smallint, $7::timestamptz, $8::timestamptz,
        $9::json, $10::bytea, $11::bytea, $12::bigint[], $13::boolean)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- An equal live sync is joined instead.
-- name: job_join
INSERT INTO jobs (id, user_id, connection_id, provider, kind, priority, run_at, created_at, args, args_digest, cursor,
                  counts, wanted)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::smallint, $6::smallint, $7::timestamptz, $8::timestamptz,
        $9::json, $10::bytea, $11::bytea, $12::bigint[], $13::boolean)
ON CONFLICT (user_id, connection_id, args_digest) WHERE kind = 1 DO UPDATE SET wanted = jobs.wanted OR excluded.wanted
RETURNING id

-- name: job_ask_yield
UPDATE jobs SET yield = true WHERE connection_id = $1::uuid AND kind = 5 AND lease IS NOT NULL AND NOT yield

-- name: job_reap
UPDATE jobs SET lease = NULL, lease_until = NULL, worker = NULL, yield = false, crashes = crashes + 1
WHERE id IN (SELECT id FROM jobs WHERE lease IS NOT NULL AND lease_until < now()
             ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED)

-- name: job_crashed
SELECT id FROM jobs WHERE crashes >= 2 AND lease IS NULL LIMIT 20

-- $1 now, $2 how many, $3 lease, $4 worker, $5 seconds. One ready job of each connection at most; a priority's own
-- index range is read from its beginning, so rows of the future of a higher one are not walked. The busy connection is
-- looked for here to pass over it; what makes it sure is the unique index, which a race runs into.
-- name: job_claim
WITH ready AS (
    SELECT x.id, x.kind, x.connection_id, p.priority, x.run_at
    FROM (VALUES (0::smallint), (1::smallint), (2::smallint)) p (priority),
         LATERAL (SELECT j.id, j.kind, j.connection_id, j.run_at FROM jobs j
                  WHERE j.lease IS NULL AND j.priority = p.priority AND j.run_at <= $1::timestamptz AND j.crashes < 2
                    AND NOT (j.kind IN (1, 4, 5) AND EXISTS (
                        SELECT 1 FROM jobs b
                        WHERE b.connection_id = j.connection_id AND b.lease IS NOT NULL AND b.kind IN (1, 4, 5)))
                  ORDER BY j.run_at, j.id LIMIT $2::bigint FOR UPDATE OF j SKIP LOCKED) x
    LIMIT $2),
chosen AS (
    SELECT id
    FROM (SELECT id, row_number() OVER (PARTITION BY CASE WHEN kind IN (1, 4, 5) THEN coalesce(connection_id, id)
                                                          ELSE id END
                                        ORDER BY priority, run_at, id) AS place
          FROM ready) r
    WHERE place = 1)
UPDATE jobs j
SET lease = $3::uuid, lease_until = now() + make_interval(secs => $5::double precision), worker = $4::text,
    attempts = attempts + 1, started_at = coalesce(started_at, $1), retry_at = NULL, yield = false
FROM chosen c
WHERE j.id = c.id
RETURNING j.id, user_id, connection_id, provider, kind, priority, run_at, created_at, started_at, attempts, crashes,
          lease, args, args_digest, cursor, waiting, arrived, counts, warnings, wanted, yield, retry_at, error_code,
          error, wait_events, early, early_counts

-- Rows somebody is writing at this moment are passed over: their turn comes with the next beat.
-- name: job_heartbeat
UPDATE jobs SET lease_until = now() + make_interval(secs => $3::double precision)
WHERE id IN (SELECT j.id FROM unnest($1::uuid[], $2::uuid[]) u (id, lease) JOIN jobs j ON j.id = u.id AND j.lease = u.lease
             FOR UPDATE OF j SKIP LOCKED)

-- name: job_held
SELECT j.id, j.yield FROM unnest($1::uuid[], $2::uuid[]) u (id, lease) JOIN jobs j ON j.id = u.id AND j.lease = u.lease

-- name: job_release
UPDATE jobs
SET lease = NULL, lease_until = NULL, worker = NULL, yield = false, attempts = greatest(attempts - 1, 0)
WHERE id = $1::uuid AND lease = $2::uuid

-- name: job_release_worker
UPDATE jobs SET lease = NULL, lease_until = NULL, worker = NULL, yield = false, crashes = crashes + 1
WHERE id IN (SELECT id FROM jobs WHERE worker = $1::text AND lease IS NOT NULL FOR UPDATE)

-- name: job_retry
UPDATE jobs
SET lease = NULL, lease_until = NULL, worker = NULL, yield = false, run_at = $3::timestamptz,
    retry_at = $3::timestamptz, error_code = $4::text, error = $5::text
WHERE id = $1::uuid AND lease = $2::uuid

-- Ready at, or for a leased one the end of its lease. Jobs behind a busy connection are woken by whoever ends it.
-- name: job_next_at
SELECT least(
    (SELECT min(x.run_at)
     FROM (VALUES (0::smallint), (1::smallint), (2::smallint)) p (priority),
          LATERAL (SELECT j.run_at FROM jobs j
                   WHERE j.lease IS NULL AND j.priority = p.priority AND j.crashes < 2
                     AND NOT (j.kind IN (1, 4, 5) AND EXISTS (
                         SELECT 1 FROM jobs b
                         WHERE b.connection_id = j.connection_id AND b.lease IS NOT NULL AND b.kind IN (1, 4, 5)))
                   ORDER BY j.run_at, j.id LIMIT 1) x),
    (SELECT min(lease_until) FROM jobs WHERE lease IS NOT NULL))

-- The fence: no row, no lease.
-- name: job_lock
SELECT id, user_id, connection_id, provider, kind, priority, run_at, created_at, started_at, attempts, crashes,
       lease, args, args_digest, cursor, waiting, arrived, counts, warnings, wanted, yield, retry_at, error_code,
       error, wait_events, early, early_counts
FROM jobs WHERE id = $1::uuid AND lease = $2::uuid FOR UPDATE

-- name: job_lock_crashed
SELECT id, user_id, connection_id, provider, kind, priority, run_at, created_at, started_at, attempts, crashes,
       lease, args, args_digest, cursor, waiting, arrived, counts, warnings, wanted, yield, retry_at, error_code,
       error, wait_events, early, early_counts
FROM jobs WHERE id = $1::uuid AND lease IS NULL AND crashes >= 2 FOR UPDATE SKIP LOCKED

-- name: job_delete
DELETE FROM jobs WHERE id = $1::uuid

-- A checkpoint: what was waited for has been used.
-- name: job_continue
UPDATE jobs SET cursor = coalesce($2::bytea, cursor), counts = $3::bigint[], warnings = $4::json, waiting = false,
    arrived = '', progress = coalesce($5::float8, progress)
WHERE id = $1::uuid

-- $5 when, $6 events waited for, $7 those that came already
-- name: job_wait
UPDATE jobs
SET cursor = coalesce($2::bytea, cursor), counts = $3::bigint[], warnings = $4::json, lease = NULL, lease_until = NULL,
    worker = NULL, yield = false, attempts = 0, waiting = true, run_at = $5::timestamptz, wait_events = $6::text,
    arrived = $7::text, early = '', early_counts = NULL, retry_at = NULL, error_code = NULL, error = NULL
WHERE id = $1::uuid

-- $5 when, $6 code and $7 text of the trouble; NULL = it yielded, and its attempts are forgotten
-- name: job_requeue
UPDATE jobs
SET cursor = coalesce($2::bytea, cursor), counts = $3::bigint[], warnings = $4::json, lease = NULL, lease_until = NULL,
    worker = NULL, yield = false, waiting = false, arrived = '', run_at = $5::timestamptz,
    attempts = CASE WHEN $6::text IS NULL THEN 0 ELSE attempts END,
    retry_at = CASE WHEN $6 IS NULL THEN NULL ELSE $5 END, error_code = $6, error = $7::text
WHERE id = $1::uuid

-- Jobs of a connection an event may be news for. History first: the order in which a sync locks them, too.
-- name: job_lock_listening
SELECT id, waiting AND lease IS NULL, started_at IS NOT NULL, wait_events, arrived, early, counts, early_counts FROM jobs
WHERE connection_id = $1::uuid AND kind IN (1, 5) AND id <> $2::uuid
ORDER BY kind DESC, id FOR UPDATE

-- name: job_wake
UPDATE jobs SET arrived = $2::text, counts = $3::bigint[], run_at = least(run_at, $4::timestamptz) WHERE id = $1::uuid

-- name: job_note_early
UPDATE jobs SET early = $2::text, early_counts = $3::bigint[] WHERE id = $1::uuid

-- ---- runs ----

-- A user who is gone has no runs: a job that outlived them ends without a trace.
-- name: run_insert
INSERT INTO runs (user_id, id, connection_id, provider, kind, status, params, counts, warnings, error_code, error,
                  attempts, created_at, started_at, ended_at, error_status)
SELECT $1::uuid, $2::uuid, $3::uuid, $4::text, $5::smallint, $6::text, $7::json, $8::bigint[], $9::json, $10::text,
       $11::text, $12::smallint, $13::timestamptz, $14::timestamptz, $15::timestamptz, $16::smallint
FROM users WHERE id = $1::uuid FOR KEY SHARE

-- name: webhook_run_insert
INSERT INTO webhook_runs (id, provider, status, counts, warnings, error_code, error, attempts, created_at, started_at,
                          ended_at)
VALUES ($1::uuid, $2::text, $3::text, $4::bigint[], $5::json, $6::text, $7::text, $8::smallint, $9::timestamptz,
        $10::timestamptz, $11::timestamptz)

-- $2 NULL = whoever's: the one look-up over all users, for operators.
-- name: run_get
SELECT id, user_id, connection_id, provider, kind,
       CASE WHEN lease IS NOT NULL THEN 'running' WHEN waiting AND arrived = '' THEN 'waiting' ELSE 'queued' END,
       counts, args, warnings, error_code, error, created_at, started_at, NULL::timestamptz, retry_at, 0::smallint, progress
FROM jobs WHERE id = $1::uuid AND ($2::uuid IS NULL OR user_id = $2)
UNION ALL
SELECT id, user_id, connection_id, provider, kind, status, counts, params, warnings, error_code, error, created_at,
       started_at, ended_at, NULL, error_status, NULL::float8
FROM runs WHERE id = $1 AND ($2 IS NULL OR user_id = $2)
UNION ALL
SELECT id, NULL, NULL, provider, 3::smallint, status, counts, NULL, warnings, error_code, error, created_at,
       started_at, ended_at, NULL, 0::smallint, NULL::float8
FROM webhook_runs WHERE id = $1 AND $2 IS NULL

-- name: run_list_user
SELECT * FROM (
    (SELECT id, user_id, connection_id, provider, kind, s.status, counts, args, warnings, error_code, error,
            created_at, started_at, NULL::timestamptz, retry_at, 0::smallint, progress
     FROM jobs, LATERAL (SELECT CASE WHEN lease IS NOT NULL THEN 'running'
                                     WHEN waiting AND arrived = '' THEN 'waiting' ELSE 'queued' END AS status) s
     WHERE user_id = $1::uuid AND ($2::text IS NULL OR provider = $2) AND ($3::text IS NULL OR s.status = $3)
     ORDER BY created_at DESC, id DESC LIMIT $4::bigint)
    UNION ALL
    (SELECT id, user_id, connection_id, provider, kind, status, counts, params, warnings, error_code, error,
            created_at, started_at, ended_at, NULL, error_status, NULL::float8
     FROM runs WHERE user_id = $1 AND ($2 IS NULL OR provider = $2) AND ($3 IS NULL OR status = $3)
     ORDER BY created_at DESC, id DESC LIMIT $4)) r
ORDER BY created_at DESC, id DESC LIMIT $4

-- Over all users, for operators.
-- name: run_list_all
SELECT * FROM (
    (SELECT id, user_id, connection_id, provider, kind, s.status, counts, args, warnings, error_code, error,
            created_at, started_at, NULL::timestamptz, retry_at, 0::smallint, progress
     FROM jobs, LATERAL (SELECT CASE WHEN lease IS NOT NULL THEN 'running'
                                     WHEN waiting AND arrived = '' THEN 'waiting' ELSE 'queued' END AS status) s
     WHERE ($1::text IS NULL OR provider = $1) AND ($2::text IS NULL OR s.status = $2)
     ORDER BY created_at DESC, id DESC LIMIT $3::bigint)
    UNION ALL
    (SELECT id, user_id, connection_id, provider, kind, status, counts, params, warnings, error_code, error,
            created_at, started_at, ended_at, NULL, error_status, NULL::float8
     FROM runs WHERE ($1 IS NULL OR provider = $1) AND ($2 IS NULL OR status = $2)
     ORDER BY created_at DESC, id DESC LIMIT $3)
    UNION ALL
    (SELECT id, NULL, NULL, provider, 3::smallint, status, counts, NULL, warnings, error_code, error, created_at,
            started_at, ended_at, NULL, 0::smallint, NULL::float8
     FROM webhook_runs WHERE ($1 IS NULL OR provider = $1) AND ($2 IS NULL OR status = $2)
     ORDER BY created_at DESC, id DESC LIMIT $3)) r
ORDER BY created_at DESC, id DESC LIMIT $3

-- For metrics: running, waiting for an event, and the rest.
-- name: job_count
SELECT count(*) FILTER (WHERE lease IS NOT NULL), count(*) FILTER (WHERE lease IS NULL AND waiting AND arrived = ''),
       count(*) FILTER (WHERE lease IS NULL AND NOT (waiting AND arrived = ''))
FROM jobs

-- ---- inbox ----

-- name: inbox_insert
INSERT INTO inbox (id, provider, method, headers, query, body, received_at)
VALUES ($1::uuid, $2::text, $3::text, $4::json, $5::json, $6::bytea, $7::timestamptz)
ON CONFLICT (id) DO NOTHING

-- name: inbox_get
SELECT id, provider, method, headers, query, body, received_at FROM inbox WHERE id = $1::uuid

-- name: inbox_delete
DELETE FROM inbox WHERE id = $1::uuid
