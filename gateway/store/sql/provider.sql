-- What was set for providers while the program ran.

-- name: provider_settings_list
SELECT provider, is_enabled, live_sync_mode, data_granularity FROM provider_settings ORDER BY provider

-- NULL leaves a column as it is.
-- name: provider_settings_put
INSERT INTO provider_settings (provider, is_enabled, live_sync_mode, data_granularity, updated_at)
VALUES ($1::text, $2::boolean, $3::text, $4::text, $5::timestamptz)
ON CONFLICT (provider) DO UPDATE
SET is_enabled = coalesce(excluded.is_enabled, provider_settings.is_enabled),
    live_sync_mode = coalesce(excluded.live_sync_mode, provider_settings.live_sync_mode),
    data_granularity = coalesce(excluded.data_granularity, provider_settings.data_granularity),
    updated_at = excluded.updated_at
