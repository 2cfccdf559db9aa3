"""What providers do to us: broken answers, limits, slowness; and that one slow provider is nobody else's trouble."""
import statistics
import threading
import time

import httpx
import pytest

from harness import eventually


def test_passing_trouble_is_outlasted(simulator, api):
    user = api.connected("suunto", "person-51")
    for kind in ("malformed", "truncated", "cut", "reset"):
        simulator.fault(provider="suunto", kind=kind, path="/suunto/v3/workouts", count=1)
        answer = api.sync("suunto", user, **api.default_params("suunto"))
        assert answer.status_code in (200, 502), (kind, answer.text)
        if answer.status_code == 502:
            assert answer.json()["run_id"]
        simulator.control("DELETE", "faults")
        assert api.synced("suunto", user)["status"] == "success", kind
    for status in (500, 502, 503):
        simulator.fault(provider="suunto", kind="status", status=status, path="/suunto/247samples/sleep", count=2)
        assert api.synced("suunto", user)["status"] == "success", status


def test_retry_after_is_obeyed_and_shown(simulator, api):
    user = api.connected("suunto", "person-52")
    simulator.fault(provider="suunto", kind="status", status=429, retry_after=120, path="/suunto/", count=50)
    mark = simulator.control("GET", "requests")["last_id"]
    answer = api.sync("suunto", user, **api.default_params("suunto"), **{"async": "true"})
    assert answer.status_code == 202
    run = answer.json()["run_id"]
    shown = eventually(lambda: next((r for r in [api.get(f"/users/{user}/sync/runs/{run}").json()] if r["retry_at"]), None),
                       30, what="the run tells when it is tried again")
    assert shown["status"] == "queued" and shown["error"]["code"] == "upstream.rate_limited"
    time.sleep(2)
    asked = [r for r in simulator.requests(provider="suunto", since_id=mark) if r["path"].startswith("/suunto/v3")]
    assert len(asked) <= 2, "not asked again before its time"


def test_an_answer_of_100_mb_is_not_swallowed(simulator, api, gateway):
    user = api.connected("suunto", "person-53")
    simulator.fault(provider="suunto", kind="huge", mb=100, path="/suunto/v3/workouts", count=1)
    answer = api.sync("suunto", user, **api.default_params("suunto"))
    assert answer.status_code in (200, 502), answer.text
    simulator.control("DELETE", "faults")
    assert api.synced("suunto", user)["status"] == "success"


def test_one_expired_token_is_refreshed_once_however_many_want_it(simulator, api):
    user = api.connected("suunto", "person-54")
    api.synced("suunto", user)
    simulator.control("POST", "tokens", {"provider": "suunto", "person": "person-54", "action": "expire"})
    mark = simulator.control("GET", "requests")["last_id"]
    params = api.default_params("suunto")
    answers = []
    threads = [threading.Thread(target=lambda i=i: answers.append(api.sync("suunto", user, **{**params, "limit": 10 + i})))
               for i in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(90)
    assert [a.status_code for a in answers] == [200] * 6, [a.text for a in answers]
    refreshes = [r for r in simulator.requests(provider="suunto", since_id=mark) if r["path"] == "/suunto/oauth/token"]
    assert len(refreshes) == 1
    assert not simulator.control("GET", "counters")["overlaps"]


def test_a_refused_refresh_asks_for_the_user(simulator, api):
    user = api.connected("suunto", "person-55")
    simulator.control("POST", "tokens", {"provider": "suunto", "person": "person-55", "action": "revoke"})
    answer = api.sync("suunto", user, **api.default_params("suunto"))
    assert answer.status_code == 409 and answer.json()["code"] == "connection.reauthorize", answer.text
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["status"] != "active"
    answer = api.sync("suunto", user, **api.default_params("suunto"))
    assert answer.status_code == 409
    api.connect("suunto", user, "person-55")
    assert api.synced("suunto", user)["success"]


def test_trouble_at_the_token_endpoint_revokes_nothing(simulator, api):
    user = api.connected("garmin", "person-56")
    simulator.control("POST", "tokens", {"provider": "garmin", "person": "person-56", "action": "expire"})
    simulator.fault(provider="garmin", kind="status", status=503, path="/garmin/di-oauth2-service/oauth/token", count=2)
    answer = api.sync("garmin", user, **api.default_params("garmin"))
    assert answer.status_code in (200, 202), answer.text
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["status"] == "active"


def test_callback_trouble_is_told_to_the_person(simulator, api):
    user = api.user()
    back = api.consent(api.authorize("suunto", user), "person-57")
    simulator.fault(provider="suunto", kind="status", status=500, path="/suunto/oauth/token", count=10)
    answer = httpx.get(back, timeout=60)
    assert answer.status_code == 502 and "text/html" in answer.headers["content-type"]
    assert api.get(f"/users/{user}/connections").json() == []


def p95(values):
    return sorted(values)[int(len(values) * 0.95)]


def latencies(api, path, count):
    out = []
    for _ in range(count):
        began = time.monotonic()
        assert api.http.get(path).status_code == 200
        out.append(time.monotonic() - began)
    return out


def test_a_slow_provider_slows_nobody_else(simulator, api):
    slow = [api.connected("suunto", f"person-{600 + i}") for i in range(12)]
    other = api.connected("polar", "person-58")
    quiet = latencies(api, f"/api/v1/users/{other}/connections", 300)
    simulator.fault(provider="suunto", kind="slow", delay_ms=8000, path="/suunto/", count=400)
    threads = [threading.Thread(target=lambda u=u: api.sync("suunto", u, **api.default_params("suunto"), **{"async": "true"}))
               for u in slow]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    busy = latencies(api, f"/api/v1/users/{other}/connections", 300)
    # the same machine, the same minute: a handler that waited for the provider would show seconds
    assert statistics.median(busy) < max(4 * statistics.median(quiet), 0.05), (statistics.median(quiet), statistics.median(busy))
    assert p95(busy) < max(10 * p95(quiet), 0.5), (p95(quiet), p95(busy))
    simulator.control("DELETE", "faults")


def test_a_token_in_its_last_minutes_is_refreshed_before_it_is_used(simulator, api):
    simulator.control("POST", "settings", {"suunto.access_s": 200})
    user = api.connected("suunto", "person-59")
    simulator.control("POST", "settings", {"suunto.access_s": 86400})
    mark = simulator.control("GET", "requests")["last_id"]
    assert api.synced("suunto", user)["status"] == "success"
    asked = [(r["path"], r["status"]) for r in simulator.requests(provider="suunto", since_id=mark, person="person-59")]
    assert asked[0] == ("/suunto/oauth/token", 200) and [p for p, _ in asked].count("/suunto/oauth/token") == 1, asked
    assert 401 not in [status for _, status in asked]
