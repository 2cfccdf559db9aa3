/* See portions.h. One batch is being filled, at most one is being committed, the third place is empty: `given` passes
 * from the filling thread to the committing one, `spare` comes back. */
#include "sync/portions.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"

#define SAMPLES_FIRST                                                                                                  \
    ((size_t)1 << 15) /* small at first, so that the database soon has something to do; then larger                    \
                       */
#define SAMPLES_MOST ((size_t)1 << 17)
#define ROWS_MOST    ((size_t)4096) /* each takes kilobytes while it is committed, where a sample takes bytes */
#define BYTES_MOST   ((size_t)10 << 20)
#define OFTEN_US     (2 * GW_US_PER_S) /* a slow payload shows what it has, and how far it is */

struct gw_portions {
    struct gw_task *task;
    const struct gw_payload *payload;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* given, spare, stop or failed */
    pthread_t thread;
    bool started, stop;
    struct gw_batch *given, *spare;
    double given_progress;
    struct gw_err failed;
    size_t committed;
    /* the filling thread's own */
    size_t samples_most; /* of the portion that is being filled */
    double progress;
    int64_t last_us;
};

enum gw_code gw_portions_new(struct gw_task *task, const struct gw_payload *payload, struct gw_portions **ret,
                             struct gw_err *err)
{
    struct gw_portions *p = calloc(1, sizeof(*p));

    if (!p)
        return gw_fail(err, GW_NOMEM, NULL);
    p->task = task;
    p->payload = payload;
    p->samples_most = SAMPLES_FIRST;
    p->last_us = gw_mono_us();
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->moved, NULL);
    *ret = p;
    return GW_OK;
}

/* ---- committing ---- */

static enum gw_code commit(struct gw_portions *p, struct gw_batch *batch, double progress, struct gw_err *err)
{
    struct gw_commit c = {0};
    enum gw_code code = gw_batch_fill(batch, &c, err);

    if (code)
        return code;
    c.job_id = p->task->job.id;
    c.lease = p->task->job.lease;
    c.end = GW_COMMIT_CONTINUE;
    c.afresh = p->committed == 0;
    c.lazily = true; /* as the end of the job: see push.c */
    c.progress = progress;
    code = gw_store_commit(p->task->work->options.db, &c, NULL, NULL, err);
    if (code == GW_LEASE_LOST)
        atomic_store(&p->task->lost, true);
    if (code)
        return code;
    atomic_store(&p->task->work->changed, true);
    return gw_batch_reset(batch, err);
}

/* Waits for a batch, with the lock held. NULL = no more will come. */
static struct gw_batch *take_given(struct gw_portions *p)
{
    while (!p->given && !p->stop)
        pthread_cond_wait(&p->moved, &p->lock);
    return p->given;
}

static void *committer(void *self)
{
    struct gw_portions *p = self;
    struct gw_batch *batch;

    pthread_mutex_lock(&p->lock);
    while ((batch = take_given(p)) != NULL) {
        double progress = p->given_progress;
        struct gw_err err = {0};
        if (!p->failed.code) {
            pthread_mutex_unlock(&p->lock);
            enum gw_code code = commit(p, batch, progress, &err);
            pthread_mutex_lock(&p->lock);
            if (code)
                p->failed = err;
            else
                p->committed++;
        }
        p->spare = batch;
        p->given = NULL;
        pthread_cond_signal(&p->moved);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- filling ---- */

bool gw_portions_full(void *self, const struct gw_batch *batch)
{
    struct gw_portions *p = self;

    return gw_batch_samples(batch) >= p->samples_most || gw_batch_rows(batch) >= ROWS_MOST ||
           gw_batch_size(batch) >= BYTES_MOST || (gw_batch_has_data(batch) && gw_mono_us() - p->last_us > OFTEN_US);
}

void gw_portions_progress(struct gw_portions *p, double done)
{
    p->progress = done;
}

/* The first time there is something to hand over: the thread, and the second batch. */
static enum gw_code start(struct gw_portions *p, struct gw_err *err)
{
    const struct gw_payload *of = p->payload;
    enum gw_code code = GW_OK;

    if (!p->spare)
        code = gw_batch_new(of->user_id, of->connection_id, of->provider, of->account, &p->spare, err);
    if (code)
        return code;
    if (pthread_create(&p->thread, NULL, committer, p))
        return gw_fail(err, GW_NOMEM, "a thread could not be started");
    p->started = true;
    return GW_OK;
}

enum gw_code gw_portions_next(void *self, struct gw_batch **batch, struct gw_err *err)
{
    struct gw_portions *p = self;
    enum gw_code code = p->started ? GW_OK : start(p, err);

    if (code)
        return code;
    pthread_mutex_lock(&p->lock);
    while (p->given)
        pthread_cond_wait(&p->moved, &p->lock);
    code = p->failed.code;
    if (code) {
        *err = p->failed;
    } else {
        struct gw_batch *empty = gw_take(p->spare);
        gw_batch_follow(empty, *batch);
        p->given = *batch;
        p->given_progress = p->progress;
        *batch = empty;
        pthread_cond_signal(&p->moved);
    }
    pthread_mutex_unlock(&p->lock);
    if (p->samples_most < SAMPLES_MOST)
        p->samples_most *= 2;
    p->last_us = gw_mono_us();
    return code;
}

/* ---- the end ---- */

static void stop(struct gw_portions *p)
{
    if (!p->started)
        return;
    pthread_mutex_lock(&p->lock);
    while (p->given)
        pthread_cond_wait(&p->moved, &p->lock);
    p->stop = true;
    pthread_cond_signal(&p->moved);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    p->started = false;
}

size_t gw_portions_committed(struct gw_portions *p)
{
    stop(p);
    return p->committed;
}

enum gw_code gw_portions_end(struct gw_portions *p, size_t *ret_count, struct gw_err *err)
{
    stop(p);
    if (p->failed.code) {
        *err = p->failed;
        return p->failed.code;
    }
    *ret_count = p->committed;
    return GW_OK;
}

void gw_portions_free(struct gw_portions **address)
{
    struct gw_portions *p = *address;

    if (!p)
        return;
    stop(p);
    gw_batch_free(&p->spare);
    pthread_cond_destroy(&p->moved);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *address = NULL;
}
