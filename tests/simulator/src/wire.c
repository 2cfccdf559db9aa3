/* wire.c - one HTTP request and one answer, free of any server library. */
#include "wire.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void pairs_add(struct pairs *p, const char *name, const char *value)
{
    struct pair *v = realloc(p->v, (p->n + 1) * sizeof *v);
    if (!v)
        abort();
    p->v = v;
    p->v[p->n].name = text_dup(name);
    p->v[p->n++].value = text_dup(value ? value : "");
}

static void parse_one(struct pairs *p, const char *text, size_t n)
{
    const char *eq = memchr(text, '=', n);
    size_t name_n = eq ? (size_t)(eq - text) : n;
    char *name = text_urldecode(text, name_n, true);
    char *value = eq ? text_urldecode(eq + 1, n - name_n - 1, true) : text_dup("");
    pairs_add(p, name, value);
    free(name);
    free(value);
}

void pairs_parse(struct pairs *p, const char *text, size_t n)
{
    while (n > 0) {
        const char *amp = memchr(text, '&', n);
        size_t part = amp ? (size_t)(amp - text) : n;
        if (part > 0)
            parse_one(p, text, part);
        if (!amp)
            return;
        text += part + 1;
        n -= part + 1;
    }
}

const char *pairs_get(const struct pairs *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->v[i].name, name) == 0)
            return p->v[i].value;
    return NULL;
}

const char *pairs_get_nocase(const struct pairs *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcasecmp(p->v[i].name, name) == 0)
            return p->v[i].value;
    return NULL;
}

void pairs_fini(struct pairs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->v[i].name);
        free(p->v[i].value);
    }
    free(p->v);
    memset(p, 0, sizeof *p);
}

/* "/garmin/x" belongs to garmin and its rest is "/x". */
static void split_prefix(struct req *r)
{
    r->provider = NO_PROVIDER;
    r->rest = r->path;
    for (int p = 0; p < PROVIDERS; p++) {
        const char *name = provider_name((enum provider)p);
        size_t n = strlen(name);
        if (r->path[0] != '/' || strncmp(r->path + 1, name, n) != 0 || (r->path[n + 1] && r->path[n + 1] != '/'))
            continue;
        r->provider = (enum provider)p;
        r->rest = r->path + 1 + n;
        return;
    }
}

void req_init(struct req *r, const char *method, const char *target, const char *body, size_t body_len)
{
    memset(r, 0, sizeof *r);
    r->method = method;
    r->target = text_dup(target);
    const char *mark = strchr(target, '?');
    size_t path_n = mark ? (size_t)(mark - target) : strlen(target);
    r->raw_path = text_printf("%.*s", (int)path_n, target);
    r->path = text_urldecode(target, path_n, false);
    if (mark)
        pairs_parse(&r->query, mark + 1, strlen(mark + 1));
    r->body = body;
    r->body_len = body ? body_len : 0;
    split_prefix(r);
}

void req_ready(struct req *r)
{
    const char *type = req_header(r, "Content-Type");
    if (type && strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0)
        pairs_parse(&r->form, r->body, r->body_len);
    const char *host = req_header(r, "Host");
    r->base = text_printf("http://%s", host ? host : "127.0.0.1");
}

void req_fini(struct req *r)
{
    free(r->target);
    free(r->path);
    free(r->raw_path);
    free((char *)(size_t)r->base);
    pairs_fini(&r->query);
    pairs_fini(&r->headers);
    pairs_fini(&r->form);
}

const char *req_query(const struct req *r, const char *name)
{
    return pairs_get(&r->query, name);
}

const char *req_header(const struct req *r, const char *name)
{
    return pairs_get_nocase(&r->headers, name);
}

const char *req_form(const struct req *r, const char *name)
{
    return pairs_get(&r->form, name);
}

char *req_bearer(const struct req *r)
{
    const char *value = req_header(r, "Authorization");
    if (!value || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    return text_dup(value + 7);
}

json_t *req_json(const struct req *r)
{
    return r->body_len ? json_loadb(r->body, r->body_len, 0, NULL) : NULL;
}

bool req_flag(const struct req *r, const char *name)
{
    const char *value = req_query(r, name);
    return value && strcasecmp(value, "true") == 0;
}

bool req_is(const struct req *r, const char *method)
{
    return strcmp(r->method, method) == 0;
}

void reply_init(struct reply *a)
{
    memset(a, 0, sizeof *a);
    a->status = 404;
    a->cut = -1;
}

void reply_fini(struct reply *a)
{
    pairs_fini(&a->headers);
    free(a->body);
    a->body = NULL;
}

void reply_header(struct reply *a, const char *name, const char *value)
{
    pairs_add(&a->headers, name, value);
}

static void drop_body(struct reply *a)
{
    free(a->body);
    a->body = NULL;
    a->len = 0;
}

static void drop_type(struct reply *a)
{
    for (size_t i = 0; i < a->headers.n; i++) {
        if (strcasecmp(a->headers.v[i].name, "Content-Type") != 0)
            continue;
        free(a->headers.v[i].name);
        free(a->headers.v[i].value);
        a->headers.v[i--] = a->headers.v[--a->headers.n];
    }
}

void reply_empty(struct reply *a, int status)
{
    drop_body(a);
    drop_type(a);
    a->status = status;
}

void reply_bytes(struct reply *a, int status, const char *type, char *take, size_t n)
{
    reply_empty(a, status);
    reply_header(a, "Content-Type", type);
    a->body = take;
    a->len = n;
}

void reply_text(struct reply *a, int status, const char *type, const char *text)
{
    reply_bytes(a, status, type, text_dup(text), strlen(text));
}

void reply_json(struct reply *a, int status, json_t *take)
{
    char *text = wire_dump(take);
    json_decref(take);
    reply_bytes(a, status, "application/json", text, strlen(text));
}

void reply_redirect(struct reply *a, const char *url)
{
    reply_empty(a, 302);
    reply_header(a, "Location", url);
}

char *wire_dump(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
    if (!text)
        abort();
    return text;
}
