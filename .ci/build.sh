# Sourced by dev. build <preset> [target …] configures (once, and when the lists changed) and builds.

jobs() {
    nproc 2>/dev/null || echo 2
}

# A compiler cache is used where there is one that can be written.
launcher() {
    if command -v ccache >/dev/null && [ -w "${CCACHE_DIR:-${HOME:-/nonexistent}}" ]; then
        echo ccache
    fi
}

configure() {
    (cd "$root" && cmake --preset "$1" -DCMAKE_C_COMPILER_LAUNCHER="$(launcher)" >"$root/build/$1.log" 2>&1) || {
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
