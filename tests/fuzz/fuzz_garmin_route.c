/* Any bytes as the body of a webhook. Each item must name an account in plain letters; what is to be fetched must be a
 * hint that parses and leads to Garmin's API; a payload is an envelope of one list. Links the sources of plugin-garmin,
 * aortasdk, fake-host. */
#include "aorta/sdk.h"
#include "aorta/webhook.h"
#include "fake_host.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define API "https://api.test"

static void must(int truth)
{
    if (!truth)
        abort();
}

static void check_fetch(aorta_ctx *ctx, const aorta_webhook_item *i)
{
    sdk_json hint;
    must(i->hint.len > 0 && i->hint.len <= 64u << 10);
    must(sdk_json_parse(ctx, i->hint.ptr, i->hint.len, &hint) == AORTA_OK);
    must(sdk_json_type(sdk_json_get(hint, "type")) == SDK_JSON_STRING);
    aorta_str url = sdk_json_str(sdk_json_get(hint, "url"));
    size_t n = strlen(API);
    must(url.len >= n && sdk_str_ieq((aorta_str){url.ptr, n}, API));
    /* behind the host comes its default port, a path, or nothing */
    must(url.len == n || strchr("/?#:", url.ptr[n]));
}

static aorta_status item(aorta_ctx *ctx, const aorta_webhook_item *i)
{
    must(i->provider_user_id.len > 0 && i->provider_user_id.len <= 128);
    for (size_t k = 0; k < i->provider_user_id.len; k++)
        must(i->provider_user_id.ptr[k] > ' ' && i->provider_user_id.ptr[k] < 0x7f);
    must(i->event.len <= 64 && (!i->event.len || !memchr(i->event.ptr, '\n', i->event.len)));
    if (i->type == AORTA_WEBHOOK_FETCH)
        check_fetch(ctx, i);
    if (i->type == AORTA_WEBHOOK_DATA) {
        must(i->payload && i->payload->size > 4 && i->payload->data[0] == '{');
        must(memcmp(i->payload->data + i->payload->size - 2, "]}", 2) == 0);
    }
    return i->provider_user_id.ptr[0] == '?' ? AORTA_ERR_NOT_FOUND : AORTA_OK;
}

static const void *get_extension(const aorta_host *host, const char *id)
{
    static const aorta_host_webhook hooks = {.struct_size = sizeof(hooks), .item = item};
    (void)host;
    return strcmp(id, AORTA_HOST_EXT_WEBHOOK) == 0 ? &hooks : NULL;
}

static void *instance(const aorta_plugin *plugin, struct fake_host *host)
{
    aorta_value values[32] = {{.type = AORTA_TYPE_NONE}};
    void *self = NULL;
    must(plugin->desc->settings_count <= 32);
    for (uint32_t i = 0; i < plugin->desc->settings_count; i++) {
        const aorta_param *p = &plugin->desc->settings[i];
        if (p->flags & AORTA_PARAM_REQUIRED || p->type == AORTA_TYPE_URL)
            values[i] = (aorta_value){.type = p->type, .u.s = AORTA_S(API)};
    }
    must(plugin->init(&host->ctx, values, plugin->desc->settings_count, &self) == AORTA_OK);
    return self;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    struct fake_host host;
    fake_host_init(&host, AORTA_OP_WEBHOOK_ROUTE);
    host.table.get_extension = get_extension;
    void *self = instance(plugin, &host);
    const aorta_webhook_ext *ext = plugin->get_extension(self, AORTA_EXT_WEBHOOK);
    const aorta_webhook_req req = {.struct_size = sizeof(req), .method = "POST", .body = {data, size}};
    aorta_status st = ext->route(self, &host.ctx, &req);
    must(st == AORTA_OK || st == AORTA_ERR_DATA);
    plugin->shutdown(self);
    fake_host_fini(&host);
    return 0;
}
