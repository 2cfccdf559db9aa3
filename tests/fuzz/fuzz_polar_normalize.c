/* Any bytes as a payload of each of Polar's kinds; the first byte picks the kind and whether the payload brings an
 * offset. What comes out must keep the host's rules: ends after starts, times ascending, values finite, offsets
 * within 18 hours, JSON fields that are JSON. Links the sources of plugin-polar, aortasdk, fake-host. */
#include "aorta/sdk.h"
#include "fake_host.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static void check_field(aorta_ctx *ctx, const aorta_field *f)
{
    sdk_json doc;
    must(f->key.len > 0);
    if (f->value.type == AORTA_TYPE_FLOAT)
        must(isfinite(f->value.u.f));
    if (f->value.type == AORTA_TYPE_JSON)
        must(sdk_json_parse(ctx, f->value.u.s.ptr, f->value.u.s.len, &doc) == AORTA_OK);
}

static aorta_status record(aorta_ctx *ctx, const aorta_record *r)
{
    must(r->end_us >= r->start_us);
    must(r->tz_offset_s >= -64800 && r->tz_offset_s <= 64800);
    must(r->kind.len > 0 && r->fields_count <= SDK_FIELDS_MAX);
    for (uint32_t i = 0; i < r->fields_count; i++)
        check_field(ctx, &r->fields[i]);
    return AORTA_OK;
}

static aorta_status series(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    must(s->metric != 0 && s->count > 0 && s->count <= 65536);
    must(s->tz_offset_s >= -64800 && s->tz_offset_s <= 64800);
    for (uint32_t i = 0; i < s->count; i++)
        must(isfinite(s->v[i]) && (i == 0 || s->t_us[i - 1] < s->t_us[i]));
    return AORTA_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    const char *const *kinds = plugin->desc->payload_kinds;
    struct fake_host host;
    uint32_t n = 0;
    if (size == 0)
        return 0;
    while (kinds[n])
        n++;
    fake_host_init(&host, AORTA_OP_NORMALIZE);
    host.table.emit_record = record;
    host.table.emit_series = series;
    const aorta_payload payload = {.struct_size = sizeof(payload),
                                   .flags = data[0] & 0x80 ? AORTA_PAYLOAD_HAS_OFFSET : 0,
                                   .kind = sdk_str(kinds[(data[0] & 0x0F) % n]),
                                   .data = data + 1,
                                   .size = size - 1,
                                   .tz_offset_s = data[0] & 0x40 ? -10800 : 19800};
    aorta_status st = plugin->ops->normalize(NULL, &host.ctx, &payload);
    must(st == AORTA_OK || (st == AORTA_ERR_DATA && host.failed == AORTA_ERR_DATA));
    fake_host_fini(&host);
    return 0;
}
