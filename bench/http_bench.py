"""The HTTP layer against controls that do the same with nothing around it. Prints one JSON line a figure."""
import sys
from pathlib import Path

from measure import Program, Server, compare, missed, turns, wrk


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


def main():
    with open(Path(sys.argv[1]) / "http_bench.log", "w") as log:
        server = Server(0, log)
        without_sql(server)
        with_sql(server)
        server.end()
        many_routes(log)
    return 1 if missed else 0


sys.exit(main())
