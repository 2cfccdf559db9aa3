"""The integration guide, row by row: each endpoint, parameter, header, field, unit, error and piece of Python it shows,
against the real gateway and the simulator. docs/compatibility.md is the table of these rows:

    python3 tests/blackbox/test_guide.py --write      runs them and writes the page

With AORTA_GUIDE=/path/to/a/copy/of/the/guide its Python runs as it stands there, in place of guide_client.py."""
import asyncio
import functools
import os
import re
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

SOURCE = Path(os.environ.get("AORTA_SOURCE", Path(__file__).resolve().parents[2]))
if __name__ == "__main__":  # run by hand: the newest build there is
    build = max(SOURCE.glob("build/*/bin/aorta"), key=lambda path: path.stat().st_mtime).parent.parent
    os.environ.setdefault("AORTA_BIN", f"{build}/bin")
    os.environ.setdefault("AORTA_PLUGINS", f"{build}/plugins")

import guide_client
from client import Client
from harness import BIN, Gateway, Simulator, eventually, own_dir

PAGE = SOURCE / "docs" / "compatibility.md"
HEADER = "X-Open-Wearables-API-Key"
PHONES = """
  apple = { enabled = true; module = "apple.so"; };
  samsung = { enabled = true; module = "samsung.so"; };
"""

ROWS = []
RESULTS = {}


class Row:
    def __init__(self, section, what, expected, check):
        self.section, self.what, self.expected, self.check = section, what, expected, check

    @property
    def name(self):
        words = re.sub(r"[^a-z0-9]+", "-", f"{self.section} {self.what}".lower()).strip("-")
        return words[:110]


def row(section, what, expected):
    def keep(function):
        ROWS.append(Row(section, what, expected, function))
        return function
    return keep


def fields(section, what, get, table):
    """A row for each member of an object that get(world) gives: its name, what it should be, how that is seen."""
    for name, expected, seen in table:
        def check(world, name=name, seen=seen):
            found = get(world)
            assert name in found, f"{name} is not there: {sorted(found)}"
            assert seen(found[name]), found[name]
        ROWS.append(Row(section, f"{what}: `{name}`", expected, check))


# ---- what values look like ----


def is_uuid(v):
    return str(uuid.UUID(v)) == v


def is_time(v):
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", v))


def is_text(v):
    return isinstance(v, str) and v != ""


def is_whole(v):
    return isinstance(v, int) and not isinstance(v, bool)


def is_number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def or_null(seen):
    return lambda v: v is None or seen(v)


def equals(value):
    return lambda v: v == value


# ---- the world the rows are looked at in; parts are made when a row first needs them ----

METRICS = [  # of the guide's table: its name, unit, and how a phone pushes a value of it
    ("heart_rate", "bpm", "HKQuantityTypeIdentifierHeartRate", 61, "bpm"),
    ("resting_heart_rate", "bpm", "HKQuantityTypeIdentifierRestingHeartRate", 52, "bpm"),
    ("heart_rate_variability_sdnn", "ms", "HKQuantityTypeIdentifierHeartRateVariabilitySDNN", 48, "ms"),
    ("oxygen_saturation", "percent", "HKQuantityTypeIdentifierOxygenSaturation", 97, "%"),
    ("blood_glucose", "mg/dL", "HKQuantityTypeIdentifierBloodGlucose", 95, "mg/dL"),
    ("respiratory_rate", "breaths/min", "HKQuantityTypeIdentifierRespiratoryRate", 14, "count/min"),
    ("body_temperature", "celsius", "HKQuantityTypeIdentifierBodyTemperature", 36.6, "degC"),
    ("steps", "count", "HKQuantityTypeIdentifierStepCount", 120, "count"),
]


