-- runs_with: 1
-- Series for people who want plain SQL: the decoder of gateway/store/block.c once more, exact and unhurried.
-- The form is described there. No other table is looked at, so the functions may run anywhere.

CREATE FUNCTION series_varint(b bytea, INOUT at integer, OUT v bigint)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    byte integer;
    shift integer := 0;
BEGIN
    v := 0;
    LOOP
        byte := get_byte(b, at);
        at := at + 1;
        v := v | ((byte & 127)::bigint << shift);
        EXIT WHEN byte < 128;
        shift := shift + 7;
    END LOOP;
END $$;

CREATE FUNCTION series_zigzag(b bytea, INOUT at integer, OUT v bigint)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    u bigint;
BEGIN
    SELECT f.at, f.v INTO at, u FROM series_varint(b, at) f;
    v := ((u >> 1) & 9223372036854775807) # -(u & 1);
END $$;

-- n integers: all the same, or groups of 64 packed by width.
CREATE FUNCTION series_column(b bytea, INOUT at integer, n integer, OUT v bigint[])
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    form integer;
    width integer;
    base bigint;
    mask bigint;
    x bigint;
    bit integer;
    here integer;
    size integer;
    done integer := 0;
BEGIN
    v := '{}';
    IF n <= 0 THEN
        RETURN;
    END IF;
    form := get_byte(b, at);
    at := at + 1;
    IF form = 0 THEN
        SELECT f.at, f.v INTO at, base FROM series_zigzag(b, at) f;
        v := array_fill(base, ARRAY[n]);
        RETURN;
    END IF;
    WHILE done < n LOOP
        size := least(64, n - done);
        width := get_byte(b, at);
        SELECT f.at, f.v INTO at, base FROM series_zigzag(b, at + 1) f;
        mask := CASE WHEN width >= 63 THEN CASE width WHEN 63 THEN 9223372036854775807 ELSE -1 END
                     ELSE (1::bigint << width) - 1 END;
        FOR i IN 0 .. size - 1 LOOP
            x := 0;
            IF width > 0 THEN
                bit := i * width;
                here := at + bit / 8;
                bit := bit % 8;
                x := get_byte(b, here) >> bit;
                FOR k IN 1 .. (bit + width - 1) / 8 LOOP
                    x := x | (get_byte(b, here + k)::bigint << (8 * k - bit));
                END LOOP;
            END IF;
            v[done + i + 1] := base + (x & mask);
        END LOOP;
        at := at + (size * width + 7) / 8;
        done := done + size;
    END LOOP;
END $$;

-- A double of eight bytes, least first.
CREATE FUNCTION series_double(b bytea, at integer) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bits bigint := 0;
    exponent integer;
    fraction bigint;
    v double precision;
BEGIN
    FOR k IN 0 .. 7 LOOP
        bits := bits | (get_byte(b, at + k)::bigint << (8 * k));
    END LOOP;
    exponent := ((bits >> 52) & 2047)::integer;
    fraction := bits & ((1::bigint << 52) - 1);
    IF exponent = 0 THEN
        v := fraction::double precision * power(2::double precision, -537) * power(2::double precision, -537);
    ELSE
        v := (fraction | (1::bigint << 52))::double precision * power(2::double precision, (exponent - 1075) / 2)
             * power(2::double precision, exponent - 1075 - (exponent - 1075) / 2);
    END IF;
    RETURN CASE WHEN bits < 0 THEN -v ELSE v END;
END $$;

-- One coded block. A deleted sample has the value NaN.
CREATE FUNCTION series_decode(b bytea)
RETURNS TABLE (t_us bigint, value double precision, dur_us bigint, offset_s integer, version_us bigint,
               tentative boolean, payload_id uuid)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    units CONSTANT bigint[] := ARRAY[1, 1000, 1000000, 60000000];
    at integer := 2;
    flags integer;
    n integer;
    runs integer;
    run_first integer[] := '{}';
    run_offset integer[] := '{}';
    run_version bigint[] := '{}';
    run_tentative boolean[] := '{}';
    run_payload uuid[] := '{}';
    payloads uuid[] := '{}';
    dead boolean[];
    times bigint[];
    raw boolean;
    exponent integer;
    numbers bigint[];
    durations bigint[];
    unit bigint;
    dur_unit bigint;
    first integer := 0;
    last bigint := 0;
    u bigint;
    w bigint;
    rf integer;
    r integer := 1;
    raw_at integer;
