/* faults.c - what shall go wrong, and when. */
#include "faults.h"

#include "errors.h"
#include "people.h"
#include "rng.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[FAULT_KINDS] = {
    [FAULT_STATUS] = "status",
    [FAULT_SLOW] = "slow",
    [FAULT_CUT] = "cut",
    [FAULT_RESET] = "reset",
    [FAULT_MALFORMED] = "malformed",
    [FAULT_TRUNCATED] = "truncated",
    [FAULT_EMPTY] = "empty",
    [FAULT_HUGE] = "huge",
    [FAULT_EXPIRED] = "expired",
    [FAULT_REVOKED] = "revoked",
    [FAULT_PULL_TOKEN] = "pull_token",
};

struct fault {
    struct fault *next;
    struct fault_hit what;
    int provider; /* -1: any */
    char *method, *path, *person;
    long left; /* < 0: for ever */
    long skip;
    double probability;
    long seen, hits;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault *list;
static int64_t last_id;

const char *fault_name(enum fault_kind kind)
{
    return names[kind];
}

static void fault_free(struct fault *f)
{
    free(f->method);
    free(f->path);
    free(f->person);
    free(f->what.body);
    free(f);
}

static int kind_of(const char *name)
{
    for (int k = 0; k < FAULT_KINDS; k++)
        if (text_same(names[k], name))
            return k;
    return -1;
}

static long number(const json_t *spec, const char *key, long otherwise)
{
    const json_t *v = json_object_get(spec, key);
    return json_is_number(v) ? (long)json_number_value(v) : otherwise;
}

static const char *text_of(const json_t *spec, const char *key)
{
    return json_string_value(json_object_get(spec, key));
}

static void read_what(struct fault_hit *w, const json_t *spec)
{
    w->status = (int)number(spec, "status", 500);
    w->retry_after = number(spec, "retry_after", -1);
    w->delay_ms = number(spec, "delay_ms", w->kind == FAULT_SLOW ? 1000 : 0);
    w->bytes = number(spec, "bytes", w->kind == FAULT_CUT ? -1 : 0);
    if (json_object_get(spec, "mb"))
        w->bytes = number(spec, "mb", 1) * 1024 * 1024;
    else if (w->kind == FAULT_HUGE && !w->bytes)
        w->bytes = 64L * 1024 * 1024;
    w->after = json_is_true(json_object_get(spec, "after"));
    w->body = text_dup(text_of(spec, "body"));
}

static struct fault *read_spec(const json_t *spec, int kind, int provider)
{
    struct fault *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    f->what.kind = (enum fault_kind)kind;
    f->provider = provider;
    f->method = text_dup(text_of(spec, "method"));
    f->path = text_dup(text_of(spec, "path"));
    f->person = text_dup(text_of(spec, "person"));
    f->skip = number(spec, "skip", 0);
    const json_t *p = json_object_get(spec, "probability");
    f->probability = json_is_number(p) ? json_number_value(p) : 1.0;
    f->left = number(spec, "count", p ? -1 : 1);
    read_what(&f->what, spec);
    return f;
}

static void append(struct fault *f)
{
    struct fault **end = &list;
    while (*end)
        end = &(*end)->next;
    *end = f;
}

int64_t faults_add(const json_t *spec, const char **ret_why)
{
    const char *name = text_of(spec, "provider");
    int provider = name ? (int)provider_find(name) : -1;
    int kind = kind_of(text_of(spec, "kind"));
    if (kind < 0 || provider == NO_PROVIDER) {
        *ret_why = kind < 0 ? "kind is missing or unknown" : "provider is unknown";
        return -1;
    }
    struct fault *f = read_spec(spec, kind, provider);
    pthread_mutex_lock(&lock);
    int64_t id = f->what.id = ++last_id;
    append(f);
    pthread_mutex_unlock(&lock);
    return id;
}

/* A fault that only makes sense at some places waits for those: a revoked grant for a refresh. */
static bool place_fits(const struct fault *f, const struct req *r)
{
    if (f->what.kind == FAULT_REVOKED)
        return text_same(req_form(r, "grant_type"), "refresh_token");
    if (f->what.kind == FAULT_PULL_TOKEN)
        return r->provider == GARMIN && text_starts(r->rest, "/wellness-api/rest/");
    if (f->what.kind == FAULT_EXPIRED)
        return req_header(r, "Authorization") && !req_form(r, "grant_type");
    return true;
}

static bool matches(const struct fault *f, const struct req *r, const char *person)
{
    if (f->provider >= 0 && f->provider != (int)r->provider)
        return false;
    if (f->method && strcmp(f->method, r->method) != 0)
        return false;
    if (f->path && !text_starts(r->path, f->path) && !text_starts(r->rest, f->path))
        return false;
    if (f->person && !text_same(f->person, person))
        return false;
    return f->left != 0 && place_fits(f, r);
}

static bool fires(struct fault *f)
{
    f->seen++;
    if (f->seen <= f->skip)
        return false;
    if (f->probability < 1.0) {
        uint64_t key = rng_mix(people_seed_now(), (uint64_t)f->what.id);
        struct rng dice = rng_start(key, (uint64_t)f->seen);
        if (rng_unit(&dice) >= f->probability)
            return false;
    }
    f->hits++;
    if (f->left > 0)
        f->left--;
    return true;
}

bool faults_take(const struct req *r, const char *person, struct fault_hit *ret)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct fault *f = list; f && !found; f = f->next) {
        if (!matches(f, r, person) || !fires(f))
            continue;
        *ret = f->what;
        ret->body = text_dup(f->what.body);
        found = true;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

bool fault_runs_handler(const struct fault_hit *hit)
{
    switch (hit->kind) {
    case FAULT_SLOW:
    case FAULT_CUT:
    case FAULT_TRUNCATED:
        return true;
    default:
        return hit->after;
    }
}

static void apply_status(const struct fault_hit *hit, const struct req *r, struct reply *a)
{
    error_status(a, r->provider, hit->status, hit->retry_after);
    if (hit->body) {
        int status = a->status;
        reply_text(a, status, "application/json", hit->body);
    }
}

static void apply_truncated(struct reply *a)
{
    a->len /= 2;
    if (a->body)
        a->body[a->len] = '\0';
}

void fault_apply(const struct fault_hit *hit, const struct req *r, struct reply *a)
{
    char *token = NULL;
    switch (hit->kind) {
    case FAULT_STATUS:
        apply_status(hit, r, a);
        break;
    case FAULT_CUT:
        a->cut = hit->bytes >= 0 ? hit->bytes : (long)(a->len / 2);
        break;
    case FAULT_RESET:
        a->reset = true;
        break;
    case FAULT_MALFORMED:
        reply_text(a, 200, "application/json", hit->body ? hit->body : "{\"items\": [1, 2,, {\"x\": nope}");
        break;
    case FAULT_TRUNCATED:
        apply_truncated(a);
        break;
    case FAULT_EMPTY:
        reply_empty(a, 200);
        break;
    case FAULT_HUGE:
        reply_text(a, 200, "application/json", "");
        a->huge = (size_t)hit->bytes;
        break;
    case FAULT_EXPIRED:
        token = req_bearer(r);
        error_expired_token(a, r->provider, token);
        break;
    case FAULT_REVOKED:
        error_oauth(a, 400, "invalid_grant", "The grant was revoked");
        break;
    case FAULT_PULL_TOKEN:
        error_pull_token(a);
        break;
    case FAULT_SLOW:
    case FAULT_KINDS:
        break;
    }
    free(token);
}

static json_t *fault_json(const struct fault *f)
{
    const struct fault_hit *w = &f->what;
    return json_pack("{s:I, s:s, s:s?, s:s?, s:s?, s:s?, s:I, s:I, s:f, s:i, s:I, s:I, s:I, s:b, s:s?, s:I, s:I}", "id",
                     (json_int_t)w->id, "kind", names[w->kind], "provider",
                     f->provider < 0 ? NULL : provider_name((enum provider)f->provider), "method", f->method, "path",
                     f->path, "person", f->person, "count", (json_int_t)f->left, "skip", (json_int_t)f->skip,
                     "probability", f->probability, "status", w->status, "retry_after", (json_int_t)w->retry_after,
                     "delay_ms", (json_int_t)w->delay_ms, "bytes", (json_int_t)w->bytes, "after", w->after, "body",
                     w->body, "seen", (json_int_t)f->seen, "hits", (json_int_t)f->hits);
}

json_t *faults_json(void)
{
    json_t *all = json_array();
    pthread_mutex_lock(&lock);
    for (const struct fault *f = list; f; f = f->next)
        json_array_append_new(all, fault_json(f));
    pthread_mutex_unlock(&lock);
    return all;
}

bool faults_remove(int64_t id)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct fault **f = &list; *f; f = &(*f)->next) {
        if ((*f)->what.id != id)
            continue;
        struct fault *gone = *f;
        *f = gone->next;
        fault_free(gone);
        found = true;
        break;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void faults_clear(void)
{
    pthread_mutex_lock(&lock);
    while (list) {
        struct fault *gone = list;
        list = gone->next;
        fault_free(gone);
    }
    pthread_mutex_unlock(&lock);
}
