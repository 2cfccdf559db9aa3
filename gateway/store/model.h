/* store/model.h - what Aorta stores, as C structs. Nouns are the API's.
 *
 * Texts are NUL-terminated, in the arena of whoever asked; NULL = unknown. Instants are microseconds UTC.
 */
#ifndef GW_STORE_MODEL_H
#define GW_STORE_MODEL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

#define GW_NO_TIME   INT64_MIN /* an instant that is not known */
#define GW_NO_OFFSET INT32_MIN /* a local offset that is not known */

struct gw_user {
    struct gw_uuid id;
    int64_t created_us, updated_us;
    const char *email, *external_user_id, *first_name, *last_name;
    const char *time_zone;  /* IANA name */
    const char *birth_date; /* YYYY-MM-DD */
    const char *sex;        /* male female other */
    /* only from the list: the latest of its connections */
    int64_t last_synced_us; /* GW_NO_TIME = never */
    const char *last_synced_provider;
    bool has_active_connection;
};

/* status: active, revoked (user or provider ended it), reauthorize (needs its user) */
struct gw_connection {
    struct gw_uuid id, user_id;
    const char *provider, *provider_user_id, *provider_username, *status, *scope;
    const char *reason;       /* why it is not active */
    struct gw_str tokens;     /* sealed by link: access, refresh, type, extra */
    int64_t token_expires_us; /* GW_NO_TIME = does not expire */
    int64_t token_version;    /* raised by every stored refresh: compare before refreshing again */
    int64_t created_us, updated_us, last_synced_us;
    bool shared; /* other users have, or had, this account too */
};

struct gw_source {
    int32_t id; /* per user; 0 = not stored yet */
    struct gw_uuid connection_id;
    const char *provider, *account, *app, *app_id, *device_model, *device_name, *device_type, *software, *original;
};

/* Counts of one kind of data in a run. timeseries counts samples. */
struct gw_count {
    int64_t fetched, created, updated, unchanged, deleted, rejected;
};

struct gw_counts {
    struct gw_count workouts, sleep, timeseries, events;
    int64_t payloads, payloads_failed; /* failed: normalize could not read them */
};

/* What every record has. */
struct gw_record_head {
    struct gw_uuid id;
    const char *external_id; /* NULL: identity is source and start */
    int32_t source_id;       /* when read */
    uint32_t source;         /* when written: index into gw_commit.sources */
    int64_t start_us, end_us, version_us;
    int32_t offset_s; /* GW_NO_OFFSET */
    bool tentative, deleted;
    struct gw_uuid payload_id;
    uint8_t digest[16]; /* of everything else, for unchanged and for the last tie */
    const char *extra;  /* JSON object of fields without a column, or NULL */
};

/* Numbers are NaN when not known: a stored 0 is 0. */
struct gw_workout {
    struct gw_record_head head;
    const char *type, *type_original, *name;
    double duration_s, moving_time_s, energy_kcal, distance_m;
    double hr_avg, hr_max, hr_min;
    double elevation_gain_m, elevation_loss_m, elevation_max_m, elevation_min_m;
    double speed_avg_mps, speed_max_mps, cadence_avg_rpm, cadence_max_rpm, power_avg_w, power_max_w;
    double steps;
    int is_manual;                    /* -1 unknown */
    const char *laps, *zones, *route; /* JSON or NULL; not read by the list */
    struct gw_uuid duplicate_of;      /* nil = none */
};

/* What a list shows of a workout. Texts are borrowed from whoever gave it. */
struct gw_workout_item {
    struct gw_uuid id, duplicate_of;
    int32_t source_id, offset_s;
    int64_t start_us, end_us;
    const char *type, *name;
    double duration_s, moving_time_s, energy_kcal, distance_m, hr_avg, hr_max, elevation_gain_m;
};

struct gw_sleep {
    struct gw_record_head head;
    int is_nap; /* -1 unknown */
    double duration_s, asleep_s, in_bed_s, awake_s, light_s, deep_s, rem_s, latency_s;
    double efficiency_percent, score;
    const char *stages; /* JSON as in the record catalogue, or NULL */
};

/* Part of a night that comes in pieces. */
struct gw_sleep_stage {
    struct gw_record_head head;
    const char *stage;         /* in_bed awake sleeping light deep rem unknown */
    const char *parent;        /* the provider's id of the session it belongs to, or NULL */
    struct gw_uuid session_id; /* of the session made of it; nil = of none */
};

/* Any record without a table of its own; all fields are in head.extra. */
struct gw_event {
    struct gw_record_head head;
    const char *kind;
    double value; /* of a score, when written; else NaN */
};

/* Samples of one metric of one source on their way in, ascending in time, values finite. */
struct gw_series_in {
    uint16_t metric; /* number of the catalogue */
    bool daily_total, tentative, deleted;
    uint32_t source;  /* index into gw_commit.sources */
    int32_t offset_s; /* GW_NO_OFFSET */
    int64_t version_us;
    struct gw_uuid payload_id;
    size_t count;
    const int64_t *t_us, *dur_us; /* dur_us may be NULL */
    const double *v;
};

struct gw_payload {
    struct gw_uuid id;
    struct gw_uuid user_id, connection_id; /* connection nil for none */
    const char *provider, *account, *kind, *content_type, *external_id, *origin;
    struct gw_str data;
    int32_t offset_s; /* GW_NO_OFFSET */
    int64_t received_us;
    uint32_t normalize_revision; /* that last read it; 0 = not yet, or it failed */
    const char *error;           /* why normalize failed, or NULL */
};

#endif
