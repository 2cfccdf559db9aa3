-- runs_with: 1
-- The queue, what came of it, and what came in from outside.

-- Live work only: a finished job is deleted here and inserted into runs, in the transaction of its data.
-- No foreign keys: the queue is a directory table, users are data.
CREATE TABLE jobs (
    id            uuid PRIMARY KEY,
    user_id       uuid,                       -- null: a webhook whose owner is not known yet
    connection_id uuid,
    provider      text NOT NULL,
    kind          smallint NOT NULL,          -- 1 sync, 2 payload, 3 webhook, 4 fetch, 5 history
    priority      smallint NOT NULL,          -- 0 somebody waits, 1 an event, 2 history
    run_at        timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    attempts      smallint NOT NULL DEFAULT 0,
    crashes       smallint NOT NULL DEFAULT 0,
    lease         uuid,                       -- random, made by the worker that has the job
    lease_until   timestamptz,                -- by the database's clock
    worker        text,
    wanted        boolean NOT NULL DEFAULT false,
    yield         boolean NOT NULL DEFAULT false,
    waiting       boolean NOT NULL DEFAULT false,
    wait_events   text NOT NULL DEFAULT '',   -- names separated by commas; '' = any
    arrived       text NOT NULL DEFAULT '',   -- events that came while it waited
    early         text NOT NULL DEFAULT '',   -- events that came while it ran, and might be waited for next
    early_counts  bigint[],
    retry_at      timestamptz,
    args          json NOT NULL,
    args_digest   bytea NOT NULL,
    cursor        bytea,
    counts        bigint[] NOT NULL,          -- (workouts, sleep, timeseries, events) x (fetched, created, updated,
                                              -- unchanged, deleted, rejected), payloads, payloads_failed
    warnings      json,
    error_code    text,
    error         text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
CREATE INDEX jobs_ready ON jobs (priority, run_at, id) WHERE lease IS NULL;
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE lease IS NOT NULL;
CREATE INDEX jobs_crashed ON jobs (id) WHERE crashes >= 2;
-- One at a time for a connection.
CREATE UNIQUE INDEX jobs_connection_busy ON jobs (connection_id) WHERE lease IS NOT NULL AND kind IN (1, 4, 5);
-- Equal syncs are one.
CREATE UNIQUE INDEX jobs_sync_once ON jobs (user_id, connection_id, args_digest) NULLS NOT DISTINCT WHERE kind = 1;
CREATE INDEX jobs_user ON jobs (user_id, created_at);
CREATE INDEX jobs_connection ON jobs (connection_id) WHERE kind IN (1, 5);

CREATE TABLE runs (
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id            uuid NOT NULL,              -- the job's
    connection_id uuid,
    provider      text NOT NULL,
    kind          smallint NOT NULL,
    status        text NOT NULL,
    params        json,
    counts        bigint[] NOT NULL,
    warnings      json,
    error_code    text,
    error         text,
    error_status  smallint NOT NULL DEFAULT 0, -- the HTTP status of the error's class; 0 = no error
    attempts      smallint NOT NULL,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    ended_at      timestamptz NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX runs_user_created ON runs (user_id, created_at DESC, id DESC);
CREATE INDEX runs_created ON runs (created_at DESC, id DESC);
CREATE INDEX runs_id ON runs (id);
CREATE INDEX runs_ended ON runs (ended_at);

-- The same for webhooks, which belong to nobody until they are routed.
CREATE TABLE webhook_runs (
    id         uuid PRIMARY KEY,
    provider   text NOT NULL,
    status     text NOT NULL,
    counts     bigint[] NOT NULL,
    warnings   json,
    error_code text,
    error      text,
    attempts   smallint NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at   timestamptz NOT NULL
);
CREATE INDEX webhook_runs_created ON webhook_runs (created_at DESC, id DESC);
CREATE INDEX webhook_runs_ended ON webhook_runs (ended_at);

-- Webhook bodies, stored before they are answered.
CREATE TABLE inbox (
    id          uuid PRIMARY KEY,
    provider    text NOT NULL,
    method      text NOT NULL,
    headers     json NOT NULL,
    query       json NOT NULL,
    body        bytea NOT NULL,
    received_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- What providers sent, as they sent it, compressed by the program.
CREATE TABLE payloads (
    user_id            uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id                 uuid NOT NULL,
    connection_id      uuid,
    provider           text NOT NULL,
    account            text NOT NULL,
    kind               text NOT NULL,
    external_id        text NOT NULL,         -- '' = the provider has none
    digest             bytea NOT NULL,        -- SHA-256 of the bytes
    content_type       text,
    origin             text,
    size               bigint NOT NULL,
    offset_s           integer,
    received_at        timestamptz NOT NULL,
    normalize_revision integer NOT NULL DEFAULT 0,
    error              text,
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, digest, provider, account, kind, external_id)
);
CREATE INDEX payloads_received ON payloads (received_at);

CREATE TABLE payload_chunks (
    user_id    uuid NOT NULL,
    payload_id uuid NOT NULL,
    number     integer NOT NULL,              -- 1 MiB of the payload each
    codec      smallint NOT NULL,             -- 0 as it is, 1 zstd
    data       bytea NOT NULL,
    PRIMARY KEY (user_id, payload_id, number),
    FOREIGN KEY (user_id, payload_id) REFERENCES payloads (user_id, id) ON DELETE CASCADE
);
ALTER TABLE payload_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
