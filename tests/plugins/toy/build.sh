#!/bin/sh
# build.sh PREFIX OUT: the toy plugin as a stranger builds it: one command, the headers installed under PREFIX.
# FLAGS from outside (a sanitizer) are added.
here=$(cd "$(dirname "$0")" && pwd)
exec ${CC:-cc} -std=c11 -Wall -Wextra -O2 -shared -fPIC -fvisibility=hidden $FLAGS -I"$1/include" "$here/toy.c" -o "$2"
