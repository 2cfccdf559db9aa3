"""What apps on phones push: every shape of body, through every path, and what is there afterwards."""
import gzip
import hashlib
import json
import threading
import time
import uuid

import httpx
import pytest

from client import Client
from harness import Gateway, Simulator, eventually

PHONES = """
  apple = { enabled = true; module = "apple.so"; };
  samsung = { enabled = true; module = "samsung.so"; };
"""


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


# ---- bodies of made-up people ----


def sdk_body(provider, beats=3, sync="2026-02-24T10:00:00Z"):
    """What today's SDKs send."""
    heart, run = ("HEART_RATE", "RUNNING") if provider == "samsung" else (
        "HKQuantityTypeIdentifierHeartRate", "running")
    watch = {"appId": "com.example.health", "deviceName": "Wrist", "deviceModel": "W-1", "deviceType": "watch"}
    return {"provider": provider, "sdkVersion": "0.11.0", "syncTimestamp": sync, "data": {
        "records": [{"id": f"r{i}", "type": heart, "startDate": f"2026-02-24T08:{i // 60 % 60:02d}:{i % 60:02d}Z",
                     "endDate": f"2026-02-24T08:{i // 60 % 60:02d}:{i % 60:02d}Z", "zoneOffset": "+01:00", "source": watch,
                     "value": 60 + i % 40, "unit": "bpm"} for i in range(beats)],
        "sleep": [{"id": "s1", "stage": "light", "startDate": "2026-02-23T23:10:00Z", "endDate": "2026-02-24T00:00:00Z",
                   "zoneOffset": "+01:00", "source": watch},
                  {"id": "s2", "stage": "deep", "startDate": "2026-02-24T00:00:00Z", "endDate": "2026-02-24T05:00:00Z",
                   "zoneOffset": "+01:00", "source": watch}],
        "workouts": [{"id": "w1", "type": run, "startDate": "2026-02-24T06:00:00Z", "endDate": "2026-02-24T06:45:00Z",
                      "zoneOffset": "+01:00", "source": watch,
                      "values": [{"type": "duration", "value": 2700000, "unit": "ms"},
                                 {"type": "calories", "value": 345.5, "unit": "kcal"},
                                 {"type": "distance", "value": 5234.0, "unit": "m"}]}]}}


def healthion_body():
    watch = {"name": "Wrist", "bundleIdentifier": "com.apple.health", "productType": "Watch7,1"}
    return {"data": {
        "records": [{"uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, "r")), "type": "HKQuantityTypeIdentifierHeartRate",
                     "startDate": "2026-01-15T08:00:00Z", "endDate": "2026-01-15T08:00:00Z", "unit": "bpm", "value": 72,
                     "source": watch, "recordMetadata": []}],
        "sleep": [],
        "workouts": [{"uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, "w")), "type": "running",
                      "startDate": "2026-01-15T06:00:00Z", "endDate": "2026-01-15T06:45:00Z", "source": watch,
                      "workoutStatistics": [{"type": "duration", "unit": "s", "value": 2700},
                                            {"type": "distance", "unit": "m", "value": 5200}]}]}}


def auto_export_body():
    return {"data": {"metrics": [{"name": "heart_rate", "units": "count/min", "data": [
        {"date": "2026-01-16 08:00:00 +0100", "Min": 60, "Avg": 62, "Max": 64, "source": "Wrist"}]}], "workouts": []}}


# ---- pushing ----


def path_of(user, rest=""):
    return f"/sdk/users/{user}/sync{rest}"


def pushed(api, user, rest, body, **more):
    answer = api.post(path_of(user, rest), **({"json": body} if body is not None else {}), **more)
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert said["status_code"] == 202 and said["user_id"] == user and said["response"]
    assert [said[k] for k in ("dropped_count", "records_saved", "workouts_saved", "sleep_saved")] == [0, 0, 0, 0]
    return said["batch_id"]


def ended(api, user, run, seconds=60):
    def look():
        said = api.get(f"/users/{user}/sync/runs/{run}").json()
        return said if said["status"] in ("success", "partial", "failed") else None

    return eventually(look, seconds, what="the run ends")


def read(api, user, rest, body, **more):
    run = ended(api, user, pushed(api, user, rest, body, **more))
    assert run["status"] == "success", run
    return run


SHAPES = [("", sdk_body("apple"), "apple"), ("", sdk_body("samsung"), "samsung"), ("", sdk_body("Apple"), "apple"),
          ("/apple", sdk_body("apple"), "apple"), ("/samsung", sdk_body("samsung"), "samsung"),
          ("/apple/healthion", healthion_body(), "apple"), ("/apple", healthion_body(), "apple"),
          ("/apple/auto-health-export", auto_export_body(), "apple"), ("/apple", sdk_body("samsung"), "samsung"),
          ("/samsung", sdk_body("apple"), "apple"), ("/apple/healthion", sdk_body("apple"), "apple"),
          ("/samsung", {k: v for k, v in sdk_body("samsung").items() if k != "provider"}, "samsung")]


@pytest.mark.parametrize("rest,body,provider", SHAPES)
def test_every_shape_on_every_path(api, rest, body, provider):
    user = api.user()
    run = read(api, user, rest, body)
    assert run["provider"] == provider and run["details"]["timeseries"]["created"] >= 1, run
    assert len(api.workouts(user)) == len(body["data"]["workouts"])
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["provider"] == provider and connection["status"] == "active"
    assert connection["last_synced_at"] and connection["provider_user_id"] in (None, "")


def test_the_provider_may_come_behind_the_data(api):
    body = sdk_body("samsung")
    body = {"data": body["data"], "syncTimestamp": body["syncTimestamp"], "provider": "SAMSUNG"}
    assert read(api, api.user(), "", body)["provider"] == "samsung"


