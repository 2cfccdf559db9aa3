"""What phones push, from the first byte of the body to committed and readable over HTTP, against a raw COPY of the
resulting samples into a narrow keyed table of the same database, by turns. And the memory that takes.

Prints one JSON line a figure: {"figure", "data", "value", "unit", "limit", "ok"}.
"""
import gzip
import http.client
import json
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "blackbox"))

from client import Client  # noqa: E402
from harness import BIN, Gateway, Simulator  # noqa: E402

PHONES = 'apple = { enabled = true; module = "apple.so"; };\n'
SIZES = [(1000, 25), (100_000, 5), (500_000, 3)]  # records, turns
KINDS = [("HeartRate", "bpm")] * 3 + [("StepCount", "count"), ("ActiveEnergyBurned", "kcal")]
FIRST = datetime(2026, 1, 1, tzinfo=timezone.utc)
MB_MOST, PERCENT_LEAST = 64, 60
failed = False


def figure(name, data, value, unit, limit=None, at_least=True):
    global failed
    line = {"figure": name, "data": data, "value": round(value, 2), "unit": unit}
    if limit is not None:
        ok = value >= limit if at_least else value <= limit
        failed |= not ok
        line.update(limit=limit, ok=ok)
    print(json.dumps(line), flush=True)


def body(count):
    """As today's SDK of Apple sends it: heart rate, steps and energy mixed, one every five seconds."""
    watch = ('{"appId":"com.apple.health.3A1F","deviceId":null,"deviceName":"Watch","deviceManufacturer":"Apple Inc.",'
             '"deviceModel":"Watch7,1","deviceType":"watch","recordingMethod":null,"deviceSoftwareVersion":"12.1"}')
    rows = []
    for i in range(count):
        kind, unit = KINDS[i % 5]
        at = (FIRST + timedelta(seconds=5 * i)).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append(f'{{"id":"6F0B2C1E-6A61-4F0E-9C55-{i:012d}","type":"HKQuantityTypeIdentifier{kind}","startDate":"{at}",'
                    f'"endDate":"{at}","zoneOffset":null,"source":{watch},"value":{60 + i % 90},"unit":"{unit}",'
                    f'"parentId":null,"metadata":{{}}}}')
    return ('{"provider":"apple","sdkVersion":"0.9.0","syncTimestamp":"2026-11-20T07:31:02Z","data":{"records":['
            + ",".join(rows) + '],"sleep":[],"workouts":[]}}').encode()


class Wire:
    """One connection, without a client library's weight."""

    def __init__(self, gateway):
        self.c = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=300)
        self.key = {"X-Open-Wearables-API-Key": gateway.key}

    def call(self, method, path, data=None, **headers):
        self.c.request(method, f"/api/v1{path}", body=data, headers={**self.key, **headers})
        answer = self.c.getresponse()
        text = answer.read()
        assert answer.status < 300, (answer.status, text[:500])
        return json.loads(text)


def push(wire, user, data, packed, count):
    """Seconds until all of it can be read."""
    headers = {"Content-Type": "application/json", **({"Content-Encoding": "gzip"} if packed else {})}
    began = time.monotonic()
    run = wire.call("POST", f"/sdk/users/{user}/sync", data, **headers)["batch_id"]
    accepted = time.monotonic()
    pause = (accepted - began) / 50
    while True:
        said = wire.call("GET", f"/users/{user}/sync/runs/{run}")
        if said["status"] in ("success", "partial", "failed"):
            break
        time.sleep(pause)
    page = wire.call("GET", f"/users/{user}/timeseries?types=heart_rate&start_time=2026-01-01T00:00:00Z"
                            f"&end_time=2027-01-01T00:00:00Z&limit=100")
    took = time.monotonic() - began
    assert said["status"] == "success" and said["details"]["timeseries"]["created"] == count, said
    assert page["pagination"]["total_count"] == (count + 4) // 5 * 3, page["pagination"]
    return took, accepted - began


def status_mb(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def processes(gateway):
    return gateway.children("api") + gateway.children("worker")


def peak_above(gateway, idle):
    """Megabytes, api and worker together, since the last reset."""
    return sum(status_mb(pid, "VmHWM") - idle.get(pid, 0) for pid in processes(gateway))


def reset_peaks(gateway):
    for pid in processes(gateway):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def measure(gateway, api, wire, idle, url, count, turns, packed, source):
    plain = body(count)
    data = gzip.compress(plain, 6) if packed else plain
    name = f"{count:,} records, {len(data) / 1e6:.1f} MB{' gzip' if packed else ''}"
    pushed, accepted, copied = [], [], []
    reset_peaks(gateway)
    for turn in range(turns):
        user = api.user()
        took, first = push(wire, user, data, packed, count)
        pushed.append(took)
        accepted.append(first)
        copied.append(float(subprocess.check_output([BIN / "bench-copy", url, str(source + turn), str(count)])))
    ours, theirs = statistics.median(pushed), statistics.median(copied)
    figure("push to readable", name, count / ours, "records/s")
    figure("of that until accepted", name, 100 * statistics.median(accepted) / ours, "percent")
    figure("raw COPY into a keyed narrow table", name, count / theirs, "rows/s")
    figure("push / COPY", name, 100 * theirs / ours, "percent", PERCENT_LEAST)
    figure("peak memory above idle, api and worker", name, peak_above(gateway, idle), "MB", MB_MOST, False)


def main():
    simulator = Simulator()
    gateway = Gateway(simulator, providers=("polar",), sections=PHONES)
    api, wire = Client(gateway), Wire(gateway)
    url = gateway.run("database", "url").strip()
    time.sleep(1)
    idle = {pid: status_mb(pid, "VmRSS") for pid in processes(gateway)}
    source = 0
    only = [int(a) for a in sys.argv[1:] if a.isdigit()]
    for count, turns in SIZES:
        for packed in (False, True):
            if not only or count in only:
                measure(gateway, api, wire, idle, url, count, turns, packed, source)
            source += turns
    gateway.clean_stop()
    simulator.stop()
    sys.exit(1 if failed and "--strict" in sys.argv else 0)


main()
