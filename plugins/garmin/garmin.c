/* The Garmin plugin's front: what it declares, its settings, and the tables the gateway calls. The work is in
 * the other files; garmin.h says which does what. */
#include "garmin.h"

#include <string.h>

#define S_STRING AORTA_TYPE_STRING
#define S_INT    AORTA_TYPE_INT
#define S_URL    AORTA_TYPE_URL

/* ---- settings: in the order of enum setting ---- */

enum setting {
    CLIENT_ID,
    CLIENT_SECRET,
    OAUTH_VERSION,
    AUTHORIZE_URL,
    TOKEN_URL,
    API_URL,
    REQUEST_TOKEN_URL,
    AUTHORIZE_URL_1,
    ACCESS_TOKEN_URL,
    PULL_TOKEN,
    WEBHOOK_TOKEN,
    CLIENT_ID_CHECK,
    BACKFILL_WAIT,
    BACKFILL_SETTLE,
    HISTORY_DAYS,
    SUMMARY_TYPES,
    SETTINGS
};

static const aorta_param settings[SETTINGS] = {
    [CLIENT_ID] = {.name = "client_id",
                   .title = "Client id",
                   .description = "The app's client id (OAuth 1: consumer key) from Garmin's developer portal.",
                   .type = S_STRING,
                   .flags = AORTA_PARAM_REQUIRED,
                   .max_len = 256},
    [CLIENT_SECRET] = {.name = "client_secret",
                       .title = "Client secret",
                       .description = "The app's secret (OAuth 1: consumer secret).",
                       .type = S_STRING,
                       .flags = AORTA_PARAM_REQUIRED | AORTA_PARAM_SECRET,
                       .max_len = 512},
    [OAUTH_VERSION] = {.name = "oauth_version",
                       .title = "OAuth version",
                       .description = "2 for OAuth 2 with PKCE; 1 for OAuth 1.0a, which Garmin retires on 2026-12-31.",
                       .type = S_INT,
                       .default_text = "2",
                       .min_text = "1",
                       .max_text = "2"},
    [AUTHORIZE_URL] = {.name = "authorize_url",
                       .title = "Consent page",
                       .description = "Garmin's OAuth 2 consent page.",
                       .type = S_URL,
                       .flags = AORTA_PARAM_ADVANCED,
                       .default_text = "https://connect.garmin.com/oauth2Confirm"},
    [TOKEN_URL] = {.name = "token_url",
                   .title = "Token endpoint",
                   .description = "Garmin's OAuth 2 token endpoint.",
                   .type = S_URL,
                   .flags = AORTA_PARAM_ADVANCED,
                   .default_text = "https://diauth.garmin.com/di-oauth2-service/oauth/token"},
    [API_URL] = {.name = "api_url",
                 .title = "API",
                 .description = "Where /wellness-api is; links in pings are followed only to this host.",
                 .type = S_URL,
                 .flags = AORTA_PARAM_ADVANCED,
                 .default_text = "https://apis.garmin.com"},
    [REQUEST_TOKEN_URL] = {.name = "request_token_url",
                           .title = "OAuth 1 request token",
                           .description = "Used with oauth_version 1.",
                           .type = S_URL,
                           .flags = AORTA_PARAM_ADVANCED,
                           .default_text = "https://connectapi.garmin.com/oauth-service/oauth/request_token"},
    [AUTHORIZE_URL_1] = {.name = "authorize_url_1",
                         .title = "OAuth 1 consent page",
                         .description = "Used with oauth_version 1.",
                         .type = S_URL,
                         .flags = AORTA_PARAM_ADVANCED,
                         .default_text = "https://connect.garmin.com/oauthConfirm"},
    [ACCESS_TOKEN_URL] = {.name = "access_token_url",
                          .title = "OAuth 1 access token",
                          .description = "Used with oauth_version 1.",
                          .type = S_URL,
                          .flags = AORTA_PARAM_ADVANCED,
                          .default_text = "https://connectapi.garmin.com/oauth-service/oauth/access_token"},
    [PULL_TOKEN] = {.name = "pull_token",
                    .title = "Pull token",
                    .description =
                        "A pull token from Garmin's portal, for evaluation keys: with it data is also polled.",
                    .type = S_STRING,
                    .flags = AORTA_PARAM_SECRET,
                    .max_len = 2048},
    [WEBHOOK_TOKEN] = {.name = "webhook_token",
                       .title = "Webhook token",
                       .description = "When set, webhooks must carry it as the query parameter `token` of their URL.",
                       .type = S_STRING,
                       .flags = AORTA_PARAM_SECRET,
                       .max_len = 256},
    [CLIENT_ID_CHECK] = {.name = "webhook_client_id_check",
                         .title = "Check the client id",
                         .description = "Refuse webhooks whose garmin-client-id header names another client id.",
                         .type = AORTA_TYPE_BOOL,
                         .default_text = "true"},
    [BACKFILL_WAIT] = {.name = "backfill_wait_s",
                       .title = "Wait for history",
                       .description = "How long a sync waits for the history it asked for.",
                       .type = S_INT,
                       .default_text = "300",
                       .min_text = "1",
                       .max_text = "86400",
                       .unit = "s"},
    [BACKFILL_SETTLE] = {.name = "backfill_settle_s",
                         .title = "Wait for the rest",
                         .description = "After the first summary type came, how long the others are waited for.",
                         .type = S_INT,
                         .default_text = "5",
                         .min_text = "0",
                         .max_text = "3600",
                         .unit = "s"},
    [HISTORY_DAYS] = {.name = "history_days",
                      .title = "History",
                      .description = "How far back history is asked for when a user connects. Garmin may give less.",
                      .type = S_INT,
                      .default_text = "730",
                      .min_text = "1",
                      .max_text = "3650",
                      .unit = "days"},
    [SUMMARY_TYPES] = {.name = "summary_types",
                       .title = "Summary types",
                       .description =
                           "What a sync asks for, separated by commas; name those enabled in Garmin's portal.",
                       .type = S_STRING,
                       .default_text = "activities,manuallyUpdatedActivities,activityDetails,sleeps,dailies,epochs,hrv,"
                                       "stressDetails,pulseox,allDayRespiration,bodyComps,userMetrics,healthSnapshot,"
                                       "bloodPressures,skinTemp",
                       .max_len = 512},
};

