"""Syncing the same range twice changes nothing but the book-keeping of runs."""
import pytest

from client import Client
from harness import Gateway, Simulator, eventually

KEPT = {  # table: columns that tell of data, in an order of their own
    "users": "id, email, external_user_id",
    "sources": "*",
    "workouts": "*",
    "sleep_sessions": "*",
    "events": "*",
    "series_blocks": "*",
    "payloads": "*",
    "payload_chunks": "*",
    "outbox": "*",
    "changes": "*",
}


@pytest.fixture(scope="module")
def still():
    """A simulator whose clock stands still, so that the same question has the same answer."""
    sim = Simulator()
    now = sim.control("GET", "clock")["now"]
    sim.control("POST", "clock", {"set": now, "frozen": True})
    yield sim
    sim.stop()


def content(gateway):
    return {table: sorted(gateway.sql(f"SELECT md5(t::text) FROM (SELECT {columns} FROM {table}) t"))
            for table, columns in KEPT.items()}


@pytest.mark.parametrize("provider", ["polar", "suunto", "garmin"])
def test_twice_is_once(still, provider):
    gateway = Gateway(still, providers=(provider,))
    api = Client(gateway)
    user = api.connected(provider, "anna")
    params = api.default_params(provider)
    first = api.synced(provider, user, **params)
    quiet = lambda: still.control("GET", "deliveries")["waiting"] == 0 and gateway.sql("SELECT count(*) FROM jobs") == [("0",)]
    eventually(quiet, 60, what="all pushes are in")
    eventually(lambda: gateway.sql("SELECT count(*) FROM outbox") == [("0",)], 30, what="the outbox is numbered")
    before = content(gateway)
    assert first["details"]["timeseries"]["fetched"] > 0
    second = api.synced(provider, user, **params)
    eventually(quiet, 60, what="all pushes are in again")
    assert content(gateway) == before
    details = second["details"]
    assert all(details[k]["created"] == details[k]["updated"] == 0 for k in ("workouts", "sleep", "timeseries")), second
    if provider != "garmin":  # Garmin answers a repeated backfill with 409 and sends nothing
        assert details["timeseries"]["unchanged"] == first["details"]["timeseries"]["fetched"], (first, second)
    gateway.clean_stop()
