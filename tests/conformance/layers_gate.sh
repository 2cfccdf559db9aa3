#!/bin/sh
# layers_gate.sh LAYERS: the gate gates: wrong arrows are named with file and line, right ones pass.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/host" "$folder/store" "$folder/base" "$folder/sync" "$folder/main" "$folder/strange"
printf '/* good */\n#include "net/client.h"\n#include "base/err.h"\n' >"$folder/host/good.c"
printf '#include "config/config.h"\n#include "http/server.h"\n' >"$folder/main/good.c"
"$1" "$folder" || { echo "right arrows were refused"; exit 1; }

layers=$1
expect() { # file, its text, what must be said
    printf '%b' "$2" >"$folder/$1"
    if said=$("$layers" "$folder"); then echo "$1 was not refused"; exit 1; fi
    case $said in
    *"$3"*) ;;
    *) echo "expected \"$3\" in: $said"; exit 1 ;;
    esac
    rm "$folder/$1"
}
expect store/bad.c '\n#include "host/call.h"\n' 'store/bad.c:2: store may not include host'
expect base/bad.h '#include "crypt/crypt.h"\n' 'base/bad.h:1: base may not include crypt'
expect store/bad.c '#include "net/client.h"\n' 'store/bad.c:1: store may not include net'
expect sync/bad.c '#  include "http/server.h"\n' 'sync/bad.c:1: sync may not include http'
expect sync/bad.c '#include "config/config.h"\n' 'config is read by main and cli alone'
expect strange/bad.c '#include "base/err.h"\n' 'strange has no row'
