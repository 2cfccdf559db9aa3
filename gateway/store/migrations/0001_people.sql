-- runs_with: 1
-- People, their links to providers, and who may call us.
--
-- Two kinds of tables (docs/decisions/0002-series-blocks.md, 0003-job-queue.md): data tables carry the user in every
-- key and are reached by user alone; directory tables are local to one node. Ids and times come from the program.

CREATE TABLE users (
    id               uuid PRIMARY KEY,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    email            text,
    external_user_id text,
    first_name       text,
    last_name        text,
    time_zone        text,
    birth_date       date,
    sex              text
);
CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX users_email ON users (lower(email));

-- Look-up by its own key, so that one external id has one user however many create it at once.
CREATE TABLE external_users (
    external_user_id text PRIMARY KEY,
    user_id          uuid NOT NULL
);
CREATE INDEX external_users_user ON external_users (user_id);

CREATE TABLE connections (
    user_id           uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id                uuid NOT NULL,
    provider          text NOT NULL,
    provider_user_id  text NOT NULL,          -- '' where the provider has none (pushes)
    provider_username text,
    status            text NOT NULL CHECK (status IN ('active', 'revoked', 'reauthorize')),
    reason            text,
    scope             text,
    tokens            bytea,                  -- sealed
    token_expires_at  timestamptz,
    token_version     bigint NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    last_synced_at    timestamptz,
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, provider, provider_user_id)
) WITH (fillfactor = 80);

-- A row to hold while a provider is asked for a new token, so that data never waits for a provider.
CREATE TABLE token_locks (
    user_id       uuid NOT NULL,
    connection_id uuid NOT NULL,
    PRIMARY KEY (user_id, connection_id),
    FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE
);

-- Look-up for webhooks, which know the provider's name of an account only.
CREATE TABLE account_owners (
    provider_user_id text NOT NULL,
    provider         text NOT NULL,
    user_id          uuid NOT NULL,
    connection_id    uuid NOT NULL,
    PRIMARY KEY (provider_user_id, provider, user_id, connection_id)
);

CREATE TABLE connection_state (
    user_id       uuid NOT NULL,
    connection_id uuid NOT NULL,
    key           bytea NOT NULL,
    value         bytea NOT NULL,             -- sealed
    expires_at    timestamptz,
    PRIMARY KEY (user_id, connection_id, key),
    FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE
);
CREATE INDEX connection_state_expires ON connection_state (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE provider_state (
    provider   text NOT NULL,
    key        bytea NOT NULL,
    value      bytea NOT NULL,                -- sealed
    expires_at timestamptz,
    PRIMARY KEY (provider, key)
);

CREATE TABLE oauth_flows (
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    state_digest bytea NOT NULL,
    provider     text NOT NULL,
    redirect_uri text,
    plugin_state bytea,                       -- sealed
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, state_digest)
);
CREATE INDEX oauth_flows_expires ON oauth_flows (expires_at);

CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    name         text NOT NULL,
    prefix       text NOT NULL,
    digest       bytea NOT NULL UNIQUE,       -- SHA-256; the key itself is not kept
    scopes       integer NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz
) WITH (fillfactor = 70);

CREATE TABLE audit_log (
    id      uuid PRIMARY KEY,
    at      timestamptz NOT NULL,
    action  text NOT NULL,
    subject uuid,
    user_id uuid,
    detail  json
);
CREATE INDEX audit_log_at ON audit_log (at);
