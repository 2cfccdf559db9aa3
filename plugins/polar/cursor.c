/* Where a sync stands, as a small JSON text: what lets it go on after a pause or a crash. */
#include "sync.h"

static void read_offsets(struct polar_walk *w, sdk_json list)
{
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        sdk_json at = sdk_json_first(m), offset = sdk_json_next(at);
        int64_t seconds = sdk_json_int(offset, INT64_MAX);
        if (seconds >= -64800 && seconds <= 64800)
            polar_offsets_learn(&w->offsets, sdk_json_int(at, 0), (int32_t)seconds);
    }
}

aorta_status polar_cursor_read(struct polar_walk *w, aorta_bytes cursor)
{
    sdk_json doc;
    if (cursor.len == 0)
        return AORTA_OK;
    aorta_status st = sdk_json_parse(w->ctx, cursor.ptr, cursor.len, &doc);
    if (st != AORTA_OK)
        return st;
    int64_t step = sdk_json_int(sdk_json_get(doc, "step"), -1), plan = sdk_json_int(sdk_json_get(doc, "plan"), -1);
    if (step < 0 || step > POLAR_STEP_DONE || plan < 0 || plan > POLAR_PLAN_HISTORY)
        return sdk_fail(w->ctx, AORTA_ERR_DATA, "polar.cursor", "the cursor is not one of this plugin");
    w->step = (enum polar_step)step;
    w->plan = (enum polar_plan)plan;
    w->next_day = sdk_json_int(sdk_json_get(doc, "next_day"), 0);
    aorta_str done = sdk_json_text(sdk_json_get(doc, "done"));
    if (done.len > 2)
        sdk_text_add(&w->done, (aorta_str){done.ptr + 1, done.len - 2}); /* without its brackets */
    read_offsets(w, sdk_json_get(doc, "offsets"));
    return w->done.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

aorta_status polar_checkpoint(struct polar_walk *w)
{
    sdk_text t = {.ctx = w->ctx};
    sdk_text_addf(&t, "{\"plan\":%d,\"step\":%d,\"next_day\":%lld,\"offsets\":[", (int)w->plan, (int)w->step,
                  (long long)w->next_day);
    for (uint32_t i = 0; i < w->offsets.count; i++)
        sdk_text_addf(&t, "%s[%lld,%d]", i ? "," : "", (long long)w->offsets.at[i].local_s,
                      (int)w->offsets.at[i].offset_s);
    sdk_text_addf(&t, "],\"done\":[");
    /* a list that is too long for a cursor is only forgotten: a resumed sync then tells some exercises again
     */
    if (t.len + w->done.len < POLAR_CURSOR_MAX)
        sdk_text_add(&t, sdk_text_str(&w->done));
    sdk_text_addf(&t, "]}");
    aorta_str text = sdk_text_str(&t);
    if (!text.ptr || w->done.failed)
        return AORTA_ERR_NOMEM;
    return w->ctx->host->checkpoint(w->ctx, text.ptr, text.len);
}
