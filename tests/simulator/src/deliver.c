/* deliver.c - a queue of POSTs, sent by a few background threads. */
#include "deliver.h"

#include "civil.h"
#include "clock.h"
#include "text.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, BODY_KEPT = 16384, LOG_MAX = 100000 };

struct job {
    struct parcel p;
    int64_t id, due_ms;
    int tried;
};

struct logged {
    struct logged *next;
    int64_t id, at_us;
    enum provider provider;
    char *label, *person, *url, *body;
    size_t bytes;
    int attempts;
    long status; /* 0: no answer */
    const char *state;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_t threads[THREADS];
static struct job **heap;
static size_t heap_n, heap_cap;
static struct logged *log_first, *log_last;
static long log_n, attempts, delivered, failed, sending;
static int64_t last_id, epoch; /* epoch: grows with every clear, so that late results are dropped */
static bool stopping, started;

/* ---- the heap: earliest first ---- */

static bool before(const struct job *a, const struct job *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->id < b->id;
}

static void swap(size_t a, size_t b)
{
    struct job *j = heap[a];
    heap[a] = heap[b];
    heap[b] = j;
}

static void heap_put(struct job *j)
{
    if (heap_n == heap_cap) {
        heap_cap = heap_cap ? heap_cap * 2 : 64;
        heap = realloc(heap, heap_cap * sizeof(struct job *));
        if (!heap)
            abort();
    }
    heap[heap_n] = j;
    for (size_t i = heap_n++; i > 0 && before(heap[i], heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(i, (i - 1) / 2);
}

static struct job *heap_take(void)
{
    struct job *top = heap[0];
    heap[0] = heap[--heap_n];
    for (size_t i = 0;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < heap_n && before(heap[left], heap[least]))
            least = left;
        if (right < heap_n && before(heap[right], heap[least]))
            least = right;
        if (least == i)
            return top;
        swap(i, least);
        i = least;
    }
}

static void job_free(struct job *j)
{
    free(j->p.label);
    free(j->p.person);
    free(j->p.url);
    free(j->p.body);
    pairs_fini(&j->p.headers);
    if (j->p.free_ctx)
        j->p.free_ctx(j->p.ctx);
    free(j);
}

/* ---- the list of what was sent ---- */

static void logged_free(struct logged *l)
{
    free(l->label);
    free(l->person);
    free(l->url);
    free(l->body);
    free(l);
}

static struct logged *log_find(int64_t id)
{
    for (struct logged *l = log_first; l; l = l->next)
        if (l->id == id)
            return l;
    return NULL;
}

static void log_append(const struct job *j)
{
    struct logged *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    *l = (struct logged){.id = j->id, .at_us = clock_real_us(), .provider = j->p.provider, .state = "delivered"};
    l->label = text_dup(j->p.label);
    l->person = text_dup(j->p.person);
    l->url = text_dup(j->p.url);
    *(log_last ? &log_last->next : &log_first) = l;
    log_last = l;
    if (++log_n > LOG_MAX) {
        struct logged *old = log_first;
        log_first = old->next;
        logged_free(old);
        log_n--;
    }
}

static void log_drop(void)
{
    while (log_first) {
        struct logged *old = log_first;
        log_first = old->next;
        logged_free(old);
    }
    log_last = NULL;
    log_n = 0;
}

/* The first attempt makes the entry, later ones change it. */
static void note(const struct job *j, const char *body, long status, const char *state)
{
    if (j->tried == 1)
        log_append(j);
    struct logged *l = j->tried == 1 ? log_last : log_find(j->id);
    if (!l)
        return;
    l->attempts = j->tried;
    l->status = status;
    l->state = state;
    l->bytes = strlen(body);
    if (!l->body && l->bytes <= BODY_KEPT)
        l->body = text_dup(body);
}

/* ---- sending ---- */

static size_t swallow(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * n;
}

static int give_up(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)ctx, (void)a, (void)b, (void)c, (void)d;
    pthread_mutex_lock(&lock);
    bool stop = stopping;
    pthread_mutex_unlock(&lock);
    return stop;
}

static struct curl_slist *header_list(const struct pairs *headers)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < headers->n; i++) {
        char *line = text_printf("%s: %s", headers->v[i].name, headers->v[i].value);
        list = curl_slist_append(list, line);
        free(line);
    }
    return curl_slist_append(list, "Expect:");
}

static long post(CURL *curl, const struct parcel *p, const char *body)
{
    long status = 0;
    struct curl_slist *headers = header_list(&p->headers);
    curl_easy_setopt(curl, CURLOPT_URL, p->url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, p->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, give_up);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L); /* a local gateway's own certificate will do */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    return status;
}

static long next_wait_ms(const struct job *j)
{
    int doubling = j->tried - 1 < 6 ? j->tried - 1 : 6;
    return j->p.retry_ms << doubling;
}

