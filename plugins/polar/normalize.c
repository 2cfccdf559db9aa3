/* From a payload's bytes to its items: one object, a list, or a list wrapped in an object. */
#include "normalize.h"

static const struct kind {
    const char *name, *wrapper;
    aorta_status (*item)(struct polar_job *job, sdk_json item);
} kinds[] = {
    {POLAR_EXERCISES, "exercises", polar_exercise},   {POLAR_SLEEP, "nights", polar_sleep},
    {POLAR_RECHARGE, "recharges", polar_recharge},    {POLAR_HEART_RATE, "heart_rates", polar_heart_rate},
    {POLAR_ACTIVITIES, "activities", polar_activity}, {POLAR_CARDIO, "cardio_loads", polar_cardio},
};

static const struct kind *find(aorta_str name)
{
    for (uint32_t i = 0; i < AORTA_COUNT(kinds); i++)
        if (sdk_str_eq(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

static aorta_status one(struct polar_job *job, const struct kind *kind, sdk_json item)
{
    aorta_status st = job->ctx->host->alive(job->ctx);
    job->item++;
    if (st != AORTA_OK)
        return st;
    if (sdk_json_type(item) != SDK_JSON_OBJECT)
        return polar_skip(job, kind->name, "it is not an object");
    return kind->item(job, item);
}

static aorta_status all(struct polar_job *job, const struct kind *kind, sdk_json list)
{
    aorta_status st = AORTA_OK;
    for (sdk_json m = sdk_json_first(list); m.node && st == AORTA_OK; m = sdk_json_next(m))
        st = one(job, kind, m);
    return st;
}

static aorta_status items(struct polar_job *job, const struct kind *kind, sdk_json doc)
{
    sdk_json wrapped = polar_get(doc, kind->wrapper);
    switch (sdk_json_type(doc)) {
    case SDK_JSON_NULL:
        return AORTA_OK;
    case SDK_JSON_ARRAY:
        return all(job, kind, doc);
    case SDK_JSON_OBJECT:
        if (sdk_json_type(wrapped) == SDK_JSON_NULL)
            return AORTA_OK;
        return sdk_json_type(wrapped) == SDK_JSON_ARRAY ? all(job, kind, wrapped) : one(job, kind, doc);
    default:
        return sdk_fail(job->ctx, AORTA_ERR_DATA, "polar.payload", "neither a list nor an object");
    }
}

aorta_status polar_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    (void)self;
    const struct kind *kind = find(payload->kind);
    aorta_bytes bytes;
    sdk_json doc;
    if (!kind)
        return sdk_fail(ctx, AORTA_ERR_DATA, "polar.payload", "not a kind of payload of this plugin");
    aorta_status st = sdk_payload_bytes(ctx, payload, &bytes);
    /* Polar answers 204 with nothing where there is nothing */
    if (st != AORTA_OK || !sdk_trim((aorta_str){(const char *)bytes.ptr, bytes.len}).len)
        return st;
    st = sdk_json_parse(ctx, bytes.ptr, bytes.len, &doc);
    if (st != AORTA_OK)
        return st;
    struct polar_job job = {
        .ctx = ctx, .has_offset = (payload->flags & AORTA_PAYLOAD_HAS_OFFSET) != 0, .offset_s = payload->tz_offset_s};
    return items(&job, kind, doc);
}
