# Sourced by dev. lint: what compilers do not say. Warnings are failures.

lint_main() {
    need build run lint
    build dev
    failed=
    say "layers"
    sh "$root/.ci/layers.sh" || failed=yes
    say "cppcheck"
    (cd "$root" && cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --enable=warning,portability \
        --suppressions-list=.ci/cppcheck.suppressions -j "$(jobs)" -D_GNU_SOURCE -D__GNUC__=12 \
        -I gateway -I plugin-api -I plugin-api/include -I plugin-api/sdk/include gateway plugin-api plugins tests/simulator) || failed=yes
    say "clang-tidy"
    (cd "$root" && sources | grep -e '^gateway/.*c$' -e '^plugin.*c$' -e '^tests/simulator/src/.*c$' |
        xargs -n 4 -P "$(jobs)" clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option -p build/dev 2>/dev/null) || failed=yes
    [ -z "$failed" ] || die "lint found something"
    say "lint is clean"
}
