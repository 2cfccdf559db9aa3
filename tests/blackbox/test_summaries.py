"""Summaries of days: what is expected is counted by hand beside the data."""
from datetime import datetime, timedelta, timezone

import pytest

from client import Client
from harness import Gateway, Simulator, eventually

PHONES = """
  apple = { enabled = true; module = "apple.so"; };
  samsung = { enabled = true; module = "samsung.so"; };
"""
WATCH = {"name": "Wrist", "bundleIdentifier": "com.example.wrist", "deviceModel": "Watch7,1"}
PHONE = {"name": "Pocket", "bundleIdentifier": "com.example.pocket", "deviceModel": "iPhone14,2"}


@pytest.fixture(scope="module")
def gateway():
    sim = Simulator()
    gw = Gateway(sim, sections=PHONES)
    yield gw
    gw.clean_stop()
    sim.stop()


@pytest.fixture()
def api(gateway):
    return Client(gateway)


@pytest.fixture()
def priorities(api):
    """Changes priorities; they are as they were afterwards."""
    before = api.get("/priorities/providers").json()["items"], api.get("/priorities/device-types").json()["items"]

    def change(kind, **items):
        key = "provider" if kind == "providers" else "device_type"
        answer = api.http.put(f"/api/v1/priorities/{kind}",
                              json={"priorities": [{key: k, "priority": v} for k, v in items.items()]})
        assert answer.status_code == 200, answer.text

    yield change
    change("providers", **{i["provider"]: i["priority"] for i in before[0]})
    change("device-types", **{i["device_type"]: i["priority"] for i in before[1]})


APPLE = {"heart_rate": "HKQuantityTypeIdentifierHeartRate", "steps": "HKQuantityTypeIdentifierStepCount",
         "energy": "HKQuantityTypeIdentifierActiveEnergyBurned", "basal": "HKQuantityTypeIdentifierBasalEnergyBurned",
         "distance": "HKQuantityTypeIdentifierDistanceWalkingRunning", "floors": "HKQuantityTypeIdentifierFlightsClimbed",
         "weight": "HKQuantityTypeIdentifierBodyMass", "height": "HKQuantityTypeIdentifierHeight",
         "fat": "HKQuantityTypeIdentifierBodyFatPercentage", "resting": "HKQuantityTypeIdentifierRestingHeartRate",
         "sdnn": "HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "temperature": "HKQuantityTypeIdentifierBodyTemperature",
         "systolic": "HKQuantityTypeIdentifierBloodPressureSystolic",
         "diastolic": "HKQuantityTypeIdentifierBloodPressureDiastolic"}
SAMSUNG = {"heart_rate": "HEART_RATE", "steps": "STEP_COUNT"}


def iso(t):
    return t.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def at(text):
    return datetime.fromisoformat(text)


def record(kind, start, value, minutes=0, seconds=0, zone=None, source=WATCH, names=APPLE, unit=None):
    """zone: "+01:00"; None: the record says nothing of it."""
    start = at(start) if isinstance(start, str) else start
    start = start if start.tzinfo else start.replace(tzinfo=timezone.utc)
    row = {"id": f"{kind}-{start.timestamp()}-{source['name']}", "type": names[kind], "startDate": iso(start),
           "endDate": iso(start + timedelta(minutes=minutes, seconds=seconds)), "value": value, "unit": unit, "source": source}
    return {**row, "zoneOffset": zone} if zone else row


def workout(kind, start, minutes, zone=None, source=WATCH, ident=None, **values):
    start = at(start)
    row = {"id": ident or f"w-{start.timestamp()}-{source['name']}", "type": kind, "startDate": iso(start),
           "endDate": iso(start + timedelta(minutes=minutes)), "source": source,
           "values": [{"type": k, "value": v, "unit": "m"} for k, v in values.items()]}
    return {**row, "zoneOffset": zone} if zone else row


