"""Wire compatibility: the boundaries that clients of this API are known to meet, and the rules of its errors. Each case is
one line of a table: what is sent, what must come."""
import socket
import time
import uuid
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from client import Client
from harness import Gateway, Simulator, eventually

HEADER = "X-Open-Wearables-API-Key"
PHONES = """
  apple = { enabled = true; module = "apple.so"; };
  samsung = { enabled = true; module = "samsung.so"; };
"""


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


def error(answer, status, code=None):
    assert answer.status_code == status, (answer.status_code, answer.text)
    body = answer.json()
    assert list(body)[:3] == ["detail", "code", "request_id"], body
    assert answer.headers["x-request-id"] == body["request_id"]
    assert code is None or body["code"] == code, body
    return body


# ---- pushes, as phones send them ----


def push(api, user, provider="apple", records=(), sleep=(), workouts=()):
    body = {"provider": provider, "sdkVersion": "1.0.0", "syncTimestamp": "2025-01-20T10:00:00Z",
            "data": {"records": list(records), "sleep": list(sleep), "workouts": list(workouts)}}
    answer = api.post(f"/sdk/users/{user}/sync", json=body)
    assert answer.status_code == 202, answer.text
    batch = answer.json()["batch_id"]

    def ended():
        run = api.get(f"/users/{user}/sync/runs/{batch}").json()
        return run if run.get("ended_at") else None
    return eventually(ended, 30, what="the push is read")


def record(kind, value, at="2025-01-15T12:00:00Z", unit="count", **more):
    return {"id": f"{kind}-{at}", "type": kind, "startDate": at, "endDate": at, "zoneOffset": "+00:00", "value": value,
            "unit": unit, "source": {"name": "Wrist", "productType": "Watch7,1"}, **more}


def workout(start, end, kind="running", **more):
    return {"id": f"w-{start}-{kind}", "type": kind, "startDate": start, "endDate": end, "zoneOffset": "+00:00",
            "source": {"name": "Wrist"}, "values": [], **more}


@pytest.fixture(scope="module")
def boundaries(gateway):
    """A user with one workout and one heart rate, at round times."""
    api = Client(gateway)
    user = api.user()
    push(api, user, records=[record("HKQuantityTypeIdentifierHeartRate", 60, unit="bpm")],
         workouts=[workout("2025-01-15T12:00:00Z", "2025-01-15T13:00:00Z")])
    return user


# an event belongs to a range when its start lies in it; a date alone as the end is that whole day
@pytest.mark.parametrize("start,end,found", [
    ("2025-01-15", "2025-01-15", 1), ("2025-01-01", "2025-01-31", 1), ("2025-01-15", "2025-01-15T00:00:00Z", 0),
    ("2025-01-15T12:00:00Z", "2025-01-16", 1), ("2025-01-15T12:00:01Z", "2025-01-16", 0),
    ("2025-01-15", "2025-01-15T12:00:00Z", 0), ("2025-01-15", "2025-01-15T12:00:01Z", 1),
    ("2025-01-15", "2025-01-15T12:30:00Z", 1), ("2025-01-15T00:00:00", "2025-01-15T23:59:59", 1),
    ("2025-01-15T13:30:00+02:00", "2025-01-15T14:30:00+02:00", 1), ("2025-01-15 00:00:00", "2025-01-16 00:00:00", 1),
    ("1736942400", "1736942401", 1), ("1736942401", "1736942500", 0), ("2025-01-16", "2025-01-31", 0),
    ("2025-01-31", "2025-01-01", 0)])
def test_ranges_of_events(api, boundaries, start, end, found):
    answer = api.get(f"/users/{boundaries}/events/workouts", start_date=start, end_date=end)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert len(body["data"]) == found and body["pagination"]["total_count"] == found


@pytest.mark.parametrize("start,end,found", [
    ("2025-01-15T12:00:00Z", "2025-01-15T12:00:01Z", 1), ("2025-01-15T12:00:01Z", "2025-01-15T13:00:00Z", 0),
    ("2025-01-15T11:00:00Z", "2025-01-15T12:00:00Z", 0), ("2025-01-15", "2025-01-15", 1),
    ("2025-01-14", "2025-01-15T00:00:00Z", 0), ("1736942400", "1736942401", 1)])
def test_ranges_of_samples(api, boundaries, start, end, found):
    answer = api.get(f"/users/{boundaries}/timeseries", start_time=start, end_time=end, types="heart_rate")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["data"]) == found