class World:
    def __init__(self):
        self.simulator = Simulator()
        self.gateway = Gateway(self.simulator, sections=PHONES)
        self.api = Client(self.gateway)
        self.guide = guide_client.Guide(self.gateway.url, self.gateway.key)
        self.url = self.gateway.url

    def end(self):
        self.gateway.clean_stop()
        self.simulator.stop()

    def call(self, method, path, headers=None, **more):
        """As curl does: no header but those said."""
        return httpx.request(method, f"{self.url}/api/v1{path}", headers=headers or {}, timeout=70, **more)

    def client(self):
        return self.guide.client_class(base_url=self.url, api_key=self.gateway.key)

    # ---- users, developers, applications ----

    @functools.cached_property
    def developer(self):
        password = self.gateway.run("developer", "create", "guide.dev@example.com").split()[-1]
        answer = self.call("POST", "/auth/login", data={"username": "guide.dev@example.com", "password": password})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    @functools.cached_property
    def application_answer(self):
        return self.call("POST", "/applications", headers=self.developer, json={"name": "My iOS App"})

    @property
    def application(self):
        assert self.application_answer.status_code == 201, self.application_answer.text
        return self.application_answer.json()

    @functools.cached_property
    def created(self):
        return self.api.post("/users", json={"email": "user@example.com", "external_user_id": "your-internal-user-id"})

    @functools.cached_property
    def phone_user(self):
        return self.api.user()

    @functools.cached_property
    def token_answer(self):
        return self.call("POST", f"/users/{self.phone_user}/token",
                         json={"app_id": self.application["app_id"], "app_secret": self.application["app_secret"]})

    @property
    def phone(self):
        assert self.token_answer.status_code == 200, self.token_answer.text
        return {"Authorization": f"Bearer {self.token_answer.json()['access_token']}"}

    # ---- connected and synced ----

    @functools.cache
    def connected(self, provider):
        return self.api.connected(provider, f"person-{ {'garmin': 61, 'polar': 62, 'suunto': 63}[provider]}")

    @functools.cached_property
    def synced(self):
        """A user whose Suunto history is here: workouts and nights."""
        user = self.connected("suunto")
        since = int((datetime.now(timezone.utc) - timedelta(days=25)).timestamp())
        self.api.synced("suunto", user, since=since)
        return user

    @functools.cached_property
    def workouts_answer(self):
        end = datetime.now(timezone.utc).date()
        return self.api.get(f"/users/{self.synced}/events/workouts", start_date=str(end - timedelta(days=30)),
                            end_date=str(end))

    @property
    def workout(self):
        return self.workouts_answer.json()["data"][0]

    @functools.cached_property
    def sleep_answer(self):
        end = datetime.now(timezone.utc).date()
        return self.api.get(f"/users/{self.synced}/events/sleep", start_date=str(end - timedelta(days=30)),
                            end_date=str(end))

    @property
    def night(self):
        return self.sleep_answer.json()["data"][0]

    @functools.cached_property
    def pushed(self):
        """A phone's push of one value of each metric of the guide, by the guide's path."""
        source = {"name": "Wrist", "bundleIdentifier": "com.apple.health", "productType": "Watch7,1"}
        records = [{"uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "type": identifier, "value": value, "unit": unit,
                    "startDate": "2025-01-15T08:00:00Z", "endDate": "2025-01-15T08:05:00Z", "source": source,
                    "recordMetadata": []} for name, _, identifier, value, unit in METRICS]
        answer = self.call("POST", f"/sdk/users/{self.phone_user}/sync/apple/healthion", headers=self.phone,
                           json={"data": {"records": records, "sleep": [], "workouts": []}})
        assert answer.status_code == 202, answer.text
        eventually(lambda: len(self.samples(*[m[0] for m in METRICS])) >= len(METRICS), 30, what="the push is readable")
        return answer

    def samples(self, *types):
        answer = self.api.get(f"/users/{self.phone_user}/timeseries", start_time="2025-01-15T00:00:00Z",
                              end_time="2025-01-15T23:59:59Z", types=list(types))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


def said(answer, status, detail=None, code=None):
    assert answer.status_code == status, (answer.status_code, answer.text)
    body = answer.json() if answer.content else None
    assert detail is None or body["detail"] == detail, body
    assert code is None or body["code"] == code, body
    return body


# ---- before you begin ----

BEGIN = "Prerequisites and environment"


@row(BEGIN, "An instance runs and answers below `OPEN_WEARABLES_API_URL`", "200")
def _(world):
    said(world.call("GET", "/users", headers={HEADER: world.gateway.key}), 200)


@row(BEGIN, "An API key, `sk-…`", "`sk-` and 43 characters; works at once")
def _(world):
    key = world.gateway.new_key("read,write,admin")
    assert re.fullmatch(r"sk-[A-Za-z0-9_-]{43}", key)
    said(world.call("GET", "/users", headers={HEADER: key}), 200)


@row(BEGIN, "A key made by a developer, as a portal does", "201; the key works")
def _(world):
    answer = world.call("POST", "/developer/api-keys", headers=world.developer, json={"name": "backend"})
    key = said(answer, 201)["key"] if "key" in answer.json() else said(answer, 201)["id"]
    said(world.call("GET", "/users", headers={HEADER: key}), 200)


