/* Measurements: metrics.def, and what becomes of a value. */
#include "job.h"

#include <string.h>

static const struct phone_metric rows[] = {
#define IDENTIFIER(name, metric, dimension, unit, scale, rules) {name, metric, {PHONE_##dimension, unit, scale, rules}},
#define HK(name, metric, dimension, unit, scale, rules)                                                                \
    IDENTIFIER("HKQuantityTypeIdentifier" name, metric, dimension, unit, scale, rules)
#include "metrics.def"
#undef HK
#undef IDENTIFIER
};
_Static_assert(AORTA_COUNT(rows) <= PHONE_METRICS_MAX, "struct phone_job keeps what the host said of each");

static const struct {
    const char *name;
    uint32_t aggregation;
} catalogue[] = {
#define METRIC(number, name, unit, aggregation) {name, aggregation},
#include "catalogue/metrics.def"
#undef METRIC
};

void phone_metrics_init(struct phone_names *names)
{
    phone_names_init(names, rows, sizeof(rows[0]), AORTA_COUNT(rows));
}

int phone_metric_adds_up(const char *metric)
{
    for (uint32_t i = 0; i < AORTA_COUNT(catalogue); i++)
        if (strcmp(catalogue[i].name, metric) == 0)
            return catalogue[i].aggregation == AORTA_AGGREGATE_SUM;
    return 0;
}

const struct phone_known *phone_metric_known(struct phone_job *job, const struct phone_metric *row)
{
    struct phone_known *known = &job->known[row - rows];
    if (!known->asked)
        *known =
            (struct phone_known){job->ctx->host->metric(job->ctx, row->metric), 1, phone_metric_adds_up(row->metric)};
    return known;
}

/* From one local midnight to the next, however long that day was. */
static int is_local_day(const struct phone_span *span)
{
    const int64_t hour = 3600 * PHONE_US_PER_S;
    int64_t lasts = span->end_us - span->start_us;
    return span->flags & AORTA_SERIES_HAS_OFFSET && phone_midnight(span->start_us, span->offset_s) == span->start_us &&
           lasts >= 23 * hour - 60 * PHONE_US_PER_S && lasts <= 25 * hour;
}

static aorta_status out(struct phone_job *job, uint32_t metric, const struct phone_span *span, uint32_t source,
                        uint32_t flags, double value)
{
    int total = (flags & AORTA_SERIES_DAILY_TOTAL) != 0;
    const struct phone_run_key key = {metric, source, span->flags | flags, span->offset_s};
    const struct phone_sample sample = {total ? phone_midnight(span->start_us, span->offset_s) : span->start_us,
                                        total ? 0 : span->end_us - span->start_us, value};
    return metric && sample.us >= 0 ? phone_out_sample(&job->out, &key, &sample) : AORTA_OK;
}

aorta_status phone_measured(struct phone_job *job, enum phone_list list, const struct phone_metric *row,
                            const struct phone_span *span, uint32_t source, aorta_str unit, phone_value value)
{
    double v;
    if (!phone_number(value, &v))
        return phone_fault(&job->tally, list, PHONE_FAULT_VALUE);
    return phone_measured_number(job, list, row, span, source, unit, v);
}

aorta_status phone_measured_number(struct phone_job *job, enum phone_list list, const struct phone_metric *row,
                                   const struct phone_span *span, uint32_t source, aorta_str unit, double v)
{
    const struct phone_known *known = phone_metric_known(job, row);
    if (phone_convert(&row->quantity, unit, &v) != 0)
        return phone_fault(&job->tally, list, PHONE_FAULT_RANGE);
    int total = row->quantity.rules & PHONE_PER_DAY || (known->adds_up && is_local_day(span));
    return out(job, known->handle, span, source, total ? AORTA_SERIES_DAILY_TOTAL : 0, v);
}

aorta_status phone_sample_out(struct phone_job *job, const char *metric, const struct phone_span *span, uint32_t source,
                              uint32_t flags, double value)
{
    return out(job, job->ctx->host->metric(job->ctx, metric), span, source, flags, value);
}
