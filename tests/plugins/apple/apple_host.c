/* See apple_host.h. */
#include "apple_host.h"

#include <string.h>

static struct apple_host *of(aorta_ctx *ctx)
{
    return ctx->host_private; /* struct fake_host is its first member */
}

static int64_t read_piece(aorta_ctx *ctx, void *buf, size_t cap)
{
    struct apple_host *h = of(ctx);
    if (++h->reads == 2 && h->read_fails != AORTA_OK)
        return h->read_fails;
    size_t n = h->piece && h->piece < cap ? h->piece : cap;
    if (h->make)
        return (int64_t)h->make(h, buf, n);
    n = h->len - h->at < n ? h->len - h->at : n;
    if (n)
        memcpy(buf, h->body + h->at, n);
    h->at += n;
    return (int64_t)n;
}

void apple_host_init(struct apple_host *h)
{
    memset(h, 0, sizeof(*h));
    fake_host_init(&h->fake, AORTA_OP_NORMALIZE);
    h->fake.table.payload_read = read_piece;
    h->plugin = aorta_plugin_entry(NULL);
    h->kind = "apple.sdk";
}

void apple_host_fini(struct apple_host *h)
{
    fake_host_fini(&h->fake);
}

static aorta_status normalize(struct apple_host *h, const char *body, uint64_t size)
{
    const aorta_payload payload = {
        .struct_size = sizeof(payload), .kind = sdk_str(h->kind), .data = (const uint8_t *)body, .size = size};
    return h->plugin->ops->normalize(NULL, &h->fake.ctx, &payload);
}

aorta_status apple_normalize(struct apple_host *h, const char *body, size_t len)
{
    return normalize(h, body, len);
}

aorta_status apple_read(struct apple_host *h, uint64_t size)
{
    return normalize(h, NULL, size);
}

static aorta_status count_record(aorta_ctx *ctx, const aorta_record *r)
{
    of(ctx)->fake.records++;
    of(ctx)->version_us = r->version_us;
    return AORTA_OK;
}

static aorta_status count_series(aorta_ctx *ctx, const aorta_series *s)
{
    struct apple_host *h = of(ctx);
    h->fake.series++;
    h->samples += s->count;
    h->longest = s->count > h->longest ? s->count : h->longest;
    h->version_us = s->version_us;
    h->last_us = s->t_us[s->count - 1];
    return AORTA_OK;
}

void apple_count(struct apple_host *h)
{
    h->fake.table.emit_record = count_record;
    h->fake.table.emit_series = count_series;
}

int apple_said(const struct apple_host *h, const char *part)
{
    return h->fake.log.ptr && strstr(h->fake.log.ptr, part) != NULL;
}