@pytest.mark.parametrize("given,echoed", [("2025-01-01T00:00:00", "2025-01-01T00:00:00"),
                                          ("2025-01-01T00:00:00+02:00", "2025-01-01T00:00:00+02:00"),
                                          ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
                                          ("1735689600", "2025-01-01T00:00:00Z")])
def test_the_window_is_echoed_as_it_came(api, boundaries, given, echoed):
    body = api.get(f"/users/{boundaries}/events/workouts", start_date=given, end_date="2025-01-31").json()
    assert body["metadata"]["start_time"] == echoed and body["metadata"]["sample_count"] == 1


LIMITS = [("/events/workouts?start_date=2025-01-01&end_date=2025-01-31", 1000),
          ("/events/sleep?start_date=2025-01-01&end_date=2025-01-31", 1000),
          ("/timeseries?start_time=2025-01-01&end_time=2025-01-31&types=heart_rate", 100000)]


@pytest.mark.parametrize("path,most", LIMITS)
def test_limits(api, boundaries, path, most):
    url = f"/api/v1/users/{boundaries}{path}"
    for good in (1, 101, most):
        assert api.http.get(f"{url}&limit={good}").status_code == 200
    for bad in (0, -1, most + 1, "ten", "1.5", "", "9" * 30):
        body = error(api.http.get(f"{url}&limit={bad}"), 422, "validation.failed")
        assert body["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("path,_", LIMITS)
def test_cursors_that_are_none(api, boundaries, path, _):
    for bad in ("garbage", "prev_", "a" * 200, "MjAyNS0wMS0xNQ==", "%7C"):
        error(api.http.get(f"/api/v1/users/{boundaries}{path}&cursor={bad}"), 422, "validation.failed")


def test_the_last_page_by_cursor(api):
    user = api.user()
    push(api, user, workouts=[workout(f"2025-01-1{i}T12:00:00Z", f"2025-01-1{i}T13:00:00Z") for i in range(5)])
    window = {"start_date": "2025-01-01", "end_date": "2025-01-31", "limit": 3}
    first = api.get(f"/users/{user}/events/workouts", **window).json()
    assert first["pagination"]["has_more"] and first["pagination"]["previous_cursor"] is None
    assert first["pagination"]["cursor"] == first["pagination"]["next_cursor"] and first["pagination"]["total_count"] == 5
    last = api.get(f"/users/{user}/events/workouts", cursor=first["pagination"]["next_cursor"], **window).json()
    assert len(last["data"]) == 2 and not last["pagination"]["has_more"]
    assert last["pagination"]["next_cursor"] is None and last["pagination"]["previous_cursor"]
    back = api.get(f"/users/{user}/events/workouts", cursor=last["pagination"]["previous_cursor"], **window).json()
    assert back["data"] == first["data"]


def test_users_by_page(api):
    for bad in ("page=0", "page=-1", "limit=0", "limit=101", "page=x", "sort_by=age", "sort_order=up", "email=nobody"):
        error(api.http.get(f"/api/v1/users?{bad}"), 422, "validation.failed")
    beyond = api.get("/users", page=1000, limit=100).json()
    assert beyond["items"] == [] and not beyond["has_next"] and beyond["page"] == 1000


def test_of_nobody(api):
    nobody = uuid.uuid4()
    for noun in ("workouts", "sleep"):
        body = api.get(f"/users/{nobody}/events/{noun}", start_date="2025-01-01", end_date="2025-01-31").json()
        assert body["data"] == [] and body["pagination"]["total_count"] == 0
    body = api.get(f"/users/{nobody}/timeseries", start_time="2025-01-01", end_time="2025-01-31", types="heart_rate").json()
    assert body["data"] == [] and body["pagination"]["total_count"] == 0
    assert api.get(f"/users/{nobody}/connections").json() == []
    error(api.get(f"/users/{nobody}"), 404, "user.unknown")
    for asynchronous in ("true", "false"):
        error(api.sync("polar", nobody, **{"async": asynchronous}), 404)
    error(api.post(f"/sdk/users/{nobody}/sync", json={"provider": "apple", "sdkVersion": "1", "data": {}}), 404)


@pytest.mark.parametrize("form", [lambda u: u.upper(), lambda u: u.replace("-", ""), lambda u: "{" + u + "}",
                                  lambda u: f"urn:uuid:{u}"], ids=["upper case", "no dashes", "braces", "urn"])
def test_forms_of_a_uuid(api, form):
    user = api.user()
    answer = api.get(f"/users/{form(user)}")
    assert answer.status_code == 200 and answer.json()["id"] == user


# ---- pushes: once, twice, changed ----

WINDOW = {"start": "2025-01-01", "end": "2025-01-31"}


def test_the_same_batch_again_changes_nothing(api):
    user = api.user()
    batch = {"records": [record("HKQuantityTypeIdentifierHeartRate", 60 + i, f"2025-01-15T12:0{i}:00Z", "bpm") for i in range(5)],
             "workouts": [workout("2025-01-15T12:00:00Z", "2025-01-15T13:00:00Z")],
             "sleep": [{"id": "s1", "stage": "light", "startDate": "2025-01-14T23:00:00Z", "endDate": "2025-01-15T03:00:00Z",
                        "zoneOffset": "+00:00", "source": {"name": "Wrist"}}]}

    def seen():
        return (api.workouts(user, **WINDOW), api.sleep(user, **WINDOW), api.series(user))
    push(api, user, **batch)
    before = seen()
    assert [len(rows) for rows in before] == [1, 1, 5]
    push(api, user, **batch)
    assert seen() == before


def test_a_sample_sent_again_with_another_value(api):
    user = api.user()
    for value in (60, 66):
        push(api, user, records=[record("HKQuantityTypeIdentifierHeartRate", value, unit="bpm")])
    assert [s["value"] for s in api.series(user)] == [66.0]


@pytest.mark.parametrize("provider,kind,value,unit,metric,stored", [
    ("apple", "HKQuantityTypeIdentifierHeight", 1.8, "m", "height", 180.0),
    ("apple", "HKQuantityTypeIdentifierBodyFatPercentage", 0.185, "%", "body_fat_percentage", 18.5),
    ("samsung", "BODY_FAT", 18.5, "%", "body_fat_percentage", 18.5),
    ("samsung", "BLOOD_GLUCOSE", 5.5, "mmol/L", "blood_glucose", 99.1),
    ("apple", "HKQuantityTypeIdentifierBloodGlucose", 95, "mg/dL", "blood_glucose", 95.0),
    ("apple", "HKQuantityTypeIdentifierOxygenSaturation", 97, "%", "oxygen_saturation", 97.0),
    ("samsung", "HEART_RATE", 72, "bpm", "heart_rate", 72.0),
    ("apple", "HKQuantityTypeIdentifierHeartRate", "72", "bpm", "heart_rate", 72.0)])
def test_units_of_pushed_values(api, provider, kind, value, unit, metric, stored):
    user = api.user()
    push(api, user, provider, records=[record(kind, value, unit=unit)])
    found = [s["value"] for s in api.series(user, types=metric)]
    assert len(found) == 1 and abs(found[0] - stored) < 0.05, found


@pytest.mark.parametrize("provider,kind,shown", [("samsung", "CYCLING_STATIONARY", "indoor_cycling"),
                                                 ("samsung", "RUNNING", "running"), ("apple", "running", "running"),
                                                 ("apple", "a_sport_of_the_future", "other")])
def test_types_of_pushed_workouts(api, provider, kind, shown):
    user = api.user()
    push(api, user, provider, workouts=[workout("2025-01-15T12:00:00Z", "2025-01-15T13:00:00Z", kind)])
    row, = api.workouts(user, **WINDOW)
    assert row["type"] == shown and row["name"]


def test_energy_is_what_was_burned_in_all(api):
    user = api.user()
    values = [{"type": "activeEnergyBurned", "value": 300, "unit": "kcal"}, {"type": "basalEnergyBurned", "value": 50, "unit": "kcal"},
              {"type": "duration", "value": 2700000, "unit": "ms"}, {"type": "averageHeartRate", "value": 150, "unit": "bpm"}]
    push(api, user, workouts=[workout("2025-01-15T12:00:00Z", "2025-01-15T13:00:00Z", values=values)])
    row, = api.workouts(user, **WINDOW)
    assert (row["calories_kcal"], row["duration_seconds"], row["avg_heart_rate_bpm"]) == (350.0, 2700, 150)
    assert row["distance_meters"] is None


def test_what_is_not_known_is_left_out_and_does_not_sink_the_rest(api):
    user = api.user()
    run = push(api, user, records=[record("HKQuantityTypeIdentifierHeartRate", 60, unit="bpm"),
                                   record("HKSomethingOfTheFuture", 1), {"type": "HKQuantityTypeIdentifierHeartRate"}])
    assert run["success"] and [s["value"] for s in api.series(user)] == [60.0]


@pytest.mark.parametrize("provider", ["fitbit", "google", "", "Garmin"])
def test_providers_that_do_not_push(api, provider):
    body = error(api.post(f"/sdk/users/{api.user()}/sync", json={"provider": provider, "sdkVersion": "1", "data": {}}), 422)
    assert body["code"] in ("provider.unsupported", "validation.failed")


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"'])
def test_pushes_that_are_no_object(api, body):
    error(api.post(f"/sdk/users/{api.user()}/sync", content=body, headers={"Content-Type": "application/json"}), 422)


# ---- errors: routing, then who, then what ----


def test_the_root_says_that_it_runs(gateway):
    answer = httpx.get(gateway.url)
    assert answer.status_code == 200 and answer.json() == {"message": "Server is running!"}


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/v1", "/api/v2/users", "/api/v1/nothing/here", "/api/v1/users/x/y/z",
                                  "/API/V1/USERS", "//api/v1/users", "/favicon.ico"])
