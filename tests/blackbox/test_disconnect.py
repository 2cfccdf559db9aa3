"""Leaving: a connection ended, its data deleted, one event deleted, a user deleted; what the providers are told of it."""
import json
import threading
import time
import uuid

import pytest

from client import Client
from harness import Gateway, eventually

REVOKES = {"garmin": ("DELETE", "/garmin/wellness-api/rest/user/registration"),
           "polar": ("DELETE", "/polar/v3/users/"),
           "suunto": ("GET", "/suunto/oauth/deauthorize")}


def delete(api, path):
    return api.http.delete(f"/api/v1{path}")


def revokes(simulator, provider, since):
    method, path = REVOKES[provider]
    return simulator.requests(provider=provider, method=method, path=path, since_id=since)


def last_id(simulator):
    return simulator.control("GET", "requests", limit=1)["last_id"]


def data(gateway, user, provider=None):
    """How many rows of data there are, by table."""
    rows = {}
    for table in ("workouts", "sleep_sessions", "events", "sources", "payloads"):
        more = f" AND provider = '{provider}'" if provider else ""
        rows[table] = int(gateway.sql(f"SELECT count(*) FROM {table} WHERE user_id = '{user}'{more}")[0][0])
    more = f"""AND source_id IN (SELECT source_id FROM sources s WHERE s.user_id = b.user_id
               AND s.provider = '{provider}')""" if provider else ""
    rows["series_blocks"] = int(gateway.sql(f"SELECT count(*) FROM series_blocks b WHERE user_id = '{user}' {more}")[0][0])
    return rows


@pytest.mark.parametrize("provider", ["polar", "suunto", "garmin"])
def test_the_provider_is_told_and_the_data_stays(simulator, gateway, api, provider):
    user = api.connected(provider, "chiara")
    api.synced(provider, user)
    before, since = data(gateway, user), last_id(simulator)
    answer = delete(api, f"/users/{user}/connections/{provider}")
    assert answer.status_code == 204 and answer.content == b""
    told = revokes(simulator, provider, since)
    assert len(told) == 1 and told[0]["status"] < 300 and told[0]["person"] == "chiara", told
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["status"] == "revoked" and connection["status_reason"] == "user_disconnected"
    assert gateway.sql(f"SELECT tokens IS NULL FROM connections WHERE user_id = '{user}'") == [("t",)]
    assert gateway.sql(f"SELECT count(*) FROM connection_state WHERE user_id = '{user}'") == [("0",)]
    assert api.sleep(user) and api.series(user)
    assert all(data(gateway, user)[table] >= n for table, n in before.items())
    refused = api.sync(provider, user, **api.default_params(provider))
    assert refused.status_code == 409 and refused.json()["code"] == "connection.reauthorize", refused.text
    assert refused.json()["detail"] == f"User not connected to {provider}"
    # again: nothing more to do, nobody to tell
    assert delete(api, f"/users/{user}/connections/{provider}").status_code == 204
    assert len(revokes(simulator, provider, since)) == 1
    # and back
    api.connect(provider, user, "chiara")
    assert [c["status"] for c in api.get(f"/users/{user}/connections").json()] == ["active"]
    api.synced(provider, user)


def test_what_is_not_there(api):
    user = api.user()
    answer = delete(api, f"/users/{user}/connections/polar")
    assert answer.status_code == 404 and answer.json()["code"] == "connection.unknown"
    assert answer.json()["detail"] == f"Connection with ID: {user} not found."
    nobody = uuid.uuid4()
    for path in (f"/users/{nobody}/connections/polar", f"/users/{nobody}/connections/polar/data", f"/users/{nobody}"):
        answer = delete(api, path)
        assert answer.status_code == 404 and answer.json()["detail"] == f"User with ID: {nobody} not found.", answer.text
    assert delete(api, f"/users/{user}/connections/never-heard-of").status_code == 404
    assert delete(api, "/users/none").status_code == 422


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "reset"}])
def test_a_provider_that_fails_does_not_keep_the_user(simulator, gateway, api, fault):
    user = api.connected("polar", "daan")
    simulator.fault(provider="polar", method="DELETE", path="/polar/v3/users/", count=-1, **fault)
    seen = len(gateway.log_text())
    assert delete(api, f"/users/{user}/connections/polar").status_code == 204
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["status"] == "revoked"
    assert gateway.sql(f"SELECT tokens IS NULL FROM connections WHERE user_id = '{user}'") == [("t",)]
    line = next(l for l in gateway.log_text()[seen:].splitlines() if "was not told that the user left" in l)
    assert " warn " in line and "provider=polar" in line, line


