/* Record: a measured value, or a stage of sleep. Most of a file is these, so their attributes are sorted in one go. */
#include "import.h"

#include <string.h>

#define SLEEP_ANALYSIS "HKCategoryTypeIdentifierSleepAnalysis"

struct texts {
    const char *type, *name, *version, *device, *unit, *start, *end, *value;
};

static void sort(const char **attrs, struct texts *t)
{
    for (; *attrs; attrs += 2) {
        const char *name = attrs[0], **to = NULL;
        switch (name[0]) {
        case 't':
            to = strcmp(name, "type") == 0 ? &t->type : NULL;
            break;
        case 's':
            to = strcmp(name, "startDate") == 0       ? &t->start
                 : strcmp(name, "sourceName") == 0    ? &t->name
                 : strcmp(name, "sourceVersion") == 0 ? &t->version
                                                      : NULL;
            break;
        case 'd':
            to = strcmp(name, "device") == 0 ? &t->device : NULL;
            break;
        case 'u':
            to = strcmp(name, "unit") == 0 ? &t->unit : NULL;
            break;
        case 'e':
            to = strcmp(name, "endDate") == 0 ? &t->end : NULL;
            break;
        case 'v':
            to = strcmp(name, "value") == 0 ? &t->value : NULL;
            break;
        default:
            break;
        }
        if (to)
            *to = attrs[1];
    }
}

static const struct phone_metric *row_of(struct apple_import *m, const char *type)
{
    size_t len = strlen(type);
    if (len >= sizeof(m->type))
        return NULL;
    if (memcmp(m->type, type, len + 1) != 0) {
        memcpy(m->type, type, len + 1);
        m->row = phone_names_find(&m->job.metrics, (aorta_str){type, len});
    }
    return m->row;
}

static aorta_status stage(struct apple_import *m, const struct texts *t)
{
    struct phone_span span;
    const struct phone_night night = {.stage = t->value ? phone_stage(sdk_str(t->value)) : NULL,
                                      .writer = sdk_str(t->name)};
    if (!night.stage)
        return phone_fault(&m->job.tally, PHONE_LIST_RECORDS, PHONE_FAULT_STAGE);
    if (apple_span(m, PHONE_LIST_RECORDS, t->start, t->end, &span) != 0)
        return AORTA_OK;
    if (!span.has_end)
        return phone_fault(&m->job.tally, PHONE_LIST_RECORDS, PHONE_FAULT_END);
    return phone_stage_out(&m->job, &night, &span, apple_device(&m->devices, t->name, t->version, t->device));
}

aorta_status apple_record(struct apple_import *m, const char **attrs)
{
    struct phone_span span;
    struct texts t = {0};
    double value;
    sort(attrs, &t);
    m->job.tally.seen[PHONE_LIST_RECORDS]++;
    const struct phone_metric *row = t.type ? row_of(m, t.type) : NULL;
    if (!row && t.type && strcmp(t.type, SLEEP_ANALYSIS) == 0)
        return stage(m, &t);
    if (!row) {
        m->job.tally.unknown[PHONE_LIST_RECORDS]++;
        return AORTA_OK;
    }
    if (apple_span(m, PHONE_LIST_RECORDS, t.start, t.end, &span) != 0)
        return AORTA_OK;
    if (!t.value || sdk_number_parse(sdk_str(t.value), &value) != 0)
        return phone_fault(&m->job.tally, PHONE_LIST_RECORDS, PHONE_FAULT_VALUE);
    return phone_measured_number(&m->job, PHONE_LIST_RECORDS, row, &span,
                                 apple_device(&m->devices, t.name, t.version, t.device), sdk_str(t.unit), value);
}
