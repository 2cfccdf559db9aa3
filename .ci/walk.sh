#!/bin/sh
# walk.sh URL KEY DEVELOPER PASSWORD: the main job once through the public API, as an application would do it. For each
# provider with a cloud: connect (authorize, the provider's consent, callback), sync, read workouts, sleep and heart rate.
# For each phone: a token for it by an application's secret, a push, reading. Prints what it did on standard error and the
# user's id on standard output.
set -eu

url=$1 key=$2 developer=$3 password=$4
from=$(date -u -d '60 days ago' +%F)
to=$(date -u -d '1 day' +%F)

say() {
    printf '%s\n' "$*" >&2
}

api() {
    method=$1 path=$2
    shift 2
    curl -sS -X "$method" -H "X-Open-Wearables-API-Key: $key" "$@" "$url$path"
}

encode() {
    printf %s "$1" | jq -sRr @uri
}

# The person approves at once: the simulator's consent page takes the decision as parameters.
connect() {
    page=$(api GET "/api/v1/oauth/$1/authorize?user_id=$user" | jq -er .authorization_url) || return 1
    callback=$(curl -sS -o /dev/null -w '%{redirect_url}' "$page&decision=approve&person=anna")
    [ -n "$callback" ] || return 1
    curl -sSf -o /dev/null "$callback"
}

connected() {
    api GET "/api/v1/users/$user/connections" |
        jq -e --arg p "$1" 'any(.[]; .provider == $p and .status == "active")' >/dev/null
}

# sync_parameters PROVIDER DAYS: what each provider wants to be told, as in the integration guide; so many days ago.
sync_parameters() {
    case $1 in
    garmin)
        end=$(($(date +%s) - $2 * 86400)) # one look at the clock: the range may span 24 hours and not a second more
        echo "summary_start_time=$((end - 86400))&summary_end_time=$end"
        ;;
    suunto) echo "since=$(date -u -d '7 days ago' +%s)" ;;
    esac
}

# sync PROVIDER DAYS. The answer comes with the result, or as 202 when it takes longer: then the run is looked at until it has ended.
sync() {
    answer=$(api POST "/api/v1/providers/$1/users/$user/sync?data_type=all&$(sync_parameters "$1" "$2")" --max-time 70)
    run=$(printf %s "$answer" | jq -r '.run_id // empty')
    tries=60
    while printf %s "$answer" | jq -e '.status | IN("queued", "running", "waiting")' >/dev/null && [ $tries -gt 0 ]; do
        sleep 0.5
        tries=$((tries - 1))
        answer=$(api GET "/api/v1/users/$user/sync/runs/$run")
    done
    printf %s "$answer"
}

# count PATH FILTER: rows of this provider in a page of the most rows.
count() {
    api GET "/api/v1/users/$user/$1" | jq -er --arg p "$2" '[.data[] | select(.source.provider == $p)] | length'
}

count_workouts() {
    count "events/workouts?start_date=$from&end_date=$to&limit=1000" "$1"
}

# A sync that succeeds, or the end.
sync_well() {
    answer=$(sync "$1" "$2")
    status=$(printf %s "$answer" | jq -r '.status // .detail')
    case $status in
    success | partial) return 0 ;;
    esac
    say "$1: the sync says: $status"
    exit 1
}

walk() {
    provider=$1
    if connected "$provider"; then
        how="was connected"
    elif connect "$provider"; then
        how="connected"
    else
        say "$provider: could not be connected"
        return 1
    fi
    sync_well "$provider" 0
    workouts=$(count_workouts "$provider")
    # Garmin gives 24 hours at a time: back, day by day, to a day with a workout.
    for days in 1 2 3 4 5 6; do
        [ "$provider" = garmin ] && [ "$workouts" = 0 ] || break
        sync_well "$provider" "$days"
        workouts=$(count_workouts "$provider")
    done
    say_counts "$how" sync
}

# say_counts HOW WAY: a line of what is there of the provider at hand.
say_counts() {
    workouts=$(count_workouts "$provider")
    sleep=$(count "events/sleep?start_date=$from&end_date=$to&limit=1000" "$provider")
    samples=$(count "timeseries?start_time=${from}T00:00:00Z&end_time=${to}T00:00:00Z&types=heart_rate&limit=100000" \
        "$provider")
    say "$(printf '  %-7s %-13s  %s %-8s workouts %3d   nights %3d   heart rate samples %6d' \
        "$provider" "$1" "$2" "$status" "$workouts" "$sleep" "$samples")"
}

# ---- phones ----

login() {
    curl -sS --data-urlencode "username=$developer" --data-urlencode "password=$password" "$url/api/v1/auth/login" |
        jq -er .access_token
}

bearer() {
    method=$1 path=$2 token=$3
    shift 3
    curl -sS -X "$method" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@" "$url$path"
}

phone_body() {
    jq -cn --arg kind "$1" --arg day "$(date -u -d '1 day ago' +%F)" --arg before "$(date -u -d '2 days ago' +%F)" \
        -f "$(dirname "$0")/phone.jq"
}

# phone PROVIDER PATH: by the token that an application got for this user.
phone() {
    provider=$1
    answer=$(phone_body "$provider" | gzip | bearer POST "/api/v1/sdk/users/$user/sync/$2" "$phone_token" \
        -H 'Content-Encoding: gzip' --data-binary @-)
    run=$(printf %s "$answer" | jq -r '.batch_id // empty')
    [ -n "$run" ] || {
        say "$provider: the push says: $(printf %s "$answer" | jq -r .detail)"
        exit 1
    }
    tries=120 status=queued
    while [ $tries -gt 0 ]; do
        status=$(api GET "/api/v1/users/$user/sync/runs/$run" | jq -r .status)
        case $status in queued | running) ;; *) break ;; esac
        sleep 0.25
        tries=$((tries - 1))
    done
    [ "$status" = success ] || {
        say "$provider: the push ends as $status"
        exit 1
    }
    say_counts pushed push
}

walk_phones() {
    token=$(login) || {
        say "the developer cannot log in"
        exit 1
    }
    application=$(bearer POST /api/v1/applications "$token" -d '{"name": "walk"}')
    app=$(printf %s "$application" | jq -er .app_id)
    phone_token=$(printf %s "$application" | jq -c '{app_id, app_secret}' |
        curl -sS -H 'Content-Type: application/json' -d @- "$url/api/v1/users/$user/token" | jq -er .access_token)
    phone apple apple/healthion
    phone samsung samsung
    bearer DELETE "/api/v1/applications/$app" "$token"
}

# ---- the walk ----

user=$(api POST /api/v1/users -H 'Content-Type: application/json' \
    -d '{"external_user_id": "walk-anna", "email": "anna@example.com", "first_name": "Anna"}' | jq -er .id) || {
    say "no user could be made"
    exit 1
}
say ""
say "user anna@example.com is $user"
for provider in polar suunto garmin; do
    walk "$provider"
done
walk_phones
echo "$user"
