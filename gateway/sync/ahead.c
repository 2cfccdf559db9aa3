/* See ahead.h. Of two buffers one is being read, the other is being filled or waits full. */
#include "sync/ahead.h"

#include <pthread.h>
#include <stdlib.h>

struct piece {
    char *bytes;
    size_t len, cap;
};

struct gw_ahead {
    struct gw_payload_reader *reader;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool stop, full; /* full: next holds a chunk, the end or a failure */
    struct piece next, now;
    struct gw_err failed;
};

static enum gw_code fill(struct gw_payload_reader *reader, struct piece *to, struct gw_err *err)
{
    struct gw_str bytes;
    enum gw_code code = gw_store_payload_next(reader, &bytes, err);

    if (code)
        return code;
    if (bytes.len > to->cap) {
        char *more = realloc(to->bytes, bytes.len);
        if (!more)
            return gw_fail(err, GW_NOMEM, NULL);
        to->bytes = more;
        to->cap = bytes.len;
    }
    if (bytes.len)
        memcpy(to->bytes, bytes.ptr, bytes.len);
    to->len = bytes.len;
    return GW_OK;
}

static void *run(void *self)
{
    struct gw_ahead *a = self;
    bool more = true;

    pthread_mutex_lock(&a->lock);
    while (more && !a->stop) {
        struct piece piece = a->next;
        struct gw_err err = {0};
        pthread_mutex_unlock(&a->lock);
        more = fill(a->reader, &piece, &err) == GW_OK && piece.len > 0;
        pthread_mutex_lock(&a->lock);
        a->next = piece;
        a->failed = err;
        a->full = true;
        pthread_cond_signal(&a->moved);
        while (more && a->full && !a->stop)
            pthread_cond_wait(&a->moved, &a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

enum gw_code gw_ahead_new(struct gw_payload_reader *reader, struct gw_ahead **ret, struct gw_err *err)
{
    struct gw_ahead *a = calloc(1, sizeof(*a));

    if (!a)
        return gw_fail(err, GW_NOMEM, NULL);
    a->reader = reader;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->moved, NULL);
    if (pthread_create(&a->thread, NULL, run, a)) {
        pthread_cond_destroy(&a->moved);
        pthread_mutex_destroy(&a->lock);
        free(a);
        return gw_fail(err, GW_NOMEM, "a thread could not be started");
    }
    *ret = a;
    return GW_OK;
}

enum gw_code gw_ahead_next(struct gw_ahead *a, struct gw_str *ret, struct gw_err *err)
{
    enum gw_code code;

    pthread_mutex_lock(&a->lock);
    while (!a->full)
        pthread_cond_wait(&a->moved, &a->lock);
    code = a->failed.code;
    if (code) {
        *err = a->failed;
    } else if (a->next.len == 0) {
        *ret = (struct gw_str){"", 0}; /* the end, however often it is asked for */
    } else {
        struct piece read = a->now;
        a->now = a->next;
        a->next = read;
        a->full = false;
        pthread_cond_signal(&a->moved);
        *ret = (struct gw_str){a->now.bytes, a->now.len};
    }
    pthread_mutex_unlock(&a->lock);
    return code;
}

void gw_ahead_free(struct gw_ahead **ahead)
{
    struct gw_ahead *a = *ahead;

    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->moved);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->moved);
    pthread_mutex_destroy(&a->lock);
    free(a->next.bytes);
    free(a->now.bytes);
    free(a);
    *ahead = NULL;
}
