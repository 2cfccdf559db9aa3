# Sourced by dev. run: a PostgreSQL of its own, the simulator, the gateway, one walk through the main job.

port=${AORTA_PORT:-8000}
sim_port=${AORTA_SIMULATOR_PORT:-8001}
url=http://127.0.0.1:$port
sim=http://127.0.0.1:$sim_port
asked_state=${AORTA_STATE_DIR:-$root/.state}
case $asked_state in
/*) ;;
*) asked_state=$(pwd)/$asked_state ;;
esac

# ---- places ----

# The state directory, or another place when the unprivileged user cannot reach it (a closed home). run.env is written
# to both, so that it is found where it was asked for.
place_state() {
    state=$asked_state
    mkdir -p "$asked_state"
    if [ "$(id -u)" = 0 ]; then
        own "$asked_state"
        chmod 755 "$asked_state"
        if ! unprivileged test -w "$asked_state" 2>/dev/null; then
            state=/var/tmp/aorta-$(printf %s "$asked_state" | cksum | cut -d' ' -f1)
            mkdir -p "$state"
            say "$asked_state is closed to the user $(run_user): the data lies in $state"
        fi
        own "$state"
    fi
    chmod 700 "$state"
    [ "$state" = "$asked_state" ] || [ "$(stat -c %U "$state")" = "$(run_user)" ] || die "$state belongs to somebody else"
}

# The programs where the unprivileged user can run them: as built, or a copy beside the data.
place_programs() {
    bin=$root/build/release/bin
    plugins=$root/build/release/plugins
    unprivileged test -x "$bin/aorta" 2>/dev/null && unprivileged test -r "$plugins/polar.so" 2>/dev/null && return
    say "$bin is closed to the user $(run_user): the programs are copied to $state/app"
    rm -rf "$state/app"
    mkdir -p "$state/app"
    cp -r "$bin" "$plugins" "$state/app"
    chmod -R go+rX "$state/app"
    bin=$state/app/bin
    plugins=$state/app/plugins
}

# ---- the configuration ----

write_config() {
    cat >"$state/aorta.conf.new" <<END
# Written by ./dev run at each start. Your own options go into conf.d/*.conf beside this file.
listen            = "127.0.0.1:$port";
state_dir         = "$state";
plugin_dir        = "$plugins";
allowed_redirects = [ "http://localhost", "http://127.0.0.1", "http://[::1]", "https://yourapp.com",
                      "https://myapp.com" ];
providers = {
  polar = {
    client_id        = "sim-polar-client";
    client_secret    = "sim-polar-secret";
    authorize_url    = "$sim/polar/oauth2/authorization";
    token_url        = "$sim/polar/v2/oauth2/token";
    api_url          = "$sim/polar";
  };
  suunto = {
    client_id        = "sim-suunto-client";
    client_secret    = "sim-suunto-secret";
    subscription_key = "sim-suunto-subscription";
    oauth_url        = "$sim/suunto";
    api_url          = "$sim/suunto";
  };
  garmin = {
    client_id        = "sim-garmin-client";
    client_secret    = "sim-garmin-secret";
    authorize_url    = "$sim/garmin/oauth2Confirm";
    token_url        = "$sim/garmin/di-oauth2-service/oauth/token";
    api_url          = "$sim/garmin";
    request_token_url = "$sim/garmin/oauth-service/oauth/request_token";
    authorize_url_1   = "$sim/garmin/oauthConfirm";
    access_token_url  = "$sim/garmin/oauth-service/oauth/access_token";
  };
  apple = { };
  samsung = { };
};
END
    chmod 600 "$state/aorta.conf.new"
    own "$state/aorta.conf.new"
    mv "$state/aorta.conf.new" "$state/aorta.conf"
}

# The options that this script decides are not overridden by what happens to be exported (run.env, for one).
aorta() {
    unprivileged env -u AORTA_DATABASE -u AORTA_LISTEN -u AORTA_STATE_DIR -u AORTA_CONFIG -u AORTA_PLUGIN_DIR \
        "$bin/aorta" "$@" --config "$state/aorta.conf"
}

# ---- starting ----

# start NAME PROGRAM …: in the background and in a session of its own, output to $state/NAME.log; its pid in $pid.
# What it prints on standard output is in $state/NAME.out.
start() {
    name=$1
    shift
    : >"$state/$name.out"
    (
        trap '' HUP
        exec_unprivileged env -u AORTA_DATABASE -u AORTA_LISTEN -u AORTA_STATE_DIR -u AORTA_CONFIG -u AORTA_PLUGIN_DIR \
            setsid "$@" </dev/null >>"$state/$name.out" 2>>"$state/$name.log"
    ) &
    pid=$!
}

# until_ready NAME PID SECONDS: its "ready" line, while it lives.
until_ready() {
    tries=$(($3 * 20))
    while ! grep -q '^ready ' "$state/$1.out"; do
        alive "$2" || {
            tail -n 20 "$state/$1.log" >&2
            die "the $1 ended; the end of its log is above ($state/$1.log)"
        }
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || die "the $1 is not ready after $3 s; its log is $state/$1.log"
        sleep 0.05
    done
}

sim_pid='' gateway_pid=''

# A process that runs: neither gone nor a corpse that nobody has looked at yet.
alive() {
    case $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) in
    '' | Z*) return 1 ;;
    esac
}

# end PID SECONDS: SIGTERM, then SIGKILL.
end() {
    [ -n "$1" ] && kill -TERM "$1" 2>/dev/null || return 0
    tries=$(($2 * 20))
    while alive "$1" && [ "$tries" -gt 0 ]; do
        sleep 0.05
        tries=$((tries - 1))
    done
    kill -KILL "$1" 2>/dev/null || true
}

stop_all() {
    trap '' INT TERM HUP
    trap - EXIT
    end "$gateway_pid" 60
    end "$sim_pid" 10
    rm -f "$state/run.env" "$asked_state/run.env"
}

# ---- the key, and what others need to know ----

# The key of the first run is kept; one that was revoked or lost is replaced.
make_key() {
    key=$(cat "$state/api_key" 2>/dev/null || true)
    if [ -n "$key" ] && curl -sf -o /dev/null -H "X-Open-Wearables-API-Key: $key" "$url/api/v1/users?limit=1"; then
        return
    fi
    key=$(aorta key create --name "dev run" 2>/dev/null) || die "no API key could be made; the log is $state/gateway.log"
    (umask 077 && printf '%s\n' "$key" >"$state/api_key")
}

# Who logs in: made at the first run, with a password that is kept beside the key.
make_developer() {
    developer=developer@example.com
    password=$(cat "$state/developer_password" 2>/dev/null || true)
    if [ -n "$password" ] && curl -sf -o /dev/null --data-urlencode "username=$developer" \
        --data-urlencode "password=$password" "$url/api/v1/auth/login"; then
        return
    fi
    password=$(aorta developer create "$developer" 2>/dev/null </dev/null) ||
        password=$(aorta developer password "$developer" 2>/dev/null </dev/null) ||
        die "no developer could be made; the log is $state/gateway.log"
    (umask 077 && printf '%s\n' "$password" >"$state/developer_password")
}

write_env() {
    database=$(aorta database url)
    case $database in
    *host=%2Ftmp%2Faorta-*) say "the path of $state is too long for a Unix socket: it is in /tmp ($database)" ;;
    esac
    (
        umask 077
        cat >"$state/run.env.new" <<END
AORTA_URL=$url
AORTA_API_KEY=$key
AORTA_DEVELOPER_EMAIL=$developer
AORTA_DEVELOPER_PASSWORD=$password
AORTA_SIMULATOR_URL=$sim
AORTA_DATABASE=$database
AORTA_PID=$gateway_pid
AORTA_SIMULATOR_PID=$sim_pid
AORTA_DATA_DIR=$state
END
    )
    mv "$state/run.env.new" "$state/run.env"
    [ "$state" = "$asked_state" ] || cp "$state/run.env" "$asked_state/run.env"
}

# running NAME WORDS: the process that run.env names so, if it lives and these words are in its command line.
running() {
    [ -r "$asked_state/run.env" ] || return 0
    named=$(sed -n "s/^$1=//p" "$asked_state/run.env")
    case $(tr '\0' ' ' 2>/dev/null <"/proc/${named:-none}/cmdline") in
    *"$2"*) echo "$named" ;;
    esac
}

running_pid() {
    running AORTA_PID "aorta serve"
}

# Who was killed hard may have left its simulator behind.
end_leftover() {
    end "$(running AORTA_SIMULATOR_PID aorta-simulator)" 10
}

ask_fresh() {
    [ -e "$asked_state/aorta.conf" ] || [ -e "$state/aorta.conf" ] || return 0
    printf 'Remove everything in %s? [y/N] ' "$state" >&2
    read -r answer || answer=
    case $answer in
    y | Y | yes) rm -rf "$state" && place_state ;;
    *) die "nothing was removed" ;;
    esac
}

say_hello() {
    cat <<END

  gateway    $url            logs: $state/gateway.log
  the API    $url/docs
  simulator  $sim            logs: $state/simulator.log
  API key    $key
  developer  $developer, password $password

  curl -H "X-Open-Wearables-API-Key: $key" "$url/api/v1/users"
  curl -H "X-Open-Wearables-API-Key: $key" "$url/api/v1/users/$walked_user/events/workouts?start_date=$(date -u -d '30 days ago' +%F)&end_date=$(date -u +%F)&limit=3"
  curl -H "X-Open-Wearables-API-Key: $key" "$url/api/v1/users/$walked_user/timeseries?start_time=$(date -u -d '1 day ago' +%FT%TZ)&end_time=$(date -u +%FT%TZ)&types=heart_rate&limit=5"

  To connect by hand, open the authorization_url of
  curl -H "X-Open-Wearables-API-Key: $key" "$url/api/v1/oauth/polar/authorize?user_id=$walked_user"

END
}

# ---- the commands ----

run_main() {
    detach='' fresh=''
    for option in "$@"; do
        case $option in
        --detach) detach=yes ;;
        --fresh) fresh=yes ;;
        *) die "run takes --detach and --fresh" ;;
        esac
    done
    [ -z "$(running_pid)" ] || die "it runs already on $asked_state (process $(running_pid)); ./dev stop ends it"
    need build run
    build release
    place_state
    [ -z "$fresh" ] || ask_fresh
    place_programs
    write_config
    end_leftover
    trap 'exit 130' INT TERM HUP
    trap stop_all EXIT

    start simulator "$bin/aorta-simulator" --port "$sim_port" --state "$state/simulator.state" \
        --garmin-webhook "$url/api/v1/providers/garmin/webhooks" --quiet
    sim_pid=$pid
    until_ready simulator "$sim_pid" 20
    start gateway "$bin/aorta" serve --config "$state/aorta.conf"
    gateway_pid=$pid
    until_ready gateway "$gateway_pid" 120
    make_key
    make_developer
    write_env
    walked_user=$(sh "$root/.ci/walk.sh" "$url" "$key" "$developer" "$password") ||
        die "the walk failed; the logs are $state/gateway.log and $state/simulator.log"
    say_hello
    if [ -n "$detach" ]; then
        say "serving in the background; ./dev stop ends it"
        trap - EXIT
        exit 0
    fi
    say "serving until Ctrl-C"
    status=0
    wait "$gateway_pid" || status=$?
    die "the gateway ended by itself (status $status); its log is $state/gateway.log"
}

stop_main() {
    gateway_pid=$(running_pid)
    [ -r "$asked_state/run.env" ] || die "nothing runs on $asked_state"
    state=$(sed -n 's/^AORTA_DATA_DIR=//p' "$asked_state/run.env")
    sim_pid=$(running AORTA_SIMULATOR_PID aorta-simulator)
    stop_all
    say "stopped"
}
