"""The program as a whole: warm start, and memory of each process when idle and after a load.

Prints one JSON line a figure: {"figure", "value", "unit", "limit", "ok"}. Runs against a release build; the parts are
those of the black-box stories.
"""
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "blackbox"))

import httpx  # noqa: E402

from client import Client  # noqa: E402
from harness import Gateway, Simulator, popen, staged, BIN  # noqa: E402

STARTS = 5
failed = False


def figure(name, value, unit, limit):
    global failed
    ok = value <= limit
    failed |= not ok
    print(json.dumps({"figure": name, "value": round(value, 2), "unit": unit, "limit": limit, "ok": ok}), flush=True)


def status_mb(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def warm_start(gateway):
    """Seconds from exec to the first answered request, the cluster's data warm in the page cache."""
    gateway.clean_stop()
    gateway.log = open(gateway.log_path, "ab")
    began = time.monotonic()
    gateway.process = popen([staged(BIN) / "aorta", "serve", "--config", gateway.config], gateway.log, gateway.env)
    while True:
        try:
            if httpx.get(f"{gateway.url}/readyz", timeout=1).status_code == 200:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.005)


def memory(gateway, when, limit):
    for role in ("api", "worker"):
        for pid in gateway.children(role):
            figure(f"{role} resident, {when}", status_mb(pid, "VmRSS"), "MB", limit)


def load(gateway, api):
    """Requests from 16 connections while ten people of each provider are synced."""
    key = f"X-Open-Wearables-API-Key: {gateway.key}"
    wrk = subprocess.Popen(["wrk", "-t1", "-c16", "-d10s", "-H", key, f"{gateway.url}/api/v1/users?limit=20"],
                           stdout=subprocess.DEVNULL)

    def person(i, provider):
        user = api.connected(provider, f"person-{700 + i}")
        api.sync(provider, user, **api.default_params(provider))

    for i in range(10):
        threads = [threading.Thread(target=person, args=(i, p)) for p in ("polar", "suunto", "garmin")]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    wrk.wait()


def main():
    simulator = Simulator()
    gateway = Gateway(simulator)
    figure("warm start to the first answer, median", sorted(warm_start(gateway) for _ in range(STARTS))[STARTS // 2], "s", 1.0)
    simulator.control("POST", "garmin/webhook", {"url": f"{gateway.url}/api/v1/providers/garmin/webhooks"})
    time.sleep(1)
    figure("master anonymous (RssAnon)", status_mb(gateway.process.pid, "RssAnon"), "MB", 3)
    memory(gateway, "idle, all plugins loaded", 16)
    load(gateway, Client(gateway))
    time.sleep(1)
    figure("master anonymous after the load", status_mb(gateway.process.pid, "RssAnon"), "MB", 3)
    memory(gateway, "after the load", 32)
    gateway.clean_stop()
    simulator.stop()
    sys.exit(1 if failed and "--strict" in sys.argv else 0)


main()