/* ---- sync parameters ---- */

static const aorta_param sync_params[] = {
    {.name = "summary_start_time",
     .title = "Start",
     .description = "Beginning of the range, in the time of the data: ISO 8601 or Unix seconds.",
     .type = AORTA_TYPE_TIME,
     .flags = AORTA_PARAM_REQUIRED,
     .example = "2026-11-20T00:00:00Z",
     .error_code = "garmin.time_range.missing",
     .error_text = "Missing time range parameters"},
    {.name = "summary_end_time",
     .title = "End",
     .description = "End of the range, at most 24 hours after its beginning.",
     .type = AORTA_TYPE_TIME,
     .flags = AORTA_PARAM_REQUIRED,
     .example = "2026-11-20T23:59:59Z",
     .error_code = "garmin.time_range.missing",
     .error_text = "Missing time range parameters"},
};

static const char *const range_names[] = {"summary_start_time", "summary_end_time", NULL};

static const aorta_rule sync_rules[] = {
    {.kind = AORTA_RULE_ORDERED,
     .names = range_names,
     .error_code = "garmin.time_range.order",
     .error_text = "summary_end_time must be after summary_start_time"},
    {.kind = AORTA_RULE_MAX_SPAN,
     .names = range_names,
     .amount = S_PER_DAY * US_PER_S,
     .error_code = "garmin.time_range.span",
     .error_text = "The range from summary_start_time to summary_end_time may span at most 24 hours"},
};

/* ---- what else there is to declare ---- */

/* A production key may ask for 10,000 days of data a minute; for less, Garmin's own 429 speaks. */
static const aorta_rate rates[] = {{"backfill", AORTA_RATE_APP, 10000, 60000}};

static const aorta_metric_decl metrics[] = {
    {"garmin.hrv_night_average", "ms", "Average of the night's five-minute RMSSD values", AORTA_AGGREGATE_AVG, 0},
    {"garmin.hrv_night_high", "ms", "Highest five-minute RMSSD value of the night", AORTA_AGGREGATE_MAX, 0},
    {"garmin.vo2_max_cycling", "ml_kg_min", "VO2 max from rides", AORTA_AGGREGATE_AVG, 0},
    {"garmin.body_water", "percent", "Share of water in the body", AORTA_AGGREGATE_AVG, 0},
    {"garmin.bone_mass", "kg", "Bone mass", AORTA_AGGREGATE_AVG, 0},
};

