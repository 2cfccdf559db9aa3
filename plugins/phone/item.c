/* The small steps that the readers of all items take. */
#include "job.h"

#include <string.h>

_Static_assert(AORTA_RECORD_HAS_OFFSET == AORTA_SERIES_HAS_OFFSET, "the flags of a span serve both");

/* ---- when ---- */

static void set_offset(struct phone_job *job, enum phone_list list, phone_value item, const struct phone_when *start,
                       struct phone_span *span)
{
    aorta_str said = phone_text(phone_get(item, PHONE_zoneoffset));
    int known = start->has_offset;
    span->offset_s = start->offset_s;
    if (said.len && phone_offset(said, &span->offset_s) == 0)
        known = 1;
    else if (said.len)
        phone_fault(&job->tally, list, PHONE_FAULT_OFFSET);
    span->flags = known ? AORTA_RECORD_HAS_OFFSET : 0;
}

int phone_span(struct phone_job *job, enum phone_list list, phone_value item, struct phone_span *ret)
{
    struct phone_when start, end;
    if (phone_when(&job->clock, phone_text(phone_get(item, PHONE_startdate)), &start) != 0) {
        phone_fault(&job->tally, list, PHONE_FAULT_TIME);
        return -1;
    }
    *ret = (struct phone_span){.start_us = start.us, .end_us = start.us};
    set_offset(job, list, item, &start, ret);
    if (phone_when(&job->clock, phone_text(phone_get(item, PHONE_enddate)), &end) == 0 && end.us >= start.us) {
        ret->end_us = end.us;
        ret->has_end = 1;
    }
    return 0;
}

int64_t phone_midnight(int64_t us, int32_t offset_s)
{
    const int64_t day = PHONE_DAY_S * PHONE_US_PER_S, offset = offset_s * PHONE_US_PER_S;
    int64_t into = (us + offset) % day;
    return us - (into < 0 ? into + day : into);
}

/* ---- which ---- */

int phone_is_uuid(aorta_str s)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (s.len != sizeof(form) - 1)
        return 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = (char)(s.ptr[i] | 0x20);
        int hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (form[i] == '-' ? s.ptr[i] != '-' : !hex)
            return 0;
    }
    return 1;
}

aorta_str phone_id(struct phone_job *job, phone_value item)
{
    aorta_str id = phone_text(phone_get_or(item, PHONE_id, PHONE_uuid));
    return job->provider->uuids_in_capitals && phone_is_uuid(id) ? phone_uuid_in_capitals(job, id) : id;
}

aorta_str phone_uuid_in_capitals(struct phone_job *job, aorta_str id)
{
    for (size_t i = 0; i < id.len; i++)
        job->id[i] = id.ptr[i] >= 'a' && id.ptr[i] <= 'z' ? (char)(id.ptr[i] - 'a' + 'A') : id.ptr[i];
    return (aorta_str){job->id, id.len};
}

aorta_record phone_record_of(const char *kind, const struct phone_span *span, uint32_t source)
{
    return (aorta_record){.struct_size = sizeof(aorta_record),
                          .flags = span->flags,
                          .kind = sdk_str(kind),
                          .source = source,
                          .tz_offset_s = span->offset_s,
                          .start_us = span->start_us,
                          .end_us = span->end_us};
}

/* ---- how ---- */

/* {"HKWasUserEntered": "1"}, or in older apps [{"key": "HKWasUserEntered", "value": "1"}]. */
static int entered(phone_value metadata)
{
    if (phone_type(metadata) == SDK_JSON_OBJECT)
        return phone_truth(phone_get(metadata, PHONE_hkwasuserentered), -1);
    if (phone_type(metadata) != SDK_JSON_ARRAY)
        return -1;
    for (phone_value m = phone_first(metadata); m.node; m = phone_next(metadata, m)) {
        int said = phone_truth(phone_get(m, PHONE_hkwasuserentered), -1);
        if (sdk_str_eq(phone_text(phone_get(m, PHONE_key)), "HKWasUserEntered"))
            said = phone_truth(phone_get(m, PHONE_value), -1);
        if (said >= 0)
            return said;
    }
    return -1;
}

int phone_manual(phone_value item)
{
    int said = entered(phone_get_or(item, PHONE_metadata, PHONE_recordmetadata));
    return said >= 0 ? said : phone_source_manual(phone_get(item, PHONE_source));
}
