"""Connect a wearable, sync it, read it back: for every provider, compared record for record with what the provider
holds."""
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from harness import Gateway, eventually
from client import Client


def iso(us):
    return datetime.fromtimestamp(us / 1e6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def truth(simulator, provider, person, start, end):
    return simulator.control("GET", "truth", provider=provider, person=person, **{"from": start, "to": end})


def near(a, b, tolerance):
    return (a is None) == (b is None) and (a is None or abs(a - b) <= tolerance)


def same_workouts(rows, expected):
    """Every workout the provider has is there, with its numbers; and none besides."""
    by_start = {row["start_time"][:19]: row for row in rows}
    assert len(rows) == len(by_start) == len(expected), (sorted(by_start), [iso(w["start_us"]) for w in expected])
    for w in expected:
        row = by_start[iso(w["start_us"])]
        assert row["type"] == w["type"], (row, w)
        assert near(row["distance_meters"], w.get("distance_m"), 1), (row, w)
        assert near(row["calories_kcal"], w.get("energy_kcal"), 1), (row, w)
        assert near(row["avg_heart_rate_bpm"], w.get("hr_avg"), 1), (row, w)
        assert near(row["max_heart_rate_bpm"], w.get("hr_max"), 1), (row, w)
        assert row["zone_offset"] == w["offset"], (row, w)
        assert row["name"]


def same_sleep(rows, expected):
    by_start = {row["start_time"][:19]: row for row in rows}
    assert len(rows) == len(by_start) == len(expected), (sorted(by_start), [iso(s["start_us"]) for s in expected])
    for s in expected:
        row = by_start[iso(s["start_us"])]
        assert row["end_time"][:19] == iso(s["end_us"]), (row, s)
        assert row["is_nap"] == s["is_nap"]
        for stage in ("light", "deep", "rem"):
            if s.get(f"{stage}_s") is not None:
                assert near(row["stages"][f"{stage}_seconds"], s[f"{stage}_s"], 1), (row, s)


@pytest.mark.parametrize("person", ["anna", "bruno"])
@pytest.mark.parametrize("provider", ["polar", "suunto", "garmin"])
def test_connect_sync_read(simulator, api, provider, person):
    user = api.connected(provider, person)
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["provider"] == provider and connection["status"] == "active"
    assert connection["provider_user_id"]
    result = api.synced(provider, user)
    assert result["success"] and result["status"] == "success", result
    assert result["run_id"] == result["task_id"] and result["provider"] == provider
    connection, = api.get(f"/users/{user}/connections").json()
    assert connection["last_synced_at"]
    assert api.sleep(user), "nights"
    assert api.series(user), "heart rate"
    for row in api.series(user)[:50]:
        assert row["type"] == "heart_rate" and row["unit"] == "bpm" and 25 < row["value"] < 230
        assert row["source"]["provider"] == provider


def test_suunto_equals_what_suunto_holds(simulator, api):
    user = api.connected("suunto", "bruno")
    since = int((datetime.now(timezone.utc) - timedelta(days=10)).timestamp())
    api.synced("suunto", user, since=since)
    now = int(datetime.now(timezone.utc).timestamp())
    held = truth(simulator, "suunto", "bruno", since, now)
    same_workouts(api.workouts(user), held["workouts"])
    start = datetime.fromtimestamp(since, timezone.utc).isoformat()
    same_sleep(api.sleep(user, start=start), [s for s in held["sleeps"] if s["start_us"] >= since * 1_000_000])


def test_polar_equals_what_polar_holds(simulator, api):
    user = api.connected("polar", "chiara")
    api.synced("polar", user)
    workouts, nights = api.workouts(user), api.sleep(user)
    assert workouts and nights
    first = min(row["start_time"] for row in workouts)
    held = truth(simulator, "polar", "chiara", first, datetime.now(timezone.utc).isoformat())
    same_workouts(workouts, held["workouts"])
    night = min(row["start_time"] for row in nights)
    held = truth(simulator, "polar", "chiara", night, datetime.now(timezone.utc).isoformat())
    same_sleep(nights, held["sleeps"])


def test_garmin_history_comes_by_backfill(simulator, api):
    """A range that no pull token covers is asked for and arrives by push; the caller sees what came of it."""
    user = api.connected("garmin", "daan")
    end = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=9)
    start = end - timedelta(hours=24)
    result = api.synced("garmin", user, summary_start_time=start.isoformat(), summary_end_time=end.isoformat())
    assert result["status"] == "success", result
    asked = simulator.requests(provider="garmin", path="/garmin/wellness-api/rest/backfill/")
    assert any(r["status"] == 202 for r in asked)
    held = truth(simulator, "garmin", "daan", start.isoformat(), end.isoformat())
    rows = [r for r in api.workouts(user) if start.strftime("%Y-%m-%dT%H:%M:%S") <= r["start_time"][:19] < end.strftime("%Y-%m-%dT%H:%M:%S")]
    same_workouts(rows, held["workouts"])
    assert api.series(user, start=start.isoformat(), end=end.isoformat())


