# Sourced by dev. need build run …: the packages of these purposes are there afterwards.

# Names of the purposes given, of .ci/packages.
packages_of() {
    for purpose in "$@"; do
        sed -n "s/^$purpose  *//p" "$root/.ci/packages"
    done
}

missing_packages() {
    for package in $(packages_of "$@"); do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
        [ "$status" = installed ] || echo "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "these packages are missing and installing needs root or sudo: $missing"
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" >&2
}

# Debian would make a cluster of its own and start it; ours is private. Both are prevented while we install.
install_postgresql() {
    apt_install postgresql-common &&
        as_root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf
}

install_packages() {
    policy=/usr/sbin/policy-rc.d made_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        made_policy=yes
    fi
    failed=
    as_root apt-get update -qq >&2 || failed=update
    case " $* " in
    *" postgresql "*) install_postgresql || failed=postgresql-common ;;
    esac
    [ -n "$failed" ] || apt_install "$@" || failed=install
    [ -z "$made_policy" ] || as_root rm -f "$policy"
    [ -z "$failed" ] || die "apt-get failed; the packages are: $*"
}

need() {
    command -v dpkg-query >/dev/null || die "this script installs Debian packages; elsewhere install by hand what .ci/packages names"
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    say "installing: $missing"
    # shellcheck disable=SC2086 # a list of names
    install_packages $missing
}