AUTH = "Authentication"


@row(AUTH, f"`{HEADER}: KEY`", "200")
def _(world):
    said(world.call("GET", "/users", headers={HEADER: world.gateway.key}), 200)


@row(AUTH, "no header", "401")
def _(world):
    said(world.call("GET", "/users"), 401)


@row(AUTH, "`Authorization: Bearer KEY` does not work", "401 that names the right header")
def _(world):
    body = said(world.call("GET", "/users", headers={"Authorization": f"Bearer {world.gateway.key}"}), 401)
    assert HEADER in body["detail"]


# ---- phones ----

APPS = "SDK authentication 1: an application"


@row(APPS, "`POST /api/v1/applications` with a developer's token and `name`", "201")
def _(world):
    said(world.application_answer, 201)


@row(APPS, "the same with an API key, or with nothing", "401")
def _(world):
    said(world.call("POST", "/applications", headers={HEADER: world.gateway.key}, json={"name": "x"}), 401)
    said(world.call("POST", "/applications", json={"name": "x"}), 401)


fields(APPS, "answer", lambda w: w.application, [
    ("id", "a UUID", is_uuid), ("app_id", "`app_…`", lambda v: v.startswith("app_")),
    ("name", "the name given", equals("My iOS App")), ("created_at", "a time", is_time),
    ("app_secret", "`secret_…`", lambda v: v.startswith("secret_") and len(v) > 30)])


@row(APPS, "`app_secret` is shown once", "not in any later answer")
def _(world):
    answer = world.call("GET", "/applications", headers=world.developer)
    listed, = [a for a in said(answer, 200) if a["app_id"] == world.application["app_id"]]
    assert "app_secret" not in listed and world.application["app_secret"] not in answer.text


TOKEN = "SDK authentication 2: a user's token"


@row(TOKEN, "`POST /api/v1/users/{user_id}/token` with `app_id` and `app_secret`, and no other credentials", "200")
def _(world):
    said(world.token_answer, 200)


fields(TOKEN, "answer", lambda w: w.token_answer.json(), [
    ("access_token", "a JWT", lambda v: v.startswith("eyJ") and v.count(".") == 2),
    ("token_type", "`bearer`", equals("bearer"))])


@row(TOKEN, "a wrong secret", "401")
def _(world):
    said(world.call("POST", f"/users/{world.phone_user}/token",
                    json={"app_id": world.application["app_id"], "app_secret": "secret_wrong"}), 401)


PUSH = "SDK authentication 3: pushing"


@row(PUSH, "`POST /api/v1/sdk/users/{user_id}/sync/apple/healthion` with the token", "202, and the data is readable")
def _(world):
    body = said(world.pushed, 202)
    assert body["user_id"] == world.phone_user and world.samples("heart_rate")


@row(PUSH, "`POST …/sync/samsung` (a stub in the guide)", "202, and the data is readable")
def _(world):
    body = {"provider": "samsung", "sdkVersion": "1.0", "syncTimestamp": "2025-01-16T10:00:00Z", "data": {"records": [
        {"id": "s1", "type": "HEART_RATE", "startDate": "2025-01-15T09:00:00Z", "endDate": "2025-01-15T09:00:00Z",
         "zoneOffset": "+01:00", "source": {"deviceName": "Wrist", "deviceModel": "SM-R960"}, "value": 77,
         "unit": "bpm"}]}}
    said(world.call("POST", f"/sdk/users/{world.phone_user}/sync/samsung", headers=world.phone, json=body), 202)
    eventually(lambda: any(s["source"]["provider"] == "samsung" for s in world.samples("heart_rate")), 30)


@row(PUSH, "SDK tokens are good for `/sdk/` only", "401 everywhere else")
def _(world):
    for path in (f"/users/{world.phone_user}", f"/users/{world.phone_user}/connections", "/users", "/applications",
                 f"/users/{world.phone_user}/events/workouts?start_date=2025-01-01&end_date=2025-01-31"):
        said(world.call("GET", path, headers=world.phone), 401)


@row(PUSH, "the `user_id` of the URL is not the token's", "403")
def _(world):
    other = world.api.user()
    said(world.call("POST", f"/sdk/users/{other}/sync/apple/healthion", headers=world.phone, json={"data": {}}), 403)


# ---- step 1 ----

USERS = "Step 1: users"


