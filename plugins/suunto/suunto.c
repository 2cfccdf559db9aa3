/* The entry of the Suunto plugin: what it declares of itself, its settings, the tables of its operations.
 * Written to the Suunto Cloud API (API Zone). No request and no parsing happens here. */
#include "suunto.h"

#include <string.h>

/* ---- declarations ---- */

enum setting {
    SET_CLIENT_ID,
    SET_CLIENT_SECRET,
    SET_SUBSCRIPTION_KEY,
    SET_OAUTH_URL,
    SET_API_URL,
    SET_SCOPE,
    SET_PKCE,
    SET_WEBHOOK_SECRET,
    SET_PRODUCT,
    SET_COUNT
};

static const char *const products[] = {"production", "developer", NULL};

static const aorta_param settings[SET_COUNT] = {
    [SET_CLIENT_ID] = {.name = "client_id",
                       .title = "Client id",
                       .description = "OAuth client id of the application in API Zone.",
                       .type = AORTA_TYPE_STRING,
                       .flags = AORTA_PARAM_REQUIRED},
    [SET_CLIENT_SECRET] = {.name = "client_secret",
                           .title = "Client secret",
                           .description = "OAuth client secret of the application in API Zone.",
                           .type = AORTA_TYPE_STRING,
                           .flags = AORTA_PARAM_REQUIRED | AORTA_PARAM_SECRET},
    [SET_SUBSCRIPTION_KEY] = {.name = "subscription_key",
                              .title = "Subscription key",
                              .description = "Primary or secondary key of the subscribed API product.",
                              .type = AORTA_TYPE_STRING,
                              .flags = AORTA_PARAM_REQUIRED | AORTA_PARAM_SECRET},
    [SET_OAUTH_URL] = {.name = "oauth_url",
                       .title = "OAuth host",
                       .description = "Base URL of authorize, token and deauthorize.",
                       .type = AORTA_TYPE_URL,
                       .flags = AORTA_PARAM_ADVANCED,
                       .default_text = "https://cloudapi-oauth.suunto.com"},
    [SET_API_URL] = {.name = "api_url",
                     .title = "API host",
                     .description = "Base URL of workouts and 24/7 data.",
                     .type = AORTA_TYPE_URL,
                     .flags = AORTA_PARAM_ADVANCED,
                     .default_text = "https://cloudapi.suunto.com"},
    [SET_SCOPE] = {.name = "scope",
                   .title = "Scope",
                   .description = "OAuth scope asked for when the caller names none.",
                   .type = AORTA_TYPE_STRING,
                   .flags = AORTA_PARAM_ADVANCED,
                   .default_text = "workout"},
    [SET_PKCE] = {.name = "pkce",
                  .title = "PKCE",
                  .description = "Send an S256 code challenge. Suunto does not document it.",
                  .type = AORTA_TYPE_BOOL,
                  .flags = AORTA_PARAM_ADVANCED,
                  .default_text = "false"},
    [SET_WEBHOOK_SECRET] = {.name = "webhook_secret",
                            .title = "Notification secret",
                            .description = "Secret of the notifications in API Zone; without it none is "
                                           "accepted.",
                            .type = AORTA_TYPE_STRING,
                            .flags = AORTA_PARAM_SECRET},
    [SET_PRODUCT] = {.name = "product",
                     .title = "API product",
                     .description = "developer: keep to its 200 calls a week and fetch less history.",
                     .type = AORTA_TYPE_ENUM,
                     .flags = AORTA_PARAM_ADVANCED,
                     .default_text = "production",
                     .choices = products},
};

static const aorta_param sync_params[PARAM_COUNT] = {
    [PARAM_SINCE] = {.name = "since",
                     .title = "Since",
                     .description = "Workouts from here on, and 24/7 data of the 28 days from here on.",
                     .type = AORTA_TYPE_TIME,
                     .flags = AORTA_PARAM_REQUIRED,
                     .max_text = "now+5m",
                     .unit = "Unix seconds or ISO 8601",
                     .example = "1736899200",
                     .error_code = "suunto.since",
                     .error_text = "Missing required parameter: since (Unix seconds or ISO 8601, not in the "
                                   "future)"},
    [PARAM_LIMIT] = {.name = "limit",
                     .title = "Page size",
                     .description = "Workouts asked for in one call.",
                     .type = AORTA_TYPE_INT,
                     .default_text = "50",
                     .min_text = "1",
                     .max_text = "100",
                     .example = "50",
                     .error_code = "suunto.limit",
                     .error_text = "limit must be between 1 and 100"},
    [PARAM_OFFSET] = {.name = "offset",
                      .title = "Offset",
                      .description = "Workouts of the list to pass over.",
                      .type = AORTA_TYPE_INT,
                      .default_text = "0",
                      .min_text = "0",
                      .example = "0",
                      .error_code = "suunto.offset",
                      .error_text = "offset must not be negative"},
    [PARAM_BY_MODIFICATION] = {.name = "filter_by_modification_time",
                               .title = "Filter by modification time",
                               .description = "since means the time a workout was stored or edited, not its "
                                              "start: finds watches that sync late, and edits.",
                               .type = AORTA_TYPE_BOOL,
                               .default_text = "true",
                               .example = "true",
                               .error_code = "suunto.filter_by_modification_time",
                               .error_text = "filter_by_modification_time must be true or false"},
};

