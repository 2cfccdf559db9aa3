-- runs_with: 1
-- What was measured: records, series in blocks, and the notice of what changed.

-- Who measured. The number is small and the user's own.
CREATE TABLE sources (
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source_id     integer NOT NULL,
    digest        bytea NOT NULL,             -- of what makes it this source
    connection_id uuid,
    provider      text NOT NULL,
    account       text NOT NULL,
    app           text,
    app_id        text,
    device_model  text,
    device_name   text,
    device_type   text,
    software      text,                       -- the newest seen
    original      text,
    PRIMARY KEY (user_id, source_id),
    UNIQUE (user_id, digest)
);

-- Identity of a record: the provider's id, else source and start. Deleted ones stay as marks with their version, so
-- that an older record that arrives late does not come back.
CREATE TABLE workouts (
    user_id          uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id               uuid NOT NULL,
    source_id        integer NOT NULL,
    provider         text NOT NULL,
    account          text NOT NULL,
    external_id      text,
    start_at         timestamptz NOT NULL,
    end_at           timestamptz NOT NULL,
    offset_s         integer,
    version_us       bigint NOT NULL,
    tentative        boolean NOT NULL,
    deleted          boolean NOT NULL,
    payload_id       uuid,
    digest           bytea NOT NULL,
    extra            json,
    type             text,
    type_original    text,
    name             text,
    duration_s       double precision,
    moving_time_s    double precision,
    energy_kcal      double precision,
    distance_m       double precision,
    hr_avg           double precision,
    hr_max           double precision,
    hr_min           double precision,
    elevation_gain_m double precision,
    elevation_loss_m double precision,
    elevation_max_m  double precision,
    elevation_min_m  double precision,
    speed_avg_mps    double precision,
    speed_max_mps    double precision,
    cadence_avg_rpm  double precision,
    cadence_max_rpm  double precision,
    power_avg_w      double precision,
    power_max_w      double precision,
    steps            double precision,
    is_manual        boolean,
    duplicate_of     uuid,
    laps             json,
    zones            json,
    route            json,
    PRIMARY KEY (user_id, id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX workouts_external ON workouts (user_id, provider, account, external_id)
    WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX workouts_start ON workouts (user_id, source_id, start_at) WHERE external_id IS NULL;
CREATE INDEX workouts_page ON workouts (user_id, start_at DESC, id DESC) WHERE NOT deleted;

CREATE TABLE sleep_sessions (
    user_id            uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id                 uuid NOT NULL,
    source_id          integer NOT NULL,
    provider           text NOT NULL,
    account            text NOT NULL,
    external_id        text,
    start_at           timestamptz NOT NULL,
    end_at             timestamptz NOT NULL,
    offset_s           integer,
    version_us         bigint NOT NULL,
    tentative          boolean NOT NULL,
    deleted            boolean NOT NULL,
    payload_id         uuid,
    digest             bytea NOT NULL,
    extra              json,
    is_nap             boolean,
    duration_s         double precision,
    asleep_s           double precision,
    in_bed_s           double precision,
    awake_s            double precision,
    light_s            double precision,
    deep_s             double precision,
    rem_s              double precision,
    latency_s          double precision,
    efficiency_percent double precision,
    score              double precision,
    stages             json,
    PRIMARY KEY (user_id, id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX sleep_external ON sleep_sessions (user_id, provider, account, external_id)
    WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX sleep_start ON sleep_sessions (user_id, source_id, start_at) WHERE external_id IS NULL;
CREATE INDEX sleep_page ON sleep_sessions (user_id, start_at DESC, id DESC) WHERE NOT deleted;

-- Records of any other kind; all they say is in extra.
CREATE TABLE events (
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id          uuid NOT NULL,
    kind        text NOT NULL,
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
    PRIMARY KEY (user_id, id)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX events_external ON events (user_id, provider, account, kind, external_id)
    WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX events_start ON events (user_id, source_id, kind, start_at) WHERE external_id IS NULL;
CREATE INDEX events_page ON events (user_id, kind, start_at DESC, id DESC) WHERE NOT deleted;

-- Metrics that plugins brought; the catalogue's own are numbered in the program.
CREATE TABLE metrics (
    number      integer PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    unit        text NOT NULL,
    aggregation smallint NOT NULL
);

-- Samples of one metric and source over a UTC day, or over an hour where a day has many. The bytes are coded by the
-- program (gateway/store/block.h) and unpacked in SQL by the view series_samples. A day that was split keeps a row
-- for its first hour, empty or not, which says so. tail holds what was written since data was, and wins over it.
CREATE TABLE series_blocks (
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    first_us    bigint NOT NULL,              -- n, first and last are those of data and tail together, deleted
    last_us     bigint NOT NULL,              -- samples left out; 0 when n is
    bucket      integer NOT NULL,             -- hours since 1970
    source_id   integer NOT NULL,
    n           integer NOT NULL,
    metric      smallint NOT NULL,
    span        smallint NOT NULL,            -- hours: 24 or 1
    daily_total boolean NOT NULL,
    data        bytea NOT NULL,
    tail        bytea NOT NULL,
    PRIMARY KEY (user_id, metric, bucket, source_id, daily_total)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0,
        toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_cost_delay = 0);
ALTER TABLE series_blocks ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE series_blocks ALTER COLUMN tail SET STORAGE MAIN;

-- What changed, written with the data; one relay numbers it into changes.
CREATE TABLE outbox (
    user_id uuid NOT NULL,
    id      uuid NOT NULL,
    at      timestamptz NOT NULL,
    type    text NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (user_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX outbox_at ON outbox (at, id);

CREATE TABLE changes (
    number  bigint PRIMARY KEY,
    user_id uuid NOT NULL,
    at      timestamptz NOT NULL,
    type    text NOT NULL,
    data    json NOT NULL
);
CREATE INDEX changes_user ON changes (user_id, number);