def test_a_token_that_has_run_out_is_renewed_to_say_goodbye(simulator, gateway, api):
    user = api.connected("suunto", "elin")
    simulator.control("POST", "tokens", {"provider": "suunto", "person": "elin", "action": "expire"})
    gateway.sql(f"UPDATE connections SET token_expires_at = now() - interval '1 hour' WHERE user_id = '{user}'")
    since = last_id(simulator)
    assert delete(api, f"/users/{user}/connections/suunto").status_code == 204
    assert [r["status"] < 300 for r in revokes(simulator, "suunto", since)] == [True]


def test_another_user_of_the_account_is_not_cut_off(simulator, api):
    one, other = api.connected("polar", "farid"), api.connected("polar", "farid")
    linked, = api.get(f"/users/{one}/connections").json()
    assert linked["linked_user_ids"] == [other]
    since = last_id(simulator)
    assert delete(api, f"/users/{one}/connections/polar").status_code == 204
    assert not revokes(simulator, "polar", since)
    api.synced("polar", other)
    linked, = api.get(f"/users/{other}/connections").json()
    assert linked["linked_user_ids"] == []
    # the last one turns off the light
    assert delete(api, f"/users/{other}/connections/polar").status_code == 204
    assert len(revokes(simulator, "polar", since)) == 1


def test_deleting_the_data_of_one_provider(simulator, gateway, api):
    user = api.user()
    for provider in ("polar", "suunto"):
        api.connect(provider, user, "grace")
        api.synced(provider, user)
    kept = data(gateway, user, "suunto")
    assert all(data(gateway, user, "polar")[t] for t in ("sleep_sessions", "sources", "series_blocks", "payloads"))
    assert delete(api, f"/users/{user}/connections/polar/data").status_code == 204
    assert not any(data(gateway, user, "polar").values())
    assert data(gateway, user, "suunto") == kept
    assert data(gateway, user)["series_blocks"] == kept["series_blocks"]
    connections = {c["provider"]: c for c in api.get(f"/users/{user}/connections").json()}
    assert connections["polar"]["status"] == "revoked" and connections["polar"]["last_synced_at"] is None
    assert connections["suunto"]["status"] == "active" and connections["suunto"]["last_synced_at"]
    assert {w["source"]["provider"] for w in api.workouts(user) + api.sleep(user)} == {"suunto"}
    assert delete(api, f"/users/{user}/connections/polar/data").status_code == 204
    notice, = gateway.sql(f"""SELECT data FROM (SELECT user_id, type, data FROM outbox UNION ALL
        SELECT user_id, type, data FROM changes) c WHERE user_id = '{user}' AND type = 'data.deleted' LIMIT 1""")
    assert json.loads(notice[0]) == {"provider": "polar"}


def test_what_garmin_still_sends_is_not_kept(simulator, gateway, api):
    """Garmin goes on sending until it has noticed: a user who left is not followed."""
    user = api.connected("garmin", "hugo")
    eventually(lambda: api.sleep(user), what="what Garmin sends after a connection")
    simulator.fault(provider="garmin", method="DELETE", path="/garmin/wellness-api/rest/user/registration",
                    kind="status", status=500, count=-1)
    assert delete(api, f"/users/{user}/connections/garmin/data").status_code == 204
    sent = simulator.control("GET", "deliveries")
    simulator.control("POST", "garmin/send", {"person": "hugo", "types": ["sleeps", "dailies"], "mode": "push", "days": 2})
    eventually(lambda: simulator.control("GET", "deliveries")["waiting"] == 0, what="Garmin has sent")
    assert len(simulator.control("GET", "deliveries")["deliveries"]) > len(sent["deliveries"])
    eventually(lambda: gateway.sql("SELECT count(*) FROM jobs WHERE kind = 3") == [("0",)], what="webhooks are read")
    assert not any(data(gateway, user).values())