BEGIN
    IF length(b) = 0 THEN
        RETURN;
    END IF;
    IF get_byte(b, 0) <> 1 THEN
        RAISE EXCEPTION 'not a series block of a known form';
    END IF;
    flags := get_byte(b, 1);
    SELECT f.at, f.v INTO at, n FROM series_varint(b, at) f;
    SELECT f.at, f.v INTO at, runs FROM series_varint(b, at) f;
    FOR i IN 1 .. runs LOOP
        run_first[i] := first;
        IF i < runs THEN
            SELECT f.at, f.v INTO at, u FROM series_varint(b, at) f;
            first := first + u::integer;
        END IF;
        rf := get_byte(b, at);
        at := at + 1;
        run_tentative[i] := rf & 1 <> 0;
        run_offset[i] := NULL;
        IF rf & 2 <> 0 THEN
            SELECT f.at, f.v INTO at, u FROM series_zigzag(b, at) f;
            run_offset[i] := u;
        END IF;
        IF rf & 4 = 0 THEN
            SELECT f.at, f.v INTO at, u FROM series_zigzag(b, at) f;
            last := last + u;
        END IF;
        run_version[i] := last;
        run_payload[i] := NULL;
        IF rf & 8 <> 0 THEN
            run_payload[i] := encode(substring(b FROM at + 1 FOR 16), 'hex')::uuid;
            payloads := payloads || run_payload[i];
            at := at + 16;
        ELSIF rf & 16 = 0 THEN
            SELECT f.at, f.v INTO at, u FROM series_varint(b, at) f;
            run_payload[i] := payloads[u + 1];
        END IF;
    END LOOP;
    dead := array_fill(false, ARRAY[n]);
    IF flags & 64 <> 0 THEN
        SELECT f.at, f.v INTO at, w FROM series_varint(b, at) f;
        first := 0;
        FOR i IN 1 .. w LOOP
            SELECT f.at, f.v INTO at, u FROM series_varint(b, at) f;
            first := first + u::integer;
            SELECT f.at, f.v INTO at, u FROM series_varint(b, at) f;
            FOR k IN first + 1 .. first + u::integer LOOP
                dead[k] := true;
            END LOOP;
            first := first + u::integer;
        END LOOP;
    END IF;
    unit := units[1 + (flags & 3)];
    SELECT f.at, f.v INTO at, u FROM series_zigzag(b, at) f;
    t_us := u;
    SELECT f.at, f.v INTO at, times FROM series_column(b, at, n - 1) f;
    raw := flags & 4 <> 0;
    IF raw THEN
        raw_at := at;
        at := at + 8 * n;
    ELSE
        exponent := get_byte(b, at);
        SELECT f.at, f.v INTO at, w FROM series_zigzag(b, at + 1) f;
        SELECT f.at, f.v INTO at, numbers FROM series_column(b, at, n - 1) f;
    END IF;
    IF flags & 8 <> 0 THEN
        dur_unit := units[1 + ((flags >> 4) & 3)];
        SELECT f.at, f.v INTO at, durations FROM series_column(b, at, n) f;
    END IF;
    last := t_us;
    FOR i IN 1 .. n LOOP
        IF i > 1 THEN
            last := last + times[i - 1];
            IF NOT raw THEN
                w := w + numbers[i - 1];
            END IF;
        END IF;
        WHILE r < runs AND run_first[r + 1] < i LOOP
            r := r + 1;
        END LOOP;
        t_us := last * unit;
        value := CASE WHEN dead[i] THEN 'NaN' WHEN raw THEN series_double(b, raw_at + 8 * (i - 1))
                      ELSE w::double precision / power(10::double precision, exponent) END;
        dur_us := CASE WHEN durations IS NULL THEN 0 ELSE durations[i] * dur_unit END;
        offset_s := run_offset[r];
        version_us := run_version[r];
        tentative := run_tentative[r];
        payload_id := run_payload[r];
        RETURN NEXT;
    END LOOP;
END $$;

-- A row of series_blocks: what is in tail wins over data.
CREATE FUNCTION series_unpack(data bytea, tail bytea)
RETURNS TABLE (t_us bigint, value double precision, dur_us bigint, offset_s integer, version_us bigint,
               tentative boolean, payload_id uuid)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT DISTINCT ON (x.t_us) x.t_us, x.value, x.dur_us, x.offset_s, x.version_us, x.tentative, x.payload_id
    FROM (SELECT 1 AS place, d.* FROM series_decode(data) d
          UNION ALL SELECT 0, e.* FROM series_decode(tail) e) x
    ORDER BY x.t_us, x.place
$$;

-- Every sample there is. Ask for a user and a metric; for a range, series_between reads only the blocks of it.
CREATE VIEW series_samples AS
SELECT b.user_id, b.metric, b.source_id, b.daily_total AS is_daily_total,
       'epoch'::timestamptz + x.t_us * interval '1 microsecond' AS ts, x.value,
       x.dur_us * interval '1 microsecond' AS duration, x.offset_s, x.tentative, x.payload_id
FROM series_blocks b CROSS JOIN LATERAL series_unpack(b.data, b.tail) x
WHERE b.n > 0 AND x.value <> 'NaN';

CREATE FUNCTION series_between(of_user uuid, of_metric integer, from_ts timestamptz, to_ts timestamptz)
RETURNS TABLE (source_id integer, is_daily_total boolean, ts timestamptz, value double precision, duration interval,
               offset_s integer)
LANGUAGE sql STABLE AS $$
    SELECT b.source_id, b.daily_total, 'epoch'::timestamptz + x.t_us * interval '1 microsecond', x.value,
           x.dur_us * interval '1 microsecond', x.offset_s
    FROM series_blocks b CROSS JOIN LATERAL series_unpack(b.data, b.tail) x
    WHERE b.user_id = of_user AND b.metric = of_metric AND b.n > 0 AND x.value <> 'NaN'
      AND b.bucket >= floor(extract(epoch FROM from_ts) / 86400)::integer * 24
      AND b.bucket <= floor(extract(epoch FROM to_ts) / 3600)::integer
      AND x.t_us >= (extract(epoch FROM from_ts) * 1000000)::bigint
      AND x.t_us < (extract(epoch FROM to_ts) * 1000000)::bigint
    ORDER BY 3
$$;
