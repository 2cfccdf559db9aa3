/* Any bytes as an answer of Suunto's API and token endpoint, with a status picked by the first byte. A sync
 * must end with a status that it has said, and whatever it emits lies within the answer. Links the sources of
 * plugin-suunto, aortasdk, fake-host. */
#include "aorta/refresh.h"
#include "aorta/sdk.h"
#include "fake_host.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
    const char *body;
    size_t len;
    int32_t status;
};

static void must(int truth)
{
    if (!truth)
        abort();
}

static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    const struct script *s = f->script;
    (void)req;
    reply->status = s->status;
    reply->body = s->len ? s->body : "";
    reply->len = s->len;
}

static aorta_status no_decode(aorta_ctx *ctx, uint32_t codec, const char *text, size_t len, aorta_bytes *out)
{
    (void)codec;
    uint8_t *copy = ctx->host->alloc(ctx, len + 1); /* as if it were in clear: the fuzzer need not learn base64 */
    if (!copy)
        return AORTA_ERR_NOMEM;
    memcpy(copy, text, len);
    *out = (aorta_bytes){copy, len};
    return AORTA_OK;
}

static void *instance(const aorta_plugin *plugin, struct fake_host *host)
{
    aorta_value values[16] = {{.type = AORTA_TYPE_NONE}};
    void *self = NULL;
    must(plugin->desc->settings_count <= 16);
    for (uint32_t i = 0; i < plugin->desc->settings_count; i++) {
        const aorta_param *p = &plugin->desc->settings[i];
        if (p->type == AORTA_TYPE_STRING || p->type == AORTA_TYPE_URL)
            values[i] = (aorta_value){.type = p->type, .u.s = AORTA_S("https://x.test")};
    }
    must(plugin->init(&host->ctx, values, plugin->desc->settings_count, &self) == AORTA_OK);
    return self;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int32_t statuses[] = {200, 200, 200, 200, 204, 400, 401, 403, 404, 429, 500};
    if (size == 0 || size > 1 << 16)
        return 0;
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    struct script script = {(const char *)data + 1, size - 1, statuses[data[0] % AORTA_COUNT(statuses)]};
    struct fake_host host;
    fake_host_init(&host, AORTA_OP_SYNC);
    host.table.decode = no_decode;
    host.answer = answer;
    host.script = &script;
    void *self = instance(plugin, &host);

    const aorta_value none = {.type = AORTA_TYPE_NONE};
    const aorta_value params[] = {{.type = AORTA_TYPE_TIME, .u.i = INT64_C(1794398400000000)}, none, none, none};
    const aorta_sync_req req = {.struct_size = sizeof(req),
                                .mode = AORTA_SYNC_MANUAL,
                                .params = params,
                                .params_count = AORTA_COUNT(params),
                                .data = data[0] & 0x80 ? AORTA_DATA_247 : AORTA_DATA_WORKOUTS};
    aorta_status st = plugin->ops->sync(self, &host.ctx, &req);
    must(st == AORTA_OK || host.failed == st || st == AORTA_ERR_INTERNAL); /* INTERNAL: more than the host keeps */
    for (unsigned i = 0; i < host.payloads; i++)
        must(host.payload[i].len > 0 && host.payload[i].len < size);

    fake_host_next(&host, AORTA_OP_REFRESH);
    host.conn.refresh_token = AORTA_S("r");
    const aorta_refresh_ext *ext = plugin->get_extension(self, AORTA_EXT_REFRESH);
    st = ext->refresh(self, &host.ctx);
    must(st == AORTA_OK ? host.callbacks == 1 : host.failed == st);
    plugin->shutdown(self);
    fake_host_fini(&host);
    return 0;
}
