/* The Samsung Health plugin: what it declares. Samsung has no cloud to ask: an app on the phone pushes, and ../phone
 * reads it. */
#include "phone.h"

static const char *const payload_kinds[] = {"samsung.sdk", "samsung.healthion", "samsung.legacy", NULL};

static const aorta_coverage_decl coverage[] = {
    {"series", "heart_rate", "the mean of a window that may last hours"},
    {"series", "resting_heart_rate", NULL},
    {"series", "heart_rate_variability_rmssd", "Health Connect"},
    {"series", "oxygen_saturation", NULL},
    {"series", "respiratory_rate", NULL},
    {"series", "blood_glucose", NULL},
    {"series", "blood_pressure_systolic", NULL},
    {"series", "blood_pressure_diastolic", NULL},
    {"series", "height", NULL},
    {"series", "weight", NULL},
    {"series", "body_fat_percentage", NULL},
    {"series", "body_fat_mass", NULL},
    {"series", "body_mass_index", NULL},
    {"series", "lean_body_mass", NULL},
    {"series", "skeletal_muscle_mass", NULL},
    {"series", "body_temperature", NULL},
    {"series", "skin_temperature", NULL},
    {"series", "vo2_max", NULL},
    {"series", "steps", "hourly, merged over phone and watch"},
    {"series", "energy", "hourly; of phones that cannot tell them apart, all energy"},
    {"series", "basal_energy", "the daily rate of a body composition, as the total of its day"},
    {"series", "flights_climbed", NULL},
    {"series", "hydration", NULL},
    {"series", "distance_walking_running", NULL},
    {"series", "power", NULL},
    {"series", "speed", NULL},
    {"series", "cadence", NULL},
    {"workout", "type", NULL},
    {"workout", "duration_s", NULL},
    {"workout", "energy_kcal", "all energy"},
    {"workout", "distance_m", NULL},
    {"workout", "heart_rate_min_bpm", NULL},
    {"workout", "heart_rate_avg_bpm", NULL},
    {"workout", "heart_rate_max_bpm", NULL},
    {"workout", "speed_avg_mps", NULL},
    {"workout", "speed_max_mps", NULL},
    {"workout", "elevation_gain_m", NULL},
    {"workout", "elevation_loss_m", NULL},
    {"workout", "name", "title"},
    {"workout", "elevation_max_m", NULL},
    {"workout", "elevation_min_m", NULL},
    {"workout", "cadence_avg_rpm", NULL},
    {"workout", "cadence_max_rpm", NULL},
    {"workout", "power_avg_w", NULL},
    {"workout", "power_max_w", NULL},
    {"workout", "is_manual", "Health Connect"},
    {"workout", "laps", NULL},
    {"workout", "route", NULL},
    {"sleep_stage", "stage", "an entry each; nights are made of them"},
    {"score", "sleep", "0-100"},
};

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .capabilities = AORTA_CAP_UPLOAD | AORTA_CAP_WORKOUTS | AORTA_CAP_247,
    .id = "samsung",
    .name = "Samsung Health",
    .version = "0.1.0",
    .vendor = "Aorta",
    .license = "MIT",
    .homepage = "https://www.samsung.com/samsung-health/",
    .description = "Workouts, sleep and measurements of Samsung Health, pushed by an app on the phone",
    .payload_kinds = payload_kinds,
    .coverage = coverage,
    .coverage_count = AORTA_COUNT(coverage),
    .coverage_stride = sizeof(coverage[0]),
    .normalize_revision = 1,
};

static const struct phone_provider provider = {
    .descriptor = &descriptor,
    .body_code = "samsung.body",
    .kind_code = "samsung.kind",
    .unsupported_code = "samsung.unsupported",
};

static aorta_status authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    (void)self;
    (void)req;
    return phone_unsupported(&provider, ctx, "authorize");
}

static aorta_status callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    (void)self;
    (void)req;
    return phone_unsupported(&provider, ctx, "come back from");
}

static aorta_status sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    (void)self;
    (void)req;
    return phone_unsupported(&provider, ctx, "fetch");
}

static aorta_status normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    (void)self;
    return phone_normalize(&provider, ctx, payload);
}

static aorta_status init(aorta_ctx *ctx, const aorta_value *values, uint32_t count, void **self)
{
    (void)ctx;
    (void)values;
    (void)count;
    *self = NULL; /* nothing is configured, nothing is kept */
    return AORTA_OK;
}

static void quit(void *self)
{
    (void)self;
}

static const void *get_extension(void *self, const char *id)
{
    (void)self;
    (void)id;
    return NULL;
}

static const aorta_ops ops = {
    .struct_size = sizeof(ops),
    .authorize = authorize,
    .callback = callback,
    .sync = sync,
    .normalize = normalize,
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
    .shutdown = quit,
    .get_extension = get_extension,
};

const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info)
{
    (void)info;
    return &plugin;
}
