-- Who measured.

-- name: source_list
SELECT source_id, digest, connection_id, provider, account, app, app_id, device_model, device_name, device_type,
       software, original
FROM sources WHERE user_id = $1::uuid ORDER BY source_id

-- As people list them.
-- name: source_list_named
SELECT source_id, digest, connection_id, provider, account, app, app_id, device_model, device_name, device_type,
       software, original
FROM sources WHERE user_id = $1::uuid ORDER BY provider, device_model, app, source_id

-- name: source_insert
INSERT INTO sources (user_id, source_id, digest, connection_id, provider, account, app, app_id, device_model,
                     device_name, device_type, software, original)
VALUES ($1::uuid, $2::integer, $3::bytea, $4::uuid, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text,
        $11::text, $12::text, $13::text)

-- name: source_update
UPDATE sources SET software = $3::text, connection_id = $4::uuid WHERE user_id = $1::uuid AND source_id = $2::integer
