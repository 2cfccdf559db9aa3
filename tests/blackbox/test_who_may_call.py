"""Every route that the program has × every kind of caller, against the contract's table "Who may call what".

The routes come from the program (`aorta docs routes`), the rules are written down here a second time: a route without a
rule fails, and so does a rule without a route. Requests name people and things that are not there, so a caller who may
goes on to a 404 or a 422 and nothing is harmed.
"""
import base64
import hashlib
import hmac
import json
import re
import socket
import time
import uuid

import httpx
import pytest

from client import Client
from harness import Gateway, eventually

PHONES = 'apple = { enabled = true; module = "apple.so"; }; samsung = { enabled = true; module = "samsung.so"; };'

PUBLIC, READ, WRITE, ADMIN, DEVELOPER, PHONE = "public", "read", "write", "admin", "developer", "phone"
V1 = "/api/v1"
USER = V1 + "/users/{user_id}"

# The contract's groups, as patterns of "METHOD path". The first that fits counts.
RULES = [
    (PUBLIC, r"GET /(healthz|readyz|openapi\.json|docs(/.*)?|static/.*)?"),
    (PUBLIC, r"(GET|POST) /setup"),
    (PUBLIC, r"GET V1/(oauth/\{provider\}/callback|oauth/providers|oauth/success|oauth/error|meta/coverage)"),
    (PUBLIC, r"GET V1/connect/.*"),
    (PUBLIC, r"(GET|POST) V1/providers/\{provider\}/webhooks"),
    (PUBLIC, r"POST V1/(auth/login|token/refresh|token/revoke|invitation-code/redeem|invitations/accept)"),
    (PUBLIC, r"POST USER/token"),
    (DEVELOPER, r"\w+ V1/(auth|developers?|invitations|applications|dashboard)(/.*)?"),
    (DEVELOPER, r"POST USER/invitation-code"),
    (PHONE, r"POST V1/sdk/.*"),
    (ADMIN, r"DELETE USER"),
    (ADMIN, r"DELETE USER/connections/\{provider\}/data"),
    (ADMIN, r"GET USER/export"),
    (ADMIN, r"(PUT|PATCH) V1/oauth/providers(/\{provider\})?"),
    (ADMIN, r"\w+ V1/priorities/.*"),
    (PUBLIC, r"GET V1/webhooks/event-types"),
    (ADMIN, r"\w+ V1/webhooks(/.*)?"),
    (ADMIN, r"\w+ V1/providers/\{provider\}/webhooks/.*"),
    (WRITE, r"GET V1/oauth/\{provider\}/authorize"),
    (WRITE, r"POST V1/users"),
    (WRITE, r"PATCH USER"),
    (WRITE, r"POST USER/connect-link"),
    (WRITE, r"POST V1/providers/\{provider\}/users/\{user_id\}/(sync|sync/historical)"),
    (WRITE, r"POST V1/providers/garmin/users/\{user_id\}/backfill/.*"),
    (WRITE, r"POST USER/import/.*"),
    (WRITE, r"DELETE USER/connections/\{provider\}"),
    (WRITE, r"DELETE USER/events/.*"),
    (WRITE, r"POST USER/sync/runs/\{run_id\}/cancel"),
    (READ, r"GET V1/(users|sync|changes|providers)(/.*)?"),
]


def group_of(route):
    text = f"{route['method']} {route['path']}"
    for group, pattern in RULES:
        if re.fullmatch(pattern.replace("USER", re.escape(USER)).replace("V1", V1), text):
            return group
    return None


# ---- tokens that we did not issue, or not like this ----

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(header, claims, key):
    text = f"{b64(header)}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def deployments_key(gateway):
    """As the gateway derives it. Having the key file, one may forge anything: that is what makes these tests possible."""
    line = (gateway.state / "keys").read_text().splitlines()[0]
    return hashlib.blake2b(b"aorta access token 1", key=base64.b64decode(line.split(":")[1]), digest_size=32).digest()