def push(api, user, records=(), workouts=(), sleep=(), provider="apple", sync="2026-06-01T00:00:00Z"):
    body = {"provider": provider, "sdkVersion": "1", "syncTimestamp": sync,
            "data": {"records": list(records), "workouts": list(workouts), "sleep": list(sleep)}}
    answer = api.post(f"/sdk/users/{user}/sync", json=body)
    assert answer.status_code == 202, answer.text
    run = answer.json()["batch_id"]

    def ended():
        said = api.get(f"/users/{user}/sync/runs/{run}").json()
        return said if said["status"] in ("success", "partial", "failed") else None

    said = eventually(ended, 60, what="the push is read")
    assert said["status"] == "success", said
    return said


def activity(api, user, start, end, **params):
    return api.pages(f"/users/{user}/summaries/activity", start_date=start, end_date=end, **params)


# ---- which day ----


def test_local_days_of_samples(api):
    """01:30 UTC is the evening before at -08:00 and the same morning at +05:30; without an offset the user's zone says."""
    user = api.user(time_zone="Asia/Tokyo")
    push(api, user, [
        record("steps", "2026-03-10T01:30:00", 100, minutes=1, zone="-08:00"),   # the 9th, 17:30
        record("steps", "2026-03-10T07:59:00", 10, minutes=1, zone="-08:00"),    # the 9th, 23:59
        record("steps", "2026-03-10T08:00:00", 1, minutes=1, zone="-08:00"),     # the 10th, 00:00
        record("steps", "2026-03-11T18:29:00", 200, minutes=1, zone="+05:30"),   # the 11th, 23:59
        record("steps", "2026-03-11T18:30:00", 20, minutes=1, zone="+05:30"),    # the 12th, 00:00
        record("steps", "2026-03-12T14:59:00", 300, minutes=1),                  # Tokyo: the 12th, 23:59
        record("steps", "2026-03-12T15:00:00", 3, minutes=1),                    # Tokyo: the 13th, 00:00
    ])
    days = activity(api, user, "2026-03-01", "2026-03-31")
    assert [(d["date"], d["steps"]) for d in days] == [
        ("2026-03-09", 110), ("2026-03-10", 1), ("2026-03-11", 200), ("2026-03-12", 320), ("2026-03-13", 3)]
    # both ends of the range are days of it
    assert [d["date"] for d in activity(api, user, "2026-03-10", "2026-03-12")] == [
        "2026-03-10", "2026-03-11", "2026-03-12"]
    assert [d["date"] for d in activity(api, user, "2026-03-10", "2026-03-12T00:00:00Z")] == ["2026-03-10", "2026-03-11"]
    assert activity(api, user, "2026-03-12", "2026-03-10") == []


def test_no_offset_and_no_zone_is_utc(api):
    user = api.user()
    push(api, user, [record("steps", "2026-03-12T23:59:00", 5, minutes=1), record("steps", "2026-03-13T00:00:00", 7, minutes=1)])
    assert [(d["date"], d["steps"]) for d in activity(api, user, "2026-03-01", "2026-03-31")] == [
        ("2026-03-12", 5), ("2026-03-13", 7)]


def test_nights_in_which_clocks_change(api):
    """Berlin: 29 March 2026 has 23 hours, 25 October 2026 has 25. By the zone and by offsets it is the same."""
    for zones in [(None, None, None, None), ("+01:00", "+02:00", "+02:00", "+01:00")]:
        user = api.user(time_zone="Europe/Berlin")
        push(api, user, [
            record("steps", "2026-03-28T22:59:59", 1, zone=zones[0]),
            record("steps", "2026-03-28T23:00:00", 10, zone=zones[0]),
            record("steps", "2026-03-29T21:59:59", 100, zone=zones[1]),
            record("steps", "2026-03-29T22:00:00", 1000, zone=zones[1]),
            record("steps", "2026-10-24T21:59:59", 2, zone=zones[2]),
            record("steps", "2026-10-24T22:00:00", 20, zone=zones[2]),
            record("steps", "2026-10-25T00:30:00", 200, zone=zones[2]),    # 02:30, for the first time
            record("steps", "2026-10-25T01:30:00", 2000, zone=zones[3]),   # 02:30, for the second time
            record("steps", "2026-10-25T22:59:59", 20000, zone=zones[3]),
            record("steps", "2026-10-25T23:00:00", 3, zone=zones[3]),
        ])
        assert [(d["date"], d["steps"]) for d in activity(api, user, "2026-03-01", "2026-12-31")] == [
            ("2026-03-28", 1), ("2026-03-29", 110), ("2026-03-30", 1000),
            ("2026-10-24", 2), ("2026-10-25", 22220), ("2026-10-26", 3)]


