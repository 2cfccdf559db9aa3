/* LISTEN and NOTIFY on one connection, by one thread that waits for the socket, for words to say, and for the time to
 * say them: the first at once, those of the next 5 ms together. */
#include "store/notify.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <libpq-fe.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/own.h"
#include "base/time.h"

#define CHANNEL      "aorta"
#define GATHER_US    5000
#define PAYLOAD_MOST 7900 /* PostgreSQL takes less than 8000 bytes */
#define PENDING_MOST 4096 /* runs remembered while there is no connection; they are hints */
#define RETRY_MS     500
#define TIMEOUT_MS   10000

/* What has been said and not been sent. */
struct words {
    bool work, keys;
    struct gw_uuid *done;
    size_t done_count, done_cap;
};

struct gw_notify {
    struct gw_notify_handlers handlers;
    char *conninfo;
    pthread_t thread;
    int wake_fd;
    pthread_mutex_t lock; /* stop and words */
    bool stop;
    struct words words;
    PGconn *pg; /* the thread's own */
    bool sending;
    int64_t sent_us;
};

/* ---- saying ---- */

static void wake(struct gw_notify *n)
{
    uint64_t one = 1;

    if (write(n->wake_fd, &one, sizeof(one)) < 0)
        gw_log(GW_LOG_DEBUG, "notify: wake failed", NULL);
}

void gw_notify_work(struct gw_notify *n)
{
    pthread_mutex_lock(&n->lock);
    bool first = !n->words.work;
    n->words.work = true;
    pthread_mutex_unlock(&n->lock);
    if (first)
        wake(n);
}

void gw_notify_keys(struct gw_notify *n)
{
    pthread_mutex_lock(&n->lock);
    n->words.keys = true;
    pthread_mutex_unlock(&n->lock);
    wake(n);
}

static bool has_room(struct words *w)
{
    if (w->done_count < w->done_cap)
        return true;
    if (w->done_cap >= PENDING_MOST)
        return false;
    size_t cap = w->done_cap ? 2 * w->done_cap : 64;
    struct gw_uuid *more = realloc(w->done, cap * sizeof(*more));
    if (!more)
        return false;
    w->done = more;
    w->done_cap = cap;
    return true;
}

void gw_notify_done(struct gw_notify *n, struct gw_uuid run)
{
    pthread_mutex_lock(&n->lock);
    if (has_room(&n->words))
        n->words.done[n->words.done_count++] = run;
    pthread_mutex_unlock(&n->lock);
    wake(n);
}

static bool has_words(const struct words *w)
{
    return w->work || w->keys || w->done_count > 0;
}

/* As much as fits one payload: "w", "k" and "d<run>", separated by spaces. */
static void take_words(struct words *w, struct gw_buf *out)
{
    char text[GW_UUID_TEXT];
    size_t taken = 0;

    if (w->work)
        gw_buf_str(out, " w");
    if (w->keys)
        gw_buf_str(out, " k");
    while (taken < w->done_count && out->len + 3 + sizeof(text) < PAYLOAD_MOST)
        gw_buf_printf(out, " d%s", gw_uuid_text(w->done[taken++], text));
    w->done_count -= taken;
    if (w->done_count)
        memmove(w->done, w->done + taken, w->done_count * sizeof(*w->done));
    w->work = w->keys = false;
}

/* ---- hearing ---- */

static void hear(struct gw_notify *n, const char *said)
{
    const struct gw_notify_handlers *h = &n->handlers;
    struct gw_uuid run;

    while (*said) {
        size_t len = strcspn(said, " ");
        if (len == 1 && *said == 'w' && h->on_work)
            h->on_work(h->self);
        else if (len == 1 && *said == 'k' && h->on_keys)
            h->on_keys(h->self);
        else if (len > 1 && *said == 'd' && h->on_done && gw_uuid_parse((struct gw_str){said + 1, len - 1}, &run))
            h->on_done(h->self, run);
        said += len;
        said += strspn(said, " ");
    }
}

static void hear_all(struct gw_notify *n)
{
    PGnotify *notify;

    while ((notify = PQnotifies(n->pg))) {
        if (strcmp(notify->relname, CHANNEL) == 0)
            hear(n, notify->extra);
        PQfreemem(notify);
    }
}

/* ---- the connection ---- */

static bool stopping(struct gw_notify *n)
{
    pthread_mutex_lock(&n->lock);
    bool stop = n->stop;
    pthread_mutex_unlock(&n->lock);
    return stop;
}

static void drain_wakes(struct gw_notify *n)
{
    uint64_t count;

    while (read(n->wake_fd, &count, sizeof(count)) > 0)
        ;
}

/* Waits for the socket or to be told to stop; false when the time is up or it is told. */
static bool wait_socket(struct gw_notify *n, short events, int64_t until_us)
{
    struct pollfd fds[] = {{PQsocket(n->pg), events, 0}, {n->wake_fd, POLLIN, 0}};
    int64_t left_us = until_us - gw_mono_us();

    if (left_us <= 0 || fds[0].fd < 0)
        return false;
    if (poll(fds, 2, (int)(left_us / 1000 + 1)) < 0 && errno != EINTR)
        return false;
    if (fds[1].revents) {
        if (stopping(n))
            return false;
        drain_wakes(n); /* what was said stays in words */
    }
    return true;
}

static void ignore_notice(void *unused, const char *message)
{
    (void)unused;
    (void)message;
}

