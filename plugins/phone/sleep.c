/* Items of `sleep`: one stage each, with an id of its own or without one. Nights are made of them elsewhere, as they
 * come in pieces and in several batches. */
#include "job.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *stage;
} stages[] = {
#define STAGE(name, stage) {name, stage},
#include "stages.def"
#undef STAGE
};

const char *phone_stage(aorta_str text)
{
    static const char prefix[] = "hkcategoryvaluesleepanalysis";
    char buf[64];
    aorta_str name = phone_squeeze(text, buf, sizeof(buf));
    if (name.len > sizeof(prefix) - 1 && memcmp(name.ptr, prefix, sizeof(prefix) - 1) == 0)
        name = (aorta_str){name.ptr + sizeof(prefix) - 1, name.len - (sizeof(prefix) - 1)};
    for (uint32_t i = 0; i < AORTA_COUNT(stages); i++)
        if (sdk_str_eq(name, stages[i].name))
            return stages[i].stage;
    return NULL;
}

/* ---- names ---- */

/* The session an entry belongs to: "<uid>-s<session>" of the id "<uid>-s<session>-<stage>", where Samsung has several
 * sessions in one record; else the parent itself. */
static aorta_str session_of(aorta_str id, aorta_str parent)
{
    size_t at = parent.len;
    if (!parent.len || id.len <= at + 2 || memcmp(id.ptr, parent.ptr, at) != 0 || memcmp(id.ptr + at, "-s", 2) != 0)
        return parent;
    for (at += 2; at < id.len && id.ptr[at] >= '0' && id.ptr[at] <= '9';)
        at++;
    return at == id.len || id.ptr[at] == '-' ? (aorta_str){id.ptr, at} : parent;
}

/* Time in bed without an id would share its name, source and start, with the first stage of the night. */
static aorta_str bed_name(char *out, size_t cap, const char *stage, aorta_str writer, const struct phone_span *span)
{
    if (strcmp(stage, "in_bed") != 0 || writer.len > cap / 2)
        return (aorta_str){NULL, 0};
    int n = snprintf(out, cap, "in_bed %lld %.*s", (long long)(span->start_us / PHONE_US_PER_S), (int)writer.len,
                     writer.len ? writer.ptr : "");
    return (aorta_str){out, n > 0 ? (size_t)n : 0};
}

/* ---- the entry ---- */

aorta_status phone_stage_out(struct phone_job *job, const struct phone_night *night, const struct phone_span *span,
                             uint32_t source)
{
    char bed[256];
    sdk_fields fields = {0};
    aorta_record record = phone_record_of("sleep_stage", span, source);
    record.external_id = night->id;
    record.parent_external_id = session_of(night->id, night->parent);
    if (!record.external_id.len)
        record.external_id = bed_name(bed, sizeof(bed), night->stage, night->writer, span);
    sdk_add_enum(&fields, "stage", night->stage);
    return phone_out_record(&job->out, &record, &fields);
}

aorta_status phone_sleep(struct phone_job *job, enum phone_list list, phone_value item)
{
    struct phone_span span;
    const char *stage = phone_stage(phone_text(phone_get_or(item, PHONE_stage, PHONE_value)));
    if (!stage)
        return phone_fault(&job->tally, list, PHONE_FAULT_STAGE);
    if (phone_span(job, list, item, &span) != 0)
        return AORTA_OK;
    if (!span.has_end)
        return phone_fault(&job->tally, list, PHONE_FAULT_END);
    uint32_t source = phone_source(&job->sources, phone_get(item, PHONE_source));
    const struct phone_night night = {stage, phone_id(job, item), phone_text(phone_get(item, PHONE_parentid)),
                                      phone_source_name(phone_get(item, PHONE_source))};
    aorta_status st = phone_stage_out(job, &night, &span, source);
    return st == AORTA_OK ? phone_score(job, item, &span, source) : st;
}
