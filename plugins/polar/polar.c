/* The Polar plugin: what it declares and how it begins. AccessLink v3, pulled; the operations are in oauth.c
 * (the user's consent and registration), sync.c (fetching) and normalize.c (bytes to records). */
#include "polar.h"

#include <string.h>

/* ---- declarations ---- */

enum {
    SET_CLIENT_ID,
    SET_CLIENT_SECRET,
    SET_AUTHORIZE_URL,
    SET_TOKEN_URL,
    SET_API_URL,
    SET_SCOPE,
    SET_WORKOUT_SAMPLES,
    SET_WORKOUT_ZONES,
    SET_WORKOUT_ROUTE,
    SET_ACTIVITY_SAMPLES,
    SET_HISTORY_DAYS,
    SET_COUNT
};

static const aorta_param settings[SET_COUNT] = {
    [SET_CLIENT_ID] = {.name = "client_id",
                       .title = "Client id",
                       .description = "Of the application registered at admin.polaraccesslink.com.",
                       .type = AORTA_TYPE_STRING,
                       .flags = AORTA_PARAM_REQUIRED},
    [SET_CLIENT_SECRET] = {.name = "client_secret",
                           .title = "Client secret",
                           .description = "Of the same application.",
                           .type = AORTA_TYPE_STRING,
                           .flags = AORTA_PARAM_REQUIRED | AORTA_PARAM_SECRET},
    [SET_AUTHORIZE_URL] = {.name = "authorize_url",
                           .title = "Authorization URL",
                           .description = "Polar's consent page.",
                           .type = AORTA_TYPE_URL,
                           .flags = AORTA_PARAM_ADVANCED,
                           .default_text = "https://flow.polar.com/oauth2/authorization"},
    [SET_TOKEN_URL] = {.name = "token_url",
                       .title = "Token URL",
                       .description = "Where a code becomes a token.",
                       .type = AORTA_TYPE_URL,
                       .flags = AORTA_PARAM_ADVANCED,
                       .default_text = "https://polarremote.com/v2/oauth2/token"},
    [SET_API_URL] = {.name = "api_url",
                     .title = "API URL",
                     .description = "AccessLink, without /v3.",
                     .type = AORTA_TYPE_URL,
                     .flags = AORTA_PARAM_ADVANCED,
                     .default_text = "https://www.polaraccesslink.com"},
    [SET_SCOPE] = {.name = "scope",
                   .title = "Scope",
                   .description = "Asked for when the caller names none. Polar knows only this one.",
                   .type = AORTA_TYPE_STRING,
                   .flags = AORTA_PARAM_ADVANCED,
                   .default_text = "accesslink.read_all"},
    [SET_WORKOUT_SAMPLES] = {.name = "workout_samples",
                             .title = "Workout samples",
                             .description = "Fetch heart rate, speed and the other samples of every workout, also when "
                                            "a sync does not ask for them. One request a workout.",
                             .type = AORTA_TYPE_BOOL,
                             .default_text = "true"},
    [SET_WORKOUT_ZONES] = {.name = "workout_zones",
                           .title = "Workout zones",
                           .description = "Fetch the heart-rate zones of every workout.",
                           .type = AORTA_TYPE_BOOL,
                           .default_text = "true"},
    [SET_WORKOUT_ROUTE] = {.name = "workout_route",
                           .title = "Workout routes",
                           .description = "Fetch where every workout went.",
                           .type = AORTA_TYPE_BOOL,
                           .default_text = "false"},
    [SET_ACTIVITY_SAMPLES] = {.name = "activity_samples",
                              .title = "Activity samples",
                              .description = "Fetch the steps and activity zones within each day, not only its totals.",
                              .type = AORTA_TYPE_BOOL,
                              .default_text = "false"},
    [SET_HISTORY_DAYS] = {.name = "history_days",
                          .title = "History",
                          .description = "How far back a backfill asks for activities and heart rate. Polar gives only "
                                         "what reached Flow after the user was registered.",
                          .type = AORTA_TYPE_INT,
                          .flags = AORTA_PARAM_ADVANCED,
                          .default_text = "365",
                          .min_text = "1",
                          .max_text = "365",
                          .unit = "days"},
};

