# Sourced by dev. fuzz [seconds] [names]: each libFuzzer target for so long, on a corpus that is kept.

fuzz_main() {
    need build fuzz
    seconds=60
    case ${1:-} in
    [0-9]*)
        seconds=$1
        shift
        ;;
    esac
    build fuzz
    found=
    for target in "$root"/build/fuzz/bin/fuzz*; do
        [ -x "$target" ] || continue
        name=$(basename "$target")
        case " ${*:-$name} " in
        *" $name "*) ;;
        *) continue ;;
        esac
        found=yes
        corpus=$root/build/fuzz/corpus/$name
        seeds=$root/tests/fuzz/seeds/$name
        mkdir -p "$corpus"
        [ -d "$seeds" ] || seeds=
        say "$name, $seconds s"
        "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="$root/build/fuzz/$name-" "$corpus" ${seeds:+"$seeds"} 2>"$root/build/fuzz/$name.log" || {
            tail -n 40 "$root/build/fuzz/$name.log" >&2
            die "$name found something"
        }
        grep -h 'number_of_executed_units' "$root/build/fuzz/$name.log" >&2 || true
    done
    [ -n "$found" ] || die "there is no such fuzz target"
}