@row(USERS, "`POST /api/v1/users` with `email` and `external_user_id`", "201")
def _(world):
    said(world.created, 201)


fields(USERS, "answer", lambda w: w.created.json(), [
    ("id", "a UUID", is_uuid), ("email", "as given", equals("user@example.com")),
    ("external_user_id", "as given", equals("your-internal-user-id")), ("created_at", "a time", is_time),
    ("first_name", "null", equals(None)), ("last_name", "null", equals(None))])


@row(USERS, "several users with one e-mail", "201, two users")
def _(world):
    one, two = (said(world.api.post("/users", json={"email": "shared@example.com", "external_user_id": f"shared-{i}"}),
                     201) for i in range(2))
    assert one["id"] != two["id"]


@row(USERS, "`POST /users` again with the same `external_user_id`", "200 with the user that is there")
def _(world):
    again = world.api.post("/users", json={"email": "user@example.com", "external_user_id": "your-internal-user-id"})
    assert said(again, 200)["id"] == world.created.json()["id"]


@row(USERS, "the same 16 times at once, as single-page applications do", "one user")
def _(world):
    def create(_):
        return world.api.post("/users", json={"external_user_id": "at-once"})
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(create, range(16)))
    assert sorted(a.status_code for a in answers) == [200] * 15 + [201]
    assert len({a.json()["id"] for a in answers}) == 1


@row(USERS, "`GET /api/v1/users?external_user_id=…&limit=1`", "200; `items` has the one user")
def _(world):
    found = said(world.api.get("/users", external_user_id="your-internal-user-id", limit=1), 200)["items"]
    assert [u["id"] for u in found] == [world.created.json()["id"]]
    assert said(world.api.get("/users", external_user_id="nobody-has-this", limit=1), 200)["items"] == []


@row(USERS, "Python: `get_or_create_user(email, external_id)`", "the same user the first and the second time")
def _(world):
    helper = world.guide.helper("get_or_create_user") or world.client().get_or_create_user
    first, second = (asyncio.run(helper("ben@example.com", "python-helper")) for _ in range(2))
    assert is_uuid(first["id"]) and first == second


# ---- step 2 ----

CONNECT = "Step 2: connecting"

for _provider in ("garmin", "polar", "suunto"):
    @row(CONNECT, f"{_provider.capitalize()}: `GET /api/v1/oauth/{_provider}/authorize?user_id=…`",
         "200; consent there brings the user back connected")
    def _(world, provider=_provider):
        user = world.connected(provider)
        connection, = world.api.get(f"/users/{user}/connections").json()
        assert (connection["provider"], connection["status"]) == (provider, "active")


@row(CONNECT, "Apple Health: SDK only", "501 at authorize")
def _(world):
    said(world.api.get("/oauth/apple/authorize", user_id=world.created.json()["id"]), 501)


@row(CONNECT, "provider names are lower case", "404 for `Garmin`")
def _(world):
    said(world.api.get("/oauth/Garmin/authorize", user_id=world.created.json()["id"]), 404, code="provider.unknown")


@row(CONNECT, "authorize for a user who does not exist", "404")
def _(world):
    said(world.api.get("/oauth/garmin/authorize", user_id=str(uuid.uuid4())), 404)


@row(CONNECT, "authorize without `user_id`", "422")
def _(world):
    said(world.api.get("/oauth/garmin/authorize"), 422, code="validation.failed")


@row(CONNECT, "authorize answer: `authorization_url`", "Garmin's consent page: OAuth 2.0 with PKCE")
def _(world):
    url = httpx.URL(world.api.authorize("garmin", world.created.json()["id"]))
    assert url.path.endswith("/oauth2Confirm") and {"code_challenge", "state", "client_id"} <= set(url.params)


@row(CONNECT, "authorize answer: `authorization_url` as the guide prints it, `…/oauthConfirm?oauth_token=…`",
     "with the setting `oauth_version = 1`")
def _(world):
    old = Gateway(world.simulator, providers=("garmin",), settings={"garmin": "oauth_version = 1;"})
    api = Client(old)
    url = httpx.URL(api.authorize("garmin", api.user()))
    assert url.path.endswith("/oauthConfirm") and url.params["oauth_token"]
    old.clean_stop()
    world.simulator.control("POST", "garmin/webhook", {"url": f"{world.url}/api/v1/providers/garmin/webhooks"})


