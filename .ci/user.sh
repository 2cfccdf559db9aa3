# Sourced by dev. Who builds, and who runs: never root for the gateway and its PostgreSQL.

# Root in somebody's checkout (sudo ./dev run) installs packages and then goes on as that somebody, so that no file of
# root's is left behind.
become_owner() {
    [ "$(id -u)" = 0 ] || return 0
    owner=$(stat -c %U "$root")
    [ "$owner" != root ] && [ "$owner" != UNKNOWN ] || return 0
    case $1 in
    run) need build run ;;
    test) need build run test ;;
    bench) need build run test bench ;;
    format | lint | fuzz) need build "$1" ;;
    build) need build ;;
    esac
    say "going on as $owner, who owns this checkout"
    home=$(getent passwd "$owner" | cut -d: -f6)
    exec setpriv --reuid "$owner" --regid "$(id -g "$owner")" --init-groups env HOME="$home" "$root/dev" "$@"
}

# Whom root runs the gateway as.
run_user() {
    if getent passwd aorta >/dev/null; then
        echo aorta
    else
        echo nobody
    fi
}

# Replaces this (sub)shell by a command run as the unprivileged user; without root simply by the command.
exec_unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        exec setpriv --reuid "$(run_user)" --regid "$(id -g "$(run_user)")" --init-groups \
            env HOME=/nonexistent "$@"
    fi
    exec "$@"
}

unprivileged() {
    (exec_unprivileged "$@")
}

own() {
    [ "$(id -u)" != 0 ] || chown "$(run_user):$(id -g "$(run_user)")" "$@"
}