class Callers:
    """Every kind, by name: the headers it sends."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.url = gateway.url
        email = "walker@example.com"
        self.login = {"username": email, "password": gateway.run("developer", "create", email).split()[-1]}
        self.token = self.fresh()
        api = Client(gateway)
        self.user, self.other = api.user(), api.user()
        sdk, other = [self.post(f"/users/{u}/token", headers=bearer(self.token), json={}).json()["access_token"]
                      for u in (self.user, self.other)]
        header, middle, mark = self.token.split(".")
        claims, sdk_claims = json.loads(unb64(middle)), json.loads(unb64(sdk.split(".")[1]))
        key = deployments_key(gateway)
        now = int(time.time())
        assert signed(unb64(header), claims, key).split(".")[0] == header
        revoked = gateway.new_key("read,write,admin")
        read, write, admin = [gateway.new_key(scope) for scope in ("read", "write", "admin")]
        self.revoke(api, revoked)
        self.kinds = {
            "nobody": {},
            "key of read": api_key(read),
            "key of write": api_key(write),
            "key of admin": api_key(admin),
            "key of all": api_key(gateway.key),
            "revoked key": api_key(revoked),
            "key that never was": api_key("sk-" + 43 * "A"),
            "uuid as key": api_key(str(uuid.uuid4())),
            "empty key": api_key(""),
            "developer": bearer(self.token),
            "developer and a wrong key": {**bearer(self.token), **api_key("sk-" + 43 * "B")},
            "expired developer": bearer(signed(unb64(header), {**claims, "iat": now - 7200, "exp": now - 1}, key)),
            "developer by another key": bearer(signed(unb64(header), claims, b"x" * 32)),
            "developer by an empty key": bearer(signed(unb64(header), claims, b"")),
            "developer by none": bearer(f"{b64(json.dumps({'alg': 'none', 'typ': 'JWT'}).encode())}.{middle}."),
            "developer by HS512": bearer(signed(unb64(header).replace(b"HS256", b"HS512"), claims, key)),
            "developer of no login": bearer(signed(unb64(header), {**claims, "sid": str(uuid.uuid4())}, key)),
            "developer nobody knows": bearer(signed(unb64(header), {**claims, "sub": str(uuid.uuid4())}, key)),
            "developer cut short": bearer(f"{header}.{middle}."),
            "developer changed": bearer(f"{header}.{b64(json.dumps({**claims, 'exp': now + 99999}).encode())}.{mark}"),
            "token of another scope": bearer(signed(unb64(header), {**claims, "scope": "all"}, key)),
            "garbage": bearer("garbage"),
            "refresh token": bearer("rt-" + 87 * "A"),
            "basic": {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()},
            "key as Bearer": bearer(gateway.key),
            "phone of the user": bearer(sdk),
            "phone of another user": bearer(other),
            "phone expired": bearer(signed(unb64(header), {**sdk_claims, "exp": now - 1}, key)),
            "phone by another key": bearer(signed(unb64(header), sdk_claims, b"x" * 32)),
            "phone of no login": bearer(signed(unb64(header), {**sdk_claims, "sid": str(uuid.uuid4())}, key)),
            "phone of another user, and a key": {**bearer(other), **api_key(gateway.key)},
            "expired developer, and a key": {**bearer(signed(unb64(header), {**claims, "exp": now - 1}, key)),
                                             **api_key(gateway.key)},
        }

    def post(self, path, **more):
        return httpx.post(f"{self.url}{V1}{path}", **more)

    def fresh(self):
        return self.post("/auth/login", data=self.login).json()["access_token"]

    def revoke(self, api, key):
        line = next(l for l in self.gateway.run("key", "list").splitlines() if key[:9] in l)
        self.gateway.run("key", "revoke", line.split()[0])
        eventually(lambda: api.http.get(f"{V1}/users", headers=api_key(key)).status_code == 401, 2)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def api_key(key):
    return {"X-Open-Wearables-API-Key": key}


# ---- what the contract says ----

KEYS = {"key of read": {READ}, "key of write": {WRITE}, "key of admin": {ADMIN}, "key of all": {READ, WRITE, ADMIN},
        "expired developer, and a key": {READ, WRITE, ADMIN}}
DEVELOPERS = {"developer", "developer and a wrong key"}


def expected(group, kind):
    """0: goes on; else the status."""
    if group == DEVELOPER:
        return 0 if kind in DEVELOPERS else 401
    if group == PHONE:
        if kind == "phone of the user":
            return 0
        if kind in ("phone of another user", "phone of another user, and a key"):
            return 403
        if kind in KEYS:
            return 0 if WRITE in KEYS[kind] else 403
        return 401
    if kind in DEVELOPERS:
        return 0
    if kind == "phone of another user, and a key":
        return 0
    if kind in KEYS:
        return 0 if group in KEYS[kind] else 403
    return 401


# ---- asking ----

VALUES = {"{provider}": "polar", "{application}": "app_" + 32 * "0", "{icon}": "polar.svg", "{file}": "none",
          "{name}": "polar", "{link}": 43 * "A", "{type_name}": "dailies"}


def target(route, callers):
    path = route["path"]
    if "/sdk/" in path:
        path = path.replace("{user_id}", callers.user)
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return re.sub(r"\{\w+\}", lambda _: str(uuid.uuid4()), path)


def ask(http, route, callers, headers):
    """Status, code and detail. Answers that go on for ever are not read."""
    if route["path"].endswith("/auth/logout") and headers.get("Authorization") == f"Bearer {callers.token}":
        headers = {**headers, **bearer(callers.fresh())}
    more = {"headers": headers}
    if route["method"] in ("POST", "PUT", "PATCH") and not route["path"].endswith(("/auth/login", "/setup")):
        more["json"] = {}
    with http.stream(route["method"], target(route, callers), **more) as answer:
        if answer.status_code < 400:
            return answer.status_code, None, None, answer.headers
        body = json.loads(answer.read()) if "json" in answer.headers.get("content-type", "") else {}
        return answer.status_code, body.get("code"), body.get("detail"), answer.headers


@pytest.fixture(scope="module")
def gateway(simulator):
    gw = Gateway(simulator, providers=("polar", "suunto", "garmin"), sections=PHONES)
    yield gw
    gw.clean_stop()


@pytest.fixture(scope="module")
def callers(gateway):
    return Callers(gateway)


@pytest.fixture(scope="module")
def routes(gateway):
    import subprocess
    from harness import BIN, staged
    return json.loads(subprocess.run([staged(BIN) / "aorta", "docs", "routes"], stdout=subprocess.PIPE, check=True,
                                     timeout=60).stdout)


def test_every_route_has_a_rule(routes):
    assert len(routes) > 70
    assert [f"{r['method']} {r['path']}" for r in routes if group_of(r) is None] == []


def test_the_table_of_routes_says_the_same(routes):
    for route in routes:
        group = group_of(route)
        says = (PUBLIC if route["public"] else PHONE if route["sdk"] else route["key"] or DEVELOPER)
        assert says == group, f"{route['method']} {route['path']}"
        assert route["developer"] == (group not in (PUBLIC, PHONE))


def test_every_route_by_every_caller(gateway, callers, routes):
    wrong, asked = [], 0
    with httpx.Client(base_url=gateway.url, timeout=30) as http:
        for route in routes:
            group = group_of(route)
            if group == PUBLIC:
                continue
            for kind, headers in callers.kinds.items():
                status, code, detail, answered = ask(http, route, callers, headers)
                want = expected(group, kind)
                good = status == want if want else status not in (401, 403)
                if status in (401, 403):
                    good = good and detail and code and code.startswith("auth.")
                if status == 401:
                    good = good and "www-authenticate" in answered
                asked += 1
                if not good:
                    wrong.append(f"{route['method']} {route['path']} by {kind}: {status} {code}, wanted {want or 'more'}")
    assert wrong == []
    assert asked > 1500


def test_public_routes_do_not_look_at_callers(gateway, callers, routes):
    wrong = []
    with httpx.Client(base_url=gateway.url, timeout=30) as http:
        for route in routes:
            if group_of(route) != PUBLIC or route["path"].endswith("{user_id}/token"):
                continue
            alone = ask(http, route, callers, {})[:2]
            for kind, headers in callers.kinds.items():
                answer = ask(http, route, callers, headers)[:2]
                if answer != alone or (answer[1] or "").startswith("auth.") and answer[1] != "auth.refresh_unknown":
                    wrong.append(f"{route['method']} {route['path']} by {kind}: {answer}, without: {alone}")
    assert wrong == []


def test_the_users_token_takes_a_developer(gateway, callers):
    """Public, for the application's secret is in the body; a developer's token stands for it, and nothing else does."""
    for kind, headers in callers.kinds.items():
        answer = httpx.post(f"{gateway.url}{V1}/users/{callers.user}/token", json={}, headers=headers)
        want = 200 if kind in DEVELOPERS else 401 if "Bearer" in headers.get("Authorization", "") else 422
        assert answer.status_code == want, (kind, answer.text)


def test_what_a_caller_is_told(gateway, callers):
    def told(kind, path="/users", method="GET"):
        answer = httpx.request(method, f"{gateway.url}{V1}{path}", headers=callers.kinds[kind])
        return answer.status_code, answer.json()["code"], answer.json()["detail"]
    status, code, detail = told("key as Bearer")
    assert (status, code) == (401, "auth.wrong_header") and "X-Open-Wearables-API-Key" in detail
    assert told("nobody")[:2] == (401, "auth.required")
    assert told("nobody")[2].startswith("Authentication required: provide JWT token or API key")
    assert told("expired developer")[:2] == (401, "auth.token_expired")
    assert told("phone of the user") == (401, "auth.sdk_token", "SDK tokens cannot access this endpoint")
    assert told("revoked key")[1:] == told("key that never was")[1:] == told("uuid as key")[1:]
    assert told("nobody", "/applications")[2] == "Could not validate credentials"
    assert told("phone of the user", "/applications")[2] == "SDK tokens cannot access this endpoint"
    path = f"/sdk/users/{callers.user}/sync"
    assert told("phone of another user", path, "POST")[2] == "Token does not match user_id"
    assert told("nobody", path, "POST")[2] == "Authentication required: provide SDK token or API key"
    assert told("developer", path, "POST")[2] == "Authentication required: provide SDK token or API key"
    assert told("key of read", "/users", "POST")[1] == "auth.forbidden"


def test_a_caller_is_refused_before_the_body(gateway, callers, routes):
    """The headers promise 100 MB and nothing follows: the answer is there at once, and the connection ends."""
    host, port = gateway.url.removeprefix("http://").split(":")
    for route in routes:
        group = group_of(route)
        if group == PUBLIC or route["method"] not in ("POST", "PUT", "PATCH"):
            continue
        for kind, want in (("nobody", 401), ("garbage", 401), ("key of read", {DEVELOPER: 401}.get(group, 403))):
            head = "".join(f"{k}: {v}\r\n" for k, v in callers.kinds[kind].items())
            with socket.create_connection((host, int(port)), timeout=10) as s:
                s.sendall(f"{route['method']} {target(route, callers)} HTTP/1.1\r\nHost: x\r\n{head}"
                          f"Content-Type: application/json\r\nContent-Length: 104857600\r\n\r\n".encode())
                first = s.recv(4096).decode(errors="replace")
            assert first.startswith(f"HTTP/1.1 {want} "), (route["path"], kind, first[:200])
