/* What all kinds of jobs have in common: dispatch, failure, the closing line. */
#include "sync/task.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/time.h"
#include "sync/retry.h"

static const struct {
    int kind;
    void (*run)(struct gw_task *);
    const char *name;
} task_kinds[] = {
    {GW_JOB_SYNC, gw_task_sync, "sync"},          {GW_JOB_FETCH, gw_task_sync, "fetch"},
    {GW_JOB_HISTORY, gw_task_sync, "history"},    {GW_JOB_PAYLOAD, gw_task_payload, "payload"},
    {GW_JOB_WEBHOOK, gw_task_webhook, "webhook"},
};

static const char *kind_name(int kind)
{
    for (size_t i = 0; i < sizeof(task_kinds) / sizeof(task_kinds[0]); i++)
        if (task_kinds[i].kind == kind)
            return task_kinds[i].name;
    return "unknown";
}

static void set_context(const struct gw_job *job)
{
    char text[GW_UUID_TEXT];

    gw_log_context("job", gw_uuid_text(job->id, text));
    gw_log_context("provider", job->provider);
    if (!gw_uuid_is_nil(job->user_id))
        gw_log_context("user", gw_uuid_text(job->user_id, text));
}

void gw_task_run(struct gw_task *task)
{
    struct gw_err why = {0};

    set_context(&task->job);
    for (size_t i = 0; i < sizeof(task_kinds) / sizeof(task_kinds[0]); i++) {
        if (task_kinds[i].kind == task->job.kind) {
            task_kinds[i].run(task);
            gw_log_context_clear();
            return;
        }
    }
    gw_fail(&why, GW_CONTRACT, "this version does not know jobs of kind %d", task->job.kind);
    gw_task_failed(task, &why, false);
    gw_log_context_clear();
}

const struct gw_provider *gw_task_provider(struct gw_task *task)
{
    const struct gw_provider *p = gw_registry_find(task->work->options.registry, task->job.provider);
    struct gw_err why = {0};

    if (p && p->ready)
        return p;
    gw_fail(&why, p ? GW_CONFIG : GW_NOT_FOUND, "%s", p ? p->reason : "the provider is not configured here");
    gw_task_failed(task, &why, gw_counts_any(&task->job.counts));
    return NULL;
}

/* The job is left as it is: another has it, or the drain gives it back untouched. */
static bool leave_alone(struct gw_task *task)
{
    struct gw_err ignored = {0};

    if (atomic_load(&task->lost))
        return true;
    if (!atomic_load(&task->work->stopping))
        return false;
    if (gw_store_job_release(task->work->options.db, task->job.id, task->job.lease, &ignored))
        gw_log(GW_LOG_WARN, "job not released; its lease will run out", "error", gw_err_text(&ignored), NULL);
    return true;
}

void gw_task_failed(struct gw_task *task, const struct gw_err *why, bool committed)
{
    struct gw_retry next = gw_retry_decide(&task->job, why, committed, gw_now_us(), (double)(random() % 1000) / 1000.0);
    struct gw_db *db = task->work->options.db;
    struct gw_err err = {0};
    enum gw_code code;

    if (why->code == GW_LEASE_LOST)
        atomic_store(&task->lost, true);
    if (leave_alone(task))
        return;
    gw_log(gw_code_http(why->code) >= 500 ? GW_LOG_WARN : GW_LOG_INFO,
           next.again ? "job will be tried again" : "job failed", "kind", kind_name(task->job.kind), "code",
           gw_err_wire(why), "error", gw_err_text(why), "attempt", GW_N(task->job.attempts), NULL);
    if (next.again)
        code = gw_store_job_retry(db, task->job.id, task->job.lease, next.at_us, why, &err);
    else
        code = gw_store_job_fail(db, task->job.id, task->job.lease, next.status, why, &err);
    if (code == GW_LEASE_LOST)
        gw_log(GW_LOG_INFO, "job is not ours any more: cancelled, or taken over", "kind", kind_name(task->job.kind),
               NULL);
    else if (code)
        gw_log(GW_LOG_WARN, "job's end not stored; its lease will run out", "error", gw_err_text(&err), NULL);
    else
        gw_task_ended(task, next.again ? "queued" : next.status, NULL, true);
    gw_notify_work(task->work->notify); /* the connection is free for who waits behind */
}

void gw_task_ended(struct gw_task *task, const char *status, const struct gw_counts *counts, bool wanted)
{
    if (counts)
        gw_log(GW_LOG_INFO, "job done", "kind", kind_name(task->job.kind), "status", status, "workouts",
               GW_N(counts->workouts.created + counts->workouts.updated), "sleep",
               GW_N(counts->sleep.created + counts->sleep.updated), "samples",
               GW_N(counts->timeseries.created + counts->timeseries.updated), "payloads", GW_N(counts->payloads), "us",
               GW_N(gw_mono_us() - task->started_us), NULL);
    if (wanted)
        gw_notify_done(task->work->notify, task->job.id);
}

static bool count_any(const struct gw_count *c)
{
    return c->created + c->updated + c->unchanged + c->deleted > 0;
}

bool gw_counts_any(const struct gw_counts *c)
{
    return count_any(&c->workouts) || count_any(&c->sleep) || count_any(&c->timeseries) || count_any(&c->events);
}

static void count_add(struct gw_count *to, const struct gw_count *more)
{
    to->fetched += more->fetched;
    to->created += more->created;
    to->updated += more->updated;
    to->unchanged += more->unchanged;
    to->deleted += more->deleted;
    to->rejected += more->rejected;
}

void gw_counts_add(struct gw_counts *to, const struct gw_counts *more)
{
    count_add(&to->workouts, &more->workouts);
    count_add(&to->sleep, &more->sleep);
    count_add(&to->timeseries, &more->timeseries);
    count_add(&to->events, &more->events);
    to->payloads += more->payloads;
    to->payloads_failed += more->payloads_failed;
}
