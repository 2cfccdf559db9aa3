/* job.h - one payload on its way: what the readers of its items share. */
#ifndef PHONE_JOB_H
#define PHONE_JOB_H

#include "out.h"
#include "phone.h"
#include "source.h"
#include "tally.h"
#include "unit.h"
#include "when.h"

/* ---- metric.c: what a measurement is called ---- */

struct phone_metric {
    const char *name, *metric;
    struct phone_quantity quantity;
};

/* The rows of metrics.def that were met, as the host knows them. */
struct phone_known {
    uint32_t handle; /* 0 = not there */
    int asked, adds_up;
};

#define PHONE_METRICS_MAX 160

/* ---- score.c: sleep scores that repeat on every stage of a night ---- */

#define PHONE_SCORES_MAX 32
#define PHONE_NIGHT_MAX  96

struct phone_score {
    char night[PHONE_NIGHT_MAX];
    double value;
    int64_t start_us, end_us;
    uint32_t source, flags;
    int32_t offset_s;
};

/* ---- the job ---- */

/* When an item was, and where its clock stood. */
struct phone_span {
    int64_t start_us, end_us; /* end_us is start_us where no end is given */
    uint32_t flags;           /* AORTA_RECORD_HAS_OFFSET, which is AORTA_SERIES_HAS_OFFSET */
    int32_t offset_s;
    int has_end; /* one that does not lie before the start */
};

struct phone_export;

struct phone_job {
    aorta_ctx *ctx;
    const struct phone_provider *provider;
    struct phone_clock clock;        /* of phones */
    struct phone_clock export_clock; /* of exporting apps: their zone is the phone's, their numbers count from 2001 */
    struct phone_out out;
    struct phone_sources sources;
    struct phone_tally tally;
    struct phone_names metrics, workouts, values, exports;
    struct phone_known known[PHONE_METRICS_MAX];
    struct phone_score score[PHONE_SCORES_MAX];
    uint32_t scores;
    char id[40]; /* an id in capitals */
    char *text;  /* a route or laps, in memory that the next one uses again */
    size_t text_len, text_cap;
};

/* ---- normalize.c: for readers of other forms than JSON too; the job is zeroed memory ---- */

/* Whatever it says, phone_job_end follows. */
aorta_status phone_job_begin(struct phone_job *job, const struct phone_provider *provider, aorta_ctx *ctx,
                             const aorta_payload *payload);
void phone_job_end(struct phone_job *job);

/* ---- item.c: the small steps ---- */

/* startDate, endDate and zoneOffset. 0, or -1 when there is no start, which is tallied. */
int phone_span(struct phone_job *job, enum phone_list list, phone_value item, struct phone_span *ret);
/* The item's own id, or empty. Good until the next call. */
aorta_str phone_id(struct phone_job *job, phone_value item);
int phone_is_uuid(aorta_str text);
aorta_str phone_uuid_in_capitals(struct phone_job *job, aorta_str uuid); /* good until the next call */
aorta_record phone_record_of(const char *kind, const struct phone_span *span, uint32_t source);
/* Entered by hand: 1, 0, or -1 when nothing says so. */
int phone_manual(phone_value item);
/* Of a local day, by the offset; without one, of a UTC day. */
int64_t phone_midnight(int64_t us, int32_t offset_s);

/* ---- metric.c ---- */

void phone_metrics_init(struct phone_names *names);
const struct phone_known *phone_metric_known(struct phone_job *job, const struct phone_metric *row);
int phone_metric_adds_up(const char *metric); /* over time: steps do, heart rate does not */
/* A measured value as one sample; faults are tallied. */
aorta_status phone_measured(struct phone_job *job, enum phone_list list, const struct phone_metric *row,
                            const struct phone_span *span, uint32_t source, aorta_str unit, phone_value value);
aorta_status phone_measured_number(struct phone_job *job, enum phone_list list, const struct phone_metric *row,
                                   const struct phone_span *span, uint32_t source, aorta_str unit, double value);
/* The same for a value in the catalogue's unit. */
aorta_status phone_sample_out(struct phone_job *job, const char *metric, const struct phone_span *span, uint32_t source,
                              uint32_t flags, double value);

/* ---- the items; OK also for one that had to be left out ---- */

aorta_status phone_record(struct phone_job *job, phone_value item);
aorta_status phone_sleep(struct phone_job *job, enum phone_list list, phone_value item);
aorta_status phone_workout(struct phone_job *job, phone_value item);
const char *phone_stage(aorta_str text); /* of the catalogue, or NULL */
/* A piece of a night: its stage in the catalogue's word, and what else is known, or empty. */
struct phone_night {
    const char *stage;
    aorta_str id, parent, writer; /* writer: the source's name */
};
aorta_status phone_stage_out(struct phone_job *job, const struct phone_night *night, const struct phone_span *span,
                             uint32_t source);
aorta_status phone_score(struct phone_job *job, phone_value item, const struct phone_span *span, uint32_t source);
aorta_status phone_scores_out(struct phone_job *job);

#endif
