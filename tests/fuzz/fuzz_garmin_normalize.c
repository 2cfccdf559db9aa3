/* Any bytes as a payload of each of Garmin's kinds; the first byte picks the kind and whether the payload brings a time
 * offset. What comes out must keep the host's rules: ends after starts, times ascending and of our age, values finite,
 * offsets within 18 hours, no field twice, JSON that parses. Links the sources of plugin-garmin, aortasdk, fake-host.
 */
#include "aorta/sdk.h"
#include "fake_host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static void check_time(int64_t us)
{
    must(us >= 0 && us < INT64_C(7258118400000000)); /* 2200 */
}

static void check_field(aorta_ctx *ctx, const aorta_field *f)
{
    sdk_json json;
    must(f->key.len > 0);
    must(f->value.type != AORTA_TYPE_FLOAT || isfinite(f->value.u.f));
    must(f->value.type != AORTA_TYPE_DATE || f->value.u.i >= 0);
    if (f->value.type != AORTA_TYPE_JSON)
        return;
    aorta_status st = sdk_json_parse(ctx, f->value.u.s.ptr, f->value.u.s.len, &json);
    must(st == AORTA_OK || st == AORTA_ERR_NOMEM);
}

static aorta_status record(aorta_ctx *ctx, const aorta_record *r)
{
    check_time(r->start_us);
    check_time(r->end_us);
    check_time(r->version_us);
    must(r->end_us >= r->start_us);
    must(r->tz_offset_s >= -64800 && r->tz_offset_s <= 64800);
    must(r->kind.len > 0 && r->fields_count <= SDK_FIELDS_MAX);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const aorta_str key = r->fields[i].key;
        check_field(ctx, &r->fields[i]);
        for (uint32_t k = 0; k < i; k++)
            must(key.len != r->fields[k].key.len || memcmp(key.ptr, r->fields[k].key.ptr, key.len) != 0);
    }
    return AORTA_OK;
}

static aorta_status series(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    must(s->count > 0 && s->metric != 0);
    check_time(s->version_us);
    must(s->tz_offset_s >= -64800 && s->tz_offset_s <= 64800);
    for (uint32_t i = 0; i < s->count; i++) {
        check_time(s->t_us[i]);
        must(isfinite(s->v[i]));
        must(!s->dur_us || s->dur_us[i] >= 0);
        must(i == 0 || s->t_us[i - 1] < s->t_us[i]);
    }
    return AORTA_OK;
}

/* The plugin's own metrics are known like any other. */
static uint32_t metric(aorta_ctx *ctx, const char *name)
{
    (void)ctx;
    return name[0] ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    unsigned kinds = 0;
    while (plugin->desc->payload_kinds[kinds])
        kinds++;
    if (size == 0)
        return 0;
    struct fake_host host;
    fake_host_init(&host, AORTA_OP_NORMALIZE);
    host.table.emit_record = record;
    host.table.emit_series = series;
    host.table.metric = metric;
    const aorta_payload payload = {.struct_size = sizeof(payload),
                                   .flags = data[0] & 0x80 ? AORTA_PAYLOAD_HAS_OFFSET : 0,
                                   .kind = sdk_str(plugin->desc->payload_kinds[(data[0] & 0x7f) % kinds]),
                                   .data = data + 1,
                                   .size = size - 1,
                                   .tz_offset_s = data[0] & 0x80 ? -12600 : 0};
    aorta_status st = plugin->ops->normalize(NULL, &host.ctx, &payload);
    must(st == AORTA_OK || st == AORTA_ERR_DATA);
    fake_host_fini(&host);
    return 0;
}
