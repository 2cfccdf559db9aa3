/* One call of a plugin's normalize, and what it emits on its way into a batch. */
#include <stdio.h>

#include "host/metrics.h"
#include "ingest/inside.h"

/* ---- what the plugin emits ---- */

/* Another batch, when the flow thinks that this one is full. A failure ends the call. */
static enum gw_code make_room(struct reading *reading, struct gw_err *err)
{
    const struct gw_batch_flow *flow = reading->flow;

    if (!flow || (!reading->broke.code && !flow->full(flow->self, reading->batch)))
        return GW_OK;
    if (!reading->broke.code && flow->next(flow->self, &reading->batch, &reading->broke) == GW_OK) {
        reading->map = NULL;
        reading->map_count = 0;
        return GW_OK;
    }
    if (err)
        *err = reading->broke;
    return reading->broke.code;
}

static enum gw_code on_record(void *self, const aorta_record *record, const aorta_source *source, uint32_t index,
                              struct gw_err *err)
{
    enum gw_code code = make_room(self, err);

    return code ? code : record_add(self, record, source, index, err);
}

static enum gw_code on_series(void *self, const aorta_series *series, uint16_t metric, const aorta_source *source,
                              uint32_t index, struct gw_err *err)
{
    struct reading *reading = self;
    uint32_t mapped;
    enum gw_code code = make_room(reading, err);

    if (!code)
        code = source_map(reading, source, index, &mapped, err);
    return code ? code : samples_add(reading->batch, series, metric, mapped, reading->payload_id, err);
}

/* What was refused, here or by the host's own checks: counted, and named in the run. */
static void on_refused(void *self, struct gw_str what, struct gw_str reason)
{
    struct gw_batch *batch = ((struct reading *)self)->batch;
    struct gw_count *count = gw_str_is(what, "workout")       ? &batch->counts.workouts
                             : gw_str_is(what, "sleep")       ? &batch->counts.sleep
                             : gw_str_is(what, "sleep_stage") ? &batch->counts.sleep
                             : gw_record_kind_known(what)     ? &batch->counts.events
                                                              : &batch->counts.timeseries;
    char text[500];
    int n = snprintf(text, sizeof(text), "%.*s refused: %.*s", (int)(what.len < 64 ? what.len : 64), what.ptr,
                     (int)(reason.len < 400 ? reason.len : 400), reason.ptr);

    count->fetched++;
    count->rejected++;
    if (n > 0)
        gw_batch_warning(batch, gw_str(text));
}

static void on_warning(void *self, struct gw_str text)
{
    gw_batch_warning(((struct reading *)self)->batch, text);
}

static int64_t on_read(void *self, void *buf, size_t cap)
{
    struct reading *reading = self;
    const struct gw_batch_flow *flow = reading->flow;
    size_t len = 0;

    if (!reading->broke.code && flow->read(flow->self, buf, cap, &len, &reading->broke) == GW_OK)
        return (int64_t)len;
    return AORTA_ERR_INTERNAL; /* whatever the plugin makes of it, the call ends with what is in broke */
}

/* ---- the call ---- */

static aorta_str abi_text(const char *text)
{
    return (aorta_str){text, text ? strlen(text) : 0};
}

static aorta_payload as_abi(const struct gw_payload *p)
{
    bool has_offset = p->offset_s != GW_NO_OFFSET;

    return (aorta_payload){
        .struct_size = sizeof(aorta_payload),
        .flags = has_offset ? AORTA_PAYLOAD_HAS_OFFSET : 0,
        .kind = abi_text(p->kind),
        .content_type = abi_text(p->content_type),
        .external_id = abi_text(p->external_id),
        .origin = abi_text(p->origin),
        .data = (const uint8_t *)p->data.ptr,
        .size = p->data.len,
        .received_at_us = p->received_us,
        .tz_offset_s = has_offset ? p->offset_s : 0,
    };
}

/* GW_OK also when the plugin could not read it: then why has a code. */
static enum gw_code read_payload(struct reading *reading, const struct gw_call *call, const struct gw_payload *payload,
                                 struct gw_err *why, struct gw_err *err)
{
    struct gw_sink sink = {
        .self = reading, .record = on_record, .series = on_series, .refused = on_refused, .warning = on_warning};
    struct gw_call inner = *call;
    aorta_payload abi = as_abi(payload);
    enum gw_code code;

