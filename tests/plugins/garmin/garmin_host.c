/* See garmin_host.h. */
#include "garmin_host.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct garmin_host *of(aorta_ctx *ctx)
{
    return ctx->host_private;
}

static void add(struct fake_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct fake_text *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    t->ptr = realloc(t->ptr, t->len + (size_t)need + 1);
    ck_assert_ptr_nonnull(t->ptr);
    va_start(args, fmt);
    vsnprintf(t->ptr + t->len, (size_t)need + 1, fmt, args);
    va_end(args);
    t->len += (size_t)need;
}

/* ---- services ---- */

static aorta_status (*encode_base)(aorta_ctx *, uint32_t, const void *, size_t, aorta_str *);
static void (*log_base)(aorta_ctx *, uint32_t, const char *, size_t, const aorta_field *, uint32_t);
static aorta_status (*callback_base)(aorta_ctx *, const aorta_credentials *);
static uint32_t (*metric_base)(aorta_ctx *, const char *);

static aorta_status encode(aorta_ctx *ctx, uint32_t codec, const void *data, size_t len, aorta_str *out)
{
    const unsigned char *p = data;
    if (codec != AORTA_CODEC_PERCENT)
        return encode_base(ctx, codec, data, len, out);
    char *text = ctx->host->alloc(ctx, len * 3 + 1);
    size_t n = 0;
    if (!text)
        return AORTA_ERR_NOMEM;
    for (size_t i = 0; i < len; i++) {
        int plain = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= '0' && p[i] <= '9') ||
                    (p[i] && strchr("-._~", p[i]));
        n += (size_t)sprintf(text + n, plain ? "%c" : "%%%02X", p[i]);
    }
    *out = (aorta_str){text, n};
    return AORTA_OK;
}

static aorta_status decode(aorta_ctx *ctx, uint32_t codec, const char *text, size_t len, aorta_bytes *out)
{
    ck_assert_uint_eq(codec, AORTA_CODEC_PERCENT);
    uint8_t *bytes = ctx->host->alloc(ctx, len + 1);
    size_t n = 0;
    unsigned v;
    if (!bytes)
        return AORTA_ERR_NOMEM;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            bytes[n++] = (uint8_t)text[i];
            continue;
        }
        if (i + 2 >= len || sscanf(text + i + 1, "%2x", &v) != 1)
            return AORTA_ERR_DATA;
        bytes[n++] = (uint8_t)v;
        i += 2;
    }
    *out = (aorta_bytes){bytes, n};
    return AORTA_OK;
}

static aorta_status hmac(aorta_ctx *ctx, uint32_t alg, const void *key, size_t key_len, const void *data, size_t len,
                         uint8_t *out, size_t cap)
{
    (void)ctx;
    ck_assert_uint_eq(alg, AORTA_DIGEST_SHA1);
    ck_assert_uint_ge(cap, 20);
    return gnutls_hmac_fast(GNUTLS_MAC_SHA1, key, key_len, data, len, out) == 0 ? AORTA_OK : AORTA_ERR_INTERNAL;
}

