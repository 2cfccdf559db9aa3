"""What apps on phones push: every shape of body, through every path, and what is there afterwards."""
import gzip
import io
import json
import threading
import uuid
import zipfile

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
    assert gateway.sql(f"SELECT count(*) FROM payloads WHERE user_id = '{user}'") == [("0",)]
    assert api.get(f"/users/{user}/connections").json() == []


# ---- beside the pushes ----


def log_body(*events, **more):
    return {"sdkVersion": "0.11.0", "provider": "apple", "events": list(events), **more}


DEVICE = {"eventType": "device_state", "timestamp": "2026-02-24T10:00:00Z", "batteryLevel": 0.55, "isLowPowerMode": True,
          "thermalState": "nominal", "batteryState": "two words", "availableRamBytes": 123456789}
BEGIN = {"eventType": "historical_data_sync_start", "timestamp": "2026-02-24T10:00:00Z",
         "dataTypeCounts": [{"type": "HEART_RATE", "count": 40}, {"type": "STEP_COUNT", "count": 2}],
         "timeRange": {"endDate": "2026-02-24T10:00:00Z"}}
END = {"eventType": "historical_data_type_sync_end", "timestamp": "2026-02-24T10:00:01Z", "dataType": "HEART_RATE",
       "success": True, "recordCount": 40, "durationMs": 321}


def test_logs_of_an_sdk_are_lines_of_ours(api, gateway):
    user = api.user()
    answer = api.post(f"/sdk/users/{user}/logs", json=log_body(BEGIN, END, DEVICE))
    assert answer.status_code == 202 and answer.json()["status_code"] == 202 and answer.json()["user_id"] == user
    lines = eventually(lambda: [l for l in gateway.log_text().splitlines() if f"user={user}" in l and "sdk" in l][:3], 10)
    assert len(lines) == 3, lines
    assert "types=2" in lines[0] and "records=42" in lines[0]
    assert "type=HEART_RATE" in lines[1] and "success=true" in lines[1] and "ms=321" in lines[1]
    assert "battery=0.55" in lines[2] and "low_power=true" in lines[2] and "two words" not in lines[2]
    assert api.get(f"/users/{user}/connections").json() == []


@pytest.mark.parametrize("body,field", [
    ({}, "sdkVersion"), (log_body(), "events"), (log_body(*[END] * 101), "events"), (log_body(END, provider=1), "provider"),
    (log_body({"eventType": "other", "timestamp": "2026-02-24T10:00:00Z"}), "events.0.eventType"),
    (log_body(DEVICE, {**END, "success": "yes"}), "events.1.success"),
    (log_body({k: v for k, v in END.items() if k != "dataType"}), "events.0.dataType"),
    (log_body({**DEVICE, "timestamp": "noon"}), "events.0.timestamp"),
    (log_body({**DEVICE, "batteryLevel": 1.5}), "events.0.batteryLevel"),
    (log_body({**BEGIN, "dataTypeCounts": [{"type": "X", "count": -1}]}), "events.0.dataTypeCounts"),
    (log_body({**BEGIN, "timeRange": {}}), "events.0.timeRange")])
def test_logs_are_checked(api, body, field):
    said = refused(api.post(f"/sdk/users/{api.user()}/logs", json=body), 422, "validation.failed")
    assert field in [e["field"] for e in said["errors"]], said


def test_logs_of_nobody(api):
    refused(api.post(f"/sdk/users/{uuid.uuid4()}/logs", json=log_body(END)), 404, "not_found")


def write_file(gateway, name, content):
    path = gateway.state / name
    path.write_bytes(content)
    path.chmod(0o644)
    return path


def test_a_push_from_the_command_line(api, gateway):
    user = api.user()
    text = json.dumps(sdk_body("samsung")).encode()
    said = gateway.run("import", "--user", user, str(write_file(gateway, "push.json", text)))
    assert "stored as run" in said and "success" in said and "workouts 1" in said, said
    assert len(api.workouts(user)) == 1
    said = gateway.run("import", "--user", user, str(write_file(gateway, "push.json.gz", gzip.compress(text))))
    assert "was here before" in said and "samples 0 new" in said, said
    bare = {k: v for k, v in sdk_body("apple").items() if k != "provider"}
    path = str(write_file(gateway, "bare.json", json.dumps(bare).encode()))
    assert "has to name its provider" in gateway.run("import", "--user", user, path, check=False)
    said = gateway.run("import", "--user", user, "--provider", "apple", "--no-wait", path)
    assert "stored as run" in said
    ended(api, user, said.split()[3])
    assert len(api.workouts(user)) == 2


