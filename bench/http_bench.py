"""The HTTP layer against controls that do the same with nothing around it. Prints one JSON line a figure.

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
failed = False


def figure(name, data, value, unit, limit=None):
    global failed
    ok = None if limit is None else value >= limit
    failed |= ok is False
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


def wrk(url, connections, key="-"):
    """Requests a second, and the 99th percentile in milliseconds."""
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", "-d1s", "--latency", "-H",
                          f"X-Open-Wearables-API-Key: {key}", url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{url} answered an error:\n{out}")
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(p99) * MILLIS[unit]


def turns(ours, control, count=TURNS):
    """[(ours, control), ...], alternating."""
    return [(ours(), control()) for _ in range(count)]


def compare(name, data, pairs, limit, unit="req/s"):
    rates = [(a[0], b[0]) if isinstance(a, tuple) else (a, b) for a, b in pairs]
    figure(name, data, statistics.median(a for a, _ in rates), unit)
    figure(f"{name}, control", data, statistics.median(b for _, b in rates), unit)
    if isinstance(pairs[0][0], tuple):
        figure(f"{name}, p99", data, statistics.median(a[1] for a, _ in pairs), "ms")
        figure(f"{name}, control, p99", data, statistics.median(b[1] for _, b in pairs), "ms")
    figure(f"{name} / control", data, 100 * statistics.median(a / b for a, b in rates), "percent", limit)


def without_sql(server):
    bare = Program("bench-bare-mhd", "[]")
    control = f"http://127.0.0.1:{bare.said[0]}/"
    for c in (1, 16, 64):
        pairs = turns(lambda: wrk(server.base + "/providers", c, server.key), lambda: wrk(control, c))
        compare("no SQL, against bare libmicrohttpd", f"{c} connections", pairs, 90)
    bare.end()


def many_routes(log):
    many, few = Server(200, log), Server(2, log)
    for c in (1, 16, 64):
        pairs = turns(lambda: wrk(many.base + "/providers", c, many.key),
                      lambda: wrk(few.base + "/providers", c, few.key))
        compare("200 routes, against 2", f"{c} connections", pairs, 90)
    many.end()
    few.end()


def with_sql(server):
    bare = Program("bench-bare-ulfius-pq", server.conninfo, server.user, 8)
    path = f"/users/{server.user}/connections"
    control = f"http://127.0.0.1:{bare.said[0]}/api/v1{path}"
    for c in (1, 16, 64):
        pairs = turns(lambda: wrk(server.base + path, c, server.key), lambda: wrk(control, c))
        compare("connections, against bare ulfius and libpq", f"{c} connections", pairs, 85)
    bare.end()


def fetch(server, day, following, threads):
    out = subprocess.run([BIN / "bench-bare-fetch", server.conninfo, server.user, "1", day + "Z", following + "Z",
                          str(threads), "1"], capture_output=True, text=True, check=True).stdout
    return float(out.split()[0])


def a_day(server):
    for samples, day, following in ((1440, "2025-01-15", "2025-01-16"), (86400, "2025-01-16", "2025-01-17")):
        url = (f"{server.base}/users/{server.user}/timeseries?start_time={day}&end_time={day}&types=heart_rate"
               f"&limit=100000")
        for c in (1, 4):
            pairs = turns(lambda: wrk(url, c, server.key)[0], lambda: fetch(server, day, following, c))
            compare("a day of samples, against a bare fetch of rows", f"{samples} samples, {c} at once", pairs, 100,
                    "days/s")


def main():
    with open(Path(sys.argv[1]) / "http_bench.log", "w") as log:
        server = Server(0, log)
        without_sql(server)
        with_sql(server)
        a_day(server)
        server.end()
        many_routes(log)
    return 1 if failed else 0


sys.exit(main())
