/* dailies: one a local day, sent again each time the watch syncs, so a day grows. Totals are flagged as such;
 * heart rate comes every 15 seconds; the day as a whole is a daily_summary and, with enough data, a stress
 * score. */
#include "normalize.h"

#include <math.h>

#define DAY_S       86400
#define SHORT_DAY_S 82800 /* the clocks go forward; a day of exactly this length is over too */

struct total {
    const char *metric, *from;
    double factor;
};

static const struct total totals[] = {
    {"steps", "steps", 1},
    {"push_count", "pushes", 1},
    {"distance_walking_running", "distanceInMeters", 1},
    {"energy", "activeKilocalories", 1},
    {"basal_energy", "bmrKilocalories", 1},
    {"flights_climbed", "floorsClimbed", 1},
    {"active_time", "activeTimeInSeconds", 1.0 / 60},
};

static const struct garmin_field summary_fields[] = {
    {"steps", "steps", 1, 0, 1},
    {"distance_m", "distanceInMeters", 1, 0, 0},
    {"energy_active_kcal", "activeKilocalories", 1, 0, 0},
    {"energy_basal_kcal", "bmrKilocalories", 1, 0, 0},
    {"floors_climbed", "floorsClimbed", 1, 0, 1},
    {"active_time_s", "activeTimeInSeconds", 1, 0, 0},
    {"intensity_moderate_s", "moderateIntensityDurationInSeconds", 1, 0, 0},
    {"intensity_vigorous_s", "vigorousIntensityDurationInSeconds", 1, 0, 0},
    {"heart_rate_min_bpm", "minHeartRateInBeatsPerMinute", 1, 1, 0},
    {"heart_rate_max_bpm", "maxHeartRateInBeatsPerMinute", 1, 1, 0},
    {"heart_rate_resting_bpm", "restingHeartRateInBeatsPerMinute", 1, 1, 0},
    {"stress_max", "maxStressLevel", 1, 1, 0},
    /* not in the catalogue; averageHeartRateInBeatsPerMinute is left out, as it is a mean over seven days */
    {"pushes", "pushes", 1, 0, 1},
    {"push_distance_m", "pushDistanceInMeters", 1, 0, 0},
    {"body_battery_charged", "bodyBatteryChargedValue", 1, 0, 0},
    {"body_battery_drained", "bodyBatteryDrainedValue", 1, 0, 0},
    {"steps_goal", "stepsGoal", 1, 0, 1},
    {"floors_climbed_goal", "floorsClimbedGoal", 1, 0, 1},
};

static const struct garmin_field stress_parts[] = {
    {"max", "maxStressLevel", 1, 1, 0},
    {"stress_s", "stressDurationInSeconds", 1, 0, 0},
    {"rest_s", "restStressDurationInSeconds", 1, 0, 0},
    {"activity_s", "activityStressDurationInSeconds", 1, 0, 0},
    {"low_s", "lowStressDurationInSeconds", 1, 0, 0},
    {"medium_s", "mediumStressDurationInSeconds", 1, 0, 0},
    {"high_s", "highStressDurationInSeconds", 1, 0, 0},
};

/* The day is not over yet. */
static int growing(const struct garmin_item *it)
{
    return it->duration_s < DAY_S && it->duration_s != SHORT_DAY_S;
}

static double average_stress(sdk_json day)
{
    double v = garmin_number(day, "averageStressLevel");
    return isnan(v) ? garmin_number(day, "averageStresslevel") : v; /* both spellings occur */
}

static aorta_status emit_totals(struct garmin_batch *b, const struct garmin_item *it, uint32_t tentative)
{
    struct garmin_run run = {
        .low = 0, .high = 1e9, .flags = AORTA_SERIES_DAILY_TOTAL | tentative, .version_us = garmin_covered_us(it)};
    aorta_status st = AORTA_OK;
    for (size_t i = 0; i < AORTA_COUNT(totals) && st == AORTA_OK; i++) {
        run.metric = totals[i].metric;
        run.factor = totals[i].factor;
        st = garmin_emit_value(b, it, garmin_number(it->json, totals[i].from), &run);
    }
    /* Garmin's own goal counts vigorous minutes twice; here a minute is a minute */
    double moderate = garmin_number(it->json, "moderateIntensityDurationInSeconds");
    double vigorous = garmin_number(it->json, "vigorousIntensityDurationInSeconds");
    if (st != AORTA_OK || (isnan(moderate) && isnan(vigorous)))
        return st;
    run.metric = "exercise_time";
    run.factor = 1.0 / 60;
    return garmin_emit_value(b, it, (isnan(moderate) ? 0 : moderate) + (isnan(vigorous) ? 0 : vigorous), &run);
}