static const aorta_rate rates[] = {
    /* Not published; what users of the developer product are told. Its 10 calls a minute come back as 429
     * with Retry-After, the week's quota would be gone for days. */
    {.key = "developer", .scope = AORTA_RATE_APP, .requests = 200, .window_ms = 7 * DAY_MS},
};

static const char *const payload_kinds[] = {KIND_WORKOUTS, KIND_SLEEP, KIND_ACTIVITY, KIND_RECOVERY, KIND_DAILY, NULL};

static const aorta_coverage_decl coverage[] = {
    {"series", "heart_rate", "24/7 averages of 10 minutes; in workouts every second or so"},
    {"series", "heart_rate_variability_rmssd", "24/7"},
    {"series", "oxygen_saturation", "24/7, on watches that measure it"},
    {"series", "steps", "24/7 intervals of 10 minutes, and daily totals by watch"},
    {"series", "energy", "24/7 intervals of 10 minutes, and daily totals by watch"},
    {"series", "speed", "workouts"},
    {"series", "elevation", "workouts"},
    {"series", "cadence", "workouts; steps for runs and walks"},
    {"series", "power", "workouts"},
    {"series", "air_temperature", "workouts, at the watch"},
    {"series", "water_temperature", "swims and dives, at the watch"},
    {"series", "distance_walking_running", "workouts"},
    {"series", "distance_cycling", "workouts"},
    {"series", "distance_swimming", "workouts"},
    {"series", "distance_downhill_snow_sports", "workouts"},
    {"series", "distance_other", "workouts"},
    {"series", "vo2_max", "after workouts that give one"},
    {"workout", "type", NULL},
    {"workout", "type_original", NULL},
    {"workout", "moving_time_s", NULL},
    {"workout", "energy_kcal", NULL},
    {"workout", "distance_m", NULL},
    {"workout", "heart_rate_avg_bpm", NULL},
    {"workout", "heart_rate_max_bpm", NULL},
    {"workout", "heart_rate_min_bpm", "from the heart rate of the workout"},
    {"workout", "elevation_gain_m", NULL},
    {"workout", "elevation_loss_m", NULL},
    {"workout", "elevation_max_m", NULL},
    {"workout", "elevation_min_m", NULL},
    {"workout", "speed_avg_mps", NULL},
    {"workout", "speed_max_mps", NULL},
    {"workout", "cadence_avg_rpm", NULL},
    {"workout", "cadence_max_rpm", NULL},
    {"workout", "power_avg_w", NULL},
    {"workout", "power_max_w", NULL},
    {"workout", "steps", NULL},
    {"workout", "is_manual", NULL},
    {"workout", "training_load", "training stress score"},
    {"workout", "laps", "laps pressed by hand"},
    {"workout", "zones", "heart rate, speed, power"},
    {"workout", "route", NULL},
    {"sleep", "is_nap", NULL},
    {"sleep", "duration_s", NULL},
    {"sleep", "asleep_s", NULL},
    {"sleep", "in_bed_s", NULL},
    {"sleep", "awake_s", NULL},
    {"sleep", "light_s", "totals only: Suunto gives no stage timeline"},
    {"sleep", "deep_s", NULL},
    {"sleep", "rem_s", NULL},
    {"sleep", "latency_s", NULL},
    {"sleep", "efficiency_percent", NULL},
    {"sleep", "score", NULL},
    {"sleep", "heart_rate_avg_bpm", NULL},
    {"sleep", "heart_rate_min_bpm", NULL},
    {"sleep", "hrv_rmssd_avg_ms", NULL},
    {"sleep", "oxygen_saturation_max_percent", NULL},
    {"score", "recovery", "body resources, 0-100, with the stress state as qualifier"},
};

static const aorta_schedule_decl schedule = {
    .struct_size = sizeof(schedule),
    .poll_interval_s = 6 * 3600,
    .correction_window_s = 3 * 86400,
    /* the refresh token lives about half a year and rotates; monthly leaves room for outages */
    .token_keep_alive_s = 30 * 86400,
};

