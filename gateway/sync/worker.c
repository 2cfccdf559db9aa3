/* The worker process: threads that claim and run, one thread that keeps the leases and the house. */
#include "sync/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "sync/task.h"

#define IDLE_US                                                                                                        \
    (5 * GW_US_PER_S)                /* between looks when nobody says there is work: leases may have run out          \
                                      */
#define TROUBLE_US (1 * GW_US_PER_S) /* after the database failed */
#define KEEPER_US  (GW_US_PER_S / 5)
#define RELAY_US   (2 * GW_US_PER_S) /* without a hint */
#define CLEAN_US   (10 * GW_US_PER_MIN)
#define TASK_ARENA ((size_t)512 << 20)
#define KEPT_MOST  256

struct gw_worker {
    struct gw_work work;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t hints; /* raised by every reason to look */
    struct gw_task *tasks;
    pthread_t keeper;
    pthread_t *threads;
    int thread_count;
    atomic_bool keeper_runs;
};

/* ---- waking ---- */

static void on_work(void *self)
{
    struct gw_worker *w = self;

    pthread_mutex_lock(&w->lock);
    w->hints++;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

static void on_done(void *self, struct gw_uuid run)
{
    (void)self;
    (void)run;
}

static void on_nothing(void *self)
{
    (void)self;
}

/* Until a hint newer than `seen`, or the time. */
static void sleep_for_work(struct gw_worker *w, uint64_t seen, int64_t us)
{
    int64_t until_us = gw_mono_us() + us;
    struct timespec until = {until_us / GW_US_PER_S, (until_us % GW_US_PER_S) * 1000};

    pthread_mutex_lock(&w->lock);
    while (w->hints == seen && !atomic_load(&w->work.stopping))
        if (pthread_cond_timedwait(&w->wake, &w->lock, &until) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&w->lock);
}

static uint64_t hints_now(struct gw_worker *w)
{
    uint64_t seen;

    pthread_mutex_lock(&w->lock);
    seen = w->hints;
    pthread_mutex_unlock(&w->lock);
    return seen;
}

/* ---- running ---- */

static void list_task(struct gw_worker *w, struct gw_task *task)
{
    pthread_mutex_lock(&w->lock);
    task->next = w->tasks;
    task->back = &w->tasks;
    if (w->tasks)
        w->tasks->back = &task->next;
    w->tasks = task;
    pthread_mutex_unlock(&w->lock);
}

static void unlist_task(struct gw_worker *w, struct gw_task *task)
{
    pthread_mutex_lock(&w->lock);
    *task->back = task->next;
    if (task->next)
        task->next->back = task->back;
    pthread_mutex_unlock(&w->lock);
}

static void run_job(struct gw_worker *w, struct gw_job *job, struct gw_arena *arena)
{
    struct gw_task task = {.work = &w->work, .job = *job, .arena = arena, .started_us = gw_mono_us()};

    list_task(w, &task);
    gw_task_run(&task);
    unlist_task(w, &task);
}

/* One claim, one job. Returns how long to sleep before the next look, 0 = look at once. */
static int64_t look_once(struct gw_worker *w)
{
    struct gw_arena *arena = gw_arena_new(TASK_ARENA);
    struct gw_job *jobs = NULL;
    size_t count = 0;
    int64_t pause_us = IDLE_US, next_us = GW_NO_TIME;
    struct gw_err err = {0};
    enum gw_code code;

    if (!arena)
        return TROUBLE_US;
    code = gw_store_job_claim(w->work.options.db, arena, gw_uuid_v4(), w->work.options.name, w->work.options.lease_s, 1,
                              &jobs, &count, &err);
    if (code) {
        gw_log(GW_LOG_WARN, "no job could be claimed", "code", gw_code_name(code), "error", gw_err_text(&err), NULL);
        pause_us = TROUBLE_US;
    } else if (count) {
        on_work(w); /* there may be more: wake the next thread */
        run_job(w, &jobs[0], arena);
        pause_us = 0;
    } else if (!gw_store_job_next_at(w->work.options.db, &next_us, &err) && next_us != GW_NO_TIME) {
        int64_t in_us = next_us - gw_now_us();
        if (in_us < pause_us)
            pause_us = in_us > 1000 ? in_us : 1000;
    }
    gw_arena_free(&arena);
    return pause_us;
}

static void *thread_main(void *arg)
{
    struct gw_worker *w = arg;

    while (!atomic_load(&w->work.stopping)) {
        uint64_t seen = hints_now(w);
        int64_t pause_us = look_once(w);
        if (pause_us)
            sleep_for_work(w, seen, pause_us);
    }
    gw_net_thread_end();
    return NULL;
}

/* ---- keeping ---- */

static void apply_heartbeat(struct gw_worker *w, const struct gw_uuid *ids, const bool *lost, const bool *yield,
                            size_t count)
{
    pthread_mutex_lock(&w->lock);
    for (struct gw_task *t = w->tasks; t; t = t->next) {
        for (size_t i = 0; i < count; i++) {
            if (!gw_uuid_eq(t->job.id, ids[i]))
                continue;
            if (lost[i]) {
                atomic_store(&t->lost, true);
                atomic_store(&t->cancel, true);
            }
            if (yield[i])
                atomic_store(&t->yield, true);
        }
    }
    pthread_mutex_unlock(&w->lock);
}

static void heartbeat(struct gw_worker *w)
{
    struct gw_uuid ids[KEPT_MOST], leases[KEPT_MOST];
    bool lost[KEPT_MOST] = {false}, yield[KEPT_MOST] = {false};
    size_t count = 0;
    struct gw_err err = {0};

    pthread_mutex_lock(&w->lock);
    for (struct gw_task *t = w->tasks; t && count < KEPT_MOST; t = t->next, count++) {
        ids[count] = t->job.id;
        leases[count] = t->job.lease;
    }
    pthread_mutex_unlock(&w->lock);
    if (count == 0)
        return;
    if (gw_store_job_heartbeat(w->work.options.db, ids, leases, count, w->work.options.lease_s, lost, yield, &err))
        gw_log(GW_LOG_WARN, "leases not renewed", "error", gw_err_text(&err), NULL);
    else
        apply_heartbeat(w, ids, lost, yield, count);
}

static void relay(struct gw_worker *w)
{
    struct gw_err err = {0};
    int count = 0;

    if (gw_store_relay_changes(w->work.options.db, &count, &err))
        gw_log(GW_LOG_WARN, "changes not numbered", "error", gw_err_text(&err), NULL);
}

static void clean(struct gw_worker *w)
{
    struct gw_err err = {0};

    if (gw_store_clean(w->work.options.db, w->work.options.payload_days, w->work.options.run_days, &err))
        gw_log(GW_LOG_WARN, "old rows not cleaned away", "error", gw_err_text(&err), NULL);
}

static void keeper_sleep(struct gw_worker *w)
{
    struct timespec pause = {0, KEEPER_US * 1000};

    (void)w;
    nanosleep(&pause, NULL);
}

static void *keeper_main(void *arg)
{
    struct gw_worker *w = arg;
    int64_t beat_us = w->work.options.lease_s * GW_US_PER_S / 4, last_beat = gw_mono_us(), last_relay = 0,
            last_clean = gw_mono_us();

    while (w->keeper_runs) {
        int64_t now = gw_mono_us();
        if (now - last_beat > beat_us) {
            heartbeat(w);
            last_beat = now;
        }
        if (atomic_exchange(&w->work.changed, false) || now - last_relay > RELAY_US) {
            relay(w);
            last_relay = now;
        }
        if (now - last_clean > CLEAN_US) {
            clean(w);
            last_clean = now;
        }
        keeper_sleep(w);
    }
    return NULL;
}

/* ---- life ---- */

static void init_sync(struct gw_worker *w)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);
}

