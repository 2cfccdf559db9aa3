#!/bin/sh
# test_commands.sh PROGRAM: each line of the list is a command line, the exit status and words that must be printed.
set -u

aorta=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0
as=
if [ "$(id -u)" = 0 ]; then
    as="setpriv --reuid nobody --regid nogroup --clear-groups"
    chown nobody "$folder"
fi

# check STATUS WORDS ARGUMENT …
check() {
    status=$1 words=$2
    shift 2
    # shellcheck disable=SC2086 # a prefix of words, or none
    env -i PATH="$PATH" ASAN_OPTIONS="${ASAN_OPTIONS:-}" AORTA_STATE_DIR="$folder/state" $as "$aorta" "$@" >out 2>&1
    got=$?
    if [ $got -ne "$status" ] || ! grep -qF -e "$words" out; then
        echo "aorta $*: status $got, wanted $status and \"$words\"; it said:"
        cat out
        failed=1
    fi
}

printf 'listen = "127.0.0.1:0";\nproviders = { polar = { client_secret = "hush-hush"; }; };\n' >good.conf
printf 'listn = "127.0.0.1:0";\n' >bad.conf
printf 'providers = { nowhere = { module = "/no/such.so"; }; };\n' >missing.conf

check 2 'usage: aorta'
check 0 'key revoke ID' help
check 0 'usage: aorta' --help
check 0 'plugin ABI 0.' version
check 0 'plugin ABI 0.' --version
check 2 'there is no command "dance"' dance
check 2 'there is no command "key dance"' key dance
check 2 'there is no command "key"' key
check 0 'usage: aorta key create [--config FILE]' key create --help
check 2 'usage: aorta version' version surplus
check 2 'version takes no --config' version --config x
check 2 'unrecognized option' serve --dance
check 2 'requires an argument' serve --config
check 2 'usage: aorta key revoke' key revoke
check 2 'a UUID' key revoke 42 --config good.conf
check 2 'read, write and admin' key create --scopes all --config good.conf
check 2 'UTF-8' key create --name "$(printf '\377')" --config good.conf
check 1 'bad.conf:1: unknown option "listn"' config check --config bad.conf
check 1 'No such file' config check --config none.conf
check 1 'provider nowhere: refused' config check --config missing.conf
check 0 '# Configuration' config docs
check 0 "postgresql://aorta@/aorta?host=" database url --config good.conf
check 1 'no gateway has run here' key list --config good.conf
check 1 'no gateway has run here' developer list --config good.conf
check 1 'no gateway has run here' developer create a@example.org --config good.conf
check 1 'no gateway has run here' backup x --config good.conf
check 1 'No such file' restore none.dump --config good.conf
check 2 'usage: aorta plugin' plugin
check 0 '"path":"/api/v1/applications","public":false,"key":null,"developer":true' docs routes
check 2 'usage: aorta developer create' developer create

# A secret is not shown, wherever it stands.
env -i PATH="$PATH" "$aorta" config check --config good.conf >out 2>&1
if grep -q hush-hush out || ! grep -qF 'client_secret = "***"' out; then
    echo "config check shows a secret, or nothing:"
    cat out
    failed=1
fi

# Never as root, unless told whom to become.
if [ "$(id -u)" = 0 ]; then
    as=
    check 1 'does not run as root' serve --config good.conf
    check 1 'no such unprivileged user' restore good.conf --config /dev/stdin <<END
user = "root";
END
fi
exit $failed
