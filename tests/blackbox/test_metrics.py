"""/metrics: on a socket of its own, the same whichever process is asked, counting on when one of them dies."""
import os
import re
import signal
import socket
import subprocess

import httpx
import pytest

from client import Client
from harness import BIN, Gateway, eventually, free_port, staged


@pytest.fixture(scope="module")
def measured(simulator):
    port = free_port()
    gw = Gateway(simulator, providers=("polar", "garmin"), extra="api_processes = 2;", metrics=f"127.0.0.1:{port}")
    gw.metrics_url = f"http://127.0.0.1:{port}/metrics"
    yield gw
    gw.clean_stop()


def scrape(gw):
    answer = httpx.get(gw.metrics_url, timeout=10)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name not in values, name
            values[name] = float(value)
    return answer.text, values


def count(gw, route, status, method="GET"):
    return scrape(gw)[1].get(f'aorta_http_requests_total{{method="{method}",route="{route}",status="{status}"}}', 0)


def test_what_is_said(measured):
    text, values = scrape(measured)
    assert values['aorta_database_up'] == 1 and values['aorta_jobs{state="running"}'] >= 0
    assert values['aorta_provider_ready{provider="polar"}'] == values['aorta_provider_ready{provider="garmin"}'] == 1
    assert any(name.startswith("aorta_build_info{version=") for name in values)
    typed = set(re.findall(r"# TYPE (\S+) ", text))
    for name in values:
        family = name.split("{")[0]
        assert family in typed or re.sub("_(bucket|sum|count)$", "", family) in typed, name
    # nothing of anybody's
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)


def test_all_processes_count_together(measured):
    before = count(measured, "/api/v1/users", 200)
    for _ in range(40):  # connections of their own: either process takes them
        assert Client(measured).get("/users").status_code == 200
    eventually(lambda: count(measured, "/api/v1/users", 200) == before + 40, 5)
    assert all(count(measured, "/api/v1/users", 200) == before + 40 for _ in range(10))
    children = measured.children("api")
    assert len(children) == 2
    os.kill(children[0], signal.SIGKILL)
    eventually(lambda: len(measured.children("api")) == 2 and children[0] not in measured.children("api"), 20)
    eventually(measured.up, 20)
    for _ in range(10):
        assert Client(measured).get("/users").status_code == 200
    eventually(lambda: count(measured, "/api/v1/users", 200) == before + 50, 5)


def test_it_is_nowhere_else(measured):
    assert httpx.get(measured.url + "/metrics").status_code == 404
    other = measured.metrics_url.replace("/metrics", "")
    assert httpx.get(other + "/api/v1/users").status_code == 404
    assert httpx.get(other + "/").status_code == 404
    assert httpx.post(measured.metrics_url, content=b"x" * 100000).status_code == 405
    assert httpx.head(measured.metrics_url).status_code == 200


def test_a_taken_port_ends_nothing(simulator):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        gw = Gateway(simulator, providers=("polar",), metrics="127.0.0.1:%d" % taken.getsockname()[1])
        assert Client(gw).get("/users").status_code == 200
        assert "/metrics is not served" in gw.log_text()
        gw.clean_stop()


def test_a_public_address_wants_to_be_meant(tmp_path):
    conf = tmp_path / "aorta.conf"
    conf.write_text('metrics_listen = "203.0.113.7:9464";\n')
    told = subprocess.run([staged(BIN) / "aorta", "config", "check", "--config", conf], capture_output=True, text=True)
    assert told.returncode != 0 and "public address" in told.stdout + told.stderr
