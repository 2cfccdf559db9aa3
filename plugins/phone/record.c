/* Items of `records`: one measured value each, but for the nights that early apps put there. */
#include "job.h"

#define SLEEP_ANALYSIS "HKCategoryTypeIdentifierSleepAnalysis"

aorta_status phone_record(struct phone_job *job, phone_value item)
{
    struct phone_span span;
    aorta_str type = phone_text(phone_get(item, PHONE_type));
    if (sdk_str_eq(type, SLEEP_ANALYSIS))
        return phone_sleep(job, PHONE_LIST_RECORDS, item);
    const struct phone_metric *row = phone_names_find(&job->metrics, type);
    if (!row) {
        job->tally.unknown[PHONE_LIST_RECORDS]++;
        return AORTA_OK;
    }
    if (phone_span(job, PHONE_LIST_RECORDS, item, &span) != 0)
        return AORTA_OK;
    uint32_t source = phone_source(&job->sources, phone_get(item, PHONE_source));
    return phone_measured(job, PHONE_LIST_RECORDS, row, &span, source, phone_text(phone_get(item, PHONE_unit)),
                          phone_get(item, PHONE_value));
}
