"""Which provider and which type of device goes first."""
import httpx


def items(api, kind):
    answer = api.get(f"/priorities/{kind}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def put(api, path, body):
    return api.http.put(f"/api/v1/priorities/{path}", json=body)


def test_what_is_there_from_the_start(api):
    providers = items(api, "providers")
    assert [(p["provider"], p["priority"]) for p in providers] == [
        ("apple", 1), ("garmin", 2), ("polar", 3), ("suunto", 4), ("whoop", 5), ("samsung", 6)]
    assert all(p["id"] and p["created_at"] and p["updated_at"] for p in providers)
    assert [(p["device_type"], p["priority"]) for p in items(api, "device-types")] == [
        ("watch", 1), ("band", 2), ("ring", 3), ("phone", 4), ("scale", 5), ("other", 6), ("unknown", 99)]


def test_changes(api):
    before = {p["provider"]: p for p in items(api, "providers")}
    answer = put(api, "providers/polar", {"priority": 1})
    assert answer.status_code == 200, answer.text
    assert answer.json()["provider"] == "polar" and answer.json()["priority"] == 1
    assert answer.json()["id"] == before["polar"]["id"]
    answer = put(api, "providers", {"priorities": [{"provider": "polar", "priority": 3},
                                                   {"provider": "oura", "priority": 100}]})
    assert answer.status_code == 200, answer.text
    assert [(p["provider"], p["priority"]) for p in answer.json()["items"]] == [("polar", 3), ("oura", 100)]
    assert [p["provider"] for p in items(api, "providers")][-1] == "oura"
    answer = put(api, "device-types/ring", {"priority": 2})
    assert answer.status_code == 200 and answer.json()["device_type"] == "ring"
    assert put(api, "device-types", {"priorities": [{"device_type": "ring", "priority": 3}]}).json()["items"][0][
        "priority"] == 3
    assert put(api, "providers", {"priorities": []}).json() == {"items": []}


def test_what_is_refused(api, gateway):
    for path, body in [("providers/polar", {"priority": 0}), ("providers/polar", {"priority": 101}),
                       ("providers/polar", {"priority": "1"}), ("providers/polar", {}),
                       ("providers/Po%20lar", {"priority": 1}), ("providers", {}), ("providers", {"priorities": {}}),
                       ("providers", {"priorities": [1]}), ("providers", {"priorities": [{"priority": 1}]}),
                       ("providers", {"priorities": [{"provider": "polar", "priority": 1}] * 101}),
                       ("device-types/toaster", {"priority": 1}),
                       ("device-types", {"priorities": [{"device_type": "toaster", "priority": 1}]})]:
        answer = put(api, path, body)
        assert answer.status_code == 422, (path, body, answer.text)
        assert answer.json()["code"] == "validation.failed" and answer.json()["errors"]
    for scopes, expected in [("read,write", 403), ("read", 403), ("admin", 200)]:
        key = gateway.new_key(scopes)
        answer = httpx.put(f"{gateway.url}/api/v1/priorities/providers/polar", json={"priority": 3},
                           headers={"X-Open-Wearables-API-Key": key})
        assert answer.status_code == expected, (scopes, answer.text)
    assert httpx.get(f"{gateway.url}/api/v1/priorities/providers").status_code == 401
