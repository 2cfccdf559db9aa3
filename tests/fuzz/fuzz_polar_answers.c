/* Any bytes as Polar's answers: the input is cut into bodies, each with a status, which callback and sync receive in
 * turn. Whatever comes, both end with a status of their own, and nothing is emitted that has no kind. Links the
 * sources of plugin-polar, aortasdk, fake-host. */
#include "aorta/sdk.h"
#include "fake_host.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rest {
    const uint8_t *at;
    size_t len;
};

/* Two bytes of length, one that picks a status, the body. */
static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    static const int32_t statuses[] = {200, 200, 200, 200, 204, 400, 401, 403, 404, 409, 429, 500};
    struct rest *rest = f->script;
    (void)req;
    if (rest->len < 3)
        return;
    size_t len = (size_t)rest->at[0] << 8 | rest->at[1];
    reply->status = statuses[rest->at[2] % AORTA_COUNT(statuses)];
    rest->at += 3;
    rest->len -= 3;
    len = len < rest->len ? len : rest->len;
    reply->body = (const char *)rest->at;
    reply->len = len;
    if (len == 0)
        reply->body = "";
    rest->at += len;
    rest->len -= len;
}

static void *instance(const aorta_plugin *plugin)
{
    static void *self;
    struct fake_host host;
    aorta_value values[32];
    if (self)
        return self;
    fake_host_init(&host, 0);
    for (uint32_t i = 0; i < plugin->desc->settings_count; i++) {
        values[i] = (aorta_value){.type = plugin->desc->settings[i].type};
        if (values[i].type == AORTA_TYPE_STRING || values[i].type == AORTA_TYPE_URL)
            values[i].u.s = AORTA_S("https://polar.test");
        else
            values[i].u.i = 1;
    }
    if (plugin->init(&host.ctx, values, plugin->desc->settings_count, &self) != AORTA_OK)
        abort();
    fake_host_fini(&host);
    return self;
}

static void run_callback(const aorta_plugin *plugin, struct fake_host *host)
{
    const aorta_pair query[] = {{AORTA_S("code"), AORTA_S("c")}};
    const aorta_callback_req req = {
        .struct_size = sizeof(req), .redirect_uri = AORTA_S("https://gw.test/cb"), .query = query, .query_count = 1};
    aorta_status st = plugin->ops->callback(instance(plugin), &host->ctx, &req);
    if ((st == AORTA_OK) != (host->callbacks == 1) || (st != AORTA_OK && host->failed != st))
        abort();
}

static void run_sync(const aorta_plugin *plugin, struct fake_host *host, uint8_t first, aorta_bytes cursor)
{
    const aorta_sync_req req = {.struct_size = sizeof(req),
                                .mode = 1 + first % 4,
                                .data = AORTA_DATA_WORKOUTS | AORTA_DATA_247,
                                .cursor = cursor};
    aorta_status st = plugin->ops->sync(instance(plugin), &host->ctx, &req);
    for (unsigned i = 0; i < host->payloads; i++)
        if (!host->payload[i].kind[0])
            abort();
    if (st != AORTA_OK && host->failed != st && st != AORTA_ERR_INTERNAL) /* INTERNAL: the fake host is full */
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    struct rest rest = {data + 1, size - 1};
    struct fake_host host;
    if (size == 0)
        return 0;
    fake_host_init(&host, AORTA_OP_SYNC);
    host.answer = answer;
    host.script = &rest;
    if (data[0] & 0x80)
        run_callback(plugin, &host);
    else if (data[0] & 0x40)
        run_sync(plugin, &host, data[0], (aorta_bytes){data + 1, size - 1});
    else
        run_sync(plugin, &host, data[0], (aorta_bytes){NULL, 0});
    fake_host_fini(&host);
    return 0;
}
