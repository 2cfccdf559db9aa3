# Sourced by dev. test: everything, with sanitizers, offline once the packages are there. The last line printed is
# ctest's counts.

# run_ctest PRESET [options]: its output goes through, its closing line of counts is kept for the end.
run_ctest() {
    preset=$1
    shift
    log=$root/build/$preset.ctest
    (
        status=0
        ctest --test-dir "$root/build/$preset" --output-on-failure --parallel 2 "$@" || status=$?
        echo "$status" >"$log.status"
    ) | tee "$log"
    read -r status <"$log.status"
    return "$status"
}

counts() {
    sed -n 's/^\([0-9]*% tests passed.*\)/\1/p' "$root/build/$1.ctest" | tail -n 1
}

test_main() {
    need build run test
    build asan
    build tsan
    failed=
    run_ctest tsan -L "^threads" || failed=yes
    run_ctest asan -LE "^threads-only$" "$@" || failed=yes
    [ -z "$(counts tsan)" ] || say "thread sanitizer: $(counts tsan)"
    printf '%s\n' "$(counts asan)"
    [ -z "$failed" ] || exit 1
}
