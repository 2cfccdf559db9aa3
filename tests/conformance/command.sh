#!/bin/sh
# command.sh AORTA-PLUGIN PLUGINS: the commands and their exit statuses: 0 done, 1 failed, 2 not understood.
set -u
tool=$1 plugins=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

expect() { # status, text that must be in the output, arguments…
    status=$1 text=$2
    shift 2
    "$tool" "$@" >"$folder/out" 2>&1 </dev/null
    got=$?
    [ $got -eq "$status" ] || { echo "\"$*\" ended with $got, not $status:"; cat "$folder/out"; exit 1; }
    [ -z "$text" ] || grep -qF -- "$text" "$folder/out" || { echo "no \"$text\" from \"$*\":"; cat "$folder/out"; exit 1; }
}

printf '{}' >"$folder/payload"
expect 2 'say what to do'
expect 0 'usage: aorta plugin list' --help
expect 0 'usage: aorta plugin list' normalize --help
expect 2 'there is no such command' dance
expect 2 'list takes other arguments' list more
expect 2 'inspect takes other arguments' inspect
expect 2 'the option --colour' list --colour
expect 2 'the option --kind' inspect --kind x good
expect 2 'normalize needs --kind' normalize good "$folder/payload" --dir "$plugins"
expect 2 'the value 64801' normalize good --kind good.data --offset 64801 "$folder/payload"
expect 2 'the value noon' normalize good --kind good.data --tz noon "$folder/payload"
expect 2 'the value plain' route good --header plain "$folder/payload"
expect 0 'good         1.0.0      Good' list --dir "$plugins"
expect 0 'its magic number is 0x12345678' list --dir "$plugins"
expect 1 'cannot be read' list --dir "$folder/nowhere"
expect 0 '"id":"good"' inspect good --dir "$plugins"
expect 0 '"id":"good"' inspect "$plugins/good.so"
expect 1 'was refused' inspect magic --dir "$plugins"
expect 1 'there is no such file' inspect nowhere --dir "$plugins"
expect 0 '' normalize good --kind good.data --dir "$plugins" "$folder/payload"
expect 0 '' normalize --tz +05:45 --kind good.data --dir "$plugins" good -
expect 1 'it has: good.data' normalize good --kind good.other --dir "$plugins" "$folder/payload"
expect 1 'cannot be read' normalize good --kind good.data --dir "$plugins" "$folder/nowhere"
expect 1 'it is a folder' normalize good --kind good.data --dir "$plugins" "$folder"
expect 1 'takes no webhooks' route good --dir "$plugins" "$folder/payload"
expect 1 'The client id is not one of ours.' normalize init_fails --kind good.data --dir "$plugins" "$folder/payload"
AORTA_PLUGIN_DIR=$plugins
export AORTA_PLUGIN_DIR
expect 0 '"id":"good"' inspect good
"$tool" inspect good | python3 -m json.tool >/dev/null || { echo "inspect prints no JSON"; exit 1; }