def test_scopes(gateway, api):
    user = api.user()
    write = Client(gateway, gateway.new_key("read,write"))
    for path, status in ((f"/users/{user}/connections/polar", 404), (f"/users/{user}/connections/polar/data", 403),
                         (f"/users/{user}", 403), (f"/users/{user}/events/workouts/{uuid.uuid4()}", 404)):
        assert delete(write, path).status_code == status, path
        assert delete(Client(gateway, gateway.new_key("read")), path).status_code == 403, path


# ---- events ----


def test_a_deleted_workout_does_not_come_back(simulator, gateway, api):
    user = api.connected("suunto", "anna")
    api.synced("suunto", user, since=int(time.time()) - 20 * 86400)
    rows = api.workouts(user)
    gone, twin = rows[0], rows[1]
    assert delete(api, f"/users/{user}/events/workouts/{gone['id']}").status_code == 204
    for path in (f"/users/{user}/events/workouts/{gone['id']}", f"/users/{api.user()}/events/workouts/{twin['id']}",
                 f"/users/{user}/events/sleep/{twin['id']}", f"/users/{user}/events/workouts/{uuid.uuid4()}"):
        answer = delete(api, path)
        assert answer.status_code == 404, path
        assert answer.json()["detail"] == ("Sleep session not found" if "/sleep/" in path else "Workout not found")
    assert api.get(f"/users/{user}/events/workouts/{gone['id']}").status_code == 404
    # nothing it said is left
    left, = gateway.sql(f"SELECT coalesce(type, ''), coalesce(name, ''), coalesce(extra::text, ''), distance_m IS NULL, "
                        f"start_at = end_at FROM workouts WHERE id = '{gone['id']}'")
    assert left == ("", "", "", "t", "t")
    # the same version, and a newer one
    api.synced("suunto", user, since=int(time.time()) - 20 * 86400)
    assert gone["id"] not in [w["id"] for w in api.workouts(user)] and len(api.workouts(user)) == len(rows) - 1
    day = gone["start_time"][:10]
    simulator.control("POST", "correction", {"provider": "suunto", "person": "anna", "kind": "workout", "day": day})
    api.synced("suunto", user, since=int(time.time()) - 20 * 86400)
    assert gone["start_time"] not in [w["start_time"] for w in api.workouts(user)]
    assert len(api.workouts(user)) == len(rows) - 1


def test_a_deleted_night_does_not_come_back(gateway, api):
    user = api.connected("polar", "bruno")
    api.synced("polar", user)
    night = api.sleep(user)[0]
    assert delete(api, f"/users/{user}/events/sleep/{night['id']}").status_code == 204
    assert delete(api, f"/users/{user}/events/sleep/{night['id']}").json()["detail"] == "Sleep session not found"
    api.synced("polar", user)
    assert night["start_time"] not in [s["start_time"] for s in api.sleep(user)]
    answer = delete(api, f"/users/{user}/events/menstrual-cycles/{night['id']}")
    assert answer.status_code == 404 and answer.json()["detail"] == "Menstrual cycle record not found"


# ---- a user ----


def traces(gateway, user):
    """Every table that has a row with this user's id, in any column of uuids, or in any JSON."""
    columns = gateway.sql("""SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('uuid', 'json', 'jsonb', 'text')
        AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')""")
    assert len(columns) > 40
    found = {}
    for table, column, kind in columns:
        n = gateway.sql(f"SELECT count(*) FROM {table} WHERE {column}::text LIKE '%{user}%'")[0][0]
        if n != "0":
            found[f"{table}.{column}"] = int(n)
    return found