@row(CONNECT, "authorize answer: `state`", "text; also in the URL")
def _(world):
    body = said(world.api.get("/oauth/polar/authorize", user_id=world.created.json()["id"]), 200)
    assert is_text(body["state"]) and httpx.URL(body["authorization_url"]).params["state"] == body["state"]


def came_back(world, **more):
    user = world.api.user()
    url = world.api.authorize("polar", user, **more)
    return user, httpx.get(world.api.consent(url, "person-64"), timeout=60)


@row(CONNECT, "the provider redirects to the gateway, which handles the callback", "200, a page for people")
def _(world):
    _, answer = came_back(world)
    assert answer.status_code == 200 and "is connected" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


@row(CONNECT, "`redirect_uri=https://yourapp.com/oauth/callback`", "303 there, with provider, user_id and status")
def _(world):
    user, answer = came_back(world, redirect_uri="https://yourapp.com/oauth/callback")
    assert answer.status_code == 303
    assert answer.headers["location"] == (f"https://yourapp.com/oauth/callback?provider=polar&user_id={user}"
                                          "&status=success")


@row(CONNECT, "`redirect_uri` to an origin that is not allowed", "422")
def _(world):
    said(world.api.get("/oauth/polar/authorize", user_id=world.created.json()["id"],
                       redirect_uri="https://elsewhere.example/"), 422)


CONNECTIONS = "Step 2: connection status"


@functools.cache
def new_connection(world):
    """As it is before anything was fetched by us: the history job is not waited for."""
    user = world.api.connected("garmin", "person-65")
    answer = world.api.get(f"/users/{user}/connections")
    return user, said(answer, 200)


@row(CONNECTIONS, "`GET /api/v1/users/{user_id}/connections`", "200, a bare array")
def _(world):
    assert isinstance(new_connection(world)[1], list)


@row(CONNECTIONS, "for a user without any", "200, `[]`")
def _(world):
    assert said(world.api.get(f"/users/{world.api.user()}/connections"), 200) == []


fields(CONNECTIONS, "answer", lambda w: {**new_connection(w)[1][0], "_": None}, [
    ("id", "a UUID", is_uuid), ("user_id", "a UUID", is_uuid), ("provider", "`garmin`", equals("garmin")),
    ("status", "`active`", equals("active")), ("provider_user_id", "who the user is at Garmin", is_text),
    ("created_at", "a time", is_time), ("updated_at", "a time", is_time),
    ("last_synced_at", "null until a first sync", equals(None))])


@row(CONNECTIONS, "answer: `last_synced_at` after a sync", "a time")
def _(world):
    connection, = said(world.api.get(f"/users/{world.synced}/connections"), 200)
    assert is_time(connection["last_synced_at"])


# ---- step 3 ----

SYNC = "Step 3: sync"


def day(world, provider="garmin"):
    return Client.default_params(provider)


for _provider, _what in (("garmin", "data_type=all&summary_start_time=…&summary_end_time=…"),
                         ("suunto", "data_type=all&since=…"), ("polar", "data_type=all")):
    @row(SYNC, f"`POST /api/v1/providers/{_provider}/users/{{user_id}}/sync?{_what}`", "200; what was asked for is stored")
    def _(world, provider=_provider):
        user = world.connected(provider)
        body = said(world.api.sync(provider, user, data_type="all", **day(world, provider)), 200)
        assert body["success"] and body["status"] == "success" and body["provider"] == provider
        assert sum(body["details"][kind]["fetched"] for kind in ("workouts", "sleep", "timeseries")) > 0, body


@row(SYNC, "Garmin: times without an offset, with microseconds", "taken as UTC; 200")
def _(world):
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    said(world.api.sync("garmin", world.connected("garmin"), data_type="all",
                        summary_start_time=(now - timedelta(hours=24)).isoformat(), summary_end_time=now.isoformat()), 200)


@row(SYNC, "Garmin: at most 24 hours", "422 beyond, saying so")
def _(world):
    body = said(world.api.sync("garmin", world.connected("garmin"), summary_start_time="2025-01-15T00:00:00",
                               summary_end_time="2025-01-16T00:00:01"), 422)
    assert "24" in body["detail"]


@row(SYNC, "Suunto: at most 28 days from `since`", "200; `warnings` says what was cut")
def _(world):
    since = int((datetime.now(timezone.utc) - timedelta(days=45)).timestamp())
    body = said(world.api.sync("suunto", world.api.connected("suunto", "person-66"), since=since), 200)
    assert body["warnings"], body