static const aorta_param sync_params[] = {
    [POLAR_PARAM_SAMPLES] = {.name = "samples",
                             .title = "Samples",
                             .description = "Fetch the samples of each workout.",
                             .type = AORTA_TYPE_BOOL,
                             .default_text = "false"},
    [POLAR_PARAM_ZONES] = {.name = "zones",
                           .title = "Zones",
                           .description = "Fetch the heart-rate zones of each workout.",
                           .type = AORTA_TYPE_BOOL,
                           .default_text = "false"},
    [POLAR_PARAM_ROUTE] = {.name = "route",
                           .title = "Route",
                           .description = "Fetch the route of each workout.",
                           .type = AORTA_TYPE_BOOL,
                           .default_text = "false"},
};

/* Polar's budget is one for the whole application and grows with its users (500 + 20 for each in 15 minutes),
 * which a constant cannot say; its 429 does. This one keeps a single connection from spending everybody's. */
static const aorta_rate rates[] = {
    {.key = "default", .scope = AORTA_RATE_CONNECTION, .requests = 200, .window_ms = 15 * 60 * 1000},
};

static const char *const payload_kinds[] = {
    POLAR_EXERCISES, POLAR_SLEEP, POLAR_RECHARGE, POLAR_HEART_RATE, POLAR_ACTIVITIES, POLAR_CARDIO, NULL};

static const aorta_coverage_decl coverage[] = {
    {"series", "heart_rate", "workouts, nights, and continuously through the day"},
    {"series", "heart_rate_variability_rmssd", "nights"},
    {"series", "respiratory_rate", "nights"},
    {"series", "speed", "workouts"},
    {"series", "cadence", "workouts"},
    {"series", "elevation", "workouts"},
    {"series", "power", "workouts"},
    {"series", "air_temperature", "workouts"},
    {"series", "steps", "daily totals; within the day with activity_samples"},
    {"series", "energy", "daily totals"},
    {"series", "basal_energy", "daily totals"},
    {"series", "distance_walking_running", "daily totals"},
    {"series", "active_time", "daily totals"},
    {"workout", "type", NULL},
    {"workout", "duration_s", NULL},
    {"workout", "energy_kcal", NULL},
    {"workout", "distance_m", NULL},
    {"workout", "heart_rate_avg_bpm", NULL},
    {"workout", "heart_rate_max_bpm", NULL},
    {"workout", "training_load", "cardio load"},
    {"workout", "zones", NULL},
    {"workout", "route", "on request"},
    {"sleep", "stages", NULL},
    {"sleep", "asleep_s", NULL},
    {"sleep", "awake_s", NULL},
    {"sleep", "light_s", NULL},
    {"sleep", "deep_s", NULL},
    {"sleep", "rem_s", NULL},
    {"sleep", "score", "1-100"},
    {"sleep", "heart_rate_avg_bpm", NULL},
    {"sleep", "heart_rate_min_bpm", NULL},
    {"score", "sleep", "1-100"},
    {"score", "recovery", "nightly recharge, 1-6"},
    {"score", "strain", "cardio load, open ended"},
    {"daily_summary", "steps", NULL},
    {"daily_summary", "distance_m", NULL},
    {"daily_summary", "energy_active_kcal", NULL},
    {"daily_summary", "energy_basal_kcal", NULL},
    {"daily_summary", "active_time_s", NULL},
    {"daily_summary", "intensity_moderate_s", "with activity_samples"},
    {"daily_summary", "intensity_vigorous_s", "with activity_samples"},
};

static const aorta_schedule_decl schedule = {
    .struct_size = sizeof(schedule),
    .poll_interval_s = 3600,
    .history_reach_s = 365 * POLAR_DAY_S,
    .correction_window_s = 28 * POLAR_DAY_S,
};

