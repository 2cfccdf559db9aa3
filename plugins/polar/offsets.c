/* The user's offset on each day.
 *
 * Heart rate, activity and recharge come in local time without an offset. Nights and workouts have one, so
 * what they say of their days is kept through the sync (it travels in the cursor), and the newest of all from
 * sync to sync. */
#include "sync.h"

#include <string.h>

static const char state_key[] = "offset";

void polar_offsets_learn(struct polar_offsets *o, int64_t local_s, int32_t offset_s)
{
    uint32_t i = o->count;
    while (i > 0 && o->at[i - 1].local_s > local_s)
        i--;
    if (i > 0 && o->at[i - 1].local_s == local_s) {
        o->at[i - 1].offset_s = offset_s;
        return;
    }
    if (o->count == POLAR_OFFSETS_MAX)
        return;
    memmove(&o->at[i + 1], &o->at[i], (o->count - i) * sizeof(o->at[0]));
    o->at[i] = (struct polar_offset){local_s, offset_s};
    o->count++;
}

int polar_offsets_find(const struct polar_offsets *o, int64_t local_s, int32_t *ret)
{
    int64_t nearest = INT64_MAX;
    for (uint32_t i = 0; i < o->count; i++) {
        int64_t away = o->at[i].local_s > local_s ? o->at[i].local_s - local_s : local_s - o->at[i].local_s;
        if (away >= nearest) /* as far as the one before it: an offset holds until another is seen */
            continue;
        nearest = away;
        *ret = o->at[i].offset_s;
    }
    if (nearest == INT64_MAX && o->has_last)
        *ret = o->last;
    return nearest == INT64_MAX && !o->has_last ? -1 : 0;
}

aorta_status polar_offsets_load(struct polar_offsets *o, aorta_ctx *ctx)
{
    aorta_str value;
    double offset;
    aorta_status st = sdk_state_get(ctx, AORTA_STATE_CONNECTION, state_key, &value);
    if (st == AORTA_OK && sdk_number_parse(value, &offset) == 0 && offset >= -64800 && offset <= 64800) {
        o->has_last = 1;
        o->last = (int32_t)offset;
    }
    return st;
}

aorta_status polar_offsets_save(const struct polar_offsets *o, aorta_ctx *ctx)
{
    if (o->count == 0)
        return AORTA_OK;
    aorta_str text = sdk_format(ctx, "%d", (int)o->at[o->count - 1].offset_s);
    return text.ptr ? sdk_state_put(ctx, AORTA_STATE_CONNECTION, state_key, text, 0) : AORTA_ERR_NOMEM;
}