@pytest.mark.parametrize("content,words", [
    (b"", "neither XML nor a zip nor JSON"), (b"hello", "neither XML nor a zip nor JSON"), (b"{", "not valid JSON"),
    (gzip.compress(b"{}")[:-3], "broke off"), (gzip.compress(b"hello"), "neither XML")])
def test_files_the_command_line_refuses(api, gateway, content, words):
    user = api.user()
    said = gateway.run("import", "--user", user, str(write_file(gateway, "bad", content)), check=False)
    assert words in said, said
    assert gateway.sql(f"SELECT count(*) FROM payloads WHERE user_id = '{user}'") == [("0",)]
    assert "no such user" in gateway.run("import", "--user", str(uuid.uuid4()), str(gateway.config), check=False)


def test_imports_over_http_are_looked_at(api):
    user = api.user()
    path = f"/users/{user}/import/apple/xml/direct"
    refused(api.post(path, files={"file": ("x", b"hello")}), 422, "import.file")
    refused(api.post(path, content=b"{}"), 422, "import.file")
    refused(api.post(path, files={"other": ("x", b"<x/>")}), 422, "validation.failed")
    refused(api.post(path), 422, "validation.failed")
    refused(api.post(f"/users/{uuid.uuid4()}/import/apple/xml/direct", content=b"<x/>"), 404, "not_found")


# ---- whole exports ----

EXPORT = b"""<?xml version="1.0" encoding="UTF-8"?>
<HealthData locale="de_DE">
 <ExportDate value="2026-02-01 10:00:00 +0100"/>
 <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Wrist" unit="count/min" creationDate="2026-01-15 08:00:10 +0100"
  startDate="2026-01-15 08:00:00 +0100" endDate="2026-01-15 08:00:00 +0100" value="71"/>
 <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Wrist" unit="count/min" creationDate="2026-01-15 08:01:10 +0100"
  startDate="2026-01-15 08:01:00 +0100" endDate="2026-01-15 08:01:00 +0100" value="73"/>
 <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="45" durationUnit="min" sourceName="Wrist"
  creationDate="2026-01-15 08:00:10 +0100" startDate="2026-01-15 07:00:00 +0100" endDate="2026-01-15 07:45:00 +0100"/>
</HealthData>
"""


def zipped(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("apple_health_export/export.xml", text)
    return file.getvalue()


IMPORTS = {
    "raw": dict(content=EXPORT), "raw zip": dict(content=zipped(EXPORT)),
    "typed": dict(content=EXPORT, headers={"Content-Type": "application/xml"}),
    "gzip": dict(content=gzip.compress(EXPORT), headers={"Content-Encoding": "gzip"}),
    "form": dict(files={"file": ("export.xml", EXPORT)}), "zip in a form": dict(files={"file": ("export.zip", zipped(EXPORT))})}


@pytest.mark.parametrize("how", IMPORTS)
def test_an_export_over_http(api, how):
    user = api.user()
    answer = api.post(f"/users/{user}/import/apple/xml/direct", **IMPORTS[how])
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["status"] == "processing" and said["user_id"] == user
    run = ended(api, user, said["task_id"])
    assert run["status"] == "success" and run["provider"] == "apple", run
    assert [s["value"] for s in api.series(user)] == [71, 73] and len(api.workouts(user)) == 1
    assert api.get(f"/users/{user}/connections").json()[0]["provider"] == "apple"


def test_an_export_from_the_command_line(api, gateway):
    user = api.user()
    for name, content in (("export.xml", EXPORT), ("export.zip", zipped(EXPORT)), ("export.xml.gz", gzip.compress(EXPORT))):
        said = gateway.run("import", "--user", user, str(write_file(gateway, name, content)))
        assert "success" in said, said
        assert ("was here before" in said) == (name == "export.xml.gz")
        assert len(api.series(user)) == 2 and len(api.workouts(user)) == 1