/* Under the lock: what becomes of the job. */
static void settle(struct job *j, const char *body, long status, int64_t began_in)
{
    attempts++;
    sending--;
    if (epoch != began_in || stopping) {
        job_free(j);
        return;
    }
    bool ok = status == 200, last = j->tried >= j->p.tries;
    note(j, body, status, ok ? "delivered" : last ? "failed" : "retrying");
    delivered += ok;
    failed += !ok && last;
    if (ok || last) {
        job_free(j);
        return;
    }
    j->due_ms = clock_mono_ms() + next_wait_ms(j);
    heap_put(j);
    pthread_cond_signal(&wake);
}

static void send_job(CURL *curl, struct job *j, int64_t began_in)
{
    char *body = j->p.body ? text_dup(j->p.body) : j->p.build(j->p.ctx);
    long status = 0;
    j->tried++;
    if (body)
        status = post(curl, &j->p, body);
    pthread_mutex_lock(&lock);
    if (body) {
        settle(j, body, status, began_in);
    } else {
        sending--;
        job_free(j);
    }
    pthread_mutex_unlock(&lock);
    free(body);
}

/* Under the lock. Waits until a job is due; NULL: the end. */
static struct job *next_job(void)
{
    while (!stopping) {
        int64_t now = clock_mono_ms();
        if (heap_n && heap[0]->due_ms <= now)
            return heap_take();
        int64_t wait_ms = heap_n ? heap[0]->due_ms - now : 1000;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t ns = until.tv_nsec + wait_ms % 1000 * 1000000;
        until.tv_sec += (time_t)(wait_ms / 1000 + ns / 1000000000);
        until.tv_nsec = (long)(ns % 1000000000);
        pthread_cond_timedwait(&wake, &lock, &until);
    }
    return NULL;
}

static void *run(void *ctx)
{
    (void)ctx;
    CURL *curl = curl_easy_init();
    pthread_mutex_lock(&lock);
    for (struct job *j; (j = next_job());) {
        int64_t began_in = epoch;
        sending++;
        pthread_mutex_unlock(&lock);
        send_job(curl, j, began_in);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    curl_easy_cleanup(curl);
    return NULL;
}

void deliver_put(struct parcel *take)
{
    struct job *j = calloc(1, sizeof *j);
    if (!j)
        abort();
    j->p = *take;
    memset(take, 0, sizeof *take);
    pthread_mutex_lock(&lock);
    j->id = ++last_id;
    j->due_ms = clock_mono_ms() + j->p.delay_ms;
    heap_put(j);
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
}

void deliver_start(void)
{
    started = true;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            abort();
}

static void drop_waiting(void)
{
    while (heap_n)
        job_free(heap_take());
    free(heap);
    heap = NULL;
    heap_cap = 0;
}

void deliver_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    for (int i = 0; started && i < THREADS; i++)
        pthread_join(threads[i], NULL);
    drop_waiting();
    log_drop();
}

void deliver_clear(void)
{
    pthread_mutex_lock(&lock);
    epoch++;
    drop_waiting();
    log_drop();
    attempts = delivered = failed = 0;
    pthread_mutex_unlock(&lock);
}

void deliver_forget(void)
{
    pthread_mutex_lock(&lock);
    log_drop();
    attempts = delivered = failed = 0;
    pthread_mutex_unlock(&lock);
}

long deliver_waiting(void)
{
    pthread_mutex_lock(&lock);
    long n = (long)heap_n + sending;
    pthread_mutex_unlock(&lock);
    return n;
}

static json_t *logged_json(const struct logged *l, bool bodies)
{
    json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:s?, s:s, s:I, s:i, s:I, s:s}", "id", (json_int_t)l->id, "time",
                          civil_iso_ms(l->at_us / 1000, 0).s, "provider", provider_name(l->provider), "label", l->label,
                          "person", l->person, "url", l->url, "bytes", (json_int_t)l->bytes, "attempts", l->attempts,
                          "status", (json_int_t)l->status, "state", l->state);
    if (bodies)
        json_object_set_new(o, "body", l->body ? json_string(l->body) : json_null());
    return o;
}

json_t *deliver_json(int64_t since, bool bodies)
{
    json_t *list = json_array();
    pthread_mutex_lock(&lock);
    for (const struct logged *l = log_first; l; l = l->next)
        if (l->id > since)
            json_array_append_new(list, logged_json(l, bodies));
    json_t *o = json_pack("{s:o, s:I, s:I}", "deliveries", list, "waiting", (json_int_t)((long)heap_n + sending),
                          "last_id", (json_int_t)last_id);
    pthread_mutex_unlock(&lock);
    return o;
}

json_t *deliver_counters(void)
{
    pthread_mutex_lock(&lock);
    json_t *o = json_pack("{s:I, s:I, s:I, s:I}", "waiting", (json_int_t)((long)heap_n + sending), "attempts",
                          (json_int_t)attempts, "delivered", (json_int_t)delivered, "failed", (json_int_t)failed);
    pthread_mutex_unlock(&lock);
    return o;
}
