# Sourced by dev. build <preset> [target …] configures (once, and when the lists changed) and builds.

jobs() {
    nproc 2>/dev/null || echo 2
}

configure() {
    launcher=
    command -v ccache >/dev/null && launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache
    # shellcheck disable=SC2086 # one option or none
    (cd "$root" && cmake --preset "$1" $launcher >"$root/build/$1.log" 2>&1) || {
        cat "$root/build/$1.log" >&2
        die "cmake failed"
    }
}

build() {
    preset=$1
    shift
    mkdir -p "$root/build"
    configure "$preset"
    say "building $preset"
    ninja -C "$root/build/$preset" -j "$(jobs)" --quiet "$@" >"$root/build/$preset.log" 2>&1 || {
        cat "$root/build/$preset.log" >&2
        die "the build failed"
    }
}