static const char *const http_hosts[] = {"@token_url", "@api_url", NULL};
static const char *const extensions[] = {AORTA_EXT_REVOKE, NULL};

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .capabilities = AORTA_CAP_OAUTH | AORTA_CAP_PULL | AORTA_CAP_WORKOUTS | AORTA_CAP_247,
    .id = "polar",
    .name = "Polar",
    .version = "0.1.0",
    .vendor = "Aorta",
    .license = "MIT",
    .homepage = "https://www.polar.com/accesslink-api/",
    .description = "Workouts, sleep, nightly recharge, heart rate, activity and cardio load from Polar AccessLink v3",
    .settings = settings,
    .settings_count = AORTA_COUNT(settings),
    .settings_stride = sizeof(settings[0]),
    .sync_params = sync_params,
    .sync_params_count = AORTA_COUNT(sync_params),
    .sync_params_stride = sizeof(sync_params[0]),
    .rates = rates,
    .rates_count = AORTA_COUNT(rates),
    .rates_stride = sizeof(rates[0]),
    .payload_kinds = payload_kinds,
    .coverage = coverage,
    .coverage_count = AORTA_COUNT(coverage),
    .coverage_stride = sizeof(coverage[0]),
    .schedule = &schedule,
    .http_hosts = http_hosts,
    .extensions = extensions,
    .normalize_revision = 1,
};

/* ---- life ---- */

static const sdk_setting texts[] = {
    {SET_CLIENT_ID, 1, offsetof(struct polar, client_id)},
    {SET_CLIENT_SECRET, 1, offsetof(struct polar, client_secret)},
    {SET_AUTHORIZE_URL, 1, offsetof(struct polar, authorize_url)},
    {SET_TOKEN_URL, 1, offsetof(struct polar, token_url)},
    {SET_API_URL, 1, offsetof(struct polar, api_url)},
    {SET_SCOPE, 1, offsetof(struct polar, scope)},
};

static int64_t number_setting(const aorta_value *v, int64_t otherwise)
{
    return v->type == AORTA_TYPE_BOOL || v->type == AORTA_TYPE_INT ? v->u.i : otherwise;
}

static aorta_status init(aorta_ctx *ctx, const aorta_value *values, uint32_t count, void **self)
{
    if (count < SET_COUNT)
        return sdk_fail(ctx, AORTA_ERR_CONFIG, "polar.settings", "the settings are not those of the descriptor");
    const sdk_setting *missing = sdk_setting_missing(texts, AORTA_COUNT(texts), values);
    if (missing)
        return sdk_fail(ctx, AORTA_ERR_CONFIG, "polar.settings", "the setting %s is missing",
                        settings[missing->index].name);
    struct polar *p = sdk_instance_new(sizeof(*p), texts, AORTA_COUNT(texts), values);
    if (!p)
        return AORTA_ERR_NOMEM;
    p->workout_samples = number_setting(&values[SET_WORKOUT_SAMPLES], 1) != 0;
    p->workout_zones = number_setting(&values[SET_WORKOUT_ZONES], 1) != 0;
    p->workout_route = number_setting(&values[SET_WORKOUT_ROUTE], 0) != 0;
    p->activity_samples = number_setting(&values[SET_ACTIVITY_SAMPLES], 0) != 0;
    p->history_days = (int)number_setting(&values[SET_HISTORY_DAYS], 365);
    *self = p;
    return AORTA_OK;
}

static const aorta_revoke_ext revoke_ext = {.struct_size = sizeof(revoke_ext), .revoke = polar_revoke};

/* No refresh: Polar's tokens do not end by themselves and there is nothing to refresh them with. */
static const void *get_extension(void *self, const char *id)
{
    (void)self;
    return id && strcmp(id, AORTA_EXT_REVOKE) == 0 ? &revoke_ext : NULL;
}

static const aorta_ops ops = {
    .struct_size = sizeof(ops),
    .authorize = polar_authorize,
    .callback = polar_callback,
    .sync = polar_sync,
    .normalize = polar_normalize,
};

static const aorta_plugin plugin = {
    .magic = AORTA_MAGIC,
    .abi_major = AORTA_ABI_MAJOR,
    .abi_minor = AORTA_ABI_MINOR,
    .struct_size = sizeof(plugin),
    .min_host_minor = AORTA_ABI_MINOR,
    .desc = &descriptor,
    .ops = &ops,
    .init = init,
    .shutdown = sdk_instance_free,
    .get_extension = get_extension,
};

const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info)
{
    (void)info;
    return &plugin;
}