# ---- what a day says ----


def test_a_day_of_samples(api):
    """Born on 10 March 1986: 39 on the 9th, so at most 181: light from 90, moderate from 114, vigorous from 137 to 168."""
    user = api.user(birth_date="1986-03-10")
    day = "2026-03-09"
    hearts = [("08:00", 89), ("08:01", 90), ("08:02", 113), ("08:03", 114), ("08:04", 136), ("08:05", 137), ("08:06", 168),
              ("08:07", 169)]
    push(api, user, [
        *[record("heart_rate", f"{day}T{t}:10", v, zone="+00:00") for t, v in hearts],
        record("heart_rate", f"{day}T08:08:05", 80, zone="+00:00"),     # 80 and 110: a minute of 95
        record("heart_rate", f"{day}T08:08:35", 110, zone="+00:00"),
        record("steps", f"{day}T09:00:00", 90, minutes=3, zone="+00:00"),   # three minutes of 30
        record("steps", f"{day}T09:10:00", 87, minutes=3, zone="+00:00"),   # three of 29
        record("steps", f"{day}T09:20:00", 40, minutes=1, zone="+00:00"),   # one of 40
        record("distance", f"{day}T09:00:00", 100.5, minutes=3, zone="+00:00", unit="m"),
        record("distance", f"{day}T09:10:00", 50, minutes=3, zone="+00:00", unit="m"),
        record("energy", f"{day}T09:00:00", 12.5, minutes=3, zone="+00:00", unit="kcal"),
        record("basal", f"{day}T09:00:00", 70, minutes=60, zone="+00:00", unit="kcal"),
    ], [workout("running", f"{day}T10:00:00+00:00", 30, zone="+00:00", elevationAscended=17),
        workout("hiking", f"{day}T15:00:00+00:00", 30, zone="+00:00", elevationAscended=5)])
    row, = activity(api, user, day, day)
    assert row["date"] == day
    assert row["source"] == {"provider": "apple", "source": "Wrist", "device": "Watch7,1", "device_type": "watch",
                             "device_name": row["source"]["device_name"]}
    assert row["steps"] == 217
    assert row["distance_meters"] == 150.5
    assert row["elevation_meters"] == 22.0
    assert row["floors_climbed"] == 7                     # 22 m / 3 m
    assert row["active_calories_kcal"] == 12.5 and row["total_calories_kcal"] == 82.5
    assert row["active_minutes"] == 4 and row["sedentary_minutes"] == 3
    assert row["intensity_minutes"] == {"light": 3, "moderate": 2, "vigorous": 2}
    total = sum(v for _, v in hearts) + 190
    assert row["heart_rate"] == {"avg_bpm": round(total / 10), "max_bpm": 169, "min_bpm": 80}


def test_what_is_not_known(api):
    user = api.user()
    push(api, user, [record("heart_rate", "2026-03-09T08:00:00", 60, zone="+00:00")])
    row, = activity(api, user, "2026-03-09", "2026-03-09")
    assert row["steps"] == 0 and row["active_calories_kcal"] == 0.0
    for field in ("distance_meters", "floors_climbed", "elevation_meters", "total_calories_kcal", "active_minutes",
                  "sedentary_minutes"):
        assert row[field] is None, field
    assert row["intensity_minutes"] == {"light": 0, "moderate": 0, "vigorous": 0}  # 190: light from 95
    assert row["heart_rate"] == {"avg_bpm": 60, "max_bpm": 60, "min_bpm": 60}


# ---- which source ----


