"""The master and its children: in what order they end, what a replacement runs on, who may start."""
import os
import signal
import subprocess
import time

import httpx
import pytest

from client import Client
from harness import BIN, Gateway, Simulator, eventually, popen, staged


@pytest.fixture(scope="module")
def simulator():
    sim = Simulator()
    yield sim
    sim.stop()


def status(gateway, path):
    try:
        return httpx.get(f"{gateway.url}{path}", timeout=5).status_code
    except httpx.TransportError:
        return None


def test_unready_before_it_ends(simulator):
    gateway = Gateway(simulator, providers=(), extra="unready_seconds = 3;")
    assert status(gateway, "/readyz") == 200
    gateway.process.send_signal(signal.SIGTERM)
    eventually(lambda: status(gateway, "/readyz") == 503, 2, what="/readyz says 503")
    assert status(gateway, "/healthz") == 200
    eventually(lambda: status(gateway, "/healthz") is None, 20, what="it stops accepting")
    assert gateway.process.wait(60) == 0


def test_a_replacement_runs_on_the_same_configuration(simulator):
    gateway = Gateway(simulator, providers=("polar",))
    good = gateway.config.read_text()
    gateway.config.write_text("this is = no configuration")
    before = gateway.children("api")
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: gateway.children("api") and gateway.children("api") != before, 20, what="a replacement")
    eventually(lambda: status(gateway, "/readyz") == 200, 20, what="it answers")
    assert [p["id"] for p in Client(gateway).get("/providers").json()] == ["polar"]
    gateway.config.write_text(good)
    gateway.clean_stop()


def test_two_on_one_state_directory(simulator):
    gateway = Gateway(simulator, providers=())
    second = popen([staged(BIN) / "aorta", "serve", "--config", gateway.config], subprocess.PIPE)
    said = second.communicate(timeout=60)[0].decode()
    assert second.returncode == 1
    assert f"another process runs on {gateway.state}" in said
    assert status(gateway, "/readyz") == 200
    gateway.clean_stop()


def test_a_dead_workers_job_does_not_wait_for_its_lease(simulator):
    gateway = Gateway(simulator, providers=("suunto",))
    api = Client(gateway)
    user = api.connected("suunto", "anna")
    simulator.fault(provider="suunto", kind="slow", delay_ms=3000, path="/suunto/v3/workouts", count=1)
    mark = simulator.control("GET", "requests")["last_id"]
    run = api.sync("suunto", user, **api.default_params("suunto"), **{"async": "true"}).json()["run_id"]
    eventually(lambda: simulator.requests(provider="suunto", since_id=mark), 20, what="the sync is under way")
    began = time.monotonic()
    os.kill(gateway.children("worker")[0], signal.SIGKILL)
    eventually(lambda: api.get(f"/users/{user}/sync/runs/{run}").json()["status"] == "success", 45, 0.1,
               what="the replacement takes the job over before its lease of 60 s is over")
    assert time.monotonic() - began < 45
    assert "jobs of the worker before released" in gateway.log_text()
    gateway.clean_stop()


def test_everything_killed_at_once(simulator):
    gateway = Gateway(simulator, providers=())
    postmaster = int((gateway.state / "postgres" / "postmaster.pid").read_text().split()[0])
    api = Client(gateway)
    user = api.user()
    for pid in [postmaster, *gateway.children("api"), *gateway.children("worker")]:
        os.kill(pid, signal.SIGKILL)

    def there():
        try:
            return api.get(f"/users/{user}").status_code == 200
        except httpx.TransportError:
            return False

    eventually(there, 60, 0.2, what="all of it is back")
    gateway.clean_stop()


def test_a_configuration_that_cannot_work_ends_the_start(simulator):
    gateway = Gateway(simulator, providers=())
    gateway.clean_stop()
    text = gateway.config.read_text().replace("providers = {", 'providers = { toy = { module = "/no/such.so"; };')
    gateway.config.write_text("strict_providers = true;\n" + text)
    began = time.monotonic()
    process = popen([staged(BIN) / "aorta", "serve", "--config", gateway.config], subprocess.PIPE)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 1 and "/no/such.so" in said
    assert time.monotonic() - began < 30
