"""What becomes of pushed data: nights out of stages, batches that overlap in any order, and a worker that dies in the
middle of a large one."""
import json
import os
import random
import signal
import threading
from datetime import datetime, timedelta, timezone

import pytest

from client import Client
from harness import Gateway, Simulator, eventually

PHONES = """
  apple = { enabled = true; module = "apple.so"; };
  samsung = { enabled = true; module = "samsung.so"; };
"""
WATCH = {"appId": "com.example.health", "deviceName": "Wrist", "deviceModel": "W-1", "deviceType": "watch"}
NIGHT = datetime(2026, 2, 23, 22, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def gateway():
    sim = Simulator()
    gw = Gateway(sim, providers=("polar",), sections=PHONES)
    yield gw
    gw.clean_stop()
    sim.stop()


@pytest.fixture()
def api(gateway):
    return Client(gateway)


def at(minutes, base=NIGHT):
    return (base + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def stage(i, name, start, end, **more):
    return {"id": f"s{i}", "stage": name, "startDate": at(start), "endDate": at(end), "zoneOffset": "+01:00",
            "source": WATCH, **more}


def batch(provider="apple", records=(), sleep=(), workouts=(), sync="2026-02-24T10:00:00Z"):
    return {"provider": provider, "sdkVersion": "0.11.0", "syncTimestamp": sync,
            "data": {"records": list(records), "sleep": list(sleep), "workouts": list(workouts)}}


def pushed(api, user, body):
    """As a phone does it: a gateway that has enough to do is asked again."""
    def send():
        answer = api.post(f"/sdk/users/{user}/sync", json=body)
        assert answer.status_code in (202, 503), answer.text
        return answer if answer.status_code == 202 else None

    return eventually(send, 60, 0.2, what="the push is taken").json()["batch_id"]


def ended(api, user, run, seconds=120):
    def look():
        said = api.get(f"/users/{user}/sync/runs/{run}").json()
        return said if said["status"] in ("success", "partial", "failed") else None

    return eventually(look, seconds, what="the run ends")


def read(api, user, body):
    run = ended(api, user, pushed(api, user, body))
    assert run["status"] == "success", run
    return run


# ---- nights ----


def test_a_night_is_there_at_once_and_grows(api):
    user = api.user()
    first = [stage(1, "light", 60, 120), stage(2, "deep", 120, 180)]
    run = read(api, user, batch(sleep=first))
    assert run["details"]["sleep"] == {"fetched": 1, "created": 1, "updated": 0, "unchanged": 0}, run
    night, = api.sleep(user)
    assert (night["start_time"], night["end_time"]) == (at(60), at(180)) and night["zone_offset"] == "+01:00"
    assert night["sleep_duration_seconds"] == 7200 and night["efficiency_percent"] == 100 and not night["is_nap"]

    more = [stage(0, "in_bed", 30, 480), stage(3, "awake", 180, 190), stage(4, "rem", 190, 250)]
    run = read(api, user, batch(sleep=more))
    assert run["details"]["sleep"]["updated"] == 1, run
    grown, = api.sleep(user)
    assert grown["id"] == night["id"]
    assert (grown["start_time"], grown["end_time"]) == (at(60), at(250))
    assert grown["duration_seconds"] == 190 * 60 and grown["sleep_duration_seconds"] == 180 * 60
    assert grown["stages"]["awake_seconds"] == 600 and grown["stages"]["rem_minutes"] == 60
    assert grown["efficiency_percent"] == 40
    assert [s["stage"] for s in grown["sleep_stage_intervals"]] == ["light", "deep", "awake", "rem"]

    run = read(api, user, batch(sleep=first + more))
    assert run["details"]["sleep"] == {"fetched": 1, "created": 0, "updated": 0, "unchanged": 1}, run
    assert api.sleep(user) == [grown]


def test_two_nights_a_bridge_makes_one(api):
    user = api.user()
    read(api, user, batch(sleep=[stage(1, "light", 0, 60)]))
    read(api, user, batch(sleep=[stage(2, "light", 250, 300)]))
    early, late = sorted(api.sleep(user), key=lambda s: s["start_time"])
    run = read(api, user, batch(sleep=[stage(3, "awake", 100, 200)]))
    assert run["details"]["sleep"]["deleted"] == 1, run
    assert [s["id"] for s in api.sleep(user)] == [early["id"]]


def test_naps_and_nights_of_which_little_is_known(api):
    user = api.user()
    noon = 15 * 60
    read(api, user, batch(sleep=[stage(1, "in_bed", 0, 480), stage(2, "sleeping", noon, noon + 50),
                                 stage(3, "awake", 4 * 1440, 4 * 1440 + 60)]))
    nap, night = api.sleep(user)  # the latest first
    assert (night["sleep_duration_seconds"], night["is_nap"], nap["is_nap"]) == (480 * 60, False, True)
    assert nap["sleep_duration_seconds"] == 3000 and nap["stages"] is None


def test_what_samsung_says_of_its_sessions(api):
    user = api.user()
    score = [{"type": "sleepScore", "value": 81, "unit": "score"}]
    parts = [stage("", "light", 0, 60, id="u1-s0-0", parentId="u1", values=score),
             stage("", "deep", 60, 100, id="u1-s0-1", parentId="u1", values=score),
             stage("", "light", 500, 560, id="u1-s1-0", parentId="u1", values=score)]
    read(api, user, batch("samsung", sleep=parts))
    assert len(api.sleep(user)) == 2  # two sessions of one record
    read(api, user, batch("samsung", sleep=[stage("", "rem", 300, 330, id="u1-s0-2", parentId="u1")]))
    nights = api.sleep(user)
    assert [n["start_time"] for n in nights] == [at(500), at(0)]  # of one session, though hours apart
    assert nights[1]["end_time"] == at(330)


# ---- batches in any order ----


def history(seed):
    """Batches of some days that overlap, each with a time of its own; what they say of one thing twice is newer."""
    dice = random.Random(seed)
    records = [{"id": f"r{i}", "type": "HKQuantityTypeIdentifierHeartRate", "startDate": at(7 * i), "endDate": at(7 * i),
                "zoneOffset": None, "source": WATCH, "value": 50 + i % 60, "unit": "bpm"} for i in range(400)]
    sleep = [stage(f"{night}-{i}", dice.choice(["light", "deep", "rem", "awake"]), night * 1440 + 30 * i,
                   night * 1440 + 30 * (i + 1)) for night in range(3) for i in range(14) if dice.random() < 0.9]
    workouts = [{"id": f"w{i}", "type": "running", "startDate": at(600 + 1440 * i), "endDate": at(640 + 1440 * i),
                 "zoneOffset": None, "source": WATCH,
                 "values": [{"type": "distance", "value": 5000 + i, "unit": "m"}]} for i in range(3)]
    batches = []
    for n in range(8):
        part = lambda rows: [dict(row) for row in rows if dice.random() < 0.6]
        mine = part(records)
        for row in dice.sample(mine, 20):
            row["value"] += n  # corrected
        batches.append(batch(records=mine, sleep=part(sleep), workouts=part(workouts), sync=f"2026-02-28T10:{n:02d}:00Z"))
    return batches


def data_of(api, user):
    strip = lambda rows: [{k: v for k, v in row.items() if k != "id"} for row in rows]
    return json.dumps([strip(api.workouts(user)), strip(api.sleep(user)), api.series(user)])


def test_overlapping_batches_in_any_order_are_the_same_data(api):
    batches = history(1)
    expected = None
    for turn in range(4):
        user = api.user()
        order = batches + random.Random(turn).sample(batches, 3)
        random.Random(turn + 10).shuffle(order)
        for body in order:
            read(api, user, body)
        got = data_of(api, user)
        expected = expected or got
        assert got == expected, turn
    assert len(json.loads(expected)[1]) >= 3


def test_overlapping_batches_at_once_are_the_same_data(api, gateway):
    batches = history(2)
    one = api.user()
    for body in batches:
        read(api, one, body)
    user, runs = api.user(), []
    threads = [threading.Thread(target=lambda b=body: runs.append(pushed(Client(gateway), user, b)))
               for body in batches * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ended(api, user, run)["status"] == "success" for run in runs)
    assert data_of(api, user) == data_of(api, one)


# ---- large ones ----


def large(count):
    rows = [{"id": f"r{i}", "type": "HKQuantityTypeIdentifierHeartRate", "startDate": at(i / 12), "endDate": at(i / 12),
             "zoneOffset": None, "source": WATCH, "value": 50 + i % 90, "unit": "bpm"} for i in range(count)]
    rows[count // 2] = {"id": "bad", "type": "HKQuantityTypeIdentifierHeartRate", "startDate": "soon", "value": 1}
    return batch(records=rows, sleep=[stage(1, "deep", 0, 60)])


def test_kill_9_of_the_worker_in_the_middle_of_a_large_push():
    sim = Simulator()
    gateway = Gateway(sim, providers=("polar",), sections=PHONES)
    api = Client(gateway)
    body = large(100_000)
    undisturbed, user = api.user(), api.user()
    calm = ended(api, undisturbed, pushed(api, undisturbed, body))
    run = pushed(api, user, body)
    stored = lambda: int(gateway.sql(f"SELECT coalesce(sum(n), 0) FROM series_blocks WHERE user_id = '{user}'")[0][0])
    eventually(lambda: stored() > 0, 60, 0.001, what="a portion is committed")
    for pid in gateway.children("worker"):
        os.kill(pid, signal.SIGKILL)
    said = ended(api, user, run)
    assert said["status"] == calm["status"] == "partial", said
    assert said["warnings"] == calm["warnings"] and any("50000" in w for w in said["warnings"]), said
    counts = said["details"]["timeseries"]
    assert counts["fetched"] == counts["created"] + counts["unchanged"] == 99_999, said
    assert data_of(api, user) == data_of(api, undisturbed)
    gateway.clean_stop()
    sim.stop()


def test_how_far_a_large_push_is(api):
    user = api.user()
    run = pushed(api, user, large(300_000))
    seen = []

    def look():
        said = api.get(f"/users/{user}/sync/runs/{run}").json()
        seen.append(said["progress"])
        return said["status"] == "partial" and said

    said = eventually(look, 120, 0.005)
    parts = [p for p in seen if p is not None]
    assert parts == sorted(parts) and parts[-1] == 1.0 and any(0 < p < 1 for p in parts), parts
    assert said["details"]["timeseries"]["created"] == 299_999