def test_the_better_device_and_the_better_provider(api, priorities):
    user = api.user()
    push(api, user, [record("steps", "2026-03-09T08:00:00", 1000, minutes=10, zone="+00:00"),
                     record("steps", "2026-03-09T08:00:00", 900, minutes=10, zone="+00:00", source=PHONE),
                     record("steps", "2026-03-10T08:00:00", 50, minutes=10, zone="+00:00", source=PHONE),
                     record("heart_rate", "2026-03-10T08:00:00", 70, zone="+00:00")])
    galaxy = {"deviceName": "Galaxy", "appId": "com.example.galaxy", "deviceModel": "Galaxy Watch6", "name": "Galaxy"}
    push(api, user, [record("steps", "2026-03-09T08:00:00", 1100, minutes=10, zone="+00:00", source=galaxy, names=SAMSUNG),
                     record("steps", "2026-03-11T08:00:00", 7, minutes=1, zone="+00:00", source=galaxy, names=SAMSUNG)],
         provider="samsung")

    def seen():
        return [(d["date"], d["source"]["provider"], d["source"]["device_type"], d["steps"])
                for d in activity(api, user, "2026-03-01", "2026-03-31")]

    # a source that counted goes before one with a heart rate alone
    assert seen() == [("2026-03-09", "apple", "watch", 1000), ("2026-03-10", "apple", "phone", 50),
                      ("2026-03-11", "samsung", "watch", 7)]
    priorities("device-types", phone=1, watch=2)
    assert seen()[0] == ("2026-03-09", "apple", "phone", 900)
    priorities("providers", samsung=1, apple=2)
    assert seen()[0] == ("2026-03-09", "samsung", "watch", 1100)


def test_pages_of_days(api):
    user = api.user()
    push(api, user, [record("steps", f"2025-{m:02d}-{d:02d}T12:00:00", m * 100 + d, zone="+00:00")
                     for m in range(1, 13) for d in (1, 2, 15)])
    whole = activity(api, user, "2020-01-01", "2030-12-31", limit=400)
    assert len(whole) == 36 and [d["date"] for d in whole] == sorted(d["date"] for d in whole)
    assert all(d["steps"] == int(d["date"][5:7]) * 100 + int(d["date"][8:]) for d in whole)
    assert activity(api, user, "2020-01-01", "2030-12-31", limit=5) == whole
    assert activity(api, user, "2020-01-01", "2030-12-31", limit=7, sort_order="desc") == whole[::-1]
    # back and forth
    path, window = f"/users/{user}/summaries/activity", {"start_date": "2020-01-01", "end_date": "2030-12-31", "limit": 10}
    first = api.get(path, **window).json()
    assert first["pagination"]["total_count"] is None and first["pagination"]["previous_cursor"] is None
    assert first["metadata"]["start_time"] == "2020-01-01T00:00:00" and first["metadata"]["sample_count"] == 10
    second = api.get(path, **window, cursor=first["pagination"]["next_cursor"]).json()
    assert second["data"] == whole[10:20]
    back = api.get(path, **window, cursor=second["pagination"]["previous_cursor"]).json()
    assert back["data"] == first["data"] and back["pagination"]["has_more"]
    for wrong in ({"limit": 0}, {"limit": 401}, {"sort_order": "up"}, {"cursor": "garbage"}, {"start_date": "soon"}):
        answer = api.get(path, **{**window, **wrong})
        assert answer.status_code == 422, (wrong, answer.text)
    for kind in ("sleep", "recovery"):
        assert api.get(f"/users/{user}/summaries/{kind}", **{**window, "limit": 101}).status_code == 422
        assert api.get(f"/users/{user}/summaries/{kind}", **window).json()["data"] == []
    assert api.get(path).status_code == 422
    nobody = "00000000-0000-4000-8000-000000000001"
    assert api.get(f"/users/{nobody}/summaries/activity", **window).json()["data"] == []


# ---- the body, how much there is ----


