/* moveIQActivities: what the watch took for an activity by itself. A kind of its own, because it may lie over
 * a workout that was recorded. */
#include "normalize.h"

#include <math.h>

static aorta_status move(struct garmin_batch *b, sdk_json json)
{
    struct garmin_item it;
    sdk_fields f = {.count = 0};
    aorta_status st = garmin_item_read(json, &it);
    if (st != AORTA_OK || isnan(it.duration_s))
        return AORTA_ERR_DATA;
    aorta_str sport = sdk_json_str(sdk_json_get(json, "activityType"));
    aorta_record r = garmin_record(&it, "garmin.move_iq");
    r.end_us = garmin_covered_us(&it);
    sdk_add_str(&f, "type", sdk_str(garmin_sport(sport)));
    sdk_add_str(&f, "type_original", sport);
    sdk_add_str(&f, "sub_type_original", sdk_json_str(sdk_json_get(json, "activitySubType")));
    sdk_add_float(&f, "duration_s", it.duration_s);
    return sdk_emit_record(b->ctx, &r, &f);
}

aorta_status garmin_read_move_iq(struct garmin_batch *b)
{
    return garmin_each(b, move);
}
