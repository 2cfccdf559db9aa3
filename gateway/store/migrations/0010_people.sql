-- runs_with: 1
-- What operators turn on and off for a provider while the program runs, and a way to a user's traces in the audit log.

CREATE TABLE provider_settings (
    provider         text PRIMARY KEY,
    is_enabled       boolean,                 -- null = as the configuration says
    live_sync_mode   text,
    data_granularity text,
    updated_at       timestamptz NOT NULL
);

CREATE INDEX audit_log_user ON audit_log (user_id) WHERE user_id IS NOT NULL;