def test_the_body(api):
    user = api.user(birth_date="1986-03-10")
    assert api.get(f"/users/{user}/summaries/body").json() is None
    now = datetime.now(timezone.utc).replace(microsecond=0)
    ago = lambda **k: now - timedelta(**k)
    push(api, user, [
        record("weight", ago(days=40), 82, unit="kg"), record("weight", ago(days=400), 90, unit="kg"),
        record("height", ago(days=900), 1.8, unit="m"), record("fat", ago(days=39), 0.185, source=PHONE),
        record("resting", ago(days=1), 50), record("resting", ago(days=2), 53), record("resting", ago(days=9), 90),
        record("sdnn", ago(hours=3), 40.24), record("sdnn", ago(days=6), 50.1),
        record("temperature", ago(hours=3), 36.6, unit="degC"),
        record("systolic", ago(hours=2), 121), record("diastolic", ago(hours=2), 80),
    ])
    body = api.get(f"/users/{user}/summaries/body").json()
    assert body["source"]["source"] == "Pocket"
    slow = body["slow_changing"]
    assert slow == {"weight_kg": 82.0, "height_cm": 180.0, "body_fat_percent": 18.5, "muscle_mass_kg": None, "bmi": 25.3,
                    "age": slow["age"]}
    assert slow["age"] == now.year - 1986 - ((now.month, now.day) < (3, 10))
    averaged = body["averaged"]
    assert averaged["period_days"] == 7 and averaged["resting_heart_rate_bpm"] == 52
    assert averaged["avg_hrv_sdnn_ms"] == 45.2 and averaged["avg_hrv_rmssd_ms"] is None
    latest = body["latest"]
    assert latest["body_temperature_celsius"] == 36.6 and at(latest["body_temperature_measured_at"]) == ago(hours=3)
    assert latest["skin_temperature_celsius"] is None and latest["skin_temperature_measured_at"] is None
    pressure = latest["blood_pressure"]
    assert (pressure["avg_systolic_mmhg"], pressure["avg_diastolic_mmhg"], pressure["reading_count"]) == (121, 80, 1)
    one = api.get(f"/users/{user}/summaries/body", average_period=1, latest_window_hours=1).json()
    assert one["averaged"]["resting_heart_rate_bpm"] in (None, 50) and one["latest"]["blood_pressure"] is None
    push(api, user, [record("diastolic", ago(hours=1), 79)])
    assert api.get(f"/users/{user}/summaries/body").json()["latest"]["blood_pressure"] is None
    for wrong in ({"average_period": 0}, {"average_period": 8}, {"latest_window_hours": 25}):
        assert api.get(f"/users/{user}/summaries/body", **wrong).status_code == 422


def test_how_much_there_is(api):
    user = api.user()
    nothing = api.get(f"/users/{user}/summaries/data").json()
    assert nothing == {"user_id": user, "total_data_points": 0, "total_workouts": 0, "total_sleep_events": 0,
                       "series_type_counts": {}, "workout_type_counts": {}, "by_provider": [],
                       "has_womens_health_data": False}
    push(api, user, [record("heart_rate", f"2026-03-09T{h:02d}:30:00", 60 + h, zone="+00:00") for h in range(24)]
         + [record("steps", "2026-03-10T08:00:00", 10, zone="+00:00")],
         [workout("running", "2026-03-09T10:00:00+00:00", 30), workout("running", "2026-03-10T10:00:00+00:00", 30),
          workout("cycling", "2026-03-11T10:00:00+00:00", 30)])
    push(api, user, [record("steps", f"2026-03-09T{h:02d}:00:00", 1, names=SAMSUNG) for h in range(3)], provider="samsung")
    said = api.get(f"/users/{user}/summaries/data").json()
    assert said["total_data_points"] == 28 and said["total_workouts"] == 3 and said["total_sleep_events"] == 0
    assert list(said["series_type_counts"].items()) == [("heart_rate", 24), ("steps", 4)]
    assert list(said["workout_type_counts"].items()) == [("running", 2), ("cycling", 1)]
    assert said["by_provider"] == [
        {"provider": "apple", "data_points": 25, "series_counts": {"heart_rate": 24, "steps": 1}, "workout_count": 3,
         "sleep_count": 0},
        {"provider": "samsung", "data_points": 3, "series_counts": {"steps": 3}, "workout_count": 0, "sleep_count": 0}]
    # a range that cuts a block
    part = api.get(f"/users/{user}/summaries/data", start_date="2026-03-09T10:30:00Z", end_date="2026-03-09T12:30:00Z").json()
    assert part["series_type_counts"] == {"heart_rate": 2} and part["total_workouts"] == 0
    day = api.get(f"/users/{user}/summaries/data", start_date="2026-03-09", end_date="2026-03-09").json()
    assert day["total_data_points"] == 27 and day["total_workouts"] == 1
    assert api.get(f"/users/{user}/summaries/data", start_date="2026-03-10", end_date="2026-03-01").json()[
        "total_data_points"] == 0