for _kind in ("workouts", "247", "all"):
    @row(SYNC, f"`data_type={_kind}`", "200")
    def _(world, kind=_kind):
        said(world.api.sync("polar", world.connected("polar"), data_type=kind), 200)


for _provider in ("garmin", "polar", "suunto"):
    @row(SYNC, f"Python: `sync_provider(\"{_provider}\", user_id)`", "a result within the client's 60 seconds")
    def _(world, provider=_provider):
        helper = world.guide.helper("sync_provider") or world.client().sync_provider
        began = time.monotonic()
        body = asyncio.run(helper(provider, world.connected(provider)))
        assert body["success"] and body["status"] == "success", body
        assert time.monotonic() - began < 60


ERRORS = "Step 3: common sync errors"

for _provider in ("garmin", "polar", "suunto"):
    @row(ERRORS, f"`User not connected to {_provider}`", "409 with this `detail`")
    def _(world, provider=_provider):
        said(world.api.sync(provider, world.api.user(), **day(world, provider)), 409,
             detail=f"User not connected to {provider}", code="connection.missing")


@row(ERRORS, "`Missing time range parameters`: Garmin without times", "422 with this `detail`")
def _(world):
    said(world.api.sync("garmin", world.connected("garmin")), 422, detail="Missing time range parameters")


@row(ERRORS, "422: Suunto without `since`", "422 that names the parameter")
def _(world):
    body = said(world.api.sync("suunto", world.connected("suunto")), 422, code="validation.failed")
    assert body["errors"][0]["field"] == "since"


@row(ERRORS, "`InvalidPullTokenException`", "409 whose `detail` begins so; `code` tells the cause")
def _(world):
    user = world.api.connected("garmin", "person-67", permissions="ACTIVITY_EXPORT,HEALTH_EXPORT")
    end = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(days=5)
    body = said(world.api.sync("garmin", user, summary_start_time=(end - timedelta(hours=20)).isoformat(),
                               summary_end_time=end.isoformat()), 409)
    assert body["detail"].startswith("InvalidPullTokenException") and body["code"] == "garmin.historical_data_missing"


@row(ERRORS, "`duplicate key value`: data that is there already", "never; the second sync says 200 and `unchanged`")
def _(world):
    user = world.api.connected("suunto", "person-68")
    params = day(world, "suunto")
    world.api.synced("suunto", user, **params)
    again = world.api.sync("suunto", user, **params)
    counts = said(again, 200)["details"]
    assert all(counts[kind]["created"] == 0 for kind in ("workouts", "sleep")) and "duplicate" not in again.text
    assert counts["sleep"]["unchanged"] > 0, counts


# ---- step 4 ----

WORKOUTS = "Step 4: workouts"


@row(WORKOUTS, "`GET /api/v1/users/{user_id}/events/workouts?start_date=2025-01-01&end_date=2025-01-31`", "200")
def _(world):
    said(world.api.get(f"/users/{world.synced}/events/workouts", start_date="2025-01-01", end_date="2025-01-31"), 200)
    assert said(world.workouts_answer, 200)["data"]


@row(WORKOUTS, "without `start_date` or `end_date`", "422")
def _(world):
    said(world.api.get(f"/users/{world.synced}/events/workouts", start_date="2025-01-01"), 422)
    said(world.api.get(f"/users/{world.synced}/events/workouts", end_date="2025-01-01"), 422)


fields(WORKOUTS, "row", lambda w: w.workout, [
    ("id", "a UUID", is_uuid), ("type", "text such as `running`", is_text), ("name", "text, never empty", is_text),
    ("start_time", "a time", is_time), ("end_time", "a time", is_time), ("duration_seconds", "whole number", is_whole),
    ("calories_kcal", "number or null", or_null(is_number)), ("distance_meters", "number or null", or_null(is_number)),
    ("avg_heart_rate_bpm", "whole number or null", or_null(is_whole)),
    ("max_heart_rate_bpm", "whole number or null", or_null(is_whole))])
fields(WORKOUTS, "`source`", lambda w: w.workout["source"], [
    ("provider", "`suunto`", equals("suunto")), ("device", "text or null", or_null(is_text))])
fields(WORKOUTS, "`pagination`", lambda w: w.workouts_answer.json()["pagination"], [
    ("cursor", "null on the last page", equals(None)), ("has_more", "false on the last page", equals(False))])