def test_nothing_is_left_of_a_deleted_user(simulator, gateway, api):
    user = api.user("leaving-" + uuid.uuid4().hex, email="leaving@example.org", first_name="Lea")
    for provider in ("polar", "suunto", "garmin"):
        api.connect(provider, user, "person-77")
        api.synced(provider, user)
    eventually(lambda: not gateway.sql("SELECT 1 FROM outbox LIMIT 1"), what="changes are numbered")
    before = traces(gateway, user)
    for column in ("workouts.user_id", "series_blocks.user_id", "changes.user_id", "account_owners.user_id",
                   "external_users.user_id", "payload_chunks.user_id", "runs.user_id"):
        assert before.get(column), (column, before)
    since = last_id(simulator)
    answer = delete(api, f"/users/{user}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == user and answer.json()["first_name"] == "Lea"
    for provider in REVOKES:
        assert len(revokes(simulator, provider, since)) == 1, provider
    eventually(lambda: not gateway.sql("SELECT 1 FROM outbox LIMIT 1"), what="changes are numbered")
    assert traces(gateway, user) == {"changes.user_id": 1}
    assert gateway.sql(f"SELECT type, data FROM changes WHERE user_id = '{user}'") == [("user.deleted", "{}")]
    assert api.get(f"/users/{user}").status_code == 404
    assert delete(api, f"/users/{user}").status_code == 404
    # the same external id is another user from now on
    again = api.user(answer.json()["external_user_id"])
    assert again != user


def test_a_user_deleted_at_work(simulator, gateway, api):
    """Eight syncs run and Garmin pushes while the user goes: all of it ends, none of it stays."""
    user = api.user()
    for provider in ("polar", "suunto", "garmin"):
        api.connect(provider, user, "person-78")
    for provider in ("polar", "suunto"):
        simulator.fault(provider=provider, person="person-78", kind="slow", delay_ms=400, count=40)
    seen, answers = len(gateway.log_text()), []

    def work(i):
        mine = Client(gateway)
        if i % 4 == 3:
            simulator.control("POST", "garmin/send", {"person": "person-78", "types": ["sleeps", "dailies"],
                                                      "mode": "push", "days": 3})
            return
        provider = ("polar", "suunto")[i % 2]
        params = {"since": int(time.time()) - (5 + i) * 86400} if provider == "suunto" else {"samples": i % 4 == 0}
        answers.append(mine.sync(provider, user, **params))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(12)]
    for t in threads:
        t.start()
    eventually(lambda: gateway.sql(f"SELECT 1 FROM jobs WHERE user_id = '{user}' AND lease IS NOT NULL"),
               what="a sync runs")
    answer = delete(api, f"/users/{user}")
    assert answer.status_code == 200, answer.text
    for t in threads:
        t.join(70)
        assert not t.is_alive()
    assert {a.status_code for a in answers} <= {200, 202, 404, 409}, [a.text for a in answers]
    eventually(lambda: traces(gateway, user) in ({"changes.user_id": 1}, {"outbox.user_id": 1}), 30,
               what="nothing is left")
    lines = [l for l in gateway.log_text()[seen:].splitlines() if " error " in l or "its lease will run out" in l]
    assert not lines, lines


def test_a_user_deleted_while_phones_push(simulator):
    """Eight phones push while the user goes: each push is stored and goes with the user, or is told 404."""
    gw = Gateway(simulator, providers=("polar",), sections='apple = { enabled = true; module = "apple.so"; };')
    try:
        api = Client(gw)
        user, answers, stop = api.user(), [], threading.Event()

        def push(phone):
            mine, n = Client(gw), 0
            while not stop.is_set():
                n += 1
                answers.append(mine.post(f"/sdk/users/{user}/sync", json={
                    "provider": "apple", "sdkVersion": "1", "syncTimestamp": "2026-02-24T10:00:00Z", "data": {"records": [
                        {"id": f"{phone}-{n}-{i}", "type": "HKQuantityTypeIdentifierHeartRate", "value": 60 + i, "unit": "bpm",
                         "startDate": f"2026-02-{phone + 1:02d}T08:{n % 60:02d}:{i:02d}Z",
                         "endDate": f"2026-02-{phone + 1:02d}T08:{n % 60:02d}:{i:02d}Z"} for i in range(30)]}}).status_code)

        threads = [threading.Thread(target=push, args=(i,)) for i in range(8)]
        for t in threads:
            t.start()
        eventually(lambda: int(gw.sql(f"SELECT count(*) FROM series_blocks WHERE user_id = '{user}'")[0][0]) >= 4,
                   what="pushes are read")
        assert delete(api, f"/users/{user}").status_code == 200
        eventually(lambda: 404 in answers[-16:], what="phones are told")
        stop.set()
        for t in threads:
            t.join(30)
        assert set(answers) == {202, 404}
        eventually(lambda: traces(gw, user) in ({"changes.user_id": 1}, {"outbox.user_id": 1}), 30, what="nothing is left")
        assert not [l for l in gw.log_text().splitlines() if " error " in l]
    finally:
        gw.clean_stop()