static aorta_status emit_heart_rate(struct garmin_batch *b, const struct garmin_item *it, uint32_t tentative)
{
    struct garmin_run run = {.metric = "heart_rate", .low = 1, .high = 300, .version_us = garmin_covered_us(it)};
    aorta_status st = garmin_emit_map(b, it, sdk_json_get(it->json, "timeOffsetHeartRateSamples"), &run);
    if (st != AORTA_OK)
        return st;
    run.metric = "resting_heart_rate";
    run.flags = tentative;
    return garmin_emit_value(b, it, garmin_number(it->json, "restingHeartRateInBeatsPerMinute"), &run);
}

/* calendarDate, or the local date of the start. */
static void add_date(const struct garmin_item *it, sdk_fields *f)
{
    int64_t days;
    if (garmin_date(sdk_json_get(it->json, "calendarDate"), &days) != 0) {
        if (!it->has_offset)
            return;
        days = (it->start_us / US_PER_S + it->offset_s) / S_PER_DAY;
    }
    if (f->count == SDK_FIELDS_MAX)
        return;
    f->field[f->count++] = (aorta_field){AORTA_S("date"), {.type = AORTA_TYPE_DATE, .u.i = days}};
}

static aorta_status emit_summary(struct garmin_batch *b, const struct garmin_item *it, uint32_t tentative)
{
    sdk_fields f = {.count = 0};
    aorta_record r = garmin_record(it, "daily_summary");
    add_date(it, &f);
    garmin_add_fields(&f, it->json, summary_fields, AORTA_COUNT(summary_fields));
    double stress = average_stress(it->json);
    if (stress >= 1)
        sdk_add_float(&f, "stress_avg", stress);
    r.version_us = garmin_covered_us(it);
    r.end_us = r.version_us > r.start_us ? r.version_us : r.start_us;
    r.flags |= tentative;
    return sdk_emit_record(b->ctx, &r, &f);
}

static aorta_status emit_stress_score(struct garmin_batch *b, const struct garmin_item *it, uint32_t tentative)
{
    sdk_fields f = {.count = 0};
    sdk_text parts = {.ctx = b->ctx};
    double stress = average_stress(it->json);
    if (!(stress >= 1)) /* -1: not enough data */
        return AORTA_OK;
    for (size_t i = 0; i < AORTA_COUNT(stress_parts); i++) {
        double v = garmin_number(it->json, stress_parts[i].from);
        if (v >= stress_parts[i].min && v < 1e9)
            sdk_text_addf(&parts, "%s\"%s\":%lld", parts.len ? "," : "{", stress_parts[i].key, (long long)llround(v));
    }
    if (parts.len)
        sdk_text_add(&parts, AORTA_S("}"));
    aorta_record r = garmin_record(it, "score");
    if (parts.failed || garmin_id_with(b, it->id, "stress", &r.external_id) != AORTA_OK)
        return AORTA_ERR_NOMEM;
    sdk_add_enum(&f, "category", "stress");
    sdk_add_float(&f, "value", stress);
    sdk_add_str(&f, "qualifier", sdk_json_str(sdk_json_get(it->json, "stressQualifier")));
    sdk_add_json(&f, "components", sdk_text_str(&parts));
    r.parent_external_id = it->id;
    r.version_us = garmin_covered_us(it);
    r.end_us = r.version_us > r.start_us ? r.version_us : r.start_us;
    r.flags |= tentative;
    return sdk_emit_record(b->ctx, &r, &f);
}

static aorta_status daily(struct garmin_batch *b, sdk_json json)
{
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    if (st != AORTA_OK)
        return st;
    int unfinished = growing(&it);
    st = emit_totals(b, &it, unfinished ? AORTA_SERIES_TENTATIVE : 0);
    if (st == AORTA_OK)
        st = emit_heart_rate(b, &it, unfinished ? AORTA_SERIES_TENTATIVE : 0);
    if (st == AORTA_OK)
        st = emit_summary(b, &it, unfinished ? AORTA_RECORD_TENTATIVE : 0);
    if (st == AORTA_OK)
        st = emit_stress_score(b, &it, unfinished ? AORTA_RECORD_TENTATIVE : 0);
    return st;
}

aorta_status garmin_read_dailies(struct garmin_batch *b)
{
    return garmin_each(b, daily);
}
