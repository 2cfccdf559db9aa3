/* Records: each kind is read by its own fields, everything else is the same for all. */
#include "ingest/inside.h"

#include <stddef.h>

#include "base/buf.h"
#include "crypt/crypt.h"
#include "ingest/fields.h"

#define NONE SIZE_MAX

/* Every row begins with its head. */
union row {
    struct gw_record_head head;
    struct gw_workout workout;
    struct gw_sleep sleep;
    struct gw_event event;
    struct gw_sleep_stage stage;
};

static enum gw_code read_workout(const aorta_record *record, struct gw_arena *arena, union row *ret, struct gw_err *err)
{
    return fields_workout(record, arena, &ret->workout, err);
}

static enum gw_code read_sleep(const aorta_record *record, struct gw_arena *arena, union row *ret, struct gw_err *err)
{
    return fields_sleep(record, arena, &ret->sleep, err);
}

static enum gw_code read_stage(const aorta_record *record, struct gw_arena *arena, union row *ret, struct gw_err *err)
{
    return fields_stage(record, arena, &ret->stage, err);
}

static enum gw_code read_event(const aorta_record *record, struct gw_arena *arena, union row *ret, struct gw_err *err)
{
    return fields_event(record, arena, &ret->event, err);
}

/* The last one takes what no other does. */
static const struct kind {
    const char *name;
    enum gw_code (*read)(const aorta_record *record, struct gw_arena *arena, union row *ret, struct gw_err *err);
    size_t size, list, count; /* offsets in struct gw_batch; count NONE: the sessions it becomes are counted */
} kinds[] = {
    {"workout", read_workout, sizeof(struct gw_workout), offsetof(struct gw_batch, workouts),
     offsetof(struct gw_batch, counts.workouts)},
    {"sleep", read_sleep, sizeof(struct gw_sleep), offsetof(struct gw_batch, sleeps),
     offsetof(struct gw_batch, counts.sleep)},
    {"sleep_stage", read_stage, sizeof(struct gw_sleep_stage), offsetof(struct gw_batch, stages), NONE},
    {NULL, read_event, sizeof(struct gw_event), offsetof(struct gw_batch, events),
     offsetof(struct gw_batch, counts.events)},
};

static const struct kind *kind_of(aorta_str name)
{
    const struct kind *kind = kinds;

    while (kind->name && !gw_str_is((struct gw_str){name.ptr, name.len}, kind->name))
        kind++;
    return kind;
}

/* ---- the digest ---- */

static void write_field(struct gw_buf *b, const aorta_field *f)
{
    gw_buf_json(b, (struct gw_str){f->key.ptr, f->key.len});
    gw_buf_printf(b, ":%u:", f->value.type);
    if (f->value.type == AORTA_TYPE_FLOAT)
        gw_buf_f64(b, f->value.u.f);
    else if (f->value.type == AORTA_TYPE_STRING || f->value.type >= AORTA_TYPE_URL || f->value.type == AORTA_TYPE_ENUM)
        gw_buf_json(b, (struct gw_str){f->value.u.s.ptr, f->value.u.s.len});
    else
        gw_buf_i64(b, f->value.u.i);
}

/* It speaks of what a reader can see: bounds, offset, fields, source; not of version, payload or ids. */
static enum gw_code digest_record(const struct gw_batch *batch, const aorta_record *record, uint32_t source,
                                  uint8_t out[16], struct gw_err *err)
{
    const struct gw_source *s = (const struct gw_source *)batch->sources.items + source;
    const char *texts[] = {s->app,         s->app_id,   s->device_model, s->device_name,
                           s->device_type, s->software, s->original};
    gw_own_buf struct gw_buf b = {0};
    uint8_t full[32];

    gw_buf_printf(&b, "%u %lld %lld %d\n", (unsigned)(record->flags & 0x7), (long long)record->start_us,
                  (long long)record->end_us, record->flags & AORTA_RECORD_HAS_OFFSET ? record->tz_offset_s : -999999);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        gw_buf_json_cstr(&b, texts[i]);
    for (uint32_t i = 0; i < record->fields_count; i++)
        write_field(&b, &record->fields[i]);
    if (record->parent_external_id.len)
        gw_buf_json(&b, (struct gw_str){record->parent_external_id.ptr, record->parent_external_id.len});
    if (b.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_sha256((struct gw_str){b.data, b.len}, full);
    memcpy(out, full, 16);
    return GW_OK;
}

/* ---- adding ---- */

static enum gw_code fill_head(struct reading *reading, const aorta_record *record, const aorta_source *source,
                              uint32_t index, struct gw_record_head *head, struct gw_err *err)
{
    enum gw_code code = source_map(reading, source, index, &head->source, err);

    if (code)
        return code;
    head->id = gw_uuid_v7();
    head->external_id = copy_text(reading->batch, record->external_id);
    head->start_us = record->start_us;
    head->end_us = record->end_us;
    head->version_us = record->version_us;
    head->offset_s = record->flags & AORTA_RECORD_HAS_OFFSET ? record->tz_offset_s : GW_NO_OFFSET;
    head->tentative = record->flags & AORTA_RECORD_TENTATIVE;
    head->deleted = record->flags & AORTA_RECORD_DELETED;
    head->payload_id = reading->payload_id;
    return digest_record(reading->batch, record, head->source, head->digest, err);
}

enum gw_code record_add(struct reading *reading, const aorta_record *record, const aorta_source *source, uint32_t index,
                        struct gw_err *err)
{
    struct gw_batch *batch = reading->batch;
    const struct kind *kind = kind_of(record->kind);
    struct list *list = (struct list *)(void *)((char *)batch + kind->list);
    union row row;
    void *kept;
    enum gw_code code = kind->read(record, batch->arena, &row, err);

    if (!code)
        code = fill_head(reading, record, source, index, &row.head, err);
    if (code)
        return code;
    kept = list_add(batch, list, kind->size, err);
    if (!kept)
        return GW_NOMEM;
    memcpy(kept, &row, kind->size);
    if (kind->count != NONE)
        ((struct gw_count *)(void *)((char *)batch + kind->count))->fetched++;
    return GW_OK;
}
