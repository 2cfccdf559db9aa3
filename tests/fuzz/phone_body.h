/* phone_body.h - what the fuzz targets of Apple and Samsung have in common: any bytes as a pushed body, or as an
 * export.
 *
 * The first byte picks the payload's kind, whether it brings an offset, and in what pieces it is read the second time.
 * What comes out keeps the host's rules, and is the same whether the body lies in memory or is read. */
#ifndef FUZZ_PHONE_BODY_H
#define FUZZ_PHONE_BODY_H

#include "aorta/sdk.h"
#include "fake_host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *body_kind; /* or NULL: as the first byte picks */
static const uint8_t *body;
static size_t body_len, body_at, body_piece;
static uint64_t said; /* a digest of all that was emitted */

static void must(int truth)
{
    if (!truth)
        abort();
}

static void say(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        said = (said ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static void check_time(int64_t us)
{
    must(us >= 0 && us < INT64_C(7258118400000000)); /* 2200 */
    say(&us, sizeof(us));
}

static void check_field(aorta_ctx *ctx, const aorta_field *f)
{
    must(f->key.len > 0);
    must(f->value.type != AORTA_TYPE_FLOAT || isfinite(f->value.u.f));
    say(f->key.ptr, f->key.len);
    if (f->value.type == AORTA_TYPE_STRING || f->value.type == AORTA_TYPE_ENUM || f->value.type == AORTA_TYPE_JSON)
        say(f->value.u.s.ptr, f->value.u.s.len);
    else
        say(&f->value.u.i, sizeof(f->value.u.i));
    if (f->value.type == AORTA_TYPE_JSON) {
        sdk_json json;
        aorta_status st = sdk_json_parse(ctx, f->value.u.s.ptr, f->value.u.s.len, &json);
        must(st == AORTA_OK || st == AORTA_ERR_NOMEM);
    }
}

static aorta_status record(aorta_ctx *ctx, const aorta_record *r)
{
    check_time(r->start_us);
    check_time(r->end_us);
    must(r->end_us >= r->start_us);
    must(r->version_us >= 0 && r->version_us < INT64_C(7258118400000000));
    must(r->tz_offset_s >= -64800 && r->tz_offset_s <= 64800);
    must(r->kind.len > 0 && r->fields_count <= SDK_FIELDS_MAX);
    say(r->kind.ptr, r->kind.len);
    if (r->external_id.len)
        say(r->external_id.ptr, r->external_id.len);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        check_field(ctx, &r->fields[i]);
        for (uint32_t k = 0; k < i; k++)
            must(r->fields[i].key.len != r->fields[k].key.len ||
                 memcmp(r->fields[i].key.ptr, r->fields[k].key.ptr, r->fields[i].key.len) != 0);
    }
    return AORTA_OK;
}

static aorta_status series(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    must(s->count > 0 && s->count <= 65536 && s->metric != 0);
    must(s->tz_offset_s >= -64800 && s->tz_offset_s <= 64800);
    say(&s->metric, sizeof(s->metric));
    for (uint32_t i = 0; i < s->count; i++) {
        check_time(s->t_us[i]);
        must(isfinite(s->v[i]));
        must(i == 0 || s->t_us[i - 1] < s->t_us[i]);
        must(!s->dur_us || s->dur_us[i] >= 0);
        say(&s->v[i], sizeof(s->v[i]));
    }
    return AORTA_OK;
}

static int64_t read_piece(aorta_ctx *ctx, void *buf, size_t cap)
{
    (void)ctx;
    size_t n = body_len - body_at < body_piece ? body_len - body_at : body_piece;
    n = n < cap ? n : cap;
    if (n)
        memcpy(buf, body + body_at, n);
    body_at += n;
    return (int64_t)n;
}

static aorta_status normalize(uint8_t selector, int in_memory)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    unsigned kinds = 0;
    while (plugin->desc->payload_kinds[kinds])
        kinds++;
    struct fake_host host;
    fake_host_init(&host, AORTA_OP_NORMALIZE);
    host.table.emit_record = record;
    host.table.emit_series = series;
    host.table.payload_read = read_piece;
    const aorta_payload payload = {
        .struct_size = sizeof(payload),
        .flags = selector & 0x80 ? AORTA_PAYLOAD_HAS_OFFSET : 0,
        .kind = sdk_str(body_kind ? body_kind : plugin->desc->payload_kinds[(selector & 7) % kinds]),
        .data = in_memory ? body : NULL,
        .size = body_len,
        .tz_offset_s = selector & 0x80 ? -12600 : 0};
    said = UINT64_C(0xcbf29ce484222325);
    body_at = 0;
    aorta_status st = plugin->ops->normalize(NULL, &host.ctx, &payload);
    must(st == AORTA_OK || st == AORTA_ERR_DATA);
    fake_host_fini(&host);
    return st;
}

static int fuzz_body(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    body = data + 1;
    body_len = size - 1;
    body_piece = 1u + (data[0] >> 3 & 15u) * 37u;
    aorta_status st = normalize(data[0], 1);
    uint64_t first = said;
    must(normalize(data[0], 0) == st && said == first);
    return 0;
}

#endif
