"""Pages of other origins: only those that the configuration names may call, and a browser may ask before it does."""
import httpx
import pytest

from client import Client
from harness import Gateway

PORTAL = "https://portal.example.org"


@pytest.fixture(scope="module")
def open_gateway(simulator):
    gw = Gateway(simulator, providers=("polar",), extra=f'cors_origins = [ "{PORTAL}", "http://localhost:3000" ];')
    yield gw
    gw.clean_stop()


def ask(gw, path, origin, method="GET", headers="x-open-wearables-api-key,content-type"):
    return httpx.request("OPTIONS", gw.url + path, headers={
        "Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers})


def cors(answer):
    return {k: v for k, v in answer.headers.items() if k.startswith("access-control-")}


def test_off_by_default(gateway):
    answer = ask(gateway, "/api/v1/users", PORTAL)
    assert not cors(answer) and "vary" not in answer.headers
    assert not cors(httpx.get(gateway.url + "/healthz", headers={"Origin": PORTAL}))


def test_a_preflight_is_answered_before_anybody_is_asked_who_they_are(open_gateway):
    for origin in (PORTAL, "http://localhost:3000"):
        for path in ("/api/v1/users", "/api/v1/auth/login"):
            answer = ask(open_gateway, path, origin, "PATCH")
            assert answer.status_code == 204 and answer.content == b"", answer.text
            assert cors(answer)["access-control-allow-origin"] == origin
            assert "PATCH" in cors(answer)["access-control-allow-methods"]
            assert cors(answer)["access-control-allow-headers"] == "x-open-wearables-api-key,content-type"
            assert answer.headers["vary"] == "Origin"
    # the words of a stranger are not sent back
    assert "access-control-allow-headers" not in cors(ask(open_gateway, "/", PORTAL, headers="x<script>"))
    assert "access-control-allow-headers" not in cors(ask(open_gateway, "/", PORTAL, headers="x" * 2000))


def test_others_are_not_allowed(open_gateway):
    for origin in ("https://evil.example.org", PORTAL + ".evil.org", "http://portal.example.org", "null", "https://portal.example"):
        answer = ask(open_gateway, "/api/v1/users", origin)
        assert not cors(answer), origin
        assert answer.headers["vary"] == "Origin"
        answer = httpx.get(open_gateway.url + "/healthz", headers={"Origin": origin})
        assert answer.status_code == 200 and not cors(answer)


def test_every_answer_says_who_may_read_it(open_gateway):
    api = Client(open_gateway)
    api.http.headers["Origin"] = PORTAL
    user = api.post("/users", json={"first_name": "Ana"})
    for answer, status in ((user, 201), (api.get("/users"), 200), (api.post("/users", content=b"{"), 400),
                           (httpx.get(open_gateway.url + "/api/v1/users", headers={"Origin": PORTAL}), 401),
                           (api.get("/nowhere"), 404), (api.http.delete(f"/api/v1/users/{user.json()['id']}"), 200)):
        assert answer.status_code == status, answer.text
        assert cors(answer)["access-control-allow-origin"] == PORTAL
        assert "X-Request-Id" in cors(answer)["access-control-expose-headers"]
        assert cors(answer)["access-control-allow-credentials"] == "true"


def test_any_origin(simulator):
    gw = Gateway(simulator, providers=("polar",), extra='cors_origins = [ "*" ];')
    try:
        answer = httpx.get(gw.url + "/healthz", headers={"Origin": "https://whoever.example"})
        assert cors(answer)["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in cors(answer)
    finally:
        gw.clean_stop()
