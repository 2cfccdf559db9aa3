/* stressDetails: stress and body battery through the day, and what charged or drained the battery. */
#include "normalize.h"

#include <math.h>
#include <stdio.h>

static aorta_status emit_series(struct garmin_batch *b, const struct garmin_item *it)
{
    /* below 1 stand the reasons why there is no value: off the wrist, motion, recovery … */
    struct garmin_run run = {
        .metric = "garmin_stress_level", .low = 1, .high = 100, .version_us = garmin_covered_us(it)};
    aorta_status st = garmin_emit_map(b, it, sdk_json_get(it->json, "timeOffsetStressLevelValues"), &run);
    if (st != AORTA_OK)
        return st;
    run.metric = "garmin_body_battery";
    run.low = 0;
    return garmin_emit_map(b, it, sdk_json_get(it->json, "timeOffsetBodyBatteryValues"), &run);
}

/* The offset's name is also written with a capital IN. */
static int event_offset(sdk_json event, int32_t *ret)
{
    return garmin_offset(sdk_json_get(event, "eventStartTimeOffsetInSeconds"), ret) ||
           garmin_offset(sdk_json_get(event, "eventStartTimeOffsetINSeconds"), ret);
}

static aorta_status emit_event(struct garmin_batch *b, const struct garmin_item *day, sdk_json event)
{
    sdk_fields f = {.count = 0};
    struct garmin_item it = {.json = event};
    double length = garmin_number(event, "duration"), impact = garmin_number(event, "bodyBatteryImpact");
    aorta_str type = sdk_json_str(sdk_json_get(event, "eventType"));
    if (garmin_instant(sdk_json_get(event, "eventStartTimeInSeconds"), &it.start_us) != 0 || !type.len) {
        b->skipped++;
        return AORTA_OK;
    }
    it.has_offset = event_offset(event, &it.offset_s);
    aorta_record r = garmin_record(&it, "garmin.body_battery_event");
    /* the day comes again as it grows, and so does the event: its own name is what and when */
    char when[24];
    snprintf(when, sizeof(when), "%lld", (long long)(it.start_us / US_PER_S));
    if (garmin_id_with(b, type, when, &r.external_id) != AORTA_OK)
        return AORTA_ERR_NOMEM;
    r.version_us = garmin_covered_us(day);
    if (length >= 0 && length < 10 * 86400.0) {
        r.end_us = it.start_us + llround(length * 1e6);
        sdk_add_float(&f, "duration_s", length);
    }
    sdk_add_str(&f, "event", type);
    sdk_add_float(&f, "impact", impact);
    return sdk_emit_record(b->ctx, &r, &f);
}

static aorta_status stress(struct garmin_batch *b, sdk_json json)
{
    struct garmin_item it;
    aorta_status st = garmin_item_read(json, &it);
    if (st == AORTA_OK)
        st = emit_series(b, &it);
    sdk_json events = sdk_json_get(json, "bodyBatteryActivityEvents");
    if (!events.node)
        events = sdk_json_get(json, "bodyBatteryActivityEventList");
    if (sdk_json_type(events) != SDK_JSON_ARRAY)
        return st;
    for (sdk_json m = sdk_json_first(events); m.node && st == AORTA_OK; m = sdk_json_next(m))
        st = emit_event(b, &it, m);
    return st;
}

aorta_status garmin_read_stress(struct garmin_batch *b)
{
    return garmin_each(b, stress);
}
