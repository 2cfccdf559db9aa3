"""Everything there is of a user, taken out as a zip."""
import csv
import io
import json
import subprocess
import uuid
import zipfile
from datetime import datetime

import httpx

from client import Client
from harness import eventually


def export(api, user):
    answer = api.get(f"/users/{user}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="user-{user}.zip"'
    return answer.content


def lines(archive, name):
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def quiet(gateway):
    """Garmin may send more than was asked for, a moment later: until it has been silent for two seconds."""
    seen = None

    def silent():
        nonlocal seen
        before, seen = seen, gateway.sql("SELECT (SELECT count(*) FROM webhook_runs), (SELECT count(*) FROM jobs)")
        return before == seen and seen[0][1] == "0"

    eventually(silent, 30, step=2, what="all that providers sent is stored")


def test_all_there_is(simulator, gateway, api, tmp_path):
    user = api.user("export-" + uuid.uuid4().hex, first_name="Zoë", email="zoe@example.org")
    for provider in ("polar", "suunto", "garmin"):
        api.connect(provider, user, "elin")
        api.synced(provider, user)
    quiet(gateway)
    content = export(api, user)
    (tmp_path / "x.zip").write_bytes(content)
    checked = subprocess.run(["unzip", "-tq", tmp_path / "x.zip"], capture_output=True, text=True)
    assert checked.returncode == 0 and "No errors" in checked.stdout, checked.stdout + checked.stderr
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert names[:7] == ["README.txt", "user.json", "connections.json", "sources.json", "workouts.ndjson", "sleep.ndjson",
                         "events.ndjson"]
    assert json.loads(archive.read("user.json"))["first_name"] == "Zoë"
    assert {c["provider"] for c in json.loads(archive.read("connections.json"))} == {"polar", "suunto", "garmin"}
    sources = api.get(f"/users/{user}/data-sources").json()["items"]
    assert {s["id"] for s in json.loads(archive.read("sources.json"))} == {s["id"] for s in sources}
    # the same as the API says, row by row, and more
    workouts = lines(archive, "workouts.ndjson")
    assert [w["id"] for w in workouts] == [w["id"] for w in api.workouts(user)] and workouts
    for w in workouts[:5]:
        detail = api.get(f"/users/{user}/events/workouts/{w['id']}").json()
        assert {k: v for k, v in w.items() if k != "more"} == detail
    nights = lines(archive, "sleep.ndjson")
    shown = api.sleep(user)
    assert [{k: n[k] for k in s} for n, s in zip(nights, shown)] == shown and len(nights) == len(shown)
    events = int(gateway.sql(f"SELECT count(*) FROM events WHERE user_id = '{user}' AND NOT deleted")[0][0])
    assert len(lines(archive, "events.ndjson")) == events > 0
    # every sample
    stored = dict(gateway.sql(f"""SELECT m.metric, sum(n) FROM series_blocks m WHERE user_id = '{user}' AND n > 0
                                  GROUP BY 1"""))
    series = [n for n in names if n.startswith("series/")]
    assert len(series) == len(stored) == len(names) - 7
    rows = 0
    for name in series:
        table = list(csv.DictReader(io.StringIO(archive.read(name).decode())))
        rows += len(table)
        assert {r["type"] for r in table} == {name[len("series/"):-len(".csv")]}
        times = [datetime.fromisoformat(r["timestamp"].replace("Z", "+00:00")) for r in table]
        assert times == sorted(times)
    assert rows == sum(int(n) for n in stored.values())
    rate = api.series(user)
    table = list(csv.DictReader(io.StringIO(archive.read("series/heart_rate.csv").decode())))
    assert [(r["timestamp"], float(r["value"])) for r in table] == [(r["timestamp"], r["value"]) for r in rate]
    # no secret of any provider
    plain = b"".join(archive.read(n) for n in names)
    secrets = simulator.control("GET", "secrets")["secrets"]
    assert len(secrets) > 5 and not [s["kind"] for s in secrets if s["value"].encode() in plain]


def test_nobody_and_nothing(gateway, api):
    answer = api.get(f"/users/{uuid.uuid4()}/export")
    assert answer.status_code == 404 and answer.json()["code"] == "user.unknown"
    archive = zipfile.ZipFile(io.BytesIO(export(api, api.user())))
    assert len(archive.namelist()) == 7 and archive.read("workouts.ndjson") == b""
    assert json.loads(archive.read("connections.json")) == [] == json.loads(archive.read("sources.json"))
    assert b"what is stored about one person" in archive.read("README.txt")
    user = api.user()
    for scopes in ("read", "read,write"):
        assert Client(gateway, gateway.new_key(scopes)).get(f"/users/{user}/export").status_code == 403
    assert httpx.get(f"{gateway.url}/api/v1/users/{user}/export").status_code == 401


def test_who_goes_away_in_the_middle(gateway, api):
    """A client that reads a little and leaves costs nothing afterwards."""
    user = api.connected("garmin", "grace")
    api.synced("garmin", user)
    for _ in range(5):
        with httpx.stream("GET", f"{gateway.url}/api/v1/users/{user}/export", timeout=30,
                          headers={"X-Open-Wearables-API-Key": gateway.key}) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw(16))
    assert zipfile.ZipFile(io.BytesIO(export(api, user))).testzip() is None