def test_garmin_without_historical_permission_says_so(simulator, api):
    user = api.connected("garmin", "person-31", permissions="ACTIVITY_EXPORT,HEALTH_EXPORT")
    end = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=5)
    answer = api.sync("garmin", user, summary_start_time=(end - timedelta(hours=20)).isoformat(),
                      summary_end_time=end.isoformat())
    assert answer.status_code == 409, answer.text
    assert answer.json()["detail"].startswith("InvalidPullTokenException")
    assert "." in answer.json()["code"] and answer.json()["run_id"]


def test_garmin_pings_are_fetched_with_their_pull_tokens(simulator, api):
    simulator.control("POST", "settings", {"garmin.connect_upload_s": 0})
    user = api.connected("garmin", "person-32")
    simulator.control("POST", "settings", {"garmin.connect_upload_s": 86400})
    simulator.control("POST", "garmin/send", {"person": "person-32", "types": ["sleeps", "dailies"], "mode": "ping",
                                              "days": 3})
    eventually(lambda: api.sleep(user) and api.series(user), 30, what="pinged data arrives")


def test_garmin_oauth1(simulator):
    gateway = Gateway(simulator, providers=("garmin",), settings={"garmin": "oauth_version = 1;"})
    api = Client(gateway)
    user = api.user()
    url = api.authorize("garmin", user)
    assert "oauthConfirm?" in url and "oauth_token=" in url
    back = api.consent(url, "person-33")
    assert httpx.get(back, timeout=60).status_code == 200
    result = api.synced("garmin", user)
    assert result["status"] == "success", result
    eventually(lambda: api.series(user), 30, what="heart rate of a user connected by OAuth 1")
    gateway.clean_stop()


def test_the_browser_goes_back_to_the_application(simulator, api):
    user = api.user()
    url = api.authorize("polar", user, redirect_uri="https://yourapp.com/oauth/callback?x=1")
    answer = httpx.get(api.consent(url, "person-34"), timeout=30)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://yourapp.com/oauth/callback?x=1&provider=polar&user_id={user}&status=success"
    url = api.authorize("polar", user, redirect_uri="https://yourapp.com/back")
    answer = httpx.get(api.consent(url, "person-34", decision="deny"), timeout=30)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"https://yourapp.com/back?provider=polar&user_id={user}&status=error&error=")


def test_a_state_serves_once(simulator, api):
    user = api.user()
    back = api.consent(api.authorize("suunto", user), "person-35")
    assert httpx.get(back, timeout=30).status_code == 200
    again = httpx.get(back, timeout=30)
    assert again.status_code == 422 and "text/html" in again.headers["content-type"]
    assert httpx.get(back.split("&state=")[0], timeout=30).status_code == 422


def test_polar_registration_knows_both_conflicts(simulator, api):
    first = api.connected("polar", "person-36")
    api.connect("polar", first, "person-36")  # registered already: 409 means go on
    assert len(api.get(f"/users/{first}/connections").json()) == 1
    simulator.control("POST", "polar/member-id", {"clash": 1})
    user = api.connected("polar", "person-37")
    assert api.synced("polar", user)["success"]
