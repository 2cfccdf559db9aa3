"""A made-up export of Apple Health through the whole program: posted to `/users/{id}/import/apple/xml/direct`, then
given to `aorta import`, from the first byte sent to the last row committed.

AORTA_BENCH_EXPORT_MB is its size, 256 without it; 1024 is what the limits are meant for. Prints one JSON line a figure.
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
from harness import Gateway, Simulator, own_dir, staged, BIN  # noqa: E402

MEGABYTES = int(os.environ.get("AORTA_BENCH_EXPORT_MB") or 256)
A_SECOND = 150_000
MEMORY_MB = 64
failed = False


def figure(name, value, unit, limit, at_least):
    global failed
    ok = value >= limit if at_least else value <= limit
    failed |= not ok
    print(json.dumps({"figure": name, "data": f"{MEGABYTES} MB", "value": round(value, 2), "unit": unit, "limit": limit,
                      "ok": ok}), flush=True)


def note(name, value, unit):
    print(json.dumps({"figure": name, "data": f"{MEGABYTES} MB", "value": round(value, 2), "unit": unit}), flush=True)


def status_mb(pid, field):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(field + ":")), 0.0)


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Memory:
    """What the api and the worker hold together, and the most it was since it was looked at first."""

    def __init__(self, gateway):
        self.pids = gateway.children("api") + gateway.children("worker")
        self.idle = self.most = self.now()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def now(self):
        return sum(status_mb(pid, "VmRSS") for pid in self.pids)

    def watch(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, self.now())

    def above_idle(self):
        self.over.set()
        self.thread.join()
        return self.most - self.idle


def made(folder, *options):
    path = folder / "export"
    out = subprocess.run([BIN / "aorta-export-generator", "--mb", str(MEGABYTES), *options, path], check=True,
                         stderr=subprocess.PIPE)
    os.chmod(path, 0o644)
    said = json.loads(out.stderr)
    return path, said["records"] + said["stages"] + said["workouts"] + said["days"]


def ended(api, user, run):
    while True:
        said = api.get(f"/users/{user}/sync/runs/{run}").json()
        if said["status"] in ("success", "partial", "failed", "cancelled"):
            assert said["status"] == "success", said
            return said
        time.sleep(0.05)


def posted(gateway, api, path):
    """The file as the body of a form, as curl sends it."""
    user = api.user()
    key = f"X-Open-Wearables-API-Key: {gateway.key}"
    out = subprocess.run(["curl", "-sS", "-f", "-H", key, "-F", f"file=@{path};type=application/xml",
                          f"{gateway.url}/api/v1/users/{user}/import/apple/xml/direct"], check=True, stdout=subprocess.PIPE)
    ended(api, user, json.loads(out.stdout)["task_id"])
    return user


def commanded(gateway, api, path):
    user = api.user()
    out = subprocess.run([staged(BIN) / "aorta", "import", "--user", user, "--no-wait", str(path), "--config",
                          gateway.config], check=True, stdout=subprocess.PIPE, **as_user())
    ended(api, user, out.stdout.split()[3].decode())
    return user


def as_user():
    from harness import USER
    return {"user": USER, "group": "nogroup", "extra_groups": []} if USER else {}


def measured(gateway, api, name, way, path, records):
    memory = Memory(gateway)
    cpu = {role: sum(cpu_s(pid) for pid in gateway.children(role)) for role in ("api", "worker")}
    began = time.monotonic()
    user = way(gateway, api, path)
    spent = time.monotonic() - began
    for role in cpu:
        note(f"{name}: processor time of {role}", sum(cpu_s(pid) for pid in gateway.children(role)) - cpu[role], "s")
    figure(f"{name}, to committed rows", records / spent, "records/s", A_SECOND, True)
    figure(f"{name}: api and worker above idle", memory.above_idle(), "MB", MEMORY_MB, False)
    assert len(api.workouts(user)) > 0
    httpx.delete(f"{gateway.url}/api/v1/users/{user}", headers={"X-Open-Wearables-API-Key": gateway.key}, timeout=300)


def main():
    simulator = Simulator()
    gateway = Gateway(simulator, providers=(), sections='apple = { enabled = true; module = "apple.so"; };')
    api = Client(gateway)
    folder = own_dir()
    os.chmod(folder, 0o755)
    path, records = made(folder)
    measured(gateway, api, "export.xml posted", posted, path, records)
    measured(gateway, api, "export.xml by `aorta import`", commanded, path, records)
    path.unlink()
    path, records = made(folder, "--zip")
    measured(gateway, api, "export.zip posted", posted, path, records)
    gateway.clean_stop()
    simulator.stop()
    sys.exit(1 if failed else 0)


main()
