#!/bin/sh
# test.sh BUILD CONFIGURED TOOL [TOOL…]: a provider is added with a file and a section, and nothing else changes.
#
# BUILD: the build tree to install the headers from. CONFIGURED: test-toy, which loads a configuration section. TOOL:
# the programs that must not change: aorta-plugin first, then aorta itself.
set -eu
build=$1 configured=$2 tool=$3
shift 2
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

before=$(sha256sum "$@")
cmake --install "$build/plugin-api" --prefix "$folder/prefix" >/dev/null
mkdir "$folder/src" "$folder/plugins"
cp "$here/toy.c" "$here/build.sh" "$folder/src" # outside the tree
(cd "$folder/src" && sh ./build.sh "$folder/prefix" "$folder/plugins/toy.so")

"$tool" list --dir "$folder/plugins" | grep -q '^toy  *0\.0\.1  *Toy ' || { echo "it is not listed"; exit 1; }
"$tool" normalize toy --dir "$folder/plugins" --kind toy.lines "$here/payload.txt" >"$folder/out"
diff "$here/expected.jsonl" "$folder/out"
"$configured" "$folder/plugins" "$here/payload.txt"
[ "$before" = "$(sha256sum "$@")" ] || { echo "a program changed"; exit 1; }
echo "the toy plugin: built from the installed headers, listed, configured, normalised"
