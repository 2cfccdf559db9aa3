/* The score of a night, which Samsung's SDK repeats on every stage: one record for each parent. */
#include "job.h"

#include <string.h>

static const char score_type[] = "sleepScore";

static aorta_status out(struct phone_job *job, const struct phone_score *score)
{
    char id[PHONE_NIGHT_MAX + sizeof(score_type)];
    const struct phone_span span = {score->start_us, score->end_us, score->flags, score->offset_s, 1};
    aorta_record record = phone_record_of("score", &span, score->source);
    size_t len = strlen(score->night);
    sdk_fields fields = {0};
    memcpy(id, score->night, len);
    id[len] = '-';
    memcpy(id + len + 1, score_type, sizeof(score_type) - 1);
    record.external_id = (aorta_str){id, len + sizeof(score_type)};
    record.parent_external_id = (aorta_str){score->night, len};
    sdk_add_enum(&fields, "category", "sleep");
    sdk_add_float(&fields, "value", score->value);
    return phone_out_record(&job->out, &record, &fields);
}

aorta_status phone_scores_out(struct phone_job *job)
{
    aorta_status st = AORTA_OK;
    for (uint32_t i = 0; i < job->scores && st == AORTA_OK; i++)
        st = out(job, &job->score[i]);
    job->scores = 0;
    return st;
}

static struct phone_score *find(struct phone_job *job, aorta_str night)
{
    for (uint32_t i = 0; i < job->scores; i++)
        if (sdk_str_eq(night, job->score[i].night))
            return &job->score[i];
    return NULL;
}

static void widen(struct phone_score *score, const struct phone_span *span, double value)
{
    if (span->start_us < score->start_us)
        score->start_us = span->start_us;
    if (span->end_us > score->end_us)
        score->end_us = span->end_us;
    score->value = value;
}

static aorta_status add(struct phone_job *job, aorta_str night, double value, const struct phone_span *span,
                        uint32_t source)
{
    struct phone_score *score = find(job, night);
    if (score) {
        widen(score, span, value);
        return AORTA_OK;
    }
    aorta_status st = job->scores == PHONE_SCORES_MAX ? phone_scores_out(job) : AORTA_OK;
    score = &job->score[job->scores++];
    *score = (struct phone_score){.value = value,
                                  .start_us = span->start_us,
                                  .end_us = span->end_us,
                                  .source = source,
                                  .flags = span->flags,
                                  .offset_s = span->offset_s};
    memcpy(score->night, night.ptr, night.len);
    return st;
}

aorta_status phone_score(struct phone_job *job, phone_value item, const struct phone_span *span, uint32_t source)
{
    phone_value values = phone_get(item, PHONE_values);
    aorta_str night = phone_text(phone_get(item, PHONE_parentid));
    double value;
    if (phone_type(values) != SDK_JSON_ARRAY || !night.len || night.len >= PHONE_NIGHT_MAX ||
        memchr(night.ptr, '\0', night.len))
        return AORTA_OK;
    for (phone_value v = phone_first(values); v.node; v = phone_next(values, v))
        if (sdk_str_eq(phone_text(phone_get(v, PHONE_type)), score_type) &&
            phone_number(phone_get(v, PHONE_value), &value) && value > 0 && value <= 100)
            return add(job, night, value, span, source);
    return AORTA_OK;
}
