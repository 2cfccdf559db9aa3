-- All of a user's data, a piece at a time.

-- name: export_events
SELECT id, external_id, source_id, start_at, end_at, offset_s, version_us, tentative, deleted, payload_id, digest,
       extra, kind
FROM events WHERE user_id = $1::uuid AND NOT deleted AND id > $2::uuid ORDER BY id LIMIT $3::bigint

-- name: export_metrics
SELECT DISTINCT metric FROM series_blocks WHERE user_id = $1::uuid AND n > 0 ORDER BY metric