def test_unknown_paths(gateway, path):
    for headers in ({}, {HEADER: gateway.key}):
        body = error(httpx.get(gateway.url + path, headers=headers), 404, "route.unknown")
        assert body["detail"] == "Not Found"


@pytest.mark.parametrize("method,path,allowed", [
    ("DELETE", "/api/v1/users", {"GET", "POST"}), ("PUT", "/", {"GET"}), ("POST", "/api/v1/oauth/providers", {"GET"}),
    ("GET", "/api/v1/auth/login", {"POST"}), ("PATCH", "/openapi.json", {"GET"})])
def test_other_methods(gateway, method, path, allowed):
    for headers in ({}, {HEADER: gateway.key}):
        answer = httpx.request(method, gateway.url + path, headers=headers)
        error(answer, 405, "method.not_allowed")
        assert allowed <= {m.strip() for m in answer.headers["allow"].split(",")}


def test_a_slash_at_the_end_makes_no_difference(api):
    assert api.http.get("/api/v1/users/").status_code == 200
    assert api.http.post("/api/v1/users/", json={}).status_code == 201


def test_head_and_options(gateway, api):
    answer = api.http.head("/api/v1/users")
    assert answer.status_code == 200 and not answer.content
    answer = httpx.options(gateway.url + "/api/v1/users")
    assert answer.status_code == 204 and {"GET", "POST"} <= {m.strip() for m in answer.headers["allow"].split(",")}