static int32_t ct_equal(aorta_ctx *ctx, const void *a, size_t a_len, const void *b, size_t b_len)
{
    (void)ctx;
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static void log_line(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (level >= AORTA_LOG_WARN && sdk_str_eq(kv[i].key, "warning")) {
            snprintf(of(ctx)->warning, sizeof(of(ctx)->warning), "%.*s", (int)kv[i].value.u.s.len, kv[i].value.u.s.ptr);
            of(ctx)->warnings++;
        }
    log_base(ctx, level, msg, len, kv, n);
}

static aorta_status wait(aorta_ctx *ctx, const aorta_wait *w)
{
    struct garmin_host *h = of(ctx);
    add(&h->waits, "%s%.*s", h->waits.len ? " " : "", (int)w->event.len, w->event.ptr);
    h->wake_at_us = w->wake_at_us;
    return AORTA_OK;
}

static aorta_status callback_done(aorta_ctx *ctx, const aorta_credentials *c)
{
    struct garmin_host *h = of(ctx);
    snprintf(h->scope, sizeof(h->scope), "%.*s", (int)c->scope.len, c->scope.len ? c->scope.ptr : "");
    h->secret[0] = h->extra_key[0] = '\0';
    if (c->extra_count) {
        snprintf(h->extra_key, sizeof(h->extra_key), "%.*s", (int)c->extra->key.len, c->extra->key.ptr);
        snprintf(h->secret, sizeof(h->secret), "%.*s", (int)c->extra->value.u.s.len, c->extra->value.u.s.ptr);
    }
    return callback_base(ctx, c);
}

/* The plugin's own metrics are known too. */
static uint32_t metric(aorta_ctx *ctx, const char *name)
{
    const aorta_descriptor *d = of(ctx)->plugin->desc;
    for (uint32_t i = 0; i < d->metrics_count; i++)
        if (strcmp(d->metrics[i].name, name) == 0)
            return 10000 + i;
    return metric_base(ctx, name);
}

static aorta_status item(aorta_ctx *ctx, const aorta_webhook_item *i)
{
    static const char *const types[] = {"?", "data", "fetch", "deregister", "permissions"};
    struct garmin_host *h = of(ctx);
    h->item_count++;
    ck_assert_uint_lt(i->type, AORTA_COUNT(types));
    add(&h->items, "%s %.*s", types[i->type], (int)i->provider_user_id.len, i->provider_user_id.ptr);
    if (i->event.len)
        add(&h->items, " event=%.*s", (int)i->event.len, i->event.ptr);
    if (i->payload)
        add(&h->items, " %.*s %.*s", (int)i->payload->kind.len, i->payload->kind.ptr, (int)i->payload->size,
            (const char *)i->payload->data);
    if (i->hint.len)
        add(&h->items, " %.*s", (int)i->hint.len, i->hint.ptr);
    if (i->type == AORTA_WEBHOOK_PERMISSIONS)
        add(&h->items, " [%.*s]", (int)i->scope.len, i->scope.len ? i->scope.ptr : "");
    add(&h->items, "\n");
    return h->item_answer;
}

static const void *get_extension(const aorta_host *host, const char *id)
{
    static const aorta_host_webhook hooks = {.struct_size = sizeof(hooks), .item = item};
    (void)host;
    return strcmp(id, AORTA_HOST_EXT_WEBHOOK) == 0 ? &hooks : NULL;
}

static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    const struct garmin_host *h = (const void *)f;
    char text[8192];
    snprintf(text, sizeof(text), "%s %.*s %.*s", req->method, (int)req->url.len, req->url.ptr, (int)req->body.len,
             req->body.len ? (const char *)req->body.ptr : "");
    reply->status = 202;
    for (const struct row *r = h->rows; r && r->in; r++) {
        if (!strstr(text, r->in))
            continue;
        reply->status = r->status;
        reply->body = r->body;
        reply->failure = r->failure;
        return;
    }
}

/* ---- life ---- */

static aorta_value value_of(const aorta_param *p, const char *text)
{
    if (!text)
        return (aorta_value){.type = AORTA_TYPE_NONE};
    if (p->type == AORTA_TYPE_INT)
        return (aorta_value){.type = p->type, .u.i = strtoll(text, NULL, 10)};
    if (p->type == AORTA_TYPE_BOOL)
        return (aorta_value){.type = p->type, .u.i = strcmp(text, "true") == 0};
    return (aorta_value){.type = p->type, .u.s = sdk_str(text)};
}

static void make_self(struct garmin_host *h, va_list args)
{
    static const char *const always[][2] = {{"client_id", "gateway-1"}, {"client_secret", "s3cret/+"}};
    const aorta_descriptor *d = h->plugin->desc;
    aorta_value values[32];
    ck_assert_uint_le(d->settings_count, AORTA_COUNT(values));
    for (uint32_t i = 0; i < d->settings_count; i++)
        values[i] = value_of(&d->settings[i], d->settings[i].default_text);
    for (uint32_t i = 0; i < d->settings_count; i++)
        for (size_t k = 0; k < AORTA_COUNT(always); k++)
            if (strcmp(d->settings[i].name, always[k][0]) == 0)
                values[i] = value_of(&d->settings[i], always[k][1]);
    for (const char *name; (name = va_arg(args, const char *));) {
        const char *text = va_arg(args, const char *);
        uint32_t found = 0;
        for (uint32_t i = 0; i < d->settings_count; i++)
            if (strcmp(d->settings[i].name, name) == 0) {
                values[i] = value_of(&d->settings[i], text);
                found++;
            }
        ck_assert_uint_eq(found, 1);
    }
    ck_assert_int_eq(h->plugin->init(&h->fake.ctx, values, d->settings_count, &h->self), AORTA_OK);
}

