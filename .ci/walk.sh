#!/bin/sh
# walk.sh URL KEY: the main job once through the public API, as an application would do it. For each provider: connect
# (authorize, the provider's consent, callback), sync, read workouts, sleep and heart rate. Prints what it did on
# standard error and the user's id on standard output.
set -eu

url=$1 key=$2
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
    sleep=$(count "events/sleep?start_date=$from&end_date=$to&limit=1000" "$provider")
    samples=$(count "timeseries?start_time=${from}T00:00:00Z&end_time=${to}T00:00:00Z&types=heart_rate&limit=100000" \
        "$provider")
    say "$(printf '  %-7s %-13s  sync %-8s workouts %3d   nights %3d   heart rate samples %6d' \
        "$provider" "$how" "$status" "$workouts" "$sleep" "$samples")"
}

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
echo "$user"