ORDER = [  # a request that is wrong in every way: what is told first
    ("GET", "/api/v1/users/not-a-uuid", {}, None, 401),
    ("GET", "/api/v1/users/not-a-uuid", {HEADER: True}, None, 422),
    ("GET", "/api/v1/users?page=0", {}, None, 401),
    ("POST", "/api/v1/users", {}, b"{", 401),
    ("POST", "/api/v1/users", {HEADER: True}, b"{", 400),
    ("POST", "/api/v1/users", {HEADER: True}, b"[]", 422),
    ("POST", "/api/v1/providers/nobody/users/not-a-uuid/sync", {}, None, 401),
    ("POST", "/api/v1/providers/nobody/users/not-a-uuid/sync", {HEADER: True}, None, 404),
    ("POST", "/api/v1/providers/garmin/users/not-a-uuid/sync", {HEADER: True}, None, 422),
    ("DELETE", "/api/v1/users", {}, b"{", 405),
    ("POST", "/api/v1/nothing", {}, b"{", 404),
]


@pytest.mark.parametrize("method,path,headers,body,status", ORDER)
def test_what_is_told_first(gateway, method, path, headers, body, status):
    headers = {k: gateway.key if v is True else v for k, v in headers.items()}
    more = {"content": body, "headers": {**headers, "Content-Type": "application/json"}} if body else {"headers": headers}
    error(httpx.request(method, gateway.url + path, **more), status)


@pytest.mark.parametrize("field,value", [("email", "not an address"), ("email", "a@b"), ("email", 5), ("email", "x" * 250 + "@y.example"),
                                         ("external_user_id", "x" * 256), ("first_name", "x" * 101), ("last_name", ["x"]),
                                         ("time_zone", "Mars/Olympus"), ("birth_date", "1990-02-30"), ("sex", "unknown")])
