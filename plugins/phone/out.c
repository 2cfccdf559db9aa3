/* See out.h. */
#include "out.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX         ((size_t)1 << 15) /* 768 KiB: often enough that what is emitted is stored meanwhile */
#define SAMPLES_WAITING_MAX ((size_t)1 << 19) /* 12 MiB */
#define RECORDS_WAITING_MAX ((size_t)16 << 20)

/* A copy of a record: behind the struct its fields, behind them its texts. */
struct phone_waiting {
    struct phone_waiting *next;
    aorta_record record;
    aorta_field field[];
};

aorta_status phone_out_init(struct phone_out *out, aorta_ctx *ctx)
{
    *out = (struct phone_out){.ctx = ctx};
    out->last = &out->first;
    return phone_gather_init(&out->gather, ctx);
}

static void forget_waiting(struct phone_out *out)
{
    while (out->first) {
        struct phone_waiting *next = out->first->next;
        free(out->first);
        out->first = next;
    }
    out->last = &out->first;
    out->waiting = 0;
}

void phone_out_free(struct phone_out *out)
{
    forget_waiting(out);
    phone_gather_free(&out->gather);
}

/* ---- records ---- */

static aorta_status emit(struct phone_out *out, aorta_record *record)
{
    record->version_us = out->version_us;
    aorta_status st = out->ctx->host->emit_record(out->ctx, record);
    return st == AORTA_ERR_DATA ? AORTA_OK : st; /* refused and counted there, the rest goes on */
}

static int has_text(const aorta_value *v)
{
    return v->type == AORTA_TYPE_STRING || v->type == AORTA_TYPE_JSON || v->type == AORTA_TYPE_ENUM;
}

static size_t size_of(const aorta_record *record)
{
    size_t n = sizeof(struct phone_waiting) + record->fields_count * sizeof(aorta_field);
    n += record->external_id.len + record->parent_external_id.len;
    for (uint32_t i = 0; i < record->fields_count; i++)
        n += has_text(&record->fields[i].value) ? record->fields[i].value.u.s.len : 0;
    return n;
}

static void copy_text(aorta_str *text, char **to)
{
    if (text->len)
        memcpy(*to, text->ptr, text->len);
    text->ptr = *to;
    *to += text->len;
}

/* Keys and kinds are static texts and stay where they are. */
static aorta_status wait_for_version(struct phone_out *out, const aorta_record *record)
{
    size_t size = size_of(record);
    struct phone_waiting *w = malloc(size);
    if (!w)
        return AORTA_ERR_NOMEM;
    w->next = NULL;
    w->record = *record;
    if (record->fields_count)
        memcpy(w->field, record->fields, record->fields_count * sizeof(aorta_field));
    w->record.fields = w->field;
    char *text = (char *)(w->field + record->fields_count);
    copy_text(&w->record.external_id, &text);
    copy_text(&w->record.parent_external_id, &text);
    for (uint32_t i = 0; i < record->fields_count; i++)
        if (has_text(&w->field[i].value))
            copy_text(&w->field[i].value.u.s, &text);
    *out->last = w;
    out->last = &w->next;
    out->waiting += size;
    return AORTA_OK;
}

/* ---- the version ---- */

static aorta_status settle(struct phone_out *out, int64_t version_us)
{
    aorta_status st = AORTA_OK;
    out->settled = 1;
    out->version_us = version_us;
    for (struct phone_waiting *w = out->first; w && st == AORTA_OK; w = w->next)
        st = emit(out, &w->record);
    forget_waiting(out);
    return st;
}

aorta_status phone_out_version(struct phone_out *out, int64_t version_us)
{
    if (!out->settled)
        return settle(out, version_us);
    if (out->version_us == 0 && version_us != 0)
        sdk_warn(out->ctx, "syncTimestamp came behind too much data: this batch counts as one without it");
    return AORTA_OK;
}

/* ---- in and out ---- */

aorta_status phone_out_record(struct phone_out *out, aorta_record *record, const sdk_fields *fields)
{
    out->begun = 1;
    record->fields = fields->field;
    record->fields_count = fields->count;
    if (out->settled)
        return emit(out, record);
    if (out->waiting + size_of(record) <= RECORDS_WAITING_MAX)
        return wait_for_version(out, record);
    aorta_status st = settle(out, 0);
    return st == AORTA_OK ? emit(out, record) : st;
}

aorta_status phone_out_sample(struct phone_out *out, const struct phone_run_key *key, const struct phone_sample *sample)
{
    aorta_status st = phone_gather_add(&out->gather, key, sample);
    out->begun = 1;
    if (st != AORTA_OK ||
        (out->gather.held < (out->settled ? SAMPLES_MAX : SAMPLES_WAITING_MAX) && !phone_gather_crowded(&out->gather)))
        return st;
    if (!out->settled)
        st = settle(out, 0);
    return st == AORTA_OK ? phone_gather_flush(&out->gather, out->version_us) : st;
}

aorta_status phone_out_end(struct phone_out *out)
{
    aorta_status st = out->settled ? AORTA_OK : settle(out, 0);
    return st == AORTA_OK ? phone_gather_flush(&out->gather, out->version_us) : st;
}
