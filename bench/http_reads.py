"""Reading over HTTP against a bare libpq fetch of the same rows from a narrow table. Prints one JSON line a figure."""
import statistics
import subprocess
import sys
from pathlib import Path

import httpx

from measure import BIN, Server, compare, figure, missed, turns, wrk

MINUTES, SECONDS, AFTER = "2025-01-15", "2025-01-16", "2025-01-17"


def fetch(server, what, begins, ends, threads, limit):
    out = subprocess.run([BIN / "bench-bare-fetch", server.conninfo, server.user, what, begins + "Z", ends + "Z",
                          str(threads), "1", str(limit)], capture_output=True, text=True, check=True).stdout.split()
    return float(out[0]), float(out[2])


def measure(server, name, path, what, begins, ends, limit, accept="application/json"):
    url = f"{server.base}/users/{server.user}/{path}"
    answer = httpx.get(url, headers={"X-Open-Wearables-API-Key": server.key, "Accept": accept}, timeout=30)
    answer.raise_for_status()
    size = len(answer.content)
    for c in (1, 4):
        pairs = turns(lambda: wrk(url, c, server.key, accept), lambda: fetch(server, what, begins, ends, c, limit))
        compare(f"{name}, against a bare fetch of rows", f"{c} at once", pairs, 100, "answers/s")
        figure(name, f"{c} at once", statistics.median(a[0] for a, _ in pairs) * size / 1e6, "MB/s")


def main():
    day = "timeseries?types=heart_rate&start_time={0}&end_time={0}&limit={1}"
    with open(Path(sys.argv[1]) / "http_reads.log", "w") as log:
        server = Server(0, log)
        measure(server, "1,000 samples of a day of 1,440", day.format(MINUTES, 1000), "1", MINUTES, SECONDS, 1000)
        measure(server, "1,000 samples of a day of 86,400", day.format(SECONDS, 1000), "1", SECONDS, AFTER, 1000)
        measure(server, "a day of 1,440 samples", day.format(MINUTES, 100000), "1", MINUTES, SECONDS, 100000)
        measure(server, "a day of 86,400 samples", day.format(SECONDS, 100000), "1", SECONDS, AFTER, 100000)
        measure(server, "a day of 86,400 samples as CSV", day.format(SECONDS, 1), "1", SECONDS, AFTER, 100000,
                "text/csv")
        measure(server, "a day of 86,400 samples as JSON lines", day.format(SECONDS, 1), "1", SECONDS, AFTER, 100000,
                "application/x-ndjson")
        measure(server, "a day of 86,400 samples by 5 minutes", day.format(SECONDS, 1000) + "&resolution=5min", "1",
                SECONDS, AFTER, 100000)
        measure(server, "1,000 workouts", "events/workouts?start_date=2024-01-01&end_date=2025-12-31&limit=1000",
                "workouts", "2024-01-01", "2026-01-01", 1000)
        server.end()
    return 1 if missed else 0


sys.exit(main())