def test_wrapped_bodies(api):
    text = json.dumps(sdk_body("apple")).encode()
    kind = {"Content-Type": "application/json"}
    wrappings = [
        dict(content=text, headers=kind), dict(content=gzip.compress(text), headers={**kind, "Content-Encoding": "gzip"}),
        dict(content=gzip.compress(text[:99]) + gzip.compress(text[99:]), headers={**kind, "Content-Encoding": "gzip"}),
        dict(content=iter([text[:7], text[7:8], text[8:]]), headers=kind), dict(files={"file": ("x.json", text)}),
        dict(data={"other": "field"}, files={"more": b"no", "file": ("x.json", text, "application/json")})]
    for more in wrappings:
        user = api.user()
        assert read(api, user, "/apple/healthion", None, **more)["details"]["workouts"]["created"] == 1


def test_the_same_again_changes_nothing(api):
    user = api.user()
    first = read(api, user, "", sdk_body("apple"))
    before = api.workouts(user), api.series(user), api.sleep(user)
    again = read(api, user, "", sdk_body("apple"))
    assert again["run_id"] != first["run_id"]
    assert all(again["details"][k][n] == 0 for k in ("workouts", "timeseries") for n in ("created", "updated")), again
    assert (api.workouts(user), api.series(user), api.sleep(user)) == before
    assert len(api.get(f"/users/{user}/connections").json()) == 1


def test_64_equal_pushes_at_once_are_one_set_of_records(api, gateway):
    user, body = api.user(), sdk_body("samsung", beats=50)
    answers = []

    def one():
        answers.append(pushed(Client(gateway), user, "", body))

    threads = [threading.Thread(target=one) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 64
    runs = [ended(api, user, run, 120) for run in answers]
    assert all(run["status"] == "success" for run in runs)
    assert sum(run["details"]["timeseries"]["created"] for run in runs) == 50
    assert sum(run["details"]["workouts"]["created"] for run in runs) == 1
    assert len(api.workouts(user)) == 1 and len(api.series(user)) == 50
    assert len(api.get(f"/users/{user}/connections").json()) == 1
    assert gateway.sql(f"SELECT count(*) FROM payloads WHERE user_id = '{user}'") == [("1",)]


def test_bad_records_do_not_sink_the_batch(api):
    user, body = api.user(), sdk_body("apple")
    body["data"]["records"][1]["value"] = "much"
    body["data"]["workouts"].append({"type": "running"})
    run = ended(api, user, pushed(api, user, "", body))
    assert run["status"] == "partial" and run["warnings"], run
    assert len(api.series(user)) == 2 and len(api.workouts(user)) == 1


# ---- what is refused ----


def refused(answer, status, code):
    assert answer.status_code == status, (status, answer.text)
    assert answer.json()["code"] == code, answer.text
    assert answer.json()["detail"] and answer.json()["request_id"]
    return answer.json()


def test_what_is_refused(api, gateway):
    user = api.user()
    there = f"/api/v1{path_of(user)}"
    kind = {"Content-Type": "application/json"}

    def send(content, path=there, **headers):
        return api.http.post(path, content=content, headers={**kind, **headers})

    good = json.dumps(sdk_body("apple")).encode()
    for body in ({}, {"provider": "fitbit"}, {"provider": "google", "data": {}}, {"provider": None}, {"provider": 7},
                 {"provider": {"apple": 1}}, {"provider": ""}, {"data": {"provider": "apple"}}):
        said = refused(send(json.dumps(body)), 422, "provider.unsupported")
        assert "apple, samsung" in said["detail"]
    refused(send(b'{"provider":"fitbit"}', there + "/apple"), 422, "provider.unsupported")
    for bad in (b"{", b"nonsense", b'{"provider":"apple"', good[:-1], good + b"}", good + b"{}", b"\xff" + good,
                b'{"a":"\xff"}', b'{"a":01}', b"{" * 10, b'{"a":' * 100 + b"1" + b"}" * 100, b'{"a":"' + b"x" * 3000000 + b'"}'):
        refused(send(bad), 400, "request.malformed")
    for other in (b"", b"[]", b'"x"', b"1", b"null", b"[{}]"):
        refused(send(other), 422, "validation.failed")
    packed = gzip.compress(good)
    for bad in (packed[:-1], packed[:20], good, packed + b"more", b"\x1f\x8b"):
        refused(send(bad, **{"Content-Encoding": "gzip"}), 400, "request.malformed")
    refused(send(good, **{"Content-Encoding": "br"}), 415, "body.encoding")
    refused(send(good, **{"Content-Type": "text/csv"}), 415, "body.media_type")
    refused(api.http.post(there, files={"data": good}), 422, "validation.failed")
    refused(api.http.post(there, files=[("file", good), ("file", good)]), 422, "validation.failed")
    refused(send(good, **{"Content-Type": "multipart/form-data"}), 400, "request.malformed")
    refused(send(b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n{}', **{
        "Content-Type": "multipart/form-data; boundary=x"}), 400, "request.malformed")
    refused(send(good, f"/api/v1{path_of(uuid.uuid4())}"), 404, "not_found")
    refused(send(good, f"/api/v1{path_of('me')}"), 422, "validation.failed")
    assert httpx.post(gateway.url + there, content=good).status_code == 401
    reader = Client(gateway, gateway.new_key("read"))
    assert reader.post(path_of(user), json=sdk_body("apple")).status_code == 403
    assert api.get(f"/users/{user}/sync/runs").json() in ([], {"items": []}) or not api.series(user)
    assert gateway.sql(f"SELECT count(*) FROM payloads WHERE user_id = '{user}'") == [("0",)]
    assert api.get(f"/users/{user}/connections").json() == []