void garmin_host_init(struct garmin_host *h, uint32_t op, ...)
{
    *h = (struct garmin_host){.plugin = aorta_plugin_entry(NULL)};
    fake_host_init(&h->fake, op);
    aorta_host *t = &h->fake.table;
    encode_base = t->encode;
    log_base = t->log;
    callback_base = t->callback_done;
    metric_base = t->metric;
    t->encode = encode;
    t->decode = decode;
    t->hmac = hmac;
    t->ct_equal = ct_equal;
    t->log = log_line;
    t->wait = wait;
    t->callback_done = callback_done;
    t->metric = metric;
    t->get_extension = get_extension;
    h->fake.now_us = NOW_US;
    h->fake.answer = answer;
    add(&h->items, "%s", "");
    add(&h->waits, "%s", "");
    va_list args;
    va_start(args, op);
    make_self(h, args);
    va_end(args);
}

void garmin_host_fini(struct garmin_host *h)
{
    h->plugin->shutdown(h->self);
    free(h->items.ptr);
    free(h->waits.ptr);
    fake_host_fini(&h->fake);
}

static void empty(struct fake_text *t)
{
    t->len = 0;
    t->ptr[0] = '\0';
}

void garmin_host_next(struct garmin_host *h, uint32_t op, const struct row *rows)
{
    fake_host_next(&h->fake, op);
    empty(&h->fake.requests);
    empty(&h->items);
    empty(&h->waits);
    h->rows = rows;
    h->warnings = h->item_count = 0;
    h->warning[0] = '\0';
}

void garmin_host_oauth1(struct garmin_host *h, const char *token, const char *secret)
{
    h->extra = (aorta_field){AORTA_S("oauth_token_secret"), {.type = AORTA_TYPE_STRING, .u.s = sdk_str(secret)}};
    h->fake.conn.access_token = sdk_str(token);
    h->fake.conn.extra = &h->extra;
    h->fake.conn.extra_count = 1;
}

void garmin_host_scope(struct garmin_host *h, const char *scope)
{
    h->fake.conn.scope = sdk_str(scope);
}

/* ---- sync ---- */

static aorta_status run(struct garmin_host *h, uint32_t mode, const aorta_value *params, uint32_t count, uint32_t data,
                        int go_on, const char *hint)
{
    char *cursor = go_on && h->fake.cursor ? strdup(h->fake.cursor) : NULL;
    aorta_sync_req req = {.struct_size = sizeof(req),
                          .mode = mode,
                          .params = params,
                          .params_count = count,
                          .data = data,
                          .hint = sdk_str(hint)};
    if (cursor)
        req.cursor = (aorta_bytes){(const uint8_t *)cursor, strlen(cursor)};
    empty(&h->waits);
    aorta_status st = h->plugin->ops->sync(h->self, &h->fake.ctx, &req);
    free(cursor);
    return st;
}

aorta_status garmin_host_sync(struct garmin_host *h, uint32_t mode, int go_on, const char *hint)
{
    const aorta_value none[2] = {{.type = AORTA_TYPE_NONE}, {.type = AORTA_TYPE_NONE}};
    return run(h, mode, none, 2, AORTA_DATA_WORKOUTS | AORTA_DATA_247, go_on, hint);
}

aorta_status garmin_host_range(struct garmin_host *h, int64_t from, int64_t to, uint32_t data)
{
    const aorta_value params[2] = {{.type = AORTA_TYPE_TIME, .u.i = from * 1000000},
                                   {.type = AORTA_TYPE_TIME, .u.i = to * 1000000}};
    return run(h, AORTA_SYNC_MANUAL, params, 2, data, 0, NULL);
}

int garmin_host_asked(const struct garmin_host *h, const char *text)
{
    return strstr(h->fake.requests.ptr, text) != NULL;
}

unsigned garmin_host_requests(const struct garmin_host *h)
{
    unsigned n = 0;
    for (const char *p = h->fake.requests.ptr; *p; p = strchr(p, '\n') + 1)
        n += *p != ' ';
    return n;
}
