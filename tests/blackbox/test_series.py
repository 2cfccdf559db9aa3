"""Samples out: every resolution against the same thing computed from the raw rows, every form, every page, every edge
of a range; and the lists of workouts and nights at theirs."""
import csv
import io
import json
import math
import random
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import httpx
import pytest

from client import Client
from harness import Gateway, Simulator, eventually

PHONES = """
  apple = { enabled = true; module = "apple.so"; };
"""
UTC = timezone.utc
KINDS = {"heart_rate": ("HKQuantityTypeIdentifierHeartRate", "count/min"),
         "steps": ("HKQuantityTypeIdentifierStepCount", "count"),
         "six_minute_walk_test_distance": ("HKQuantityTypeIdentifierSixMinuteWalkTestDistance", "m")}
HOW = {"heart_rate": "avg", "steps": "sum", "six_minute_walk_test_distance": "max"}
ALL = ",".join(KINDS)
WIDTHS = {"1min": 60, "5min": 300, "15min": 900, "1hour": 3600}
# Two nights in which Europe's clocks change, and one in which America's do.
STRETCHES = [(datetime(2025, 3, 28, tzinfo=UTC), 4), (datetime(2025, 10, 24, tzinfo=UTC), 4),
             (datetime(2025, 11, 1, tzinfo=UTC), 2)]


@pytest.fixture(scope="module")
def gateway():
    sim = Simulator()
    gw = Gateway(sim, providers=("polar",), sections=PHONES)
    yield gw
    gw.clean_stop()
    sim.stop()


@pytest.fixture(scope="module")
def api(gateway):
    return Client(gateway)