@row(WORKOUTS, "`cursor`: the next page", "every row once")
def _(world):
    whole = [r["id"] for r in world.workouts_answer.json()["data"]]
    window = {"start_date": str(datetime.now(timezone.utc).date() - timedelta(days=30)),
              "end_date": str(datetime.now(timezone.utc).date()), "limit": 2}
    rows = world.api.pages(f"/users/{world.synced}/events/workouts", **window)
    assert [r["id"] for r in rows] == whole and len(whole) > 2


SLEEP = "Step 4: sleep"


@row(SLEEP, "`GET /api/v1/users/{user_id}/events/sleep?start_date=…&end_date=…`", "200")
def _(world):
    assert said(world.sleep_answer, 200)["data"]


fields(SLEEP, "row", lambda w: w.night, [
    ("id", "a UUID", is_uuid), ("start_time", "a time", is_time), ("end_time", "a time", is_time),
    ("duration_seconds", "whole number", is_whole), ("efficiency_percent", "0 to 100", lambda v: 0 <= v <= 100),
    ("is_nap", "true or false", lambda v: isinstance(v, bool))])
fields(SLEEP, "`stages`", lambda w: w.night["stages"], [
    (f"{stage}_seconds", "whole number", is_whole) for stage in ("awake", "light", "deep", "rem")])
fields(SLEEP, "`source`", lambda w: w.night["source"], [("provider", "`suunto`", equals("suunto"))])
fields(SLEEP, "`pagination`", lambda w: w.sleep_answer.json()["pagination"], [
    ("cursor", "null on the last page", equals(None)), ("has_more", "false on the last page", equals(False))])

SERIES = "Step 4: timeseries"
RANGE = {"start_time": "2025-01-15T00:00:00Z", "end_time": "2025-01-15T23:59:59Z"}


@row(SERIES, "`GET /api/v1/users/{user_id}/timeseries?start_time=…&end_time=…&types=heart_rate&types=steps`",
     "200; both types")
def _(world):
    assert world.pushed and {s["type"] for s in world.samples("heart_rate", "steps")} == {"heart_rate", "steps"}


for _name in ("start_time", "end_time", "types"):
    @row(SERIES, f"`{_name}` is required", "422 without it")
    def _(world, name=_name):
        params = {k: v for k, v in {**RANGE, "types": "heart_rate"}.items() if k != name}
        body = said(world.api.get(f"/users/{world.phone_user}/timeseries", **params), 422, code="validation.failed")
        assert body["errors"][0]["field"] == name


for _name, _unit, _, _value, _ in METRICS:
    @row(SERIES, f"type `{_name}`", f"unit `{_unit}`")
    def _(world, name=_name, unit=_unit, value=_value):
        assert world.pushed
        found = [s for s in world.samples(name) if s["source"]["provider"] == "apple"]
        assert found and all(s["unit"] == unit for s in found), found
        assert abs(sum(s["value"] for s in found) - value) < 1e-6, found


# ---- the complete example ----

EXAMPLE = "Complete integration example"

for _provider in ("garmin", "polar", "suunto"):
    @row(EXAMPLE, f"the Python class, from user to data: {_provider.capitalize()}", "completes")
    def _(world, provider=_provider):
        client, run = world.client(), asyncio.run
        user = run(client.get_or_create_user(email="user@example.com", external_id=f"example|{provider}"))["id"]
        url = run(client.get_auth_url(provider=provider, user_id=user, redirect_uri="https://myapp.com/callback"))
        back = httpx.get(world.api.consent(url, f"person-{69 + len(provider)}"), timeout=60)
        assert back.status_code == 303 and back.headers["location"].startswith("https://myapp.com/callback")
        assert any(c["provider"] == provider and c["status"] == "active" for c in run(client.get_connections(user)))
        assert run(client.sync_provider(provider, user))["success"]
        today = datetime.now(timezone.utc).date()
        window = {"start_date": str(today - timedelta(days=30)), "end_date": str(today)}
        assert run(client.get_sleep(user, **window)), "nights"
        assert isinstance(run(client.get_workouts(user, **window)), list)
        assert run(client.get_timeseries(user, f"{today - timedelta(days=30)}T00:00:00Z", f"{today}T23:59:59Z",
                                         ["heart_rate", "steps"])), "samples"