# ---- scores and days of providers ----


def test_scores_and_recovery_of_polar(api):
    user = api.connected("polar")
    api.synced("polar", user)
    window = {"start_date": "2020-01-01", "end_date": "2035-01-01"}
    body = api.get(f"/users/{user}/health-scores", **window, limit=1000).json()
    rows = body["data"]
    assert rows and body["pagination"]["total_count"] == len(rows) == body["metadata"]["sample_count"]
    assert [r["recorded_at"] for r in rows] == sorted((r["recorded_at"] for r in rows), reverse=True)
    recovery = api.get(f"/users/{user}/health-scores", **window, category="recovery", limit=1000).json()["data"]
    assert recovery and all(r["category"] == "recovery" and r["provider"] == "polar" for r in recovery)
    assert recovery == [r for r in rows if r["category"] == "recovery"]
    parts = recovery[0]["components"]
    assert parts and all(set(p) == {"value", "qualifier"} for p in parts.values())
    known = {d["id"]: d for d in api.get(f"/users/{user}/data-sources").json()["items"]}
    assert all(known[r["data_source_id"]]["provider"] == "polar" for r in rows)
    # pages by number of rows
    paged = [r for o in range(0, len(rows), 3) for r in api.get(f"/users/{user}/health-scores", limit=3, offset=o).json()["data"]]
    assert paged == rows
    assert api.get(f"/users/{user}/health-scores", provider="garmin").json()["data"] == []
    backwards = api.get(f"/users/{user}/health-scores", start_date="2030-01-01", end_date="2020-01-01")
    assert backwards.status_code == 200 and backwards.json()["data"] == []
    for wrong in ({"category": "luck"}, {"limit": 0}, {"limit": 1001}, {"offset": -1}):
        assert api.get(f"/users/{user}/health-scores", **wrong).status_code == 422
    # a row a day of recovery, with the score's own components
    days = api.pages(f"/users/{user}/summaries/recovery", **window)
    assert [d["date"] for d in days] == sorted({local_date(r) for r in recovery})
    for day in days:
        score = [r for r in recovery if local_date(r) == day["date"]][0]
        assert day["recovery_score"] == round(score["value"]) and day["source"]["provider"] == "polar"
        said = score["components"].get("hrv_rmssd_milli", {}).get("value")
        assert said is None or day["avg_hrv_rmssd_ms"] == said
        assert day["avg_hrv_sdnn_ms"] is None  # Polar knows no SDNN


def local_date(row, key="recorded_at"):
    zone = row["zone_offset"] or "+00:00"
    return at(row[key].replace("Z", "+00:00")).astimezone(at(f"2020-01-01T00:00:00{zone}").tzinfo).date().isoformat()


@pytest.mark.parametrize("provider", ["garmin", "polar", "suunto"])
def test_days_of_a_cloud_provider(api, provider):
    """Each day is what the stored totals and samples of that provider come to."""
    user = api.connected(provider)
    api.synced(provider, user)
    totals = {}
    steps = [s for s in api.series(user, "steps")]
    for s in steps:
        day, kind = local_date(s, "timestamp"), s["is_daily_total"]
        totals.setdefault(day, {}).setdefault(kind, []).append(s["value"])
    days = activity(api, user, "2020-01-01", "2035-01-01", limit=400)
    assert days
    for day in days:
        known = totals.get(day["date"], {})
        expected = max(known[True]) if True in known else sum(known.get(False, [0]))
        assert day["steps"] == round(expected), (day, known)
        assert day["source"]["provider"] == provider
    hearts = {}
    for s in api.series(user, "heart_rate"):
        hearts.setdefault(local_date(s, "timestamp"), []).append(s["value"])
    assert any(d["heart_rate"] for d in days)
    for day in days:
        if day["heart_rate"] and day["date"] in hearts:
            assert min(hearts[day["date"]]) <= day["heart_rate"]["avg_bpm"] <= max(hearts[day["date"]])


# ---- nights ----