static const aorta_kind_decl kinds[] = {
    {"garmin.move_iq", "An activity that the watch noticed by itself; it may overlap recorded workouts"},
    {"garmin.body_battery_event", "Something that charged or drained the body battery"},
    {"garmin.menstrual_cycle", "The state of a menstrual cycle or pregnancy on one day"},
};

static const aorta_coverage_decl coverage[] = {
    {"series", "heart_rate", "every 15 s from dailies; from activity details, health snapshots, blood pressures"},
    {"series", "resting_heart_rate", "one a day"},
    {"series", "heart_rate_variability_rmssd", "every 5 minutes at night; health snapshots"},
    {"series", "heart_rate_variability_sdnn", "health snapshots"},
    {"series", "oxygen_saturation", NULL},
    {"series", "respiratory_rate", NULL},
    {"series", "blood_pressure_systolic", NULL},
    {"series", "blood_pressure_diastolic", NULL},
    {"series", "blood_glucose", "entered during a pregnancy"},
    {"series", "weight", NULL},
    {"series", "body_fat_percentage", NULL},
    {"series", "body_mass_index", NULL},
    {"series", "skeletal_muscle_mass", NULL},
    {"series", "skin_temperature_deviation", "one a night, from the user's own baseline"},
    {"series", "vo2_max", "one a day"},
    {"series", "steps", "daily totals; every 15 minutes from epochs"},
    {"series", "energy", "active energy: daily totals; every 15 minutes from epochs"},
    {"series", "basal_energy", "daily totals"},
    {"series", "distance_walking_running", "daily totals; every 15 minutes from epochs"},
    {"series", "flights_climbed", "daily totals"},
    {"series", "active_time", "daily totals"},
    {"series", "exercise_time", "daily totals; moderate and vigorous minutes, each once"},
    {"series", "push_count", "wheelchair: daily totals; every 15 minutes from epochs"},
    {"series", "speed", "activity details"},
    {"series", "power", "activity details"},
    {"series", "cadence", "activity details"},
    {"series", "elevation", "activity details"},
    {"series", "latitude", "activity details"},
    {"series", "longitude", "activity details"},
    {"series", "air_temperature", "activity details"},
    {"series", "garmin_stress_level", "every 3 minutes"},
    {"series", "garmin_body_battery", "every 3 minutes"},
    {"series", "garmin_fitness_age", NULL},
    {"series", "garmin.hrv_night_average", NULL},
    {"series", "garmin.hrv_night_high", NULL},
    {"series", "garmin.vo2_max_cycling", NULL},
    {"series", "garmin.body_water", NULL},
    {"series", "garmin.bone_mass", NULL},
    {"workout", "type", NULL},
    {"workout", "name", NULL},
    {"workout", "duration_s", NULL},
    {"workout", "distance_m", NULL},
    {"workout", "energy_kcal", "includes the basal part"},
    {"workout", "heart_rate_avg_bpm", NULL},
    {"workout", "heart_rate_max_bpm", NULL},
    {"workout", "speed_avg_mps", NULL},
    {"workout", "speed_max_mps", NULL},
    {"workout", "cadence_avg_rpm", NULL},
    {"workout", "cadence_max_rpm", NULL},
    {"workout", "elevation_gain_m", NULL},
    {"workout", "elevation_loss_m", NULL},
    {"workout", "steps", NULL},
    {"workout", "is_manual", NULL},
    {"workout", "laps", "activity details"},
    {"workout", "route", "activity details"},
    {"sleep", "is_nap", NULL},
    {"sleep", "asleep_s", NULL},
    {"sleep", "awake_s", NULL},
    {"sleep", "light_s", NULL},
    {"sleep", "deep_s", NULL},
    {"sleep", "rem_s", NULL},
    {"sleep", "score", NULL},
    {"sleep", "stages", NULL},
    {"score", "sleep", NULL},
    {"score", "stress", "one a day"},
    {"daily_summary", "steps", NULL},
    {"garmin.move_iq", "type", NULL},
    {"garmin.body_battery_event", "impact", NULL},
    {"garmin.menstrual_cycle", "phase", NULL},
    {"garmin.menstrual_cycle", "phase_number", NULL},
    {"garmin.menstrual_cycle", "day_in_cycle", NULL},
    {"garmin.menstrual_cycle", "cycle_length_days", NULL},
    {"garmin.menstrual_cycle", "predicted_cycle_length_days", NULL},
    {"garmin.menstrual_cycle", "is_predicted", NULL},
    {"garmin.menstrual_cycle", "period_start_date", NULL},
    {"garmin.menstrual_cycle", "period_length_days", NULL},
    {"garmin.menstrual_cycle", "phase_length_days", NULL},
    {"garmin.menstrual_cycle", "days_until_next_phase", NULL},
    {"garmin.menstrual_cycle", "fertile_window_start", NULL},
    {"garmin.menstrual_cycle", "fertile_window_length_days", NULL},
    {"garmin.menstrual_cycle", "has_specified_cycle_length", NULL},
    {"garmin.menstrual_cycle", "has_specified_period_length", NULL},
    {"garmin.menstrual_cycle", "pregnancy", NULL},
};

