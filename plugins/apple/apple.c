/* The Apple Health plugin: what it declares. Apple has no cloud to ask: an app on the phone pushes, and ../phone reads
 * it; or a user exports everything into a file, which import.c reads. */
#include "import.h"

static const char *const payload_kinds[] = {"apple.sdk",         "apple.healthion", "apple.legacy",
                                            "apple.auto_export", APPLE_EXPORT,      NULL};

static const aorta_coverage_decl coverage[] = {
    {"series", "heart_rate", NULL},
    {"series", "resting_heart_rate", NULL},
    {"series", "heart_rate_variability_sdnn", "Apple measures SDNN, not RMSSD"},
    {"series", "heart_rate_recovery_one_minute", NULL},
    {"series", "walking_heart_rate_average", NULL},
    {"series", "oxygen_saturation", NULL},
    {"series", "respiratory_rate", NULL},
    {"series", "atrial_fibrillation_burden", NULL},
    {"series", "peripheral_perfusion_index", NULL},
    {"series", "forced_vital_capacity", NULL},
    {"series", "forced_expiratory_volume_1", NULL},
    {"series", "peak_expiratory_flow_rate", NULL},
    {"series", "sleeping_breathing_disturbances", NULL},
    {"series", "inhaler_usage", NULL},
    {"series", "blood_glucose", NULL},
    {"series", "blood_pressure_systolic", NULL},
    {"series", "blood_pressure_diastolic", NULL},
    {"series", "blood_alcohol_content", NULL},
    {"series", "insulin_delivery", NULL},
    {"series", "height", NULL},
    {"series", "weight", NULL},
    {"series", "body_fat_percentage", NULL},
    {"series", "body_mass_index", NULL},
    {"series", "lean_body_mass", NULL},
    {"series", "waist_circumference", NULL},
    {"series", "body_temperature", NULL},
    {"series", "skin_temperature", "wrist, asleep"},
    {"series", "electrodermal_activity", NULL},
    {"series", "vo2_max", NULL},
    {"series", "six_minute_walk_test_distance", NULL},
    {"series", "steps", NULL},
    {"series", "energy", "active energy"},
    {"series", "basal_energy", NULL},
    {"series", "flights_climbed", NULL},
    {"series", "stand_time", NULL},
    {"series", "exercise_time", NULL},
    {"series", "active_time", "the move ring of those who count no energy"},
    {"series", "physical_effort", NULL},
    {"series", "push_count", NULL},
    {"series", "number_of_times_fallen", NULL},
    {"series", "number_of_alcoholic_beverages", NULL},
    {"series", "nike_fuel", NULL},
    {"series", "hydration", "water drunk"},
    {"series", "distance_walking_running", NULL},
    {"series", "distance_cycling", NULL},
    {"series", "distance_swimming", NULL},
    {"series", "distance_downhill_snow_sports", NULL},
    {"series", "distance_other", "wheelchair, skis, paddles, oars, skates"},
    {"series", "walking_step_length", NULL},
    {"series", "walking_speed", NULL},
    {"series", "walking_double_support_percentage", NULL},
    {"series", "walking_asymmetry_percentage", NULL},
    {"series", "walking_steadiness", NULL},
    {"series", "stair_descent_speed", NULL},
    {"series", "stair_ascent_speed", NULL},
    {"series", "running_power", NULL},
    {"series", "running_speed", NULL},
    {"series", "running_vertical_oscillation", NULL},
    {"series", "running_ground_contact_time", NULL},
    {"series", "running_stride_length", NULL},
    {"series", "swimming_stroke_count", NULL},
    {"series", "underwater_depth", NULL},
    {"series", "cadence", NULL},
    {"series", "power", NULL},
    {"series", "speed", NULL},
    {"series", "workout_effort_score", NULL},
    {"series", "estimated_workout_effort_score", NULL},
    {"series", "environmental_audio_exposure", NULL},
    {"series", "headphone_audio_exposure", NULL},
    {"series", "environmental_sound_reduction", NULL},
    {"series", "time_in_daylight", NULL},
    {"series", "water_temperature", NULL},
    {"series", "uv_exposure", NULL},
    {"series", "average_met", "one value a workout"},
    {"series", "weather_temperature", "one value a workout"},
    {"series", "weather_humidity", "one value a workout"},
    {"workout", "type", NULL},
    {"workout", "duration_s", "pauses excluded"},
    {"workout", "energy_kcal", "active and basal together"},
    {"workout", "distance_m", NULL},
    {"workout", "heart_rate_min_bpm", NULL},
    {"workout", "heart_rate_avg_bpm", NULL},
    {"workout", "heart_rate_max_bpm", NULL},
    {"workout", "speed_avg_mps", NULL},
    {"workout", "speed_max_mps", NULL},
    {"workout", "elevation_gain_m", NULL},
    {"workout", "elevation_loss_m", NULL},
    {"workout", "power_avg_w", "running; cycling from an export"},
    {"workout", "power_max_w", "export"},
    {"workout", "cadence_avg_rpm", "cycling, export"},
    {"workout", "cadence_max_rpm", "cycling, export"},
    {"workout", "steps", NULL},
    {"workout", "is_manual", NULL},
    {"workout", "laps", "export"},
    {"workout", "route", "Health Auto Export"},
    {"sleep_stage", "stage", "a sample each; nights are made of them"},
    {"sleep", "asleep_s", "Health Auto Export"},
    {"sleep", "in_bed_s", "Health Auto Export"},
    {"daily_summary", "energy_active_kcal", "export"},
    {"daily_summary", "active_time_s", "export; the move ring of those who count no energy"},
};

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .capabilities = AORTA_CAP_UPLOAD | AORTA_CAP_IMPORT | AORTA_CAP_WORKOUTS | AORTA_CAP_247,
    .id = "apple",
    .name = "Apple Health",
    .version = "0.1.0",
    .vendor = "Aorta",
    .license = "MIT",
    .homepage = "https://www.apple.com/health/",
    .description =
        "Workouts, sleep and measurements of HealthKit, pushed by an app on the phone or imported from its export",
    .payload_kinds = payload_kinds,
    .coverage = coverage,
    .coverage_count = AORTA_COUNT(coverage),
    .coverage_stride = sizeof(coverage[0]),
    .normalize_revision = 1,
};

static const struct phone_provider provider = {
    .descriptor = &descriptor,
    .body_code = "apple.body",
    .kind_code = "apple.kind",
    .unsupported_code = "apple.unsupported",
    .uuids_in_capitals = 1,
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
    return sdk_str_eq(payload->kind, APPLE_EXPORT) ? apple_import(&provider, ctx, payload)
                                                   : phone_normalize(&provider, ctx, payload);
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