@pytest.mark.parametrize("provider", ["garmin", "polar", "suunto"])
def test_nights_of_a_cloud_provider(api, provider):
    user = api.connected(provider)
    api.synced(provider, user)
    sessions = {}
    for s in api.sleep(user):
        sessions.setdefault(local_date(s, "end_time"), []).append(s)
    assert sessions
    nights = api.pages(f"/users/{user}/summaries/sleep", start_date="2020-01-01", end_date="2035-01-01", limit=100)
    assert [n["date"] for n in nights] == sorted(sessions)
    hearts = [(at(s["timestamp"].replace("Z", "+00:00")), s["value"]) for s in api.series(user, "heart_rate")]
    for night in nights:
        of_day = sessions[night["date"]]
        main = [s for s in of_day if not s["is_nap"]]
        assert len(night["sessions"]) == len(of_day) and night["nap_count"] == len(of_day) - len(main)
        longest = max(main, key=lambda s: at(s["end_time"][:19]) - at(s["start_time"][:19]))
        assert (night["start_time"], night["end_time"]) == (longest["start_time"], longest["end_time"])
        assert night["duration_minutes"] == sum(s["sleep_duration_seconds"] for s in main) // 60
        if all(s["stages"] for s in main):
            assert night["stages"]["deep_minutes"] == sum(s["stages"]["deep_seconds"] for s in main) // 60
        within = [v for t, v in hearts if at(longest["start_time"].replace("Z", "+00:00")) <= t
                  < at(longest["end_time"].replace("Z", "+00:00"))]
        if within:
            assert night["avg_heart_rate_bpm"] == pytest.approx(sum(within) / len(within), abs=0.51)
        assert night["interruptions_count"] is None


# ---- one activity from two sources ----


def test_a_ride_that_two_sources_have(api):
    """A workout that Polar's app also wrote into Apple Health: Polar's stands, and it counts once."""
    user = api.connected("polar")
    api.synced("polar", user)
    rides = api.workouts(user)
    assert rides and all(w["duplicate_of"] is None for w in rides)
    ride = rides[0]
    connect = {"name": "Flow", "bundleIdentifier": "fi.polar.polarflow"}
    start = at(ride["start_time"].replace("Z", "+00:00"))
    minutes = (at(ride["end_time"].replace("Z", "+00:00")) - start).total_seconds() / 60
    push(api, user, workouts=[workout("other", (start + timedelta(seconds=40)).isoformat(), minutes, source=connect, ident="copy"),
                              workout("yoga", (start + timedelta(days=1)).isoformat(), 20, ident="else")])
    now = {w["id"]: w for w in api.workouts(user)}
    assert len(now) == len(rides) + 2
    copy, = [w for w in now.values() if w["duplicate_of"]]
    assert copy["source"]["provider"] == "apple" and copy["duplicate_of"] == ride["id"]
    detail = api.get(f"/users/{user}/events/workouts/{copy['id']}").json()
    assert detail["duplicate_of"] == ride["id"]
    less = api.pages(f"/users/{user}/events/workouts", start_date="2020-01-01", end_date="2035-01-01", exclude_duplicates="true")
    assert {w["id"] for w in less} == set(now) - {copy["id"]}
    assert api.get(f"/users/{user}/summaries/data").json()["total_workouts"] == len(now) - 1
    # the original goes, and the copy stands for itself
    assert api.http.delete(f"/api/v1/users/{user}/events/workouts/{ride['id']}").status_code == 204
    assert [w["duplicate_of"] for w in api.workouts(user)] == [None] * (len(now) - 1)
    # the same push once more changes nothing
    push(api, user, workouts=[workout("other", (start + timedelta(seconds=40)).isoformat(), minutes, source=connect, ident="copy")])
    assert len(api.workouts(user)) == len(now) - 1


def test_priorities_say_which_stands(api, priorities):
    user = api.user()
    galaxy = {"deviceName": "Galaxy", "appId": "com.example.galaxy", "deviceModel": "Galaxy Watch6", "name": "Galaxy"}
    push(api, user, workouts=[workout("RUNNING", "2026-03-09T10:00:00+00:00", 60, source=galaxy, ident="s")], provider="samsung")
    push(api, user, workouts=[workout("running", "2026-03-09T10:02:00+00:00", 58, ident="a")])

    def marked():
        return [w["source"]["provider"] for w in api.workouts(user) if w["duplicate_of"]]

    assert marked() == ["samsung"]
    priorities("providers", samsung=1, apple=2)
    assert marked() == ["apple"]