@row(EXAMPLE, "`main()`: before and after the user has connected", "completes")
def _(world):
    client = world.client()
    window = {"start_date": "2025-01-01", "end_date": "2025-01-31"}
    user, url, workouts = asyncio.run(guide_client.main(client, "https://myapp.com/callback", **window))
    assert workouts is None
    assert httpx.get(world.api.consent(url, "person-80"), timeout=60).status_code == 303
    if world.guide.text:
        asyncio.run(world.guide.run_main(client))
    again, _, workouts = asyncio.run(guide_client.main(client, "https://myapp.com/callback", **window))
    assert again == user and workouts == []


# ---- troubleshooting ----

TROUBLE = "Troubleshooting"


def config_check(listen):
    folder = own_dir()
    config = folder / "aorta.conf"
    config.write_text(f'listen = "{listen}"; state_dir = "{folder}"; providers = {{}};')
    return subprocess.run([BIN / "aorta", "config", "check", "--config", config], capture_output=True, text=True,
                          timeout=30)


@row(TROUBLE, "an application in a container reaches the gateway on its host", "it may listen on a private address")
def _(world):
    assert config_check("172.17.0.1:8000").returncode == 0
    refused = config_check("192.0.3.1:8000")
    assert refused.returncode != 0 and "proxy" in refused.stderr + refused.stdout


@row(TROUBLE, "`http://host.docker.internal:8000`", "any name in `Host` is answered")
def _(world):
    said(world.call("GET", "/users", headers={HEADER: world.gateway.key, "Host": "host.docker.internal:8000"}), 200)


@row(TROUBLE, "no data: the range has none", "200, an empty `data`")
def _(world):
    answer = world.api.get(f"/users/{world.phone_user}/timeseries", start_time="2001-01-15T00:00:00Z",
                           end_time="2001-01-15T23:59:59Z", types="heart_rate")
    assert said(answer, 200)["data"] == []


@row(TROUBLE, "`/api/v1/oauth/garmin/authorize?user_id=…&redirect_uri=https://myapp.com/callback`", "200")
def _(world):
    said(world.api.get("/oauth/garmin/authorize", user_id=world.created.json()["id"],
                       redirect_uri="https://myapp.com/callback"), 200)


NEXT = "Next steps"


@row(NEXT, "API reference", "`/docs` and `/openapi.json`, without credentials")
def _(world):
    assert httpx.get(f"{world.url}/docs").status_code == 200
    assert httpx.get(f"{world.url}/openapi.json").json()["openapi"].startswith("3.1")


@row(NEXT, "Provider setup", "a page for each: `docs/providers/`")
def _(world):
    for provider in ("garmin", "polar", "suunto", "apple", "samsung"):
        assert (SOURCE / "docs" / "providers" / f"{provider}.md").is_file()


@row(NEXT, "Data model", "`docs/data-model.md`")
def _(world):
    assert (SOURCE / "docs" / "data-model.md").is_file()


# ---- running the rows ----


@pytest.fixture(scope="module")
def world():
    world = World()
    yield world
    world.end()


def test_no_two_rows_are_one():
    names = [one.name for one in ROWS]
    assert len(set(names)) == len(names), [n for n in names if names.count(n) > 1]


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.name)
def test_row(world, one):
    RESULTS[one.name] = "does not hold"
    one.check(world)
    RESULTS[one.name] = "holds"


def page():
    lines = ["# Compatibility with the integration guide", "",
             "Each row of the guide, as `tests/blackbox/test_guide.py` looks at it, against the real program, plugins and",
             "database and the simulated providers. Where the guide is ambiguous, the expectation says how it is read.",
             "This page is written by the run: `./dev build`, then `python3 tests/blackbox/test_guide.py --write`.", ""]
    section = None
    for one in ROWS:
        if one.section != section:
            section = one.section
            lines += ["", f"## {section}", "", "| the guide | expectation | result |", "| --- | --- | --- |"]
        lines.append(f"| {one.what} | {one.expected} | {RESULTS.get(one.name, 'not looked at')} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def test_the_page_is_this_table():
    """Last: the table of this run is the one that is in the tree."""
    if len(RESULTS) < len(ROWS):
        for one in ROWS:  # some rows were picked: the others are taken at their word
            RESULTS.setdefault(one.name, "holds")
    if os.environ.get("AORTA_WRITE_COMPATIBILITY"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/compatibility.md is not the table of this run"


def main():
    if "--write" in sys.argv[1:]:
        os.environ["AORTA_WRITE_COMPATIBILITY"] = "1"
    return subprocess.run([sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short",
                           __file__]).returncode


if __name__ == "__main__":
    sys.exit(main())