static bool connect_pg(struct gw_notify *n)
{
    const char *const keys[] = {"application_name", "dbname", NULL};
    const char *const values[] = {"aorta notify", n->conninfo, NULL};
    int64_t until_us = gw_mono_us() + TIMEOUT_MS * 1000;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    n->pg = PQconnectStartParams(keys, values, 1);
    if (!n->pg || PQstatus(n->pg) == CONNECTION_BAD)
        return false;
    PQsetNoticeProcessor(n->pg, ignore_notice, NULL);
    while (state != PGRES_POLLING_OK) {
        if (!wait_socket(n, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_us))
            return false;
        state = PQconnectPoll(n->pg);
        if (state == PGRES_POLLING_FAILED)
            return false;
    }
    return true;
}

static bool listen_pg(struct gw_notify *n)
{
    int64_t until_us = gw_mono_us() + TIMEOUT_MS * 1000;
    bool good = false;
    PGresult *result;

    if (PQsetnonblocking(n->pg, 1) != 0 || !PQsendQuery(n->pg, "LISTEN " CHANNEL))
        return false;
    for (;;) {
        while (PQflush(n->pg) > 0 || PQisBusy(n->pg))
            if (!wait_socket(n, POLLIN, until_us) || !PQconsumeInput(n->pg))
                return false;
        if (!(result = PQgetResult(n->pg)))
            return good;
        good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
}

static void disconnect(struct gw_notify *n)
{
    PQfinish(n->pg);
    n->pg = NULL;
    n->sending = false;
}

/* ---- the thread ---- */

/* Sends what is waiting when the last sending was long enough ago; returns the time to look again, 0 = no need. */
static int64_t speak(struct gw_notify *n)
{
    gw_own_buf struct gw_buf payload = {0};
    int64_t due_us = n->sent_us + GATHER_US;
    const char *values[1];

    pthread_mutex_lock(&n->lock);
    bool waiting = has_words(&n->words);
    if (waiting && !n->sending && gw_mono_us() >= due_us)
        take_words(&n->words, &payload);
    pthread_mutex_unlock(&n->lock);
    if (payload.len == 0)
        return waiting && !n->sending ? due_us : 0;
    values[0] = gw_buf_cstr(&payload);
    n->sent_us = gw_mono_us();
    n->sending =
        values[0] && PQsendQueryParams(n->pg, "SELECT pg_notify('" CHANNEL "', $1)", 1, NULL, values, NULL, NULL, 0);
    return 0;
}

/* Takes in what came; false when the connection is gone. */
static bool take_in(struct gw_notify *n)
{
    if (!PQconsumeInput(n->pg))
        return false;
    while (n->sending && !PQisBusy(n->pg)) {
        PGresult *result = PQgetResult(n->pg);
        n->sending = result != NULL;
        PQclear(result);
    }
    hear_all(n);
    return PQstatus(n->pg) == CONNECTION_OK;
}

static void converse(struct gw_notify *n)
{
    for (;;) {
        int64_t due_us = speak(n);
        int flush = PQflush(n->pg);
        struct pollfd fds[] = {{PQsocket(n->pg), (short)(POLLIN | (flush > 0 ? POLLOUT : 0)), 0},
                               {n->wake_fd, POLLIN, 0}};
        int64_t left_us = due_us ? due_us - gw_mono_us() : -1;
        if (flush < 0 || fds[0].fd < 0)
            return;
        if (poll(fds, 2, !due_us ? -1 : left_us <= 0 ? 0 : (int)(left_us / 1000 + 1)) < 0 && errno != EINTR)
            return;
        if (fds[1].revents) {
            drain_wakes(n);
            if (stopping(n))
                return;
        }
        if (fds[0].revents && !take_in(n))
            return;
    }
}

static void pause_ms(struct gw_notify *n, int ms)
{
    struct pollfd fd = {n->wake_fd, POLLIN, 0};
    int64_t until_us = gw_mono_us() + (int64_t)ms * 1000;

    for (int64_t left = ms; left > 0 && !stopping(n); left = (until_us - gw_mono_us()) / 1000) {
        poll(&fd, 1, (int)left);
        drain_wakes(n);
    }
}

static void *thread_main(void *self)
{
    struct gw_notify *n = self;

    while (!stopping(n)) {
        if (connect_pg(n) && listen_pg(n)) {
            if (n->handlers.on_reconnect)
                n->handlers.on_reconnect(n->handlers.self);
            hear_all(n);
            converse(n);
        }
        disconnect(n);
        if (!stopping(n))
            pause_ms(n, RETRY_MS);
    }
    return NULL;
}

/* ---- life ---- */

enum gw_code gw_notify_open(const char *conninfo, const struct gw_notify_handlers *handlers, struct gw_notify **ret,
                            struct gw_err *err)
{
    struct gw_notify *n = calloc(1, sizeof(*n));

    if (!n)
        return gw_fail(err, GW_NOMEM, NULL);
    n->handlers = *handlers;
    n->conninfo = strdup(conninfo ? conninfo : "");
    n->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&n->lock, NULL);
    if (!n->conninfo || n->wake_fd < 0 || pthread_create(&n->thread, NULL, thread_main, n) != 0) {
        if (n->wake_fd >= 0)
            close(n->wake_fd);
        pthread_mutex_destroy(&n->lock);
        free(n->conninfo);
        free(n);
        return gw_fail(err, GW_NOMEM, "The listener could not be started.");
    }
    *ret = n;
    return GW_OK;
}

void gw_notify_close(struct gw_notify **notify)
{
    struct gw_notify *n = *notify;

    if (!n)
        return;
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_mutex_unlock(&n->lock);
    wake(n);
    pthread_join(n->thread, NULL);
    close(n->wake_fd);
    pthread_mutex_destroy(&n->lock);
    free(n->words.done);
    free(n->conninfo);
    free(n);
    *notify = NULL;
}