def test_what_is_wrong_with_a_body_is_named(api, field, value):
    body = error(api.post("/users", json={field: value}), 422, "validation.failed")
    assert [e["field"] for e in body["errors"]] == [field] and body["detail"] == body["errors"][0]["message"]


def test_everything_that_is_wrong_is_named(api):
    body = error(api.post("/users", json={"email": 1, "first_name": 2, "time_zone": 3}), 422, "validation.failed")
    assert {e["field"] for e in body["errors"]} == {"email", "first_name", "time_zone"}


def test_what_is_not_known_is_ignored(api):
    answer = api.post("/users?mood=good", json={"shoe_size": 43, "id": str(uuid.uuid4()), "created_at": "2001-01-01"})
    assert answer.status_code == 201 and not answer.json()["created_at"].startswith("2001")
    assert api.get("/users", mood="good", limit=1).status_code == 200


@pytest.mark.parametrize("query", ["search=%ff", "%fe=1", "%00=1", "search=a%00b"])
def test_queries_that_do_not_parse(api, query):
    error(api.http.get(f"/api/v1/users?{query}"), 400, "request.malformed")


@pytest.mark.parametrize("query", ["search=%", "search=%zz", "search=100%", "=", "&&", "search"])
def test_queries_that_are_odd(api, query):
    assert api.http.get(f"/api/v1/users?{query}").status_code == 200


def test_dates_that_are_none(api, boundaries):
    for bad in ("yesterday", "2025-13-01", "2025-02-30", "nan", "inf", "-inf", "", "2025-01-15T25:00:00Z", "1e400", "2025-1-5x"):
        answer = api.get(f"/users/{boundaries}/events/workouts", start_date=bad, end_date="2025-01-31")
        error(answer, 422, "validation.failed")


def test_too_large(api):
    error(api.http.post("/api/v1/users", content=b'{"first_name": "' + b"x" * 70000 + b'"}',
                        headers={"Content-Type": "application/json"}), 413, "body.too_large")


def test_other_content_types(api):
    error(api.http.post("/api/v1/users", content=b"<a/>", headers={"Content-Type": "text/xml"}), 415, "body.media_type")


def test_the_request_id_of_the_caller_is_kept(gateway, api):
    answer = api.http.get("/api/v1/users", headers={"X-Request-Id": "story-42"})
    assert answer.headers["x-request-id"] == "story-42"
    answer = api.http.get("/api/v1/users", headers={"X-Request-Id": "bad id with blanks \x01"})
    assert answer.headers["x-request-id"] not in ("", "bad id with blanks \x01")


# ---- sync ----


def test_async_answers_at_once(api):
    user = api.connected("polar", "person-90")
    began = time.monotonic()
    answer = api.sync("polar", user, **{"async": "true"})
    assert answer.status_code == 202 and time.monotonic() - began < 3
    body = answer.json()
    assert body["async"] is True and body["task_id"] == body["run_id"] and body["status"] in ("queued", "running", "success")
    eventually(lambda: api.get(f"/users/{user}/sync/runs/{body['run_id']}").json()["status"] == "success", 30)


def test_since_in_the_future(api):
    user = api.connected("suunto", "person-91")
    later = int((datetime.now(timezone.utc) + timedelta(days=2)).timestamp())
    body = error(api.sync("suunto", user, since=later), 422, "validation.failed")
    assert body["errors"][0]["field"] == "since"


@pytest.mark.parametrize("value,status", [("true", 200), ("1", 200), ("yes", 200), ("TRUE", 200), ("perhaps", 422), ("", 422)])
def test_truth_in_a_query(api, value, status):
    answer = api.http.get(f"/api/v1/oauth/providers?enabled_only={value}")
    assert answer.status_code == status, answer.text


def test_a_state_serves_once(api, gateway):
    user = api.user()
    back = api.consent(api.authorize("polar", user), "person-92")
    assert httpx.get(back, timeout=30).status_code == 200
    error(httpx.get(back, headers={"Accept": "application/json"}), 422, "oauth.state_invalid")
    error(httpx.get(f"{gateway.url}/api/v1/oauth/polar/callback?code=x&state=made-up", headers={"Accept": "application/json"}), 422)
    page = httpx.get(f"{gateway.url}/api/v1/oauth/polar/callback?code=x&state=made-up", headers={"Accept": "text/html"})
    assert page.status_code == 422 and page.headers["content-type"].startswith("text/html")
