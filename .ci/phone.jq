# What an app on a phone sends of the last two days: $kind apple or samsung, $day yesterday, $before the day before. The
# same all day long, so that a second push changes nothing.
def two: tostring | if length < 2 then "0" + . else . end;
def samsung: $kind == "samsung";

def source:
    if samsung then {appId: "com.sec.android.app.shealth", deviceName: "Galaxy Watch7", deviceModel: "SM-L310"}
    else {name: "Apple Watch", bundleIdentifier: "com.apple.health", productType: "Watch7,1"} end;

# The number of an item to its id, which has another name and form on each phone.
def named($n):
    if samsung then {id: "walk-\($day)-\($n)"}
    else {uuid: "00000000-0000-4000-8000-\($day | gsub("-"; ""))\(1000 + $n)"} end;

# A heart rate every half minute, while running.
def records:
    range(0; 120) | named(.) + {
        source: source, type: (if samsung then "HEART_RATE" else "HKQuantityTypeIdentifierHeartRate" end),
        startDate: "\($day)T09:\(. / 2 | floor | two):\(. % 2 * 30 | two)Z", unit: "bpm", value: (120 + . * 37 % 40)
    } | .endDate = .startDate;

# Three stages of one night.
def stages:
    ["\($before)T22:30:00Z", "\($before)T23:45:00Z", "\($day)T02:10:00Z", "\($day)T06:40:00Z"] as $cuts |
    range(0; 3) | named(200 + .) + {source: source, startDate: $cuts[.], endDate: $cuts[. + 1]} +
        if samsung then {stage: ["light", "deep", "rem"][.]}
        else {type: "HKCategoryTypeIdentifierSleepAnalysis", value: [3, 4, 5][.]} end;

def run:
    [{type: "duration", unit: "s", value: 3600}, {type: "distance", unit: "m", value: 9800},
        {type: "calories", unit: "kcal", value: 640}] as $values |
    named(300) + {source: source, startDate: "\($day)T09:00:00Z", endDate: "\($day)T10:00:00Z"} +
        if samsung then {type: "RUNNING", values: $values} else {type: "running", workoutStatistics: $values} end;

(if samsung then {provider: "samsung", sdkVersion: "0.11.0", syncTimestamp: "\($day)T20:00:00Z"} else {} end) +
    {data: {records: [records], sleep: [stages], workouts: [run]}}