static const char *const http_hosts[] = {"@oauth_url", "@api_url", NULL};
static const char *const extensions[] = {AORTA_EXT_REFRESH, AORTA_EXT_REVOKE, AORTA_EXT_WEBHOOK, NULL};
static const char *const no_extensions[] = {NULL};

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .capabilities = AORTA_CAP_OAUTH | AORTA_CAP_PULL | AORTA_CAP_WEBHOOK_PUSH | AORTA_CAP_WEBHOOK_PING |
                    AORTA_CAP_WORKOUTS | AORTA_CAP_247,
    .id = "suunto",
    .name = "Suunto",
    .version = "0.1.0",
    .vendor = "Aorta",
    .license = "MIT",
    .homepage = "https://apizone.suunto.com",
    .description = "Workouts, sleep, activity and recovery from the Suunto Cloud API.",
    .settings = settings,
    .settings_count = AORTA_COUNT(settings),
    .settings_stride = sizeof(aorta_param),
    .sync_params = sync_params,
    .sync_params_count = AORTA_COUNT(sync_params),
    .sync_params_stride = sizeof(aorta_param),
    .sync_rules_stride = sizeof(aorta_rule),
    .rates = rates,
    .rates_count = AORTA_COUNT(rates),
    .rates_stride = sizeof(aorta_rate),
    .payload_kinds = payload_kinds,
    .metrics_stride = sizeof(aorta_metric_decl),
    .kinds_stride = sizeof(aorta_kind_decl),
    .coverage = coverage,
    .coverage_count = AORTA_COUNT(coverage),
    .coverage_stride = sizeof(aorta_coverage_decl),
    .schedule = &schedule,
    .http_hosts = http_hosts,
    .extensions = extensions,
    .required_host_extensions = no_extensions,
    .normalize_revision = 1,
};

/* ---- one instance ---- */

static const sdk_setting texts[] = {
    {SET_CLIENT_ID, 1, offsetof(struct suunto, client_id)},
    {SET_CLIENT_SECRET, 1, offsetof(struct suunto, client_secret)},
    {SET_SUBSCRIPTION_KEY, 1, offsetof(struct suunto, subscription_key)},
    {SET_OAUTH_URL, 1, offsetof(struct suunto, oauth_url)},
    {SET_API_URL, 1, offsetof(struct suunto, api_url)},
    {SET_SCOPE, 0, offsetof(struct suunto, scope)},
    {SET_WEBHOOK_SECRET, 0, offsetof(struct suunto, webhook_secret)},
};

static aorta_status suunto_init(aorta_ctx *ctx, const aorta_value *values, uint32_t count, void **self)
{
    if (count < SET_COUNT)
        return sdk_fail(ctx, AORTA_ERR_CONTRACT, "suunto.settings", "the gateway handed over %u of %u settings",
                        (unsigned)count, (unsigned)SET_COUNT);
    const sdk_setting *missing = sdk_setting_missing(texts, AORTA_COUNT(texts), values);
    if (missing)
        return sdk_fail_field(ctx, AORTA_ERR_CONFIG, "suunto.setting_missing", settings[missing->index].name,
                              "a required setting of suunto is empty");
    struct suunto *s = sdk_instance_new(sizeof(*s), texts, AORTA_COUNT(texts), values);
    if (!s)
        return AORTA_ERR_NOMEM;
    s->pkce = values[SET_PKCE].type == AORTA_TYPE_BOOL && values[SET_PKCE].u.i;
    s->developer = values[SET_PRODUCT].type == AORTA_TYPE_ENUM && sdk_str_eq(values[SET_PRODUCT].u.s, "developer");
    *self = s;
    return AORTA_OK;
}

/* ---- the tables ---- */

static const aorta_refresh_ext refresh_ext = {.struct_size = sizeof(refresh_ext), .refresh = suunto_refresh};
static const aorta_revoke_ext revoke_ext = {.struct_size = sizeof(revoke_ext), .revoke = suunto_revoke};
static const aorta_webhook_ext webhook_ext = {
    .struct_size = sizeof(webhook_ext), .verify = suunto_webhook_verify, .route = suunto_webhook_route};

static const void *suunto_get_extension(void *self, const char *id)
{
    (void)self;
    if (strcmp(id, AORTA_EXT_REFRESH) == 0)
        return &refresh_ext;
    if (strcmp(id, AORTA_EXT_REVOKE) == 0)
        return &revoke_ext;
    if (strcmp(id, AORTA_EXT_WEBHOOK) == 0)
        return &webhook_ext;
    return NULL;
}

static const aorta_ops ops = {
    .struct_size = sizeof(ops),
    .authorize = suunto_authorize,
    .callback = suunto_callback,
    .sync = suunto_sync,
    .normalize = suunto_normalize,
};

static const aorta_plugin plugin = {
    .magic = AORTA_MAGIC,
    .abi_major = AORTA_ABI_MAJOR,
    .abi_minor = AORTA_ABI_MINOR,
    .struct_size = sizeof(plugin),
    .min_host_minor = AORTA_ABI_MINOR,
    .desc = &descriptor,
    .ops = &ops,
    .init = suunto_init,
    .shutdown = sdk_instance_free,
    .get_extension = suunto_get_extension,
};

const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info)
{
    (void)info;
    return &plugin;
}
