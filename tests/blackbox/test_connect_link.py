"""A link that a person opens to connect a provider, without a key."""
import uuid
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from client import Client
from harness import Gateway, eventually


def link(api, user, **body):
    answer = api.post(f"/users/{user}/connect-link", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def choices(page):
    return [part.split('"', 1)[0] for part in page.split('<a href="')[1:]]


def through(api, url, person):
    """From the consent page back to us, and where we send the browser then."""
    return httpx.get(api.consent(url, person), timeout=60)


def test_choosing_from_the_page(gateway, api):
    user = api.user()
    made = link(api, user)
    assert made["user_id"] == user and made["provider"] is None and made["expires_at"]
    assert made["url"].startswith(f"{gateway.url}/api/v1/connect/") and user not in made["url"]
    page = httpx.get(made["url"])
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text and page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script" not in policy
    hrefs = choices(page.text)
    assert [h.rsplit("/", 1)[1] for h in hrefs] == ["polar", "suunto", "garmin"]
    assert "connected" not in page.text.lower().replace("connect your", "").split("<ul>")[1]
    # two providers by one link; after each the person is back at the list
    for href in hrefs[:2]:
        provider = href.rsplit("/", 1)[1]
        out = httpx.get(httpx.URL(made["url"]).join(href))
        assert out.status_code == 303
        back = through(api, out.headers["location"], "chiara")
        assert back.status_code == 303 and back.headers["location"].startswith(made["url"])
        shown = httpx.get(back.headers["location"])
        assert shown.status_code == 200 and "is connected" in shown.text
        assert f'{provider}.svg" alt=""><span>{provider.capitalize()}</span><small>connected</small>' in shown.text
    assert {c["provider"] for c in api.get(f"/users/{user}/connections").json()} == {"polar", "suunto"}
    api.synced("polar", user)


def test_straight_to_one_provider_and_back_to_the_application(api):
    user = api.user()
    made = link(api, user, provider="suunto", redirect_uri="https://yourapp.com/back?x=1", expires_in=60)
    out = httpx.get(made["url"])
    assert out.status_code == 303 and "/suunto/oauth/authorize" in out.headers["location"]
    back = through(api, out.headers["location"], "daan")
    assert back.status_code == 303
    there = urlsplit(back.headers["location"])
    assert (there.scheme, there.netloc, there.path) == ("https", "yourapp.com", "/back")
    assert {k: v[0] for k, v in parse_qs(there.query).items()} == {
        "x": "1", "provider": "suunto", "user_id": user, "status": "success"}
    assert httpx.get(made["url"] + "/polar").status_code == 404


def test_one_provider_without_an_address(api):
    user = api.user()
    out = httpx.get(link(api, user, provider="polar")["url"])
    done = through(api, out.headers["location"], "daan")
    assert done.status_code == 200 and "Polar is connected" in done.text


def test_a_person_who_declines(api):
    made = link(api, api.user())
    out = httpx.get(made["url"] + "/polar")
    back = httpx.get(api.consent(out.headers["location"], "daan", decision="deny"))
    assert back.status_code == 303
    assert "Polar was not connected" in httpx.get(back.headers["location"]).text


def test_links_that_are_none(gateway, api):
    made = link(api, api.user())["url"]
    head, text = made.rsplit("/", 1)
    middle = len(text) // 2
    changed = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1:]
    for bad in (changed, text[:-4], text + "AAAA", "x", "A" * 9000, "%00", "..%2f..%2fusers"):
        for url in (f"{head}/{bad}", f"{head}/{bad}/polar"):
            answer = httpx.get(url)
            assert answer.status_code in (400, 404), (bad, answer.status_code)
            if answer.status_code == 404:
                assert answer.headers["content-type"].startswith("text/html") and "<h1>" in answer.text, bad
    assert httpx.get(made + "/nobody").status_code == 404
    # what the page says of a provider comes from no query
    for query in ("provider=%3Cscript%3E&status=success", "provider=polar&status=%3Cscript%3E", "status=success"):
        assert "<script" not in httpx.get(f"{made}?{query}").text


def test_a_link_ends(gateway, api, simulator):
    user = api.user()
    made = link(api, user)
    assert api.http.delete(f"/api/v1/users/{user}").status_code == 200
    assert httpx.get(made["url"]).status_code == 404 and httpx.get(made["url"] + "/polar").status_code == 404
    assert api.post(f"/users/{user}/connect-link", json={}).status_code == 404


@pytest.mark.parametrize("body,field", [
    ({"provider": "nobody"}, "provider"), ({"provider": 1}, "provider"), ({"expires_in": 59}, "expires_in"),
    ({"expires_in": 3601}, "expires_in"), ({"expires_in": "soon"}, "expires_in"),
    ({"redirect_uri": "https://evil.example.org/"}, "redirect_uri"), ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
])
def test_what_is_asked_for_is_checked(api, body, field):
    answer = api.post(f"/users/{api.user()}/connect-link", json=body)
    assert answer.status_code == 422, answer.text
    assert field in answer.text


def test_who_may_make_one(gateway, api):
    user = api.user()
    assert httpx.post(f"{gateway.url}/api/v1/users/{user}/connect-link").status_code == 401
    assert Client(gateway, gateway.new_key("read")).post(f"/users/{user}/connect-link").status_code == 403
    assert api.post(f"/users/{user}/connect-link").status_code == 200
    assert api.post(f"/users/{uuid.uuid4()}/connect-link").status_code == 404


def test_a_provider_that_is_off_is_not_offered(gateway, api):
    made = link(api, api.user())["url"]
    assert api.http.put("/api/v1/oauth/providers/suunto", json={"is_enabled": False}).status_code == 200
    try:
        eventually(lambda: all("suunto" not in str(choices(httpx.get(made).text)) for _ in range(6)), 5, 0.2)
        answer = httpx.get(made + "/suunto")
        assert answer.status_code == 409 and "<h1>" in answer.text
        assert api.post(f"/users/{api.user()}/connect-link", json={"provider": "suunto"}).status_code == 422
    finally:
        api.http.put("/api/v1/oauth/providers/suunto", json={"is_enabled": True})


def test_pages_that_clients_send_the_browser_to(gateway):
    base, user, ask = f"{gateway.url}/api/v1/oauth", str(uuid.uuid4()), {"Accept": "application/json"}
    answer = httpx.get(f"{base}/success", params={"provider": "garmin", "user_id": user}, headers=ask)
    assert answer.json() == {"success": True, "message": "Successfully connected to garmin", "user_id": user,
                             "provider": "garmin"}
    assert "Garmin is connected" in httpx.get(f"{base}/success", params={"provider": "garmin", "user_id": user}).text
    assert httpx.get(f"{base}/success", headers=ask).status_code == 422
    answer = httpx.get(f"{base}/error", headers=ask)
    assert answer.status_code == 200 and answer.json() == {"success": False, "message": "OAuth authentication failed"}
    words = "ring <b>98765</b>"
    assert httpx.get(f"{base}/error", params={"message": words}, headers=ask).json()["message"] == words
    page = httpx.get(f"{base}/error", params={"message": words}).text
    assert "<h1>" in page and "98765" not in page
