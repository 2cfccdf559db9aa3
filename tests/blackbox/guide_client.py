"""The integration guide's Python client in our own words: the same calls, in the same form, with the same time-outs.

A copy of the guide itself runs in its place when AORTA_GUIDE names a file with its text: the class and the helper
functions are taken from it as they stand."""
import os
import textwrap
from datetime import datetime, timedelta
from pathlib import Path

import httpx

HEADER = "X-Open-Wearables-API-Key"


class OpenWearablesClient:
    def __init__(self, base_url, api_key):
        self.base_url = base_url
        self.headers = {HEADER: api_key}

    async def _ask(self, method, path, **more):
        async with httpx.AsyncClient() as http:
            return (await http.request(method, f"{self.base_url}/api/v1{path}", headers=self.headers, **more)).json()

    async def get_or_create_user(self, email, external_id):
        found = await self._ask("GET", "/users", params={"external_user_id": external_id, "limit": 1})
        if found.get("items"):
            return found["items"][0]
        return await self._ask("POST", "/users", json={"email": email, "external_user_id": external_id})

    async def get_auth_url(self, provider, user_id, redirect_uri=None):
        params = {"user_id": user_id, **({"redirect_uri": redirect_uri} if redirect_uri else {})}
        return (await self._ask("GET", f"/oauth/{provider}/authorize", params=params))["authorization_url"]

    async def get_connections(self, user_id):
        return await self._ask("GET", f"/users/{user_id}/connections")

    async def sync_provider(self, provider, user_id):
        # naive times with microseconds, and local seconds: what datetime.utcnow() gives
        params, now = {"data_type": "all"}, datetime.utcnow()
        if provider == "garmin":
            params["summary_start_time"] = (now - timedelta(hours=24)).isoformat()
            params["summary_end_time"] = now.isoformat()
        elif provider == "suunto":
            params["since"] = int((now - timedelta(days=7)).timestamp())
        return await self._ask("POST", f"/providers/{provider}/users/{user_id}/sync", params=params, timeout=60.0)

    async def _events(self, noun, user_id, start_date, end_date):
        params = {"start_date": start_date, "end_date": end_date}
        return (await self._ask("GET", f"/users/{user_id}/events/{noun}", params=params)).get("data", [])

    async def get_workouts(self, user_id, start_date, end_date):
        return await self._events("workouts", user_id, start_date, end_date)

    async def get_sleep(self, user_id, start_date, end_date):
        return await self._events("sleep", user_id, start_date, end_date)

    async def get_timeseries(self, user_id, start_time, end_time, types):
        params = {"start_time": start_time, "end_time": end_time, "types": types}
        return (await self._ask("GET", f"/users/{user_id}/timeseries", params=params)).get("data", [])


async def main(client, redirect_uri, start_date, end_date):
    """The steps of the guide's example, for a user who has come back from Garmin or not yet."""
    user = await client.get_or_create_user(email="user@example.com", external_id="auth0|123456")
    url = await client.get_auth_url(provider="garmin", user_id=user["id"], redirect_uri=redirect_uri)
    connections = await client.get_connections(user["id"])
    if not any(c["provider"] == "garmin" and c["status"] == "active" for c in connections):
        return user["id"], url, None
    await client.sync_provider("garmin", user["id"])
    return user["id"], url, await client.get_workouts(user["id"], start_date=start_date, end_date=end_date)


# ---- the guide's own code ----


def block(lines, first):
    """The lines of a definition: its head and what is indented or empty below it."""
    end = first + 1
    while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
        end += 1
    return "\n".join(lines[first:end])


class Guide:
    """The code of a copy of the guide, run as it stands; None where there is no copy."""

    def __init__(self, base_url, api_key):
        path = os.environ.get("AORTA_GUIDE")
        self.text = Path(path).read_text(encoding="utf-8") if path else None
        self.names = {"OPEN_WEARABLES_API_URL": base_url, "API_KEY": api_key}
        self.client_class = OpenWearablesClient
        if self.text:
            self._run()

    def _run(self):
        lines = self.text.splitlines()
        heads = ["async def get_or_create_user(", "async def sync_provider(", "class OpenWearablesClient:", "async def main("]
        exec("import httpx\nfrom datetime import datetime, timedelta\nfrom typing import Literal", self.names)
        for head in heads:
            first, = [i for i, line in enumerate(lines) if line.startswith(head)]
            exec(compile(textwrap.dedent(block(lines, first)), f"guide: {head}", "exec"), self.names)
        self.client_class = self.names["OpenWearablesClient"]

    def helper(self, name):
        """One of the functions that stand alone in the guide; None without a copy of it."""
        return self.names.get(name) if self.text else None

    async def run_main(self, client):
        """main() of the copy, with nothing changed but where the gateway is and which key it knows."""
        self.names["OpenWearablesClient"] = lambda base_url, api_key: client
        await self.names["main"]()
