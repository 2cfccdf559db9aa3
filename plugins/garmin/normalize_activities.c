/* activities and manuallyUpdatedActivities: recorded or entered workouts, each a record. The legs of a
 * multisport workout name their parent. */
#include "normalize.h"

#include <math.h>
#include <string.h>

/* The same workout comes in three lists, with no time of change. What says more wins: details have laps and
 * route; an edit is later than both. */
#define VERSION_RECORDED 0
#define VERSION_DETAILS  1
#define VERSION_EDITED   2

static int64_t version_of(int type)
{
    return type == GARMIN_activityDetails             ? VERSION_DETAILS
           : type == GARMIN_manuallyUpdatedActivities ? VERSION_EDITED
                                                      : VERSION_RECORDED;
}

static const struct garmin_field fields[] = {
    {"duration_s", "durationInSeconds", 1, 0, 0},
    {"energy_kcal", "activeKilocalories", 1, 0, 0},
    {"distance_m", "distanceInMeters", 1, 0, 0},
    {"heart_rate_avg_bpm", "averageHeartRateInBeatsPerMinute", 1, 1, 0},
    {"heart_rate_max_bpm", "maxHeartRateInBeatsPerMinute", 1, 1, 0},
    {"speed_avg_mps", "averageSpeedInMetersPerSecond", 1, 0, 0},
    {"speed_max_mps", "maxSpeedInMetersPerSecond", 1, 0, 0},
    {"steps", "steps", 1, 0, 1},
    /* not in the catalogue */
    {"pushes", "pushes", 1, 0, 1},
    {"pool_lengths", "numberOfActiveLengths", 1, 0, 1},
    {"start_latitude", "startingLatitudeInDegree", 1, -90, 0},
    {"start_longitude", "startingLongitudeInDegree", 1, -180, 0},
};

/* One of these stands in an activity, by its sport. */
static const struct {
    const char *key;
    const char *from[5];
} choices[] = {
    {"cadence_avg_rpm",
     {"averageRunCadenceInStepsPerMinute", "averageBikeCadenceInRoundsPerMinute",
      "averageSwimCadenceInStrokesPerMinute", "averagePushCadenceInPushesPerMinute", NULL}},
    {"cadence_max_rpm",
     {"maxRunCadenceInStepsPerMinute", "maxBikeCadenceInRoundsPerMinute", "maxSwimCadenceInStrokesPerMinute",
      "maxPushCadenceInPushesPerMinute", NULL}},
    {"elevation_gain_m", {"totalElevationGainInMeters", "elevationGainInMeters", NULL}},
    {"elevation_loss_m", {"totalElevationLossInMeters", "elevationLossInMeters", NULL}},
};

void garmin_activity_fields(sdk_json summary, sdk_fields *f)
{
    aorta_str sport = sdk_json_str(sdk_json_get(summary, "activityType"));
    sdk_json manual = sdk_json_get(summary, "manual"), web = sdk_json_get(summary, "isWebUpload");
    sdk_json parent = sdk_json_get(summary, "isParent");
    sdk_add_enum(f, "type", garmin_sport(sport));
    sdk_add_str(f, "type_original", sport);
    sdk_add_str(f, "name", sdk_json_str(sdk_json_get(summary, "activityName")));
    garmin_add_fields(f, summary, fields, AORTA_COUNT(fields));
    for (size_t i = 0; i < AORTA_COUNT(choices); i++) {
        double v = NAN;
        for (size_t k = 0; choices[i].from[k] && !(v >= 0); k++)
            v = garmin_number(summary, choices[i].from[k]);
        if (v >= 0)
            sdk_add_float(f, choices[i].key, v);
    }
    if (manual.node)
        sdk_add_bool(f, "is_manual", sdk_json_bool(manual, 0));
    if (web.node)
        sdk_add_bool(f, "is_web_upload", sdk_json_bool(web, 0));
    if (parent.node)
        sdk_add_bool(f, "is_parent", sdk_json_bool(parent, 0));
    sdk_add_str(f, "description", sdk_json_str(sdk_json_get(summary, "activityDescription")));
}

/* summaryId without what marks a detail: "5001968355-detail". The activity's own id where there is none. */
static aorta_str id_of(sdk_json item, sdk_json summary)
{
    static const char tail[] = "-detail";
    size_t len = sizeof(tail) - 1;
    aorta_str id = sdk_json_str(sdk_json_get(item, "summaryId"));
    if (id.len > len && memcmp(id.ptr + id.len - len, tail, len) == 0)
        id.len -= len;
    if (!id.len)
        id = sdk_json_str(sdk_json_get(item, "activityId"));
    if (!id.len)
        id = sdk_json_str(sdk_json_get(summary, "activityId"));
    return id;
}

aorta_status garmin_activity_read(struct garmin_batch *b, sdk_json item, sdk_json summary, struct garmin_activity *ret)
{
    *ret = (struct garmin_activity){.source = 0};
    aorta_status st = garmin_item_read(summary, &ret->item);
    if (st != AORTA_OK || isnan(ret->item.duration_s))
        return AORTA_ERR_DATA;
    ret->id = id_of(item, summary);
    ret->parent = sdk_json_str(sdk_json_get(summary, "parentSummaryId"));
    ret->source = garmin_source(b, sdk_json_str(sdk_json_get(summary, "deviceName")));
    ret->end_us = garmin_covered_us(&ret->item);
    return AORTA_OK;
}

aorta_status garmin_activity_emit(struct garmin_batch *b, const struct garmin_activity *a, const sdk_fields *f)
{
    aorta_record r = garmin_record(&a->item, "workout");
    r.external_id = a->id;
    r.parent_external_id = a->parent;
    r.source = a->source;
    r.end_us = a->end_us;
    r.version_us = version_of(b->type);
    return sdk_emit_record(b->ctx, &r, f);
}

static aorta_status emit(struct garmin_batch *b, sdk_json json)
{
    struct garmin_activity a;
    sdk_fields f = {.count = 0};
    aorta_status st = garmin_activity_read(b, json, json, &a);
    if (st != AORTA_OK)
        return st;
    garmin_activity_fields(json, &f);
    return garmin_activity_emit(b, &a, &f);
}

static int is_leg(sdk_json json)
{
    return sdk_json_str(sdk_json_get(json, "parentSummaryId")).len > 0;
}

static aorta_status emit_whole(struct garmin_batch *b, sdk_json json)
{
    return is_leg(json) ? AORTA_OK : emit(b, json);
}

/* Legs after what they are legs of. */
aorta_status garmin_read_activities(struct garmin_batch *b)
{
    aorta_status st = garmin_each(b, emit_whole);
    for (sdk_json json = garmin_first(b); json.node && st == AORTA_OK; json = garmin_next(b, json)) {
        if (!is_leg(json))
            continue;
        st = emit(b, json);
        if (st == AORTA_ERR_DATA) {
            b->skipped++;
            st = AORTA_OK;
        }
    }
    return st;
}