def test_nights_by_priority(api, priorities):
    """Two cloud accounts with nights on the same days: by priority one of them is shown, whole or in pages."""
    user = api.connected("polar")
    api.connect("suunto", user, "anna")
    api.synced("polar", user)
    api.synced("suunto", user)
    everything = api.sleep(user)
    days = {}
    for s in everything:
        days.setdefault(local_date(s, "end_time"), {}).setdefault(s["source"]["provider"], []).append(s["id"])
    both = [d for d, providers in days.items() if len(providers) == 2]
    assert both

    def shown(**params):
        return api.pages(f"/users/{user}/events/sleep", start_date="2020-01-01", end_date="2035-01-01",
                         filter_by_priority="true", **params)

    for first, second in [("polar", "suunto"), ("suunto", "polar")]:
        priorities("providers", **{first: 3, second: 4})
        expected = {i for providers in days.values() for i in providers.get(first) or providers[second]}
        rows = shown()
        assert {s["id"] for s in rows} == expected
        assert rows == [s for s in everything if s["id"] in expected]
        assert shown(limit=2) == rows
        page = api.get(f"/users/{user}/events/sleep", start_date="2020-01-01", end_date="2035-01-01", filter_by_priority="true",
                       limit=1).json()
        assert page["pagination"]["total_count"] == len(expected)
        nights = api.pages(f"/users/{user}/summaries/sleep", start_date="2020-01-01", end_date="2035-01-01")
        assert [n["date"] for n in nights] == sorted(days)
        assert all(n["source"]["provider"] == (first if first in days[n["date"]] else second) for n in nights)


def stage(kind, start, end, zone=None, source=WATCH):
    row = {"id": f"{kind}-{start}", "stage": kind, "startDate": iso(at(start)), "endDate": iso(at(end)), "source": source}
    return {**row, "zoneOffset": zone} if zone else row


def test_nights_of_a_phone(api):
    """Stages make sessions; their day is that of waking, on the clock they were slept by."""
    user = api.user(time_zone="Europe/Berlin")
    push(api, user, sleep=[
        # the night in which clocks go forward: 23:00 to 07:00 on the wall, seven hours long
        stage("light", "2026-03-28T22:00:00+00:00", "2026-03-29T02:00:00+00:00"),
        stage("deep", "2026-03-29T02:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        # and back: 23:00 to 07:00, nine hours
        stage("light", "2026-10-24T21:00:00+00:00", "2026-10-25T02:00:00+00:00"),
        stage("rem", "2026-10-25T02:00:00+00:00", "2026-10-25T06:00:00+00:00"),
        # awake at 23:30 UTC: still the day before at -08:00, already the day after at +05:30
        stage("light", "2026-06-10T16:30:00+00:00", "2026-06-10T23:30:00+00:00", zone="-08:00"),
        stage("light", "2026-07-10T16:30:00+00:00", "2026-07-10T23:30:00+00:00", zone="+05:30"),
        # 23:30 UTC is 01:30 of the next day in Berlin
        stage("light", "2026-08-10T16:30:00+00:00", "2026-08-10T23:30:00+00:00")],
        records=[record("heart_rate", "2026-03-29T01:00:00+00:00", 50), record("heart_rate", "2026-03-29T04:59:59+00:00", 60),
                 record("heart_rate", "2026-03-29T05:00:00+00:00", 199)])
    nights = api.pages(f"/users/{user}/summaries/sleep", start_date="2026-01-01", end_date="2026-12-31")
    assert [(n["date"], n["duration_minutes"]) for n in nights] == [
        ("2026-03-29", 420), ("2026-06-10", 420), ("2026-07-11", 420), ("2026-08-11", 420), ("2026-10-25", 540)]
    first = nights[0]
    assert first["stages"]["deep_minutes"] == 180 and first["stages"]["light_minutes"] == 240
    assert first["avg_heart_rate_bpm"] == 55
    assert first["source"]["source"] == "Wrist" and first["nap_count"] == 0
