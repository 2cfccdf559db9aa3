"""Nothing acknowledged is lost, whoever dies."""
import os
import signal
import threading
import time

import httpx
import pytest

from client import Client
from harness import Gateway, Simulator, eventually


@pytest.fixture(scope="module")
def still():
    sim = Simulator()
    sim.control("POST", "clock", {"set": sim.control("GET", "clock")["now"], "frozen": True})
    yield sim
    sim.stop()


def data_of(api, user):
    strip = lambda rows: [{k: v for k, v in row.items() if k != "id"} for row in rows]
    return strip(api.workouts(user)), strip(api.sleep(user)), api.series(user)


def test_kill_9_of_a_worker_in_mid_sync(still):
    gateway = Gateway(still, providers=("suunto",),)
    api = Client(gateway)
    undisturbed = api.connected("suunto", "anna")
    api.synced("suunto", undisturbed, since=api.default_params("suunto", 20)["since"])

    user = api.connected("suunto", "anna")
    still.fault(provider="suunto", kind="slow", delay_ms=1500, path="/suunto/247samples/", count=3)
    params = api.default_params("suunto", 20)
    run = api.sync("suunto", user, **params, **{"async": "true", "limit": 2}).json()["run_id"]
    mark = still.control("GET", "requests")["last_id"]
    eventually(lambda: len(still.requests(provider="suunto", since_id=mark)) >= 2, 20, what="the sync is under way")
    victims = gateway.children("worker")
    assert victims
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    ended = eventually(lambda: next((r for r in [api.get(f"/users/{user}/sync/runs/{run}").json()]
                                     if r["status"] in ("success", "partial", "failed")), None), 90, 0.2,
                       what="the job is taken over and ends")
    assert ended["status"] == "success", ended
    assert data_of(api, user) == data_of(api, undisturbed)
    assert not set(victims) & set(gateway.children("worker"))
    gateway.clean_stop()


def test_kill_9_of_an_api_process(still):
    gateway = Gateway(still, providers=("polar",), extra="api_processes = 2;")
    api = Client(gateway)
    user = api.user()
    eventually(lambda: len(gateway.children("api")) == 2, 30, what="two api processes")
    victim = gateway.children("api")[0]
    os.kill(victim, signal.SIGKILL)
    for _ in range(200):
        try:
            assert httpx.get(f"{gateway.url}/healthz", timeout=10).status_code == 200
        except httpx.TransportError:
            # a connection the dead process had already accepted; the port itself goes on answering
            assert httpx.get(f"{gateway.url}/healthz", timeout=10).status_code == 200
    eventually(lambda: len(gateway.children("api")) == 2 and victim not in gateway.children("api"), 30,
               what="the process is replaced")
    assert api.get(f"/users/{user}").status_code == 200
    gateway.clean_stop()


def test_kill_9_of_the_master_and_a_new_start(still):
    gateway = Gateway(still, providers=("suunto",))
    api = Client(gateway)
    user = api.connected("suunto", "chiara")
    api.synced("suunto", user)
    before = data_of(api, user)
    children = gateway.children("api") + gateway.children("worker")
    gateway.stop(signal.SIGKILL)
    eventually(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children), 20, what="the children end too")
    gateway.start()
    assert data_of(Client(gateway), user) == before
    gateway.clean_stop()


def test_sigterm_lets_requests_in_flight_finish(still):
    gateway = Gateway(still, providers=("suunto",))
    api = Client(gateway)
    user = api.connected("suunto", "bruno")
    still.fault(provider="suunto", kind="slow", delay_ms=1500, path="/suunto/v3/workouts", count=1)
    answers = []
    mark = still.control("GET", "requests")["last_id"]
    thread = threading.Thread(target=lambda: answers.append(api.sync("suunto", user, **api.default_params("suunto"))))
    thread.start()
    eventually(lambda: still.requests(provider="suunto", since_id=mark) or gateway.sql("SELECT 1 FROM jobs WHERE lease IS NOT NULL"),
               20, what="the sync is under way")
    began = time.monotonic()
    gateway.clean_stop()
    assert time.monotonic() - began < 45
    thread.join(60)
    assert answers and answers[0].status_code in (200, 202), answers and answers[0].text


def test_the_database_restarts_under_load(still):
    gateway = Gateway(still, providers=("suunto",))
    api = Client(gateway)
    user = api.connected("suunto", "daan")
    pid = int((gateway.state / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    result = eventually(lambda: next((r.json() for r in [api.sync("suunto", user, **api.default_params("suunto"))]
                                      if r.status_code == 200), None), 60, 0.3, what="a sync after the restart")
    assert result["success"] and api.series(user)
    gateway.clean_stop()
