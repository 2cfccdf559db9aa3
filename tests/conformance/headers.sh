#!/bin/sh
# headers.sh COMPILER INCLUDE: every public header compiles alone, twice, in every language it promises, without a
# warning and without padding; and holds nothing that differs between languages (enums, bool, bit-fields, varargs).
set -u
compiler=$1 include=$2 failed=0
case $compiler in
gcc) c=gcc cxx=g++ ;;
clang) c=clang cxx=clang++ ;;
esac
command -v "$c" >/dev/null && command -v "$cxx" >/dev/null || { echo "$compiler is not installed"; exit 77; }

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
flags="-Wall -Wextra -Wpedantic -Wpadded -Werror -fsyntax-only -I$include"

check() { # compiler, language, standard, header
    printf '#include <aorta/%s>\n#include <aorta/%s>\nint nothing_else;\n' "$4" "$4" >"$folder/alone.$2"
    # shellcheck disable=SC2086
    "$1" -std="$3" $flags "$folder/alone.$2" || { echo "$4 as $3 with $1: failed"; failed=1; }
}

for path in "$include"/aorta/*.h; do
    header=${path##*/}
    for standard in c11 c17; do check "$c" c "$standard" "$header"; done
    for standard in c++11 c++20; do check "$cxx" cc "$standard" "$header"; done
    sed -e 's|/\*.*\*/||' -e '/\/\*/,/\*\//d' "$path" >"$folder/code"
    if grep -nE '\benum\b|\bbool\b|_Bool|\.\.\.|va_list|\blong\b|size_t *:|[a-z0-9_] *: *[0-9]+;|time_t|FILE *\*' "$folder/code"; then
        echo "$header holds what languages see differently"
        failed=1
    fi
    if grep -n '^#include' "$folder/code" | grep -vE '<std(def|int)\.h>|"(abi|declare|host|plugin|refresh|webhook)\.h"'; then
        echo "$header includes more than the C standard library's two"
        failed=1
    fi
done

# A plugin in C++, compiled as a stranger would.
cat >"$folder/plugin.cc" <<'PLUGIN'
#include <aorta/refresh.h>
#include <aorta/webhook.h>
static const aorta_plugin plugin = {AORTA_MAGIC, AORTA_ABI_MAJOR, AORTA_ABI_MINOR, sizeof(aorta_plugin), 0, 0,
                                    nullptr, nullptr, nullptr, nullptr, nullptr};
AORTA_EXPORT const aorta_plugin *aorta_plugin_entry(const aorta_host_info *) { return &plugin; }
static_assert(sizeof(aorta_str) == 16 && sizeof(aorta_value) == 24 && sizeof(aorta_field) == 40, "frozen");
PLUGIN
"$cxx" -std=c++11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$include" "$folder/plugin.cc" || failed=1
exit $failed
