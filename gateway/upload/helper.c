/* See helper.h. */
#include "upload/helper.h"

#include <pthread.h>
#include <stdlib.h>

struct gw_helper {
    gw_helper_fn *work;
    void *self;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct gw_str piece; /* ptr NULL = it has nothing to do */
    bool stop;
    struct gw_err failed;
};

static void *run(void *arg)
{
    struct gw_helper *h = arg;

    pthread_mutex_lock(&h->lock);
    for (;;) {
        struct gw_err err = {0};
        while (!h->piece.ptr && !h->stop)
            pthread_cond_wait(&h->moved, &h->lock);
        if (!h->piece.ptr)
            break;
        if (!h->failed.code) {
            pthread_mutex_unlock(&h->lock);
            enum gw_code code = h->work(h->self, h->piece, &err);
            pthread_mutex_lock(&h->lock);
            if (code)
                h->failed = err;
        }
        h->piece.ptr = NULL;
        pthread_cond_signal(&h->moved);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

enum gw_code gw_helper_new(gw_helper_fn *work, void *self, struct gw_helper **ret, struct gw_err *err)
{
    struct gw_helper *h = calloc(1, sizeof(*h));

    if (!h)
        return gw_fail(err, GW_NOMEM, NULL);
    h->work = work;
    h->self = self;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->moved, NULL);
    if (pthread_create(&h->thread, NULL, run, h)) {
        pthread_cond_destroy(&h->moved);
        pthread_mutex_destroy(&h->lock);
        free(h);
        return gw_fail(err, GW_NOMEM, "a thread could not be started");
    }
    *ret = h;
    return GW_OK;
}

/* With the lock held. */
static enum gw_code wait_idle(struct gw_helper *h, struct gw_err *err)
{
    while (h->piece.ptr)
        pthread_cond_wait(&h->moved, &h->lock);
    if (h->failed.code && err)
        *err = h->failed;
    return h->failed.code;
}

enum gw_code gw_helper_give(struct gw_helper *h, struct gw_str bytes, struct gw_err *err)
{
    enum gw_code code;

    pthread_mutex_lock(&h->lock);
    code = wait_idle(h, err);
    if (!code) {
        h->piece = bytes;
        pthread_cond_signal(&h->moved);
    }
    pthread_mutex_unlock(&h->lock);
    return code;
}

enum gw_code gw_helper_wait(struct gw_helper *h, struct gw_err *err)
{
    enum gw_code code;

    pthread_mutex_lock(&h->lock);
    code = wait_idle(h, err);
    pthread_mutex_unlock(&h->lock);
    return code;
}

void gw_helper_free(struct gw_helper **helper)
{
    struct gw_helper *h = *helper;

    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_cond_signal(&h->moved);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    pthread_cond_destroy(&h->moved);
    pthread_mutex_destroy(&h->lock);
    free(h);
    *helper = NULL;
}
