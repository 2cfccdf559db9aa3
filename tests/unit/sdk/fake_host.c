/* See fake_host.h. What the plugin sees of memory is real: every alloc is its own malloc, so that sanitizers
 * notice the first byte too many. */
#include "fake_host.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_host *of(aorta_ctx *ctx)
{
    return ctx->host_private;
}

static void *need(void *p)
{
    if (!p)
        abort();
    return p;
}

static char *copy(const void *bytes, size_t len)
{
    char *p = need(malloc(len + 1));
    if (len)
        memcpy(p, bytes, len);
    p[len] = '\0';
    return p;
}

static void add(struct fake_text *t, const char *bytes, size_t len)
{
    if (t->len + len + 1 > t->cap) {
        t->cap = (t->len + len + 1) * 2;
        t->ptr = need(realloc(t->ptr, t->cap));
    }
    if (len)
        memcpy(t->ptr + t->len, bytes, len);
    t->len += len;
    t->ptr[t->len] = '\0';
}

static void addf(struct fake_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void addf(struct fake_text *t, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (n > 0)
        add(t, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

/* An effectful call: fails when its turn has come. */
static aorta_status turn(aorta_ctx *ctx)
{
    struct fake_host *f = of(ctx);
    f->calls++;
    return f->call_fail_at && f->calls == f->call_fail_at ? f->call_fail_with : AORTA_OK;
}

/* ---- services ---- */

static const void *get_extension(const aorta_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

static void log_line(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n)
{
    (void)kv;
    (void)n;
    addf(&of(ctx)->log, "%u ", (unsigned)level);
    add(&of(ctx)->log, msg, len);
    add(&of(ctx)->log, "\n", 1);
}

static aorta_status fail(aorta_ctx *ctx, const aorta_error *err)
{
    struct fake_host *f = of(ctx);
    f->failed = err->status;
    f->retry_after_ms = err->retry_after_ms;
    snprintf(f->fail_code, sizeof(f->fail_code), "%s", err->code ? err->code : "");
    snprintf(f->fail_message, sizeof(f->fail_message), "%.*s", (int)err->message.len,
             err->message.len ? err->message.ptr : "");
    return err->status;
}

static aorta_status alive(aorta_ctx *ctx)
{
    (void)ctx;
    return AORTA_OK;
}

static aorta_status progress(aorta_ctx *ctx, uint64_t done, uint64_t total, const char *what, size_t len)
{
    (void)done;
    (void)total;
    (void)what;
    (void)len;
    return turn(ctx);
}

static int64_t now_us(aorta_ctx *ctx)
{
    return of(ctx)->now_us;
}

static aorta_status random_bytes(aorta_ctx *ctx, void *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((unsigned char *)buf)[i] = of(ctx)->next_random++;
    return turn(ctx);
}

static void *arena(aorta_ctx *ctx, size_t len)
{
    struct fake_host *f = of(ctx);
    if (++f->allocs == f->alloc_fail_at)
        return NULL;
    if (f->blocks_count == f->blocks_cap) {
        f->blocks_cap = f->blocks_cap ? f->blocks_cap * 2 : 64;
        f->blocks = need(realloc(f->blocks, f->blocks_cap * sizeof(*f->blocks)));
    }
    void *p = need(malloc(len ? len : 1));
    memset(p, 0xA5, len);
    f->blocks[f->blocks_count++] = p;
    return p;
}

static aorta_status digest(aorta_ctx *ctx, uint32_t alg, const void *data, size_t len, uint8_t *out, size_t cap)
{
    (void)ctx;
    if (alg != AORTA_DIGEST_SHA256 || cap < 32)
        return AORTA_ERR_CONTRACT;
    crypto_hash_sha256(out, data, len);
    return AORTA_OK;
}

static aorta_status encode(aorta_ctx *ctx, uint32_t codec, const void *data, size_t len, aorta_str *out)
{
    int variant = codec == AORTA_CODEC_B64 ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t cap = codec == AORTA_CODEC_HEX ? len * 2 + 1 : sodium_base64_encoded_len(len, variant);
    char *text = arena(ctx, cap);
    if (!text)
        return AORTA_ERR_NOMEM;
    if (codec == AORTA_CODEC_HEX)
        sodium_bin2hex(text, cap, data, len);
    else
        sodium_bin2base64(text, cap, data, len, variant);
    *out = (aorta_str){text, strlen(text)};
    return AORTA_OK;
}

static aorta_status http(aorta_ctx *ctx, const aorta_http_req *req, const aorta_http_resp **resp)
{
    struct fake_host *f = of(ctx);
    addf(&f->requests, "%s %.*s%s\n", req->method, (int)req->url.len, req->url.ptr,
         req->flags & AORTA_HTTP_AUTH ? " +auth" : "");
    for (uint32_t i = 0; i < req->headers_count; i++)
        addf(&f->requests, "  %.*s: %.*s\n", (int)req->headers[i].name.len, req->headers[i].name.ptr,
             (int)req->headers[i].value.len, req->headers[i].value.ptr);
    if (req->body.len)
        addf(&f->requests, "  %.*s\n", (int)req->body.len, (const char *)req->body.ptr);
    aorta_status st = turn(ctx);
    if (st != AORTA_OK)
        return st;
    struct fake_reply *reply = arena(ctx, sizeof(*reply));
    aorta_http_resp *r = reply ? arena(ctx, sizeof(*r)) : NULL;
    if (!r)
        return AORTA_ERR_NOMEM;
    memset(reply, 0, sizeof(*reply));
    reply->status = 404;
    if (f->answer)
        f->answer(f, req, reply);
    if (reply->failure != AORTA_OK)
        return reply->failure;
    const char *body = reply->body ? reply->body : "";
    size_t len = reply->len ? reply->len : strlen(body);
    uint8_t *bytes = arena(ctx, len);
    if (!bytes)
        return AORTA_ERR_NOMEM;
    memcpy(bytes, body, len);
    *r = (aorta_http_resp){.struct_size = sizeof(*r),
                           .status = reply->status,
                           .headers = reply->headers,
                           .headers_count = reply->headers_count,
                           .body = {bytes, len}};
    *resp = r;
    return AORTA_OK;
}

static void http_release(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    (void)ctx;
    (void)resp;
}

/* ---- state: what is put becomes the truth with the next checkpoint, or at once outside of sync ---- */

static struct fake_state *find(struct fake_state *table, const char *key, size_t len)
{
    for (int i = 0; i < FAKE_STATES; i++)
        if (table[i].key && strlen(table[i].key) == len && memcmp(table[i].key, key, len) == 0)
            return &table[i];
    return NULL;
}

static void store(struct fake_state *table, const char *key, size_t key_len, const void *data, size_t len)
{
    struct fake_state *s = find(table, key, key_len);
    for (int i = 0; !s && i < FAKE_STATES; i++)
        if (!table[i].key)
            s = &table[i];
    if (!s)
        abort();
    free(s->key);
    free(s->value);
    *s = (struct fake_state){copy(key, key_len), copy(data, len), len};
}

static void forget(struct fake_state *table)
{
    for (int i = 0; i < FAKE_STATES; i++) {
        free(table[i].key);
        free(table[i].value);
        table[i] = (struct fake_state){NULL, NULL, 0};
    }
}

static aorta_status state_get(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, aorta_bytes *out)
{
    struct fake_host *f = of(ctx);
    (void)scope;
    aorta_status st = turn(ctx);
    if (st != AORTA_OK)
        return st;
    struct fake_state *s = find(f->pending, key, key_len);
    if (!s)
        s = find(f->state, key, key_len);
    if (!s || s->len == 0)
        return AORTA_ERR_NOT_FOUND;
    *out = (aorta_bytes){(const uint8_t *)s->value, s->len};
    return AORTA_OK;
}

static aorta_status state_put(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, const void *data,
                              size_t len, int64_t ttl_s)
{
    (void)scope;
    (void)ttl_s;
    aorta_status st = turn(ctx);
    if (st != AORTA_OK)
        return st;
    if (key_len == 0 || key_len > 64 || len > 64 * 1024)
        return AORTA_ERR_CONTRACT;
    store(of(ctx)->pending, key, key_len, data, len);
    return AORTA_OK;
}

/* ---- results ---- */

static aorta_status authorize_done(aorta_ctx *ctx, const aorta_authorize_result *result)
{
    free(of(ctx)->url);
    of(ctx)->url = copy(result->url.ptr, result->url.len);
    return AORTA_OK;
}

static aorta_status callback_done(aorta_ctx *ctx, const aorta_credentials *c)
{
    struct fake_host *f = of(ctx);
    free(f->provider_user_id);
    free(f->access_token);
    free(f->refresh_token);
    f->provider_user_id = copy(c->provider_user_id.ptr, c->provider_user_id.len);
    f->access_token = copy(c->access_token.ptr, c->access_token.len);
    f->refresh_token = copy(c->refresh_token.ptr, c->refresh_token.len);
    f->expires_in_s = c->expires_in_s;
    f->callbacks++;
    return AORTA_OK;
}

static aorta_status emit_payload(aorta_ctx *ctx, const aorta_payload *p)
{
    struct fake_host *f = of(ctx);
    aorta_status st = turn(ctx);
    if (st != AORTA_OK)
        return st;
    if (f->payloads == FAKE_PAYLOADS)
        return AORTA_ERR_INTERNAL;
    f->payload[f->payloads++] = (struct fake_payload){copy(p->kind.ptr, p->kind.len),
                                                      copy(p->external_id.ptr, p->external_id.len),
                                                      copy(p->data, p->size),
                                                      p->size,
                                                      p->flags,
                                                      p->tz_offset_s};
    return AORTA_OK;
}

static aorta_status checkpoint(aorta_ctx *ctx, const void *cursor, size_t len)
{
    struct fake_host *f = of(ctx);
    aorta_status st = turn(ctx);
    if (st != AORTA_OK)
        return st;
    if (len > 64 * 1024)
        return AORTA_ERR_CONTRACT;
    f->payloads_committed = f->payloads;
    for (int i = 0; i < FAKE_STATES; i++)
        if (f->pending[i].key)
            store(f->state, f->pending[i].key, strlen(f->pending[i].key), f->pending[i].value, f->pending[i].len);
    forget(f->pending);
    free(f->cursor);
    f->cursor = copy(cursor, len);
    f->cursor_len = len;
    if (++f->checkpoints != f->yield_at)
        return AORTA_OK;
    f->yields++;
    return AORTA_YIELD;
}

/* ---- normalize ---- */

static const char *const metric_names[] = {
#define METRIC(number, name, unit, aggregation) [number] = name,
#include "catalogue/metrics.def"
#undef METRIC
};

static uint32_t metric(aorta_ctx *ctx, const char *name)
{
    (void)ctx;
    for (uint32_t i = 1; i < sizeof(metric_names) / sizeof(metric_names[0]); i++)
        if (metric_names[i] && strcmp(metric_names[i], name) == 0)
            return i;
    return 0;
}

const char *fake_host_metric_name(uint32_t handle)
{
    uint32_t n = sizeof(metric_names) / sizeof(metric_names[0]);
    return handle < n && metric_names[handle] ? metric_names[handle] : "?";
}

static uint32_t source(aorta_ctx *ctx, const aorta_source *s)
{
    (void)ctx;
    (void)s;
    return 1;
}

static int64_t payload_read(aorta_ctx *ctx, void *buf, size_t cap)
{
    (void)ctx;
    (void)buf;
    (void)cap;
    return 0;
}

static void add_value(struct fake_text *t, const aorta_value *v)
{
    switch (v->type) {
    case AORTA_TYPE_FLOAT:
        addf(t, "%.10g", v->u.f);
        break;
    case AORTA_TYPE_STRING:
    case AORTA_TYPE_ENUM:
        addf(t, "\"%.*s\"", (int)v->u.s.len, v->u.s.ptr);
        break;
    case AORTA_TYPE_JSON:
        add(t, v->u.s.ptr, v->u.s.len);
        break;
    default:
        addf(t, "%lld", (long long)v->u.i);
    }
}

static aorta_status emit_record(aorta_ctx *ctx, const aorta_record *r)
{
    struct fake_host *f = of(ctx);
    struct fake_text *t = &f->emitted;
    if (r->end_us < r->start_us)
        return AORTA_ERR_DATA;
    f->records++;
    addf(t, "{\"record\":\"%.*s\",\"id\":\"%.*s\",\"start_us\":%lld,\"end_us\":%lld,\"flags\":%u,\"offset_s\":%d",
         (int)r->kind.len, r->kind.ptr, (int)r->external_id.len, r->external_id.len ? r->external_id.ptr : "",
         (long long)r->start_us, (long long)r->end_us, (unsigned)r->flags, (int)r->tz_offset_s);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        addf(t, ",\"%.*s\":", (int)r->fields[i].key.len, r->fields[i].key.ptr);
        add_value(t, &r->fields[i].value);
    }
    add(t, "}\n", 2);
    return AORTA_OK;
}

static aorta_status emit_series(aorta_ctx *ctx, const aorta_series *s)
{
    struct fake_host *f = of(ctx);
    struct fake_text *t = &f->emitted;
    f->series++;
    addf(t, "{\"series\":\"%s\",\"count\":%u,\"flags\":%u,\"offset_s\":%d", fake_host_metric_name(s->metric),
         (unsigned)s->count, (unsigned)s->flags, (int)s->tz_offset_s);
    for (uint32_t i = 0; i < s->count; i++)
        addf(t, "%s[%lld,%.10g]", i ? "," : ",\"v\":[", (long long)s->t_us[i], s->v[i]);
    add(t, "]}\n", 3);
    return AORTA_OK;
}

/* ---- life ---- */

void fake_host_init(struct fake_host *f, uint32_t op)
{
    memset(f, 0, sizeof(*f));
    f->table = (aorta_host){.struct_size = sizeof(f->table),
                            .abi_major = AORTA_ABI_MAJOR,
                            .abi_minor = AORTA_ABI_MINOR,
                            .name = "fake",
                            .version = "0",
                            .get_extension = get_extension,
                            .log = log_line,
                            .fail = fail,
                            .alive = alive,
                            .progress = progress,
                            .now_us = now_us,
                            .mono_us = now_us,
                            .random = random_bytes,
                            .alloc = arena,
                            .digest = digest,
                            .encode = encode,
                            .http = http,
                            .http_release = http_release,
                            .state_get = state_get,
                            .state_put = state_put,
                            .authorize_done = authorize_done,
                            .callback_done = callback_done,
                            .emit_payload = emit_payload,
                            .metric = metric,
                            .source = source,
                            .payload_read = payload_read,
                            .emit_record = emit_record,
                            .emit_series = emit_series,
                            .checkpoint = checkpoint};
    f->conn = (aorta_connection){.struct_size = sizeof(f->conn)};
    f->ctx =
        (aorta_ctx){.struct_size = sizeof(f->ctx), .op = op, .host = &f->table, .conn = &f->conn, .host_private = f};
    f->now_us = INT64_C(1795262400000000); /* 2026-11-21T12:00:00Z */
    add(&f->log, "", 0);
    add(&f->requests, "", 0);
    add(&f->emitted, "", 0);
}

static void drop_payload(struct fake_payload *p)
{
    free(p->kind);
    free(p->external_id);
    free(p->data);
    *p = (struct fake_payload){.kind = NULL};
}

void fake_host_next(struct fake_host *f, uint32_t op)
{
    for (unsigned i = 0; i < f->blocks_count; i++)
        free(f->blocks[i]);
    f->blocks_count = 0;
    while (f->payloads > f->payloads_committed)
        drop_payload(&f->payload[--f->payloads]);
    forget(f->pending);
    f->ctx.op = op;
    f->allocs = f->calls = 0;
    f->failed = AORTA_OK;
    f->fail_code[0] = f->fail_message[0] = '\0';
}

void fake_host_fini(struct fake_host *f)
{
    f->payloads_committed = 0;
    fake_host_next(f, 0);
    forget(f->state);
    free(f->blocks);
    free(f->log.ptr);
    free(f->requests.ptr);
    free(f->emitted.ptr);
    free(f->cursor);
    free(f->url);
    free(f->provider_user_id);
    free(f->access_token);
    free(f->refresh_token);
}