def iso(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S") + (f".{t.microsecond:06d}" if t.microsecond else "") + "Z"


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def shown(offset):
    if offset is None:
        return None
    sign, minutes = ("-", -offset) if offset < 0 else ("+", offset)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def source(model):
    return {"appId": "com.example.app", "deviceName": f"Ana's {model}", "deviceModel": model, "deviceType": "watch"}


def push(api, user, records=(), workouts=(), sleep=()):
    body = {"provider": "apple", "sdkVersion": "1.0", "syncTimestamp": "2026-01-01T00:00:00Z",
            "data": {"records": list(records), "workouts": list(workouts), "sleep": list(sleep)}}
    answer = api.post(f"/sdk/users/{user}/sync", json=body)
    assert answer.status_code == 202, answer.text
    run = answer.json()["batch_id"]
    done = eventually(lambda: (said := api.get(f"/users/{user}/sync/runs/{run}").json())["status"]
                      in ("success", "partial", "failed") and said, 120, what="the push is read")
    assert done["status"] == "success", done


def made_up(seed):
    """Samples of three devices over days with gaps: (time, kind, value, offset in minutes or None, device)."""
    dice, taken, rows = random.Random(seed), set(), []
    for begins, days in STRETCHES:
        for device, offsets in (("Watch7,1", (60, 120)), ("Watch6,2", (-480, 330)), ("iPhone14,2", (None,))):
            for _ in range(170 * days):
                hour = dice.randrange(days * 24)
                if hour % 7 == 3:
                    continue
                t = begins + timedelta(hours=hour, milliseconds=dice.randrange(3_600_000))
                kind = dice.choice(list(KINDS))
                if (t, kind, device) in taken:
                    continue
                taken.add((t, kind, device))
                value = {"heart_rate": dice.randrange(45, 180), "steps": dice.randrange(1, 90),
                         "six_minute_walk_test_distance": dice.randrange(200, 700)}[kind]
                rows.append((t, kind, float(value), dice.choice(offsets), device))
    return rows


def records_of(rows):
    return [{"id": f"r{i}", "type": KINDS[kind][0], "unit": KINDS[kind][1], "value": value, "startDate": iso(t),
             "endDate": iso(t), "source": source(device),
             **({"zoneOffset": shown(offset)} if offset is not None else {})}
            for i, (t, kind, value, offset, device) in enumerate(rows)]


@pytest.fixture(scope="module")
def people(api):
    """[(user, time zone, rows)]: one whose own zone decides where a sample has no offset, and one without."""
    found = []
    for seed, zone in ((1, "Europe/Berlin"), (2, None), (3, "America/Los_Angeles")):
        user = api.user(**({"time_zone": zone} if zone else {}))
        rows = made_up(seed)
        push(api, user, records_of(rows))
        found.append((user, zone, rows))
    return found


WHOLE = {"start_time": "2025-03-01", "end_time": "2025-11-30", "types": ALL}


def raw(api, user, **params):
    return api.pages(f"/users/{user}/timeseries", **{**WHOLE, "limit": 100000, **params})


def test_what_was_pushed_is_what_is_read(api, people):
    for user, _, rows in people:
        got = sorted((instant(r["timestamp"]), r["type"], r["value"], r["zone_offset"], r["source"]["device"])
                     for r in raw(api, user))
        assert len(got) == len(rows)
        key = lambda r: (r[0], r[1], r[2], r[4])
        assert sorted(map(key, got)) == sorted(map(key, rows))
        offsets = {(r[0], r[1], r[4]): r[3] for r in got}
        assert all(offsets[t, kind, device] == shown(offset) for t, kind, _, offset, device in rows)


# ---- intervals ----


def day_of(row, zone):
    t = instant(row["timestamp"])
    if row["zone_offset"] is None:
        return t.astimezone(ZoneInfo(zone) if zone else UTC).date()
    sign = -1 if row["zone_offset"][0] == "-" else 1
    return (t + sign * timedelta(hours=int(row["zone_offset"][1:3]), minutes=int(row["zone_offset"][4:]))).date()


def gathered(rows, resolution, zone):
    """{(begin or date, type, device): (value, min, max, count)} of raw rows."""
    groups = defaultdict(list)
    for row in rows:
        if resolution == "1day":
            key = day_of(row, zone)
        else:
            at = instant(row["timestamp"]).timestamp()
            key = datetime.fromtimestamp(at // WIDTHS[resolution] * WIDTHS[resolution], UTC)
        groups[key, row["type"], row["source"]["device"]].append(row["value"])
    value = {"avg": lambda v: math.fsum(v) / len(v), "sum": math.fsum, "max": max}
    return {k: (value[HOW[k[1]]](v), min(v), max(v), len(v)) for k, v in groups.items()}


def told(rows, resolution):
    """The same of the rows of an answer; no two say the same interval."""
    said = {}
    for row in rows:
        key = datetime.strptime(row["date"], "%Y-%m-%d").date() if resolution == "1day" else instant(row["timestamp"])
        key = (key, row["type"], row["source"]["device"])
        assert key not in said
        said[key] = (row["value"], row["min"], row["max"], row["count"])
    return said


def same(got, expected):
    assert got.keys() == expected.keys()
    for key, (value, low, high, count) in expected.items():
        assert got[key][1:] == (low, high, count), key
        assert math.isclose(got[key][0], value, rel_tol=1e-12), key


@pytest.mark.parametrize("resolution", ["1min", "5min", "15min", "1hour", "1day"])
def test_resolutions(api, people, resolution):
    for user, zone, _ in people:
        rows = raw(api, user)
        answer = api.pages(f"/users/{user}/timeseries", **WHOLE, resolution=resolution, limit=100000)
        same(told(answer, resolution), gathered(rows, resolution, zone))
        for row in answer:
            assert row["unit"] and row["source"]["provider"] == "apple"
            assert row["is_daily_total"] is (False if row["type"] == "steps" else None)
            if resolution == "1day":  # the time is the local midnight that the offset says
                assert day_of(row, None).isoformat() == row["date"]
            else:
                assert "date" not in row


def test_days_by_the_users_own_zone(api):
    """The same samples without offsets, three people: what changes with the zone is the day and nothing else."""
    times = [datetime(2025, 3, 29, 22, 30, tzinfo=UTC), datetime(2025, 3, 29, 23, 30, tzinfo=UTC),
             datetime(2025, 3, 30, 21, 59, tzinfo=UTC), datetime(2025, 3, 30, 22, 0, tzinfo=UTC)]
    rows = [(t, "steps", 10.0, None, "iPhone14,2") for t in times]
    for zone, days in (("Europe/Berlin", {"2025-03-29": 10, "2025-03-30": 20, "2025-03-31": 10}),
                       ("Asia/Kolkata", {"2025-03-30": 20, "2025-03-31": 20}),
                       (None, {"2025-03-29": 20, "2025-03-30": 20})):
        user = api.user(**({"time_zone": zone} if zone else {}))
        push(api, user, records_of(rows))
        answer = api.pages(f"/users/{user}/timeseries", start_time="2025-03-28", end_time="2025-04-01", types="steps",
                           resolution="1day")
        assert {r["date"]: r["value"] for r in answer} == days
        midnights = {r["date"]: r["timestamp"] for r in answer}
        if zone == "Europe/Berlin":
            assert midnights == {"2025-03-29": "2025-03-28T23:00:00Z", "2025-03-30": "2025-03-29T23:00:00Z",
                                 "2025-03-31": "2025-03-30T22:00:00Z"}
            assert {r["zone_offset"] for r in answer} == {"+01:00", "+02:00"}
        if zone is None:
            assert {r["zone_offset"] for r in answer} == {None}


def test_a_range_of_days_is_the_days_it_names(api):
    """Local days, whole, end day included; an end that is a midnight leaves its day out."""
    user = api.user()
    rows = [(datetime(2025, 1, d, h, tzinfo=UTC), "steps", 1.0, -480, "Watch7,1")
            for d in range(10, 17) for h in range(24)]
    push(api, user, records_of(rows))

    def days(start, end):
        answer = api.get(f"/users/{user}/timeseries", start_time=start, end_time=end, types="steps", resolution="1day")
        assert answer.status_code == 200, answer.text
        return {r["date"][8:]: r["value"] for r in answer.json()["data"]}

    assert days("2025-01-11", "2025-01-12") == {"11": 24, "12": 24}
    assert days("2025-01-11", "2025-01-11") == {"11": 24}
    assert days("2025-01-11T00:00:00Z", "2025-01-12T00:00:00Z") == {"11": 24}
    assert days("2025-01-11T13:00:00-08:00", "2025-01-12T01:00:00-08:00") == {"11": 24, "12": 24}
    assert days("2025-01-12", "2025-01-11") == {}
    assert days("2025-01-09", "2025-01-09") == {"09": 8}


def test_totals_are_not_added_to_samples(api, gateway):
    """A day's own total wins for its source; another source keeps its sum; below a day it does not show."""
    user = api.user()
    rows = [(datetime(2025, 1, 15, h, tzinfo=UTC), "steps", 100.0, 0, device) for h in range(24)
            for device in ("Watch7,1", "iPhone14,2")]
    total = (datetime(2025, 1, 15, tzinfo=UTC), "steps", 9000.0, 0, "Watch6,2")
    push(api, user, records_of(rows))
    push(api, user, records_of([total]))
    ids = dict(gateway.sql(f"SELECT device_model, source_id FROM sources WHERE user_id = '{user}'"))
    gateway.sql(f"UPDATE series_blocks SET daily_total = true, source_id = {ids['Watch7,1']} "
                f"WHERE user_id = '{user}' AND source_id = {ids['Watch6,2']}")
    params = {"start_time": "2025-01-15", "end_time": "2025-01-15", "types": "steps"}
    everything = api.pages(f"/users/{user}/timeseries", **params)
    assert [r["is_daily_total"] for r in everything].count(True) == 1 and len(everything) == 49
    day = api.pages(f"/users/{user}/timeseries", **params, resolution="1day")
    assert {(r["source"]["device"], r["value"], r["is_daily_total"], r["count"]) for r in day} == {
        ("Watch7,1", 9000.0, True, 1), ("iPhone14,2", 2400.0, False, 24)}
    hours = api.pages(f"/users/{user}/timeseries", **params, resolution="1hour")
    assert len(hours) == 48 and {r["value"] for r in hours} == {100.0}


# ---- pages ----


def page(api, path, cursor, **params):
    return api.get(path, **params, **({"cursor": cursor} if cursor else {})).json()


@pytest.mark.parametrize("resolution", ["raw", "1min", "5min", "15min", "1hour", "1day"])
@pytest.mark.parametrize("limit", [17, 331])
def test_pages_there_and_back(api, people, resolution, limit):
    user = people[0][0]
    params = {**WHOLE, "resolution": resolution}
    everything = api.pages(f"/users/{user}/timeseries", **params, limit=100000)
    pages, cursor = [], None
    for _ in range(len(everything) // limit + 2):
        body = page(api, f"/users/{user}/timeseries", cursor, **params, limit=limit)
        assert body["metadata"]["resolution"] == resolution and body["metadata"]["sample_count"] == len(body["data"])
        assert body["pagination"]["total_count"] == len(everything)
        assert body["pagination"]["cursor"] == body["pagination"]["next_cursor"]
        assert (body["pagination"]["previous_cursor"] is None) == (not pages)
        pages.append(body)
        cursor = body["pagination"]["next_cursor"]
        if not cursor:
            break
    assert [r for p in pages for r in p["data"]] == everything
    assert not pages[-1]["pagination"]["has_more"]
    for before, after in reversed(list(zip(pages, pages[1:]))):
        back = api.get(f"/users/{user}/timeseries", **params, limit=limit,
                       cursor=after["pagination"]["previous_cursor"]).json()
        assert back["data"] == before["data"]


def test_pages_stand_still_while_samples_arrive(api):
    user = api.user()
    base = datetime(2025, 1, 15, tzinfo=UTC)
    push(api, user, records_of([(base + timedelta(minutes=2 * i), "heart_rate", 60.0, 0, "Watch7,1")
                                for i in range(100)]))
    params = {"start_time": "2025-01-15", "end_time": "2025-01-15", "types": "heart_rate", "limit": 30}
    seen, cursor, first = [], None, True
    while first or cursor:
        body = page(api, f"/users/{user}/timeseries", cursor, **params)
        seen += [r["timestamp"] for r in body["data"]]
        cursor = body["pagination"]["next_cursor"]
        if first:  # before, at and behind the place
            push(api, user, records_of([(base + timedelta(minutes=1 + 2 * i), "heart_rate", 70.0, 0, "Watch7,1")
                                        for i in range(0, 100, 3)]))
        first = False
    assert seen == sorted(set(seen))
    assert {iso(base + timedelta(minutes=2 * i)) for i in range(100)} <= set(seen)


@pytest.mark.parametrize("cursor", ["garbage", "====", "a" * 60, "x" * 256])
@pytest.mark.parametrize("path", ["timeseries", "events/workouts", "events/sleep"])
def test_a_cursor_that_is_none(api, people, path, cursor):
    params = WHOLE if path == "timeseries" else {"start_date": "2025-01-01", "end_date": "2025-12-31"}
    answer = api.get(f"/users/{people[0][0]}/{path}", **params, cursor=cursor)
    assert answer.status_code == 422 and answer.json()["code"] == "validation.failed"
    assert answer.json()["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_resolution(api, people):
    user = people[0][0]
    cursor = api.get(f"/users/{user}/timeseries", **WHOLE, limit=5).json()["pagination"]["next_cursor"]
    answer = api.get(f"/users/{user}/timeseries", **WHOLE, limit=5, resolution="1hour", cursor=cursor)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "cursor"


# ---- forms ----


def flat(row):
    """A row of JSON as the texts of a line of CSV."""
    def text(v):
        return "" if v is None else str(v).lower() if isinstance(v, bool) else str(v)

    values = {**row, **row["source"]}
    return {k: text(v) for k, v in values.items() if not isinstance(v, dict)}


@pytest.mark.parametrize("resolution", ["raw", "1min", "5min", "15min", "1hour", "1day"])
def test_forms_say_the_same(api, people, resolution):
    user = people[1][0]
    params = {**WHOLE, "resolution": resolution}
    rows = api.pages(f"/users/{user}/timeseries", **params, limit=100000)

    def ask(accept):
        return api.http.get(f"/api/v1/users/{user}/timeseries", params={**params, "limit": 3},
                            headers={"Accept": accept})

    lines = ask("application/x-ndjson")
    assert lines.headers["content-type"] == "application/x-ndjson" and lines.headers["vary"] == "Accept"
    assert lines.text.endswith("\n") and [json.loads(x) for x in lines.text.splitlines()] == rows
    answer = ask("text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.count(b"\r\n") == len(rows) + 1 == answer.content.count(b"\n")
    table = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [{k: v if k not in ("value", "min", "max") else str(float(v)) for k, v in r.items()} for r in table] == [
        flat(r) for r in rows]


def test_a_name_that_csv_must_quote(api, gateway):
    user = api.user()
    name = 'Ana\'s "best", watch\nof all, ünü'
    push(api, user, records_of([(datetime(2025, 1, 15, tzinfo=UTC), "heart_rate", 60.0, 0, "Watch7,1")]))
    changed = name.replace("'", "''")
    gateway.sql(f"UPDATE sources SET device_name = '{changed}' WHERE user_id = '{user}'")
    answer = api.http.get(f"/api/v1/users/{user}/timeseries", params={**WHOLE, "start_time": "2025-01-01"},
                          headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == 1 and rows[0]["device_name"] == name and rows[0]["device"] == "Watch7,1"


@pytest.mark.parametrize("accept,kind", [
    ("*/*", "application/json"), ("application/json", "application/json"), ("text/html", "application/json"),
    ("text/csv;q=0.9, application/json;q=0.1", "text/csv"), ("text/csv;q=0, */*", "application/json"),
    ("text/csv, */*", "text/csv"), ("application/x-ndjson;q=0.2, text/csv;q=0.1", "application/x-ndjson"),
    ("text/*", "text/csv"), ("nonsense", "application/json")])
def test_accept(api, people, accept, kind):
    answer = api.http.get(f"/api/v1/users/{people[0][0]}/timeseries", params=WHOLE, headers={"Accept": accept})
    assert answer.status_code == 200 and answer.headers["content-type"].split(";")[0] == kind


def test_errors_are_json_whatever_was_asked(api, people):
    answer = api.http.get(f"/api/v1/users/{people[0][0]}/timeseries", params={"types": "heart_rate"},
                          headers={"Accept": "text/csv"})
    assert answer.status_code == 422 and answer.json()["code"] == "validation.failed"


def test_an_answer_that_cannot_go_on_does_not_look_complete(api, gateway):
    """Behind more samples than one portion a block that is broken: the connection ends without the end of the body."""
    user = api.user()
    base = datetime(2025, 1, 15, tzinfo=UTC)
    push(api, user, records_of([(base + timedelta(seconds=25 * i), "heart_rate", 60.0, 0, "Watch7,1")
                                for i in range(3456)]))
    push(api, user, records_of([(base + timedelta(days=1), "heart_rate", 60.0, 0, "Watch7,1")]))
    columns = "metric, bucket, daily_total, span, n, first_us, last_us, data, tail"
    gateway.sql(f"INSERT INTO series_blocks (user_id, source_id, {columns}) SELECT user_id, 1000 + i, {columns} "
                f"FROM series_blocks, generate_series(1, 45) AS i WHERE user_id = '{user}' AND n > 1")
    gateway.sql(f"UPDATE series_blocks SET data = 'no block' WHERE user_id = '{user}' AND n = 1")
    for accept, params in (("application/x-ndjson", {}), ("text/csv", {}), ("text/csv", {"resolution": "1min"})):
        got = 0
        with pytest.raises(httpx.RemoteProtocolError):
            both = {**WHOLE, "start_time": "2025-01-15", "end_time": "2025-01-16", **params}
            with api.http.stream("GET", f"/api/v1/users/{user}/timeseries", headers={"Accept": accept},
                                 params=both) as answer:
                assert answer.status_code == 200
                for piece in answer.iter_raw():
                    got += len(piece)
        assert got > 1_000_000
    assert "answer cut off" in gateway.log_text()
    broken = api.get(f"/users/{user}/timeseries", **{**WHOLE, "start_time": "2025-01-16", "end_time": "2025-01-16"})
    assert broken.status_code == 500  # what fails before the first byte is an error like any other
    answer = api.http.get(f"/api/v1/users/{user}/timeseries", headers={"Accept": "text/csv"},
                          params={**WHOLE, "start_time": "2025-01-15", "end_time": "2025-01-15"})
    assert answer.status_code == 200 and answer.text.count("\r\n") == 46 * 3456 + 1


def test_nobody_and_nothing(api):
    nobody = "00000000-0000-4000-8000-000000000000"
    for params in ({}, {"resolution": "1day"}, {"resolution": "1min"}):
        body = api.get(f"/users/{nobody}/timeseries", **WHOLE, **params).json()
        assert body["data"] == [] and body["pagination"]["total_count"] == 0 and not body["pagination"]["has_more"]
    answer = api.http.get(f"/api/v1/users/{nobody}/timeseries", params=WHOLE, headers={"Accept": "text/csv"})
    assert answer.text.count("\r\n") == 1
    answer = api.http.get(f"/api/v1/users/{nobody}/timeseries", params=WHOLE,
                          headers={"Accept": "application/x-ndjson"})
    assert answer.status_code == 200 and answer.content == b""
    reversed_range = {**WHOLE, "start_time": "2025-02-01", "end_time": "2025-01-01"}
    assert api.get(f"/users/{nobody}/timeseries", **reversed_range).json()["data"] == []


# ---- edges ----

NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def edges(api):
    """Samples and workouts around two midnights and a noon, all of them an hour long where they are long."""
    user = api.user()
    times = [datetime(2025, 1, 15, tzinfo=UTC), datetime(2025, 1, 15, 0, 0, 1, tzinfo=UTC), NOON,
             datetime(2025, 1, 15, 23, 59, 59, 999000, tzinfo=UTC), datetime(2025, 1, 16, tzinfo=UTC)]
    push(api, user, records_of([(t, "heart_rate", 60.0, 0, "Watch7,1") for t in times]),
         workouts=[{"id": f"w{i}", "type": kind, "startDate": iso(t), "endDate": iso(t + timedelta(hours=1)),
                    "zoneOffset": "+01:00", "source": source("Watch7,1"), "values": []}
                   for i, (t, kind) in enumerate(zip(times, ["running", "cycling", "walking", "yoga", "running"]))])
    return user


@pytest.mark.parametrize("start,end,seen", [
    ("2025-01-15", "2025-01-15", 4), ("2025-01-15T00:00:00Z", "2025-01-16T00:00:00Z", 4),
    ("2025-01-15", "2025-01-16T00:00:00Z", 4), ("2025-01-15", "2025-01-16T00:00:00.000001Z", 5),
    ("2025-01-15", "2025-01-16", 5), ("2025-01-15T00:00:00Z", "2025-01-15T00:00:00Z", 0),
    ("2025-01-15T00:00:00Z", "2025-01-15T00:00:01Z", 1), ("2025-01-15T00:00:00.000001Z", "2025-01-15T12:00:00Z", 1),
    ("2025-01-15T00:00:01Z", "2025-01-15T12:00:01Z", 2), ("1736899200", "1736985600", 4),
    ("1736899200.5", "1736985600", 3),
    ("2025-01-15T01:00:00+01:00", "2025-01-16T01:00:00+01:00", 4), ("2025-01-15 00:00:00", "2025-01-15 12:00", 2),
    ("2025-W03-3", "2025-W03-3", 4), ("20250115T000000Z", "2025-01-15T23", 3), ("2025-01-16", "2025-01-15", 0),
    ("2025-01-14T16:00:00-08:00", "2025-01-15T16:00:00-08:00", 4), ("2025-01-15T05:30:00 05:30", "1e10", 5)])
def test_edges(api, edges, start, end, seen):
    """A range is [start, end); a date alone as its end means the end of that day. An event belongs to it by its start."""
    samples = api.get(f"/users/{edges}/timeseries", start_time=start, end_time=end, types="heart_rate")
    assert samples.status_code == 200, samples.text
    assert len(samples.json()["data"]) == seen == samples.json()["pagination"]["total_count"]
    workouts = api.get(f"/users/{edges}/events/workouts", start_date=start, end_date=end)
    assert len(workouts.json()["data"]) == seen == workouts.json()["pagination"]["total_count"]


def test_a_plus_that_became_a_space(api, edges):
    """`+02:00` written bare in a URL arrives with a space; it is taken as it was meant and echoed with its plus."""
    answer = api.http.get(f"/api/v1/users/{edges}/timeseries?start_time=2025-01-15T02:00:00+02:00"
                          "&end_time=2025-01-15T14:00:01+02:00&types=heart_rate")
    assert len(answer.json()["data"]) == 3
    assert answer.json()["metadata"]["start_time"] == "2025-01-15T02:00:00+02:00"


@pytest.mark.parametrize("field,value,code", [
    ("limit", "0", "minimum"), ("limit", "100001", "maximum"), ("limit", "x", "integer"),
    ("resolution", "2min", "choice"),
    ("start_time", "yesterday", "time"), ("start_time", "inf", "time"), ("end_time", "2025-02-30", "time"),
    ("end_time", "", "time"), ("types", "heart_rat", "choice"), ("types", "heart_rate,bogus", "choice"),
    ("types", "", "required"), ("types", ",", "required")])
def test_what_is_refused(api, edges, field, value, code):
    answer = api.get(f"/users/{edges}/timeseries", **{**WHOLE, field: value})
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == "validation.failed" and body["detail"] == body["errors"][0]["message"]
    assert (body["errors"][0]["field"], body["errors"][0]["code"]) == (field, code)


@pytest.mark.parametrize("missing", ["start_time", "end_time", "types"])
def test_all_three_are_required(api, edges, missing):
    answer = api.get(f"/users/{edges}/timeseries", **{k: v for k, v in WHOLE.items() if k != missing})
    assert answer.status_code == 422 and answer.json()["errors"] == [
        {"field": missing, "code": "required", "message": f"{missing} is required."}]


def test_types_are_repeated_or_a_list(api, people):
    user = people[0][0]
    for given in (["heart_rate", "steps"], ["heart_rate,steps"], ["steps,heart_rate", "steps"]):
        rows = api.pages(f"/users/{user}/timeseries", **{**WHOLE, "types": given, "limit": 100000})
        assert {r["type"] for r in rows} == {"heart_rate", "steps"}


# ---- workouts and nights ----


def test_a_workout_row(api):
    user = api.user()
    values = [{"type": "duration", "value": 1800, "unit": "s"},
              {"type": "activeEnergyBurned", "value": 0, "unit": "kcal"},
              {"type": "distance", "value": 5000, "unit": "m"}]
    morning = {"id": "w1", "type": "running", "startDate": "2025-01-15T14:30:00Z", "endDate": "2025-01-15T15:00:00Z",
               "zoneOffset": "-08:00", "source": source("Watch7,1"), "values": values}
    push(api, user, workouts=[morning, {**morning, "id": "w2", "startDate": "2025-01-16T02:00:00Z",
                                        "endDate": "2025-01-16T02:10:00Z", "values": []}])
    rows = api.workouts(user)
    assert [r["name"] for r in rows] == ["Evening Run", "Morning Run"]
    first = rows[1]
    assert first["start_time"] == "2025-01-15T14:30:00Z" and first["zone_offset"] == "-08:00"
    assert (first["duration_seconds"], first["distance_meters"], first["avg_pace_sec_per_km"]) == (1800, 5000.0, 360.0)
    assert first["calories_kcal"] == 0.0  # a stored nought is a nought, and what is not known is null
    assert rows[0]["calories_kcal"] is None and rows[0]["distance_meters"] is None
    assert rows[0]["duration_seconds"] == 600
    assert first["source"] == {"provider": "apple", "source": first["source"]["source"], "device": "Watch7,1",
                               "device_type": "watch", "device_name": "Ana's Watch7,1"}
    assert first["duplicate_of"] is None
    whole = api.get(f"/users/{user}/events/workouts/{first['id']}").json()
    assert {k: whole[k] for k in first} == first and {"laps", "zones", "route"} <= whole.keys()
    assert api.get(f"/users/{user}/events/workouts/{user}").status_code == 404


@pytest.mark.parametrize("kind,seen", [("running", 2), ("RUNNING", 2), ("run", 2), ("ing", 4), ("yoga", 1), ("%", 5),
                                       ("swim", 0), ("run\\", 0), ("cycl_ng", 1)])
def test_record_type(api, edges, kind, seen):
    answer = api.get(f"/users/{edges}/events/workouts", start_date="2025-01-01", end_date="2025-01-31",
                     record_type=kind)
    assert answer.status_code == 200 and answer.json()["pagination"]["total_count"] == seen


@pytest.mark.parametrize("path", ["workouts", "sleep"])
@pytest.mark.parametrize("limit,status", [(0, 422), (1, 200), (1000, 200), (1001, 422)])
def test_limits_of_events(api, edges, path, limit, status):
    answer = api.get(f"/users/{edges}/events/{path}", start_date="2025-01-01", end_date="2025-01-31", limit=limit)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "limit"


def test_workouts_there_and_back(api):
    user = api.user()
    base = datetime(2025, 1, 1, tzinfo=UTC)
    push(api, user, workouts=[{"id": f"w{i}", "type": "running", "startDate": iso(base + timedelta(hours=i // 2)),
                               "endDate": iso(base + timedelta(hours=i // 2, minutes=1 + i % 2)),
                               "zoneOffset": "+01:00", "source": source(f"Watch{i % 2},1"), "values": []} for i in range(60)])
    params = {"start_date": "2025-01-01", "end_date": "2025-01-31"}
    everything = api.pages(f"/users/{user}/events/workouts", **params, limit=1000)
    assert len(everything) == 60 and len({r["id"] for r in everything}) == 60
    assert [r["start_time"] for r in everything] == sorted((r["start_time"] for r in everything), reverse=True)
    for limit in (1, 7, 30, 60):
        pages, cursor = [], None
        while True:
            body = page(api, f"/users/{user}/events/workouts", cursor, **params, limit=limit)
            assert body["pagination"]["total_count"] == 60
            pages.append(body)
            cursor = body["pagination"]["next_cursor"]
            if not cursor:
                break
        assert [r for p in pages for r in p["data"]] == everything
        back = pages[-1]
        for before in reversed(pages[:-1]):
            back = api.get(f"/users/{user}/events/workouts", **params, limit=limit,
                           cursor=back["pagination"]["previous_cursor"]).json()
            assert back["data"] == before["data"]


def test_a_night_row(api):
    user = api.user()
    stages = [("in_bed", "22:30", "23:00"), ("light", "23:00", "23:40"), ("deep", "23:40", "23:59"),
              ("awake", "23:59", "00:10"), ("rem", "00:10", "05:00")]

    def at(clock):
        return f"2025-01-{15 if clock > '12' else 16}T{clock}:00Z"

    push(api, user, sleep=[{"id": f"s{i}", "stage": s, "startDate": at(b), "endDate": at(e), "zoneOffset": "+01:00",
                            "source": source("Watch7,1")} for i, (s, b, e) in enumerate(stages)])
    rows = eventually(lambda: api.sleep(user), 60, what="the night is there")
    assert len(rows) == 1 and rows[0]["is_nap"] is False and rows[0]["zone_offset"] == "+01:00"
    assert rows[0]["stages"] == {"awake_seconds": 660, "light_seconds": 2400, "deep_seconds": 1140,
                                 "rem_seconds": 17400, "awake_minutes": 11, "light_minutes": 40, "deep_minutes": 19, "rem_minutes": 290}
    assert rows[0]["sleep_duration_seconds"] == 2400 + 1140 + 17400
    intervals = rows[0]["sleep_stage_intervals"]
    assert [i["stage"] for i in intervals if i["stage"] != "in_bed"] == ["light", "deep", "awake", "rem"]
    assert all(i["start_time"] < i["end_time"] for i in intervals)
