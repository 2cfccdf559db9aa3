-- runs_with: 1
-- What a list shows of a workout in one piece: PostgreSQL spends more on each column it sends than on all these bytes,
-- and a page has a thousand rows. Always as the columns say, for the server makes it of them. Big-endian, in the order
-- that gateway/store/reads.c reads: numbers that are not known are NaN, an offset the least integer, a uuid zero. Of what is
-- deleted nothing stays.
ALTER TABLE workouts ADD COLUMN listed bytea GENERATED ALWAYS AS (CASE WHEN NOT deleted THEN
    uuid_send(id) || uuid_send(coalesce(duplicate_of, '00000000-0000-0000-0000-000000000000'))
    || int4send(source_id) || int4send(coalesce(offset_s, -2147483648))
    || timestamptz_send(start_at) || timestamptz_send(end_at)
    || float8send(coalesce(duration_s, 'NaN')) || float8send(coalesce(moving_time_s, 'NaN'))
    || float8send(coalesce(energy_kcal, 'NaN')) || float8send(coalesce(distance_m, 'NaN'))
    || float8send(coalesce(hr_avg, 'NaN')) || float8send(coalesce(hr_max, 'NaN'))
    || float8send(coalesce(elevation_gain_m, 'NaN'))
END) STORED;
