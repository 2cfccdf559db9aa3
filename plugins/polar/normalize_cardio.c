/* Cardio load: one strain score a day. Polar lists every day of a range, also those of which it knows
 * nothing. */
#include "normalize.h"

#include <string.h>

/* Both "MAINTAINING" and "LOAD_STATUS_MAINTAINING" are seen. */
static aorta_str bare(aorta_str status)
{
    static const char prefix[] = "LOAD_STATUS_";
    size_t len = sizeof(prefix) - 1;
    if (status.len > len && memcmp(status.ptr, prefix, len) == 0)
        return (aorta_str){status.ptr + len, status.len - len};
    return status;
}

aorta_status polar_cardio(struct polar_job *job, sdk_json item)
{
    static const struct polar_component components[] = {
        {"cardio_load", "cardio_load", 0},
        {"tolerance", "tolerance", 0},
        {"cardio_load_ratio", "cardio_load_ratio", 0},
    };
    aorta_str date = polar_string(item, "date"), status = bare(polar_string(item, "cardio_load_status"));
    double strain = polar_number(item, "strain", -1);
    struct polar_when day;
    sdk_fields f = {.count = 0};
    if (polar_midnight(job, date, &day) != 0)
        return polar_skip(job, "cardio load", "no date");
    if (strain < 0 || sdk_str_ieq(status, "NOT_AVAILABLE"))
        return AORTA_OK;
    aorta_str id = sdk_format(job->ctx, "polar-cardio-load-%.*s", (int)date.len, date.ptr);
    if (!id.ptr)
        return AORTA_ERR_NOMEM;
    sdk_add_enum(&f, "category", "strain");
    sdk_add_float(&f, "value", strain);
    sdk_add_str(&f, "qualifier", status);
    sdk_add_json(&f, "components", polar_components(job, item, components, AORTA_COUNT(components)));
    uint32_t source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    return polar_emit(job, "score", id, source, &day, day.us, 0, &f);
}
