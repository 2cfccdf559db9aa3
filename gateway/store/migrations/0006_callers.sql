-- runs_with: 1
-- Who calls us beside API keys: developers, the applications they make, sessions of both, invitations.
--
-- Secrets are here as SHA-256 digests, passwords as argon2id; nothing in these tables opens a door.

ALTER TABLE api_keys ADD COLUMN created_by uuid;

CREATE TABLE developers (
    id         uuid PRIMARY KEY,
    email      text NOT NULL,
    first_name text,
    last_name  text,
    password   text NOT NULL,               -- argon2id with its parameters
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX developers_email ON developers (lower(email));

CREATE TABLE applications (
    id           uuid PRIMARY KEY,
    app_id       text NOT NULL UNIQUE,
    name         text NOT NULL,
    digest       bytea NOT NULL,            -- of the secret
    developer_id uuid,                      -- null: its developer is gone, and it is everybody's
    created_at   timestamptz NOT NULL
);

-- A login. Its refresh token is replaced at each use; the one before is known so that using it again is noticed.
CREATE TABLE developer_sessions (
    developer_id    uuid NOT NULL,
    id              uuid NOT NULL,
    digest          bytea NOT NULL,
    previous_digest bytea,
    rotated_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (developer_id, id)
) WITH (fillfactor = 80);
CREATE INDEX developer_sessions_rotated ON developer_sessions (rotated_at);

-- The same for a phone that pushes one user's data.
CREATE TABLE sdk_sessions (
    user_id         uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id              uuid NOT NULL,
    issuer          text NOT NULL,          -- app_…, admin:<developer> or invite:<developer>
    digest          bytea NOT NULL,
    previous_digest bytea,
    rotated_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (user_id, id)
) WITH (fillfactor = 80);
CREATE INDEX sdk_sessions_rotated ON sdk_sessions (rotated_at);

-- To become a developer. Without an e-mail: the link that the first start prints.
CREATE TABLE invitations (
    id         uuid PRIMARY KEY,
    email      text,
    digest     bytea NOT NULL UNIQUE,
    status     text NOT NULL CHECK (status IN ('pending', 'accepted', 'revoked')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    invited_by uuid
);
CREATE UNIQUE INDEX invitations_pending ON invitations (lower(coalesce(email, ''))) WHERE status = 'pending';

-- Codes that a user types into an application; look-up by their own key, for a code names no user.
CREATE TABLE invitation_codes (
    digest     bytea PRIMARY KEY,
    id         uuid NOT NULL,
    user_id    uuid NOT NULL,
    created_by uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX invitation_codes_user ON invitation_codes (user_id);
CREATE INDEX invitation_codes_expires ON invitation_codes (expires_at);
