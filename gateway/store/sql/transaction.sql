-- What every transaction is made of.

-- name: ping
SELECT 1

-- name: begin
BEGIN ISOLATION LEVEL READ COMMITTED

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- For a transaction whose only writes may be forgotten by a crash of the server: claims, heartbeats.
-- name: commit_lazily
SELECT set_config('synchronous_commit', 'off', true)

-- name: limits
SELECT set_config('lock_timeout', $1::text, true), set_config('statement_timeout', $2::text, true),
       set_config('idle_in_transaction_session_timeout', $3::text, true)

-- The first lock of every transaction that writes data of a user: a block that does not exist yet cannot be locked.
-- name: user_lock
SELECT 1 FROM users WHERE id = $1::uuid FOR NO KEY UPDATE
