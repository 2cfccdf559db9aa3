#!/bin/sh
# symbols.sh PLUGIN.so: it exports aorta_plugin_entry and nothing else.
set -u
exported=$(nm -D --defined-only "$1" | awk '{print $NF}') || exit 1
[ "$exported" = aorta_plugin_entry ] || { echo "$1 exports: $exported"; exit 1; }
