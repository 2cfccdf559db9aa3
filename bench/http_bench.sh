#!/bin/sh
# http_bench.sh BUILD: the HTTP benchmarks on the programs of a build folder. See http_bench.py.
exec /usr/bin/python3 -B "$(dirname "$0")/http_bench.py" "$1"
