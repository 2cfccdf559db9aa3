"""Users and what the deployment says about itself: connections, providers and their switches, icons, sources, coverage."""
import threading
import uuid
from xml.dom import minidom

import httpx
import pytest

from client import Client
from harness import Gateway, eventually


def put(api, path, body):
    return api.http.put(f"/api/v1{path}", json=body)


# ---- users ----


def test_many_at_once_make_one_user(gateway):
    """64 callers with one external id: one is told 201, the others 200, and all of them the same user."""
    external, answers, start = uuid.uuid4().hex, [], threading.Barrier(64)

    def create():
        mine = Client(gateway)
        start.wait()
        answers.append(mine.post("/users", json={"external_user_id": external, "first_name": "Ida"}))

    threads = [threading.Thread(target=create) for _ in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(a.status_code for a in answers) == [200] * 63 + [201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert gateway.sql(f"SELECT count(*) FROM users WHERE external_user_id = '{external}'") == [("1",)]


# ---- connections ----


def test_a_connection_is_complete(gateway, api):
    user = api.connected("garmin", "anna")
    c, = api.get(f"/users/{user}/connections").json()
    assert set(c) >= {"user_id", "provider", "provider_user_id", "provider_username", "scope", "id", "status",
                      "last_synced_at", "created_at", "updated_at", "icon_url", "max_historical_days", "rest_pull",
                      "webhook_stream", "webhook_ping", "webhook_callback", "live_sync_mode", "linked_user_ids"}
    assert c["scope"] == " ".join(sorted(c["scope"].split())) and "ACTIVITY_EXPORT" in c["scope"]
    assert (c["webhook_stream"], c["webhook_callback"], c["live_sync_mode"]) == (True, True, "webhook")
    assert c["max_historical_days"] == 730 and c["linked_user_ids"] == []
    assert c["icon_url"] == "/static/provider-icons/garmin.svg"
    assert "token" not in str(c).lower()
    suunto = api.connected("suunto", "anna")
    c, = api.get(f"/users/{suunto}/connections").json()
    assert c["provider_username"] and c["rest_pull"] and c["live_sync_mode"] == "pull"
    assert api.get(f"/users/{uuid.uuid4()}/connections").json() == []


# ---- providers ----


def test_icons(gateway):
    for provider in ("garmin", "polar", "suunto"):
        answer = httpx.get(f"{gateway.url}/static/provider-icons/{provider}.svg")
        assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["cache-control"].startswith("public")
        picture = minidom.parseString(answer.text).documentElement
        assert picture.tagName == "svg" and picture.getElementsByTagName("text")[0].firstChild.data == provider[0].upper()
    for name in ("nobody.svg", "garmin.png", ".svg", "garmin", "..%2fgarmin.svg"):
        assert httpx.get(f"{gateway.url}/static/provider-icons/{name}").status_code == 404, name


def test_the_list_of_providers(gateway, api):
    answer = httpx.get(f"{gateway.url}/api/v1/oauth/providers")
    assert answer.status_code == 200
    listed = {p["provider"]: p for p in answer.json()}
    assert set(listed) == {"garmin", "polar", "suunto"}
    assert listed["polar"] == {"provider": "polar", "name": "Polar", "has_cloud_api": True, "is_enabled": True,
                               "is_ready": True, "icon_url": "/static/provider-icons/polar.svg",
                               "live_sync_mode": "pull", "live_sync_configurable": False, "data_granularity": None}
    states = {p["id"]: p for p in api.get("/providers").json()}
    for provider, state in states.items():
        assert state["healthy"] and state["enabled"] and state["state"] == "ready" and state["reason"] is None
        assert state["version"] and state["abi"] == "0.1"
        settings = {s["name"]: s for s in state["descriptor"]["settings"]}
        assert settings["client_secret"]["secret"] and settings["client_secret"].get("default") is None
        assert state["descriptor"]["sync_params"] is not None


@pytest.fixture()
def switched(gateway, api):
    """Whatever is switched off is on again afterwards."""
    yield
    assert put(api, "/oauth/providers", {"providers": {p: True for p in ("polar", "suunto", "garmin")}}).status_code == 200
    eventually(lambda: api.get("/oauth/polar/authorize", user_id=api.user()).status_code == 200)


def test_a_provider_that_is_off(simulator, gateway, api, switched):
    user, other = api.connected("polar", "anna"), api.connected("garmin", "anna")
    answer = put(api, "/oauth/providers/polar", {"is_enabled": False})
    assert answer.status_code == 200 and answer.json()["is_enabled"] is False, answer.text
    assert {p["provider"]: p["is_enabled"] for p in api.get("/oauth/providers").json()} == {
        "polar": False, "suunto": True, "garmin": True}
    assert {p["provider"] for p in api.get("/oauth/providers", enabled_only=True).json()} == {"suunto", "garmin"}
    # every process has noticed within a second
    eventually(lambda: all(api.sync("polar", user).status_code == 409 for _ in range(8)), 5, 0.2)
    for answer in (api.sync("polar", user), api.get("/oauth/polar/authorize", user_id=user)):
        assert answer.status_code == 409 and answer.json()["code"] == "provider.disabled", answer.text
    # what is there can be read, and left
    assert api.get(f"/users/{user}/events/sleep", start_date="2020-01-01", end_date="2030-01-01").status_code == 200
    assert api.http.delete(f"/api/v1/users/{user}/connections/polar").status_code == 204
    # others go on
    api.synced("garmin", other)
    answer = put(api, "/oauth/providers", {"providers": {"polar": True, "garmin": False}})
    assert {p["provider"]: p["is_enabled"] for p in answer.json()} == {"polar": True, "suunto": True, "garmin": False}
    eventually(lambda: all(api.get("/oauth/polar/authorize", user_id=user).status_code == 200 for _ in range(8)), 5, 0.2)
    # what Garmin sends now is not taken, so that Garmin sends it again later
    answer = api.post("/providers/garmin/webhooks", json={"dailies": []})
    assert answer.status_code == 409 and answer.json()["code"] == "provider.disabled"


def test_the_switch_outlives_a_restart(simulator):
    gw = Gateway(simulator, providers=("polar",))
    try:
        api = Client(gw)
        assert put(api, "/oauth/providers/polar", {"is_enabled": False, "data_granularity": "raw"}).status_code == 200
        gw.stop()
        gw.start()
        listed, = Client(gw).get("/oauth/providers").json()
        assert listed["is_enabled"] is False and listed["data_granularity"] == "raw"
        assert Client(gw).get("/oauth/polar/authorize", user_id=Client(gw).user()).status_code == 409
    finally:
        gw.clean_stop()


@pytest.mark.parametrize("path,body,status,word", [
    ("polar", {"is_enabled": "yes"}, 422, "is_enabled"),
    ("polar", {"live_sync_mode": None}, 422, "live_sync_mode cannot be set to null; omit the field to leave it unchanged"),
    ("polar", {"live_sync_mode": "webhook"}, 422, "Provider 'polar' does not support live sync mode configuration"),
    ("polar", {"live_sync_mode": "often"}, 422, "live_sync_mode"),
    ("polar", {"live_sync_mode": "pull"}, 200, ""),
    ("garmin", {"live_sync_mode": "webhook"}, 200, ""),
    ("polar", {"data_granularity": "daily"}, 422, "data_granularity"),
    ("polar", {"data_granularity": "weekly"}, 422, "data_granularity"),
    ("polar", {"data_granularity": "raw"}, 200, ""),
    ("polar", {"is_enabled": None, "else": 1}, 200, ""),
    ("nobody", {"is_enabled": True}, 404, "provider"),
])
def test_settings_are_checked(api, path, body, status, word):
    answer = put(api, f"/oauth/providers/{path}", body)
    assert answer.status_code == status, answer.text
    assert word in str(answer.json())
    assert {p["is_enabled"] for p in api.get("/oauth/providers").json()} == {True}


def test_switches_are_checked(gateway, api):
    for body in ({}, {"providers": []}, {"providers": {"nobody": True}}, {"providers": {"polar": 1}},
                 {"providers": {"polar": False, "nobody": False}}):
        assert put(api, "/oauth/providers", body).status_code == 422, body
    assert {p["is_enabled"] for p in api.get("/oauth/providers").json()} == {True}
    for scopes in ("read", "read,write"):
        lesser = Client(gateway, gateway.new_key(scopes))
        assert put(lesser, "/oauth/providers", {"providers": {}}).status_code == 403
        assert put(lesser, "/oauth/providers/polar", {}).status_code == 403


# ---- where data comes from ----


def test_data_sources(api):
    user = api.user()
    assert api.get(f"/users/{user}/data-sources").json() == {"items": [], "total": 0}
    for provider in ("polar", "garmin"):
        api.connect(provider, user, "bruno")
        api.synced(provider, user)
    eventually(lambda: {s["provider"] for s in api.get(f"/users/{user}/data-sources").json()["items"]} ==
               {"garmin", "polar"})
    listed = api.get(f"/users/{user}/data-sources").json()
    assert listed["total"] == len(listed["items"]) and len({s["id"] for s in listed["items"]}) == listed["total"]
    connections = {c["provider"]: c["id"] for c in api.get(f"/users/{user}/connections").json()}
    order = [(s["provider"], s["device_model"] or "~") for s in listed["items"]]
    assert order == sorted(order)
    for source in listed["items"]:
        assert source["user_id"] == user and source["user_connection_id"] == connections[source["provider"]]
        assert source["display_name"].startswith(source["provider"].capitalize())
        if source["device_model"]:
            assert source["device_type"] in ("watch", "band", "phone", "scale", "ring", "other")
            assert source["display_name"].endswith(source["device_model"])
    # the id of a source stays
    assert listed == api.get(f"/users/{user}/data-sources").json()
    other = api.connected("polar", "bruno")
    api.synced("polar", other)
    theirs = api.get(f"/users/{other}/data-sources").json()["items"]
    assert theirs and not {s["id"] for s in theirs} & {s["id"] for s in listed["items"]}
    # what rows say of their source is in the list
    devices = {s["device_model"] for s in listed["items"]}
    for row in api.workouts(user) + api.sleep(user):
        assert row["source"]["device"] in devices


def test_coverage(gateway, api):
    answer = httpx.get(f"{gateway.url}/api/v1/meta/coverage")
    assert answer.status_code == 200
    c = answer.json()
    assert c["providers"] == ["garmin", "polar", "suunto"]
    names = [g["name"] for g in c["timeseries"]]
    order = ["Heart & Cardiovascular", "Blood & Respiratory", "Body Composition", "Fitness Metrics", "Activity - Basic",
             "Activity - Distance", "Activity - Walking", "Activity - Running", "Activity - Swimming",
             "Activity - Generic", "Environmental", "Provider-Specific", "Other"]
    assert names == [n for n in order if n in names]
    metrics = {m["code"]: m for g in c["timeseries"] for m in g["metrics"]}
    assert metrics["heart_rate"] == {"code": "heart_rate", "unit": "bpm", "providers": ["garmin", "polar", "suunto"]}
    assert metrics["water_temperature"]["providers"] == ["suunto"]
    assert metrics["garmin.bone_mass"]["providers"] == ["garmin"]
    for rows in [g["metrics"] for g in c["timeseries"]] + [c[k] for k in c if k.endswith("_fields")] + [c["health_scores"]]:
        codes = [r["code"] for r in rows]
        assert codes == sorted(set(codes)) and rows
        assert all(r["providers"] == sorted(r["providers"]) and r["providers"] for r in rows)
    fields = {r["code"]: r["providers"] for r in c["workout_fields"]}
    assert fields["energy_burned"] == ["garmin", "polar", "suunto"] and fields["max_watts"] == ["suunto"]
    assert {r["code"]: r["providers"] for r in c["health_scores"]}["recovery"] == ["polar", "suunto"]
    assert {r["code"] for r in c["menstrual_cycle_fields"]} >= {"current_phase", "current_phase_type", "day_in_cycle"}
    # nothing is claimed that the plugins do not declare
    declared = {(row["what"], row["name"]) for p in api.get("/providers").json() for row in p["descriptor"]["coverage"]}
    assert {name for what, name in declared if what == "series"} == set(metrics)
    assert len({name for what, name in declared if what == "workout"}) == len(fields)


# ---- menstrual cycles ----


def cycles(api, user, **more):
    return api.get(f"/users/{user}/events/menstrual-cycles",
                   **{"start_date": "2020-01-01", "end_date": "2030-01-01", **more})


def test_menstrual_cycles(simulator, gateway, api):
    user = api.connected("garmin", "anna")
    assert cycles(api, user).json()["data"] == []

    person, = simulator.control("GET", "people", person="anna")["people"]
    day = {"userId": person["garmin_user_id"], "periodStartDate": "2026-03-01", "periodLength": 5, "currentPhase": 2,
           "currentPhaseType": "FOLLICULAR", "cycleLength": 28, "predictedCycleLength": 27, "isPredictedCycle": False,
           "fertileWindowStart": 11, "lengthOfFertileWindow": 6, "hasSpecifiedCycleLength": True, "pregnancySnapshot": {}}
    items = [{**day, "summaryId": f"x{n}", "dayInCycle": n, "lastUpdatedTimeInSeconds": 1772323200 + n * 86400}
             for n in range(3, 9)]
    items[-1]["pregnancySnapshot"] = {"title": "Baby", "numOfBabies": "SINGLE"}

    def send():
        answer = api.post("/providers/garmin/webhooks", json={"mct": items})
        assert answer.status_code == 200, answer.text
        eventually(lambda: gateway.sql("SELECT count(*) FROM jobs WHERE kind = 3") == [("0",)], what="it is read")

    send()
    answer = cycles(api, user).json()
    rows = answer["data"]
    assert [r["day_in_cycle"] for r in rows] == [8, 7, 6, 5, 4, 3] and answer["pagination"]["total_count"] == 6
    assert rows[1]["start_time"].startswith("2026-03-07") and rows[1]["last_updated_at"] == "2026-03-08T00:00:00Z"
    assert {k: v for k, v in rows[1].items() if k not in ("id", "start_time", "end_time", "source", "last_updated_at")} == {
        "zone_offset": rows[1]["zone_offset"], "current_phase": 2, "current_phase_type": "FOLLICULAR", "day_in_cycle": 7,
        "cycle_length": 28, "predicted_cycle_length": 27, "is_predicted_cycle": False,
        "period_start_date": "2026-03-01", "period_length": 5, "length_of_current_phase": None,
        "days_until_next_phase": None, "fertile_window_start": 11, "length_of_fertile_window": 6,
        "has_specified_cycle_length": True, "has_specified_period_length": None, "pregnancy_snapshot": None}
    assert rows[0]["pregnancy_snapshot"] == [{"title": "Baby", "numOfBabies": "SINGLE"}]
    assert rows[0]["source"]["provider"] == "garmin"
    # by pages, there and back
    first = cycles(api, user, limit=2).json()
    second = cycles(api, user, limit=2, cursor=first["pagination"]["next_cursor"]).json()
    assert first["data"] + second["data"] == rows[:4]
    assert cycles(api, user, limit=2, cursor=second["pagination"]["previous_cursor"]).json()["data"] == rows[:2]
    assert cycles(api, user, limit=2, cursor="x").status_code == 422
    # a deleted one does not come back
    gone = rows[1]["id"]
    assert api.http.delete(f"/api/v1/users/{user}/events/menstrual-cycles/{gone}").status_code == 204
    send()
    assert [r["id"] for r in cycles(api, user).json()["data"]] == [r["id"] for r in rows if r["id"] != gone]
