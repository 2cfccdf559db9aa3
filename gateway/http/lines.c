/* Two buffers: requests add to one under a lock, a thread writes the other without it, so that a slow disk or pipe
 * holds nobody up until both are full.
 */
#include "http/lines.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"

#define BUFFER    (64 * 1024)
#define PIECE     4096 /* PIPE_BUF: written whole or not at all */
#define LINE_MOST 512
#define WAIT_NS   100000000

struct gw_lines {
    pthread_mutex_t lock;
    pthread_cond_t filled;  /* something is there, much is there, or the end */
    pthread_cond_t emptied; /* there is room again */
    pthread_t thread;
    bool stop;
    char who[80]; /* " info api[123] " */
    size_t who_len, len;
    char *adding, *writing;
    char buffers[2][BUFFER];
};

/* Whole lines, as many as make a piece. */
static size_t piece(const char *text, size_t len)
{
    const char *end = len > PIECE ? memrchr(text, '\n', PIECE) : text + len - 1;

    return end ? (size_t)(end - text) + 1 : len;
}

static void write_out(char *text, size_t len)
{
    while (len > 0) {
        size_t n = piece(text, len);
        gw_log_lines(text, n);
        text += n;
        len -= n;
    }
}

/* Gives what comes a moment to become more, unless it is much already. */
static void gather(struct gw_lines *lines)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!lines->stop && lines->len < BUFFER / 2)
        if (pthread_cond_timedwait(&lines->filled, &lines->lock, &until) != 0)
            return;
}

static void *writer(void *self)
{
    struct gw_lines *lines = self;

    pthread_mutex_lock(&lines->lock);
    while (!lines->stop || lines->len > 0) {
        char *text = lines->adding;
        size_t len;
        if (lines->len == 0) {
            pthread_cond_wait(&lines->filled, &lines->lock);
            continue;
        }
        gather(lines);
        len = lines->len;
        lines->adding = lines->writing;
        lines->writing = text;
        lines->len = 0;
        pthread_cond_broadcast(&lines->emptied);
        pthread_mutex_unlock(&lines->lock);
        write_out(text, len);
        pthread_mutex_lock(&lines->lock);
    }
    pthread_mutex_unlock(&lines->lock);
    return NULL;
}

enum gw_code gw_lines_new(struct gw_lines **ret, struct gw_err *err)
{
    struct gw_lines *lines = calloc(1, sizeof(*lines));

    if (!lines)
        return gw_fail(err, GW_NOMEM, NULL);
    pthread_mutex_init(&lines->lock, NULL);
    pthread_cond_init(&lines->filled, NULL);
    pthread_cond_init(&lines->emptied, NULL);
    lines->adding = lines->buffers[0];
    lines->writing = lines->buffers[1];
    lines->who_len = (size_t)snprintf(lines->who, sizeof(lines->who), " info %.32s[%d] ", gw_log_role(), (int)getpid());
    if (pthread_create(&lines->thread, NULL, writer, lines) != 0) {
        free(lines);
        return gw_fail(err, GW_INTERNAL, "no thread for the access log");
    }
    *ret = lines;
    return GW_OK;
}

void gw_lines_free(struct gw_lines **address)
{
    struct gw_lines *lines = *address;

    if (!lines)
        return;
    pthread_mutex_lock(&lines->lock);
    lines->stop = true;
    pthread_cond_signal(&lines->filled);
    pthread_mutex_unlock(&lines->lock);
    pthread_join(lines->thread, NULL);
    pthread_cond_destroy(&lines->filled);
    pthread_cond_destroy(&lines->emptied);
    pthread_mutex_destroy(&lines->lock);
    free(lines);
    *address = NULL;
}

static char *put(char *p, const char *end, const char *text)
{
    size_t len = strlen(text);

    if (len > (size_t)(end - p))
        len = (size_t)(end - p);
    memcpy(p, text, len);
    return p + len;
}

static char *put_number(char *p, const char *end, int64_t n)
{
    char text[24], *q = text + sizeof(text) - 1;

    *q = '\0';
    if (n < 0)
        n = 0;
    do
        *--q = (char)('0' + n % 10);
    while (n /= 10);
    return put(p, end, q);
}

static size_t format(const struct gw_lines *lines, const struct gw_line *line, char out[LINE_MOST])
{
    char *p = out + gw_time_format(gw_now_us(), out), *end = out + LINE_MOST - 1;

    memcpy(p, lines->who, lines->who_len);
    p = put(p + lines->who_len, end, line->event);
    p = put(put(p, end, " request_id="), end, line->request_id);
    p = put(put(p, end, " method="), end, line->method);
    p = put(put(p, end, " route="), end, line->route);
    if (line->caller[0])
        p = put(put(p, end, " caller="), end, line->caller);
    p = put_number(put(p, end, " status="), end, line->status);
    p = put_number(put(p, end, " us="), end, line->us);
    *p++ = '\n';
    return (size_t)(p - out);
}

void gw_lines_add(struct gw_lines *lines, const struct gw_line *line)
{
    char text[LINE_MOST];
    size_t len = format(lines, line, text);
    bool wake;

    pthread_mutex_lock(&lines->lock);
    while (BUFFER - lines->len < len)
        pthread_cond_wait(&lines->emptied, &lines->lock);
    wake = lines->len == 0 || (lines->len < BUFFER / 2 && lines->len + len >= BUFFER / 2);
    memcpy(lines->adding + lines->len, text, len);
    lines->len += len;
    pthread_mutex_unlock(&lines->lock);
    if (wake)
        pthread_cond_signal(&lines->filled);
}