static const aorta_schedule_decl schedule = {
    .struct_size = sizeof(schedule),
    .history_reach_s = 730 * S_PER_DAY, /* Garmin says less to most apps; a request too far back says where it begins */
    .correction_window_s = 7 * S_PER_DAY, /* undelivered notifications are kept as long */
    .token_keep_alive_s = 30 * S_PER_DAY, /* a refresh token dies after 90 days without use */
};

static const char *const http_hosts[] = {"@api_url", "@token_url", "@request_token_url", "@access_token_url", NULL};
static const char *const extensions[] = {AORTA_EXT_WEBHOOK, AORTA_EXT_REFRESH, AORTA_EXT_REVOKE, NULL};
static const char *const no_host_extensions[] = {NULL};

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .flags = AORTA_DESC_SIGNS_REQUESTS,
    .capabilities = AORTA_CAP_OAUTH | AORTA_CAP_PULL | AORTA_CAP_WEBHOOK_PUSH | AORTA_CAP_WEBHOOK_PING |
                    AORTA_CAP_BACKFILL_ASYNC | AORTA_CAP_WORKOUTS | AORTA_CAP_247,
    .id = "garmin",
    .name = "Garmin",
    .version = "0.1.0",
    .vendor = "Aorta",
    .license = "MIT",
    .homepage = "https://developer.garmin.com/gc-developer-program/",
    .description = "Garmin Connect: Health API, Activity API and Women's Health API",
    .settings = settings,
    .settings_count = SETTINGS,
    .settings_stride = sizeof(aorta_param),
    .sync_params = sync_params,
    .sync_params_count = AORTA_COUNT(sync_params),
    .sync_params_stride = sizeof(aorta_param),
    .sync_rules = sync_rules,
    .sync_rules_count = AORTA_COUNT(sync_rules),
    .sync_rules_stride = sizeof(aorta_rule),
    .rates = rates,
    .rates_count = AORTA_COUNT(rates),
    .rates_stride = sizeof(aorta_rate),
    .payload_kinds = garmin_kinds,
    .metrics = metrics,
    .metrics_count = AORTA_COUNT(metrics),
    .metrics_stride = sizeof(aorta_metric_decl),
    .kinds = kinds,
    .kinds_count = AORTA_COUNT(kinds),
    .kinds_stride = sizeof(aorta_kind_decl),
    .coverage = coverage,
    .coverage_count = AORTA_COUNT(coverage),
    .coverage_stride = sizeof(aorta_coverage_decl),
    .schedule = &schedule,
    .http_hosts = http_hosts,
    .extensions = extensions,
    .required_host_extensions = no_host_extensions,
    .normalize_revision = 1,
};

/* ---- life ---- */

static const sdk_setting texts[] = {
    {CLIENT_ID, 1, offsetof(struct garmin, client_id)},
    {CLIENT_SECRET, 1, offsetof(struct garmin, client_secret)},
    {AUTHORIZE_URL, 0, offsetof(struct garmin, authorize_url)},
    {TOKEN_URL, 0, offsetof(struct garmin, token_url)},
    {API_URL, 0, offsetof(struct garmin, api_url)},
    {REQUEST_TOKEN_URL, 0, offsetof(struct garmin, request_token_url)},
    {AUTHORIZE_URL_1, 0, offsetof(struct garmin, authorize_url_1)},
    {ACCESS_TOKEN_URL, 0, offsetof(struct garmin, access_token_url)},
    {PULL_TOKEN, 0, offsetof(struct garmin, pull_token)},
    {WEBHOOK_TOKEN, 0, offsetof(struct garmin, webhook_token)},
};

