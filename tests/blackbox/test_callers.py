"""Who may call: developers who log in, the applications they make, the phones of users, API keys."""
import base64
import json
import re
import statistics
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from client import Client
from harness import BIN, USER, Gateway, eventually, staged


PHONES = 'apple = { enabled = true; module = "apple.so"; };'


@pytest.fixture(scope="module")
def gateway(simulator):
    gw = Gateway(simulator, providers=("polar",), sections=PHONES)
    yield gw
    gw.clean_stop()


class Developer(Client):
    """Somebody who has logged in."""

    def __init__(self, gateway, email, password):
        super().__init__(gateway)
        self.http = httpx.Client(base_url=gateway.url, timeout=70)
        self.email, self.password = email, password
        answer = self.login()
        assert answer.status_code == 200, answer.text
        self.use(answer.json())

    def login(self, email=None, password=None):
        return self.http.post("/api/v1/auth/login", data={"username": email or self.email,
                                                          "password": password or self.password})

    def use(self, tokens):
        self.tokens = tokens
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"


def made(gateway, email):
    text = gateway.run("developer", "create", email)
    return Developer(gateway, email, text.split()[-1])


@pytest.fixture(scope="module")
def anna(gateway):
    return made(gateway, "anna.dev@example.com")


def claims(token):
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def test_login_answers_as_the_contract_says(anna):
    body = anna.login().json()
    assert set(body) == {"access_token", "token_type", "refresh_token", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert body["refresh_token"].startswith("rt-")
    said = claims(body["access_token"])
    assert uuid.UUID(said["sub"]) and 3590 <= said["exp"] - time.time() <= 3601
    assert anna.login(email="ANNA.dev@Example.com").status_code == 200


@pytest.mark.parametrize("form", [{"username": "anna.dev@example.com", "password": "wrong"},
                                  {"username": "nobody@example.com", "password": "wrong"},
                                  {"username": "anna.dev@example.com", "password": ""},
                                  {"username": "' OR 1=1 --", "password": "' OR 1=1 --"}])
def test_login_fails_alike(anna, form):
    answer = anna.http.post("/api/v1/auth/login", data=form)
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == "Incorrect email or password"


# ---- applications and phones ----

def sdk_token(anna, user, **body):
    return anna.http.post(f"/api/v1/users/{user}/token", json=body)


def test_a_developer_gets_a_phones_token(gateway, api, anna):
    user = api.user()
    answer = sdk_token(anna, user)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    said = claims(body["access_token"])
    assert (said["sub"], said["scope"], said["app_id"]) == (user, "sdk", f"admin:{claims(anna.tokens['access_token'])['sub']}")
    elsewhere = httpx.get(f"{gateway.url}/api/v1/users", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert elsewhere.status_code == 401 and elsewhere.json()["code"] == "auth.sdk_token"


def refresh(gateway, token):
    return httpx.post(f"{gateway.url}/api/v1/token/refresh", json={"refresh_token": token})


def push(gateway, user, token):
    """A push of nothing much, as a phone sends it."""
    return httpx.post(f"{gateway.url}/api/v1/sdk/users/{user}/sync/apple", json={"provider": "apple", "data": {"records": []}},
                      headers={"Authorization": f"Bearer {token}"})


def test_refresh_tokens_serve_once(anna):
    tokens = anna.login().json()

    second = refresh(anna.gateway, tokens["refresh_token"])
    assert second.status_code == 200, second.text
    again = refresh(anna.gateway, tokens["refresh_token"])
    assert again.status_code == 401 and again.json()["detail"] == "Invalid or revoked refresh token"
    assert again.headers["www-authenticate"] == "Bearer"
    third = refresh(anna.gateway, second.json()["refresh_token"])
    assert third.status_code == 200
    gone = httpx.post(f"{anna.gateway.url}/api/v1/token/revoke", json={"refresh_token": third.json()["refresh_token"]})
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (refresh(anna.gateway, third.json()["refresh_token"]),):
        assert answer.status_code == 401
    gone = httpx.post(f"{anna.gateway.url}/api/v1/token/revoke", json={"refresh_token": third.json()["refresh_token"]})
    assert gone.status_code == 404 and gone.json()["detail"] == "Refresh token not found"


def test_the_secret_of_an_application_gets_a_phones_token(gateway, api, anna):
    made = anna.post("/applications", json={"name": "My iOS App"})
    assert made.status_code == 201, made.text
    app = made.json()
    assert set(app) == {"id", "app_id", "name", "created_at", "app_secret"}
    assert len(app["app_id"]) == 36 and len(app["app_secret"]) == 71
    listed = anna.get("/applications").json()
    assert [a for a in listed if a["app_id"] == app["app_id"]] == [{k: v for k, v in app.items() if k != "app_secret"}]

    user = api.user()
    answer = httpx.post(f"{gateway.url}/api/v1/users/{user}/token",
                        json={"app_id": app["app_id"], "app_secret": app["app_secret"]})
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 3600)
    assert claims(tokens["access_token"])["app_id"] == app["app_id"]
    assert push(gateway, user, tokens["access_token"]).status_code == 202
    other = api.user()
    answer = push(gateway, other, tokens["access_token"])
    assert (answer.status_code, answer.json()["detail"]) == (403, "Token does not match user_id")

    for body, status in (({"app_id": app["app_id"], "app_secret": "secret_" + 64 * "0"}, 401),
                         ({"app_id": "app_" + 32 * "0", "app_secret": app["app_secret"]}, 401),
                         ({"app_id": app["app_id"]}, 422), ({}, 422)):
        answer = httpx.post(f"{gateway.url}/api/v1/users/{user}/token", json=body)
        assert answer.status_code == status, answer.text
        if status == 401:
            assert answer.json()["detail"] == "Invalid app credentials"
    nobody = uuid.uuid4()
    answer = httpx.post(f"{gateway.url}/api/v1/users/{nobody}/token",
                        json={"app_id": app["app_id"], "app_secret": app["app_secret"]})
    assert (answer.status_code, answer.json()["detail"]) == (404, f"User with ID: {nobody} not found.")


def exchange(gateway, user, app, secret=None):
    return httpx.post(f"{gateway.url}/api/v1/users/{user}/token",
                      json={"app_id": app["app_id"], "app_secret": secret or app["app_secret"]})


def test_another_secret_takes_the_place_of_the_first(gateway, api, anna):
    user, app = api.user(), anna.post("/applications", json={"name": "rotated"}).json()
    other = anna.post(f"/applications/{app['app_id']}/rotate-secret")
    assert other.status_code == 200 and other.json()["app_id"] == app["app_id"]
    assert exchange(gateway, user, app).status_code == 401
    assert exchange(gateway, user, app, other.json()["app_secret"]).status_code == 200


def test_with_an_application_its_tokens_go(gateway, api, anna):
    user, app = api.user(), anna.post("/applications", json={"name": "gone"}).json()
    tokens = exchange(gateway, user, app).json()
    assert push(gateway, user, tokens["access_token"]).status_code == 202
    assert anna.http.delete(f"/api/v1/applications/{app['app_id']}").status_code == 204
    deleted = time.monotonic()
    eventually(lambda: push(gateway, user, tokens["access_token"]).status_code == 401, 5)
    assert time.monotonic() - deleted < 1.0
    assert httpx.post(f"{gateway.url}/api/v1/token/refresh",
                      json={"refresh_token": tokens["refresh_token"]}).status_code == 401
    assert exchange(gateway, user, app).status_code == 401
    again = anna.http.delete(f"/api/v1/applications/{app['app_id']}")
    assert (again.status_code, again.json()["detail"]) == (404, "Application not found")


def test_applications_are_their_developers(gateway, anna):
    ben = made(gateway, f"ben{time.monotonic_ns()}@example.com")
    app = ben.post("/applications", json={"name": "ben's"}).json()
    assert anna.http.delete(f"/api/v1/applications/{app['app_id']}").status_code == 404
    assert anna.post(f"/applications/{app['app_id']}/rotate-secret").status_code == 404
    assert app["app_id"] not in anna.get("/applications").text
    me = ben.get("/auth/me").json()
    gone = anna.http.delete(f"/api/v1/developers/{me['id']}")
    assert (gone.status_code, gone.json()) == (200, me)
    deleted = time.monotonic()
    eventually(lambda: ben.get("/auth/me").status_code == 401, 5)
    assert time.monotonic() - deleted < 1.0
    assert ben.login().status_code == 401
    assert app["app_id"] in anna.get("/applications").text  # nobody's, so everybody's


def test_a_used_refresh_token_ends_what_it_was_for(gateway, api, anna):
    user = api.user()
    tokens = sdk_token(anna, user).json()
    second = refresh(gateway, tokens["refresh_token"]).json()
    session = gateway.sql(f"SELECT count(*) FROM sdk_sessions WHERE user_id = '{user}'")
    assert session == [("1",)]
    # At once it is a client's haste: refused, no more.
    assert refresh(gateway, tokens["refresh_token"]).status_code == 401
    assert push(gateway, user, second["access_token"]).status_code == 202
    # Later somebody has stolen it.
    gateway.sql(f"UPDATE sdk_sessions SET rotated_at = rotated_at - interval '1 minute' WHERE user_id = '{user}'")
    assert refresh(gateway, tokens["refresh_token"]).status_code == 401
    eventually(lambda: push(gateway, user, second["access_token"]).status_code == 401, 1)
    assert refresh(gateway, second["refresh_token"]).status_code == 401


def test_of_many_uses_at_once_one_succeeds(gateway, api, anna):
    token = sdk_token(anna, api.user()).json()["refresh_token"]
    with ThreadPoolExecutor(16) as pool:
        statuses = [a.status_code for a in pool.map(lambda _: refresh(gateway, token), range(16))]
    assert sorted(statuses) == [200] + 15 * [401]


@pytest.mark.parametrize("token", ["", "rt-", "rt-" + 87 * "A", "rt-" + 32 * "0", "x", "rt-" + 86 * "A" + "=", "rt-" + 87 * "_"])
def test_what_is_no_refresh_token(gateway, token):
    assert refresh(gateway, token).status_code == (401 if token else 422)
    gone = httpx.post(f"{gateway.url}/api/v1/token/revoke", json={"refresh_token": token})
    assert gone.status_code == (404 if token else 422)


# ---- codes ----

def test_a_code_serves_once(gateway, api, anna):
    user = api.user()
    first, answer = [anna.post(f"/users/{user}/invitation-code") for _ in range(2)]
    assert answer.status_code == 201, answer.text
    code = answer.json()
    assert set(code) == {"id", "code", "user_id", "expires_at", "created_at"} and code["user_id"] == user
    assert len(code["code"]) == 8 and set(code["code"]) <= set("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    def redeem(text):
        return httpx.post(f"{gateway.url}/api/v1/invitation-code/redeem", json={"code": text})
    assert redeem(first.json()["code"]).status_code == 404  # the second took its place
    tokens = redeem(code["code"])
    assert tokens.status_code == 200 and tokens.json()["user_id"] == user
    assert claims(tokens.json()["access_token"])["app_id"].startswith("invite:")
    assert push(gateway, user, tokens.json()["access_token"]).status_code == 202
    again = redeem(code["code"])
    assert (again.status_code, again.json()["detail"]) == (404, "Invalid or expired invitation code")
    assert redeem(code["code"].lower()).status_code == 422
    assert anna.post(f"/users/{uuid.uuid4()}/invitation-code").status_code == 404
    late = anna.post(f"/users/{user}/invitation-code").json()["code"]
    gateway.sql(f"UPDATE invitation_codes SET expires_at = now() WHERE user_id = '{user}'")
    assert redeem(late).status_code == 404


def test_codes_are_not_guessed_in_a_row(gateway):
    with httpx.Client(base_url=gateway.url) as http:
        answers = [http.post("/api/v1/invitation-code/redeem", json={"code": "AAAAAAAA"}) for _ in range(60)]
    limited = [a for a in answers if a.status_code == 429]
    assert limited and {a.status_code for a in answers} == {404, 429}
    assert int(limited[0].headers["retry-after"]) >= 1
    time.sleep(1)  # its budget comes back; the other stories want some


# ---- developers ----

def test_a_password_changed_ends_every_login(gateway):
    cleo = made(gateway, f"cleo{time.monotonic_ns()}@example.com")
    elsewhere = Developer(gateway, cleo.email, cleo.password)

    def change(current, new, confirm=None):
        return cleo.post("/auth/change-password", json={"current_password": current, "new_password": new,
                                                        "confirm_password": confirm or new})
    wrong = change("not it", "new password")
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "Incorrect current password")
    assert change(cleo.password, "new password", "another password").status_code == 422
    assert change(cleo.password, "short").status_code == 422
    good = change(cleo.password, "new password")
    assert good.status_code == 200 and good.json()["message"] == "Password updated successfully"
    changed = time.monotonic()
    eventually(lambda: elsewhere.get("/auth/me").status_code == 401, 5)
    assert time.monotonic() - changed < 1.0
    assert refresh(gateway, elsewhere.tokens["refresh_token"]).status_code == 401
    assert cleo.login().status_code == 401
    cleo.use(good.json())
    assert cleo.get("/auth/me").json()["email"] == cleo.email
    assert cleo.login(password="new password").status_code == 200


def test_a_developer_changes(gateway, anna):
    dora = made(gateway, f"dora{time.monotonic_ns()}@example.com")
    answer = dora.http.patch("/api/v1/auth/me", json={"first_name": "Dora", "last_name": None})
    assert answer.status_code == 200
    assert set(answer.json()) == {"id", "first_name", "last_name", "email", "created_at", "updated_at"}
    assert (answer.json()["first_name"], answer.json()["last_name"]) == ("Dora", None)
    one = anna.get(f"/developers/{answer.json()['id']}")
    assert one.json() == answer.json() and answer.json() in anna.get("/developers").json()
    assert dora.http.patch("/api/v1/auth/me", json={"email": "ANNA.DEV@example.com"}).status_code == 409
    assert dora.http.patch("/api/v1/auth/me", json={"email": "no address"}).status_code == 422
    nobody = uuid.uuid4()
    for answer in (anna.get(f"/developers/{nobody}"), anna.http.delete(f"/api/v1/developers/{nobody}"),
                   anna.http.patch(f"/api/v1/developers/{nobody}", json={})):
        assert (answer.status_code, answer.json()["detail"]) == (404, f"Developer with ID: {nobody} not found.")
    assert "password" not in anna.get("/developers").text


def test_logging_out_is_the_end_of_it(gateway):
    eva = made(gateway, f"eva{time.monotonic_ns()}@example.com")
    answer = eva.post("/auth/logout")
    assert (answer.status_code, answer.json()) == (200, {"message": "Successfully logged out"})
    eventually(lambda: eva.get("/auth/me").status_code == 401, 1)
    assert refresh(gateway, eva.tokens["refresh_token"]).status_code == 401


def test_an_invitation_makes_a_developer(gateway, anna):
    email = f"fay{time.monotonic_ns()}@example.com"
    answer = anna.post("/invitations", json={"email": email})
    assert answer.status_code == 201, answer.text
    first = answer.json()
    assert set(first) == {"id", "email", "token", "status", "expires_at", "created_at", "invited_by_id"}
    assert first["status"] == "pending" and first["invited_by_id"] == anna.get("/auth/me").json()["id"]
    assert anna.post("/invitations", json={"email": email.upper()}).status_code == 409
    assert anna.post("/invitations", json={"email": "anna.dev@example.com"}).status_code == 409
    listed = [i for i in anna.get("/invitations").json() if i["id"] == first["id"]]
    assert listed == [{**first, "token": None}]
    second = anna.post(f"/invitations/{first['id']}/resend").json()
    assert second["token"] != first["token"] and second["status"] == "pending"

    def accept(token, **more):
        return httpx.post(f"{gateway.url}/api/v1/invitations/accept",
                          json={"token": token, "first_name": "Fay", "last_name": "Lee", "password": "12345678", **more})
    assert accept(first["token"]).status_code == 404
    assert accept(second["token"], password="1234567").status_code == 422
    answer = accept(second["token"], email="another@example.com")
    assert answer.status_code == 201 and answer.json()["email"] == email
    assert Developer(gateway, email, "12345678").get("/auth/me").json() == answer.json()
    again = accept(second["token"])
    assert (again.status_code, again.json()["detail"]) == (409, "Invitation is accepted")
    for call in (anna.post(f"/invitations/{first['id']}/resend"), anna.http.delete(f"/api/v1/invitations/{first['id']}")):
        assert call.status_code == 409 and call.json()["detail"].endswith("invitation with status: accepted")
    assert first["id"] not in anna.get("/invitations").text


def test_invitations_end(gateway, anna):
    one, two = [anna.post("/invitations", json={"email": f"gus{i}{time.monotonic_ns()}@example.com"}).json()
                for i in range(2)]
    gone = anna.http.delete(f"/api/v1/invitations/{one['id']}")
    assert (gone.status_code, gone.json()["status"]) == (200, "revoked")
    body = {"first_name": "Gus", "last_name": "O", "password": "12345678"}
    answer = httpx.post(f"{gateway.url}/api/v1/invitations/accept", json={"token": one["token"], **body})
    assert (answer.status_code, answer.json()["detail"]) == (409, "Invitation is revoked")
    gateway.sql(f"UPDATE invitations SET expires_at = now() WHERE id = '{two['id']}'")
    answer = httpx.post(f"{gateway.url}/api/v1/invitations/accept", json={"token": two["token"], **body})
    assert (answer.status_code, answer.json()["detail"]) == (409, "Invitation has expired")
    assert [i["status"] for i in anna.get("/invitations").json() if i["id"] == two["id"]] == ["expired"]
    assert anna.post("/invitations", json={"email": two["email"]}).status_code == 201
    assert anna.post(f"/invitations/{uuid.uuid4()}/resend").status_code == 404


# ---- API keys ----

def with_key(gateway, key, path="/users"):
    return httpx.get(f"{gateway.url}/api/v1{path}", headers={"X-Open-Wearables-API-Key": key})


def test_a_key_is_shown_once(gateway, anna):
    answer = anna.post("/developer/api-keys", json={"name": "backend"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["key"] == made["id"] and len(made["key"]) == 46 and made["name"] == "backend"
    assert made["scopes"] == ["read", "write", "admin"] and made["created_by"] == anna.get("/auth/me").json()["id"]
    assert with_key(gateway, made["key"]).status_code == 200
    listing = anna.get("/developer/api-keys")
    assert made["key"] not in listing.text and listing.json()[0]["id"] == made["key_id"]
    assert made["key"].startswith(listing.json()[0]["prefix"])
    assert anna.post("/developer/api-keys").json()["name"] == "Default"
    read = anna.post("/developer/api-keys", json={"scopes": ["read"]}).json()
    assert read["scopes"] == ["read"]
    refused = httpx.post(f"{gateway.url}/api/v1/users", json={}, headers={"X-Open-Wearables-API-Key": read["key"]})
    assert refused.status_code == 403
    for bad in ({"scopes": []}, {"scopes": ["all"]}, {"scopes": "read"}, {"name": 7}, {"name": "x" * 101}):
        assert anna.post("/developer/api-keys", json=bad).status_code == 422, bad


def test_a_key_changes_name_and_text(gateway, anna):
    made = anna.post("/developer/api-keys", json={"name": "a", "scopes": ["read"]}).json()
    named = anna.http.patch(f"/api/v1/developer/api-keys/{made['key_id']}", json={"name": "b"})
    assert named.status_code == 200 and (named.json()["id"], named.json()["name"]) == (made["key_id"], "b")
    assert "key" not in named.json()
    other = anna.post(f"/developer/api-keys/{made['key_id']}/rotate")
    assert other.status_code == 201, other.text
    assert (other.json()["name"], other.json()["scopes"]) == ("b", ["read"])
    assert with_key(gateway, other.json()["key"]).status_code == 200
    eventually(lambda: with_key(gateway, made["key"]).status_code == 401, 1)
    assert anna.post(f"/developer/api-keys/{made['key_id']}/rotate").status_code == 404
    # Clients that took the text for the key's id use it in the path.
    gone = anna.http.delete(f"/api/v1/developer/api-keys/{other.json()['id']}")
    assert (gone.status_code, gone.json()["id"]) == (200, other.json()["key_id"])
    eventually(lambda: with_key(gateway, other.json()["key"]).status_code == 401, 1)
    again = anna.http.delete(f"/api/v1/developer/api-keys/{other.json()['key_id']}")
    assert (again.status_code, again.json()["detail"]) == (404, f"Apikey with ID: {other.json()['key_id']} not found.")


def test_who_did_what_is_kept(gateway, anna):
    me = anna.get("/auth/me").json()["id"]
    made = anna.post("/developer/api-keys", json={"name": "audited"}).json()
    anna.http.delete(f"/api/v1/developer/api-keys/{made['key_id']}")
    rows = gateway.sql("SELECT action, detail->>'by' FROM audit_log "
                       f"WHERE subject = '{made['key_id']}' ORDER BY at, action")
    assert rows == [("key.created", me), ("key.revoked", me)]
    assert gateway.sql(f"SELECT action, detail->>'by' FROM audit_log WHERE subject = '{me}'") == [
        ("developer.created", "command line")]


def test_logins_beyond_what_is_good_are_told_to_wait(gateway, anna):
    def guess(_):
        return httpx.post(f"{gateway.url}/api/v1/auth/login", timeout=60,
                          data={"username": "anna.dev@example.com", "password": "wrong"})
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(guess, range(96)))
    assert {a.status_code for a in answers} <= {401, 503}
    assert any(a.status_code == 401 for a in answers)
    assert all("retry-after" in a.headers for a in answers if a.status_code == 503)
    assert anna.login().status_code == 200


def test_no_secret_in_the_log_or_the_database(gateway, api, anna):
    user = api.user()
    app = anna.post("/applications", json={"name": "secret"}).json()
    tokens = exchange(gateway, user, app).json()
    key = anna.post("/developer/api-keys").json()["key"]
    invitation = anna.post("/invitations", json={"email": f"h{time.monotonic_ns()}@example.com"}).json()["token"]
    code = anna.post(f"/users/{user}/invitation-code").json()["code"]
    time.sleep(0.3)
    log = gateway.log_text()
    rows = "".join(gateway.sql(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")[0][0]
                   for table in ("api_keys", "applications", "developers", "developer_sessions", "sdk_sessions",
                                 "invitations", "invitation_codes", "audit_log"))
    assert "anna.dev@example.com" in rows and "$argon2id$" in rows
    for secret in (app["app_secret"], tokens["access_token"], tokens["refresh_token"], key, invitation, code,
                   anna.password, anna.tokens["access_token"], anna.tokens["refresh_token"]):
        assert secret not in log and secret not in rows
    assert f" caller=developer:{claims(anna.tokens['access_token'])['sub']} " in log


# ---- the command line, the first start, other processes ----

def given(gateway, command, email, password):
    """A command with a password on its standard input."""
    out = subprocess.run([staged(BIN) / "aorta", "developer", command, email, "--config", gateway.config], timeout=60,
                         input=f"{password}\n".encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/tmp",
                         user=USER, extra_groups=[] if USER else None)
    return out.stdout.decode()


def test_developers_from_the_command_line(gateway):
    email = f"ida{time.monotonic_ns()}@example.com"
    ida = made(gateway, email)
    assert email in gateway.run("developer", "list")
    assert "already exists" in gateway.run("developer", "create", email.upper(), check=False)
    assert "not an e-mail" in gateway.run("developer", "create", "ida", check=False)
    new = gateway.run("developer", "password", email).split()[-1]
    assert ida.login().status_code == 401 and ida.login(password=new).status_code == 200
    eventually(lambda: ida.get("/auth/me").status_code == 401, 1)
    assert "a password has at least 8 characters" in given(gateway, "password", email, "short")
    assert "own choice" not in given(gateway, "password", email, "of my own choice")
    assert ida.login(password="of my own choice").status_code == 200
    gateway.run("developer", "delete", email)
    assert ida.login(password="of my own choice").status_code == 401
    assert ida.login(password=new).status_code == 401
    assert "no developer" in gateway.run("developer", "delete", email, check=False)


def test_the_first_start_prints_a_link(simulator):
    gateway = Gateway(simulator, providers=("polar",))
    try:
        links = re.findall(r"^setup (\S+/setup\?token=\S+)$", gateway.log_text(), re.M)
        assert len(links) == 1
        page = httpx.get(links[0])
        assert page.status_code == 200 and "<form method=\"post\"" in page.text and "<script" not in page.text
        assert "form-action 'self'" in page.headers["content-security-policy"]
        token = links[0].split("=")[1]
        assert token in page.text

        def send(**more):
            return httpx.post(f"{gateway.url}/setup", data={"token": token, "email": "first@example.com",
                                                            "password": "first password", **more})
        assert send(password="short").status_code == 422 and send(again="other").status_code == 422
        shown = send(email='"><script>alert(1)</script>', password="short")
        assert shown.status_code == 422 and "<script" not in shown.text
        assert httpx.get(f"{gateway.url}/setup?token={token[:-1]}").status_code == 404
        assert send(token="x" * 43).status_code == 404
        # An invitation it is not: the e-mail would be anybody's.
        answer = httpx.post(f"{gateway.url}/api/v1/invitations/accept",
                            json={"token": token, "first_name": "F", "last_name": "F", "password": "12345678"})
        assert answer.status_code == 404
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda i: send(email=f"first{i}@example.com"), range(4)))
        assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
        assert len(gateway.sql("SELECT id FROM developers")) == 1
        assert httpx.get(links[0]).status_code == 409
        won = [i for i, a in enumerate(answers) if a.status_code == 201][0]
        assert Developer(gateway, f"first{won}@example.com", "first password").get("/auth/me").status_code == 200
        gateway.stop()
        gateway.start()
        assert len(re.findall(r"^setup ", gateway.log_text(), re.M)) == 1
    finally:
        gateway.clean_stop()


def test_every_process_hears_of_it(simulator):
    """With three processes on one socket, nobody goes on believing what was revoked for a second."""
    gateway = Gateway(simulator, providers=("polar",), extra="api_processes = 3;", sections=PHONES)
    try:
        dev = made(gateway, "three@example.com")
        key = dev.post("/developer/api-keys").json()
        user = Client(gateway, key["key"]).user()
        app = dev.post("/applications", json={"name": "three"}).json()
        token = exchange(gateway, user, app).json()["access_token"]

        def until_refused(call, revoke):
            """New connections, so that all processes are asked; none accepts a second after."""
            for _ in range(30):
                assert call() != 401
            revoke()
            end = time.monotonic() + 1.0
            while time.monotonic() < end:
                call()
            return [call() for _ in range(60)]
        statuses = until_refused(lambda: with_key(gateway, key["key"]).status_code,
                                 lambda: dev.http.delete(f"/api/v1/developer/api-keys/{key['key_id']}"))
        assert set(statuses) == {401}
        statuses = until_refused(lambda: push(gateway, user, token).status_code,
                                 lambda: dev.http.delete(f"/api/v1/applications/{app['app_id']}"))
        assert set(statuses) == {401}
        out = {"Authorization": dev.http.headers["Authorization"]}
        statuses = until_refused(lambda: httpx.get(f"{gateway.url}/api/v1/auth/me", headers=out).status_code,
                                 lambda: gateway.run("developer", "delete", dev.email))
        assert set(statuses) == {401}
    finally:
        gateway.clean_stop()


def test_guesses_cost_the_same(gateway, anna):
    """Keys are looked up by their digest: how near a guess comes cannot show. Passwords: an unknown e-mail costs the
    hashing of a password too. Medians of interleaved tries, as ratios within wide bounds."""
    key = anna.post("/developer/api-keys").json()["key"]
    near, far = key[:-1] + ("A" if key[-1] != "A" else "B"), "sk-" + 43 * "x"
    with httpx.Client(base_url=gateway.url) as http:
        def seconds(call):
            begin = time.perf_counter()
            assert call().status_code == 401
            return time.perf_counter() - begin

        def medians(calls, times):
            taken = [[seconds(c) for c in calls] for _ in range(times)]
            return [statistics.median(t[i] for t in taken) for i in range(len(calls))]
        a, b = medians([lambda k=k: http.get("/api/v1/users", headers={"X-Open-Wearables-API-Key": k})
                        for k in (near, far)], 200)
        assert 0.5 < a / b < 2, (a, b)
        a, b = medians([lambda e=e: http.post("/api/v1/auth/login", data={"username": e, "password": "wrong"})
                        for e in (anna.email, "unknown@example.com")], 15)
        assert 0.5 < a / b < 2, (a, b)
