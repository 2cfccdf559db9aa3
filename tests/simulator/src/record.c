/* record.c - what was asked of the simulator: every request, secrets included. */
#include "record.h"

#include "civil.h"
#include "clock.h"
#include "people.h"
#include "settings.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    int64_t id;
    int64_t at_us, clock_us, took_ms;
    enum provider provider;
    char *person, *fault, *target, *path, *body;
    char method[12];
    struct pairs headers;
    size_t body_len, kept, answer_len;
    int status;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *ring;
static size_t ring_cap, first, count;
static int64_t last_id, dropped;
static long by_status[PROVIDERS + 1][600];

static void entry_fini(struct entry *e)
{
    free(e->person);
    free(e->fault);
    free(e->target);
    free(e->path);
    free(e->body);
    pairs_fini(&e->headers);
}

static void grow(void)
{
    size_t cap = ring_cap ? ring_cap * 2 : 256;
    struct entry *bigger = malloc(cap * sizeof *bigger);
    if (!bigger)
        abort();
    for (size_t i = 0; i < count; i++)
        bigger[i] = ring[(first + i) % ring_cap];
    free(ring);
    ring = bigger;
    ring_cap = cap;
    first = 0;
}

static struct entry *new_slot(void)
{
    if ((long)count >= setting(SET_RECORD_MAX) && count > 0) {
        entry_fini(&ring[first]);
        first = (first + 1) % ring_cap;
        count--;
        dropped++;
    }
    if (count == ring_cap)
        grow();
    return &ring[(first + count++) % ring_cap];
}

static void fill(struct entry *e, const struct req *r, const struct reply *a)
{
    e->provider = r->provider;
    strncpy(e->method, r->method, sizeof e->method - 1);
    e->target = text_dup(r->target);
    e->path = text_dup(r->path);
    for (size_t i = 0; i < r->headers.n; i++)
        pairs_add(&e->headers, r->headers.v[i].name, r->headers.v[i].value);
    e->body_len = r->body_len;
    e->kept = r->body_len;
    if ((long)e->kept > setting(SET_RECORD_BODY_MAX))
        e->kept = (size_t)setting(SET_RECORD_BODY_MAX);
    if (e->kept > 0) {
        e->body = malloc(e->kept);
        if (!e->body)
            abort();
        memcpy(e->body, r->body, e->kept);
    }
    e->status = a->status;
    e->answer_len = a->len;
}

void record_add(const struct req *r, const struct reply *a, const char *person, const char *fault, int64_t at_us,
                int64_t took_ms)
{
    struct entry e = {.at_us = at_us, .clock_us = clock_now_us(), .took_ms = took_ms};
    fill(&e, r, a);
    e.person = text_dup(person);
    e.fault = text_dup(fault);
    pthread_mutex_lock(&lock);
    e.id = ++last_id;
    *new_slot() = e;
    if (a->status >= 0 && a->status < 600)
        by_status[r->provider][a->status]++;
    pthread_mutex_unlock(&lock);
}

static bool matches(const struct entry *e, const struct record_filter *f)
{
    if (e->id <= f->since || (f->status && e->status != f->status))
        return false;
    if (f->provider && strcmp(f->provider, provider_name(e->provider)) != 0)
        return false;
    if (f->person && !text_same(f->person, e->person))
        return false;
    if (f->method && strcmp(f->method, e->method) != 0)
        return false;
    return !f->path || text_starts(e->path, f->path);
}

static json_t *pairs_object(const struct pairs *p)
{
    json_t *o = json_object();
    for (size_t i = 0; i < p->n; i++)
        json_object_set_new(o, p->v[i].name, json_string(p->v[i].value));
    return o;
}

static json_t *query_object(const char *target)
{
    struct pairs query = {0};
    const char *mark = strchr(target, '?');
    if (mark)
        pairs_parse(&query, mark + 1, strlen(mark + 1));
    json_t *o = pairs_object(&query);
    pairs_fini(&query);
    return o;
}

static json_t *body_value(const struct entry *e)
{
    if (!e->body)
        return json_string("");
    json_t *text = json_stringn(e->body, e->kept);
    if (text)
        return text;
    return json_pack("{s:I}", "not_utf8_bytes", (json_int_t)e->body_len);
}

static json_t *entry_json(const struct entry *e, bool bodies)
{
    json_t *o = json_pack("{s:I, s:s, s:s, s:I, s:s, s:s?, s:s, s:s, s:s}", "id", (json_int_t)e->id, "time",
                          civil_iso_ms(e->at_us / 1000, 0).s, "clock", civil_iso_ms(e->clock_us / 1000, 0).s, "took_ms",
                          (json_int_t)e->took_ms, "provider", provider_name(e->provider), "person", e->person, "method",
                          e->method, "path", e->path, "target", e->target);
    json_object_set_new(o, "query", query_object(e->target));
    json_object_set_new(o, "status", json_integer(e->status));
    json_object_set_new(o, "fault", e->fault ? json_string(e->fault) : json_null());
    json_object_set_new(o, "body_bytes", json_integer((json_int_t)e->body_len));
    json_object_set_new(o, "answer_bytes", json_integer((json_int_t)e->answer_len));
    if (bodies) {
        json_object_set_new(o, "headers", pairs_object(&e->headers));
        json_object_set_new(o, "body", body_value(e));
    }
    return o;
}

json_t *record_json(const struct record_filter *f)
{
    json_t *list = json_array();
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count && (long)json_array_size(list) < f->limit; i++) {
        const struct entry *e = &ring[(first + i) % ring_cap];
        if (matches(e, f))
            json_array_append_new(list, entry_json(e, f->bodies));
    }
    json_t *o =
        json_pack("{s:o, s:I, s:I}", "requests", list, "last_id", (json_int_t)last_id, "dropped", (json_int_t)dropped);
    pthread_mutex_unlock(&lock);
    return o;
}

json_t *record_counters(void)
{
    json_t *o = json_object();
    pthread_mutex_lock(&lock);
    for (int p = 0; p < PROVIDERS; p++) {
        json_t *statuses = json_object();
        long total = 0;
        for (int s = 0; s < 600; s++) {
            char name[16];
            if (!by_status[p][s])
                continue;
            total += by_status[p][s];
            snprintf(name, sizeof name, "%d", s);
            json_object_set_new(statuses, name, json_integer(by_status[p][s]));
        }
        json_object_set_new(o, provider_name((enum provider)p),
                            json_pack("{s:I, s:o}", "requests", (json_int_t)total, "by_status", statuses));
    }
    pthread_mutex_unlock(&lock);
    return o;
}

void record_clear(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        entry_fini(&ring[(first + i) % ring_cap]);
    free(ring);
    ring = NULL;
    ring_cap = first = count = 0;
    dropped = 0;
    memset(by_status, 0, sizeof by_status);
    pthread_mutex_unlock(&lock);
}