static aorta_status check(aorta_ctx *ctx, const aorta_value *values, uint32_t count, uint32_t *ret_wanted)
{
    aorta_str bad = {NULL, 0};
    if (count < SETTINGS)
        return sdk_fail(ctx, AORTA_ERR_CONFIG, "garmin.setting", "the gateway gave fewer settings than were declared");
    const sdk_setting *missing = sdk_setting_missing(texts, AORTA_COUNT(texts), values);
    if (missing)
        return sdk_fail_field(ctx, AORTA_ERR_CONFIG, "garmin.setting", settings[missing->index].name, "%s is missing",
                              settings[missing->index].name);
    const aorta_value *types = &values[SUMMARY_TYPES];
    *ret_wanted = types->type == AORTA_TYPE_STRING ? garmin_types_parse(types->u.s, &bad) : 0;
    if (bad.len)
        return sdk_fail_field(ctx, AORTA_ERR_CONFIG, "garmin.setting", "summary_types",
                              "summary_types names \"%.*s\", which Garmin does not have",
                              (int)(bad.len < 64 ? bad.len : 64), bad.ptr);
    return AORTA_OK;
}

static aorta_status init(aorta_ctx *ctx, const aorta_value *values, uint32_t count, void **self)
{
    uint32_t wanted;
    aorta_status st = check(ctx, values, count, &wanted);
    if (st != AORTA_OK)
        return st;
    struct garmin *g = sdk_instance_new(sizeof(*g), texts, AORTA_COUNT(texts), values);
    if (!g)
        return AORTA_ERR_NOMEM;
    g->oauth_version = values[OAUTH_VERSION].u.i;
    g->client_id_check = values[CLIENT_ID_CHECK].u.i;
    g->backfill_wait_s = values[BACKFILL_WAIT].u.i;
    g->backfill_settle_s = values[BACKFILL_SETTLE].u.i;
    g->history_days = values[HISTORY_DAYS].u.i;
    g->wanted = wanted;
    *self = g;
    return AORTA_OK;
}

static const void *get_extension(void *self, const char *id)
{
    (void)self;
    if (strcmp(id, AORTA_EXT_WEBHOOK) == 0)
        return &garmin_webhook;
    if (strcmp(id, AORTA_EXT_REFRESH) == 0)
        return &garmin_refresh;
    if (strcmp(id, AORTA_EXT_REVOKE) == 0)
        return &garmin_revoke;
    return NULL;
}

/* ---- the vtable ---- */

static aorta_status authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    const struct garmin *g = self;
    return g->oauth_version == 1 ? garmin_oauth1_authorize(g, ctx, req) : garmin_oauth2_authorize(g, ctx, req);
}

/* What came back tells which version the flow was begun with; the setting may have changed since. */
static aorta_status callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    const struct garmin *g = self;
    int first = sdk_pair(req->query, req->query_count, "oauth_token").len > 0 ||
                (g->oauth_version == 1 && !sdk_pair(req->query, req->query_count, "code").len);
    return first ? garmin_oauth1_callback(g, ctx, req) : garmin_oauth2_callback(g, ctx, req);
}

static const aorta_ops ops = {.struct_size = sizeof(ops),
                              .authorize = authorize,
                              .callback = callback,
                              .sync = garmin_sync,
                              .normalize = garmin_normalize};

static const aorta_plugin plugin = {.magic = AORTA_MAGIC,
                                    .abi_major = AORTA_ABI_MAJOR,
                                    .abi_minor = AORTA_ABI_MINOR,
                                    .struct_size = sizeof(plugin),
                                    .min_host_minor = AORTA_ABI_MINOR,
                                    .desc = &descriptor,
                                    .ops = &ops,
                                    .init = init,
                                    .shutdown = sdk_instance_free,
                                    .get_extension = get_extension};

const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info)
{
    (void)info;
    return &plugin;
}
