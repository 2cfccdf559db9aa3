"""Who may call: developers who log in, the applications they make, the phones of users, API keys."""
import base64
import json
import time
import uuid

import httpx
import pytest

from client import Client
from harness import eventually


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


def test_refresh_tokens_serve_once(anna):
    tokens = anna.login().json()

    def refresh(token):
        return httpx.post(f"{anna.gateway.url}/api/v1/token/refresh", json={"refresh_token": token})
    second = refresh(tokens["refresh_token"])
    assert second.status_code == 200, second.text
    again = refresh(tokens["refresh_token"])
    assert again.status_code == 401 and again.json()["detail"] == "Invalid or revoked refresh token"
    assert again.headers["www-authenticate"] == "Bearer"
    third = refresh(second.json()["refresh_token"])
    assert third.status_code == 200
    gone = httpx.post(f"{anna.gateway.url}/api/v1/token/revoke", json={"refresh_token": third.json()["refresh_token"]})
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (refresh(third.json()["refresh_token"]),):
        assert answer.status_code == 401
    gone = httpx.post(f"{anna.gateway.url}/api/v1/token/revoke", json={"refresh_token": third.json()["refresh_token"]})
    assert gone.status_code == 404 and gone.json()["detail"] == "Refresh token not found"
