"""What the benchmarks over HTTP share: programs, wrk, turns, figures. One JSON line a figure.

Server and control take turns of a second, several times; a ratio is the median of the turns' ratios, so that a busy
minute of the machine hits both. wrk runs on the same processors as what it measures.
"""
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.argv[1]) / "bin"
TURNS = 7
missed = []


def figure(name, data, value, unit, limit=None):
    ok = None if limit is None else value >= limit
    if ok is False:
        missed.append(name)
    row = {"figure": name, "data": data, "value": round(value, 2), "unit": unit, "limit": limit, "ok": ok}
    print(json.dumps(row), flush=True)


class Program:
    """A program of the build folder that says so many lines when it is ready and ends with the measuring."""

    def __init__(self, name, *args, lines=1, log=subprocess.DEVNULL):
        self.process = subprocess.Popen([BIN / name, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=log, text=True)
        self.said = [self.process.stdout.readline().strip() for _ in range(lines)]
        if not self.said[-1]:
            raise SystemExit(f"{name} does not start")

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait()


class Server(Program):
    def __init__(self, routes, log):
        super().__init__("bench-http-server", routes, lines=4, log=log)
        port, self.key, self.user, self.conninfo = self.said
        self.base = f"http://127.0.0.1:{port}/api/v1"


MILLIS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def wrk(url, connections, key="-", accept="*/*"):
    """Requests a second, and the 99th percentile in milliseconds."""
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", "-d1s", "--latency", "-H",
                          f"X-Open-Wearables-API-Key: {key}", "-H", f"Accept: {accept}", url],
                         capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{url} answered an error:\n{out}")
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(p99) * MILLIS[unit]


def turns(ours, control, count=TURNS):
    """[(ours, control), ...], alternating."""
    return [(ours(), control()) for _ in range(count)]


def compare(name, data, pairs, limit, unit="req/s"):
    """pairs: ((rate, p99 in ms) of ours, the same of the control)"""
    figure(name, data, statistics.median(a[0] for a, _ in pairs), unit)
    figure(f"{name}, control", data, statistics.median(b[0] for _, b in pairs), unit)
    figure(f"{name}, p99", data, statistics.median(a[1] for a, _ in pairs), "ms")
    figure(f"{name}, control, p99", data, statistics.median(b[1] for _, b in pairs), "ms")
    figure(f"{name} / control", data, 100 * statistics.median(a[0] / b[0] for a, b in pairs), "percent", limit)
