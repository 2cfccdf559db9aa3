-- runs_with: 1
-- Sleep that comes in stages, and how far a long job has come.

-- One stage of a night. Sessions are made of what stands here (gateway/ingest/nights.c), in the transaction that
-- brings a stage. Identity as of any record; without the provider's id it is source, start and stage.
CREATE TABLE sleep_stages (
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id          uuid NOT NULL,
    source_id   integer NOT NULL,
    provider    text NOT NULL,
    account     text NOT NULL,
    external_id text,
    start_at    timestamptz NOT NULL,
    end_at      timestamptz NOT NULL,
    offset_s    integer,
    version_us  bigint NOT NULL,
    tentative   boolean NOT NULL,
    deleted     boolean NOT NULL,
    payload_id  uuid,
    digest      bytea NOT NULL,
    extra       json,
    stage       text NOT NULL,
    parent      text COLLATE "C",             -- the provider's id of the session it is part of
    session_id  uuid,                         -- the row of sleep_sessions it is part of
    PRIMARY KEY (user_id, id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX sleep_stages_external ON sleep_stages (user_id, provider, account, external_id)
    WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX sleep_stages_start ON sleep_stages (user_id, source_id, start_at, stage) WHERE external_id IS NULL;
CREATE INDEX sleep_stages_time ON sleep_stages (user_id, source_id, start_at) WHERE NOT deleted;
CREATE INDEX sleep_stages_parent ON sleep_stages (user_id, parent) WHERE parent IS NOT NULL AND NOT deleted;

-- Of what a running job has to do, the part that is committed: 0 to 1, null = not known.
ALTER TABLE jobs ADD COLUMN progress double precision;