    if (reading->flow)
        sink.payload_read = on_read;
    inner.sink = &sink;
    *why = (struct gw_err){0};
    code = gw_call_normalize(&inner, &abi, why);
    if (reading->broke.code)
        *why = reading->broke;
    else if (code != GW_CANCELLED && code != GW_DEADLINE && code != GW_NOMEM)
        return GW_OK;
    if (err)
        *err = *why;
    return why->code;
}

/* How reading went, on the payload itself and for the run. */
static enum gw_code note_reading(struct gw_batch *batch, const struct gw_call *call, struct gw_payload *payload,
                                 const struct gw_err *why, struct gw_err *err)
{
    char text[500];

    if (!why->code) {
        payload->normalize_revision = call->provider->plugin->desc->normalize_revision;
        return GW_OK;
    }
    payload->error = gw_arena_strdup(batch->arena, gw_err_text(why));
    batch->counts.payloads_failed++;
    snprintf(text, sizeof(text), "a payload of kind %s could not be read: %s", payload->kind, gw_err_text(why));
    gw_batch_warning(batch, gw_str(text));
    return payload->error ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

/* ---- payloads that come with their records ---- */

enum gw_code gw_batch_payload(struct gw_batch *batch, const aorta_payload *payload, int32_t default_offset_s,
                              size_t *ret_index, struct gw_err *err)
{
    char *data = gw_arena_alloc(batch->arena, payload->size ? payload->size : 1);
    struct gw_payload *p = list_add(batch, &batch->payloads, sizeof(*p), err);

    if (!data || !p)
        return gw_fail(err, GW_NOMEM, "a payload of %llu bytes does not fit in memory",
                       (unsigned long long)payload->size);
    memcpy(data, payload->data, payload->size);
    p->id = gw_uuid_v7();
    p->user_id = batch->user;
    p->connection_id = batch->connection;
    p->provider = batch->provider;
    p->account = batch->account;
    p->kind = copy_text(batch, payload->kind);
    p->content_type = copy_text(batch, payload->content_type);
    p->external_id = copy_text(batch, payload->external_id);
    p->origin = copy_text(batch, payload->origin);
    p->data = (struct gw_str){data, payload->size};
    p->offset_s = payload->flags & AORTA_PAYLOAD_HAS_OFFSET ? payload->tz_offset_s : default_offset_s;
    p->received_us = payload->received_at_us;
    batch->counts.payloads++;
    *ret_index = batch->payloads.count - 1;
    return p->kind ? GW_OK : gw_fail(err, GW_CONTRACT, "a payload has no kind");
}

enum gw_code gw_batch_normalize(struct gw_batch *batch, const struct gw_call *call, size_t index, struct gw_err *err)
{
    struct gw_payload *payload = (struct gw_payload *)batch->payloads.items + index;
    struct reading reading = {.batch = batch, .payload_id = payload->id};
    struct gw_err why;
    enum gw_code code = read_payload(&reading, call, payload, &why, err);

    return code ? code : note_reading(batch, call, payload, &why, err);
}

/* ---- payloads that are stored ---- */

enum gw_code gw_batch_normalize_stored(struct gw_batch **batch, const struct gw_call *call,
                                       const struct gw_payload *payload, const struct gw_batch_flow *flow,
                                       struct gw_err *ret_why, struct gw_err *err)
{
    struct reading reading = {.batch = *batch, .flow = flow, .payload_id = payload->id};
    struct gw_payload *note;
    enum gw_code code = read_payload(&reading, call, payload, ret_why, err);

    *batch = reading.batch;
    if (code)
        return code;
    note = list_add(*batch, &(*batch)->payloads, sizeof(*note), err);
    if (!note)
        return GW_NOMEM;
    *note = *payload;
    note->data = (struct gw_str){NULL, payload->data.len}; /* named by its id alone */
    note->error = NULL;
    (*batch)->counts.payloads++;
    return note_reading(*batch, call, note, ret_why, err);
}
