"""The API as an application uses it."""
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import httpx


class Client:
    def __init__(self, gateway, key=None):
        self.gateway = gateway
        self.http = httpx.Client(base_url=gateway.url, timeout=70,
                                 headers={"X-Open-Wearables-API-Key": key or gateway.key})

    def get(self, path, **params):
        return self.http.get(f"/api/v1{path}", params=params)

    def post(self, path, **more):
        return self.http.post(f"/api/v1{path}", **more)

    def user(self, external_id=None, **fields):
        body = {"external_user_id": external_id or f"story-{time.monotonic_ns()}", **fields}
        answer = self.post("/users", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["id"]

    def authorize(self, provider, user, **params):
        answer = self.get(f"/oauth/{provider}/authorize", user_id=user, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["authorization_url"]

    def consent(self, url, person, decision="approve", **more):
        """The provider's page in one request: the URL it sends the browser back to."""
        answer = httpx.get(url, params={**{k: v[0] for k, v in parse_qs(urlsplit(url).query).items()},
                                        "decision": decision, "person": person, **more}, timeout=30)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def connect(self, provider, user, person, **more):
        back = self.consent(self.authorize(provider, user), person, **more)
        answer = httpx.get(back, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer

    def connected(self, provider, person="anna", **more):
        user = self.user()
        self.connect(provider, user, person, **more)
        return user

    def sync(self, provider, user, **params):
        return self.post(f"/providers/{provider}/users/{user}/sync", params=params)

    def synced(self, provider, user, **params):
        answer = self.sync(provider, user, **(params or self.default_params(provider)))
        assert answer.status_code == 200, answer.text
        return answer.json()

    @staticmethod
    def default_params(provider, days=7):
        now = datetime.now(timezone.utc).replace(microsecond=0)
        if provider == "garmin":
            return {"summary_start_time": (now - timedelta(hours=24)).isoformat(), "summary_end_time": now.isoformat()}
        if provider == "suunto":
            return {"since": int((now - timedelta(days=days)).timestamp())}
        return {}

    def pages(self, path, **params):
        """Every row behind the cursors."""
        rows, cursor = [], None
        while True:
            answer = self.get(path, **params, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            body = answer.json()
            rows += body["data"]
            cursor = body["pagination"]["next_cursor"]
            if not cursor:
                assert not body["pagination"]["has_more"]
                return rows

    def workouts(self, user, start="2020-01-01", end="2030-01-01"):
        return self.pages(f"/users/{user}/events/workouts", start_date=start, end_date=end, limit=100)

    def sleep(self, user, start="2020-01-01", end="2030-01-01"):
        return self.pages(f"/users/{user}/events/sleep", start_date=start, end_date=end, limit=100)

    def series(self, user, types="heart_rate", start="2020-01-01T00:00:00Z", end="2030-01-01T00:00:00Z"):
        return self.pages(f"/users/{user}/timeseries", start_time=start, end_time=end, types=types, limit=100000)
