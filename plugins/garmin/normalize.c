/* normalize: finds the items of a payload and the reader of its type. A payload is an envelope {"<type>":
 * [...]} as pushed, a bare list as pulled, or one item. */
#include "normalize.h"

#include <string.h>

/* solarIntensity is kept but not read: its fields are nowhere described. */
static const garmin_reader_fn readers[GARMIN_TYPES] = {
    [GARMIN_activities] = garmin_read_activities,
    [GARMIN_manuallyUpdatedActivities] = garmin_read_activities,
    [GARMIN_activityDetails] = garmin_read_activity_details,
    [GARMIN_moveIQActivities] = garmin_read_move_iq,
    [GARMIN_sleeps] = garmin_read_sleeps,
    [GARMIN_dailies] = garmin_read_dailies,
    [GARMIN_epochs] = garmin_read_epochs,
    [GARMIN_hrv] = garmin_read_hrv,
    [GARMIN_stressDetails] = garmin_read_stress,
    [GARMIN_pulseox] = garmin_read_pulse_ox,
    [GARMIN_allDayRespiration] = garmin_read_respiration,
    [GARMIN_bodyComps] = garmin_read_body_comps,
    [GARMIN_userMetrics] = garmin_read_user_metrics,
    [GARMIN_healthSnapshot] = garmin_read_health_snapshot,
    [GARMIN_bloodPressures] = garmin_read_blood_pressures,
    [GARMIN_skinTemp] = garmin_read_skin_temp,
    [GARMIN_mct] = garmin_read_cycle,
};

static int type_of_kind(aorta_str kind)
{
    for (int i = 0; i < GARMIN_TYPES; i++)
        if (sdk_str_eq(kind, garmin_types[i].kind))
            return i;
    return -1;
}

aorta_status garmin_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    (void)self;
    aorta_bytes bytes;
    sdk_json doc;
    struct garmin_batch b = {.ctx = ctx, .payload = payload, .type = type_of_kind(payload->kind)};
    if (sdk_str_eq(payload->kind, GARMIN_KIND_UNKNOWN) || (b.type >= 0 && !readers[b.type])) {
        sdk_log(ctx, AORTA_LOG_INFO, "a payload is kept as it came: the plugin does not read its type");
        return AORTA_OK;
    }
    if (b.type < 0)
        return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, "garmin.kind", "this kind of payload is not Garmin's");
    aorta_status st = sdk_payload_bytes(ctx, payload, &bytes);
    /* a pull is answered 204 with nothing where there is nothing */
    if (st != AORTA_OK || !sdk_trim((aorta_str){(const char *)bytes.ptr, bytes.len}).len)
        return st;
    st = sdk_json_parse(ctx, bytes.ptr, bytes.len, &doc);
    if (st != AORTA_OK)
        return st;
    sdk_json inner = sdk_json_get(doc, garmin_types[b.type].key);
    b.list = inner.node ? inner : doc;
    if (sdk_json_type(b.list) != SDK_JSON_ARRAY && sdk_json_type(b.list) != SDK_JSON_OBJECT)
        return sdk_json_type(b.list) == SDK_JSON_NULL
                   ? AORTA_OK
                   : sdk_fail(ctx, AORTA_ERR_DATA, "garmin.shape", "the payload is neither a list nor an item");
    st = readers[b.type](&b);
    if (b.skipped)
        sdk_log(ctx, AORTA_LOG_WARN, "%s: %u of the items could not be used and were skipped", garmin_types[b.type].key,
                b.skipped);
    return st;
}