static enum gw_code start_threads(struct gw_worker *w, struct gw_err *err)
{
    w->threads = calloc((size_t)w->work.options.threads, sizeof(*w->threads));
    if (!w->threads)
        return gw_fail(err, GW_NOMEM, NULL);
    w->keeper_runs = true;
    if (pthread_create(&w->keeper, NULL, keeper_main, w)) {
        w->keeper_runs = false;
        return gw_fail(err, GW_NOMEM, "a thread could not be started");
    }
    for (int i = 0; i < w->work.options.threads; i++) {
        if (pthread_create(&w->threads[i], NULL, thread_main, w))
            return gw_fail(err, GW_NOMEM, "a thread could not be started");
        w->thread_count++;
    }
    return GW_OK;
}

enum gw_code gw_worker_start(const struct gw_worker_options *options, struct gw_worker **ret, struct gw_err *err)
{
    struct gw_worker *w = calloc(1, sizeof(*w));
    struct gw_notify_handlers handlers = {
        .self = w, .on_work = on_work, .on_done = on_done, .on_keys = on_nothing, .on_reconnect = on_work};
    enum gw_code code;

    if (!w)
        return gw_fail(err, GW_NOMEM, NULL);
    w->work.options = *options;
    init_sync(w);
    code = gw_notify_open(options->conninfo, &handlers, &w->work.notify, err);
    if (!code)
        code = start_threads(w, err);
    if (code) {
        gw_worker_stop(&w);
        return code;
    }
    *ret = w;
    return GW_OK;
}

static bool idle(struct gw_worker *w)
{
    bool none;

    pthread_mutex_lock(&w->lock);
    none = w->tasks == NULL;
    pthread_mutex_unlock(&w->lock);
    return none;
}

static void cancel_tasks(struct gw_worker *w)
{
    pthread_mutex_lock(&w->lock);
    for (struct gw_task *t = w->tasks; t; t = t->next)
        atomic_store(&t->cancel, true);
    pthread_mutex_unlock(&w->lock);
}

static void drain(struct gw_worker *w)
{
    int64_t end = gw_mono_us() + w->work.options.drain_s * GW_US_PER_S;

    atomic_store(&w->work.stopping, true);
    pthread_mutex_lock(&w->lock);
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    while (!idle(w) && gw_mono_us() < end)
        keeper_sleep(w);
    cancel_tasks(w);
}

void gw_worker_stop(struct gw_worker **address)
{
    struct gw_worker *w = *address;

    if (!w)
        return;
    drain(w);
    for (int i = 0; i < w->thread_count; i++)
        pthread_join(w->threads[i], NULL);
    if (w->keeper_runs) {
        w->keeper_runs = false;
        pthread_join(w->keeper, NULL);
    }
    gw_notify_close(&w->work.notify);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w->threads);
    free(w);
    *address = NULL;
}
