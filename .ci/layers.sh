#!/bin/sh
# layers.sh [GATEWAY]: who includes whom in gateway/. An arrow that points upwards fails with its file and line.
# The numbers are the rows of the picture in the architecture: a folder may include only what has a lower one.
set -u
cd "${1:-$(dirname "$0")/../gateway}" || exit 1
grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"[a-z]+/' --include='*.[ch]' . | awk '
BEGIN {
    rows = "base:1 crypt:2 config:2 store:3 net:3 host:4 auth:5 link:5 ingest:5 read:5 upload:5 sync:6 http:7 main:8 cli:9"
    n = split(rows, list, " ")
    for (i = 1; i <= n; i++) { split(list[i], pair, ":"); level[pair[1]] = pair[2] }
}
{
    split($0, part, ":"); path = part[1]; line = part[2]
    split(path, name, "/"); from = name[2]
    match($0, /"[a-z]+\//); to = substr($0, RSTART + 1, RLENGTH - 2)
    if (from == to || !(to in level)) next
    why = ""
    if (!(from in level)) why = from " has no row in .ci/layers.sh"
    else if (to == "config" && from != "main" && from != "cli") why = "config is read by main and cli alone"
    else if (level[to] >= level[from]) why = from " may not include " to
    if (why != "") { printf "%s:%s: %s\n", substr(path, 3), line, why; bad++ }
}
END { if (bad) { printf "%d arrows point the wrong way\n", bad; exit 1 } }'
