/* aorta/declare.h - what a plugin says of itself: constant, static data that the gateway reads without running it.
 *
 * From these tables come validation (422), documentation, OpenAPI, the egress allow-list and the configuration
 * check. Nothing here may need memory, files or the network. All pointers live until the process ends.
 */
#ifndef AORTA_DECLARE_H
#define AORTA_DECLARE_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- one setting (from the configuration) or one sync parameter (from the query of a sync request) ---- */

#define AORTA_PARAM_REQUIRED 0x1u
#define AORTA_PARAM_SECRET   0x2u /* never shown, never logged; settings only; has no default */
#define AORTA_PARAM_REPEATED 0x4u /* not yet accepted by any host */
#define AORTA_PARAM_ADVANCED 0x8u /* left out of short listings */

typedef struct aorta_param {
    const char *name;  /* [a-z][a-z0-9_]{0,31} */
    const char *title; /* short, for people */
    const char *description;
    uint32_t type; /* AORTA_TYPE_BOOL INT FLOAT STRING ENUM TIME DATE DURATION URL */
    uint32_t flags;
    /* Bounds as text, so that one form serves all types; NULL = none. INT/FLOAT: a number. DURATION: seconds.
     * TIME: ISO 8601, or "now", "now+5m", "now-28d" (units s m h d) evaluated when the request comes. */
    const char *default_text, *min_text, *max_text;
    const char *pattern; /* POSIX extended regular expression, STRING only */
    const char *unit;    /* for documentation */
    const char *example;
    const char *const *choices; /* ENUM: NULL-terminated list */
    uint32_t max_len;           /* STRING: bytes; 0 = 1024 */
    uint32_t reserved0;
    const char *error_code, *error_text; /* shown verbatim when this parameter is missing or out of bounds; or NULL */
} aorta_param;

/* ---- a rule across parameters ---- */

#define AORTA_RULE_ALL_OR_NONE 1u
#define AORTA_RULE_ORDERED     2u /* names[0] < names[1] */
#define AORTA_RULE_MAX_SPAN    3u /* names[1] - names[0] <= amount (TIME: microseconds) */

typedef struct aorta_rule {
    uint32_t kind;
    uint32_t reserved0;
    const char *const *names; /* NULL-terminated */
    int64_t amount;
    const char *error_code, *error_text;
} aorta_rule;

/* ---- a budget the provider grants ---- */

#define AORTA_RATE_APP        1u /* for all connections of this application together */
#define AORTA_RATE_CONNECTION 2u /* for each connection */

typedef struct aorta_rate {
    const char *key; /* named by aorta_http_req.rate_key; "default" for requests that name none */
    uint32_t scope;
    uint32_t requests;
    int64_t window_ms;
} aorta_rate;

/* ---- metrics and record kinds beyond the catalogue ---- */

#define AORTA_AGGREGATE_AVG  1u
#define AORTA_AGGREGATE_SUM  2u
#define AORTA_AGGREGATE_MAX  3u
#define AORTA_AGGREGATE_MIN  4u
#define AORTA_AGGREGATE_LAST 5u

typedef struct aorta_metric_decl {
    const char *name; /* "vendor.metric"; the part before the dot is the plugin's id */
    const char *unit;
    const char *description;
    uint32_t aggregation; /* AORTA_AGGREGATE_* */
    uint32_t reserved0;
} aorta_metric_decl;

typedef struct aorta_kind_decl {
    const char *name; /* "vendor.kind" */
    const char *description;
} aorta_kind_decl;

/* What arrives from this provider: one row for each metric or record field. */
typedef struct aorta_coverage_decl {
    const char *what;  /* "series" or a record kind */
    const char *name;  /* metric name, or field key */
    const char *notes; /* or NULL */
} aorta_coverage_decl;

/* How often and how far; seconds, 0 = not said. */
typedef struct aorta_schedule_decl {
    uint32_t struct_size;
    uint32_t flags;
    int64_t poll_interval_s;
    int64_t history_reach_s;     /* how far back the provider answers */
    int64_t correction_window_s; /* how long the provider goes on correcting what it sent */
    int64_t token_keep_alive_s;  /* refresh at least this often or the grant is lost */
} aorta_schedule_decl;

/* ---- capabilities ---- */

#define AORTA_CAP_OAUTH          0x1u   /* authorize and callback work */
#define AORTA_CAP_PULL           0x2u   /* sync works */
#define AORTA_CAP_WEBHOOK_PUSH   0x4u   /* the provider posts data */
#define AORTA_CAP_WEBHOOK_PING   0x8u   /* the provider posts a hint to fetch */
#define AORTA_CAP_UPLOAD         0x10u  /* a phone pushes */
#define AORTA_CAP_IMPORT         0x20u  /* files are imported */
#define AORTA_CAP_BACKFILL_ASYNC 0x40u  /* history is asked for now and delivered by webhook later */
#define AORTA_CAP_WORKOUTS       0x80u  /* data_type workouts has something to give */
#define AORTA_CAP_247            0x100u /* data_type 247 has something to give */

/* ---- descriptor flags ---- */

/* The plugin signs requests itself (OAuth 1.0a) and so gets the access token in aorta_connection during sync.
 * Without it the token is empty there, and AORTA_HTTP_AUTH makes the host attach it. */
#define AORTA_DESC_SIGNS_REQUESTS 0x1u

typedef struct aorta_descriptor {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t capabilities;
    const char *id; /* [a-z][a-z0-9_]{1,31}; equals the name in the configuration and in every route */
    const char *name, *version, *vendor, *license, *homepage, *description; /* version: semver */
    const aorta_param *settings;
    uint32_t settings_count, settings_stride; /* stride: sizeof(aorta_param) as compiled */
    const aorta_param *sync_params;
    uint32_t sync_params_count, sync_params_stride;
    const aorta_rule *sync_rules;
    uint32_t sync_rules_count, sync_rules_stride;
    const aorta_rate *rates;
    uint32_t rates_count, rates_stride;
    const char *const *payload_kinds; /* NULL-terminated: what normalize accepts, "<id>.<the provider's own name>" */
    const aorta_metric_decl *metrics;
    uint32_t metrics_count, metrics_stride;
    const aorta_kind_decl *kinds;
    uint32_t kinds_count, kinds_stride;
    const aorta_coverage_decl *coverage;
    uint32_t coverage_count, coverage_stride;
    const aorta_schedule_decl *schedule; /* or NULL */
    const char *const *http_hosts;       /* NULL-terminated egress allow-list; "@setting" = host of that URL setting */
    const char *const *extensions;       /* NULL-terminated: every id that get_extension answers */
    const char *const *required_host_extensions; /* NULL-terminated; unknown to the host = refused at load */
    uint32_t normalize_revision;                 /* raise it when normalize gives other records for the same bytes */
    uint32_t reserved0;
} aorta_descriptor;

#ifdef __cplusplus
}
#endif

#endif
